// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/sensitivity/map.h"

#include "core/base/digest.h"

namespace cdra::sensitivity {

std::int64_t SensitivityMap::matrix_weights() const noexcept {
    std::int64_t total = 0;
    for (const auto& matrix : matrices)
        total += matrix.shape.size();
    return total;
}

std::int64_t SensitivityMap::vector_weights() const noexcept {
    std::int64_t total = 0;
    for (const auto& vector : vectors)
        total += vector.shape.size;
    return total;
}

std::string fingerprint(const SensitivityMap& map) {
    if (!map.known_fingerprint.empty()) return map.known_fingerprint;
    Sha256 digest;
    digest.add("cdra sensitivity map 1\n");
    for (const auto& matrix : map.matrices) {
        digest.add(matrix.shape.name + " " + std::to_string(matrix.shape.out) + " " +
                   std::to_string(matrix.shape.in) + "\n");
        digest.add(std::as_bytes(std::span(matrix.values)));
    }
    for (const auto& vector : map.vectors) {
        digest.add(vector.shape.name + " " + std::to_string(vector.shape.size) + "\n");
        digest.add(std::as_bytes(std::span(vector.values)));
    }
    if (map.patch) {
        digest.add(patch_name + " " + std::to_string(map.patch->shape.out) + " " +
                   std::to_string(map.patch->shape.in) + "\n");
        digest.add(std::as_bytes(std::span(map.patch->values)));
    }
    return digest.hex();
}

} // namespace cdra::sensitivity
