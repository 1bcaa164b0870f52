// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Both estimators against plain autograd.
#define QT_NO_KEYWORDS // LibTorch has a member called slots

#include "core/base/random.h"
#include "core/engine/sensitivity/estimators.h"
#include "core/engine/sensitivity/sensitivity.h"
#include "tests/core/engine/random_models.h"
#include "tests/support/near.h"
#include "tests/support/temporary_folder.h"

#include <QTest>
#include <thread>
#include <torch/torch.h>

namespace engine = cdra::engine;
using engine::Estimator;
using engine::Tensor;

namespace {

constexpr int classes = 5;

// Every weight, bias and norm entry a leaf, nothing clever.
class Leaves final : public engine::Adaptation {
  public:
    std::map<std::string, Tensor> leaves; // by our names, qkv stacked

    Tensor project(int block, engine::Projection which, const Tensor& x,
                   const engine::Linear& frozen) override {
        static const char* const names[] = {"attn.qkv", "attn.proj", "mlp.fc1", "mlp.fc2"};
        const std::string name = "blocks." + std::to_string(block) + "." + names[static_cast<int>(which)];
        return torch::matmul(x, leaf(name + ".weight", frozen.weight).t()) +
               leaf(name + ".bias", frozen.bias);
    }
    Tensor normalise(const std::string& name, const Tensor& x, const Tensor& weight, const Tensor& bias,
                     double epsilon) override {
        const auto centred = x - x.mean(-1, true);
        return centred / (centred.square().mean(-1, true) + epsilon).sqrt() * leaf(name + ".weight", weight) +
               leaf(name + ".bias", bias);
    }

  private:
    Tensor leaf(const std::string& name, const Tensor& value) {
        auto& stored = leaves[name];
        if (!stored.defined()) stored = value.detach().clone().requires_grad_();
        return stored;
    }
};

struct Data {
    Tensor images, labels;
};
Data make_data(int count, int size) {
    torch::manual_seed(11);
    return {torch::randn({count, 3, size, size}), torch::randint(classes, {count}, torch::kInt64)};
}

engine::Vit model_of(const std::filesystem::path& file, const cdra::test::RandomVit& what) {
    cdra::test::RandomModel(what).write_timm(file);
    engine::Vit model(
        *cdra::checkpoint::open(file), what.patch * what.grid, cdra::checkpoint::Resampling::timm,
        what.class_token ? cdra::checkpoint::Pooling::cls : cdra::checkpoint::Pooling::mean, torch::kCPU);
    model.reset_head(classes, 3);
    return model;
}

engine::SensitivityInputs inputs_of(const engine::Vit& model, const Data& data, int batch_size) {
    engine::SensitivityInputs inputs{.model = model, .next = {}, .samples = data.images.size(0)};
    inputs.next = [&data, batch_size, at = std::int64_t{0}](engine::LabelledImages& batch) mutable {
        const auto count = std::min<std::int64_t>(batch_size, data.images.size(0) - at);
        if (count <= 0) return false;
        batch = {data.images.narrow(0, at, count), data.labels.narrow(0, at, count)};
        at += count;
        return true;
    };
    return inputs;
}

cdra::sensitivity::SensitivityMap compute(const engine::SensitivityInputs& inputs,
                                          const std::stop_token& stop = {}) {
    cdra::NullProgress silent;
    return engine::compute_sensitivity(inputs, silent, stop);
}

// The squares of each group's gradient, averaged: groups of one are Eq. 3.
std::map<std::string, Tensor> autograd_loop(const engine::Vit& model, const Data& data, int group,
                                            double drop_path, std::uint64_t seed) {
    std::map<std::string, Tensor> sums;
    int groups = 0;
    for (std::int64_t at = 0; at < data.images.size(0); at += group, ++groups) {
        Leaves leaves;
        engine::ForwardOptions options;
        options.adaptation = &leaves;
        options.training = drop_path > 0;
        options.drop_path = drop_path;
        options.random_seed = cdra::mix_seed(seed, static_cast<std::uint64_t>(groups));
        const auto logits = model.logits(data.images.narrow(0, at, group), options);
        torch::nn::functional::cross_entropy(logits, data.labels.narrow(0, at, group)).backward();
        for (const auto& [name, leaf] : leaves.leaves) {
            if (!leaf.grad().defined()) continue;
            const auto square = leaf.grad().to(torch::kFloat64).square();
            sums[name] = sums[name].defined() ? sums[name] + square : square;
        }
    }
    for (auto& [name, sum] : sums)
        sum = (sum / groups).to(torch::kFloat32).contiguous();
    return sums;
}

std::string compare(const cdra::sensitivity::SensitivityMap& map, const std::map<std::string, Tensor>& want,
                    double tolerance) {
    const auto check = [&](std::string name, std::span<const float> values) {
        int part = -1;
        for (const char* letter : {".attn.q", ".attn.k", ".attn.v"}) {
            ++part;
            const auto at = name.find(letter);
            if (at == std::string::npos || name.find("attn.proj") != std::string::npos) continue;
            name.replace(at, 7, ".attn.qkv");
            break;
        }
        Tensor expected = want.at(name);
        if (name.find("qkv") != std::string::npos) expected = expected.chunk(3)[part];
        expected = expected.contiguous();
        const float* data = expected.const_data_ptr<float>();
        const auto differing =
            cdra::test::difference(values, {data, static_cast<std::size_t>(expected.numel())}, tolerance);
        // The gradient of a key's bias is zero in exact arithmetic: softmax does not see it. Only rounding is
        // left.
        const bool key_bias = part == 1 && name.ends_with("qkv.bias");
        return differing.empty() || key_bias ? std::string() : name + ": " + differing;
    };
    for (const auto& matrix : map.matrices)
        if (auto error = check(matrix.shape.name + ".weight", matrix.values); !error.empty()) return error;
    for (const auto& vector : map.vectors)
        if (auto error = check(vector.shape.name, vector.values); !error.empty()) return error;
    return {};
}

} // namespace

class SensitivityEstimatorsTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void per_sample_equals_autograd_data();
    void per_sample_equals_autograd();
    void products_equal_the_kernel();
    void batch_size_does_not_matter();
    void same_bits_again();
    void batch_equals_autograd();
    void vectors_and_matrices_are_all_there();
    void refuses_a_zero_or_missing_head();
    void refuses_labels_out_of_range();
    void names_what_is_not_finite();
    void stops_within_a_batch();

  private:
    cdra::test::TemporaryFolder folder_;
};

void SensitivityEstimatorsTest::per_sample_equals_autograd_data() {
    QTest::addColumn<int>("grid");
    QTest::addColumn<bool>("class_token");
    QTest::addColumn<bool>("swiglu");
    QTest::addColumn<bool>("mean");
    for (const bool mean : {false, true}) {
        const char* loss = mean ? "mean" : "sum";
        QTest::addRow("1 token, %s", loss) << 1 << false << false << mean;
        QTest::addRow("17 tokens, %s", loss) << 4 << true << false << mean;
        QTest::addRow("17 tokens, SwiGLU, %s", loss) << 4 << true << true << mean;
        QTest::addRow("197 tokens, %s", loss) << 14 << true << false << mean;
    }
}

void SensitivityEstimatorsTest::per_sample_equals_autograd() {
    QFETCH(int, grid);
    QFETCH(bool, class_token);
    QFETCH(bool, swiglu);
    QFETCH(bool, mean);
    cdra::test::RandomVit what;
    what.grid = grid;
    what.class_token = class_token;
    what.swiglu = swiglu;
    what.layer_scale = swiglu;
    const auto model = model_of(folder_ / "model.safetensors", what);
    const auto data = make_data(7, what.patch * grid);
    QCOMPARE(model.last_hidden_state(data.images).size(1), std::int64_t{grid} * grid + (class_token ? 1 : 0));
    auto inputs = inputs_of(model, data, 3); // batches of 3, 3 and 1
    inputs.reduction = mean ? engine::Reduction::mean : engine::Reduction::sum;
    auto want = autograd_loop(model, data, 1, 0, 0);
    const auto map = compute(inputs);
    if (grid == 1) {
        // One token attends to itself whatever its query and key: their gradients are zero but for rounding.
        const auto largest = [](std::span<const float> values) {
            return *std::ranges::max_element(values);
        };
        const float value_sensitivity = largest(map.matrices.at(2).values);
        QVERIFY(value_sensitivity > 0);
        for (const auto& matrix : map.matrices)
            if (matrix.shape.kind < 2) QVERIFY(largest(matrix.values) < 1e-9F * value_sensitivity);
        auto other = map;
        std::erase_if(other.matrices, [](const auto& matrix) { return matrix.shape.kind < 2; });
        std::erase_if(other.vectors,
                      [](const auto& vector) { return vector.shape.name.ends_with("q.bias"); });
        const auto error = compare(other, want, 1e-5);
        QVERIFY2(error.empty(), error.c_str());
        return;
    }
    const auto error = compare(map, want, 1e-5);
    QVERIFY2(error.empty(), error.c_str());
    QCOMPARE(map.provenance.estimator, std::string("per-sample"));
}

