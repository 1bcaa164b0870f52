// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#define CDRA_LANES 4
#define CDRA_ROWS 2
#define CDRA_VECTORS 2
#include "core/engine/kernels/narrow_products_body.h"
#include "core/engine/kernels/narrow_products_sets.h"

namespace cdra::engine::kernels {

NarrowProducts narrow_products(InstructionSet set) noexcept {
#if defined(CDRA_X86_KERNELS)
    if (set == InstructionSet::avx512) return narrow_products_avx512();
    if (set == InstructionSet::avx2) return narrow_products_avx2();
#endif
    (void)set;
    return {project, accumulate};
}

} // namespace cdra::engine::kernels
