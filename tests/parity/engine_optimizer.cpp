// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// For the parity test: `engine_optimizer START.safetensors OUT.safetensors WEIGHT_DECAY EPOCHS` takes `value` and
// `gradients` [epochs, …] from START and writes `values` after every epoch's one step and `rates`, the learning rates
// of the default recipe over that many epochs.
#include "core/base/error.h"
#include "core/engine/methods/whole_tensors.h"
#include "core/engine/training/optimizer.h"
#include "core/job/schedule.h"
#include "core/tensor_io/safetensors.h"
#include "tests/parity/read_tensor.h"

#include <torch/torch.h>

#include <algorithm>
#include <iostream>
#include <string>

namespace io = cdra::tensor_io;
namespace engine = cdra::engine;

using cdra::test::read;

int main(int argc, char** argv) try {
    if (argc != 5) throw cdra::InputError("usage: START OUT WEIGHT_DECAY EPOCHS");
    const auto file = io::SafetensorsFile::open(argv[1]);
    cdra::job::Recipe recipe;
    recipe.epochs = std::stoi(argv[4]);
    const cdra::job::CosineSchedule schedule(recipe);
    auto value = read(file, "value").set_requires_grad(true);
    const auto gradients = read(file, "gradients");
    engine::AdamWOptions options;
    options.weight_decay = std::stod(argv[3]);
    engine::AdamW optimizer({{"value", value, true}}, options);
    std::vector<torch::Tensor> values;
    std::vector<float> rates;
    for (int epoch = 0; epoch < recipe.epochs; ++epoch) {
        rates.push_back(static_cast<float>(schedule.rate(epoch)));
        value.mutable_grad() = gradients[epoch % gradients.size(0)].clone();
        optimizer.step(schedule.rate(epoch));
        values.push_back(value.detach().clone());
    }
    const auto stacked = torch::stack(values);
    const auto flat = engine::float_values(stacked);
    io::write_safetensors(argv[2], {io::view_f32("values", stacked.sizes().vec(), flat),
                                    io::view_f32("rates", {static_cast<std::int64_t>(rates.size())}, rates)}, {});
    return 0;
} catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return cdra::exit_code(error);
}
