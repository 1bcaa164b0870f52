// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// `cdra-engine predict`: the likeliest classes of image files, with probabilities; of a segmentation, masks.
#include "core/base/error.h"
#include "core/engine/commands/commands.h"
#include "core/engine/commands/worker.h"
#include "core/engine/segmentation/prediction.h"
#include "core/engine/training/run_setup.h"
#include "datasets/image.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

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
        const auto features = setup.task->features(*setup.model, pixels.to(setup.device), options);
        const auto logits =
            setup.task->outputs(*setup.model, features, options).to(torch::kCPU, torch::kFloat64);
        const auto [values, classes] = logits.softmax(1).squeeze(0).topk(top);
        auto& guesses = result.emplace_back();
        for (int i = 0; i < top; ++i)
            guesses.push_back({setup.classes.at(static_cast<std::size_t>(classes[i].item<std::int64_t>())),
                               values[i].item<double>()});
    }
    worker.progress().report({"predict", total, total, {}});
    return result;
}

// One mask an image, and the share of it that each class takes.
void masks(const RunSetup& setup, const job::PredictRequest& request, Worker& worker) {
    namespace fs = std::filesystem;
    const fs::path folder = request.out.empty() ? fs::path(request.run) / "predictions" : fs::path(request.out);
    std::set<std::string> names;
    for (const auto& file : request.images)
        if (const auto name = fs::path(file).stem().string() + ".png"; !names.insert(name).second)
            throw InputError(file + ": a second image whose mask would be called " + name +
                             "; give them in two commands with another --out");
    fs::create_directories(folder);
    const auto total = static_cast<std::int64_t>(request.images.size());
    nlohmann::ordered_json images = nlohmann::ordered_json::array();
    for (const auto& file : request.images) {
        throw_if_stopped(worker.stop());
        worker.progress().report({"predict", static_cast<std::int64_t>(images.size()), total, {}});
        const auto mask = predict_mask(setup, datasets::read_image(file));
        const auto target = folder / (fs::path(file).stem().string() + ".png");
        write_mask(target, mask);
        std::vector<std::size_t> pixels(setup.classes.size());
        for (const auto index : mask.classes)
            ++pixels.at(index);
        nlohmann::ordered_json image{{"file", file}, {"mask", target.string()}, {"classes", nlohmann::ordered_json::array()}};
        for (std::size_t c = 0; c < pixels.size(); ++c)
            if (pixels[c] > 0)
                image["classes"].push_back(
                    {{"class", setup.classes[c]},
                     {"share", static_cast<double>(pixels[c]) / static_cast<double>(mask.classes.size())}});
        images.push_back(std::move(image));
    }
    worker.progress().report({"predict", total, total, {}});
    if (request.output.json) {
        std::cout << nlohmann::ordered_json{{"run", request.run}, {"images", std::move(images)}}.dump() << '\n';
        return;
    }
    for (const auto& image : images) {
        std::printf("%s: %s\n", image["file"].get<std::string>().c_str(), image["mask"].get<std::string>().c_str());
        for (const auto& one : image["classes"])
            std::printf("  %6.2f %%  %s\n", 100 * one["share"].get<double>(), one["class"].get<std::string>().c_str());
    }
}

void run(const job::PredictRequest& request, Worker& worker) {
    if (request.images.empty()) throw InputError("no image is named; expected at least one image file");
    const auto setup = open_run(request.run, request.device, worker.progress(), worker.stop());
    if (setup.task->kind() == datasets::Task::segmentation) return masks(setup, request, worker);
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
