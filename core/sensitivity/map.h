// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The sensitivity map (Eq. 3): for every weight the mean over samples of the squared gradient of that one
// sample's loss. What the file S.h5 holds.
#pragma once

#include "core/base/progress.h"
#include "core/checkpoint/vit_spec.h"
#include "core/sensitivity/values.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace cdra::sensitivity {

struct MatrixSensitivity {
    checkpoint::MatrixShape shape;
    Values values; // [out, in], row-major, not negative, finite
};
// The patch embedding as a product, which GPS selects from too: weight [dim, channels·patch²]. Every other
// method keeps it frozen, so it is no candidate matrix and stands apart.
inline const std::string patch_name = "patch_embed";
inline checkpoint::MatrixShape patch_shape(std::int64_t out, std::int64_t in) {
    return {patch_name, -1, -1, out, in};
}
struct VectorSensitivity {
    checkpoint::VectorShape shape;
    Values values; // [size]
};

// Where a map comes from: enough to make it again, stored as root attributes.
struct Provenance {
    std::string model;        // path as given
    std::string model_sha256; // of the checkpoint file
    std::string dataset;      // the DATA argument as given
    std::string dataset_fingerprint;
    std::vector<std::uint32_t> samples; // indices into the training split, in the order used
    std::string estimator = "per-sample"; // or "batch"
    std::string loss = "cross-entropy";
    std::uint64_t seed = 0;
    std::uint64_t head_seed = 0;
    int classes = 0;
    int image_size = 0;
    std::vector<float> mean, std; // three each
    std::string position_resampling;
    std::string pooling;
    std::string device;
    int threads = 0;
    std::int64_t backbone_parameters = 0;
    std::int64_t class_token_parameters = 0; // dim, or 0 without a class token
    std::string program_version;
};

struct SensitivityMap {
    std::vector<MatrixSensitivity> matrices; // tensor order: block after block, matrix_kinds within
    std::vector<VectorSensitivity> vectors;  // tensor order of checkpoint::tunable_vectors
    std::optional<MatrixSensitivity> patch;  // from the contrastive estimator alone; never in a pool
    Provenance provenance;
    // What fingerprint() returns without computing, where it is known: read_map takes it from the file. Clear it
    // after a change of values.
    std::string known_fingerprint;

    std::int64_t matrix_weights() const noexcept; // Σ d·k: the candidate weights
    std::int64_t vector_weights() const noexcept;
};

// SHA-256 over names, shapes and values: what a plan remembers of the map it was made from.
std::string fingerprint(const SensitivityMap& map);

// S.h5. Writing is atomic. Reading throws CorruptFile naming the dataset for a wrong shape, a negative or a
// not-finite value (first index given). `stop` and `progress` (stage "load") are honoured between datasets.
void write_map(const std::filesystem::path& path, const SensitivityMap& map);
// in_place: the values stay where they lie in a map of the file, which spares memory, page faults and the copy. For a short
// command only: should another program cut the file short meanwhile, the system ends this one (SIGBUS).
enum class Reading { copied, in_place };
SensitivityMap read_map(const std::filesystem::path& path, ProgressSink& progress, const std::stop_token& stop = {},
                        Reading reading = Reading::copied);

} // namespace cdra::sensitivity
