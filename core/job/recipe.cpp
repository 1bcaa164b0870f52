// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/job/project.h"

#include <array>

namespace cdra::job {
namespace {

// The keys that a method's published recipe may set.
void set(Recipe& recipe, std::string_view key, double value) {
    constexpr std::array<std::pair<std::string_view, double Recipe::*>, 6> reals = {{
        {"lr", &Recipe::lr},
        {"min-lr", &Recipe::min_lr},
        {"warmup-lr", &Recipe::warmup_lr},
        {"weight-decay", &Recipe::weight_decay},
        {"drop-path", &Recipe::drop_path},
        {"label-smoothing", &Recipe::label_smoothing},
    }};
    constexpr std::array<std::pair<std::string_view, int Recipe::*>, 3> integers = {{
        {"epochs", &Recipe::epochs},
        {"batch-size", &Recipe::batch_size},
        {"warmup-epochs", &Recipe::warmup_epochs},
    }};
    for (const auto& [name, member] : reals)
        if (name == key) {
            recipe.*member = value;
            return;
        }
    for (const auto& [name, member] : integers)
        if (name == key) {
            recipe.*member = static_cast<int>(value);
            return;
        }
    throw Error("a published recipe sets '" + std::string(key) + "', which is no key of a recipe");
}

} // namespace

void use_recipe(Recipe& recipe, const methods::Descriptor& method, std::string_view word) {
    if (word != "common" && word != "published")
        throw InputError("--recipe is '" + std::string(word) + "'; expected common or published");
    const Recipe common;
    recipe.lr = common.lr, recipe.min_lr = common.min_lr, recipe.warmup_lr = common.warmup_lr;
    recipe.weight_decay = common.weight_decay, recipe.drop_path = common.drop_path;
    recipe.label_smoothing = common.label_smoothing, recipe.epochs = common.epochs;
    recipe.batch_size = common.batch_size, recipe.warmup_epochs = common.warmup_epochs;
    recipe.schedule = common.schedule;
    if (word == "common") return;
    for (const auto& [key, value] : method.recipe)
        set(recipe, key, value);
}

} // namespace cdra::job
