// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/model/branch_noise.h"

#include "core/base/random.h"

#include <ATen/Context.h>
#include <vector>

namespace cdra::engine {

Tensor dropout_mask(const Tensor& like, double rate, std::uint64_t seed) {
    auto generator = at::globalContext().defaultGenerator(like.device()).clone();
    generator.set_current_seed(seed);
    return at::empty_like(like, at::MemoryFormat::Contiguous).bernoulli_(1 - rate, generator).div_(1 - rate);
}

Tensor path_mask(const Tensor& like, double rate, std::uint64_t seed) {
    std::vector<float> factors(static_cast<std::size_t>(like.size(0)));
    for (std::size_t i = 0; i < factors.size(); ++i) {
        const double uniform = static_cast<double>(mix_seed(seed, i) >> 11) * 0x1p-53;
        factors[i] = uniform < rate ? 0.0F : static_cast<float>(1.0 / (1.0 - rate));
    }
    std::vector<std::int64_t> shape(static_cast<std::size_t>(like.dim()), 1);
    shape[0] = like.size(0);
    return torch::from_blob(factors.data(), shape, torch::kFloat32).clone().to(like.options());
}

} // namespace cdra::engine
