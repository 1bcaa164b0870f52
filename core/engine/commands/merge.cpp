// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// `cdra-engine merge`: the run's change folded into the weights and written as a plain checkpoint, no trace
// left.
#include "core/base/error.h"
#include "core/checkpoint/export_names.h"
#include "core/engine/commands/commands.h"
#include "core/engine/commands/worker.h"
#include "core/engine/methods/whole_tensors.h"
#include "core/engine/training/run_setup.h"
#include "core/tensor_io/safetensors.h"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace cdra::engine::commands {
namespace {

using checkpoint::Naming;

// The positions to write. A reader of the written names resamples them its own way; where that is not the
// run's, or where they were trained at the run's size, they are written at that size, which needs no
// resampling.
Tensor positions(const RunSetup& setup, Naming naming, bool trained) {
    auto spec = setup.checkpoint->spec();
    const auto at_run_size = setup.model->tensor("pos_embed").detach();
    spec.naming = naming;
    if (trained || spec.default_resampling() != setup.resampling) return at_run_size;
    const auto stored = setup.checkpoint->read("pos_embed");
    return torch::tensor(stored.values).view({1, -1, spec.dim});
}

// Our tensors, class token and positions as the naming's own models keep them.
std::map<std::string, Tensor> tensors_of(const RunSetup& setup, Naming naming, bool positions_trained) {
    const auto& spec = setup.checkpoint->spec();
    std::map<std::string, Tensor> tensors;
    for (const auto& name : setup.model->tensor_names())
        tensors[name] = setup.model->tensor(name).detach();
    auto& pos = tensors["pos_embed"] = positions(setup, naming, positions_trained);
    if (!spec.class_token) return tensors;
    if (naming == Naming::timm && spec.registers > 0 && spec.class_position) {
        tensors["cls_token"] = tensors["cls_token"] + pos.narrow(1, 0, 1).to(setup.device);
        pos = pos.slice(1, 1);
    } else if (naming == Naming::hf && !spec.class_position) {
        pos = torch::cat({torch::zeros({1, 1, spec.dim}, pos.options()), pos}, 1);
    }
    return tensors;
}

// No published model of these names has a place for a decoder: it gets a file of its own beside the model's,
// under our names.
void write_decoder(const RunSetup& setup, std::filesystem::path beside) {
    std::deque<std::vector<float>> storage;
    std::vector<tensor_io::TensorView> views;
    for (const auto& name : setup.model->head_names()) {
        const auto value = setup.model->tensor(name).detach();
        views.push_back(
            tensor_io::view_f32(name, value.sizes().vec(), storage.emplace_back(float_values(value))));
    }
    tensor_io::write_safetensors(
        beside.replace_extension(".decoder.safetensors"), views,
        {{"format", "pt"}, {"decoder", setup.project.model.decoder}, {"class_names", nlohmann::json(setup.classes).dump()}});
}

void write(const RunSetup& setup, const job::MergeRequest& request, bool positions_trained) {
    const auto tensors = tensors_of(setup, request.naming, positions_trained);
    std::deque<std::vector<float>> storage; // a deque: the views point into it
    std::vector<tensor_io::TensorView> views;
    const bool decoder = setup.task->kind() == datasets::Task::segmentation;
    for (const auto& [name, parts] : checkpoint::export_names(setup.checkpoint->spec(), request.naming)) {
        if (decoder && parts.front().starts_with("head.")) continue; // no classification head
        std::vector<Tensor> stacked;
        for (const auto& part : parts)
            stacked.push_back(tensors.at(part));
        const auto value = stacked.size() == 1 ? stacked.front() : torch::cat(stacked);
        views.push_back(
            tensor_io::view_f32(name, value.sizes().vec(), storage.emplace_back(float_values(value))));
    }
    tensor_io::write_safetensors(request.out, views, {{"format", "pt"}});
    if (decoder) write_decoder(setup, request.out);
}

// Opens what was written, and says what a file of tensors can't: its reader would assume something else.
void check(const RunSetup& setup, const job::MergeRequest& request, Worker& worker) {
    const auto read = checkpoint::open(request.out);
    const auto& ours = setup.checkpoint->spec();
    if (read->spec().heads != ours.heads)
        worker.log("warning", request.out + " has " + std::to_string(ours.heads) +
                                  " heads, which tensors don't tell; a reader assumes " +
                                  std::to_string(read->spec().heads) +
                                  ": give --heads, or config.json beside it");
    if (read->spec().norm_epsilon != ours.norm_epsilon) {
        std::ostringstream text;
        text << "the norms' epsilon is " << ours.norm_epsilon
             << ", which tensors don't tell; a reader of these names assumes " << read->spec().norm_epsilon
             << ": state model_type and layer_norm_eps in config.json beside " << request.out;
        worker.log("warning", text.str());
    }
}

void run(const job::MergeRequest& request, Worker& worker) {
    job::RunChoice cpu;
    cpu.device = "cpu";
    auto setup = open_run(request.run, cpu, worker.progress(), worker.stop());
    const auto& descriptor = methods::find_method(setup.project.method);
    if (!descriptor.mergeable)
        throw InputError("method '" + setup.project.method +
                         "' adds parts to the model, which a plain checkpoint has no place for");
    if (setup.checkpoint->spec().pooled_norm && request.naming == Naming::hf && setup.model->pooling() != checkpoint::Pooling::cls)
        throw InputError("the run's model is normalised after the mean of the patches (fc_norm), Hugging Face's before; merge with --naming timm");
    const auto trainables = setup.method->trainables();
    const bool positions_trained = std::any_of(
        trainables.begin(), trainables.end(), [](const Trainable& item) { return item.name == "pos_embed"; });
    worker.progress().report({"merge", 0, 1, request.out});
    setup.method->merge(*setup.model);
    throw_if_stopped(worker.stop());
    write(setup, request, positions_trained);
    check(setup, request, worker);
    worker.progress().report({"merge", 1, 1, request.out});
    if (setup.task->kind() == datasets::Task::classification && request.naming == Naming::hf && setup.checkpoint->spec().family == "dinov2" &&
        setup.model->pooling() != checkpoint::Pooling::cls_mean)
        worker.log("warning",
                   "Hugging Face's DINOv2 classifier takes the class token and the mean of the patches; this "
                   "head takes " +
                       std::string(checkpoint::name_of(setup.model->pooling())) +
                       " alone. Train with --pooling cls+mean to load it there");
    const auto size = setup.preprocessing.image_size;
    if (request.output.json)
        std::cout << nlohmann::ordered_json{{"run", request.run},
                                            {"out", request.out},
                                            {"naming", std::string(checkpoint::name_of(request.naming))},
                                            {"image_size", size},
                                            {"classes", setup.classes.size()}}
                         .dump()
                  << '\n';
    else
        std::printf("%s: merged, %s names, %zu classes, trained at %d px\n", request.out.c_str(),
                    std::string(checkpoint::name_of(request.naming)).c_str(), setup.classes.size(), size);
}

} // namespace

int merge(std::string_view text) {
    const auto request = job::merge_request(text);
    Worker worker(request.output, request.output.job, "cdra merge");
    worker.run([&] { run(request, worker); });
    return exit_codes::done;
}

} // namespace cdra::engine::commands
