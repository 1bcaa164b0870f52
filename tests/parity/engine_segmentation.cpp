// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// For the parity test: `engine_segmentation MASKS.safetensors CLASSES BATCH` takes `labels` and `predicted` [n, S, S]
// (float, 255: no class) and prints the figures of the set and of each class as one JSON object.
#include "core/base/error.h"
#include "core/engine/training/task.h"
#include "core/tensor_io/safetensors.h"
#include "tests/parity/read_tensor.h"

#include <nlohmann/json.hpp>
#include <torch/torch.h>

#include <algorithm>
#include <iostream>

namespace io = cdra::tensor_io;
namespace engine = cdra::engine;

using cdra::test::read;

int main(int argc, char** argv) try {
    if (argc != 4) throw cdra::InputError("usage: MASKS CLASSES BATCH");
    const auto file = io::SafetensorsFile::open(argv[1]);
    const int classes = std::stoi(argv[2]);
    const auto labels = read(file, "labels").to(torch::kUInt8);
    const auto scores = torch::one_hot(read(file, "predicted").to(torch::kInt64), classes).permute({0, 3, 1, 2}).to(torch::kFloat32);
    const auto task = engine::make_task(cdra::datasets::Task::segmentation, "linear");
    const auto tally = task->tally(classes);
    const auto parts = labels.split(std::stoi(argv[3])), outputs = scores.split(std::stoi(argv[3]));
    for (std::size_t i = 0; i < parts.size(); ++i) tally->add(outputs[i], parts[i]);
    engine::Evaluation result;
    result.samples = labels.size(0);
    tally->finish(result);
    nlohmann::json json{{"class_iou", result.class_iou}, {"class_dice", result.class_dice}, {"confusion", result.confusion}};
    for (const auto& [name, value] : result.figures) json[name] = value;
    std::cout << json.dump() << '\n'; // not-a-number becomes null
    return 0;
} catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return cdra::exit_code(error);
}
