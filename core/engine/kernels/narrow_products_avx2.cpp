// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Compiled for AVX2 by CMakeLists.txt; without that, as on another processor, it is empty.
#if defined(__AVX2__)
#define CDRA_LANES 8
#define CDRA_ROWS 2
#define CDRA_VECTORS 2
#include "core/engine/kernels/narrow_products_body.h"
#include "core/engine/kernels/narrow_products_sets.h"

namespace cdra::engine::kernels {

NarrowProducts narrow_products_avx2() noexcept {
    return {project, accumulate};
}

} // namespace cdra::engine::kernels
#endif
