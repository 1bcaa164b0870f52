// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The methods' makers, one a file; table.cpp lists them.
#pragma once

#include "core/engine/methods/method.h"

namespace cdra::engine {

std::unique_ptr<Method> make_full(const MethodContext& context);
std::unique_ptr<Method> make_linear(const MethodContext& context);
std::unique_ptr<Method> make_bias(const MethodContext& context);
std::unique_ptr<Method> make_mlp3(const MethodContext& context);
std::unique_ptr<Method> make_partial(const MethodContext& context);
std::unique_ptr<Method> make_vpt_shallow(const MethodContext& context);
std::unique_ptr<Method> make_vpt_deep(const MethodContext& context);
std::unique_ptr<Method> make_adapter(const MethodContext& context);
std::unique_ptr<Method> make_noah(const MethodContext& context);
std::unique_ptr<Method> make_lora(const MethodContext& context);
std::unique_ptr<Method> make_cdra(const MethodContext& context);
std::unique_ptr<Method> make_spt_lora(const MethodContext& context);
std::unique_ptr<Method> make_spt_adapter(const MethodContext& context);
std::unique_ptr<Method> make_gps(const MethodContext& context);

} // namespace cdra::engine
