// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// "did you mean": the known word nearest to one that is not known.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cdra::methods {

// The known word with the smallest edit distance to `word`, or empty if none comes closer than half of its length.
std::string nearest(std::string_view word, std::span<const std::string> known);
// "; did you mean 'rank'?" or empty.
std::string suggestion(std::string_view word, std::span<const std::string> known);
// "a, b, c".
std::string join(std::span<const std::string> words, std::string_view separator = ", ");

} // namespace cdra::methods
