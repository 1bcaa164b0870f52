// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/training/inference_cost.h"

#include "core/engine/training/autocast.h"
#include "core/engine/training/memory.h"
#include "core/methods/descriptor.h"

#include <algorithm>
#include <chrono>
#include <torch/torch.h>
#include <vector>

namespace cdra::engine {
namespace {

constexpr std::size_t most_passes = 7;
constexpr double enough_seconds = 2;
constexpr int host_batch = 16; // a processor gains nothing by more, and a slow model would keep the run waiting

} // namespace

InferenceCost inference_cost(RunSetup& setup) {
    using Clock = std::chrono::steady_clock;
    const torch::NoGradGuard no_grad;
    Method* method = setup.method.get();
    if (methods::find_method(setup.project.method).mergeable) {
        method->merge(*setup.model);
        method = nullptr;
    }
    const bool cuda = setup.device.is_cuda();
    InferenceCost cost;
    cost.batch = cuda ? setup.project.recipe.batch_size : std::min(setup.project.recipe.batch_size, host_batch);
    const std::int64_t size = setup.preprocessing.image_size;
    const Tensor images = torch::zeros({cost.batch, 3, size, size}, torch::TensorOptions().device(setup.device));
    const Bf16Autocast autocast(setup.device, setup.project.recipe.precision == "bf16");
    ForwardOptions options;
    options.adaptation = method;
    reset_peak_memory();
    std::vector<double> seconds;
    double sum = 0;
    // The first pass plans memory and kernels, and is not counted.
    for (std::size_t pass = 0; pass <= most_passes && (seconds.empty() || sum < enough_seconds); ++pass) {
        const auto start = Clock::now();
        if (method != nullptr) method->begin_forward(false, 0);
        const Tensor features = setup.task->features(*setup.model, images, options);
        // Reading a value waits for the device.
        setup.task->outputs(*setup.model, features, options).sum().item<double>();
        const double took = std::chrono::duration<double>(Clock::now() - start).count();
        if (pass == 0) continue;
        seconds.push_back(took);
        sum += took;
    }
    std::nth_element(seconds.begin(), seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2), seconds.end());
    cost.seconds_per_image = seconds[seconds.size() / 2] / cost.batch;
    cost.memory_mib = cuda ? peak_gpu_memory_mib() : peak_host_memory_mib();
    return cost;
}

} // namespace cdra::engine
