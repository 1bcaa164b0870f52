// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What a resumed run needs: trainables, moments and counters. No random state: orders, augmentations and drop
// paths are functions of seed, epoch and step. One file a checkpoint, <step>.safetensors, written atomically.
#pragma once

#include "core/engine/training/optimizer.h"
#include "core/job/results.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace cdra::engine {

struct Best {
    std::int64_t step = 0; // 0: none yet
    int epoch = 0;         // counted from 1
    double score = 0;            // of the split that chooses: accuracy, or mIoU
};

struct RunState {
    std::int64_t step = 0;          // optimiser steps done
    int epoch = 0;                  // whole epochs done
    std::int64_t step_in_epoch = 0; // optimiser steps done in the next one
    std::int64_t micro_step = 0;    // forward passes of training so far
    // Running sums of the unfinished epoch.
    double loss_sum = 0, epoch_seconds = 0;
    std::int64_t correct = 0, samples = 0;
    std::int64_t judged = 0; // what `correct` is of: the samples, or their pixels that have a class
    double seconds = 0; // of training, all processes together
    Best best;
    std::string selected_on; // split whose score chose `best`; empty: the last checkpoint counts
    job::History history;
};

std::filesystem::path checkpoint_path(const std::filesystem::path& folder, std::int64_t step);

// Throws Error if a trainable is not finite (a good checkpoint is never replaced by a ruined one), IoError.
void save_checkpoint(const std::filesystem::path& folder, const RunState& state, const AdamW& optimizer);
// Sets the optimizer's trainables and moments. Throws CorruptFile, or InputError if it is of another method.
RunState load_checkpoint(const std::filesystem::path& file, AdamW& optimizer);
// The trainables alone.
void load_trainables(const std::filesystem::path& file, const std::vector<Trainable>& trainables);

// Steps of the checkpoints in the folder, descending.
std::vector<std::int64_t> checkpoint_steps(const std::filesystem::path& folder);
// Keeps the two newest and the best.
void prune_checkpoints(const std::filesystem::path& folder, const Best& best);

} // namespace cdra::engine
