// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// CDRA (Eq. 6): a low-rank product on the compact sub-matrix of each matrix; the few weights of a mask where
// the rank is 0; vectors and the class token that the plan chose.
#include "core/base/error.h"
#include "core/engine/methods/initial_values.h"
#include "core/engine/methods/product_method.h"
#include "core/engine/methods/table.h"

#include <cmath>
#include <map>

namespace cdra::engine {
namespace {

constexpr double published_deviation = 0.02; // of A and B in SPT's published code

void check_shape(const checkpoint::MatrixShape& planned,
                 const std::map<std::string, checkpoint::MatrixShape>& shapes) {
    const auto found = shapes.find(planned.name);
    if (found == shapes.end())
        throw InputError("plan: matrix '" + planned.name +
                         "' is not in the model; make the plan from a map of this model");
    if (found->second.in != planned.in || found->second.out != planned.out)
        throw InputError("plan: matrix '" + planned.name + "' is " + std::to_string(planned.in) + "×" +
                         std::to_string(planned.out) + ", the model's is " +
                         std::to_string(found->second.in) + "×" + std::to_string(found->second.out) +
                         "; make the plan from a map of this model");
}

} // namespace

std::unique_ptr<Method> make_cdra(const MethodContext& context) {
    const auto& plan = *context.plan;
    const auto& spec = context.model.spec();
    std::map<std::string, checkpoint::MatrixShape> shapes;
    for (auto& shape : checkpoint::candidate_matrices(spec))
        shapes[shape.name] = shape;
    const bool published = context.options.at("init") == "published";

    ProductMethod::Parts parts;
    parts.head_lr_scale = head_lr_scale(context.options);
    for (const auto& planned : plan.matrices) {
        check_shape(planned.shape, shapes);
        const auto& shape = shapes.at(planned.shape.name);
        if (planned.treatment == compact::Treatment::masked && !planned.mask.empty())
            parts.masked.push_back({shape, planned.mask});
        if (planned.treatment != compact::Treatment::low_rank || planned.rank == 0 ||
            planned.box.rows.empty())
            continue;
        const auto rows = static_cast<std::int64_t>(planned.box.rows.size());
        const auto columns = static_cast<std::int64_t>(planned.box.columns.size());
        const auto rank = static_cast<std::int64_t>(planned.rank);
        LowRankMatrix matrix{shape, planned.box.rows, planned.box.columns, {}, {}};
        const auto a = shape.name + ".A", b = shape.name + ".B";
        matrix.a = published ? normal_values({rows, rank}, published_deviation, context.seed, a)
                             : uniform_values({rows, rank}, 1 / std::sqrt(static_cast<double>(rows)),
                                              context.seed, a);
        matrix.b = published ? normal_values({rank, columns}, published_deviation, context.seed, b)
                             : torch::zeros({rank, columns});
        parts.low_rank.push_back(std::move(matrix));
    }
    if (methods::as_bool(context.options, "tune-vectors"))
        for (const auto& vector : plan.vectors)
            if (vector.tuned) parts.whole.push_back(vector.shape.name);
    if (methods::as_bool(context.options, "class-token") && plan.options.class_token && spec.class_token)
        parts.whole.emplace_back("cls_token");
    for (auto& name : head_names(context))
        parts.whole.push_back(std::move(name));
    return std::make_unique<ProductMethod>(context.model, std::move(parts));
}

} // namespace cdra::engine
