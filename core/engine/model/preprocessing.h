// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What the user left open, decided in one place for every command: image size, normalisation, position
// resampling, device and threads.
#pragma once

#include "core/checkpoint/vit_spec.h"
#include "core/job/project.h"
#include "datasets/image.h"

#include <string>
#include <torch/types.h>

namespace cdra::engine {

// image_size 0 is the pretraining size; mean and std are the user's, else the checkpoint's, else 0.5 (ViT) or
// ImageNet's (DINOv2). Throws InputError for an image size that is not a multiple of the patch, for a
// standard deviation that is not positive and for an unknown resize or augment word.
datasets::Preprocessing resolve_preprocessing(const checkpoint::VitSpec& spec, const job::DataChoice& data);

checkpoint::Resampling resolve_resampling(const checkpoint::VitSpec& spec, const job::ModelChoice& model);

// "cpu", "cuda", "cuda:N" or "auto" (the first CUDA device if there is one, else the CPU). Throws InputError
// for another word and for a device this machine or this build has not.
torch::Device resolve_device(const std::string& word);
// "cpu", "cuda:0": what is recorded.
std::string device_name(const torch::Device& device);

// Sets LibTorch's thread count for the process; 0: all cores of the machine. Returns the count. Must come
// before the first computation.
int set_threads(int wanted);

} // namespace cdra::engine
