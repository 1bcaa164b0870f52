// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/training/adapter_setup.h"

#include "core/base/error.h"
#include "core/engine/methods/product_method.h"
#include "core/engine/model/preprocessing.h"
#include "core/job/adapter_sum.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace cdra::engine {
namespace {

std::string value(const job::NamedAdapter& from, const char* key) {
    const auto found = from.adapter.metadata.find(key);
    if (found == from.adapter.metadata.end()) throw CorruptFile(from.name + ": metadata has no '" + key + "'");
    return found->second;
}

std::array<float, 3> triple(const job::NamedAdapter& from, const char* key) {
    const std::string text = value(from, key);
    std::array<float, 3> numbers{};
    const char *at = text.data(), *end = text.data() + text.size();
    for (std::size_t i = 0; i < 3; ++i) {
        const auto [stop, error] = std::from_chars(at, end, numbers[i]);
        if (error != std::errc{} || (i < 2 ? stop == end || *stop != ',' : stop != end))
            throw CorruptFile(from.name + ": metadata '" + key + "' is '" + text + "', expected three numbers");
        at = stop + 1;
    }
    return numbers;
}

int whole_number(const job::NamedAdapter& from, const char* key) {
    const std::string text = value(from, key);
    int number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || stop != text.data() + text.size() || number < 1 || number > 100000)
        throw CorruptFile(from.name + ": metadata '" + key + "' is '" + text + "', expected a number above 0");
    return number;
}

// The adapter's products and whole tensors as a method; its values are loaded by the caller.
std::unique_ptr<Method> stored_method(Vit& model, const job::NamedAdapter& sum) {
    std::map<std::string, checkpoint::MatrixShape> shapes;
    for (auto& shape : checkpoint::candidate_matrices(model.spec()))
        shapes[shape.name] = shape;
    const auto shape_of = [&](const std::string& name) {
        const auto found = shapes.find(name);
        if (found == shapes.end())
            throw InputError(sum.name + " changes '" + name + "', which the model has no matrix of; evaluate the run itself");
        return found->second;
    };
    const auto unsigned_values = [](const std::vector<std::int32_t>& values) {
        return std::vector<std::uint32_t>(values.begin(), values.end()); // negative ones are out of range then
    };
    ProductMethod::Parts parts;
    for (const auto& [name, low] : sum.adapter.low_rank)
        parts.low_rank.push_back({shape_of(name), unsigned_values(low.rows), unsigned_values(low.columns),
                                  torch::zeros({std::ssize(low.rows), low.rank}),
                                  torch::zeros({low.rank, std::ssize(low.columns)})});
    for (const auto& [name, masked] : sum.adapter.masked)
        parts.masked.push_back({shape_of(name), unsigned_values(masked.indices)});
    for (const auto& [name, whole] : sum.adapter.whole) {
        if (!model.has(name))
            throw InputError(sum.name + " holds '" + name + "', a part that its method (" + value(sum, "method") +
                             ") adds to the model; evaluate the run itself");
        parts.whole.push_back(name);
    }
    return std::make_unique<ProductMethod>(model, std::move(parts));
}

} // namespace

RunSetup open_adapters(const job::EvaluateRequest& request, ProgressSink& progress, const std::stop_token& stop) {
    if (!request.model || !request.data) throw InputError("adapters alone need a model and a dataset");
    std::vector<job::NamedAdapter> adapters;
    for (const auto& file : request.adapters)
        adapters.push_back({file, job::read_adapter(file)});
    const job::NamedAdapter sum{adapters.front().name, job::sum_of(adapters)};

    RunSetup setup;
    setup.project.model = *request.model;
    setup.project.data = *request.data;
    setup.project.method = value(sum, "method");
    setup.project.data.image_size = whole_number(sum, "image_size");
    setup.project.data.mean = triple(sum, "mean");
    setup.project.data.std = triple(sum, "std");
    setup.project.model.pooling = checkpoint::parse_pooling(value(sum, "pooling"));
    setup.project.model.position_resampling = checkpoint::parse_resampling(value(sum, "position_resampling"));
    setup.device = resolve_device(request.device.device);
    setup.threads = set_threads(request.device.threads);
    make_deterministic();
    setup.checkpoint = checkpoint::open(request.model->path, {request.model->heads});
    setup.preprocessing = resolve_preprocessing(setup.checkpoint->spec(), setup.project.data);
    setup.resampling = *setup.project.model.position_resampling;
    try {
        setup.classes = nlohmann::json::parse(value(sum, "class_names")).get<std::vector<std::string>>();
    } catch (const nlohmann::json::exception&) {
        throw CorruptFile(sum.name + ": metadata 'class_names' is not a list of names");
    }
    progress.report({"load", 0, 1, "reading the model"});
    setup.model_sha256 = checkpoint::fingerprint(*setup.checkpoint, stop);
    if (const auto wanted = value(sum, "model_sha256"); wanted != setup.model_sha256)
        throw InputError(setup.checkpoint->path().string() + " is not the model that " + sum.name +
                         " was trained on: SHA-256 " + setup.model_sha256.substr(0, 12) + "…, expected " +
                         wanted.substr(0, 12) + "…");
    setup.model = std::make_unique<Vit>(*setup.checkpoint, setup.preprocessing.image_size, setup.resampling,
                                        setup.project.model.pooling, setup.device);
    setup.task = stored_task(sum.adapter);
    setup.task->reset_head(*setup.model, static_cast<int>(setup.classes.size()), 0);
    setup.method = stored_method(*setup.model, sum);
    setup.method->load(sum.adapter);
    progress.report({"load", 1, 1, {}});
    return setup;
}

} // namespace cdra::engine
