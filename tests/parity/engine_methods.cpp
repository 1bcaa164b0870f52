// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// For the parity test: `engine_methods MODEL.safetensors INPUT.safetensors METHOD OPTIONS OUT`: the method on the model,
// five steps of AdamW at lr 1e-3 on INPUT's `images` and `labels`. Writes into the folder OUT the adapter before
// (start.safetensors) and after (end.safetensors), and logits.safetensors: `before` and `after`, in eval mode.
// OPTIONS: "rank=4;targets=q,v". A plan is made of a random map, by the method's own maker.
#include "core/base/error.h"
#include "core/engine/methods/whole_tensors.h"
#include "core/engine/training/optimizer.h"
#include "core/tensor_io/safetensors.h"
#include "tests/core/engine/engine_world.h"
#include "tests/parity/read_tensor.h"

#include <torch/torch.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>
#include <sstream>

namespace io = cdra::tensor_io;
namespace engine = cdra::engine;
namespace methods = cdra::methods;

namespace {

using cdra::test::read;

methods::OptionValues parse(const std::string& text) {
    methods::OptionValues values;
    std::istringstream stream(text);
    for (std::string one; std::getline(stream, one, ';');)
        values[one.substr(0, one.find('='))] = one.substr(one.find('=') + 1);
    return values;
}

std::optional<cdra::compact::CompactPlan> plan_of(const methods::Descriptor& method, const methods::OptionValues& values,
                                                  const cdra::checkpoint::VitSpec& spec) {
    if (!method.needs_plan) return std::nullopt;
    auto map = cdra::test::random_map(spec);
    const auto in = std::int64_t{spec.channels} * spec.patch * spec.patch;
    std::vector<float> patch;
    for (std::int64_t i = 0; i < spec.dim * in; ++i) patch.push_back(static_cast<float>((i * 7919) % 1013));
    map.patch = cdra::sensitivity::MatrixSensitivity{cdra::sensitivity::patch_shape(spec.dim, in), std::move(patch)};
    cdra::compact::PlanOptions options;
    options.amount = cdra::compact::Gamma{0.02};
    cdra::NullProgress progress;
    return methods::make_plan(method, {map, options, values}, progress);
}

void write(const std::filesystem::path& path, const torch::Tensor& before, const torch::Tensor& after) {
    const auto first = engine::float_values(before), second = engine::float_values(after);
    io::write_safetensors(path, {io::view_f32("before", before.sizes().vec(), first),
                                 io::view_f32("after", after.sizes().vec(), second)}, {});
}

} // namespace

int main(int argc, char** argv) try {
    if (argc != 6) throw cdra::InputError("usage: MODEL INPUT METHOD OPTIONS OUT");
    const auto input = io::SafetensorsFile::open(argv[2]);
    const auto images = read(input, "images");
    const auto labels = read(input, "labels").to(torch::kInt64);
    const std::filesystem::path out = argv[5];
    const auto source = cdra::checkpoint::open(argv[1]);
    engine::Vit model(*source, static_cast<int>(images.size(2)), cdra::checkpoint::Resampling::timm,
                      cdra::checkpoint::Pooling::cls, torch::kCPU);
    model.reset_head(static_cast<int>(labels.max().item<std::int64_t>()) + 1, 3);
    const auto& descriptor = methods::find_method(argv[3]);
    const auto options = methods::resolve_options(descriptor, parse(argv[4]));
    const auto plan = plan_of(descriptor, options, model.spec());
    const auto method = engine::make_method(argv[3], {model, options, plan ? &*plan : nullptr, 5});
    const auto logits = [&](bool training) {
        method->begin_forward(training, 1);
        engine::ForwardOptions forward;
        forward.adaptation = method.get();
        forward.training = training;
        return model.logits(images, forward);
    };
    cdra::job::write_adapter(out / "start.safetensors", method->adapter());
    const auto before = logits(false).detach();
    engine::AdamW optimizer(method->trainables(), {0.9, 0.999, 1e-8, 0.05});
    for (int step = 0; step < 5; ++step) {
        optimizer.zero_grad();
        torch::nn::functional::cross_entropy(logits(true), labels).backward();
        optimizer.step(1e-3);
    }
    cdra::job::write_adapter(out / "end.safetensors", method->adapter());
    write(out / "logits.safetensors", before, logits(false));
    return 0;
} catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return cdra::exit_code(error);
}
