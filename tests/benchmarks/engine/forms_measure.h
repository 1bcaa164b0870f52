// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Measures the table of forms (core/engine/kernels/forms_table.inc) again for this machine and number of threads: from
// how many rows of x on, as a multiple of in·out/(in + out), the merged form is the faster one, forward and backward, and
// which of the other two it is faster than.
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

inline constexpr std::pair<std::int64_t, std::int64_t> measured_shapes[] = {{768, 2304}, {768, 768}, {768, 3072}, {3072, 768}};

// `form`'s time as a share of `other`'s: the median of `rounds`, in turn, after one that warms up.
inline double share(engine::kernels::ProductForm form, engine::kernels::ProductForm other, int rounds, std::int64_t rows,
                    std::int64_t in, std::int64_t out) {
    std::vector<double> ratios;
    for (int round = -1; round < rounds; ++round) {
        const double theirs = product_seconds(other, rows, in, out), own = product_seconds(form, rows, in, out);
        if (round >= 0) ratios.push_back(own / theirs);
    }
    return median(ratios);
}

inline bool narrow_wins(int rounds) {
    using enum engine::kernels::ProductForm;
    bool wins = true;
    for (const auto& [in, out] : measured_shapes)
        for (const std::int64_t rows : {256, 1024}) {
            const double ratio = share(narrow, branch, rounds, rows, in, out);
            std::cerr << in << " → " << out << ", " << rows << " rows: narrow takes " << ratio << " of branch\n";
            wins = wins && ratio < 1;
        }
    return wins;
}

// The least multiple from which merged wins over `other` for every shape.
inline double measured_merge_from(engine::kernels::ProductForm other, int rounds) {
    double result = 0.125;
    for (const auto& [in, out] : measured_shapes) {
        const double unit = static_cast<double>(in * out) / static_cast<double>(in + out);
        for (double multiple : {8.0, 4.0, 2.0, 1.0, 0.5, 0.25, 0.125}) {
            const auto rows = static_cast<std::int64_t>(std::llround(multiple * unit));
            const double ratio = share(engine::kernels::ProductForm::merged, other, rounds, rows, in, out);
            std::cerr << in << " → " << out << ", " << rows << " rows: merged takes " << ratio << " of it\n";
            if (ratio < 1) continue;
            result = std::max(result, 2 * multiple);
            break;
        }
    }
    return result;
}

inline void print_forms(const Options& options, int threads) {
    namespace kernels = engine::kernels;
    const bool narrow = narrow_wins(options.rounds);
    const double merge_from = measured_merge_from(narrow ? kernels::ProductForm::narrow : kernels::ProductForm::branch, options.rounds);
    std::cout << "{InstructionSet::" << kernels::name_of(kernels::best_instruction_set()) << ", DenseLibrary::"
              << (kernels::forms().dense == kernels::DenseLibrary::onednn ? "onednn" : "libtorch") << ", " << threads << ", "
              << merge_from << ", " << (narrow ? "true" : "false") << "},\n";
}

} // namespace cdra::benchmark
