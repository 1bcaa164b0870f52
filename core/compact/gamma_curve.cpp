// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/compact/gamma_curve.h"

#include "core/base/parallel.h"
#include "core/compact/allocation.h"
#include "core/sensitivity/pool.h"

#include <algorithm>
#include <cmath>

namespace cdra::compact {

namespace {

std::uint16_t code_of(float value) noexcept {
    return static_cast<std::uint16_t>(sensitivity::key_of(value) >> 15);
}

// How many of a descending list are at least `code`.
std::uint64_t count_from(const std::vector<std::uint16_t>& descending, std::uint16_t code) {
    return static_cast<std::uint64_t>(
        std::ranges::partition_point(descending, [&](std::uint16_t one) { return one >= code; }) -
        descending.begin());
}

std::uint64_t count_from(const GammaSketch::Matrix& matrix, std::uint16_t code) {
    const auto several = count_from(matrix.codes, code);
    return several == 0 ? 0 : matrix.at_least[several - 1];
}

GammaSketch::Matrix sketch_matrix(const sensitivity::MatrixSensitivity& matrix) {
    GammaSketch::Matrix out;
    out.shape = matrix.shape;
    const auto rows = static_cast<std::size_t>(matrix.shape.in), columns = static_cast<std::size_t>(matrix.shape.out);
    std::vector<std::uint32_t> histogram(65536, 0);
    out.row_peaks.assign(rows, 0);
    out.column_peaks.assign(columns, 0);
    for (std::size_t c = 0; c < columns; ++c) {
        const float* values = matrix.values.data() + c * rows;
        std::uint16_t peak = 0;
        for (std::size_t r = 0; r < rows; ++r) {
            const std::uint16_t code = code_of(values[r]);
            ++histogram[code];
            out.row_peaks[r] = std::max(out.row_peaks[r], code);
            peak = std::max(peak, code);
        }
        out.column_peaks[c] = peak;
    }
    std::uint32_t total = 0;
    for (std::size_t code = histogram.size(); code-- > 0;) {
        if (histogram[code] == 0) continue;
        total += histogram[code];
        out.codes.push_back(static_cast<std::uint16_t>(code));
        out.at_least.push_back(total);
    }
    std::ranges::sort(out.row_peaks, std::greater<>());
    std::ranges::sort(out.column_peaks, std::greater<>());
    return out;
}

} // namespace

GammaSketch sketch(const sensitivity::SensitivityMap& map, const std::stop_token& stop, int threads) {
    GammaSketch out;
    out.backbone_parameters = map.provenance.backbone_parameters;
    out.class_token_parameters = map.provenance.class_token_parameters;
    out.matrices.resize(map.matrices.size());
    parallel_for(threads, map.matrices.size(), [&](std::size_t, std::size_t i) {
        throw_if_stopped(stop);
        out.matrices[i] = sketch_matrix(map.matrices[i]);
    });
    for (const auto& vector : map.vectors) {
        GammaSketch::Vector one;
        one.size = vector.shape.size;
        one.codes.reserve(vector.values.size());
        for (const float value : vector.values) one.codes.push_back(code_of(value));
        std::ranges::sort(one.codes, std::greater<>());
        out.vectors.push_back(std::move(one));
    }
    throw_if_stopped(stop);
    return out;
}

namespace {

std::uint64_t pool_count(const GammaSketch& sketch, sensitivity::Pool pool, std::uint16_t code) {
    std::uint64_t count = 0;
    for (const auto& matrix : sketch.matrices) count += count_from(matrix, code);
    if (pool == sensitivity::Pool::all)
        for (const auto& vector : sketch.vectors) count += count_from(vector.codes, code);
    return count;
}

GammaPoint point_at(const GammaSketch& sketch, const PlanOptions& options, const RankStrategy& strategy,
                    std::uint16_t code) {
    std::vector<RankInput> inputs;
    std::vector<BoxSides> boxes;
    for (const auto& matrix : sketch.matrices) {
        const std::uint64_t rows = count_from(matrix.row_peaks, code), columns = count_from(matrix.column_peaks, code);
        const auto d = static_cast<std::uint32_t>(matrix.shape.in), k = static_cast<std::uint32_t>(matrix.shape.out);
        inputs.push_back({matrix.shape.name, d, k, rows, columns, count_from(matrix, code)});
        boxes.push_back(box_sides({d, k, static_cast<std::uint32_t>(rows), static_cast<std::uint32_t>(columns)},
                                  options.quadrant, options.size_scale));
    }
    const auto allotments = allot(inputs, boxes, {strategy, options.edited_ranks, options.rank_zero});
    GammaPoint point;
    point.count = pool_count(sketch, options.pool, code);
    if (options.class_token) point.trainable += static_cast<std::uint64_t>(sketch.class_token_parameters);
    for (std::size_t i = 0; i < allotments.size(); ++i) {
        point.trainable += parameters_of(allotments[i], boxes[i], inputs[i].sensitive);
        point.rank_sum += allotments[i].treatment == Treatment::low_rank ? allotments[i].rank : 0;
        if (allotments[i].treatment != Treatment::low_rank) ++point.zero_ranks;
    }
    for (const auto& vector : sketch.vectors)
        if (is_tuned(count_from(vector.codes, code), vector.size, options))
            point.trainable += static_cast<std::uint64_t>(vector.size);
    return point;
}

} // namespace

std::vector<GammaPoint> gamma_curve(const GammaSketch& sketch, const PlanOptions& options, double low, double high,
                                    int points) {
    if (!(low > 0 && low < high && high <= 1) || points < 2)
        throw InputError("the curve over gamma goes from " + std::to_string(low) + " to " + std::to_string(high) + " in " +
                         std::to_string(points) + " points; expected 0 < from < to ≤ 1 and at least 2 points");
    const auto strategy = parse_rank_strategy(options.rank);
    const double pool = static_cast<double>(pool_count(sketch, options.pool, 0));
    const double backbone = static_cast<double>(std::max<std::int64_t>(1, sketch.backbone_parameters));
    std::vector<GammaPoint> curve;
    for (int i = 0; i < points && pool > 0; ++i) {
        const double gamma = low * std::pow(high / low, double(i) / (points - 1));
        // The largest code with at least as many values at or above it.
        const auto wanted = static_cast<std::uint64_t>(gamma * pool);
        std::uint32_t from = 0, to = 65535;
        while (from < to) {
            const std::uint32_t middle = (from + to + 1) / 2;
            if (pool_count(sketch, options.pool, static_cast<std::uint16_t>(middle)) >= std::max<std::uint64_t>(1, wanted)) from = middle;
            else to = middle - 1;
        }
        // Weights without any sensitivity are all alike: no threshold tells some of them from the others.
        if (from == 0) break;
        GammaPoint point = point_at(sketch, options, *strategy, static_cast<std::uint16_t>(from));
        if (!curve.empty() && curve.back().count == point.count) continue;
        point.gamma = static_cast<double>(point.count) / pool;
        point.percent = 100.0 * static_cast<double>(point.trainable) / backbone;
        curve.push_back(point);
    }
    return curve;
}

} // namespace cdra::compact
