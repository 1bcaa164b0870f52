// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What `cdra` asks of `cdra-engine`: `cdra-engine COMMAND JSON`. `cdra` parses and checks the command line once,
// and the engine gets one value; neither parses the other's options.
#pragma once

#include "core/job/project.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cdra::job {

struct Output {
    bool json = false;
    bool quiet = false;
    std::string job; // job folder, empty: none
};
struct SensitivityRequest { // "sensitivity"
    ModelChoice model;
    DataChoice data;
    SensitivityChoice sensitivity; // .map is the output
    RunChoice run;
    Output output;
};
struct TrainRequest { // "train": the job folder exists and holds project.toml; "resume" goes on in it
    std::string folder;
    bool resume = false;
    std::optional<int> epochs; // resume only: the new total
    Output output;
};
struct EvaluateRequest { // "evaluate"
    std::string run;
    std::string split = "test";
    std::optional<DataChoice> data; // another dataset
    // Adapters instead of a run's own (run is empty), added up; then `model` and `data` are given.
    std::vector<std::string> adapters;
    std::optional<ModelChoice> model;
    RunChoice device;
    Output output;
};
struct PredictRequest { // "predict"
    std::string run;
    std::vector<std::string> images;
    int top = 5;
    std::string out; // segmentation: the folder of the masks, empty: RUN/predictions
    RunChoice device;
    Output output;
};
struct AttentionRequest { // "attention": of one image, a file or one of the run's dataset
    std::string run;
    std::string image; // empty: `split` and `index`
    std::string split = "test";
    std::int64_t index = 0;
    bool every_query = false; // else the class token's alone
    std::string out;          // safetensors
    RunChoice device;
    Output output;
};
struct MergeRequest { // "merge"
    std::string run;
    checkpoint::Naming naming = checkpoint::Naming::timm;
    std::string out;
    Output output;
};

std::string to_json(const SensitivityRequest&);
std::string to_json(const TrainRequest&);
std::string to_json(const EvaluateRequest&);
std::string to_json(const PredictRequest&);
std::string to_json(const AttentionRequest&);
std::string to_json(const MergeRequest&);
// Throw InputError.
SensitivityRequest sensitivity_request(std::string_view json);
TrainRequest train_request(std::string_view json);
EvaluateRequest evaluate_request(std::string_view json);
PredictRequest predict_request(std::string_view json);
AttentionRequest attention_request(std::string_view json);
MergeRequest merge_request(std::string_view json);

} // namespace cdra::job
