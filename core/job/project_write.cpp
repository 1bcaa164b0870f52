// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "core/job/project.h"

#include <charconv>
#include <cstdio>

namespace cdra::job {
namespace {

std::string toml_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        switch (c) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\n': out += "\\n"; break;
        case '\t': out += "\\t"; break;
        case '\r': out += "\\r"; break;
        default:
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
                char escape[8];
                std::snprintf(escape, sizeof escape, "\\u%04X", static_cast<unsigned>(static_cast<unsigned char>(c)));
                out += escape;
            } else {
                out += c;
            }
        }
    }
    return out + '"';
}

// The shortest text that reads back as the same number, marked as a TOML float.
template <typename Real> std::string real(Real value) {
    char buffer[32];
    const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
    std::string text(buffer, result.ptr);
    if (text.find_first_of(".en") == std::string::npos) text += ".0"; // n: inf, nan
    return text;
}

class Writer {
  public:
    std::string text;

    void table(std::string_view name) { text += "\n[" + std::string(name) + "]\n"; }
    void put(std::string_view key, std::string_view value) { line(key, toml_string(value)); }
    void put(std::string_view key, const std::string& value) { line(key, toml_string(value)); }
    void put(std::string_view key, const char* value) { line(key, toml_string(value)); }
    void put(std::string_view key, bool value) { line(key, value ? "true" : "false"); }
    void put(std::string_view key, int value) { line(key, std::to_string(value)); }
    void put(std::string_view key, std::uint64_t value) { line(key, std::to_string(value)); }
    void put(std::string_view key, double value) { line(key, real(value)); }
    void put(std::string_view key, const std::optional<std::array<float, 3>>& value) {
        std::string numbers;
        if (value)
            for (float number : *value) numbers += (numbers.empty() ? "" : ", ") + real(number);
        line(key, "[" + numbers + "]");
    }
    void line(std::string_view key, const std::string& value) { text += std::string(key) + " = " + value + "\n"; }
};

void write_plan_table(Writer& writer, const PlanChoice& plan) {
    const compact::PlanOptions& options = plan.options;
    writer.table("plan");
    writer.put("file", plan.file);
    if (const auto* gamma = std::get_if<compact::Gamma>(&options.amount)) writer.put("gamma", gamma->value);
    else if (const auto* tau = std::get_if<compact::Tau>(&options.amount)) writer.put("tau", tau->value);
    else writer.put("budget", std::get<compact::Budget>(options.amount).percent);
    writer.put("pool", sensitivity::name_of(options.pool));
    writer.put("rank", options.rank);
    writer.put("rank-zero", compact::name_of(options.rank_zero));
    writer.put("size-scale", options.size_scale);
    writer.put("quadrant", compact::name_of(options.quadrant));
    writer.put("tune-vectors", options.tune_vectors);
    writer.put("beta", options.beta);
    writer.put("class-token", options.class_token);
    if (options.edited_ranks.empty()) return;
    writer.table("plan.edited-ranks");
    for (const auto& [name, rank] : options.edited_ranks) writer.line(toml_string(name), std::to_string(rank));
}

void write_method_table(Writer& writer, const Project& project) {
    const methods::Descriptor& method = methods::find_method(project.method);
    const methods::OptionValues values = methods::with_defaults(method, project.method_options);
    writer.table("method");
    writer.put("name", project.method);
    writer.table("method.options");
    for (const methods::Option& option : method.options) {
        const std::string& text = values.at(std::string(option.name));
        switch (option.type) {
        case methods::OptionType::boolean:
        case methods::OptionType::integer: writer.line(option.name, text); break;
        case methods::OptionType::real: writer.put(option.name, methods::as_real(values, option.name)); break;
        case methods::OptionType::word:
        case methods::OptionType::words: writer.put(option.name, text); break;
        }
    }
}

void write_recipe_table(Writer& writer, const Recipe& recipe) {
    writer.table("recipe");
    writer.put("epochs", recipe.epochs);
    writer.put("batch-size", recipe.batch_size);
    writer.put("accumulate", recipe.accumulate);
    writer.put("lr", recipe.lr);
    writer.put("min-lr", recipe.min_lr);
    writer.put("warmup-lr", recipe.warmup_lr);
    writer.put("weight-decay", recipe.weight_decay);
    writer.put("warmup-epochs", recipe.warmup_epochs);
    writer.put("schedule", recipe.schedule);
    writer.put("drop-path", recipe.drop_path);
    writer.put("label-smoothing", recipe.label_smoothing);
    writer.put("precision", recipe.precision);
    writer.put("protocol", recipe.protocol);
    writer.put("final", recipe.final_training);
    writer.put("report", recipe.report);
    writer.put("checkpoint-every", recipe.checkpoint_every);
}

} // namespace

std::string to_toml(const Project& project) {
    Writer writer;
    writer.put("name", project.name);
    writer.put("notes", project.notes);
    writer.table("model");
    writer.put("path", project.model.path);
    writer.put("heads", project.model.heads.value_or(0)); // 0: as the checkpoint says
    writer.put("pooling", checkpoint::name_of(project.model.pooling));
    const auto& resampling = project.model.position_resampling;
    writer.put("position-resampling", resampling ? checkpoint::name_of(*resampling) : "auto");
    writer.put("decoder", project.model.decoder);
    writer.table("data");
    writer.put("spec", project.data.spec);
    writer.put("image-size", project.data.image_size);
    writer.put("mean", project.data.mean);
    writer.put("std", project.data.std);
    writer.put("resize", project.data.resize);
    writer.put("augment", project.data.augment);
    writer.table("sensitivity");
    writer.put("map", project.sensitivity.map);
    writer.put("estimator", project.sensitivity.estimator);
    writer.put("samples", project.sensitivity.samples);
    writer.put("batch-size", project.sensitivity.batch_size);
    writer.put("seed", project.sensitivity.seed);
    write_plan_table(writer, project.plan);
    write_method_table(writer, project);
    write_recipe_table(writer, project.recipe);
    writer.table("run");
    writer.put("device", project.run.device);
    writer.put("threads", project.run.threads);
    writer.put("seed", project.run.seed);
    return writer.text;
}

void write_project(const std::filesystem::path& path, const Project& project) {
    validate(project);
    write_file_atomically(path, to_toml(project));
}

} // namespace cdra::job
