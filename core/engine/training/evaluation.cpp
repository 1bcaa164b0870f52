// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/training/evaluation.h"

#include "core/engine/training/autocast.h"

#include <ATen/ops/cross_entropy_loss.h>
#include <numeric>

namespace cdra::engine {
namespace {

double mean_class_accuracy(const Evaluation& result) {
    std::vector<std::int64_t> total(static_cast<std::size_t>(result.classes)), right(total.size());
    for (std::size_t i = 0; i < result.labels.size(); ++i) {
        const auto label = static_cast<std::size_t>(result.labels[i]);
        if (label >= total.size()) continue;
        ++total[label];
        if (result.predicted[i] == result.labels[i]) ++right[label];
    }
    double sum = 0;
    int present = 0;
    for (std::size_t c = 0; c < total.size(); ++c)
        if (total[c] > 0) sum += static_cast<double>(right[c]) / static_cast<double>(total[c]), ++present;
    return present > 0 ? sum / present : 0;
}

} // namespace

Evaluation evaluate(const Vit& model, Method* method, BatchSource& source, std::size_t samples, bool bf16,
                    const std::string& stage, ProgressSink& progress, const std::stop_token& stop) {
    const torch::NoGradGuard no_grad;
    const Bf16Autocast autocast(model.device(), bf16);
    std::vector<std::uint32_t> order(samples);
    std::iota(order.begin(), order.end(), 0U);
    source.start(std::move(order), 0, 0);
    Evaluation result;
    double loss = 0;
    std::int64_t right = 0;
    const auto total = static_cast<std::int64_t>(samples);
    progress.report({stage, 0, total, {}});
    for (MicroBatch batch; source.next(batch);) {
        throw_if_stopped(stop);
        if (method != nullptr) method->begin_forward(false, 0);
        ForwardOptions options;
        options.adaptation = method;
        const auto logits = source.logits(model, batch.input, options).to(torch::kFloat32);
        loss += at::cross_entropy_loss(logits, batch.labels, {}, at::Reduction::Sum).item<double>();
        const auto values = logits.to(torch::kCPU).contiguous();
        const auto predicted = values.argmax(1).to(torch::kInt32);
        const auto labels = batch.labels.to(torch::kCPU).to(torch::kInt32);
        right += predicted.eq(labels).sum().item<std::int64_t>();
        result.classes = static_cast<int>(values.size(1));
        const auto* data = values.const_data_ptr<float>();
        result.logits.insert(result.logits.end(), data, data + values.numel());
        const auto* best = predicted.const_data_ptr<std::int32_t>();
        result.predicted.insert(result.predicted.end(), best, best + predicted.numel());
        const auto* label = labels.const_data_ptr<std::int32_t>();
        result.labels.insert(result.labels.end(), label, label + labels.numel());
        result.samples += batch.size;
        progress.report({stage, result.samples, total, {}});
    }
    if (result.samples == 0) return result;
    result.loss = loss / static_cast<double>(result.samples);
    result.accuracy = static_cast<double>(right) / static_cast<double>(result.samples);
    result.mean_class_accuracy = mean_class_accuracy(result);
    return result;
}

} // namespace cdra::engine
