// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/job/peft_export.h"

#include "core/base/error.h"
#include "core/checkpoint/export_names.h"
#include "core/compact/mask_cover.h"

#include <algorithm>
#include <optional>
#include <set>

namespace cdra::job {
namespace {

using checkpoint::Naming;

constexpr std::string_view instead = "; write a merged checkpoint ('cdra merge') or the compact adapter";

std::int64_t elements(const std::vector<std::int64_t>& shape) {
    std::int64_t product = 1;
    for (const std::int64_t size : shape) product *= size;
    return product;
}

// One term after the other, as they become rows of A and columns of B.
struct Terms {
    std::int64_t in = 0, out = 0;
    std::vector<std::vector<float>> a; // each [in]
    std::vector<std::vector<float>> b; // each [out]
};

class Maker {
  public:
    Maker(const Adapter& adapter, const checkpoint::Checkpoint& model, Naming naming)
        : adapter_(adapter), model_(model), spec_(model.spec()), exported_(checkpoint::export_names(spec_, naming)) {
        result_.naming = naming;
        result_.family = spec_.family;
        result_.metadata = adapter.metadata;
        for (const auto& matrix : checkpoint::candidate_matrices(spec_)) shapes_.emplace(matrix.name, matrix);
        for (std::size_t i = 0; i < exported_.size(); ++i)
            for (const std::string& part : exported_[i].parts) place_.emplace(part, i);
    }

    PeftAdapter run() {
        check_pooling();
        std::set<std::string> changed;
        for (const auto& [name, low] : adapter_.low_rank) changed.insert(name);
        for (const auto& [name, masked] : adapter_.masked) changed.insert(name);
        std::map<std::size_t, bool> modules; // by exported tensor
        for (const std::string& name : changed) {
            if (!shapes_.contains(name))
                throw InputError("the run changes '" + name + "', which a peft LoRA can't say" + std::string(instead));
            modules[place_.at(name + ".weight")] = true;
        }
        for (const auto& [index, used] : modules) add_module(index);
        // peft refuses a LoRA without modules: a product of zeros changes nothing.
        if (result_.modules.empty()) {
            const auto& shape = shapes_.at("blocks.0.attn.proj");
            result_.modules[module_name(place_.at("blocks.0.attn.proj.weight"))] =
                PeftModule{shape.in, shape.out, 1, std::vector<float>(static_cast<std::size_t>(shape.in)),
                           std::vector<float>(static_cast<std::size_t>(shape.out))};
        }
        for (const auto& [name, whole] : adapter_.whole) add_whole(name, whole);
        return std::move(result_);
    }

  private:
    std::string metadata(const std::string& key) const {
        const auto found = adapter_.metadata.find(key);
        return found == adapter_.metadata.end() ? std::string() : found->second;
    }
    void check_pooling() const {
        const std::string pooling = metadata("pooling");
        const bool hf_dinov2 = result_.naming == Naming::hf && result_.family == "dinov2";
        if (metadata("task") == "segmentation")
            throw InputError("the run's head is a decoder of masks, and the models of these names have no module for one" +
                             std::string(instead));
        if (!adapter_.whole.contains("head.weight")) return;
        if (hf_dinov2 && pooling != "cls+mean")
            throw InputError("Hugging Face's DINOv2 classifier takes the class token and the mean of the patches, this "
                             "run's head takes " + pooling + " alone; train with --pooling cls+mean, or export with --naming timm");
        // timm's models that are normalised after the pooling classify by the mean of the patches.
        if (spec_.pooled_norm && result_.naming == Naming::timm && pooling == "mean") return;
        if (!hf_dinov2 && pooling != "cls")
            throw InputError("the models of these names classify by the class token, this run's head takes " + pooling +
                             "; train with --pooling cls" + (pooling == "cls+mean" ? ", or export with --naming hf" : "") +
                             std::string(instead));
    }

    std::string module_name(std::size_t exported) const {
        const std::string& name = exported_[exported].name;
        return name.substr(0, name.rfind('.'));
    }
    void check_index(std::int64_t index, std::int64_t limit, const std::string& name) const {
        if (index < 0 || index >= limit)
            throw CorruptFile("adapter: '" + name + "' has the index " + std::to_string(index) + ", expected 0 to " +
                              std::to_string(limit - 1) + "; it belongs to another model");
    }

