// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/job/requests.h"

#include "core/base/error.h"

#include <nlohmann/json.hpp>

namespace cdra::job {
namespace {

using Json = nlohmann::ordered_json;

Json to(const ModelChoice& model) {
    Json json{{"path", model.path}, {"pooling", checkpoint::name_of(model.pooling)}, {"decoder", model.decoder}};
    if (model.heads) json["heads"] = *model.heads;
    if (model.position_resampling) json["position_resampling"] = checkpoint::name_of(*model.position_resampling);
    return json;
}
void from(const Json& json, ModelChoice& model) {
    model.path = json.at("path").get<std::string>();
    model.pooling = checkpoint::parse_pooling(json.at("pooling").get<std::string>());
    model.decoder = json.at("decoder").get<std::string>();
    if (json.contains("heads")) model.heads = json.at("heads").get<int>();
    if (json.contains("position_resampling"))
        model.position_resampling = checkpoint::parse_resampling(json.at("position_resampling").get<std::string>());
}

Json to(const DataChoice& data) {
    Json json{{"spec", data.spec}, {"image_size", data.image_size}, {"resize", data.resize}, {"augment", data.augment}};
    if (data.mean) json["mean"] = *data.mean;
    if (data.std) json["std"] = *data.std;
    return json;
}
void from(const Json& json, DataChoice& data) {
    data.spec = json.at("spec").get<std::string>();
    data.image_size = json.at("image_size").get<int>();
    data.resize = json.at("resize").get<std::string>();
    data.augment = json.at("augment").get<std::string>();
    if (json.contains("mean")) data.mean = json.at("mean").get<std::array<float, 3>>();
    if (json.contains("std")) data.std = json.at("std").get<std::array<float, 3>>();
}

Json to(const SensitivityChoice& choice) {
    return {{"map", choice.map},
            {"estimator", choice.estimator},
            {"samples", choice.samples},
            {"batch_size", choice.batch_size},
            {"seed", choice.seed}};
}
void from(const Json& json, SensitivityChoice& choice) {
    choice.map = json.at("map").get<std::string>();
    choice.estimator = json.at("estimator").get<std::string>();
    choice.samples = json.at("samples").get<int>();
    choice.batch_size = json.at("batch_size").get<int>();
    choice.seed = json.at("seed").get<std::uint64_t>();
}

Json to(const RunChoice& run) { return {{"device", run.device}, {"threads", run.threads}, {"seed", run.seed}}; }
void from(const Json& json, RunChoice& run) {
    run.device = json.at("device").get<std::string>();
    run.threads = json.at("threads").get<int>();
    run.seed = json.at("seed").get<std::uint64_t>();
}

Json to(const Output& output) { return {{"json", output.json}, {"quiet", output.quiet}, {"job", output.job}}; }
void from(const Json& json, Output& output) {
    output.json = json.at("json").get<bool>();
    output.quiet = json.at("quiet").get<bool>();
    output.job = json.at("job").get<std::string>();
}

std::string text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// Parses and fills; whatever does not fit becomes an InputError that names the request.
template <typename Request, typename Fill> Request parse(const char* name, std::string_view text, Fill fill) {
    try {
        const Json json = Json::parse(text);
        Request request;
        from(json.at("output"), request.output);
        fill(json, request);
        return request;
    } catch (const Json::exception& error) {
        throw InputError(std::string(name) + " request: " + error.what() +
                         "; expected the object that 'cdra " + name + "' hands over");
    }
}

} // namespace

std::string to_json(const SensitivityRequest& request) {
    return text({{"model", to(request.model)},
                 {"data", to(request.data)},
                 {"sensitivity", to(request.sensitivity)},
                 {"run", to(request.run)},
                 {"output", to(request.output)}});
}
SensitivityRequest sensitivity_request(std::string_view json) {
    return parse<SensitivityRequest>("sensitivity", json, [](const Json& object, SensitivityRequest& request) {
        from(object.at("model"), request.model);
        from(object.at("data"), request.data);
        from(object.at("sensitivity"), request.sensitivity);
        from(object.at("run"), request.run);
    });
}

std::string to_json(const TrainRequest& request) {
    Json json{{"folder", request.folder}, {"resume", request.resume}};
    if (request.epochs) json["epochs"] = *request.epochs;
    json["output"] = to(request.output);
    return text(json);
}
TrainRequest train_request(std::string_view json) {
    return parse<TrainRequest>("train", json, [](const Json& object, TrainRequest& request) {
        request.folder = object.at("folder").get<std::string>();
        request.resume = object.at("resume").get<bool>();
        if (object.contains("epochs")) request.epochs = object.at("epochs").get<int>();
    });
}

std::string to_json(const EvaluateRequest& request) {
    Json json{{"run", request.run}, {"split", request.split}, {"adapters", request.adapters}};
    if (request.model) json["model"] = to(*request.model);
    if (request.data) json["data"] = to(*request.data);
    json["device"] = to(request.device);
    json["output"] = to(request.output);
    return text(json);
}
EvaluateRequest evaluate_request(std::string_view json) {
    return parse<EvaluateRequest>("evaluate", json, [](const Json& object, EvaluateRequest& request) {
        request.run = object.at("run").get<std::string>();
        request.split = object.at("split").get<std::string>();
        request.adapters = object.at("adapters").get<std::vector<std::string>>();
        if (object.contains("model")) from(object.at("model"), request.model.emplace());
        if (object.contains("data")) from(object.at("data"), request.data.emplace());
        from(object.at("device"), request.device);
    });
}

std::string to_json(const PredictRequest& request) {
    return text({{"run", request.run},
                 {"images", request.images},
                 {"top", request.top},
                 {"out", request.out},
                 {"device", to(request.device)},
                 {"output", to(request.output)}});
}
PredictRequest predict_request(std::string_view json) {
    return parse<PredictRequest>("predict", json, [](const Json& object, PredictRequest& request) {
        request.run = object.at("run").get<std::string>();
        request.images = object.at("images").get<std::vector<std::string>>();
        request.top = object.at("top").get<int>();
        request.out = object.at("out").get<std::string>();
        from(object.at("device"), request.device);
    });
}

std::string to_json(const AttentionRequest& request) {
    return text({{"run", request.run},
                 {"image", request.image},
                 {"split", request.split},
                 {"index", request.index},
                 {"every_query", request.every_query},
                 {"out", request.out},
                 {"device", to(request.device)},
                 {"output", to(request.output)}});
}
AttentionRequest attention_request(std::string_view json) {
    return parse<AttentionRequest>("attention", json, [](const Json& object, AttentionRequest& request) {
        request.run = object.at("run").get<std::string>();
        request.image = object.at("image").get<std::string>();
        request.split = object.at("split").get<std::string>();
        request.index = object.at("index").get<std::int64_t>();
        request.every_query = object.at("every_query").get<bool>();
        request.out = object.at("out").get<std::string>();
        from(object.at("device"), request.device);
    });
}

std::string to_json(const MergeRequest& request) {
    return text({{"run", request.run},
                 {"naming", checkpoint::name_of(request.naming)},
                 {"out", request.out},
                 {"output", to(request.output)}});
}
MergeRequest merge_request(std::string_view json) {
    return parse<MergeRequest>("merge", json, [](const Json& object, MergeRequest& request) {
        request.run = object.at("run").get<std::string>();
        request.naming = checkpoint::parse_naming(object.at("naming").get<std::string>());
        request.out = object.at("out").get<std::string>();
    });
}

} // namespace cdra::job
