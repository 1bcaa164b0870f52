// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// From a matrix's name back to its place: what files that hold names and sizes only are read with.
#pragma once

#include "core/checkpoint/vit_spec.h"

#include <optional>

namespace cdra::checkpoint {

// nullopt unless `name` is "blocks.<i>.<kind>" with a kind of matrix_kinds.
std::optional<MatrixShape> matrix_shape(const std::string& name, std::int64_t out, std::int64_t in);

} // namespace cdra::checkpoint