    void low_rank_terms(Terms& terms, const std::string& name, const LowRank& low, std::int64_t offset) const {
        const auto& shape = shapes_.at(name);
        for (std::int64_t r = 0; r < low.rank; ++r) {
            auto& a = terms.a.emplace_back(static_cast<std::size_t>(terms.in));
            auto& b = terms.b.emplace_back(static_cast<std::size_t>(terms.out));
            for (std::size_t i = 0; i < low.rows.size(); ++i) {
                check_index(low.rows[i], shape.in, name);
                a[static_cast<std::size_t>(low.rows[i])] = low.a[i * static_cast<std::size_t>(low.rank) + static_cast<std::size_t>(r)];
            }
            for (std::size_t o = 0; o < low.columns.size(); ++o) {
                check_index(low.columns[o], shape.out, name);
                b[static_cast<std::size_t>(offset + low.columns[o])] = low.b[static_cast<std::size_t>(r) * low.columns.size() + o];
            }
        }
    }

    void masked_terms(Terms& terms, const std::string& name, const Masked& masked, std::int64_t offset) const {
        const auto& shape = shapes_.at(name);
        std::vector<std::uint32_t> mask;
        for (const std::int32_t index : masked.indices) {
            check_index(index, shape.size(), name);
            mask.push_back(static_cast<std::uint32_t>(index));
        }
        const compact::MaskCover cover = compact::cover_of_mask(mask, shape.in);
        if (!compact::smaller_than_matrix(cover.rank(), shape.out, shape.in))
            throw InputError("the run tunes " + std::to_string(mask.size()) + " single weights of " + name +
                             ", which only a LoRA of rank " + std::to_string(cover.rank()) +
                             " can say, larger than the matrix itself" + std::string(instead));
        // An input's term: its one in A, its weights in B. An output's: its weights in A, its one in B.
        std::map<std::uint32_t, std::size_t> term_of_input, term_of_output;
        const auto add = [&] {
            terms.a.emplace_back(static_cast<std::size_t>(terms.in));
            terms.b.emplace_back(static_cast<std::size_t>(terms.out));
            return terms.a.size() - 1;
        };
        for (const std::uint32_t input : cover.inputs) {
            term_of_input[input] = add();
            terms.a.back()[input] = 1;
        }
        for (const std::uint32_t output : cover.outputs) {
            term_of_output[output] = add();
            terms.b.back()[static_cast<std::size_t>(offset) + output] = 1;
        }
        for (std::size_t i = 0; i < mask.size(); ++i) {
            const auto width = static_cast<std::uint32_t>(shape.in);
            const std::uint32_t input = mask[i] % width, output = mask[i] / width;
            if (const auto found = term_of_input.find(input); found != term_of_input.end())
                terms.b[found->second][static_cast<std::size_t>(offset) + output] = masked.values[i];
            else
                terms.a[term_of_output.at(output)][input] = masked.values[i];
        }
    }

    void add_module(std::size_t index) {
        Terms terms;
        std::vector<std::pair<std::string, std::int64_t>> parts; // our matrix, its first output
        for (const std::string& part : exported_[index].parts) {
            const std::string name = part.substr(0, part.rfind('.'));
            const auto& shape = shapes_.at(name);
            parts.emplace_back(name, terms.out);
            terms.in = shape.in;
            terms.out += shape.out;
        }
        for (const auto& [name, offset] : parts) {
            if (const auto low = adapter_.low_rank.find(name); low != adapter_.low_rank.end())
                low_rank_terms(terms, name, low->second, offset);
            if (const auto masked = adapter_.masked.find(name); masked != adapter_.masked.end())
                masked_terms(terms, name, masked->second, offset);
        }
        if (terms.a.empty()) return; // peft refuses a rank of 0
        PeftModule module;
        module.in = terms.in;
        module.out = terms.out;
        module.rank = static_cast<std::int64_t>(terms.a.size());
        for (const auto& row : terms.a) module.a.insert(module.a.end(), row.begin(), row.end());
        for (std::size_t o = 0; o < static_cast<std::size_t>(terms.out); ++o)
            for (const auto& column : terms.b) module.b.push_back(column[o]);
        result_.modules[module_name(index)] = std::move(module);
    }

