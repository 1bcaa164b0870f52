// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/naming.h"

#include "core/base/error.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

namespace cdra::checkpoint {

namespace {

using Shape = std::vector<std::int64_t>;

// No published vision transformer comes near these; they keep every product of sizes far from overflow.
constexpr std::int64_t largest_size = 1 << 20;
constexpr int deepest = 1024;

class Matcher {
  public:
    Matcher(const Archive& archive, const NameTable& names, const SideConfig& config, std::string prefix)
        : archive_(archive), names_(names), config_(config), prefix_(std::move(prefix)) {}

    Mapping run(const Overrides& overrides);

  private:
    const StoredTensor* find(const std::string& name) const {
        const auto found = archive_.tensors().find(name);
        return found == archive_.tensors().end() ? nullptr : &found->second;
    }
    // The first alternative that is stored (with `suffix`), or the first of all, which is then reported
    // missing.
    std::string choose(const Names& alternatives, std::string_view before, std::string_view suffix) const {
        for (const std::string_view name : alternatives) {
            auto full = prefix_ + std::string(before) + std::string(name) + std::string(suffix);
            if (find(full)) return full;
        }
        return alternatives.empty()
                   ? std::string()
                   : prefix_ + std::string(before) + std::string(alternatives.front()) + std::string(suffix);
    }
    bool stored(const Names& alternatives, std::string_view before, std::string_view suffix) const {
        return find(choose(alternatives, before, suffix)) != nullptr;
    }
    // A tensor that sizes are read from: it must be there and have `rank` dimensions.
    Shape sizes(const std::string& name, std::size_t rank) const;
    void map(const std::string& ours, const std::string& stored, const Shape& shape,
             std::int64_t row_begin = 0, std::int64_t row_end = 0, std::int64_t stored_rows = 0);
    void map_module(const std::string& ours, const std::string& stored_weight, const Shape& weight);
    // A norm's weight or a linear module's, in the naming's own words.
    std::string norm(const Names& names, std::string_view before) const {
        return choose(names, before, names_.norm_weight);
    }
    std::string linear(const Names& names, std::string_view before) const {
        return choose(names, before, names_.weight);
    }
    std::string block(int index) const {
        return std::string(names_.blocks) + std::to_string(index) + std::string(names_.block_end);
    }

    void infer_sizes();
    void infer_positions();
    void infer_heads(const Overrides& overrides);
    void check_config() const;
    void map_embeddings();
    void map_block(int block);
    void map_head();
    void collect_unused();

    [[noreturn]] void corrupt(const std::string& what) const {
        throw CorruptFile(archive_.path().string() + ": " + std::string(names_.title) +
                          " checkpoint: " + what);
    }

