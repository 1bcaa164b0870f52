// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"

namespace cdra {

int exit_code(const std::exception& error) noexcept {
    if (dynamic_cast<const Cancelled*>(&error)) return exit_codes::stopped;
    if (dynamic_cast<const InputError*>(&error)) return exit_codes::bad_input;
    return exit_codes::failed;
}

} // namespace cdra
