// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/job/project.h"
#include "core/job/project_checks.h"
#include "core/job/toml_reader.h"
#include "core/job/toml_text.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace cdra::job {
namespace {

std::string text_of(double value) {
    char buffer[32];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    return error == std::errc{} ? std::string(buffer, end) : std::string{};
}

// A word whose parser throws: the error gets the line.
template <typename Value, typename Parser>
void read_word(TomlReader& reader, std::string_view key, Value& value, Parser parser) {
    std::string word;
    reader.read(key, word);
    if (word.empty()) return;
    try {
        value = parser(word);
    } catch (const InputError& error) {
        reader.fail(key, *reader.raw()->get(key), std::string("is not right: ") + error.what());
    }
}

void read_triple(TomlReader& reader, std::string_view key, std::optional<std::array<float, 3>>& value) {
    std::vector<double> numbers;
    reader.read(key, numbers);
    if (numbers.empty()) return;
    if (numbers.size() != 3)
        reader.fail(key, *reader.raw()->get(key),
                    "holds " + std::to_string(numbers.size()) + " numbers; expected three (red, green, blue), or none");
    value = {static_cast<float>(numbers[0]), static_cast<float>(numbers[1]), static_cast<float>(numbers[2])};
}

void read_model(TomlReader reader, ModelChoice& model) {
    reader.read("path", model.path);
    int heads = 0;
    reader.read("heads", heads);
    if (heads != 0) model.heads = heads;
    read_word(reader, "pooling", model.pooling, checkpoint::parse_pooling);
    read_word(reader, "position-resampling", model.position_resampling,
              [](const std::string& word) -> std::optional<checkpoint::Resampling> {
                  if (word == "auto") return std::nullopt;
                  return checkpoint::parse_resampling(word);
              });
    reader.read("decoder", model.decoder);
    reader.finish();
}

void read_data(TomlReader reader, DataChoice& data) {
    reader.read("spec", data.spec);
    reader.read("image-size", data.image_size);
    read_triple(reader, "mean", data.mean);
    read_triple(reader, "std", data.std);
    reader.read("resize", data.resize);
    reader.read("augment", data.augment);
    reader.finish();
}

void read_sensitivity(TomlReader reader, SensitivityChoice& choice) {
    reader.read("map", choice.map);
    reader.read("estimator", choice.estimator);
    reader.read("samples", choice.samples);
    reader.read("batch-size", choice.batch_size);
    reader.read("seed", choice.seed);
    reader.finish();
}

void read_amount(TomlReader& reader, compact::Amount& amount) {
    const char* given = nullptr;
    for (const char* key : {"gamma", "tau", "budget"}) {
        const toml::node* node = reader.find(key);
        if (node == nullptr) continue;
        if (given != nullptr)
            reader.fail(key, *node, std::string("stands beside ") + given + "; expected one of gamma, tau and budget");
        given = key;
    }
    double gamma = 0, budget = 0;
    std::uint64_t tau = 0;
    reader.read("gamma", gamma);
    reader.read("budget", budget);
    reader.read("tau", tau);
    if (given == nullptr) return;
    if (std::string_view(given) == "gamma") amount = compact::Gamma{gamma};
    else if (std::string_view(given) == "tau") amount = compact::Tau{tau};
    else amount = compact::Budget{budget};
}

void read_plan(TomlReader reader, PlanChoice& plan) {
    compact::PlanOptions& options = plan.options;
    reader.read("file", plan.file);
    read_amount(reader, options.amount);
    read_word(reader, "pool", options.pool, sensitivity::parse_pool);
    reader.read("rank", options.rank);
    read_word(reader, "rank-zero", options.rank_zero, compact::parse_rank_zero);
    reader.read("size-scale", options.size_scale);
    read_word(reader, "quadrant", options.quadrant, compact::parse_quadrant);
    reader.read("tune-vectors", options.tune_vectors);
    reader.read("beta", options.beta);
    reader.read("class-token", options.class_token);
    TomlReader edited = reader.table("edited-ranks");
    if (edited.raw() != nullptr)
        for (const auto& [key, node] : *edited.raw()) {
            std::uint64_t rank = 0;
            edited.read(key.str(), rank);
            if (rank > std::numeric_limits<std::uint32_t>::max()) edited.fail(key.str(), node, "is too large");
            options.edited_ranks[std::string(key.str())] = static_cast<std::uint32_t>(rank);
        }
    reader.finish();
}

// Option values are text inside; in the file they are what they look like.
std::string option_text(const TomlReader& reader, std::string_view key, const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
    if (const auto* whole = node.as_integer()) return std::to_string(whole->get());
    if (const auto* real = node.as_floating_point()) return text_of(real->get());
    if (const auto* array = node.as_array()) {
        std::string words;
        for (const toml::node& element : *array) {
            if (!words.empty()) words += ',';
            words += option_text(reader, key, element);
        }
        return words;
    }
    reader.fail(key, node, "has a type that no option has; expected a number, a string, a boolean or an array of strings");
}

void read_method(TomlReader reader, Project& project) {
    reader.read("name", project.method);
    TomlReader options = reader.table("options");
    reader.finish();
    if (options.raw() == nullptr) return;
    for (const auto& [key, node] : *options.raw()) {
        const methods::OptionValues one{{std::string(key.str()), option_text(options, key.str(), node)}};
        try {
            methods::with_defaults(methods::find_method(project.method), one);
        } catch (const InputError& error) {
            options.fail(key.str(), node, std::string("is not right: ") + error.what());
        }
        project.method_options.insert(*one.begin());
    }
}

void read_recipe(TomlReader reader, Recipe& recipe) {
    reader.read("epochs", recipe.epochs);
    reader.read("batch-size", recipe.batch_size);
    reader.read("accumulate", recipe.accumulate);
    reader.read("lr", recipe.lr);
    reader.read("min-lr", recipe.min_lr);
    reader.read("warmup-lr", recipe.warmup_lr);
    reader.read("weight-decay", recipe.weight_decay);
    reader.read("warmup-epochs", recipe.warmup_epochs);
    reader.read("schedule", recipe.schedule);
    reader.read("drop-path", recipe.drop_path);
    reader.read("label-smoothing", recipe.label_smoothing);
    reader.read("precision", recipe.precision);
    reader.read("protocol", recipe.protocol);
    reader.read("final", recipe.final_training);
    reader.read("report", recipe.report);
    reader.read("checkpoint-every", recipe.checkpoint_every);
    reader.finish();
}

void read_run(TomlReader reader, RunChoice& run) {
    reader.read("device", run.device);
    reader.read("threads", run.threads);
    reader.read("seed", run.seed);
    reader.finish();
}

std::string absolute(const std::filesystem::path& base, const std::string& path) {
    if (path.empty()) return path;
    return (base / path).lexically_normal().string(); // base / an absolute path is that path
}

// "LAYOUT:PATH?options": the path in the middle.
std::string absolute_spec(const std::filesystem::path& base, const std::string& spec) {
    const std::size_t colon = spec.find(':');
    const bool layout = colon != std::string::npos && colon > 0 &&
                        spec.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == colon;
    const std::size_t begin = layout ? colon + 1 : 0;
    const std::size_t end = std::min(spec.find('?', begin), spec.size());
    return spec.substr(0, begin) + absolute(base, spec.substr(begin, end - begin)) + spec.substr(end);
}

} // namespace

