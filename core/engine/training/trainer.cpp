// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/training/trainer.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/engine/training/autocast.h"
#include "core/engine/training/batches.h"
#include "core/engine/training/evaluation.h"
#include "core/engine/training/memory.h"
#include "core/engine/training/task.h"
#include "core/job/schedule.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>

namespace cdra::engine {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr auto metric_interval = std::chrono::milliseconds(100);
// Of features kept in memory: patch tokens of a large dataset would not fit.
constexpr std::int64_t most_feature_bytes = std::int64_t{2} << 30;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::string plain(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

class Trainer {
  public:
    Trainer(const TrainingSetup& setup, TrainingHost& host)
        : setup_(setup), host_(host), recipe_(setup.recipe), roles_(setup.roles ? *setup.roles : split_roles(setup.data, setup.recipe)),
          optimizer_(setup.method.trainables(), {0.9, 0.999, 1e-8, setup.recipe.weight_decay}),
          schedule_(recipe_), samples_(setup.data.samples(roles_.train).size()),
          bf16_(recipe_.precision == "bf16"), head_only_(trains_head_only(optimizer_.trainables())) {
        if (samples_ == 0) throw InputError("split '" + roles_.train + "' of the dataset is empty");
        if (bf16_ && !setup.model.device().is_cuda())
            throw InputError("precision bf16 needs a CUDA device, found cpu; use --precision fp32");
        const auto per_step =
            static_cast<std::size_t>(recipe_.batch_size) * static_cast<std::size_t>(recipe_.accumulate);
        steps_per_epoch_ = static_cast<std::int64_t>((samples_ + per_step - 1) / per_step);
    }

    RunState run() {
        if (setup_.resume) resume();
        state_.selected_on = roles_.select;
        if (schedule_.warmup_epochs() != recipe_.warmup_epochs)
            host_.log("info", "warm-up: " + plain(schedule_.warmup_epochs()) +
                                  " epochs, a fifth of " + std::to_string(recipe_.epochs) + ", not " +
                                  std::to_string(recipe_.warmup_epochs));
        report_progress();
        if (state_.epoch < recipe_.epochs) {
            train_source_ = source(roles_.train, true);
            if (!roles_.select.empty()) select_source_ = source(roles_.select, false);
        }
        while (state_.epoch < recipe_.epochs)
            epoch();
        if (!roles_.select.empty() && state_.best.step > 0 && state_.best.step != state_.step)
            load_trainables(checkpoint_path(setup_.checkpoints, state_.best.step), optimizer_.trainables());
        return state_;
    }

  private:
    std::unique_ptr<BatchSource> source(const std::string& split, bool training) {
        BatchOptions options{
            split, setup_.preprocessing, recipe_.batch_size, training, std::max(1, setup_.threads / 2),
            bf16_, &setup_.task};
        // A frozen backbone gives the same features every epoch, unless images are augmented.
        const auto bytes = static_cast<std::int64_t>(setup_.data.samples(split).size()) *
                           setup_.task.feature_values(setup_.model) * std::int64_t{sizeof(float)};
        if (setup_.keep_features && head_only_ && (!training || setup_.preprocessing.augment == "none") && bytes <= most_feature_bytes)
            return feature_batches(setup_.model, setup_.data, options, host_.stop());
        return image_batches(setup_.model, setup_.data, options);
    }

    // The newest checkpoint that can be read; a damaged one is passed over.
    void resume() {
        for (const auto step : checkpoint_steps(setup_.checkpoints)) {
            try {
                state_ = load_checkpoint(checkpoint_path(setup_.checkpoints, step), optimizer_);
                break;
            } catch (const CorruptFile& error) {
                pass_over(error);
            } catch (const UnrecognisedFormat& error) {
                pass_over(error);
            }
        }
        host_.resumed(state_.step);
        host_.log("info", "resumed from step " + std::to_string(state_.step));
        if (state_.step_in_epoch >= steps_per_epoch_ && state_.step > 0)
            throw InputError("checkpoint of step " + std::to_string(state_.step) +
                             " does not fit: batch size, accumulation or data were changed since");
    }

    void pass_over(const Error& error) {
        host_.log("warning", std::string(error.what()) + "; trying the one before");
    }

    void epoch() {
        const auto epoch_seed = mix_seed(setup_.seed, static_cast<std::uint64_t>(state_.epoch));
        train_source_->start(
            random_permutation(static_cast<std::uint32_t>(samples_), mix_seed(epoch_seed, "order")),
            mix_seed(epoch_seed, "augmentation"),
            static_cast<std::size_t>(state_.step_in_epoch * recipe_.accumulate));
        while (state_.step_in_epoch < steps_per_epoch_) {
            const double lr = schedule_.rate(epochs_done());
            step(lr);
            const bool ended = state_.step_in_epoch == steps_per_epoch_;
            if (ended) end_epoch(lr);
            const bool wanted = host_.at_step(state_.step);
            const bool stopping = host_.stop().stop_requested();
            const bool due =
                recipe_.checkpoint_every > 0 ? state_.step % recipe_.checkpoint_every == 0 : ended;
            const bool is_best = ended && state_.best.step == state_.step;
            const bool last = state_.epoch == recipe_.epochs;
            if (due || wanted || stopping || is_best || last) checkpoint(is_best);
            report_progress();
            if (stopping && !last) throw Cancelled{};
            if (ended) return;
        }
    }

    void step(double lr) {
        const auto start = Clock::now();
        optimizer_.zero_grad();
        const auto begin =
            static_cast<std::int64_t>(state_.step_in_epoch) * recipe_.batch_size * recipe_.accumulate;
        const auto total = std::min<std::int64_t>(std::int64_t{recipe_.batch_size} * recipe_.accumulate,
                                                  static_cast<std::int64_t>(samples_) - begin);
        double loss_sum = 0;
        std::int64_t correct = 0, judged = 0, seen = 0;
        for (MicroBatch batch; seen < total && train_source_->next(batch); seen += batch.size) {
            const auto seed =
                mix_seed(mix_seed(setup_.seed, "forward"), static_cast<std::uint64_t>(state_.micro_step++));
            setup_.method.begin_forward(true, seed);
            ForwardOptions options;
            options.adaptation = &setup_.method;
            options.training = true;
            // A frozen backbone gives the features that evaluation sees.
            options.drop_path = head_only_ ? 0 : recipe_.drop_path;
            options.random_seed = seed;
            Tensor loss;
            {
                const Bf16Autocast autocast(setup_.model.device(), bf16_);
                const auto outputs =
                    train_source_->outputs(setup_.model, batch.input, options).to(torch::kFloat32);
                loss = setup_.task.training_loss(outputs, batch.labels, recipe_.label_smoothing);
                const auto hits = setup_.task.hits(outputs.detach(), batch.labels);
                correct += hits.right, judged += hits.judged;
            }
            const double value = loss.item<double>();
            if (!std::isfinite(value)) diverged();
            loss_sum += value;
            // Sums over the total: parts of any size add up to the mean over the whole step.
            loss.div(static_cast<double>(total)).backward();
        }
        optimizer_.step(lr);
        ++state_.step, ++state_.step_in_epoch;
        state_.loss_sum += loss_sum, state_.samples += seen;
        state_.correct += correct, state_.judged += judged;
        const double took = seconds_since(start);
        state_.seconds += took, state_.epoch_seconds += took;
        last_loss_ = loss_sum / static_cast<double>(std::max<std::int64_t>(seen, 1));
        if (Clock::now() - metrics_written_ < metric_interval && state_.step > 1) return;
        metrics_written_ = Clock::now();
        metric(setup_.stage, "loss", last_loss_);
        metric(setup_.stage, accuracy_name(),
               static_cast<double>(correct) / static_cast<double>(std::max<std::int64_t>(judged, 1)));
        metric(setup_.stage, "lr", lr);
        metric(setup_.stage, "images_per_second", static_cast<double>(seen) / std::max(took, 1e-9));
        metric(setup_.stage, "memory_mib", host_memory_mib());
        if (setup_.model.device().is_cuda()) metric(setup_.stage, "gpu_memory_mib", gpu_memory_mib());
        metric(setup_.stage, "grad_norm", optimizer_.gradient_norm());
    }

    void end_epoch(double lr) {
        auto& history = state_.history;
        ++state_.epoch;
        history.epoch.push_back(state_.epoch);
        const auto seen = static_cast<double>(std::max<std::int64_t>(state_.samples, 1));
        history.train_loss.push_back(state_.loss_sum / seen);
        history.train_accuracy.push_back(static_cast<double>(state_.correct) /
                                         static_cast<double>(std::max<std::int64_t>(state_.judged, 1)));
        history.learning_rate.push_back(lr);
        history.images_per_second.push_back(seen / std::max(state_.epoch_seconds, 1e-9));
        history.memory_mib.push_back(host_memory_mib());
        history.gpu_memory_mib.push_back(setup_.model.device().is_cuda() ? gpu_memory_mib() : not_a_number);
        history.val_loss.push_back(not_a_number);
        history.val_accuracy.push_back(not_a_number);
        if (segments()) {
            history.val_miou.push_back(not_a_number);
            history.val_mdice.push_back(not_a_number);
        }
        state_.step_in_epoch = 0;
        state_.loss_sum = 0, state_.epoch_seconds = 0;
        state_.correct = 0, state_.judged = 0, state_.samples = 0;
        if (roles_.select.empty()) return;
        // Not by the stop token: an epoch's validation is short, and a stop then finds a whole epoch saved.
        NullProgress quiet;
        const auto result = evaluate(setup_.model, &setup_.method, *select_source_,
                                     setup_.data.samples(roles_.select).size(), bf16_, "validate", quiet, {});
        history.val_loss.back() = result.loss;
        history.val_accuracy.back() = result.accuracy;
        metric(roles_.select, "loss", result.loss);
        if (!segments()) {
            metric(roles_.select, "accuracy", result.accuracy);
        } else {
            for (const auto& [name, value] : result.figures)
                metric(roles_.select, name, value);
            history.val_miou.back() = figure(result, "miou");
            history.val_mdice.back() = figure(result, "mdice");
        }
        if (state_.best.step == 0 || result.score > state_.best.score)
            state_.best = {state_.step, state_.epoch, result.score};
    }

    bool segments() const { return setup_.task.kind() == datasets::Task::segmentation; }
    const char* accuracy_name() const { return segments() ? "pixel_accuracy" : "accuracy"; }
    static double figure(const Evaluation& result, std::string_view name) {
        for (const auto& [known, value] : result.figures)
            if (known == name) return value;
        return not_a_number;
    }

    void checkpoint(bool is_best) {
        // The step's loss was of the weights before it: what it left must be fit to go on from.
        for (const Trainable& item : optimizer_.trainables())
            if (!item.value.isfinite().all().item<bool>()) diverged(item.name);
        save_checkpoint(setup_.checkpoints, state_, optimizer_);
        host_.write(job::CheckpointEvent{
            state_.step,
            "checkpoints/" + checkpoint_path(setup_.checkpoints, state_.step).filename().string(), is_best});
        prune_checkpoints(setup_.checkpoints, state_.best);
    }

    void metric(const std::string& split, const std::string& name, double value) {
        host_.write(job::MetricEvent{state_.step, epochs_done(), split, name, value});
    }
    double epochs_done() const {
        return state_.epoch + static_cast<double>(state_.step_in_epoch) / static_cast<double>(steps_per_epoch_);
    }

    void report_progress() {
        std::string message = "epoch " + std::to_string(std::min(state_.epoch + 1, recipe_.epochs)) + " of " +
                              std::to_string(recipe_.epochs);
        if (state_.step > 0 && std::isfinite(last_loss_)) message += ", loss " + plain(last_loss_);
        if (state_.best.step > 0)
            message += ", best " + roles_.select + " " + plain(100 * state_.best.score) + " %";
        host_.progress().report({setup_.stage, state_.step, steps_per_epoch_ * recipe_.epochs, message});
    }

    // `weights`: of which a step left values that are not finite; else it is the next step's loss.
    [[noreturn]] void diverged(const std::string& weights = {}) const {
        const auto steps = checkpoint_steps(setup_.checkpoints);
        throw Error((weights.empty() ? "the loss is not finite at step " + std::to_string(state_.step + 1)
                                     : "'" + weights + "' is not finite after step " + std::to_string(state_.step)) +
                    " (lr " +
                    plain(schedule_.rate(epochs_done())) + ", precision " + recipe_.precision +
                    "); lower --lr or use --precision fp32; " +
                    (steps.empty()
                         ? "no checkpoint was written yet"
                         : "the last good checkpoint is that of step " + std::to_string(steps.front())));
    }

    const TrainingSetup& setup_;
    TrainingHost& host_;
    const job::Recipe recipe_;
    SplitRoles roles_;
    AdamW optimizer_;
    job::CosineSchedule schedule_;
    std::size_t samples_;
    bool bf16_, head_only_;
    std::int64_t steps_per_epoch_ = 0;
    RunState state_;
    std::unique_ptr<BatchSource> train_source_, select_source_;
    double last_loss_ = not_a_number;
    Clock::time_point metrics_written_{};
};

} // namespace

SplitRoles split_roles(const datasets::Dataset& data, const job::Recipe& recipe) {
    const auto has = [&](const char* split) {
        const auto& splits = data.splits();
        return std::find(splits.begin(), splits.end(), split) != splits.end() && !data.samples(split).empty();
    };
    const bool everything = recipe.final_training || recipe.protocol == "published";
    SplitRoles roles;
    roles.train = everything && has("trainval") ? "trainval" : "train";
    roles.report = has("test") ? "test" : has("val") ? "val" : "train";
    if (recipe.protocol == "published") {
        if (!has("test"))
            throw InputError("protocol published takes the maximum over test accuracies, and the dataset has "
                             "no test split; use --protocol honest");
        roles.select = "test";
    } else if (!recipe.final_training && has("val"))
        roles.select = "val";
    if (recipe.report == "val") {
        if (roles.select != "val")
            throw InputError("report val needs a validation split that is not trained on; use report test");
        roles.report = "val";
    }
    return roles;
}

RunState train(const TrainingSetup& setup, TrainingHost& host) {
    return Trainer(setup, host).run();
}

} // namespace cdra::engine
