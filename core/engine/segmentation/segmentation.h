// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// One class a pixel: a decoder on patch tokens, brought to the labels' size bilinearly; cross-entropy and
// figures over the pixels that have a class. Labels are uint8 [B, S, S], datasets::void_label: no class.
#pragma once

#include "core/engine/training/task.h"

#include <memory>
#include <string>

namespace cdra::engine {

// Throws InputError for an unknown decoder.
std::unique_ptr<Task> make_segmentation(const std::string& decoder);

} // namespace cdra::engine
