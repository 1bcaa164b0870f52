// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// A whole small world to run the road on in seconds: a random ViT with timm names and an image folder that can be
// learnt (each class is a bright bar in another place on noise).
#pragma once

#include <cstdint>
#include <filesystem>

namespace cdra::test {

struct TinyVit {
    int depth = 3, dim = 64, mlp_dim = 128, patch = 8, image_size = 32;
    std::uint64_t seed = 1;
};
// Writes a safetensors checkpoint (timm names, fused qkv, no head, normal weights of 0.05, norms at 1).
void write_tiny_vit(const std::filesystem::path& file, const TinyVit& shape = {});

struct TinyImages {
    int classes = 4, train_per_class = 20, val_per_class = 5, test_per_class = 10, size = 32;
    std::uint64_t seed = 2;
};
// Writes root/{train,val,test}/<class>/<number>.ppm.
void write_tiny_images(const std::filesystem::path& root, const TinyImages& what = {});

} // namespace cdra::test