    // The trained tensor, or the checkpoint's own where the run left it alone.
    Whole value_of(const std::string& ours) const {
        if (const auto trained = adapter_.whole.find(ours); trained != adapter_.whole.end()) return trained->second;
        const auto stored = model_.read(ours);
        return {stored.shape, stored.values};
    }
    // An exported tensor whose parts are ours, one after the other.
    Whole joined(std::size_t index) const {
        Whole whole = value_of(exported_[index].parts.front());
        for (std::size_t i = 1; i < exported_[index].parts.size(); ++i) {
            const Whole more = value_of(exported_[index].parts[i]);
            whole.shape.front() += more.shape.front();
            whole.values.insert(whole.values.end(), more.values.begin(), more.values.end());
        }
        if (static_cast<std::int64_t>(whole.values.size()) != elements(whole.shape))
            throw CorruptFile("adapter: '" + exported_[index].parts.front() + "' has not as many values as its shape says");
        return whole;
    }

    void add_whole(const std::string& name, const Whole& whole) {
        const auto found = place_.find(name);
        if (found == place_.end() || name == "pos_embed" || name == "registers" || name == "patch_embed.weight" ||
            (name.ends_with(".weight") && shapes_.contains(name.substr(0, name.size() - 7))))
            throw InputError("the run trains '" + name + "' whole, which a peft LoRA has no place for" + std::string(instead));
        const std::size_t index = found->second;
        if (name == "cls_token") {
            result_.whole[exported_[index].name] = class_token(whole);
        } else if (name.starts_with("head.") || name.find("norm") != std::string::npos) {
            save_module(index);
        } else if (name.ends_with(".bias")) {
            result_.biases = true;
            std::string key = exported_[index].name;
            // peft puts an adapted module's own tensors one level down.
            if (result_.modules.contains(module_name(index))) key = module_name(index) + ".base_layer.bias";
            result_.whole[key] = joined(index);
        } else {
            throw InputError("the run trains '" + name + "' whole, which a peft LoRA has no place for" + std::string(instead));
        }
    }

    // peft replaces such a module: its weight and its bias both.
    void save_module(std::size_t index) {
        const std::string module = module_name(index);
        if (std::ranges::find(result_.modules_to_save, module) != result_.modules_to_save.end()) return;
        result_.modules_to_save.push_back(module);
        for (std::size_t i = 0; i < exported_.size(); ++i)
            if (module_name(i) == module) result_.whole[exported_[i].name] = joined(i);
    }

    // timm's models with registers keep the class token's position in the token itself.
    Whole class_token(Whole token) const {
        const bool merged_names = result_.naming == Naming::timm && spec_.registers > 0;
        if (merged_names && spec_.class_position) {
            const auto positions = model_.read("pos_embed");
            for (std::size_t i = 0; i < token.values.size(); ++i) token.values[i] += positions.values[i];
        } else if (result_.naming == Naming::hf && !spec_.class_position) {
            throw InputError("the run tunes the class token, whose position Hugging Face's models keep apart and this "
                             "checkpoint does not; train with --no-class-token" + std::string(instead));
        }
        token.shape = {1, 1, spec_.dim};
        return token;
    }

    const Adapter& adapter_;
    const checkpoint::Checkpoint& model_;
    const checkpoint::VitSpec& spec_;
    std::vector<checkpoint::ExportedTensor> exported_;
    std::map<std::string, std::size_t> place_; // our tensor → exported tensor
    std::map<std::string, checkpoint::MatrixShape> shapes_;
    PeftAdapter result_;
};

} // namespace

PeftAdapter peft_adapter(const Adapter& adapter, const checkpoint::Checkpoint& model, Naming naming,
                         const std::string& base_model) {
    PeftAdapter result = Maker(adapter, model, naming).run();
    result.base_model = base_model;
    return result;
}

} // namespace cdra::job
