// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/sensitivity/sensitivity.h"

#include "core/base/atomic_file.h"
#include "core/base/digest.h"
#include "core/base/random.h"
#include "core/checkpoint/checkpoint.h"
#include "core/engine/commands/commands.h"
#include "core/engine/commands/worker.h"
#include "core/engine/kernels/forms.h"
#include "core/engine/kernels/squared_gradient.h"
#include "core/engine/model/preprocessing.h"
#include "core/engine/training/batches.h"
#include "datasets/loader.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <torch/torch.h>

namespace cdra::engine::commands {

namespace {

using Clock = std::chrono::steady_clock;

// The images: by a seeded permutation (a folder's first images are of its first class), or SPT's way in file
// order, whole mini-batches only.
std::vector<std::uint32_t> choose_samples(Estimator estimator, const job::SensitivityChoice& choice,
                                          std::size_t available) {
    if (choice.samples < 1 || choice.batch_size < 1)
        throw InputError("sensitivity: samples and batch size must be at least 1, found " +
                         std::to_string(choice.samples) + " and " + std::to_string(choice.batch_size));
    auto count = std::min(static_cast<std::size_t>(choice.samples), available);
    std::vector<std::uint32_t> order;
    if (estimator != Estimator::batch) {
        order = random_permutation(static_cast<std::uint32_t>(available),
                                   mix_seed(choice.seed, "sensitivity-samples"));
    } else {
        order.resize(available);
        std::iota(order.begin(), order.end(), 0U);
        const auto batch = static_cast<std::size_t>(choice.batch_size);
        if (count > batch) count -= count % batch;
    }
    order.resize(count);
    return order;
}

// The file whose digest names the model: a folder's weights file.
std::string model_digest(const checkpoint::Checkpoint& source, Worker& worker) {
    worker.progress().report({"load", 0, 0, "reading the model"});
    return checkpoint::fingerprint(source, worker.stop());
}

struct Summary {
    sensitivity::SensitivityMap map;
    std::string fingerprint;
    double seconds = 0; // of the computation alone
};

Summary compute(const job::SensitivityRequest& request, Worker& worker) {
    const auto estimator = parse_estimator(request.sensitivity.estimator);
    if (request.sensitivity.map.empty()) throw InputError("sensitivity: no output file; give --out S.h5");
    AtomicFile(
        request.sensitivity.map); // a folder that can't be written is known before the work, not after it
    const auto device = resolve_device(request.run.device);
    const int threads = set_threads(request.run.threads);

    const auto source = checkpoint::open(request.model.path, {request.model.heads});
    const auto dataset = datasets::open_dataset(request.data.spec);
    const auto how = resolve_preprocessing(source->spec(), request.data);
    const auto resampling = resolve_resampling(source->spec(), request.model);
    const auto classes = static_cast<int>(dataset->classes().size());
    const auto samples = choose_samples(estimator, request.sensitivity, dataset->samples("train").size());
    const std::string digest = model_digest(*source, worker);
    Vit model(*source, how.image_size, resampling, request.model.pooling, device);
    const auto task = make_task(dataset->task(), request.model.decoder);
    task->reset_head(model, classes, request.run.seed);

    datasets::LoaderOptions loading;
    loading.batch_size = request.sensitivity.batch_size;
    loading.threads = threads;
    loading.cache_bytes = 0; // every image is seen once
    const bool two_views = estimator == Estimator::contrastive;
    auto views = how;
    if (two_views && views.augment == "none") views.augment = "crop-flip";
    loading.training = two_views;
    datasets::Loader loader(*dataset, "train", views, loading);
    std::optional<datasets::Loader> second_loader;
    loader.start(samples, mix_seed(request.sensitivity.seed, "view 1"));
    if (two_views) {
        second_loader.emplace(*dataset, "train", views, loading);
        second_loader->start(samples, mix_seed(request.sensitivity.seed, "view 2"));
    }
    datasets::Batch batch, second;
    SensitivityInputs inputs{
        .model = model, .estimator = estimator, .next = {}, .samples = std::ssize(samples)};
    inputs.seed = request.sensitivity.seed;
    inputs.task = task.get();
    inputs.next = [&](LabelledImages& next) {
        worker.wait_while_paused();
        if (!loader.next(batch)) return false;
        // The batch outlives its use: the next one is loaded after the gradients of this one.
        next.images = torch::from_blob(batch.images.data(), {batch.size, 3, how.image_size, how.image_size});
        next.labels = labels_of(batch, how.image_size);
        if (second_loader && second_loader->next(second))
            next.second =
                torch::from_blob(second.images.data(), {second.size, 3, how.image_size, how.image_size});
        return true;
    };
    const auto start = Clock::now();
    Summary summary{.map = compute_sensitivity(inputs, worker.progress(), worker.stop()), .fingerprint = {}};
    summary.seconds = std::chrono::duration<double>(Clock::now() - start).count();

    auto& from = summary.map.provenance;
    from.model = request.model.path;
    from.model_sha256 = digest;
    from.dataset = request.data.spec;
    from.dataset_fingerprint = dataset->fingerprint();
    from.samples = samples;
    if (dataset->task() == datasets::Task::segmentation)
        from.loss = "cross-entropy of pixels, decoder " + request.model.decoder;
    from.seed = request.sensitivity.seed;
    from.head_seed = request.run.seed;
    from.classes = classes;
    from.image_size = how.image_size;
    from.mean.assign(how.mean.begin(), how.mean.end());
    from.std.assign(how.std.begin(), how.std.end());
    from.position_resampling = checkpoint::name_of(resampling);
    from.pooling = checkpoint::name_of(request.model.pooling);
    from.device = device_name(device);
    from.threads = threads;
    from.backbone_parameters = checkpoint::backbone_parameters(source->spec());
    from.class_token_parameters = source->spec().class_token ? source->spec().dim : 0;
    from.program_version = CDRA_VERSION;
    summary.fingerprint = sensitivity::fingerprint(summary.map);

    worker.progress().report({"write", 0, 1, request.sensitivity.map});
    throw_if_stopped(worker.stop());
    sensitivity::write_map(request.sensitivity.map, summary.map);
    worker.progress().report({"write", 1, 1, request.sensitivity.map});
    return summary;
}

void print(const job::SensitivityRequest& request, const Summary& summary) {
    const auto& map = summary.map;
    const auto& from = map.provenance;
    if (request.output.json) {
        nlohmann::ordered_json json;
        json["map"] = request.sensitivity.map;
        json["estimator"] = from.estimator;
        json["samples"] = from.samples.size();
        json["batch_size"] = request.sensitivity.batch_size;
        json["classes"] = from.classes;
        json["image_size"] = from.image_size;
        json["matrices"] = map.matrices.size();
        json["candidate_weights"] = map.matrix_weights();
        json["vector_weights"] = map.vector_weights();
        json["model_sha256"] = from.model_sha256;
        json["fingerprint"] = summary.fingerprint;
        json["seed"] = from.seed;
        json["head_seed"] = from.head_seed;
        json["device"] = from.device;
        json["threads"] = from.threads;
        json["instruction_set"] =
            from.device == "cpu" ? kernels::name_of(kernels::best_instruction_set()) : "cuda";
        json["kernels"] = kernels::to_text(kernels::forms());
        json["seconds"] = summary.seconds;
        std::cout << json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
        return;
    }
    std::cout << request.sensitivity.map << ": sensitivity of " << map.matrix_weights() << " weights in "
              << map.matrices.size() << " matrices and of " << map.vector_weights() << " entries of vectors\n"
              << "  " << from.estimator << ", " << from.samples.size() << " images at " << from.image_size
              << " px, " << from.classes << " classes, " << from.device << ", " << from.threads
              << " threads, " << std::round(summary.seconds * 10) / 10 << " s\n";
}

} // namespace

int sensitivity(std::string_view request_json) {
    const auto request = job::sensitivity_request(request_json);
    Worker worker(request.output, request.output.job,
                  "cdra-engine sensitivity '" + std::string(request_json) + "'");
    worker.run([&] { print(request, compute(request, worker)); });
    return exit_codes::done;
}

} // namespace cdra::engine::commands
