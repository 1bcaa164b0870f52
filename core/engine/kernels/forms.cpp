// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/kernels/forms.h"

#include "core/base/error.h"
#include "core/engine/kernels/dense_product.h"

#include <ATen/Parallel.h>
#include <charconv>
#include <cmath>
#include <optional>

namespace cdra::engine::kernels {
namespace {

constexpr FormsRow table[] = {
#include "core/engine/kernels/forms_table.inc"
};
constexpr std::string_view branch_alone = "product branch", narrow_alone = "product narrow", merged_from = "product merged from ",
                           else_narrow = ", else narrow", dense_by_onednn = ", dense by onednn";

std::optional<Forms>& in_force() {
    static std::optional<Forms> forms;
    return forms;
}

} // namespace

ProductForm Forms::product(std::int64_t rows, std::int64_t in, std::int64_t out) const noexcept {
    const double least = merge_from * static_cast<double>(in) * static_cast<double>(out) / static_cast<double>(in + out);
    return merge_from > 0 && static_cast<double>(rows) >= least ? ProductForm::merged
           : narrow                                                   ? ProductForm::narrow
                                                                      : ProductForm::branch;
}

std::span<const FormsRow> forms_table() noexcept {
    return table;
}

DenseLibrary dense_for(InstructionSet set, bool intel) noexcept {
    return set == InstructionSet::avx512 && !intel ? DenseLibrary::onednn : DenseLibrary::libtorch;
}

bool is_intel() noexcept {
#if defined(__x86_64__)
    return __builtin_cpu_is("intel") != 0;
#else
    return false;
#endif
}

Forms forms_for(InstructionSet set, int threads, bool intel) noexcept {
    Forms forms;
    if (has_onednn()) forms.dense = dense_for(set, intel);
    for (const auto& row : table) {
        if (row.set != set || row.dense != forms.dense) continue;
        forms.merge_from = row.merge_from, forms.narrow = row.narrow;
        if (threads <= row.threads) break;
    }
    return forms;
}

std::string to_text(const Forms& forms) {
    std::string text(forms.narrow ? narrow_alone : branch_alone);
    if (forms.merge_from > 0) {
        char digits[32];
        text.assign(merged_from).append(digits, std::to_chars(digits, digits + sizeof digits, forms.merge_from).ptr);
        if (forms.narrow) text += else_narrow;
    }
    if (forms.dense == DenseLibrary::onednn) text += dense_by_onednn;
    return text;
}

Forms parse_forms(std::string_view text) {
    Forms forms;
    std::string_view product = text;
    if (product.ends_with(dense_by_onednn)) {
        product.remove_suffix(dense_by_onednn.size());
        forms.dense = DenseLibrary::onednn;
    }
    forms.narrow = product == narrow_alone || product.ends_with(else_narrow);
    if (product == branch_alone || product == narrow_alone) return forms;
    if (forms.narrow) product.remove_suffix(else_narrow.size());
    if (product.starts_with(merged_from)) {
        const auto number = product.substr(merged_from.size());
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), forms.merge_from);
        if (error == std::errc{} && end == number.data() + number.size() && forms.merge_from > 0 &&
            std::isfinite(forms.merge_from))
            return forms;
    }
    throw InputError("kernels '" + std::string(text) + "': expected \"" + std::string(branch_alone) + "\", \"" +
                     std::string(narrow_alone) + "\" or \"" + std::string(merged_from) + "NUMBER\", perhaps with \"" +
                     std::string(else_narrow) + "\" and \"" + std::string(dense_by_onednn) + "\"; this run was begun by another version of the program");
}

const Forms& forms() {
    auto& forms = in_force();
    if (!forms) forms = forms_for(best_instruction_set(), at::get_num_threads());
    return *forms;
}

void use(const Forms& forms) {
    in_force() = forms;
}

} // namespace cdra::engine::kernels
