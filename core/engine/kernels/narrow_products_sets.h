// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// What narrow_products.cpp chooses among.
#pragma once

#include "core/engine/kernels/narrow_products.h"

namespace cdra::engine::kernels {

NarrowProducts narrow_products_avx2() noexcept;   // with CDRA_X86_KERNELS alone
NarrowProducts narrow_products_avx512() noexcept; // with CDRA_X86_KERNELS alone

} // namespace cdra::engine::kernels
