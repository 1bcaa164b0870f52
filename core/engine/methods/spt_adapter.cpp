// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// SPT-Adapter: Case 1 as in SPT-LoRA; in Case 2 a bottleneck with GELU works on the matrix's outputs,
// y += W₂·gelu(W₁·y + b₁) + b₂.
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/engine/model/branch_noise.h"
#include "core/engine/methods/initial_values.h"
#include "core/engine/methods/plan_parts.h"
#include "core/engine/methods/table.h"

#include <array>
#include <cmath>

namespace cdra::engine {
namespace {

struct Bottleneck {
    checkpoint::MatrixShape shape;
    Tensor down, down_bias, up, up_bias; // leaves [r, k], [r], [k, r], [k]

    std::array<std::pair<std::string, const Tensor*>, 4> tensors() const {
        const std::string name = shape.name + ".adapter.";
        return {{{name + "down.weight", &down},
                 {name + "down.bias", &down_bias},
                 {name + "up.weight", &up},
                 {name + "up.bias", &up_bias}}};
    }
};

class SptAdapter final : public ProductMethod {
  public:
    SptAdapter(Vit& model, Parts parts, std::vector<Bottleneck> bottlenecks, double dropout, double drop_path)
        : ProductMethod(model, std::move(parts)), bottlenecks_(std::move(bottlenecks)), dropout_(dropout),
          drop_path_(drop_path) {}

    Tensor project(int block, Projection which, const Tensor& x, const Linear& frozen) override {
        auto y = ProductMethod::project(block, which, x, frozen);
        for (std::size_t i = 0; i < bottlenecks_.size(); ++i) {
            const auto& item = bottlenecks_[i];
            if (item.shape.block != block || projection_of(item.shape.kind) != which) continue;
            const auto begin = first_output(item.shape);
            const auto own = y.narrow(-1, begin, item.shape.out);
            const auto change = branch(item, own, which, mix_seed(seed_, i));
            if (item.shape.out == y.size(-1))
                y = y + change;
            else // q, k or v of a common product
                y = at::cat({y.narrow(-1, 0, begin), own + change,
                             y.narrow(-1, begin + item.shape.out, y.size(-1) - begin - item.shape.out)},
                            -1);
        }
        return y;
    }

    void begin_forward(bool training, std::uint64_t seed) override {
        ProductMethod::begin_forward(training, seed);
        training_ = training, seed_ = mix_seed(seed, "spt-adapter");
    }

    std::vector<Trainable> trainables() override {
        std::vector<Trainable> result;
        for (const auto& item : bottlenecks_)
            for (const auto& [name, tensor] : item.tensors())
                result.push_back({name, *tensor, tensor->dim() > 1});
        auto rest = ProductMethod::trainables();
        result.insert(result.end(), rest.begin(), rest.end());
        return result;
    }

    job::Adapter adapter() const override {
        auto result = ProductMethod::adapter();
        for (const auto& item : bottlenecks_)
            for (const auto& [name, tensor] : item.tensors())
                result.whole[name] = job::Whole{tensor->sizes().vec(), float_values(*tensor)};
        return result;
    }

    void load(const job::Adapter& adapter) override {
        ProductMethod::load(adapter);
        for (const auto& item : bottlenecks_)
            for (const auto& [name, tensor] : item.tensors()) {
                const auto found = adapter.whole.find(name);
                if (found == adapter.whole.end())
                    throw InputError("adapter has no tensor '" + name + "', which this method trains");
                assign(*tensor, found->second.values, name);
            }
    }

    void merge(Vit&) override {
        throw InputError("method spt-adapter can't be merged: its adapters have a nonlinearity");
    }

  private:
    Tensor branch(const Bottleneck& item, const Tensor& y, Projection which, std::uint64_t seed) const {
        auto input = y;
        if (training_ && dropout_ > 0 && which != Projection::proj)
            input = y * dropout_mask(y, dropout_, mix_seed(seed, "dropout"));
        auto change = at::linear(at::gelu(at::linear(input, item.down, item.down_bias)), item.up, item.up_bias);
        if (training_ && drop_path_ > 0)
            change = change * path_mask(change, drop_path_, mix_seed(seed, "drop-path"));
        return change;
    }

    std::vector<Bottleneck> bottlenecks_;
    double dropout_, drop_path_;
    bool training_ = false;
    std::uint64_t seed_ = 0;
};

} // namespace

std::unique_ptr<Method> make_spt_adapter(const MethodContext& context) {
    const bool published = context.options.at("init") == "published";
    const auto leaf = [&](const Tensor& start) {
        return start.to(context.model.device()).clone().set_requires_grad(true);
    };
    std::vector<Bottleneck> bottlenecks;
    for (const auto& planned : context.plan->matrices) {
        if (planned.treatment != compact::Treatment::adapter) continue;
        const auto out = planned.shape.out;
        const auto rank = static_cast<std::int64_t>(planned.rank);
        const std::string down = planned.shape.name + ".adapter.down.weight",
                          up = planned.shape.name + ".adapter.up.weight";
        bottlenecks.push_back(
            {planned.shape,
             leaf(published ? normal_values({rank, out}, 0.02, context.seed, down)
                            : uniform_values({rank, out}, 1 / std::sqrt(static_cast<double>(out)), context.seed, down)),
             leaf(torch::zeros({rank})),
             leaf(published ? normal_values({out, rank}, 0.02, context.seed, up) : torch::zeros({out, rank})),
             leaf(torch::zeros({out}))});
    }
    return std::make_unique<SptAdapter>(context.model, plan_parts(context, Start::zero), std::move(bottlenecks),
                                        methods::as_real(context.options, "dropout"),
                                        methods::as_real(context.options, "branch-drop-path"));
}

} // namespace cdra::engine
