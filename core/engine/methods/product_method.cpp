// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/methods/product_method.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/engine/kernels/dense_product.h"
#include "core/engine/model/branch_noise.h"

#include <ATen/Functions.h>
#include <ATen/autocast_mode.h>
#include <numeric>
#include <torch/nn/functional/linear.h>

namespace cdra::engine {
namespace {

Tensor index_tensor(const std::vector<std::uint32_t>& values, std::int64_t offset,
                    const torch::Device& device) {
    auto result = torch::empty({static_cast<std::int64_t>(values.size())}, torch::kInt64);
    auto* data = result.mutable_data_ptr<std::int64_t>();
    for (std::size_t i = 0; i < values.size(); ++i)
        data[i] = offset + values[i];
    return result.to(device);
}

void check_indices(const std::vector<std::uint32_t>& values, std::int64_t limit, const std::string& what) {
    for (const auto value : values)
        if (value >= limit)
            throw InputError(what + ": index " + std::to_string(value) +
                             " is out of range, expected less than " + std::to_string(limit) +
                             "; the plan was made for another model");
}

std::vector<std::int32_t> as_int32(const std::vector<std::uint32_t>& values) {
    return {values.begin(), values.end()};
}

} // namespace

Projection projection_of(int kind) noexcept {
    switch (kind) {
    case -1:
        return Projection::patch;
    case 3:
        return Projection::proj;
    case 4:
        return Projection::fc1;
    case 5:
        return Projection::fc2;
    default:
        return Projection::qkv;
    }
}

std::int64_t first_output(const checkpoint::MatrixShape& shape) noexcept {
    return shape.kind >= 0 && shape.kind < 3 ? shape.kind * shape.out : 0;
}

ProductMethod::ProductMethod(Vit& model, Parts parts)
    : parts_(std::move(parts)), whole_(model, parts_.whole, parts_.head_lr_scale), entries_(model, parts_.entries) {
    const auto device = model.device();
    std::map<std::pair<int, Projection>, std::pair<std::vector<LowRankPart>, std::vector<MaskedPart>>>
        grouped;
    const auto leaf = [&](const Tensor& start) { return start.to(device).clone().set_requires_grad(true); };
    for (auto& matrix : parts_.low_rank) {
        const auto& shape = matrix.shape;
        check_indices(matrix.rows, shape.in, "rows of " + shape.name);
        check_indices(matrix.columns, shape.out, "columns of " + shape.name);
        LowRankPart part{shape.name,
                         {},
                         index_tensor(matrix.columns, first_output(shape), device),
                         leaf(matrix.a),
                         leaf(matrix.b)};
        if (!matrix.rows.empty()) part.rows = index_tensor(matrix.rows, 0, device);
        matrix.a = matrix.b = Tensor();
        low_rank_.push_back(part);
        grouped[{shape.block, projection_of(shape.kind)}].first.push_back(std::move(part));
    }
    for (const auto& matrix : parts_.masked) {
        const auto& shape = matrix.shape;
        check_indices(matrix.indices, shape.size(), "mask of " + shape.name);
        std::vector<std::uint32_t> inputs, outputs;
        for (const auto index : matrix.indices) {
            inputs.push_back(static_cast<std::uint32_t>(index % shape.in));
            outputs.push_back(static_cast<std::uint32_t>(index / shape.in));
        }
        MaskedPart part{shape.name, index_tensor(inputs, 0, device),
                        index_tensor(outputs, first_output(shape), device),
                        leaf(torch::zeros({static_cast<std::int64_t>(inputs.size())}))};
        masked_.push_back(part);
        grouped[{shape.block, projection_of(shape.kind)}].second.push_back(std::move(part));
    }
    for (auto& [where, group] : grouped) {
        const auto weight = model.linear(where.first, where.second).weight;
        if (parts_.branch_drop_path + parts_.dropout > 0 && !group.first.empty() && !group.second.empty())
            masked_products_.emplace(where, AdaptedProduct(weight.size(1), weight.size(0), {}, group.second));
        products_.emplace(where, AdaptedProduct(weight.size(1), weight.size(0), std::move(group.first),
                                                std::move(group.second), parts_.scale));
    }
}

Tensor ProductMethod::project(int block, Projection which, const Tensor& x, const Linear& frozen) {
    const auto origin = origin_of(which, x);
    const auto found = products_.find({block, which});
    if (found == products_.end()) return Adaptation::project(block, which, x, frozen);
    if (training_ && parts_.dropout + parts_.branch_drop_path > 0 && !found->second.low_rank().empty())
        return with_noise(found->second, found->first, x, frozen);
    return found->second(x, frozen, origin);
}

Tensor ProductMethod::normalise(const std::string& name, const Tensor& x, const Tensor& weight, const Tensor& bias,
                                double epsilon) {
    // Under autocast the input of the product is not what the norm keeps.
    if (!at::GradMode::is_enabled() || !name.starts_with("blocks.") ||
        at::autocast::is_autocast_enabled(x.device().type()))
        return Adaptation::normalise(name, x, weight, bias, epsilon);
    auto [y, mean, deviation] = at::native_layer_norm(x, {x.size(-1)}, weight, bias, epsilon);
    made_ = y;
    origin_ = {Origin::Kind::norm, x.detach(), mean.detach(), deviation.detach(), weight.detach(), bias.detach()};
    return y;
}

Tensor ProductMethod::activate(int block, const Tensor& hidden) {
    const auto y = Adaptation::activate(block, hidden);
    if (at::GradMode::is_enabled() && !at::autocast::is_autocast_enabled(hidden.device().type())) {
        made_ = y;
        origin_ = {Origin::Kind::gelu, hidden.detach(), {}, {}, {}, {}};
    }
    return y;
}

// Only a node that is differentiated keeps what it was made of; else the product keeps the part it needs.
Origin ProductMethod::origin_of(Projection which, const Tensor& x) {
    Origin origin;
    if (made_.defined() && x.is_same(made_) && x.requires_grad()) origin = origin_;
    if (which == Projection::proj && x.requires_grad() && !at::autocast::is_autocast_enabled(x.device().type()))
        origin = {Origin::Kind::itself, x.detach(), {}, {}, {}, {}};
    made_ = Tensor(), origin_ = {};
    return origin;
}

// Noise makes the low-rank branch see another x than the frozen product, so it can't be one node.
Tensor ProductMethod::with_noise(const AdaptedProduct& product, std::pair<int, Projection> where, const Tensor& x,
                                 const Linear& frozen) const {
    const auto salt = static_cast<std::uint64_t>(where.first) * 4 + static_cast<std::uint64_t>(where.second);
    const auto seed = mix_seed(forward_seed_, salt);
    const auto masked = masked_products_.find(where);
    auto y = masked == masked_products_.end() ? kernels::dense_linear(x, frozen.weight, frozen.bias) : masked->second(x, frozen);
    const bool drops = parts_.dropout > 0 && (parts_.dropout_on_proj || where.second != Projection::proj);
    const auto dropped = drops ? x * dropout_mask(x, parts_.dropout, seed) : x;
    std::uint64_t number = 0;
    for (const auto& part : product.low_rank()) {
        const auto input = part.rows.defined() ? dropped.index_select(-1, part.rows) : dropped;
        auto change = at::matmul(at::matmul(input, part.a), part.b) * parts_.scale;
        if (parts_.branch_drop_path > 0)
            change = change * path_mask(change, parts_.branch_drop_path,
                                        mix_seed(mix_seed(seed, "drop-path"), number++));
        y = y.index_add(-1, part.columns, change.to(y.scalar_type()));
    }
    return y;
}

void ProductMethod::begin_forward(bool training, std::uint64_t seed) {
    training_ = training;
    forward_seed_ = seed;
    entries_.begin_forward();
}

std::vector<Trainable> ProductMethod::trainables() {
    std::vector<Trainable> result;
    for (const auto& part : low_rank_) {
        result.push_back({part.name + ".A", part.a, true});
        result.push_back({part.name + ".B", part.b, true});
    }
    for (const auto& part : masked_)
        result.push_back({part.name + ".values", part.values, false});
    auto entries = entries_.trainables();
    result.insert(result.end(), entries.begin(), entries.end());
    const auto& whole = whole_.trainables();
    result.insert(result.end(), whole.begin(), whole.end());
    return result;
}

job::Adapter ProductMethod::adapter() const {
    job::Adapter result;
    for (std::size_t i = 0; i < low_rank_.size(); ++i) {
        const auto& matrix = parts_.low_rank[i];
        job::LowRank stored;
        stored.rows = as_int32(matrix.rows);
        if (stored.rows.empty()) {
            stored.rows.resize(static_cast<std::size_t>(matrix.shape.in));
            std::iota(stored.rows.begin(), stored.rows.end(), 0);
        }
        stored.columns = as_int32(matrix.columns);
        stored.rank = low_rank_[i].a.size(1);
        stored.a = float_values(low_rank_[i].a);
        // A reader adds A·B as it stands: the scale goes into B.
        stored.b = float_values(parts_.scale == 1 ? low_rank_[i].b : low_rank_[i].b * parts_.scale);
        result.low_rank[matrix.shape.name] = std::move(stored);
    }
    for (std::size_t i = 0; i < masked_.size(); ++i)
        result.masked[parts_.masked[i].shape.name] =
            job::Masked{as_int32(parts_.masked[i].indices), float_values(masked_[i].values)};
    whole_.store(result);
    entries_.store(result);
    return result;
}

void ProductMethod::load(const job::Adapter& adapter) {
    const torch::NoGradGuard no_grad;
    for (std::size_t i = 0; i < low_rank_.size(); ++i) {
        const auto& matrix = parts_.low_rank[i];
        const auto found = adapter.low_rank.find(matrix.shape.name);
        if (found == adapter.low_rank.end()) throw InputError("adapter has no '" + matrix.shape.name + ".A'");
        const auto& stored = found->second;
        if ((!matrix.rows.empty() && stored.rows != as_int32(matrix.rows)) ||
            stored.columns != as_int32(matrix.columns))
            throw InputError("adapter adapts other rows or columns of '" + matrix.shape.name +
                             "' than the plan; use the plan it was trained with");
        assign(low_rank_[i].a, stored.a, matrix.shape.name + ".A");
        assign(low_rank_[i].b, stored.b, matrix.shape.name + ".B");
        if (parts_.scale != 1) low_rank_[i].b.div_(parts_.scale);
    }
    for (std::size_t i = 0; i < masked_.size(); ++i) {
        const auto& matrix = parts_.masked[i];
        const auto found = adapter.masked.find(matrix.shape.name);
        if (found == adapter.masked.end() || found->second.indices != as_int32(matrix.indices))
            throw InputError("adapter has no or another mask of '" + matrix.shape.name +
                             "'; use the plan it was trained with");
        assign(masked_[i].values, found->second.values, matrix.shape.name + ".values");
    }
    whole_.load(adapter);
    entries_.load(adapter);
}

void ProductMethod::merge(Vit& model) {
    const torch::NoGradGuard no_grad;
    for (const auto& part : low_rank_) {
        const auto& matrix = parts_.low_rank[static_cast<std::size_t>(&part - low_rank_.data())];
        auto weight = model.tensor(part.name + ".weight").detach(); // [out, in], shares the model's memory
        const auto columns = index_tensor(matrix.columns, 0, weight.device());
        const auto change = at::mm(part.a, part.b).mul_(parts_.scale).t(); // [k̄, d̄]
        if (part.rows.defined())
            weight.index_put_({columns.unsqueeze(1), part.rows.unsqueeze(0)}, change.contiguous(), true);
        else
            weight.index_add_(0, columns, change.contiguous());
    }
    for (std::size_t i = 0; i < masked_.size(); ++i) {
        auto weight = model.tensor(masked_[i].name + ".weight").detach();
        const auto indices = index_tensor(parts_.masked[i].indices, 0, weight.device());
        weight.view(-1).index_add_(0, indices, masked_[i].values);
    }
    whole_.release();
    entries_.release();
}

} // namespace cdra::engine
