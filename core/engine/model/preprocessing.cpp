// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/model/preprocessing.h"

#include "core/base/error.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <thread>
#include <torch/torch.h>

namespace cdra::engine {

namespace {

constexpr std::array<float, 3> half{0.5F, 0.5F, 0.5F};
constexpr std::array<float, 3> imagenet_mean{0.485F, 0.456F, 0.406F};
constexpr std::array<float, 3> imagenet_std{0.229F, 0.224F, 0.225F};

void require_word(const char* what, const std::string& word, std::initializer_list<const char*> known) {
    std::string list;
    for (const char* candidate : known) {
        if (word == candidate) return;
        list += (list.empty() ? "" : ", ") + std::string(candidate);
    }
    throw InputError(std::string(what) + " \"" + word + "\": expected one of " + list);
}

} // namespace

datasets::Preprocessing resolve_preprocessing(const checkpoint::VitSpec& spec, const job::DataChoice& data) {
    datasets::Preprocessing how;
    how.image_size = data.image_size > 0 ? data.image_size : spec.pretraining_image_size();
    if (data.image_size < 0 || spec.patch <= 0 || how.image_size % spec.patch != 0)
        throw InputError("image size " + std::to_string(data.image_size) + ": the model's patches are " +
                         std::to_string(spec.patch) + " pixels; give a multiple of that");
    const bool dinov2 = spec.family == "dinov2";
    how.mean = data.mean.value_or(spec.mean.value_or(dinov2 ? imagenet_mean : half));
    how.std = data.std.value_or(spec.std.value_or(dinov2 ? imagenet_std : half));
    if (std::ranges::any_of(how.std, [](float value) { return !(value > 0); }))
        throw InputError("std: every channel's value must be above 0");
    require_word("resize", data.resize, {"squash", "crop"});
    require_word("augment", data.augment, {"none", "flip", "crop-flip"});
    how.resize = data.resize;
    how.augment = data.augment;
    return how;
}

checkpoint::Resampling resolve_resampling(const checkpoint::VitSpec& spec, const job::ModelChoice& model) {
    return model.position_resampling.value_or(spec.default_resampling());
}

torch::Device resolve_device(const std::string& word) {
    const auto count = static_cast<int>(torch::cuda::device_count());
    if (word == "cpu") return torch::kCPU;
    if (word == "auto") return count > 0 ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
    int index = 0;
    bool known = word == "cuda";
    if (word.starts_with("cuda:")) {
        const char* end = word.data() + word.size();
        const auto [stop, error] = std::from_chars(word.data() + 5, end, index);
        known = error == std::errc{} && stop == end && index >= 0;
    }
    if (!known) throw InputError("device \"" + word + "\": expected cpu, cuda, cuda:N or auto");
    if (index >= count)
        throw InputError(
            "device " + word + ": " +
            (count == 0 ? std::string("no CUDA device can be used here (no GPU, or a build without CUDA)")
                        : "this machine has " + std::to_string(count)) +
            "; use --device cpu or auto");
    return {torch::kCUDA, static_cast<torch::DeviceIndex>(index)};
}

std::string device_name(const torch::Device& device) {
    return device.is_cpu() ? "cpu" : device.str();
}

int set_threads(int wanted) {
    const int threads =
        wanted > 0 ? wanted : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    at::set_num_threads(threads);
    return threads;
}

} // namespace cdra::engine
