// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/forecast.h"

#include "app/workbench/frozen.h"
#include "app/workbench/job_client.h"

#include <algorithm>

namespace cdra::workbench {

namespace {

double peak_mib(const JobClient& run) {
    double peak = run.results().value("memory/peak_mib", 0);
    for (const char* metric : {"train/memory_mib", "train/gpu_memory_mib"})
        for (const MetricPoint& point : run.metrics().value(metric)) peak = std::max(peak, point.value);
    return peak;
}

// Half of the values are below it: the first steps and a busy machine's pauses do not count.
double median_rate(const JobClient& run) {
    std::vector<double> rates;
    for (const MetricPoint& point : run.metrics().value("train/images_per_second"))
        if (point.value > 0) rates.push_back(point.value);
    if (rates.empty()) return 0;
    const auto middle = rates.begin() + std::ptrdiff_t(rates.size() / 2);
    std::ranges::nth_element(rates, middle);
    return *middle;
}

} // namespace

std::optional<Forecast> forecast(const job::Project& project, std::int64_t images, const QList<JobClient*>& runs) {
    if (images <= 0) return std::nullopt;
    std::optional<Forecast> best;
    int best_fit = 0;
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
        const auto frozen = frozen_project((*run)->folder());
        if (!frozen) continue; // refused before it began
        const job::Project& earlier = *frozen;
        if (earlier.model.path != project.model.path || earlier.data.image_size != project.data.image_size ||
            earlier.run.device != project.run.device || earlier.recipe.precision != project.recipe.precision)
            continue;
        const int fit = 1 + 2 * (earlier.method == project.method) + (earlier.recipe.batch_size == project.recipe.batch_size);
        if (fit <= best_fit) continue;
        const double rate = median_rate(**run); // the costly part last: asked for at every edit
        if (rate <= 0) continue;
        best_fit = fit;
        best = Forecast{double(images) * project.recipe.epochs / rate, peak_mib(**run), (*run)->name()};
    }
    return best;
}

std::optional<Forecast> taken(const JobClient& run) {
    const double seconds = run.results().value("time/train_seconds", run.took_seconds());
    if (seconds <= 0 || run.state() != job::JobState::done) return std::nullopt;
    return Forecast{seconds, peak_mib(run), run.name()};
}

} // namespace cdra::workbench
