// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/training/evaluation.h"

#include "core/engine/training/autocast.h"
#include "core/engine/training/batches.h"
#include "core/engine/training/task.h"

#include <cstdio>
#include <numeric>

namespace cdra::engine {

std::string in_words(const Evaluation& evaluation) {
    const auto percent = [](double value) {
        char text[32];
        std::snprintf(text, sizeof text, "%.2f %%", 100 * value);
        return std::string(text);
    };
    char loss[32];
    std::snprintf(loss, sizeof loss, "loss %.4f", evaluation.loss);
    const auto count = std::to_string(evaluation.samples);
    if (evaluation.confusion.empty())
        return percent(evaluation.accuracy) + " of " + count + " (mean per class " +
               percent(evaluation.mean_class_accuracy) + ", " + loss + ")";
    std::string text;
    for (const auto& [name, value] : evaluation.figures)
        text += (text.empty() ? "" : ", ") + name + " " + percent(value);
    return text + " of " + count + " images (" + loss + ")";
}

Evaluation evaluate(const Vit& model, Method* method, BatchSource& source, std::size_t samples, bool bf16,
                    const std::string& stage, ProgressSink& progress, const std::stop_token& stop) {
    const torch::NoGradGuard no_grad;
    const Bf16Autocast autocast(model.device(), bf16);
    std::vector<std::uint32_t> order(samples);
    std::iota(order.begin(), order.end(), 0U);
    source.start(std::move(order), 0, 0);
    const auto tally = source.task().tally(model.spec().classes);
    Evaluation result;
    double loss = 0;
    const auto total = static_cast<std::int64_t>(samples);
    progress.report({stage, 0, total, {}});
    for (MicroBatch batch; source.next(batch);) {
        throw_if_stopped(stop);
        if (method != nullptr) method->begin_forward(false, 0);
        ForwardOptions options;
        options.adaptation = method;
        const auto outputs = source.outputs(model, batch.input, options).to(torch::kFloat32);
        loss += source.task().sample_losses(outputs, batch.labels).item<double>();
        tally->add(outputs, batch.labels);
        result.samples += batch.size;
        progress.report({stage, result.samples, total, {}});
    }
    if (result.samples == 0) return result;
    result.loss = loss / static_cast<double>(result.samples);
    tally->finish(result);
    return result;
}

} // namespace cdra::engine
