// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What results.h5 calls things, shared by its writer and its reader.
#pragma once

#include "core/job/results.h"

#include <array>
#include <string_view>

namespace cdra::job {

struct HistoryColumn {
    const char* name;
    const char* long_name;
    const char* units;
    std::vector<double> History::* values;
};
inline constexpr std::array<HistoryColumn, 9> history_columns = {{
    {"epoch", "epoch", "1", &History::epoch},
    {"train_loss", "training loss", "nat", &History::train_loss},
    {"train_accuracy", "training accuracy (fraction)", "1", &History::train_accuracy},
    {"val_loss", "validation loss", "nat", &History::val_loss},
    {"val_accuracy", "validation accuracy (fraction)", "1", &History::val_accuracy},
    {"learning_rate", "learning rate", "1", &History::learning_rate},
    {"images_per_second", "throughput", "s-1", &History::images_per_second},
    {"memory", "host memory", "MiB", &History::memory_mib},
    {"gpu_memory", "GPU memory", "MiB", &History::gpu_memory_mib},
}};

// Of a segmentation only.
inline constexpr std::array<HistoryColumn, 2> segmentation_columns = {{
    {"val_miou", "validation mIoU (fraction)", "1", &History::val_miou},
    {"val_mdice", "validation mean Dice (fraction)", "1", &History::val_mdice},
}};

inline constexpr std::string_view results_format = "cdra-results";
inline constexpr int results_version = 1;

} // namespace cdra::job
