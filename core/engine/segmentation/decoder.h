// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Heads that give every patch a class. Their tensors are the model's head ("head.…"), so that every method
// trains, saves and merges them as it does a classification head.
//   linear  one 1×1 convolution on the last patch tokens
//   fpn     a small feature pyramid over four layers, a quarter of the depth apart: 3×3 convolutions of 128
//           channels with batch normalisation, the finer layers added on the way up, four times the patches'
//           resolution
#pragma once

#include "core/engine/model/vit.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cdra::engine {

struct Decoder {
    std::string_view word, summary;
    // The blocks whose patch tokens it takes, ascending, the last one last.
    std::vector<int> (*layers)(const checkpoint::VitSpec& spec);
    // Fresh tensors on the model, a pure function of the seed.
    void (*reset)(Vit& model, int classes, std::uint64_t seed);
    // tokens [B, layers, patches, dim] → class scores [B, classes, height, width] at its own resolution. With
    // `training`, batch statistics are used and the running ones moved towards them by a tenth.
    Tensor (*forward)(const Vit& model, const Tensor& tokens, bool training);
};
std::span<const Decoder> decoders();
// Throws InputError that lists the known ones.
const Decoder& find_decoder(std::string_view word);

// Bilinear, on pixel centres (align_corners off), as a product with two small matrices: the same bits on every
// device in both directions. x [B, C, h, w] float32 → [B, C, height, width].
Tensor resize_bilinear(const Tensor& x, std::int64_t height, std::int64_t width);

// argmax over dimension 1, the lowest index at ties: [B, classes, …] → int64 [B, …]. On the CPU class after class,
// which reads memory in order: LibTorch's own is ten times as slow there.
Tensor best_class(const Tensor& scores);

// The likeliest class of every pixel of an image of another size: scores [1, classes, h, w] → uint8
// [height, width] on the CPU, by bands of rows, so that a large photograph needs no large tensor.
Tensor class_map(const Tensor& scores, std::int64_t height, std::int64_t width);

} // namespace cdra::engine
