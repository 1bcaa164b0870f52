// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Compiled for AVX512 by CMakeLists.txt; without that, as on another processor, it is empty.
#if defined(__AVX512F__)
#define CDRA_LANES 16
#define CDRA_ROWS 4
#define CDRA_VECTORS 4
#include "core/engine/kernels/narrow_products_body.h"
#include "core/engine/kernels/narrow_products_sets.h"

namespace cdra::engine::kernels {

NarrowProducts narrow_products_avx512() noexcept {
    return {project, accumulate};
}

} // namespace cdra::engine::kernels
#endif
