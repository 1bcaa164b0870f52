// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/side_config.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"

#include <nlohmann/json.hpp>
#include <system_error>

namespace cdra::checkpoint {

namespace {

using nlohmann::json;

class Reader {
  public:
    Reader(std::filesystem::path path) : path_(std::move(path)) {
        try {
            root_ = json::parse(read_text_file(path_, std::size_t{16} << 20));
        } catch (const json::exception& error) {
            throw CorruptFile(path_.string() + ": not valid JSON (" + error.what() +
                              "); repair or remove it");
        }
        if (!root_.is_object())
            throw CorruptFile(path_.string() + ": not a JSON object; repair or remove it");
    }

    const json* find(const json& parent, const char* key) const {
        const auto found = parent.find(key);
        return found == parent.end() || found->is_null() ? nullptr : &*found;
    }
    const json* find(const char* key) const { return find(root_, key); }
    // An object inside, or an empty one.
    json object(const char* key) const {
        const json* value = find(key);
        return value && value->is_object() ? *value : json::object();
    }

    std::optional<int> integer(const json* value, const char* key) const {
        if (!value) return std::nullopt;
        if (!value->is_number_integer() || *value <= 0 || *value > 1'000'000)
            wrong(key, "a positive integer");
        return value->get<int>();
    }
    std::optional<double> positive(const json* value, const char* key) const {
        if (!value) return std::nullopt;
        if (!value->is_number() || !(value->get<double>() > 0) || value->get<double>() > 1)
            wrong(key, "a number in (0, 1]");
        return value->get<double>();
    }
    std::optional<std::string> text(const json* value, const char* key) const {
        if (!value) return std::nullopt;
        if (!value->is_string()) wrong(key, "a text");
        return value->get<std::string>();
    }
    std::optional<std::array<float, 3>> triple(const json* value, const char* key, bool above_zero) const {
        if (!value) return std::nullopt;
        std::array<float, 3> result{};
        if (!value->is_array() || value->size() != 3) wrong(key, "three numbers");
        for (std::size_t i = 0; i < 3; ++i) {
            if (!(*value)[i].is_number()) wrong(key, "three numbers");
            result[i] = (*value)[i].get<float>();
            if (above_zero && !(result[i] > 0)) wrong(key, "three numbers above 0");
        }
        return result;
    }
    [[noreturn]] void wrong(const char* key, const char* expected) const {
        throw CorruptFile(path_.string() + ": \"" + key + "\" is not " + expected + "; repair or remove it");
    }

  private:
    std::filesystem::path path_;
    json root_;
};

bool is_file(const std::filesystem::path& path) {
    std::error_code code;
    return std::filesystem::is_regular_file(path, code);
}

void read_model(const Reader& reader, SideConfig& config) {
    if (auto text = reader.text(reader.find("model_type"), "model_type"))
        config.architecture = *text;
    else if (auto timm = reader.text(reader.find("architecture"), "architecture"))
        config.architecture = *timm;
    config.dim = reader.integer(reader.find("hidden_size"), "hidden_size");
    config.depth = reader.integer(reader.find("num_hidden_layers"), "num_hidden_layers");
    config.heads = reader.integer(reader.find("num_attention_heads"), "num_attention_heads");
    config.norm_epsilon = reader.positive(reader.find("layer_norm_eps"), "layer_norm_eps");
    config.activation = reader.text(reader.find("hidden_act"), "hidden_act");
    if (const json* size = reader.find("image_size")) {
        if (size->is_array() && size->size() == 2) {
            const auto height = reader.integer(&(*size)[0], "image_size"),
                       width = reader.integer(&(*size)[1], "image_size");
            config.image_size = {*height, *width};
        } else {
            const int side = *reader.integer(size, "image_size");
            config.image_size = {side, side};
        }
    }
    // timm's: "model_args" for the constructor, "pretrained_cfg" for the weights.
    const json arguments = reader.object("model_args"), weights = reader.object("pretrained_cfg");
    if (auto heads = reader.integer(reader.find(arguments, "num_heads"), "num_heads")) config.heads = heads;
    config.mean = reader.triple(reader.find(weights, "mean"), "mean", false);
    config.std = reader.triple(reader.find(weights, "std"), "std", true);
    if (const json* size = reader.find(weights, "input_size"); size && !config.image_size) {
        if (!size->is_array() || size->size() != 3) reader.wrong("input_size", "three sizes");
        config.image_size = {*reader.integer(&(*size)[1], "input_size"),
                             *reader.integer(&(*size)[2], "input_size")};
    }
}

} // namespace

SideConfig read_side_config(const std::filesystem::path& folder) {
    SideConfig config;
    if (const auto path = folder / "config.json"; is_file(path)) {
        const Reader reader(path);
        // Other programs call their files config.json too: only a model's counts.
        if (reader.find("model_type") || reader.find("architecture") || reader.find("num_attention_heads")) {
            config.source = path.string();
            read_model(reader, config);
        }
    }
    if (const auto path = folder / "preprocessor_config.json"; is_file(path)) {
        const Reader reader(path);
        if (auto mean = reader.triple(reader.find("image_mean"), "image_mean", false)) config.mean = mean;
        if (auto std = reader.triple(reader.find("image_std"), "image_std", true)) config.std = std;
    }
    return config;
}

} // namespace cdra::checkpoint
