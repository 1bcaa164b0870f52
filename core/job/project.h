// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The project: what `cdra train PROJECT.toml` takes, what the desktop app opens and saves, and what a job folder
// keeps frozen as project.toml. Relative paths are relative to the file.
#pragma once

#include "core/checkpoint/vit_spec.h"
#include "core/compact/plan.h"
#include "core/methods/descriptor.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace cdra::job {

// [model] and the preprocessing half of [data]
struct ModelChoice {
    std::string path;
    std::optional<int> heads;
    checkpoint::Pooling pooling = checkpoint::Pooling::cls;
    std::optional<checkpoint::Resampling> position_resampling; // absent: by the checkpoint's naming
    std::string decoder = "linear"; // segmentation: "linear" or "fpn", the head on the patch tokens
};
struct DataChoice {
    std::string spec;    // the DATA argument
    int image_size = 0;  // 0: the checkpoint's pretraining size
    std::optional<std::array<float, 3>> mean, std; // absent: the checkpoint's, else 0.5 (timm ViT) / ImageNet (DINOv2)
    std::string resize = "squash";  // "squash" (VTAB: direct resize) or "crop" (FGVC: short side ×256/224, centre crop)
    std::string augment = "none";   // "none", "flip", "crop-flip"
};
struct SensitivityChoice {
    std::string map; // S.h5, empty: none yet
    std::string estimator = "per-sample";
    int samples = 400;
    int batch_size = 32;
    std::uint64_t seed = 0;
};
struct PlanChoice {
    std::string file; // P.h5, empty: none yet
    compact::PlanOptions options;
};
struct Recipe {
    int epochs = 100;
    int batch_size = 64;
    int accumulate = 1;
    double lr = 1e-3, min_lr = 1e-5, warmup_lr = 1e-6, weight_decay = 1e-4;
    int warmup_epochs = 10;
    std::string schedule = "epoch";    // or "step": the rate moves after every step, which short runs need
    double drop_path = 0.1;
    double label_smoothing = 0;
    std::string precision = "fp32";    // or "bf16"
    std::string protocol = "honest";   // or "published"
    bool final_training = false;       // key "final", --final: the chosen setting trained anew on "trainval", no validation
    std::string report = "test";       // or "val": a run that only chooses leaves the test split unread
    int checkpoint_every = 0;          // optimiser steps; 0: once an epoch
};
struct RunChoice {
    std::string device = "auto"; // "cpu", "cuda", "cuda:N", "auto"
    int threads = 0;             // 0: all
    std::uint64_t seed = 0;
};

struct Project {
    std::string name;
    std::string notes;
    ModelChoice model;
    DataChoice data;
    SensitivityChoice sensitivity;
    PlanChoice plan;
    std::string method = "cdra";
    methods::OptionValues method_options;
    Recipe recipe;
    RunChoice run;
};

// TOML. Reading throws InputError naming file, line and key for unknown keys, wrong types and impossible values.
// Writing gives every key, in a fixed order: the same project gives the same bytes.
Project parse_project(std::string_view toml, const std::filesystem::path& source_name);
Project read_project(const std::filesystem::path& path); // paths in it made absolute
// Model, data (the path inside LAYOUT:PATH?options), map, plan and a rank file, as if typed in `base`.
void make_paths_absolute(Project& project, const std::filesystem::path& base);
// The hyperparameters of the common recipe, or of the method's published one; precision, protocol and the like
// stay. `word`: "common" or "published", else InputError.
void use_recipe(Recipe& recipe, const methods::Descriptor& method, std::string_view word);
std::string to_toml(const Project& project);
void write_project(const std::filesystem::path& path, const Project& project);
// Throws InputError for the first impossible value (epochs < 1, lr ≤ 0, unknown precision …).
void validate(const Project& project);

} // namespace cdra::job
