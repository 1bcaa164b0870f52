// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <toml++/toml.h>

#include <string>
#include <string_view>

namespace cdra::job {

// `source` names the text in errors. Throws InputError "SOURCE:LINE: not TOML: …".
toml::table parse_toml(std::string_view text, const std::string& source);

} // namespace cdra::job
