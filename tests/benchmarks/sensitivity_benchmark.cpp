// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Step 1 against its peer: a plain batched forward and backward pass of the same images with the gradients of
// all candidate weights, biases and norms. Interleaved, so that a busy machine slows both.
//   sensitivity_benchmark MODEL [IMAGE_SIZE 56] [IMAGES 400] [BATCH 32] [ROUNDS 5] [THREADS 0]
#include "core/engine/kernels/squared_gradient.h"
#include "core/engine/model/preprocessing.h"
#include "core/engine/sensitivity/sensitivity.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <iostream>
#include <torch/torch.h>

namespace {

using namespace cdra;
using engine::Tensor;
using Clock = std::chrono::steady_clock;

constexpr int classes = 10;

std::function<bool(engine::LabelledImages&)> batches(const Tensor& images, const Tensor& labels,
                                                     std::int64_t size) {
    return [&, size, at = std::int64_t{0}](engine::LabelledImages& next) mutable {
        const auto count = std::min(size, images.size(0) - at);
        if (count <= 0) return false;
        next = {images.narrow(0, at, count), labels.narrow(0, at, count)};
        at += count;
        return true;
    };
}

// Every tensor that the sensitivity map holds takes its gradient, q, k and v in one product.
engine::Vit trainable(const engine::Vit& model) {
    engine::Vit copy = model;
    const auto make_leaf = [&](const std::string& name) {
        copy.set_tensor(name, model.tensor(name).detach().clone().requires_grad_());
    };
    for (const auto& vector : checkpoint::tunable_vectors(model.spec()))
        make_leaf(vector.name);
    for (int block = 0; block < model.spec().depth; ++block)
        for (const char* name : {"attn.qkv", "attn.proj", "mlp.fc1", "mlp.fc2"})
            make_leaf("blocks." + std::to_string(block) + "." + name + ".weight");
    return copy;
}

double seconds(const std::function<void()>& work) {
    const auto start = Clock::now();
    work();
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

int run(const std::vector<std::string>& words) {
    const auto word = [&](std::size_t i, int otherwise) {
        return words.size() > i ? std::stoi(words[i]) : otherwise;
    };
    const int size = word(1, 56), count = word(2, 400), batch = word(3, 32), rounds = word(4, 5);
    const int threads = engine::set_threads(word(5, 0));
    const auto source = checkpoint::open(words.at(0));
    engine::Vit model(*source, size, source->spec().default_resampling(), checkpoint::Pooling::cls,
                      torch::kCPU);
    model.reset_head(classes, 0);
    const engine::Vit plain = trainable(model);
    torch::manual_seed(0);
    const Tensor images = torch::randn({count, 3, size, size}),
                 labels = torch::randint(classes, {count}, torch::kInt64);

    std::vector<double> ours, peer;
    NullProgress silent;
    for (int round = -1; round < rounds; ++round) { // the first round warms up
        const double sensitivity = seconds([&] {
            engine::SensitivityInputs inputs{
                .model = model, .next = batches(images, labels, batch), .samples = count};
            engine::compute_sensitivity(inputs, silent);
        });
        const double backward = seconds([&] {
            engine::LabelledImages next;
            for (auto source_of = batches(images, labels, batch); source_of(next);)
                at::cross_entropy_loss(plain.logits(next.images), next.labels).backward();
        });
        if (round < 0) continue;
        ours.push_back(sensitivity);
        peer.push_back(backward);
        std::cout << "sensitivity " << sensitivity << " s, forward and backward " << backward << " s" << std::endl;
    }
    std::cout << count << " images at " << size << " px, batch " << batch << ", " << threads << " threads, "
              << engine::kernels::name_of(engine::kernels::best_instruction_set())
              << "\nmedians: sensitivity " << median(ours) << " s, forward and backward " << median(peer)
              << " s, ratio " << median(ours) / median(peer) << '\n';
    return 0;
}

} // namespace

int main(int count, char** words) {
    try {
        return run({words + 1, words + count});
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 2;
    }
}
