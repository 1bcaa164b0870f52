// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Measures the table of forms (core/engine/kernels/forms_table.inc) again for this machine and number of threads: from
// how many rows of x on, as a multiple of in·out/(in + out), the merged form is the faster one, forward and backward.
#pragma once

#include "core/engine/kernels/forms.h"
#include "core/engine/methods/adapted_product.h"
#include "tests/benchmarks/engine/harness.h"

#include <cmath>

namespace cdra::benchmark {

// Processor seconds of one forward and backward of a low-rank product over 60 % of the rows and columns.
inline double product_seconds(engine::kernels::ProductForm form, std::int64_t rows, std::int64_t in, std::int64_t out) {
    torch::manual_seed(0);
    constexpr std::int64_t rank = 8;
    const auto chosen = [](std::int64_t n) {
        return std::get<0>(torch::randperm(n, torch::kInt64).narrow(0, 0, n * 6 / 10).sort());
    };
    const auto r = chosen(in), c = chosen(out);
    const engine::AdaptedProduct product(in, out,
                                         {{"m", r, c, torch::randn({r.numel(), rank}).set_requires_grad(true),
                                           torch::randn({rank, c.numel()}).set_requires_grad(true)}},
                                         {}, 1, engine::AdaptedProduct::MaskedPath::automatic, form);
    const auto x = torch::randn({rows, in}).set_requires_grad(true);
    const engine::Linear frozen{torch::randn({out, in}), torch::randn({out})};
    const auto gradient = torch::randn({rows, out});
    seconds_of([&] { product(x, frozen).backward(gradient); });
    return last_processor_seconds;
}

// The least multiple from which merged wins for every shape; medians of `rounds`, forms in turn.
inline double measured_merge_from(int rounds) {
    double result = 0.125;
    for (const auto& [in, out] : {std::pair<std::int64_t, std::int64_t>{768, 2304}, {768, 768}, {768, 3072}, {3072, 768}}) {
        const double unit = static_cast<double>(in * out) / static_cast<double>(in + out);
        for (double multiple : {8.0, 4.0, 2.0, 1.0, 0.5, 0.25, 0.125}) {
            const auto rows = static_cast<std::int64_t>(std::llround(multiple * unit));
            std::vector<double> ratios;
            for (int round = -1; round < rounds; ++round) {
                const double branch = product_seconds(engine::kernels::ProductForm::branch, rows, in, out),
                             merged = product_seconds(engine::kernels::ProductForm::merged, rows, in, out);
                if (round >= 0) ratios.push_back(merged / branch);
            }
            const double ratio = median(ratios);
            std::cerr << in << " → " << out << ", " << rows << " rows: merged takes " << ratio << " of branch\n";
            if (ratio < 1) continue;
            result = std::max(result, 2 * multiple);
            break;
        }
    }
    return result;
}

inline void print_forms(const Options& options, int threads) {
    std::cout << "{InstructionSet::" << engine::kernels::name_of(engine::kernels::best_instruction_set()) << ", DenseLibrary::"
              << (engine::kernels::forms().dense == engine::kernels::DenseLibrary::onednn ? "onednn" : "libtorch") << ", " << threads
              << ", " << measured_merge_from(options.rounds) << "},\n";
}

} // namespace cdra::benchmark
