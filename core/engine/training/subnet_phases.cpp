// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/training/subnet_phases.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/engine/methods/noah.h"
#include "core/engine/training/batches.h"
#include "core/engine/training/evaluation.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

namespace cdra::engine {
namespace {

using nlohmann::json;

// checkpoints/search.json: every answer of the search so far. With them the search, a pure function of seed
// and answers, is gone through again in no time.
class SearchFile {
  public:
    explicit SearchFile(std::filesystem::path path) : path_(std::move(path)) {
        if (!std::filesystem::exists(path_)) return;
        try {
            const auto object = json::parse(read_text_file(path_, std::size_t{64} << 20));
            steps = object.at("supernet_steps").get<std::int64_t>();
            found = object.at("found").get<bool>();
            accuracies = object.at("accuracies").get<std::map<std::string, double>>();
        } catch (const json::exception& error) {
            throw CorruptFile(path_.string() +
                              ": not a search that can be gone on with; delete it to search anew");
        }
    }
    void save() const {
        write_file_atomically(
            path_,
            json{{"supernet_steps", steps}, {"found", found}, {"accuracies", accuracies}}.dump(1) + "\n");
    }

    std::int64_t steps = 0;
    bool found = false;
    std::map<std::string, double> accuracies; // by the subnet's text

  private:
    std::filesystem::path path_;
};

std::int64_t train_supernet(RunSetup& setup, const job::JobPaths& paths, const datasets::Dataset& data,
                            TrainingHost& host, bool resume) {
    const auto folder = paths.checkpoints / "supernet";
    std::filesystem::create_directories(folder);
    auto recipe = setup.project.recipe;
    recipe.epochs = static_cast<int>(methods::as_integer(setup.options, "supernet-epochs"));
    recipe.lr = methods::as_real(setup.options, "supernet-lr");
    recipe.min_lr = std::min(recipe.min_lr, recipe.lr);
    PhaseHost phase(host, 0, "checkpoints/supernet/");
    TrainingSetup training{
        *setup.model,  *setup.method, data,   setup.preprocessing, recipe, setup.project.run.seed,
        setup.threads, folder,        resume, *setup.task,         {},     "supernet"};
    training.roles = SplitRoles{"train", "", "val"};
    return train(training, phase).step;
}

methods::RankedSubnet search(RunSetup& setup, const datasets::Dataset& data, TrainingHost& host,
                             SearchFile& file) {
    auto& noah = dynamic_cast<Noah&>(*setup.method);
    BatchOptions batches;
    batches.split = "val";
    batches.preprocessing = setup.preprocessing;
    batches.batch_size = setup.project.recipe.batch_size;
    batches.threads = std::max(1, setup.threads / 2);
    batches.bf16 = setup.project.recipe.precision == "bf16";
    batches.task = setup.task.get();
    const auto source = image_batches(*setup.model, data, batches);
    const auto samples = data.samples("val").size();
    const auto options = methods::subnet_search(setup.options);
    const auto total = std::int64_t{options.population} * options.generations;
    std::int64_t asked = 0;
    double best = 0;
    const auto evaluated = [&](const methods::Subnet& subnet) {
        const auto text = methods::text_of(subnet);
        auto known = file.accuracies.find(text);
        if (known == file.accuracies.end()) {
            host.at_step(file.steps); // hears a pause
            noah.use(subnet);
            NullProgress quiet;
            const auto result = evaluate(*setup.model, setup.method.get(), *source, samples, batches.bf16,
                                         "search", quiet, host.stop());
            known = file.accuracies.emplace(text, result.score).first;
            file.save();
        }
        best = std::max(best, known->second);
        char message[64];
        std::snprintf(message, sizeof message, "best val %.4g %%", 100 * best);
        host.progress().report({"search", std::min(++asked, total), total, message});
        return known->second;
    };
    return methods::search_subnets(methods::subnet_space(setup.model->spec(), setup.options), options,
                                   setup.project.run.seed, evaluated);
}

} // namespace

void PhaseHost::write(decltype(job::Event::what) event) {
    if (auto* metric = std::get_if<job::MetricEvent>(&event)) metric->step += steps_before_;
    if (auto* checkpoint = std::get_if<job::CheckpointEvent>(&event)) {
        checkpoint->step += steps_before_;
        checkpoint->path = folder_ + std::filesystem::path(checkpoint->path).filename().string();
    }
    inner_.write(std::move(event));
}

std::int64_t find_subnet(RunSetup& setup, const job::JobPaths& paths, const datasets::Dataset& data,
                         TrainingHost& host, bool resume) {
    if (setup.project.method != "noah") return 0;
    const auto name = paths.checkpoints / "search.json";
    SearchFile file(name);
    if (methods::given_subnet(setup.model->spec(), setup.options)) return file.found ? file.steps : 0;
    const auto& splits = data.splits();
    if (std::find(splits.begin(), splits.end(), "val") == splits.end() || data.samples("val").empty())
        throw InputError(
            "method noah searches on the split 'val', which the dataset has not; give one, or the widths "
            "(--prompt-widths, --lora-widths, --adapter-widths)");
    file.steps = train_supernet(setup, paths, data, host, resume);
    file.save();
    const auto winner = search(setup, data, host, file);
    methods::give_subnet(setup.project.method_options, winner.subnet);
    methods::give_subnet(setup.options, winner.subnet);
    file.found =
        true; // before the project: cut off in between, the search is gone through again from its answers
    file.save();
    job::write_project(paths.project, setup.project);
    char accuracy[32];
    std::snprintf(accuracy, sizeof accuracy, "%.2f", 100 * winner.accuracy);
    host.log("info", "subnet found: " + methods::text_of(winner.subnet) + " (" +
                         std::to_string(methods::parameters(winner.subnet, setup.model->spec().dim)) +
                         " parameters, val " + accuracy + " % in the supernet)");
    // From scratch: fresh parts and a fresh head, as if the subnet had been given.
    setup.method.reset();
    setup.task->reset_head(*setup.model, static_cast<int>(setup.classes.size()), setup.project.run.seed);
    setup.method = make_method("noah", {*setup.model, setup.options, nullptr, setup.project.run.seed});
    return file.steps;
}

} // namespace cdra::engine
