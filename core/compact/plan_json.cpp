// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/compact/plan.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace cdra::compact {

namespace {

using Json = nlohmann::ordered_json;

// A float widened to double would print digits it never had.
double as_typed(float value) {
    return std::strtod(Json(value).dump().c_str(), nullptr);
}

Json matrix_json(const PlannedMatrix& matrix) {
    return {{"name", matrix.shape.name},
            {"rows", matrix.shape.in},
            {"columns", matrix.shape.out},
            {"sensitive", matrix.mask.size()},
            {"compact_rows", matrix.reorganised.compact_rows},
            {"compact_columns", matrix.reorganised.compact_columns},
            {"density", matrix.density()},
            {"box_rows", matrix.box.rows.size()},
            {"box_columns", matrix.box.columns.size()},
            {"rank", matrix.rank},
            {"treatment", name_of(matrix.treatment)},
            {"whole", matrix.whole},
            {"parameters", matrix.parameters()},
            {"sensitivity_total", matrix.sensitivity_total},
            {"sensitivity_in_box", matrix.sensitivity_in_box}};
}

Json amount_json(const Amount& amount) {
    if (const auto* gamma = std::get_if<Gamma>(&amount)) return {{"gamma", gamma->value}};
    if (const auto* tau = std::get_if<Tau>(&amount)) return {{"tau", tau->value}};
    return {{"budget", std::get<Budget>(amount).percent}};
}

} // namespace

std::string plan_json(const CompactPlan& plan) {
    const auto count = static_cast<double>(plan.matrices.size());
    double rows = 0, columns = 0, densities = 0;
    std::uint64_t zero_ranks = 0, boxed = 0;
    Json matrices = Json::array(), vectors = Json::array();
    for (const PlannedMatrix& matrix : plan.matrices) {
        rows += matrix.reorganised.compact_rows;
        columns += matrix.reorganised.compact_columns;
        if (!matrix.mask.empty()) densities += matrix.density(), ++boxed;
        zero_ranks += matrix.rank == 0;
        matrices.push_back(matrix_json(matrix));
    }
    std::uint64_t sensitive_entries = 0;
    for (const PlannedVector& vector : plan.vectors) {
        sensitive_entries += vector.sensitive;
        vectors.push_back({{"name", vector.shape.name},
                           {"size", vector.shape.size},
                           {"sensitive", vector.sensitive},
                           {"tuned", vector.tuned},
                           {"parameters", vector.parameters()}});
    }
    const std::string obstacle = plan.peft_obstacle();
    Json json = {{"method", plan.method},
                 {"gamma", plan.gamma},
                 {"tau", plan.tau},
                 {"threshold", as_typed(plan.threshold)},
                 {"amount", amount_json(plan.options.amount)},
                 {"pool", sensitivity::name_of(plan.options.pool)},
                 {"pool_size", plan.pool_size},
                 {"rank_strategy", plan.options.rank},
                 {"edited_ranks", plan.options.edited_ranks},
                 {"rank_zero", name_of(plan.options.rank_zero)},
                 {"size_scale", plan.options.size_scale},
                 {"quadrant", name_of(plan.options.quadrant)},
                 {"tune_vectors", plan.options.tune_vectors},
                 {"beta", plan.options.beta},
                 {"class_token", plan.options.class_token},
                 {"candidate_weights", plan.candidate_weights},
                 {"sensitive_weights", plan.sensitive_weights()},
                 {"sensitive_vector_entries", sensitive_entries},
                 {"backbone_parameters", plan.backbone_parameters},
                 {"trainable_parameters", plan.trainable_parameters()},
                 {"trainable_percent", plan.trainable_percent()},
                 {"matrix_parameters", plan.matrix_parameters()},
                 {"vector_parameters", plan.vector_parameters()},
                 {"class_token_parameters", plan.options.class_token ? plan.class_token_parameters : 0},
                 {"mean_compact_rows", count > 0 ? rows / count : 0},
                 {"mean_compact_columns", count > 0 ? columns / count : 0},
                 {"mean_density", boxed > 0 ? densities / static_cast<double>(boxed) : 0},
                 {"zero_ranks", zero_ranks},
                 {"exportable_to_peft", obstacle.empty()},
                 {"peft_obstacle", obstacle},
                 {"map_fingerprint", plan.map_fingerprint},
                 {"model_sha256", plan.model_sha256},
                 {"matrices", std::move(matrices)},
                 {"vectors", std::move(vectors)}};
    return json.dump();
}

} // namespace cdra::compact
