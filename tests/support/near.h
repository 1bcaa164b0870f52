// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

namespace cdra::test {

// Empty if `got` equals `want` within `relative` of the largest |want|, else where and by how much they differ.
// Refuses empty and all-zero inputs, different lengths and values that are not finite: a comparison of nothing
// proves nothing.
std::string difference(std::span<const float> got, std::span<const float> want, double relative);

} // namespace cdra::test
