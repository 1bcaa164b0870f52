// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/compact/plan.h"

#include "core/compact/allocation.h"
#include "core/compact/mask_cover.h"

#include <algorithm>
#include <array>

namespace cdra::compact {

namespace {

constexpr std::array<std::string_view, 3> rank_zero_words = {"mask", "freeze", "one"};
constexpr std::array<std::string_view, 4> treatment_words = {"low-rank", "masked", "frozen", "adapter"};

} // namespace

std::string_view name_of(RankZero value) noexcept {
    return rank_zero_words[static_cast<std::size_t>(value)];
}

RankZero parse_rank_zero(std::string_view word) {
    const auto found = std::ranges::find(rank_zero_words, word);
    if (found == rank_zero_words.end())
        throw InputError("rank-zero \"" + std::string(word) +
                         "\" is unknown; expected one of: mask, freeze, one");
    return static_cast<RankZero>(found - rank_zero_words.begin());
}

std::string_view name_of(Treatment value) noexcept {
    return treatment_words[static_cast<std::size_t>(value)];
}

double PlannedMatrix::density() const noexcept {
    const double area = static_cast<double>(reorganised.compact_rows) * reorganised.compact_columns;
    return area > 0 ? static_cast<double>(mask.size()) / area : 0;
}

std::uint64_t PlannedMatrix::parameters() const noexcept {
    const BoxSides sides{{0, static_cast<std::uint32_t>(box.rows.size())},
                         {0, static_cast<std::uint32_t>(box.columns.size())}};
    return parameters_of({rank, treatment, whole}, sides, mask.size());
}

std::uint64_t CompactPlan::sensitive_weights() const noexcept {
    std::uint64_t total = 0;
    for (const PlannedMatrix& matrix : matrices)
        total += matrix.mask.size();
    return total;
}

std::uint64_t CompactPlan::matrix_parameters() const noexcept {
    std::uint64_t total = 0;
    for (const PlannedMatrix& matrix : matrices)
        total += matrix.parameters();
    if (patch) total += patch->parameters();
    return total;
}

std::uint64_t CompactPlan::vector_parameters() const noexcept {
    std::uint64_t total = 0;
    for (const PlannedVector& vector : vectors)
        total += vector.parameters();
    return total;
}

std::uint64_t CompactPlan::trainable_parameters() const noexcept {
    return matrix_parameters() + vector_parameters() +
           (options.class_token ? static_cast<std::uint64_t>(class_token_parameters) : 0);
}

double CompactPlan::trainable_percent() const noexcept {
    return backbone_parameters > 0 ? 100.0 * static_cast<double>(trainable_parameters()) /
                                         static_cast<double>(backbone_parameters)
                                   : 0;
}

std::string CompactPlan::peft_obstacle() const {
    for (const PlannedMatrix& matrix : matrices)
        if (matrix.treatment == Treatment::adapter)
            return matrix.shape.name +
                   " has an adapter with a nonlinearity, which a LoRA can't say; save the compact adapter";
    if (patch && !patch->mask.empty())
        return "single weights of the patch embedding are tuned, which a LoRA can't say; write a merged checkpoint";
    // Single weights are a product too, one term for each input or output that it takes to cover them.
    for (const PlannedMatrix& matrix : matrices) {
        if (matrix.treatment != Treatment::masked) continue;
        // A cover never has more terms than there are weights: where even that is small, none is looked for.
        if (smaller_than_matrix(matrix.mask.size(), matrix.shape.out, matrix.shape.in)) continue;
        const std::size_t rank = cover_of_mask(matrix.mask, matrix.shape.in).rank();
        if (!smaller_than_matrix(rank, matrix.shape.out, matrix.shape.in))
            return matrix.shape.name + " tunes " + std::to_string(matrix.mask.size()) +
                   " single weights, which only a LoRA of rank " + std::to_string(rank) +
                   " can say, larger than the matrix itself; write a merged checkpoint";
    }
    return {};
}

void reallocate(CompactPlan& plan, const std::string& rank,
                const std::map<std::string, std::uint32_t>& edited_ranks, RankZero rank_zero) {
    if (plan.method != "cdra")
        throw InputError("the ranks of a plan of " + plan.method +
                         " follow from that method's options; make the plan anew with others");
    const auto strategy = parse_rank_strategy(rank);
    std::vector<RankInput> inputs;
    std::vector<BoxSides> boxes;
    for (const PlannedMatrix& matrix : plan.matrices) {
        inputs.push_back(rank_input(matrix));
        boxes.push_back({{0, static_cast<std::uint32_t>(matrix.box.rows.size())},
                         {0, static_cast<std::uint32_t>(matrix.box.columns.size())}});
    }
    const std::vector<Allotment> allotments = allot(inputs, boxes, {*strategy, edited_ranks, rank_zero});
    for (std::size_t i = 0; i < allotments.size(); ++i) {
        plan.matrices[i].rank = allotments[i].rank;
        plan.matrices[i].treatment = allotments[i].treatment;
    }
    plan.options.rank = rank;
    plan.options.edited_ranks = edited_ranks;
    plan.options.rank_zero = rank_zero;
}

RankInput rank_input(const PlannedMatrix& matrix) {
    return {matrix.shape.name,
            static_cast<std::uint64_t>(matrix.shape.in),
            static_cast<std::uint64_t>(matrix.shape.out),
            matrix.reorganised.compact_rows,
            matrix.reorganised.compact_columns,
            matrix.mask.size(),
            matrix.spectrum};
}

} // namespace cdra::compact
