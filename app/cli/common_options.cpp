// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/common_options.h"

#include "core/base/error.h"
#include "core/compact/ranks.h"

#include <algorithm>
#include <cmath>
#include <thread>

namespace cdra::cli {
namespace {

// A word that a parser refuses: the message names the option.
template <typename Parser> auto parsed(const char* option, const std::string& word, Parser parser) {
    try {
        return parser(word);
    } catch (const InputError& error) {
        throw InputError(std::string(option) + ": " + error.what());
    }
}

std::array<float, 3> triple(const char* option, const std::vector<float>& values) {
    if (values.size() != 3)
        throw InputError(std::string(option) + " has " + std::to_string(values.size()) +
                         " numbers; expected three, separated by commas");
    return {values[0], values[1], values[2]};
}

} // namespace

void OutputOptions::declare(CLI::App& app) {
    app.add_flag("--json", json, "Print the result as one JSON object on standard output.");
    app.add_flag("--quiet", quiet, "No progress on standard error.");
}

void ModelOptions::declare(CLI::App& app, bool with_path) {
    if (with_path) app.add_option("--model", path, "Checkpoint: a file, or a folder with model.safetensors.")->type_name("MODEL");
    app.add_option("--heads", heads, "Attention heads (default: as the checkpoint or its config.json says).")->type_name("N");
    app.add_option("--pooling", pooling, "Feature of an image: cls, mean or cls+mean (default cls).")->type_name("WORD");
    app.add_option("--position-resampling", position_resampling,
                   "How positions are resampled to another image size: timm (antialiased) or hf (default: by the "
                   "checkpoint's naming).")
        ->type_name("WORD");
    app.add_option("--decoder", decoder,
                   "Head of a segmentation, on the patch tokens: linear (one 1×1 convolution) or fpn (a small pyramid over "
                   "four layers) (default linear).")
        ->type_name("WORD");
}

void ModelOptions::apply(job::ModelChoice& model) const {
    if (path) model.path = *path;
    if (heads) model.heads = heads;
    if (pooling) model.pooling = parsed("--pooling", *pooling, checkpoint::parse_pooling);
    if (decoder) model.decoder = *decoder;
    if (position_resampling)
        model.position_resampling = parsed("--position-resampling", *position_resampling, checkpoint::parse_resampling);
}

void DataOptions::declare(CLI::App& app, bool with_augment) {
    app.add_option("--data", spec, "Dataset: a folder, or LAYOUT:PATH; options after '?', e.g. '?train=1000&seed=0'.")
        ->type_name("DATA");
    app.add_option("--image-size", image_size, "Side of the square input in pixels (default: the checkpoint's).")->type_name("PX");
    app.add_option("--mean", mean, "Normalisation mean, red,green,blue (default: the checkpoint's).")
        ->type_name("R,G,B")->delimiter(',')->expected(1, 3);
    app.add_option("--std", std, "Normalisation standard deviation, red,green,blue (default: the checkpoint's).")
        ->type_name("R,G,B")->delimiter(',')->expected(1, 3);
    app.add_option("--resize", resize, "squash (straight to the size) or crop (short side, centre crop) (default squash).")
        ->type_name("WORD");
    if (with_augment)
        app.add_option("--augment", augment, "Training images: none, flip or crop-flip (default none).")->type_name("WORD");
}

void DataOptions::apply(job::DataChoice& data) const {
    if (spec) data.spec = *spec;
    if (image_size) data.image_size = *image_size;
    if (!mean.empty()) data.mean = triple("--mean", mean);
    if (!std.empty()) data.std = triple("--std", std);
    if (resize) data.resize = *resize;
    if (augment) data.augment = *augment;
}

bool DataOptions::any() const { return spec || image_size || resize || augment || !mean.empty() || !std.empty(); }

void RunOptions::declare(CLI::App& app, bool with_seed) {
    app.add_option("--device", device, "cpu, cuda, cuda:N or auto (default auto: CUDA where there is a device).")->type_name("DEVICE");
    app.add_option("--threads", threads, "Threads (default 0: one per processor).")->type_name("N");
    if (with_seed) app.add_option("--seed", seed, "Seed of everything random (default 0).")->type_name("N");
}

void RunOptions::apply(job::RunChoice& run) const {
    if (device) run.device = *device;
    if (threads) run.threads = *threads;
    if (seed) run.seed = *seed;
}

void PlanOptions::declare(CLI::App& app) {
    auto* by_gamma = app.add_option("--gamma", gamma, "Sensitive fraction of the pool, 0 … 1 (default 0.0043).")->type_name("F");
    auto* by_tau = app.add_option("--tau", tau, "Sensitive entries of the pool, a count.")->type_name("N");
    auto* by_budget = app.add_option("--budget", budget,
                                     "The largest γ whose plan trains at most this percentage of the backbone.")
                          ->type_name("PCT");
    by_gamma->excludes(by_tau)->excludes(by_budget);
    by_tau->excludes(by_budget);
    app.add_option("--pool", pool, "What is ranked together: all (matrices and vectors) or matrices (default all).")->type_name("WORD");
    app.add_option("--rank-zero", rank_zero, "A matrix of rank 0: mask, freeze or one (default mask).")->type_name("WORD");
    app.add_option("--size-scale", size_scale, "Sides of the compact sub-matrix as a multiple of d̄ and k̄ (default 1).")->type_name("F");
    app.add_option("--quadrant", quadrant, "Which sub-matrix: 10 (the method's), 00, 01 or 11 (default 10).")->type_name("WORD");
    app.add_option("--beta", beta, "A vector is tuned if at least 1/beta of its entries are sensitive (default 5).")->type_name("N");
}

bool PlanOptions::any() const {
    return gamma || tau || budget || size_scale || pool || rank_zero || quadrant || beta;
}

void PlanOptions::apply(compact::PlanOptions& options) const {
    const auto number = [](double value) {
        std::ostringstream text;
        text << value;
        return text.str();
    };
    if (gamma) {
        if (!(*gamma >= 0 && *gamma <= 1))
            throw InputError("--gamma is " + number(*gamma) + "; expected a fraction from 0 to 1 (0.01 is one per cent)");
        options.amount = compact::Gamma{*gamma};
    }
    if (tau) options.amount = compact::Tau{*tau};
    if (budget) {
        if (!(*budget > 0 && *budget <= 100))
            throw InputError("--budget is " + number(*budget) + "; expected a percentage above 0 and up to 100");
        options.amount = compact::Budget{*budget};
    }
    if (pool) options.pool = parsed("--pool", *pool, sensitivity::parse_pool);
    if (rank_zero) options.rank_zero = parsed("--rank-zero", *rank_zero, compact::parse_rank_zero);
    if (quadrant) options.quadrant = parsed("--quadrant", *quadrant, compact::parse_quadrant);
    if (size_scale) {
        if (!(*size_scale > 0 && std::isfinite(*size_scale)))
            throw InputError("--size-scale is " + number(*size_scale) + "; expected a number above 0");
        options.size_scale = *size_scale;
    }
    if (beta) {
        if (*beta < 1) throw InputError("--beta is " + std::to_string(*beta) + "; expected at least 1");
        options.beta = *beta;
    }
    if (rank) {
        parsed("--rank", *rank, [](const std::string& word) { return compact::parse_rank_strategy(word); });
        options.rank = *rank;
    }
}

int thread_count(int wanted) {
    if (wanted < 0) throw InputError("--threads is " + std::to_string(wanted) + "; expected at least 0");
    return wanted > 0 ? wanted : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

void check_run(const job::RunChoice& run) {
    job::Project project;
    project.run = run;
    job::validate(project);
}

} // namespace cdra::cli