void SensitivityEstimatorsTest::products_equal_the_kernel() {
    torch::manual_seed(2);
    // 300 samples of 512 × 512: more than one portion of the scratch memory.
    const auto x = torch::randn({300, 3, 512}), gradient = torch::randn({300, 3, 512});
    auto by_products = torch::rand({512, 512}), by_kernel = by_products.clone();
    engine::add_squared_gradients_by_products(by_products, x, gradient);
    engine::kernels::SquaredGradient().accumulate({300, 3, 512, 512}, x.const_data_ptr<float>(),
                                                  gradient.const_data_ptr<float>(),
                                                  by_kernel.mutable_data_ptr<float>());
    const auto span = [](const Tensor& t) {
        return std::span(t.const_data_ptr<float>(), std::size_t(t.numel()));
    };
    const auto error = cdra::test::difference(span(by_products), span(by_kernel), 1e-5);
    QVERIFY2(error.empty(), error.c_str());
}

void SensitivityEstimatorsTest::batch_size_does_not_matter() {
    const cdra::test::RandomVit what;
    const auto model = model_of(folder_ / "model.safetensors", what);
    const auto data = make_data(9, 16);
    const auto one = compute(inputs_of(model, data, 1)), many = compute(inputs_of(model, data, 4));
    for (std::size_t i = 0; i < one.matrices.size(); ++i) {
        const auto error = cdra::test::difference(many.matrices[i].values, one.matrices[i].values, 1e-5);
        QVERIFY2(error.empty(), error.c_str());
    }
}

void SensitivityEstimatorsTest::same_bits_again() {
    const auto model = model_of(folder_ / "model.safetensors", {});
    const auto data = make_data(8, 16);
    for (const auto estimator : {Estimator::per_sample, Estimator::batch}) {
        auto inputs = inputs_of(model, data, 4);
        inputs.estimator = estimator;
        auto again = inputs;
        QCOMPARE(cdra::sensitivity::fingerprint(compute(again)),
                 cdra::sensitivity::fingerprint(compute(inputs)));
    }
}

void SensitivityEstimatorsTest::batch_equals_autograd() {
    cdra::test::RandomVit what;
    what.depth = 3;
    const auto model = model_of(folder_ / "model.safetensors", what);
    const auto data = make_data(12, 16);
    auto inputs = inputs_of(model, data, 4);
    inputs.estimator = Estimator::batch;
    inputs.drop_path = 0.5; // high enough that paths are dropped in 3 batches of 4
    inputs.seed = 21;
    const auto map = compute(inputs);
    const auto error = compare(map, autograd_loop(model, data, 4, 0.5, 21), 1e-5);
    QVERIFY2(error.empty(), error.c_str());
    QVERIFY(!compare(map, autograd_loop(model, data, 4, 0, 21), 1e-2).empty()); // paths were dropped indeed
    QCOMPARE(map.provenance.estimator, std::string("batch"));
}

