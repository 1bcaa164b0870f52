// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/tensor_io/hdf5_seal.h"

#include "core/base/digest.h"
#include "core/base/error.h"
#include "core/base/parallel.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <string_view>
#include <thread>
#include <vector>

namespace cdra::tensor_io::hdf5 {
namespace {

constexpr std::string_view seal_word = "CDRA-HDF5-XXH128", earlier_word = "CDRA-HDF5-";
constexpr std::size_t seal_size = seal_word.size() + 2 * sizeof(XXH128_canonical_t), earlier_size = seal_word.size() + 64;

} // namespace

std::string seal_of(std::span<const std::byte> bytes) {
    constexpr std::size_t piece = std::size_t{1} << 20;
    std::vector<XXH128_canonical_t> sums((bytes.size() + piece - 1) / piece);
    const int threads = static_cast<int>(std::min(std::thread::hardware_concurrency(), 8U));
    parallel_for(threads, sums.size(), [&](std::size_t, std::size_t i) {
        const auto part = bytes.subspan(i * piece, std::min(piece, bytes.size() - i * piece));
        XXH128_canonicalFromHash(&sums[i], XXH3_128bits(part.data(), part.size()));
    });
    XXH128_canonical_t sum;
    XXH128_canonicalFromHash(&sum, XXH3_128bits(sums.data(), sums.size() * sizeof(XXH128_canonical_t)));
    return std::string(seal_word) + to_hex(sum.digest);
}

void check_seal(const MappedFile& file) {
    const auto damaged = [&](const char* what) {
        throw CorruptFile(file.path().string() + ": " + what +
                          "; it is cut short, damaged, or was written by another program: make it again");
    };
    const auto bytes = file.bytes();
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (text.size() < seal_size || !text.substr(text.size() - seal_size).starts_with(seal_word)) {
        if (text.size() >= earlier_size && text.substr(text.size() - earlier_size).starts_with(earlier_word))
            throw CorruptFile(file.path().string() + ": the check sum at its end is one of an earlier version of this program, "
                              "expected " + std::string(seal_word) + ": make it again");
        damaged("the check sum at its end is missing");
    }
    if (text.substr(text.size() - seal_size) != seal_of(bytes.first(bytes.size() - seal_size)))
        damaged("its bytes do not fit the check sum at its end");
}

} // namespace cdra::tensor_io::hdf5
