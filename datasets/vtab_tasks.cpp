// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "datasets/vtab_tasks.h"

namespace cdra::datasets {

std::span<const VtabTask> vtab_tasks() {
    // The counts stand here because the lists need not hold every class (sun397's train800 has 309 of 397).
    static constexpr VtabTask tasks[] = {
        {"cifar", 100, "natural"},
        {"caltech101", 102, "natural"},
        {"dtd", 47, "natural"},
        {"oxford_flowers102", 102, "natural"},
        {"oxford_iiit_pet", 37, "natural"},
        {"svhn", 10, "natural"},
        {"sun397", 397, "natural"},
        {"patch_camelyon", 2, "specialized"},
        {"eurosat", 10, "specialized"},
        {"resisc45", 45, "specialized"},
        {"diabetic_retinopathy", 5, "specialized"},
        {"clevr_count", 8, "structured"},
        {"clevr_dist", 6, "structured"},
        {"dmlab", 6, "structured"},
        {"kitti", 4, "structured"},
        {"dsprites_loc", 16, "structured"},
        {"dsprites_ori", 16, "structured"},
        {"smallnorb_azi", 18, "structured"},
        {"smallnorb_ele", 9, "structured"},
        {"fashion", 10, "mini"},
        {"digits", 10, "mini"},
        {"fashion_count", 8, "mini"},
        {"fashion_location", 16, "mini"},
        {"fashion_orientation", 16, "mini"},
        {"fashion_scale", 6, "mini"},
    };
    return tasks;
}

const VtabTask* find_vtab_task(std::string_view name) {
    for (const VtabTask& task : vtab_tasks())
        if (task.name == name) return &task;
    return nullptr;
}

} // namespace cdra::datasets
