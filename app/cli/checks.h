// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What can be checked before any work begins, so that bad input ends with exit code 2 and nothing is written.
#pragma once

#include "core/checkpoint/checkpoint.h"
#include "core/job/job_folder.h"
#include "core/job/project.h"
#include "datasets/dataset.h"

#include <filesystem>
#include <memory>
#include <string>

namespace cdra::cli {

// The folder exists and `path` is none itself. Throws InputError.
void check_output(const char* option, const std::filesystem::path& path);
// Opens the model and checks the image size against its patches. Throws InputError.
std::unique_ptr<checkpoint::Checkpoint> check_model(const job::ModelChoice& model, const job::DataChoice& data);
// Opens the dataset; it must have a training split with images. Throws InputError.
std::unique_ptr<datasets::Dataset> check_data(const job::DataChoice& data);
// The plan's matrices are the model's. Throws InputError that names the first that is not.
void check_plan_fits(const compact::CompactPlan& plan, const checkpoint::Checkpoint& model, const std::string& plan_name);
// A job folder that was made by 'cdra train'. Throws InputError. Returns its frozen project.
job::Project check_run_folder(const job::JobPaths& paths);
// The same, and it holds what a fine-tuned model is made of (an adapter). Throws InputError.
job::Project check_trained_run(const job::JobPaths& paths);

} // namespace cdra::cli