    const Archive& archive_;
    const NameTable& names_;
    const SideConfig& config_;
    std::string prefix_;
    Mapping result_;
    std::set<std::string> used_;
    std::vector<std::string> problems_;
};

Shape Matcher::sizes(const std::string& name, std::size_t rank) const {
    const StoredTensor* tensor = find(name);
    if (!tensor) corrupt("tensor \"" + name + "\" is missing; is the file complete?");
    if (tensor->shape.size() != rank)
        corrupt("tensor \"" + name + "\" has shape " + to_text(tensor->shape) + ", expected " +
                std::to_string(rank) + " dimensions");
    for (const std::int64_t size : tensor->shape)
        if (size < 1 || size > largest_size)
            corrupt("tensor \"" + name + "\" has shape " + to_text(tensor->shape) +
                    ", which no vision transformer has");
    return tensor->shape;
}

void Matcher::map(const std::string& ours, const std::string& stored, const Shape& shape,
                  std::int64_t row_begin, std::int64_t row_end, std::int64_t stored_rows) {
    Shape expected = shape;
    if (stored_rows > 0) expected.front() = stored_rows;
    const StoredTensor* tensor = find(stored);
    if (!tensor) {
        const std::string problem = "\"" + stored + "\" " + to_text(expected) + " is missing";
        if (std::ranges::find(problems_, problem) == problems_.end()) problems_.push_back(problem);
        return;
    }
    used_.insert(stored);
    std::string problem;
    if (tensor->shape != expected)
        problem =
            "\"" + stored + "\" has shape " + to_text(tensor->shape) + ", expected " + to_text(expected);
    else if (!tensor->floating)
        problem = "\"" + stored + "\" has the type " + tensor->type + ", expected a floating-point type";
    if (!problem.empty()) {
        if (std::ranges::find(problems_, problem) == problems_.end()) problems_.push_back(problem);
        return;
    }
    result_.tensors[ours] = TensorSource{stored, row_begin, row_end, false, shape};
}

void Matcher::map_module(const std::string& ours, const std::string& stored_weight, const Shape& weight) {
    map(ours + ".weight", stored_weight, weight);
    const std::string_view end = stored_weight.ends_with(names_.weight) ? names_.weight : names_.norm_weight;
    const std::string module = stored_weight.substr(0, stored_weight.size() - end.size());
    map(ours + ".bias", module + std::string(names_.bias), {weight.front()});
}

void Matcher::infer_sizes() {
    VitSpec& spec = result_.spec;
    spec.naming = names_.naming;
    const Shape patch = sizes(linear(names_.patch, ""), 4);
    if (patch[2] != patch[3] || patch[2] > 1024)
        corrupt("patches of " + std::to_string(patch[2]) + "×" + std::to_string(patch[3]) +
                " are not supported, only square ones");
    spec.dim = static_cast<int>(patch[0]);
    spec.channels = static_cast<int>(patch[1]);
    spec.patch = static_cast<int>(patch[2]);
    if (spec.channels != 3)
        corrupt("images of " + std::to_string(spec.channels) + " channels are not supported, expected 3");

    const std::string blocks = prefix_ + std::string(names_.blocks);
    for (auto it = archive_.tensors().lower_bound(blocks);
         it != archive_.tensors().end() && it->first.starts_with(blocks); ++it) {
        int index = -1;
        const char *begin = it->first.data() + blocks.size(), *end = it->first.data() + it->first.size();
        const auto [stop, error] = std::from_chars(begin, end, index);
        if (error != std::errc() || !std::string_view(stop, end).starts_with(names_.block_end) || index < 0 || index >= deepest)
            corrupt("tensor \"" + it->first + "\" is of no block from 0 to " + std::to_string(deepest - 1));
        spec.depth = std::max(spec.depth, index + 1);
    }
    const std::string block = this->block(0);
    const Shape fc1 = sizes(linear(names_.fc1, block), 2), fc2 = sizes(linear(names_.fc2, block), 2);
    spec.mlp_dim = static_cast<int>(fc1[0]);
    spec.swiglu = fc1[0] == 2 * fc2[1];
    spec.fused_qkv = !names_.qkv.empty();
    spec.qkv_bias = stored(spec.fused_qkv ? names_.qkv : names_.q, block, names_.bias);
    spec.layer_scale = stored(names_.ls1, block, "");
    spec.class_token = stored(names_.cls_token, "", "");
    spec.pooled_norm = stored(names_.pooled_norm, "", names_.norm_weight) && !stored(names_.norm, "", names_.norm_weight);
    if (stored(names_.registers, "", ""))
        spec.registers = static_cast<int>(sizes(choose(names_.registers, "", ""), 3)[1]);
    infer_positions();
}

void Matcher::infer_positions() {
    VitSpec& spec = result_.spec;
    const std::string name = choose(names_.pos_embed, "", "");
    const std::int64_t rows = sizes(name, 3)[1];
    const auto accept = [&](std::int64_t height, std::int64_t width, bool class_position) {
        spec.grid_height = static_cast<int>(height);
        spec.grid_width = static_cast<int>(width);
        spec.class_position = class_position;
        return true;
    };
    // Whether `rows` is a grid, with a row for the class token or without: by the stated image size, else
    // square.
    const auto try_grid = [&](bool class_position) {
        if (class_position && !spec.class_token) return false;
        const std::int64_t patches = rows - (class_position ? 1 : 0);
        if (config_.image_size) {
            const std::int64_t height = config_.image_size->first / spec.patch,
                               width = config_.image_size->second / spec.patch;
            if (height > 0 && width > 0 && height * width == patches)
                return accept(height, width, class_position);
        }
        const auto side = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(patches))));
        return side > 0 && side * side == patches && accept(side, side, class_position);
    };
    if (try_grid(true) || (!(names_.always_class_position && spec.class_token) && try_grid(false))) return;
    corrupt("\"" + name + "\" has " + std::to_string(rows) +
            " positions, which make no square grid of patches" +
            (spec.class_token ? " with or without the class token" : "") +
            "; for another shape state \"image_size\": [height, width] in config.json beside it");
}

