// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Which form of a computation runs where there are several that differ in rounding. A pure function of shape, number of
// threads and instruction set, out of a committed table (forms_table.inc), never of a timing: a run's bits depend on
// it. `engine_benchmark forms` measures the table again and prints it.
#pragma once

#include "core/engine/kernels/squared_gradient.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cdra::engine::kernels {

// Of an adapted product y = x·(W + ΔW)ᵀ on the CPU in float32.
enum class ProductForm {
    branch, // y = x·Wᵀ, then y += (x·A)·B
    merged  // W + ΔW is made for the moment: pays where there are many rows of x
};

struct Forms {
    // `merged` from merge_from · in·out/(in + out) rows of x on; 0: never.
    double merge_from = 0;

    ProductForm product(std::int64_t rows, std::int64_t in, std::int64_t out) const noexcept;
    bool operator==(const Forms&) const = default;
};

struct FormsRow {
    InstructionSet set;
    int threads; // up to this many; the last row of a set counts for all above
    double merge_from;
};
std::span<const FormsRow> forms_table() noexcept;
Forms forms_for(InstructionSet set, int threads) noexcept;
// What a run began with before the table was: one form for every shape.
inline constexpr Forms first_forms{};

// "product merged from 1.5", as results and inputs.json keep it. parse_forms throws InputError.
std::string to_text(const Forms& forms);
Forms parse_forms(std::string_view text);

// What this process computes with. Set once before it computes; the start value is forms_for() of this machine.
const Forms& forms();
void use(const Forms& forms);

} // namespace cdra::engine::kernels
