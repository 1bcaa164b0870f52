// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The two tables that opening a checkpoint goes through: containers (how tensors are stored) and namings
// (what they are called). A new container or naming is one file and one line here.
#pragma once

#include "core/checkpoint/naming.h"

#include <span>

namespace cdra::checkpoint {

struct Container {
    std::string_view word; // "safetensors"
    // Throws UnrecognisedFormat if the file is of another kind, CorruptFile if it is damaged.
    std::unique_ptr<Archive> (*open)(const std::filesystem::path& path);
};

std::span<const Container> containers();
std::span<const NameTable* const> namings();

} // namespace cdra::checkpoint