void Matcher::infer_heads(const Overrides& overrides) {
    VitSpec& spec = result_.spec;
    std::string source;
    if (overrides.heads) {
        spec.heads = *overrides.heads;
        source = "as given";
    } else if (config_.heads) {
        spec.heads = *config_.heads;
        source = config_.source;
    } else if (const auto stored = archive_.heads()) {
        spec.heads = *stored;
        source = "by the shape of the query";
    } else {
        // Heads of 64 are the rule; the giant models break it.
        const bool sixteen = spec.dim == 1280 || spec.dim == 1408 || spec.dim == 1664;
        spec.heads = sixteen ? 16 : spec.dim / 64;
        source = "heads of 64";
    }
    if (spec.heads < 1 || spec.dim % spec.heads != 0)
        throw InputError(archive_.path().string() + ": " + std::to_string(spec.heads) + " attention heads (" +
                         source + ") do not divide the width " + std::to_string(spec.dim) +
                         "; give the number with --heads");
}

void Matcher::check_config() const {
    const VitSpec& spec = result_.spec;
    const auto differ = [&](const char* key, int stated, int found) {
        throw InputError(config_.source + ": \"" + key + "\" is " + std::to_string(stated) +
                         ", the checkpoint beside it has " + std::to_string(found) +
                         "; it belongs to another model: move it away");
    };
    if (config_.dim && *config_.dim != spec.dim) differ("hidden_size", *config_.dim, spec.dim);
    if (config_.depth && *config_.depth != spec.depth)
        differ("num_hidden_layers", *config_.depth, spec.depth);
    if (config_.activation && *config_.activation != "gelu" && !spec.swiglu)
        throw InputError(config_.source + ": \"hidden_act\" is \"" + *config_.activation +
                         "\", only \"gelu\" is supported");
}

void Matcher::map_embeddings() {
    const VitSpec& spec = result_.spec;
    map_module("patch_embed", linear(names_.patch, ""),
               {spec.dim, spec.channels, spec.patch, spec.patch});
    if (spec.class_token) map("cls_token", choose(names_.cls_token, "", ""), {1, 1, spec.dim});
    if (spec.registers > 0) map("registers", choose(names_.registers, "", ""), {1, spec.registers, spec.dim});
    const std::int64_t positions =
        std::int64_t{spec.grid_height} * spec.grid_width + (spec.class_position ? 1 : 0);
    map("pos_embed", choose(names_.pos_embed, "", ""), {1, positions, spec.dim});
    map_module("norm", norm(spec.pooled_norm ? names_.pooled_norm : names_.norm, ""), {spec.dim});
}

void Matcher::map_block(int block) {
    const VitSpec& spec = result_.spec;
    const std::string ours = "blocks." + std::to_string(block) + ".";
    const std::string before = this->block(block);
    const std::int64_t dim = spec.dim, hidden = spec.mlp_dim;

    map_module(ours + "norm1", norm(names_.norm1, before), {dim});
    map_module(ours + "norm2", norm(names_.norm2, before), {dim});
    const std::array<const Names*, 3> apart = {&names_.q, &names_.k, &names_.v};
    const std::array<const char*, 3> letters = {"q", "k", "v"};
    for (std::int64_t i = 0; i < 3; ++i) {
        const auto index = static_cast<std::size_t>(i);
        const std::string name = ours + "attn." + letters[index];
        if (spec.fused_qkv) {
            map(name + ".weight", linear(names_.qkv, before), {dim, dim}, i * dim, (i + 1) * dim,
                3 * dim);
            if (spec.qkv_bias)
                map(name + ".bias", choose(names_.qkv, before, names_.bias), {dim}, i * dim, (i + 1) * dim,
                    3 * dim);
        } else {
            map(name + ".weight", linear(*apart[index], before), {dim, dim});
            if (spec.qkv_bias) map(name + ".bias", choose(*apart[index], before, names_.bias), {dim});
        }
    }
    map_module(ours + "attn.proj", linear(names_.proj, before), {dim, dim});
    map_module(ours + "mlp.fc1", linear(names_.fc1, before), {hidden, dim});
    map_module(ours + "mlp.fc2", linear(names_.fc2, before),
               {dim, spec.swiglu ? hidden / 2 : hidden});
    if (spec.layer_scale) {
        map(ours + "ls1", choose(names_.ls1, before, ""), {dim});
        map(ours + "ls2", choose(names_.ls2, before, ""), {dim});
    }
}

