// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/methods/plan_parts.h"

#include "core/base/error.h"
#include "core/engine/methods/initial_values.h"
#include "core/sensitivity/map.h"

#include <cmath>
#include <map>

namespace cdra::engine {
namespace {

constexpr double published_deviation = 0.02; // of A and B in SPT's published code

using Shapes = std::map<std::string, checkpoint::MatrixShape>;

Shapes shapes_of(const Vit& model) {
    Shapes shapes;
    for (auto& shape : checkpoint::candidate_matrices(model.spec()))
        shapes[shape.name] = shape;
    const auto patch = model.linear(-1, Projection::patch).weight;
    shapes[sensitivity::patch_name] = sensitivity::patch_shape(patch.size(0), patch.size(1));
    return shapes;
}

const checkpoint::MatrixShape& checked(const checkpoint::MatrixShape& planned, const Shapes& shapes) {
    const auto found = shapes.find(planned.name);
    if (found == shapes.end())
        throw InputError("plan: matrix '" + planned.name +
                         "' is not in the model; make the plan from a map of this model");
    if (found->second.in != planned.in || found->second.out != planned.out)
        throw InputError("plan: matrix '" + planned.name + "' is " + std::to_string(planned.in) + "×" +
                         std::to_string(planned.out) + ", the model's is " +
                         std::to_string(found->second.in) + "×" + std::to_string(found->second.out) +
                         "; make the plan from a map of this model");
    return found->second;
}

bool enabled(const methods::OptionValues& options, const char* name) {
    return !options.contains(name) || methods::as_bool(options, name);
}

Tensor start_of_a(const MethodContext& context, Start start, const std::string& name, std::int64_t rows,
                  std::int64_t rank) {
    if (start == Start::published) return normal_values({rows, rank}, published_deviation, context.seed, name);
    if (start == Start::zero)
        return uniform_values({rows, rank}, 1 / std::sqrt(static_cast<double>(rows)), context.seed, name);
    const auto found = context.start == nullptr ? std::map<std::string, Tensor>::const_iterator{}
                                                : context.start->find(name);
    if (context.start == nullptr || found == context.start->end())
        throw InputError("init gradient: no start value for '" + name + "'; the run makes them before it trains");
    if (found->second.sizes() != at::IntArrayRef({rows, rank}))
        throw InputError("init gradient: the start value of '" + name +
                         "' has another shape than the plan; the run's start file is of another plan");
    return found->second;
}

LowRankMatrix low_rank(const MethodContext& context, Start start, const compact::PlannedMatrix& planned,
                       const checkpoint::MatrixShape& shape) {
    const auto rows = static_cast<std::int64_t>(planned.box.rows.size());
    const auto columns = static_cast<std::int64_t>(planned.box.columns.size());
    const auto rank = static_cast<std::int64_t>(planned.rank);
    LowRankMatrix matrix{shape, {}, planned.box.columns, {}, {}};
    if (!planned.whole) matrix.rows = planned.box.rows;
    matrix.a = start_of_a(context, start, shape.name + ".A", rows, rank);
    matrix.b = start == Start::published
                   ? normal_values({rank, columns}, published_deviation, context.seed, shape.name + ".B")
                   : torch::zeros({rank, columns});
    return matrix;
}

} // namespace

ProductMethod::Parts plan_parts(const MethodContext& context, Start start) {
    const auto& plan = *context.plan;
    const Shapes shapes = shapes_of(context.model);
    ProductMethod::Parts parts;
    parts.head_lr_scale = head_lr_scale(context.options);
    const auto add = [&](const compact::PlannedMatrix& planned) {
        const auto& shape = checked(planned.shape, shapes);
        if (planned.treatment == compact::Treatment::masked && !planned.mask.empty())
            parts.masked.push_back({shape, planned.mask});
        if (planned.treatment == compact::Treatment::low_rank && planned.rank > 0 && !planned.box.rows.empty())
            parts.low_rank.push_back(low_rank(context, start, planned, shape));
    };
    for (const auto& planned : plan.matrices)
        add(planned);
    if (plan.patch) add(*plan.patch);
    if (enabled(context.options, "tune-vectors"))
        for (const auto& vector : plan.vectors) {
            // A model may lack the patch embedding's bias, which no list of vectors knows of.
            if (!context.model.has(vector.shape.name) && vector.shape.name.starts_with(sensitivity::patch_name))
                continue;
            if (vector.tuned)
                parts.whole.push_back(vector.shape.name);
            else if (!vector.mask.empty())
                parts.entries.push_back({vector.shape.name, vector.mask});
        }
    if (enabled(context.options, "class-token") && plan.options.class_token && context.model.spec().class_token)
        parts.whole.emplace_back("cls_token");
    for (auto& name : head_names(context))
        parts.whole.push_back(std::move(name));
    return parts;
}

} // namespace cdra::engine
