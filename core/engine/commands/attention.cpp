// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// `cdra-engine attention`: what every head of every block of a run's model looks at in one image, as a safetensors file.
#include "core/base/error.h"
#include "core/engine/commands/commands.h"
#include "core/engine/commands/worker.h"
#include "core/engine/model/attention.h"
#include "core/engine/training/run_setup.h"
#include "core/tensor_io/safetensors.h"
#include "datasets/image.h"

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <torch/torch.h>

namespace cdra::engine::commands {
namespace {

constexpr std::int64_t most_bytes = std::int64_t{1} << 30;

struct Subject {
    datasets::Image image;
    std::string name;
};

Subject subject(const RunSetup& setup, const job::AttentionRequest& request) {
    if (!request.image.empty()) return {datasets::read_image(request.image), request.image};
    const auto data = datasets::open_dataset(setup.project.data.spec);
    const auto& samples = data->samples(request.split);
    if (request.index < 0 || request.index >= static_cast<std::int64_t>(samples.size()))
        throw InputError("--index " + std::to_string(request.index) + ": the split '" + request.split + "' of " +
                         setup.project.data.spec + " has " + std::to_string(samples.size()) + " images, counted from 0");
    const auto index = static_cast<std::size_t>(request.index);
    return {data->load(request.split, index), samples[index].name};
}

void run(const job::AttentionRequest& request, Worker& worker) {
    const torch::NoGradGuard no_grad;
    const auto setup = open_run(request.run, request.device, worker.progress(), worker.stop());
    const auto& spec = setup.model->spec();
    const std::int64_t grid = setup.model->image_size() / spec.patch;
    const std::int64_t own = (spec.class_token ? 1 : 0) + spec.registers + grid * grid;
    const bool every = request.every_query || !spec.class_token; // without a class token there is no single query to take
    const std::int64_t bytes = 4 * spec.depth * spec.heads * (every ? own : 1) * own;
    if (bytes > most_bytes)
        throw InputError("the attention of " + std::to_string(own) + " tokens in " + std::to_string(spec.depth) + " blocks of " +
                         std::to_string(spec.heads) + " heads takes " + std::to_string(bytes >> 20) +
                         " MiB, at most 1024 are written; leave out --queries all");
    const auto [image, name] = subject(setup, request);
    worker.progress().report({"attention", 0, 1, {}});
    throw_if_stopped(worker.stop());
    const auto size = setup.preprocessing.image_size;
    auto pixels = torch::empty({1, 3, size, size}, torch::kFloat32);
    datasets::preprocess(image, setup.preprocessing, false, 0,
                         {pixels.mutable_data_ptr<float>(), static_cast<std::size_t>(pixels.numel())});
    setup.method->begin_forward(false, 0);
    AttentionWatch watch(*setup.model, *setup.method);
    ForwardOptions options;
    options.adaptation = &watch;
    setup.task->features(*setup.model, pixels.to(setup.device), options);
    const auto weights = watch.weights(every ? std::nullopt : std::optional<std::int64_t>(0)).squeeze(1).to(torch::kCPU).contiguous();
    throw_if_stopped(worker.stop());
    tensor_io::write_safetensors(
        request.out,
        {tensor_io::view_f32("attention", weights.sizes().vec(),
                             {weights.const_data_ptr<float>(), static_cast<std::size_t>(weights.numel())})},
        {{"format", "cdra-attention"},
         {"version", "1"},
         {"image", name},
         {"queries", every ? "all" : "cls"},
         {"class_token", spec.class_token ? "1" : "0"},
         {"registers", std::to_string(spec.registers)},
         {"grid_height", std::to_string(grid)},
         {"grid_width", std::to_string(grid)},
         {"image_size", std::to_string(size)},
         {"resize", setup.preprocessing.resize}});
    worker.progress().report({"attention", 1, 1, {}});
    if (request.output.json)
        std::cout << nlohmann::ordered_json{{"run", request.run}, {"image", name},       {"out", request.out},
                                            {"blocks", spec.depth}, {"heads", spec.heads}, {"queries", weights.size(2)},
                                            {"tokens", weights.size(3)}}
                         .dump()
                  << '\n';
    else
        std::printf("%s\n", request.out.c_str());
}

} // namespace

int attention(std::string_view text) {
    const auto request = job::attention_request(text);
    Worker worker(request.output, request.output.job, "cdra attention");
    worker.run([&] { run(request, worker); });
    return exit_codes::done;
}

} // namespace cdra::engine::commands
