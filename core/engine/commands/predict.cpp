// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// `cdra-engine predict`: the likeliest classes of image files, with probabilities.
#include "core/base/error.h"
#include "core/engine/commands/commands.h"
#include "core/engine/commands/worker.h"
#include "core/engine/training/run_setup.h"
#include "datasets/image.h"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

namespace cdra::engine::commands {
namespace {

struct Guess {
    std::string name;
    double probability = 0;
};

std::vector<std::vector<Guess>> guess(const RunSetup& setup, const job::PredictRequest& request,
                                      Worker& worker) {
    const torch::NoGradGuard no_grad;
    const auto size = setup.preprocessing.image_size;
    const auto top = std::clamp(request.top, 1, static_cast<int>(setup.classes.size()));
    const auto total = static_cast<std::int64_t>(request.images.size());
    std::vector<std::vector<Guess>> result;
    for (const auto& file : request.images) {
        throw_if_stopped(worker.stop());
        worker.progress().report({"predict", static_cast<std::int64_t>(result.size()), total, {}});
        auto pixels = torch::empty({1, 3, size, size}, torch::kFloat32);
        datasets::preprocess(datasets::read_image(file), setup.preprocessing, false, 0,
                             {pixels.mutable_data_ptr<float>(), static_cast<std::size_t>(pixels.numel())});
        setup.method->begin_forward(false, 0);
        ForwardOptions options;
        options.adaptation = setup.method.get();
        const auto logits =
            setup.model->logits(pixels.to(setup.device), options).to(torch::kCPU, torch::kFloat64);
        const auto [values, classes] = logits.softmax(1).squeeze(0).topk(top);
        auto& guesses = result.emplace_back();
        for (int i = 0; i < top; ++i)
            guesses.push_back({setup.classes.at(static_cast<std::size_t>(classes[i].item<std::int64_t>())),
                               values[i].item<double>()});
    }
    worker.progress().report({"predict", total, total, {}});
    return result;
}

void run(const job::PredictRequest& request, Worker& worker) {
    if (request.images.empty()) throw InputError("no image is named; expected at least one image file");
    const auto setup = open_run(request.run, request.device, worker.progress(), worker.stop());
    const auto guesses = guess(setup, request, worker);
    nlohmann::ordered_json images = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < guesses.size(); ++i) {
        if (request.output.json) {
            nlohmann::ordered_json image;
            image["file"] = request.images[i];
            image["classes"] = nlohmann::ordered_json::array();
            for (const auto& one : guesses[i])
                image["classes"].push_back({{"class", one.name}, {"probability", one.probability}});
            images.push_back(std::move(image));
            continue;
        }
        std::printf("%s\n", request.images[i].c_str());
        for (const auto& one : guesses[i])
            std::printf("  %6.2f %%  %s\n", 100 * one.probability, one.name.c_str());
    }
    if (request.output.json)
        std::cout << nlohmann::ordered_json{{"run", request.run}, {"images", std::move(images)}}.dump()
                  << '\n';
}

} // namespace

int predict(std::string_view text) {
    const auto request = job::predict_request(text);
    Worker worker(request.output, request.output.job, "cdra predict");
    worker.run([&] { run(request, worker); });
    return exit_codes::done;
}

} // namespace cdra::engine::commands
