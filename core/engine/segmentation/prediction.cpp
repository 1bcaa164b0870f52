// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/segmentation/prediction.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/engine/segmentation/decoder.h"
#include "datasets/encode_png.h"
#include "datasets/voc_palette.h"

#include <algorithm>
#include <set>
#include <nlohmann/json.hpp>

namespace cdra::engine {

datasets::LabelImage predict_mask(const RunSetup& setup, const datasets::Image& image) {
    const torch::NoGradGuard no_grad;
    if (setup.preprocessing.resize != "squash")
        throw InputError("masks are predicted of whole images: the run was trained with --resize " +
                         setup.preprocessing.resize + ", expected squash");
    const auto size = setup.preprocessing.image_size;
    auto pixels = torch::empty({1, 3, size, size}, torch::kFloat32);
    datasets::preprocess(image, setup.preprocessing, false, 0,
                         {pixels.mutable_data_ptr<float>(), static_cast<std::size_t>(pixels.numel())});
    setup.method->begin_forward(false, 0);
    ForwardOptions options;
    options.adaptation = setup.method.get();
    const auto features = setup.task->features(*setup.model, pixels.to(setup.device), options);
    const auto classes = class_map(setup.task->outputs(*setup.model, features, options), image.height, image.width);
    datasets::LabelImage mask{image.width, image.height, {}};
    const auto* data = classes.const_data_ptr<std::uint8_t>();
    mask.classes.assign(data, data + classes.numel());
    return mask;
}

void write_mask(const std::filesystem::path& path, const datasets::LabelImage& mask) {
    const auto bytes = datasets::encode_png(mask.width, mask.height, mask.classes, datasets::voc_palette());
    write_file_atomically(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void write_masks(const RunSetup& setup, const datasets::Dataset& data, const std::string& split,
                 std::size_t most, const std::filesystem::path& folder, ProgressSink& progress,
                 const std::stop_token& stop) {
    const auto target = folder / split;
    std::filesystem::create_directories(target);
    const auto& samples = data.samples(split);
    const auto count = std::min(most, samples.size());
    nlohmann::ordered_json index{{"classes", data.classes()}, {"masks", nlohmann::ordered_json::array()}};
    std::set<std::string> names;
    for (std::size_t i = 0; i < count; ++i) {
        throw_if_stopped(stop);
        progress.report({"masks", static_cast<std::int64_t>(i), static_cast<std::int64_t>(count), {}});
        auto name = samples[i].name;
        std::replace(name.begin(), name.end(), '/', '_');
        while (!names.insert(name).second) name += '_'; // "a/b" and "a_b" are two images
        name += ".png";
        write_mask(target / name, predict_mask(setup, data.load(split, i)));
        index["masks"].push_back({{"image", samples[i].name}, {"mask", name}});
    }
    write_file_atomically(target / "index.json",
                          index.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    progress.report({"masks", static_cast<std::int64_t>(count), static_cast<std::int64_t>(count), {}});
}

} // namespace cdra::engine
