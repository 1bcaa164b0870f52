// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/compact/allocation.h"

#include "core/base/error.h"

#include <algorithm>

namespace cdra::compact {

std::vector<Allotment> allot(std::span<const RankInput> inputs, std::span<const BoxSides> boxes,
                             const RankChoice& choice) {
    const std::vector<std::uint32_t> ranks = allocate_ranks(choice.strategy, inputs);
    std::vector<Allotment> result(inputs.size());
    std::size_t edits = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        std::uint32_t rank = ranks[i];
        if (const auto edit = choice.edited.find(inputs[i].name); edit != choice.edited.end()) {
            rank = edit->second;
            ++edits;
        }
        if (inputs[i].sensitive == 0) continue;
        rank = std::min({rank, boxes[i].rows.size(), boxes[i].columns.size()});
        const bool empty = boxes[i].rows.size() == 0;
        if (rank == 0 && !empty && choice.zero == RankZero::one) rank = 1;
        if (rank > 0)
            result[i] = {rank, Treatment::low_rank};
        else if (!empty && choice.zero == RankZero::mask)
            result[i].treatment = Treatment::masked;
    }
    if (edits != choice.edited.size())
        for (const auto& [name, rank] : choice.edited)
            if (std::ranges::find(inputs, name, &RankInput::name) == inputs.end())
                throw InputError("edited rank " + std::to_string(rank) + " for \"" + name +
                                 "\": the model has no such matrix");
    return result;
}

BoxSides settled(const BoxSides& box, const Allotment& allotment, const Sizes& sizes) noexcept {
    return allotment.whole ? BoxSides{{0, sizes.rows}, {0, sizes.columns}} : box;
}

std::uint64_t parameters_of(const Allotment& allotment, const BoxSides& box,
                            std::uint64_t sensitive) noexcept {
    switch (allotment.treatment) {
    case Treatment::low_rank:
        return std::uint64_t{allotment.rank} * (std::uint64_t{box.rows.size()} + box.columns.size());
    case Treatment::masked:
        return sensitive;
    case Treatment::adapter: // down and up, each with a bias, both on the outputs
        return std::uint64_t{allotment.rank} * (2 * std::uint64_t{box.columns.size()} + 1) + box.columns.size();
    case Treatment::frozen:
        break;
    }
    return 0;
}

bool is_tuned(std::uint64_t sensitive, std::int64_t size, const PlanOptions& options) noexcept {
    return options.tune_vectors && sensitive > 0 &&
           sensitive * static_cast<std::uint64_t>(options.beta) >= static_cast<std::uint64_t>(size);
}

} // namespace cdra::compact
