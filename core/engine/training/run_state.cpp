// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/training/run_state.h"

#include "core/base/error.h"
#include "core/engine/methods/whole_tensors.h"
#include "core/tensor_io/safetensors.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <deque>
#include <limits>
#include <nlohmann/json.hpp>

namespace cdra::engine {
namespace {

using nlohmann::json;

constexpr const char* format_word = "cdra-checkpoint";

// JSON has no not-a-number.
json number(double value) {
    return std::isfinite(value) ? json(value) : json(nullptr);
}
double number(const json& value) {
    return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

using Column = std::vector<double> job::History::*;
constexpr std::pair<const char*, Column> columns[] = {
    {"epoch", &job::History::epoch},
    {"train_loss", &job::History::train_loss},
    {"train_accuracy", &job::History::train_accuracy},
    {"val_loss", &job::History::val_loss},
    {"val_accuracy", &job::History::val_accuracy},
    {"learning_rate", &job::History::learning_rate},
    {"images_per_second", &job::History::images_per_second},
    {"memory_mib", &job::History::memory_mib},
    {"gpu_memory_mib", &job::History::gpu_memory_mib},
};
// Of a segmentation only.
constexpr std::pair<const char*, Column> more_columns[] = {
    {"val_miou", &job::History::val_miou},
    {"val_mdice", &job::History::val_mdice},
};

std::string to_text(const RunState& state) {
    json history;
    for (const auto& [name, column] : columns) {
        auto& list = history[name] = json::array();
        for (const double value : state.history.*column)
            list.push_back(number(value));
    }
    for (const auto& [name, column] : more_columns)
        for (const double value : state.history.*column)
            history[name].push_back(number(value));
    json object = {
        {"step", state.step},
        {"epoch", state.epoch},
        {"step_in_epoch", state.step_in_epoch},
        {"micro_step", state.micro_step},
        {"loss_sum", number(state.loss_sum)},
        {"epoch_seconds", state.epoch_seconds},
        {"correct", state.correct},
        {"samples", state.samples},
        {"seconds", state.seconds},
        {"best", {{"step", state.best.step}, {"epoch", state.best.epoch}, {"accuracy", state.best.score}}},
        {"selected_on", state.selected_on},
        {"history", history}};
    if (state.judged != state.samples) object["judged"] = state.judged;
    return object.dump();
}

RunState from_text(const std::string& text, const std::filesystem::path& file) {
    try {
        const auto object = json::parse(text);
        RunState state;
        state.step = object.at("step").get<std::int64_t>();
        state.epoch = object.at("epoch").get<int>();
        state.step_in_epoch = object.at("step_in_epoch").get<std::int64_t>();
        state.micro_step = object.at("micro_step").get<std::int64_t>();
        state.loss_sum = number(object.at("loss_sum"));
        state.epoch_seconds = object.at("epoch_seconds").get<double>();
        state.correct = object.at("correct").get<std::int64_t>();
        state.samples = object.at("samples").get<std::int64_t>();
        state.judged = object.value("judged", state.samples);
        state.seconds = object.at("seconds").get<double>();
        const auto& best = object.at("best");
        state.best = {best.at("step").get<std::int64_t>(), best.at("epoch").get<int>(),
                      best.at("accuracy").get<double>()};
        state.selected_on = object.at("selected_on").get<std::string>();
        for (const auto& [name, column] : columns)
            for (const auto& value : object.at("history").at(name))
                (state.history.*column).push_back(number(value));
        for (const auto& [name, column] : more_columns)
            if (object.at("history").contains(name))
                for (const auto& value : object.at("history").at(name))
                    (state.history.*column).push_back(number(value));
        if (state.step < 0 || state.epoch < 0 || state.step_in_epoch < 0 || state.micro_step < 0)
            throw CorruptFile(file.string() + ": a negative counter");
        return state;
    } catch (const json::exception& error) {
        throw CorruptFile(file.string() + ": metadata 'state' cannot be read: " + error.what());
    }
}

Tensor stored_tensor(const tensor_io::SafetensorsFile& file, const std::string& name, const Tensor& like) {
    const auto* info = file.find(name);
    if (info == nullptr || info->shape != like.sizes().vec())
        throw InputError(file.path().string() + ": tensor '" + name +
                         "' is missing or has another shape than this run's; "
                         "method, plan or model were changed since");
    auto result = torch::empty(like.sizes(), torch::kFloat32);
    const auto values = file.read_f32(*info);
    std::copy(values.begin(), values.end(), result.mutable_data_ptr<float>());
    return result;
}

} // namespace

std::filesystem::path checkpoint_path(const std::filesystem::path& folder, std::int64_t step) {
    return folder / (std::to_string(step) + ".safetensors");
}

void save_checkpoint(const std::filesystem::path& folder, const RunState& state, const AdamW& optimizer) {
    std::deque<std::vector<float>> storage; // a deque: the views point into it
    std::vector<tensor_io::TensorView> views;
    const auto add = [&](const std::string& name, const Tensor& value) {
        views.push_back(
            tensor_io::view_f32(name, value.sizes().vec(), storage.emplace_back(float_values(value))));
    };
    for (std::size_t i = 0; i < optimizer.trainables().size(); ++i) {
        const auto& item = optimizer.trainables()[i];
        if (!at::isfinite(item.value.detach()).all().item<bool>())
            throw Error("'" + item.name + "' is not finite at step " + std::to_string(state.step));
        add("trainable/" + item.name, item.value);
        if (!item.value.requires_grad()) continue; // statistics have no moments
        add("first_moment/" + item.name, optimizer.moments()[i].first);
        add("second_moment/" + item.name, optimizer.moments()[i].second);
    }
    tensor_io::write_safetensors(checkpoint_path(folder, state.step), views,
                                 {{"format", format_word}, {"version", "1"}, {"state", to_text(state)}});
}

RunState load_checkpoint(const std::filesystem::path& path, AdamW& optimizer) {
    const auto file = tensor_io::SafetensorsFile::open(path);
    const auto state = file.metadata().find("state");
    if (state == file.metadata().end())
        throw CorruptFile(path.string() + ": not a training checkpoint, no 'state'");
    auto result = from_text(state->second, path);
    const torch::NoGradGuard no_grad;
    for (std::size_t i = 0; i < optimizer.trainables().size(); ++i) {
        const auto& item = optimizer.trainables()[i];
        Tensor(item.value).copy_(stored_tensor(file, "trainable/" + item.name, item.value));
        if (!item.value.requires_grad()) continue;
        Tensor(optimizer.moments()[i].first)
            .copy_(stored_tensor(file, "first_moment/" + item.name, item.value));
        Tensor(optimizer.moments()[i].second)
            .copy_(stored_tensor(file, "second_moment/" + item.name, item.value));
    }
    optimizer.set_steps(result.step);
    return result;
}

void load_trainables(const std::filesystem::path& path, const std::vector<Trainable>& trainables) {
    const auto file = tensor_io::SafetensorsFile::open(path);
    const torch::NoGradGuard no_grad;
    for (const auto& item : trainables)
        Tensor(item.value).copy_(stored_tensor(file, "trainable/" + item.name, item.value));
}

std::vector<std::int64_t> checkpoint_steps(const std::filesystem::path& folder) {
    std::vector<std::int64_t> steps;
    if (!std::filesystem::is_directory(folder)) return steps;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const auto name = entry.path().stem().string();
        std::int64_t step = -1;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), step);
        if (entry.path().extension() == ".safetensors" && error == std::errc{} &&
            end == name.data() + name.size() && step >= 0)
            steps.push_back(step);
    }
    std::sort(steps.rbegin(), steps.rend());
    return steps;
}

void prune_checkpoints(const std::filesystem::path& folder, const Best& best) {
    const auto steps = checkpoint_steps(folder);
    for (std::size_t i = 2; i < steps.size(); ++i) {
        std::error_code ignored; // a file that can't be removed is no reason to end a run
        if (steps[i] != best.step) std::filesystem::remove(checkpoint_path(folder, steps[i]), ignored);
    }
}

} // namespace cdra::engine