Project parse_project(std::string_view text, const std::filesystem::path& source_name) {
    const std::string source = source_name.string();
    const toml::table root = parse_toml(text, source);
    Project project;
    TomlReader reader(&root, "", source);
    reader.read("name", project.name);
    reader.read("notes", project.notes);
    read_model(reader.table("model"), project.model);
    read_data(reader.table("data"), project.data);
    read_sensitivity(reader.table("sensitivity"), project.sensitivity);
    read_plan(reader.table("plan"), project.plan);
    read_method(reader.table("method"), project);
    read_recipe(reader.table("recipe"), project.recipe);
    read_run(reader.table("run"), project.run);
    reader.finish();
    if (const auto problem = first_problem(project)) {
        const toml::node* node = root.at_path(problem->key).node();
        const std::string line = node == nullptr ? "" : ":" + std::to_string(node->source().begin.line);
        throw InputError(source + line + ": " + problem->key + " " + problem->what);
    }
    return project;
}

Project read_project(const std::filesystem::path& path) {
    Project project = parse_project(read_text_file(path, std::size_t{4} << 20), path);
    make_paths_absolute(project, std::filesystem::absolute(path).parent_path());
    return project;
}

void make_paths_absolute(Project& project, const std::filesystem::path& base) {
    project.model.path = absolute(base, project.model.path);
    project.data.spec = absolute_spec(base, project.data.spec);
    project.sensitivity.map = absolute(base, project.sensitivity.map);
    project.plan.file = absolute(base, project.plan.file);
    std::string& rank = project.plan.options.rank;
    if (rank.starts_with("file:")) rank = "file:" + absolute(base, rank.substr(5));
}

} // namespace cdra::job
