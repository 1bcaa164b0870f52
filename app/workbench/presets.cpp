// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/presets.h"

namespace cdra::workbench {

namespace {

void paper(job::Project& project) {
    project.method = "cdra";
    project.method_options.clear();
    project.plan.options = compact::PlanOptions{};
    project.recipe = job::Recipe{}; // AdamW, 100 epochs, cosine: the recipe's defaults are the paper's
}

void quick_look(job::Project& project) {
    paper(project);
    project.recipe.epochs = 10;
    project.recipe.warmup_epochs = 1;
}

void medium(job::Project& project) {
    paper(project);
    project.recipe.epochs = 25;
    project.recipe.warmup_epochs = 3;
}

constexpr Preset table[] = {
    {QT_TRANSLATE_NOOP("Preset", "Paper"), QT_TRANSLATE_NOOP("Preset", "CDRA as published: γ 0.43 %, 100 epochs, 10 of them warm-up."), paper},
    {QT_TRANSLATE_NOOP("Preset", "25 epochs"), QT_TRANSLATE_NOOP("Preset", "The paper's settings in a quarter of the time."), medium},
    {QT_TRANSLATE_NOOP("Preset", "Quick look"), QT_TRANSLATE_NOOP("Preset", "The paper's settings for 10 epochs: to see whether it learns."), quick_look},
};

} // namespace

std::span<const Preset> presets() { return table; }

} // namespace cdra::workbench
