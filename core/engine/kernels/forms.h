// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Which form of a computation runs where there are several that differ in rounding. A pure function of shape, number of
// threads, instruction set and maker of the processor, out of a committed table (forms_table.inc), never of a timing: a
// run's bits depend on it. `engine_benchmark forms` measures the table again and prints it.
#pragma once

#include "core/engine/kernels/squared_gradient.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cdra::engine::kernels {

// Of an adapted product y = x·(W + ΔW)ᵀ on the CPU in float32.
enum class ProductForm {
    branch, // y = x·Wᵀ, then y += (x·A)·B, by LibTorch
    narrow, // the same, the second term by kernels/narrow_products
    merged  // W + ΔW is made for the moment: pays where there are many rows of x
};

// Of the products with a dense weight (dense_product.h).
enum class DenseLibrary { libtorch, onednn };

struct Forms {
    // `merged` from merge_from · in·out/(in + out) rows of x on; 0: never.
    double merge_from = 0;
    DenseLibrary dense = DenseLibrary::libtorch;
    bool narrow = false; // `narrow` instead of `branch`

    ProductForm product(std::int64_t rows, std::int64_t in, std::int64_t out) const noexcept;
    bool operator==(const Forms&) const = default;
};

struct FormsRow {
    InstructionSet set;
    DenseLibrary dense;
    int threads; // up to this many; the last row of both counts for all above
    double merge_from;
    bool narrow;
};
std::span<const FormsRow> forms_table() noexcept;
// oneDNN where the processor has AVX-512 and is not Intel's: elsewhere LibTorch's own is as fast.
DenseLibrary dense_for(InstructionSet set, bool intel) noexcept;
bool is_intel() noexcept; // this processor
Forms forms_for(InstructionSet set, int threads, bool intel = is_intel()) noexcept;
// What a run began with before the table was: one form for every shape.
inline constexpr Forms first_forms{};

// "product merged from 1.5, dense by onednn" or "product narrow", as results and inputs.json keep it. parse_forms throws
// InputError.
std::string to_text(const Forms& forms);
Forms parse_forms(std::string_view text);

// What this process computes with. Set once before it computes; the start value is forms_for() of this machine.
const Forms& forms();
void use(const Forms& forms);

} // namespace cdra::engine::kernels