void SensitivityEstimatorsTest::vectors_and_matrices_are_all_there() {
    const auto model = model_of(folder_ / "model.safetensors", {});
    const auto data = make_data(2, 16);
    const auto map = compute(inputs_of(model, data, 2));
    const auto matrices = cdra::checkpoint::candidate_matrices(model.spec());
    const auto vectors = cdra::checkpoint::tunable_vectors(model.spec());
    QCOMPARE(map.matrices.size(), matrices.size());
    QCOMPARE(map.vectors.size(), vectors.size());
    for (std::size_t i = 0; i < matrices.size(); ++i) {
        QCOMPARE(map.matrices[i].shape.name, matrices[i].name);
        QCOMPARE(std::int64_t(map.matrices[i].values.size()), matrices[i].size());
    }
    for (std::size_t i = 0; i < vectors.size(); ++i)
        QCOMPARE(map.vectors[i].shape.name, vectors[i].name);
}

void SensitivityEstimatorsTest::refuses_a_zero_or_missing_head() {
    auto model = model_of(folder_ / "model.safetensors", {});
    const auto data = make_data(2, 16);
    model.set_tensor("head.weight", torch::zeros_like(model.tensor("head.weight")));
    QVERIFY_EXCEPTION_THROWN(compute(inputs_of(model, data, 2)), cdra::InputError);
    const engine::Vit headless(*cdra::checkpoint::open(folder_ / "model.safetensors"), 16,
                               cdra::checkpoint::Resampling::timm, cdra::checkpoint::Pooling::cls,
                               torch::kCPU);
    QVERIFY_EXCEPTION_THROWN(compute(inputs_of(headless, data, 2)), cdra::InputError);
}

void SensitivityEstimatorsTest::refuses_labels_out_of_range() {
    const auto model = model_of(folder_ / "model.safetensors", {});
    auto data = make_data(2, 16);
    data.labels[1] = classes;
    QVERIFY_EXCEPTION_THROWN(compute(inputs_of(model, data, 2)), cdra::InputError);
}

void SensitivityEstimatorsTest::names_what_is_not_finite() {
    auto model = model_of(folder_ / "model.safetensors", {});
    auto bias = model.tensor("blocks.1.mlp.fc1.bias").clone();
    bias[3] = std::numeric_limits<float>::quiet_NaN();
    model.set_tensor("blocks.1.mlp.fc1.bias", bias);
    const auto data = make_data(2, 16);
    try {
        compute(inputs_of(model, data, 2));
        QFAIL("no exception");
    } catch (const cdra::Error& error) {
        QVERIFY2(std::string(error.what()).find("blocks.0.attn.q") != std::string::npos, error.what());
    }
}

void SensitivityEstimatorsTest::stops_within_a_batch() {
    cdra::test::RandomVit what;
    what.grid = 14;
    what.depth = 40;
    what.dim = 64;
    const auto model = model_of(folder_ / "model.safetensors", what);
    const auto data = make_data(64, 56);
    for (const auto estimator : {Estimator::per_sample, Estimator::batch}) {
        std::stop_source stop;
        int batches = 0;
        auto inputs = inputs_of(model, data, 64);
        inputs.estimator = estimator;
        // The stop comes while the first and only batch is computed: whoever looks only between batches
        // misses it.
        inputs.next = [&, next = inputs.next](engine::LabelledImages& batch) mutable {
            const bool more = next(batch);
            if (more && ++batches == 1)
                std::thread([source = stop]() mutable {
                    std::this_thread::sleep_for(std::chrono::milliseconds(30));
                    source.request_stop();
                }).detach();
            return more;
        };
        struct Reports final : cdra::ProgressSink {
            std::int64_t done = 0;
            void report(const cdra::Progress& progress) override { done = progress.done; }
        } reports;
        QVERIFY_EXCEPTION_THROWN(engine::compute_sensitivity(inputs, reports, stop.get_token()),
                                 cdra::Cancelled);
        QCOMPARE(batches, 1);
        QCOMPARE(reports.done, std::int64_t{0});
    }
}

QTEST_GUILESS_MAIN(SensitivityEstimatorsTest)
#include "sensitivity_estimators_test.moc"
