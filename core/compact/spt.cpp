// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/compact/spt.h"

#include "core/base/error.h"

#include <algorithm>
#include <memory>

namespace cdra::compact {

std::uint64_t module_parameters(SptModule module, std::uint32_t rank, std::uint64_t in, std::uint64_t out) noexcept {
    return module == SptModule::lora ? rank * (in + out) : rank * (2 * out + 1) + out;
}

bool takes_module(std::uint64_t sensitive, std::uint64_t parameters, double alpha_divisor) noexcept {
    // Counts stay far below 2^53, where doubles are exact.
    return sensitive > 0 && static_cast<double>(sensitive) * alpha_divisor >= static_cast<double>(parameters);
}

PlanMaker spt_plan_maker(std::string method, const SptOptions& spt, const PlanOptions& options) {
    if (spt.rank < 1) throw InputError("the rank of SPT's module is 0; expected 1 or more");
    if (!(spt.alpha_divisor > 0 && spt.alpha_divisor <= 1e6))
        throw InputError("the alpha divisor is " + std::to_string(spt.alpha_divisor) +
                         "; expected more than 0 and at most 1000000 (10: the published code)");
    PlanMaker maker;
    maker.method = std::move(method);
    maker.masked_biases = true;
    const auto strategy = std::shared_ptr<const RankStrategy>(parse_rank_strategy(options.rank));
    maker.allot = [spt, options, strategy](std::span<const RankInput> inputs, std::span<const BoxSides> boxes) {
        std::vector<Allotment> result(inputs.size());
        std::vector<Allotment> compact(inputs.size());
        if (spt.case1_compact || spt.case2_compact)
            compact = compact::allot(inputs, boxes, {*strategy, options.edited_ranks, options.rank_zero});
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            const RankInput& matrix = inputs[i];
            if (matrix.sensitive == 0) continue; // frozen
            const std::uint64_t parameters = module_parameters(spt.module, spt.rank, matrix.rows, matrix.columns);
            if (takes_module(matrix.sensitive, parameters, spt.alpha_divisor)) {
                const auto rank = static_cast<std::uint32_t>(
                    std::min<std::uint64_t>({spt.rank, matrix.rows, matrix.columns}));
                result[i] = spt.case2_compact
                                ? compact[i]
                                : Allotment{rank,
                                            spt.module == SptModule::lora ? Treatment::low_rank : Treatment::adapter,
                                            true};
            } else {
                result[i] = spt.case1_compact ? compact[i] : Allotment{0, Treatment::masked, false};
            }
        }
        return result;
    };
    return maker;
}

} // namespace cdra::compact
