// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

#include "core/engine/training/gradient_start.h"

#include "core/base/error.h"
#include "core/engine/kernels/dense_product.h"
#include "core/engine/methods/product_method.h"
#include "core/tensor_io/safetensors.h"

#include <numeric>
#include <torch/torch.h>

namespace cdra::engine {
namespace {

// What plan_parts() makes a product of: rank 0 and an empty box have no A.
bool has_product(const compact::PlannedMatrix& matrix) {
    return matrix.treatment == compact::Treatment::low_rank && matrix.rank > 0 && !matrix.box.rows.empty();
}

// Every product's weight as a leaf that takes the sum of the gradients; everything else stays frozen.
class WeightWatch final : public Adaptation {
  public:
    explicit WeightWatch(const compact::CompactPlan& plan) {
        for (const auto& matrix : plan.matrices)
            if (has_product(matrix)) wanted_[{matrix.shape.block, projection_of(matrix.shape.kind)}] = Tensor();
    }
    Tensor project(int block, Projection which, const Tensor& x, const Linear& frozen) override {
        const auto found = wanted_.find({block, which});
        if (found == wanted_.end()) return Adaptation::project(block, which, x, frozen);
        if (!found->second.defined()) found->second = frozen.weight.detach().requires_grad_();
        return kernels::dense_linear(x, found->second, frozen.bias);
    }
    // [out, in] of one matrix.
    Tensor gradient(const checkpoint::MatrixShape& shape) const {
        return wanted_.at({shape.block, projection_of(shape.kind)}).grad().narrow(0, first_output(shape), shape.out);
    }

  private:
    std::map<std::pair<int, Projection>, Tensor> wanted_;
};

Tensor indices(const std::vector<std::uint32_t>& values) {
    return torch::tensor(std::vector<std::int64_t>(values.begin(), values.end()), torch::kInt64);
}

} // namespace

Tensor leading_left_vectors(const Tensor& matrix, std::int64_t rank) {
    const auto m = matrix.to(torch::kCPU, torch::kFloat64);
    Tensor vectors;
    if (m.size(0) <= m.size(1)) // the Gram matrix is small; its eigenvalues ascend
        vectors = std::get<1>(at::linalg_eigh(at::mm(m, m.t()))).flip(1);
    else
        vectors = std::get<0>(at::linalg_svd(m, false));
    vectors = vectors.narrow(1, 0, rank).contiguous();
    // The sign of a singular vector is the library's whim.
    const auto largest = vectors.gather(0, vectors.abs().argmax(0, true));
    return vectors * at::where(largest < 0, -1.0, 1.0);
}

std::map<std::string, Tensor> gradient_start(const Vit& model, const compact::CompactPlan& plan,
                                             const datasets::Dataset& data, const BatchOptions& options,
                                             ProgressSink& progress, const std::stop_token& stop) {
    WeightWatch watch(plan);
    const auto source = image_batches(model, data, options);
    const auto total = static_cast<std::int64_t>(data.samples(options.split).size());
    std::vector<std::uint32_t> order(static_cast<std::size_t>(total));
    std::iota(order.begin(), order.end(), 0U);
    source->start(std::move(order), 0, 0);
    std::int64_t done = 0;
    progress.report({"start", 0, total, "mean gradient"});
    {
        const torch::AutoGradMode with_gradients(true);
        for (MicroBatch batch; source->next(batch);) {
            throw_if_stopped(stop);
            ForwardOptions forward;
            forward.adaptation = &watch;
            const auto outputs = source->outputs(model, batch.input, forward).to(torch::kFloat32);
            // A mean's factor changes no singular vector, but keeps the sums within float32.
            (source->task().sample_losses(outputs, batch.labels) / static_cast<double>(total)).backward();
            done += batch.size;
            progress.report({"start", done, total, "mean gradient"});
        }
    }
    if (done == 0) throw InputError("init gradient needs at least one image; split '" + options.split + "' is empty");
    const torch::NoGradGuard no_grad;
    std::map<std::string, Tensor> result;
    for (const auto& matrix : plan.matrices) {
        throw_if_stopped(stop);
        if (!has_product(matrix)) continue;
        const auto box = watch.gradient(matrix.shape)
                             .to(torch::kCPU)
                             .index_select(0, indices(matrix.box.columns))
                             .index_select(1, indices(matrix.box.rows))
                             .t();
        if (!box.isfinite().all().item<bool>())
            throw Error("init gradient: the gradient of " + matrix.shape.name + " is not finite; use --init zero");
        result[matrix.shape.name + ".A"] = leading_left_vectors(box, matrix.rank).to(torch::kFloat32);
    }
    return result;
}

void write_start(const std::filesystem::path& file, const std::map<std::string, Tensor>& start) {
    std::vector<std::vector<float>> values;
    std::vector<tensor_io::TensorView> views;
    values.reserve(start.size());
    for (const auto& [name, tensor] : start) {
        const auto flat = tensor.contiguous();
        values.emplace_back(flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel());
        views.push_back(tensor_io::view_f32(name, tensor.sizes().vec(), values.back()));
    }
    tensor_io::write_safetensors(file, views, {{"format", "cdra-start"}});
}

std::map<std::string, Tensor> read_start(const std::filesystem::path& file) {
    const auto opened = tensor_io::SafetensorsFile::open(file);
    std::map<std::string, Tensor> result;
    for (const auto& info : opened.tensors()) {
        auto values = opened.read_f32(info);
        result[info.name] = torch::tensor(values).reshape(info.shape);
    }
    return result;
}

} // namespace cdra::engine
