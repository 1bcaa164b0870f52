// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What is known of a fine-tuning method without LibTorch: help texts, the desktop app's forms and parameter
// counts come from here. A method is one descriptor file in this folder, one line in table.cpp and one file in
// core/engine/methods.
#pragma once

#include "core/checkpoint/vit_spec.h"
#include "core/compact/plan.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cdra::methods {

enum class OptionType { boolean, integer, real, word, words };

struct Option {
    std::string_view name; // "rank": the command line's --rank, the project's key "rank"
    OptionType type = OptionType::integer;
    std::string_view default_value; // as text
    double minimum = 0, maximum = 0; // of numbers; equal: unbounded
    std::vector<std::string_view> choices; // of words
    std::string_view help;
};

// Option values as text, by name; absent means the default.
using OptionValues = std::map<std::string, std::string>;

struct Count {
    std::int64_t matrices = 0, vectors = 0, class_token = 0, other = 0; // trainable backbone parameters
    std::int64_t total() const noexcept { return matrices + vectors + class_token + other; }
};

// What a plan is made from: a map, the common options ([plan] of a project), and the method's own, resolved.
struct PlanInputs {
    const sensitivity::SensitivityMap& map;
    const compact::PlanOptions& options;
    const OptionValues& values;
};

struct Descriptor {
    std::string_view word;    // "cdra"
    std::string_view title;   // "CDRA"
    std::string_view summary; // one sentence
    bool needs_plan = false;
    bool mergeable = true; // the adapted model can be written as a plain checkpoint
    std::vector<Option> options;
    // Fills in what depends on other options (LoRA's alpha 0 becomes its rank); may be nullptr.
    void (*finish)(OptionValues& values) = nullptr;
    // `plan` is nullptr unless needs_plan. The head is never counted.
    Count (*count)(const checkpoint::VitSpec& spec, const OptionValues& options, const compact::CompactPlan* plan) = nullptr;
    // With needs_plan: the method's own plan maker; nullptr: the plan of 'cdra plan' (compact::make_plan).
    compact::CompactPlan (*make_plan)(const PlanInputs& inputs, ProgressSink& progress, const std::stop_token& stop,
                                      int threads) = nullptr;
    // Its plan maker chooses weights by the method's own options: γ, τ and a budget have no say (GPS).
    bool selects_itself = false;
    // The method's published recipe where it differs from the common one: keys of a project's [recipe]. The
    // note says what of it no key can say.
    std::vector<std::pair<std::string_view, double>> recipe = {};
    std::string_view recipe_note = {};
};

// The plan of a method that needs one, by its own maker or the common one. Throws InputError.
compact::CompactPlan make_plan(const Descriptor& method, const PlanInputs& inputs, ProgressSink& progress,
                               const std::stop_token& stop = {}, int threads = 1);
// Throws InputError if another method's maker made the plan.
void check_plan_maker(const Descriptor& method, const compact::CompactPlan& plan);

// full, linear, bias, lora, cdra, in the order shown to people.
std::span<const Descriptor* const> all_methods();
// Throws InputError that lists the known methods.
const Descriptor& find_method(std::string_view word);
// Every option with its value: defaults filled in, dependent values settled, unknown names and bad values refused
// (InputError). This is what a method works with.
OptionValues resolve_options(const Descriptor& method, const OptionValues& given);
// The same before dependent values are settled: what a form shows and a project file keeps.
OptionValues with_defaults(const Descriptor& method, const OptionValues& given);
const Option* find_option(const Descriptor& method, std::string_view name) noexcept; // nullptr if absent
// Throws InputError if `text` is no value of `option`; else its normal form ("on" → "true", "q, v" → "q,v").
std::string normalised(const Option& option, std::string_view text);
std::string_view name_of(OptionType type) noexcept; // "boolean", "integer", "real", "word", "words"

// The values are resolved ones. Throw InputError for a name that is not there.
bool as_bool(const OptionValues& values, std::string_view name);
std::int64_t as_integer(const OptionValues& values, std::string_view name);
double as_real(const OptionValues& values, std::string_view name);
std::vector<std::string> as_words(const OptionValues& values, std::string_view name); // split at commas

} // namespace cdra::methods
