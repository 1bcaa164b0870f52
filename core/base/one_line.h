// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace cdra {

// A message as one line of a terminal: names out of files may hold line ends and control characters, which become
// "?"; bytes that are no UTF-8 stay.
inline std::string one_line(std::string_view message) {
    std::string line(message);
    for (char& c : line)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    return line;
}

} // namespace cdra
