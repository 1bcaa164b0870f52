// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/recipe_options.h"

namespace cdra::cli {
namespace {

template <typename Value> void put(const std::optional<Value>& given, Value& value) {
    if (given) value = *given;
}

} // namespace

void RecipeOptions::declare(CLI::App& app) {
    const char* group = "Recipe";
    const auto add = [&](const char* name, auto& value, const char* type, const char* help) {
        app.add_option(name, value, help)->type_name(type)->group(group);
    };
    add("--recipe", this->recipe, "WORD",
        "common (the same for every method) or published (the method's own where it differs, see 'cdra methods'); the options "
        "below win over it (default: the project's values, common without a project).");
    add("--epochs", epochs, "N", "Passes over the training images (default 100).");
    add("--batch-size", batch_size, "N", "Images of one step (default 64).");
    add("--accumulate", accumulate, "N", "Batches whose gradients make one optimiser step (default 1).");
    add("--lr", lr, "F", "Learning rate of AdamW (default 0.001).");
    add("--min-lr", min_lr, "F", "Where the cosine ends (default 1e-5).");
    add("--warmup-lr", warmup_lr, "F", "Where the warm-up begins (default 1e-6).");
    add("--warmup-epochs", warmup_epochs, "N", "Epochs of linear warm-up (default 10).");
    add("--schedule", schedule, "WORD",
        "When the learning rate moves: epoch (after each epoch, as published) or step (after every step, for runs of few "
        "epochs) (default epoch).");
    add("--weight-decay", weight_decay, "F", "Weight decay of AdamW (default 0.0001).");
    add("--drop-path", drop_path, "F", "Drop-path rate of the last block (default 0.1).");
    add("--label-smoothing", label_smoothing, "F", "Label smoothing, 0 … 0.99 (default 0).");
    add("--precision", precision, "WORD", "fp32, or bf16 on CUDA (default fp32).");
    add("--protocol", protocol, "WORD",
        "honest (choose on the validation split, read the test split once) or published (the best test accuracy over "
        "epochs) (default honest).");
    app.add_flag("--final", final_training,
                 "Train the chosen setting anew on training and validation images together, for exactly --epochs epochs, and "
                 "read the test split once.")
        ->group(group);
    add("--report", report, "WORD",
        "Split of the final figures: test, or val for a trial that leaves the test images unread (default test).");
    add("--checkpoint-every", checkpoint_every, "N", "Optimiser steps between checkpoints (default 0: once an epoch).");
}

void RecipeOptions::apply(job::Recipe& recipe, const methods::Descriptor& method) const {
    if (this->recipe) job::use_recipe(recipe, method, *this->recipe);
    put(epochs, recipe.epochs);
    put(batch_size, recipe.batch_size);
    put(accumulate, recipe.accumulate);
    put(lr, recipe.lr);
    put(min_lr, recipe.min_lr);
    put(warmup_lr, recipe.warmup_lr);
    put(warmup_epochs, recipe.warmup_epochs);
    put(schedule, recipe.schedule);
    put(weight_decay, recipe.weight_decay);
    put(drop_path, recipe.drop_path);
    put(label_smoothing, recipe.label_smoothing);
    put(precision, recipe.precision);
    put(protocol, recipe.protocol);
    if (final_training) recipe.final_training = true;
    put(report, recipe.report);
    put(checkpoint_every, recipe.checkpoint_every);
}

} // namespace cdra::cli