void Matcher::map_head() {
    // Hugging Face keeps the head outside the prefixed backbone, timm inside.
    std::string name = linear(names_.head, "");
    if (!find(name)) name = name.substr(prefix_.size());
    const StoredTensor* head = find(name);
    if (!head) return;
    VitSpec& spec = result_.spec;
    const Shape shape = sizes(name, 2);
    // DINOv2's classifier takes the class token and the mean of the patches, one after the other.
    const std::int64_t features = shape[1] == 2 * spec.dim ? 2 * spec.dim : spec.dim;
    spec.classes = static_cast<int>(shape[0]);
    map_module("head", name, {spec.classes, features});
}

void Matcher::collect_unused() {
    const std::string blocks = prefix_ + std::string(names_.blocks);
    for (const auto& [name, tensor] : archive_.tensors()) {
        if (used_.contains(name)) continue;
        // A part of the computation we do not know would silently change every feature.
        const bool in_block = name.starts_with(blocks) && tensor.floating;
        // "fc_norm" unused stands beside "norm": two final norms, of which we know one.
        if (in_block || name == prefix_ + "norm_pre.weight" || name == prefix_ + "dist_token" || name == prefix_ + "fc_norm.weight")
            problems_.push_back("\"" + name + "\" " + to_text(tensor.shape) +
                                " belongs to an architecture that is not supported");
        result_.unused.push_back(name);
    }
}

Mapping Matcher::run(const Overrides& overrides) {
    infer_sizes();
    check_config();
    infer_heads(overrides);
    VitSpec& spec = result_.spec;
    spec.family = std::string(names_.family(spec, config_));
    spec.norm_epsilon = config_.norm_epsilon.value_or(names_.norm_epsilon);
    spec.mean = config_.mean;
    spec.std = config_.std;
    if (!spec.mean && !spec.std && archive_.imagenet_normalisation()) {
        spec.mean = {0.485F, 0.456F, 0.406F};
        spec.std = {0.229F, 0.224F, 0.225F};
    }
    map_embeddings();
    for (int block = 0; block < spec.depth; ++block)
        map_block(block);
    map_head();
    collect_unused();
    if (!problems_.empty()) {
        constexpr std::size_t shown = 24;
        std::string list;
        for (std::size_t i = 0; i < std::min(shown, problems_.size()); ++i)
            list += (i ? "; " : "") + problems_[i];
        if (problems_.size() > shown) list += "; and " + std::to_string(problems_.size() - shown) + " more";
        corrupt(std::to_string(problems_.size()) +
                (problems_.size() == 1 ? " tensor is wrong: " : " tensors are wrong: ") + list);
    }
    return std::move(result_);
}

} // namespace

namespace {

// Self-supervised training keeps two encoders; of each pair the first is the one that its authors evaluate.
void prefer_published(std::vector<std::string>& prefixes) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 2> pairs = {
        {{"base_encoder.", "momentum_encoder."}, {"teacher.", "student."}}};
    for (const auto& [meant, other] : pairs) {
        const auto holds = [](std::string_view word) {
            return [word](const std::string& prefix) { return prefix.find(word) != std::string::npos; };
        };
        if (std::ranges::any_of(prefixes, holds(meant))) std::erase_if(prefixes, holds(other));
    }
}

} // namespace

std::string to_text(const std::vector<std::int64_t>& shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

std::optional<Mapping> match(const Archive& archive, const NameTable& names, const SideConfig& config,
                             const Overrides& overrides) {
    std::vector<std::string> prefixes;
    for (const auto& [name, tensor] : archive.tensors()) {
        if (!name.ends_with(names.anchor)) continue;
        const std::string prefix = name.substr(0, name.size() - names.anchor.size());
        if (prefix.empty() || prefix.back() == '.' || prefix.back() == '/') prefixes.push_back(prefix);
    }
    if (prefixes.empty()) return std::nullopt;
    prefer_published(prefixes);
    if (prefixes.size() > 1)
        throw InputError(archive.path().string() + ": holds " + std::to_string(prefixes.size()) +
                         " models (\"" + prefixes[0] + "\" and \"" + prefixes[1] +
                         "\"…); save the one that is meant to a file of its own");
    return Matcher(archive, names, config, prefixes.front()).run(overrides);
}

} // namespace cdra::checkpoint
