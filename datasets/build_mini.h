// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Private to datasets: the pictures of mini-vtab. Each is a function of its task, split, number and seed alone.
#pragma once

#include "datasets/build_sources.h"

namespace cdra::datasets {

// The images a split may use. The pools of a task's splits share none.
struct Pool {
    const Source* source = nullptr;
    std::vector<std::uint32_t> members; // shuffled
};

struct Drawn {
    Grey image;
    int label = -1;
    std::vector<std::uint8_t> classes; // of every pixel; empty in a classification task
    std::vector<std::uint32_t> used;   // members of the pool's source
};

// The `number`-th picture of classification task `task` ("fashion", "digits", "fashion_count", …).
Drawn draw_picture(const std::string& task, const Pool& pool, std::uint32_t number, std::uint64_t key);
// A scene of one to four objects that may cover each other: 0 background, 1 + class, 255 on an object's outline of
// one pixel.
Drawn draw_scene(const Pool& pool, std::uint32_t number, std::uint64_t key);

} // namespace cdra::datasets
