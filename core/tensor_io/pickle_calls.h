// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Private to the pickle reader: the only names it knows, and what a call of each describes.
#pragma once

#include "core/tensor_io/pickle.h"

namespace cdra::tensor_io {

bool pickle_name_allowed(const std::string& name);
// What calling `name` would give, as plain data; nullopt for arguments that do not fit.
std::optional<PickleValue> pickle_call(const PickleDocument& document, const std::string& name,
                                       const PickleValue& arguments);
// A persistent id of PyTorch: ('storage', type, key, place, length).
std::optional<PickleValue> pickle_storage(const PickleDocument& document, const PickleValue& id);

} // namespace cdra::tensor_io
