// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "app/cli/table.h"
#include "core/base/error.h"
#include "core/checkpoint/checkpoint.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace cdra::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string numbers(const std::optional<std::array<float, 3>>& values) {
    if (!values) return "not stated";
    return fixed((*values)[0], 3) + ", " + fixed((*values)[1], 3) + ", " + fixed((*values)[2], 3);
}

std::int64_t total(const std::vector<checkpoint::MatrixShape>& matrices) {
    std::int64_t sum = 0;
    for (const auto& matrix : matrices) sum += matrix.size();
    return sum;
}

std::int64_t total(const std::vector<checkpoint::VectorShape>& vectors) {
    std::int64_t sum = 0;
    for (const auto& vector : vectors) sum += vector.size;
    return sum;
}

class Inspect final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("MODEL", path_, "Checkpoint: a file, or a folder with model.safetensors.")->required();
        app.add_option("--heads", overrides_.heads, "Attention heads (default: as the checkpoint or its config.json says).")
            ->type_name("N");
        output_.declare(app);
    }

    int run(const Invocation&) override {
        const auto model = checkpoint::open(path_, overrides_);
        if (output_.json) print_json(*model);
        else print_text(*model);
        return exit_codes::done;
    }

  private:
    static void print_json(const checkpoint::Checkpoint& model) {
        const checkpoint::VitSpec& spec = model.spec();
        const auto matrices = checkpoint::candidate_matrices(spec);
        const auto vectors = checkpoint::tunable_vectors(spec);
        Json json{{"path", model.path().string()},
                  {"format", model.format()},
                  {"family", spec.family},
                  {"naming", checkpoint::name_of(spec.naming)},
                  {"depth", spec.depth},
                  {"dim", spec.dim},
                  {"heads", spec.heads},
                  {"mlp_dim", spec.mlp_dim},
                  {"patch", spec.patch},
                  {"channels", spec.channels},
                  {"grid", {spec.grid_height, spec.grid_width}},
                  {"image_size", spec.pretraining_image_size()},
                  {"class_token", spec.class_token},
                  {"registers", spec.registers},
                  {"layer_scale", spec.layer_scale},
                  {"swiglu", spec.swiglu},
                  {"pooled_norm", spec.pooled_norm},
                  {"classes", spec.classes}};
        json["mean"] = spec.mean ? Json(*spec.mean) : Json(nullptr);
        json["std"] = spec.std ? Json(*spec.std) : Json(nullptr);
        json["backbone_parameters"] = checkpoint::backbone_parameters(spec);
        json["candidate_weights"] = total(matrices);
        json["vector_parameters"] = total(vectors);
        json["matrices"] = Json::array();
        for (const auto& matrix : matrices)
            json["matrices"].push_back(
                {{"name", matrix.name}, {"rows", matrix.in}, {"columns", matrix.out}, {"parameters", matrix.size()}});
        json["unused"] = model.unused();
        std::cout << json.dump() << '\n';
    }

    static void print_text(const checkpoint::Checkpoint& model) {
        const checkpoint::VitSpec& spec = model.spec();
        const auto matrices = checkpoint::candidate_matrices(spec);
        const auto yes_no = [](bool value) { return value ? "yes" : "no"; };
        std::cout << model.path().string() << "\n"
                  << "format           " << model.format() << "\n"
                  << "architecture     " << spec.family << ", " << spec.depth << " blocks of width " << spec.dim << ", "
                  << spec.heads << " heads, MLP " << spec.mlp_dim << (spec.swiglu ? " (SwiGLU)" : "") << "\n"
                  << "input            " << spec.channels << " channels, patches of " << spec.patch << " px, "
                  << spec.grid_height << "×" << spec.grid_width << " positions (" << spec.pretraining_image_size() << " px)\n"
                  << "class token      " << yes_no(spec.class_token) << ", registers " << spec.registers << ", LayerScale "
                  << yes_no(spec.layer_scale) << "\n"
                  << "own head         " << (spec.classes > 0 ? std::to_string(spec.classes) + " classes" : "none")
                  << (spec.pooled_norm ? ", normalised after the mean of the patches (fc_norm): train with --pooling mean" : "") << "\n"
                  << "mean             " << numbers(spec.mean) << "\n"
                  << "std              " << numbers(spec.std) << "\n"
                  << "backbone         " << grouped(static_cast<long long>(checkpoint::backbone_parameters(spec)))
                  << " parameters\n"
                  << "candidates       " << matrices.size() << " matrices, "
                  << grouped(static_cast<long long>(total(matrices))) << " weights\n"
                  << "vectors          " << grouped(static_cast<long long>(total(checkpoint::tunable_vectors(spec))))
                  << " parameters\n\n";
        Table table{{{"matrix (each of " + std::to_string(spec.depth) + " blocks)"},
                     {"rows (in)", true},
                     {"columns (out)", true},
                     {"weights", true}},
                    {}};
        for (const auto& matrix : matrices)
            if (matrix.block == 0)
                table.rows.push_back({std::string(checkpoint::matrix_kinds[static_cast<std::size_t>(matrix.kind)]),
                                      std::to_string(matrix.in), std::to_string(matrix.out),
                                      grouped(static_cast<long long>(matrix.size()))});
        table.print(std::cout);
        if (model.unused().empty()) return;
        std::cout << "\ntensors not used:\n";
        for (const std::string& name : model.unused()) std::cout << "  " << name << '\n';
    }

    std::string path_;
    checkpoint::Overrides overrides_;
    OutputOptions output_;
};

} // namespace

std::unique_ptr<Command> make_inspect() { return std::make_unique<Inspect>(); }

} // namespace cdra::cli
