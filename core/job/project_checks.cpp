// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/job/project_checks.h"

#include "core/base/error.h"
#include "core/compact/ranks.h"
#include "core/methods/nearest.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>

namespace cdra::job {
namespace {

std::string text(double value) {
    char buffer[32];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    return error == std::errc{} ? std::string(buffer, end) : std::string("?");
}

class Checks {
  public:
    std::optional<Problem> found;

    void at_least(const char* key, long long value, long long minimum) {
        if (value < minimum) say(key, "is " + std::to_string(value) + "; expected at least " + std::to_string(minimum));
    }
    // lower ≤ value ≤ upper, or lower < value with `open`.
    void between(const char* key, double value, double lower, double upper, bool open = false) {
        if (std::isfinite(value) && value <= upper && (open ? value > lower : value >= lower)) return;
        if (std::isinf(upper))
            say(key, "is " + text(value) + "; expected " + (open ? "more than " : "at least ") + text(lower));
        else
            say(key, "is " + text(value) + "; expected " + (open ? "more than " : "from ") + text(lower) + (open ? " and at most " : " to ") + text(upper));
    }
    void word(const char* key, const std::string& value, std::span<const std::string> known) {
        if (std::find(known.begin(), known.end(), value) == known.end())
            say(key, "is '" + value + "'; expected one of " + methods::join(known) + methods::suggestion(value, known));
    }
    void say(const std::string& key, const std::string& what) {
        if (!found) found = Problem{key, what};
    }
};

constexpr double infinity = std::numeric_limits<double>::infinity();

bool is_device(const std::string& word) {
    if (word == "auto" || word == "cpu" || word == "cuda") return true;
    return word.starts_with("cuda:") && word.size() > 5 && word.size() < 9 &&
           std::all_of(word.begin() + 5, word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void check_data(Checks& checks, const Project& project) {
    const DataChoice& data = project.data;
    if (data.image_size != 0 && (data.image_size < 8 || data.image_size > 4096))
        checks.say("data.image-size", "is " + std::to_string(data.image_size) +
                                          "; expected 8 to 4096 pixels, or 0 for the checkpoint's own size");
    if (data.mean)
        for (float value : *data.mean) checks.between("data.mean", value, -1e6, 1e6);
    if (data.std)
        for (float value : *data.std) checks.between("data.std", value, 0, 1e6, true);
    checks.word("data.resize", data.resize, std::array<std::string, 2>{"squash", "crop"});
    checks.word("data.augment", data.augment, std::array<std::string, 3>{"none", "flip", "crop-flip"});
}

void check_model(Checks& checks, const ModelChoice& model) {
    checks.word("model.decoder", model.decoder, std::array<std::string, 2>{"linear", "fpn"});
}

void check_plan(Checks& checks, const compact::PlanOptions& options) {
    if (const auto* gamma = std::get_if<compact::Gamma>(&options.amount))
        checks.between("plan.gamma", gamma->value, 0, 1);
    if (const auto* budget = std::get_if<compact::Budget>(&options.amount))
        checks.between("plan.budget", budget->percent, 0, 100);
    try {
        // A CSV of ranks is only read when a plan is made: it need not exist before.
        if (!options.rank.starts_with("file:")) compact::parse_rank_strategy(options.rank);
    } catch (const InputError& error) {
        checks.say("plan.rank", "is '" + options.rank + "': " + error.what());
    }
    checks.between("plan.size-scale", options.size_scale, 0, 1000, true);
    checks.at_least("plan.beta", options.beta, 1);
}

void check_recipe(Checks& checks, const Recipe& recipe) {
    checks.at_least("recipe.epochs", recipe.epochs, 1);
    checks.at_least("recipe.batch-size", recipe.batch_size, 1);
    checks.at_least("recipe.accumulate", recipe.accumulate, 1);
    checks.between("recipe.lr", recipe.lr, 0, infinity, true);
    checks.between("recipe.min-lr", recipe.min_lr, 0, infinity);
    checks.between("recipe.warmup-lr", recipe.warmup_lr, 0, infinity);
    checks.between("recipe.weight-decay", recipe.weight_decay, 0, infinity);
    checks.at_least("recipe.warmup-epochs", recipe.warmup_epochs, 0);
    checks.word("recipe.schedule", recipe.schedule, std::array<std::string, 2>{"epoch", "step"});
    checks.between("recipe.drop-path", recipe.drop_path, 0, 0.99);
    checks.between("recipe.label-smoothing", recipe.label_smoothing, 0, 0.99);
    checks.word("recipe.precision", recipe.precision, std::array<std::string, 2>{"fp32", "bf16"});
    checks.word("recipe.protocol", recipe.protocol, std::array<std::string, 2>{"honest", "published"});
    checks.word("recipe.report", recipe.report, std::array<std::string, 2>{"test", "val"});
    checks.at_least("recipe.checkpoint-every", recipe.checkpoint_every, 0);
}

} // namespace

std::optional<Problem> first_problem(const Project& project) {
    Checks checks;
    if (project.model.heads) checks.at_least("model.heads", *project.model.heads, 1);
    check_model(checks, project.model);
    check_data(checks, project);
    checks.word("sensitivity.estimator", project.sensitivity.estimator, std::array<std::string, 3>{"per-sample", "batch", "contrastive"});
    checks.at_least("sensitivity.samples", project.sensitivity.samples, 1);
    checks.at_least("sensitivity.batch-size", project.sensitivity.batch_size, 1);
    check_plan(checks, project.plan.options);
    try {
        const methods::Descriptor& method = methods::find_method(project.method);
        try {
            methods::resolve_options(method, project.method_options);
        } catch (const InputError& error) {
            checks.say("method.options", std::string("are not right: ") + error.what());
        }
    } catch (const InputError& error) {
        checks.say("method.name", std::string("is not right: ") + error.what());
    }
    check_recipe(checks, project.recipe);
    if (!is_device(project.run.device))
        checks.say("run.device", "is '" + project.run.device + "'; expected auto, cpu, cuda or cuda:N");
    checks.at_least("run.threads", project.run.threads, 0);
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (project.run.seed > largest) checks.say("run.seed", "is too large; expected at most " + std::to_string(largest));
    if (project.sensitivity.seed > largest)
        checks.say("sensitivity.seed", "is too large; expected at most " + std::to_string(largest));
    return checks.found;
}

void validate(const Project& project) {
    if (const auto problem = first_problem(project)) throw InputError(problem->key + " " + problem->what);
}

} // namespace cdra::job
