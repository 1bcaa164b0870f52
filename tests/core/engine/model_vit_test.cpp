// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#define QT_NO_KEYWORDS // LibTorch has a member called slots

#include "core/base/error.h"
#include "core/engine/model/attention.h"
#include "core/engine/model/position.h"
#include "core/engine/model/preprocessing.h"
#include "core/engine/model/vit.h"
#include "tests/core/engine/random_models.h"
#include "tests/support/near.h"
#include "tests/support/temporary_folder.h"

#include <QTest>
#include <torch/torch.h>

namespace engine = cdra::engine;
namespace checkpoint = cdra::checkpoint;
using engine::Tensor;

namespace {

std::span<const float> values(const Tensor& tensor) {
    return {tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

std::string difference(const Tensor& got, const Tensor& want, double tolerance) {
    return cdra::test::difference(values(got.contiguous()), values(want.contiguous()), tolerance);
}

engine::Vit open(const std::filesystem::path& file, int size,
                 checkpoint::Pooling pooling = checkpoint::Pooling::cls,
                 checkpoint::Resampling resampling = checkpoint::Resampling::timm) {
    return engine::Vit(*checkpoint::open(file), size, resampling, pooling, torch::kCPU);
}

// The whole model from its description, one sentence a line; nothing shared with the fast one but the
// tensors.
Tensor naive_hidden_state(const engine::Vit& model, const Tensor& images) {
    const auto& spec = model.spec();
    const auto t = [&](const std::string& name) { return model.tensor(name); };
    const std::int64_t grid = model.image_size() / spec.patch, dim = spec.dim;
    auto patches = images.unfold(2, spec.patch, spec.patch).unfold(3, spec.patch, spec.patch);
    patches = patches.permute({0, 2, 3, 1, 4, 5}).reshape({images.size(0), grid * grid, -1});
    auto x = torch::matmul(patches, t("patch_embed.weight").reshape({dim, -1}).t()) + t("patch_embed.bias");
    if (spec.class_token) x = torch::cat({t("cls_token").expand({x.size(0), 1, dim}), x}, 1);
    x = x + t("pos_embed");
    if (spec.registers > 0)
        x = torch::cat(
            {x.slice(1, 0, 1), t("registers").expand({x.size(0), spec.registers, dim}), x.slice(1, 1)}, 1);
    const auto linear = [&](const Tensor& input, const std::string& name) {
        return torch::matmul(input, t(name + ".weight").t()) + t(name + ".bias");
    };
    const auto norm = [&](const Tensor& input, const std::string& name) {
        const auto centred = input - input.mean(-1, true);
        return centred / (centred.square().mean(-1, true) + spec.norm_epsilon).sqrt() * t(name + ".weight") +
               t(name + ".bias");
    };
    for (int block = 0; block < spec.depth; ++block) {
        const std::string p = "blocks." + std::to_string(block) + ".";
        auto y = norm(x, p + "norm1");
        const auto heads = [&](const Tensor& z) {
            return z.reshape({z.size(0), z.size(1), spec.heads, -1}).transpose(1, 2);
        };
        const auto q = heads(linear(y, p + "attn.q")), k = heads(linear(y, p + "attn.k")),
                   v = heads(linear(y, p + "attn.v"));
        const auto weights =
            torch::softmax(torch::matmul(q, k.transpose(2, 3)) / std::sqrt(double(dim) / spec.heads), -1);
        y = linear(torch::matmul(weights, v).transpose(1, 2).reshape(x.sizes()), p + "attn.proj");
        x = x + (spec.layer_scale ? y * t(p + "ls1") : y);
        y = linear(norm(x, p + "norm2"), p + "mlp.fc1");
        if (spec.swiglu) {
            const auto gate = y.slice(2, 0, spec.mlp_dim / 2);
            y = gate * torch::sigmoid(gate) * y.slice(2, spec.mlp_dim / 2);
        } else {
            y = 0.5 * y * (1 + torch::erf(y / std::sqrt(2.0)));
        }
        y = linear(y, p + "mlp.fc2");
        x = x + (spec.layer_scale ? y * t(p + "ls2") : y);
    }
    return norm(x, "norm");
}

} // namespace

class ModelVitTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void equals_its_description_data();
    void equals_its_description();
    void naming_does_not_matter();
    void pooling();
    void drops_paths_by_seed();
    void head_is_a_function_of_the_seed();
    void tensors_by_name();
    void resampled_positions();
    void refuses_what_does_not_fit();
    void resolves_preprocessing();
    void watching_changes_nothing();
    void the_class_tokens_feature_is_that_of_all_tokens();

  private:
    cdra::test::TemporaryFolder folder_;
};

void ModelVitTest::equals_its_description_data() {
    QTest::addColumn<bool>("class_token");
    QTest::addColumn<bool>("layer_scale");
    QTest::addColumn<bool>("swiglu");
    QTest::addColumn<int>("registers");
    QTest::newRow("ViT") << true << false << false << 0;
    QTest::newRow("no class token") << false << false << false << 0;
    QTest::newRow("DINOv2") << true << true << false << 0;
    QTest::newRow("DINOv2-g with registers") << true << true << true << 4;
}

void ModelVitTest::equals_its_description() {
    QFETCH(bool, class_token);
    QFETCH(bool, layer_scale);
    QFETCH(bool, swiglu);
    QFETCH(int, registers);
    cdra::test::RandomVit what;
    what.class_token = class_token;
    what.layer_scale = layer_scale;
    what.swiglu = swiglu;
    what.registers = registers;
    what.depth = 3;
    cdra::test::RandomModel(what).write_timm(folder_ / "model.safetensors");
    const auto model = open(folder_ / "model.safetensors", 16,
                            class_token ? checkpoint::Pooling::cls : checkpoint::Pooling::mean);
    torch::manual_seed(1);
    const auto images = torch::randn({3, 3, 16, 16});
    const auto hidden = model.last_hidden_state(images);
    QCOMPARE(hidden.size(1), std::int64_t{16 + registers + (class_token ? 1 : 0)});
    const auto error = difference(hidden, naive_hidden_state(model, images), 1e-5);
    QVERIFY2(error.empty(), error.c_str());
}

void ModelVitTest::naming_does_not_matter() {
    cdra::test::RandomVit what;
    what.layer_scale = true;
    const cdra::test::RandomModel random(what);
    random.write_timm(folder_ / "timm.safetensors");
    random.write_hf_dinov2(folder_ / "hf.safetensors");
    const auto images = torch::randn({2, 3, 16, 16});
    const auto timm = open(folder_ / "timm.safetensors", 16).features(images);
    QVERIFY(timm.abs().max().item<float>() > 0);
    QVERIFY(torch::equal(open(folder_ / "hf.safetensors", 16).features(images), timm));
}

void ModelVitTest::pooling() {
    cdra::test::RandomVit what;
    what.registers = 2;
    cdra::test::RandomModel(what).write_timm(folder_ / "model.safetensors");
    const auto images = torch::randn({2, 3, 16, 16});
    const auto file = folder_ / "model.safetensors";
    const auto hidden = open(file, 16).last_hidden_state(images);
    const auto cls = hidden.select(1, 0), mean = hidden.slice(1, 3).mean(1);
    const auto both = open(file, 16, checkpoint::Pooling::cls_mean);
    QCOMPARE(both.feature_dim(), 256);
    const std::pair<checkpoint::Pooling, Tensor> expected[] = {
        {checkpoint::Pooling::cls, cls},
        {checkpoint::Pooling::mean, mean},
        {checkpoint::Pooling::cls_mean, torch::cat({cls, mean}, 1)}};
    for (const auto& [how, want] : expected) {
        const auto error = difference(open(file, 16, how).features(images), want, 1e-6);
        QVERIFY2(error.empty(), error.c_str());
    }
}

void ModelVitTest::drops_paths_by_seed() {
    cdra::test::RandomVit what;
    what.depth = 4;
    cdra::test::RandomModel(what).write_timm(folder_ / "model.safetensors");
    const auto model = open(folder_ / "model.safetensors", 16);
    const auto images = torch::randn({1, 3, 16, 16}).expand({64, 3, 16, 16}).contiguous();
    engine::ForwardOptions options;
    options.drop_path = 0.5;
    options.random_seed = 9;
    const auto whole = model.features(images, options); // evaluation: nothing is dropped
    QVERIFY(torch::equal(whole, model.features(images)));
    options.training = true;
    const auto dropped = model.features(images, options);
    QVERIFY(torch::equal(dropped, model.features(images, options)));
    options.random_seed = 10;
    QVERIFY(!torch::equal(dropped, model.features(images, options)));
    QVERIFY(!torch::allclose(dropped[0], dropped[1]) ||
            !torch::allclose(dropped[0], dropped[2])); // sample by sample
    // Two blocks: the first never drops, the second does with the full rate, and what is kept is scaled by
    // 1/(1 − p).
    what.depth = 2;
    cdra::test::RandomModel(what).write_timm(folder_ / "two.safetensors");
    const auto two = open(folder_ / "two.safetensors", 16);
    struct Count final : engine::Adaptation {
        Tensor first, last;
        Tensor before_block(int block, const Tensor& x) override { return (block == 0 ? first : last) = x; }
    } count, plain;
    options.adaptation = &count;
    two.features(images, options);
    two.features(images, {.adaptation = &plain});
    QVERIFY(torch::equal(count.last, plain.last));
}

void ModelVitTest::head_is_a_function_of_the_seed() {
    cdra::test::RandomModel({}).write_timm(folder_ / "model.safetensors");
    auto model = open(folder_ / "model.safetensors", 16);
    QVERIFY(!model.has("head.weight"));
    QVERIFY_EXCEPTION_THROWN(model.logits(torch::zeros({1, 3, 16, 16})), cdra::InputError);
    model.reset_head(100, 7);
    const auto head = model.tensor("head.weight").clone();
    QCOMPARE(head.sizes().vec(), (std::vector<std::int64_t>{100, 128}));
    QVERIFY(std::fabs(head.std().item<double>() - 0.02) < 0.0005);
    QVERIFY(std::fabs(head.mean().item<double>()) < 0.0005);
    QVERIFY(!model.tensor("head.bias").any().item<bool>());
    model.reset_head(100, 8);
    QVERIFY(!torch::equal(head, model.tensor("head.weight")));
    model.reset_head(100, 7);
    QVERIFY(torch::equal(head, model.tensor("head.weight")));
    QCOMPARE(model.logits(torch::zeros({2, 3, 16, 16})).sizes().vec(), (std::vector<std::int64_t>{2, 100}));
}

void ModelVitTest::tensors_by_name() {
    cdra::test::RandomModel({}).write_timm(folder_ / "model.safetensors");
    auto model = open(folder_ / "model.safetensors", 16);
    const auto fused = model.tensor("blocks.1.attn.qkv.weight");
    QVERIFY(torch::equal(
        torch::cat({model.tensor("blocks.1.attn.q.weight"), model.tensor("blocks.1.attn.k.weight"),
                    model.tensor("blocks.1.attn.v.weight")}),
        fused));
    QVERIFY(model.tensor("blocks.1.attn.q.weight").is_alias_of(fused));
    const auto names = model.tensor_names();
    QVERIFY(std::ranges::find(names, "blocks.0.attn.k.weight") != names.end());
    QVERIFY(std::ranges::find(names, "blocks.0.attn.qkv.weight") == names.end());
    for (const auto& name : names)
        QVERIFY2(model.tensor(name).defined(), name.c_str());
    // A bias of the three may be trained alone.
    const auto leaf = model.tensor("blocks.1.attn.v.bias").clone().requires_grad_();
    model.set_tensor("blocks.1.attn.v.bias", leaf);
    model.features(torch::randn({2, 3, 16, 16})).sum().backward();
    QVERIFY(leaf.grad().abs().max().item<float>() > 0);
    QVERIFY_EXCEPTION_THROWN(model.set_tensor("blocks.1.attn.v.weight", torch::zeros({128, 128})),
                             cdra::InputError);
    QVERIFY_EXCEPTION_THROWN(model.set_tensor("norm.bias", torch::zeros({127})), cdra::InputError);
    QVERIFY_EXCEPTION_THROWN(model.set_tensor("norms.bias", torch::zeros({128})), cdra::InputError);
    QVERIFY_EXCEPTION_THROWN(model.tensor("blocks.2.attn.q.weight"), cdra::InputError);
}

void ModelVitTest::resampled_positions() {
    torch::manual_seed(3);
    const auto stored = torch::randn({1, 1 + 37 * 37, 8});
    const auto resample = [&](const Tensor& from, int target, checkpoint::Resampling how) {
        return engine::resample_positions(from, 1, 37, 37, target, how);
    };
    for (const auto how : {checkpoint::Resampling::timm, checkpoint::Resampling::hf}) {
        QVERIFY(torch::equal(resample(stored, 37, how), stored));
        const auto small = resample(stored, 4, how);
        QCOMPARE(small.sizes().vec(), (std::vector<std::int64_t>{1, 17, 8}));
        QVERIFY(torch::equal(small.select(1, 0), stored.select(1, 0)));
        QVERIFY(
            torch::allclose(resample(torch::full_like(stored, 2.5), 16, how), torch::full({1, 257, 8}, 2.5)));
    }
    QVERIFY(!difference(resample(stored, 4, checkpoint::Resampling::timm),
                        resample(stored, 4, checkpoint::Resampling::hf), 0.1)
                 .empty());
}

void ModelVitTest::refuses_what_does_not_fit() {
    cdra::test::RandomVit what;
    what.class_token = false;
    cdra::test::RandomModel(what).write_timm(folder_ / "model.safetensors");
    const auto file = folder_ / "model.safetensors";
    QVERIFY_EXCEPTION_THROWN(open(file, 18, checkpoint::Pooling::mean), cdra::InputError);
    QVERIFY_EXCEPTION_THROWN(open(file, 0, checkpoint::Pooling::mean), cdra::InputError);
    QVERIFY_EXCEPTION_THROWN(open(file, 16, checkpoint::Pooling::cls), cdra::InputError);
    const auto model = open(file, 16, checkpoint::Pooling::mean);
    QVERIFY_EXCEPTION_THROWN(model.features(torch::zeros({1, 3, 20, 20})), cdra::InputError);
    QVERIFY_EXCEPTION_THROWN(model.features(torch::zeros({1, 1, 16, 16})), cdra::InputError);
}

void ModelVitTest::resolves_preprocessing() {
    checkpoint::VitSpec spec;
    spec.patch = 14;
    spec.grid_height = spec.grid_width = 37;
    QCOMPARE(engine::resolve_preprocessing(spec, {}).image_size, 518);
    QCOMPARE(engine::resolve_preprocessing(spec, {}).mean[0], 0.5F);
    spec.family = "dinov2";
    QCOMPARE(engine::resolve_preprocessing(spec, {}).mean[1], 0.456F);
    QCOMPARE(engine::resolve_preprocessing(spec, {}).std[2], 0.225F);
    spec.mean = {0.1F, 0.2F, 0.3F};
    QCOMPARE(engine::resolve_preprocessing(spec, {}).mean[2], 0.3F);
    cdra::job::DataChoice data;
    data.image_size = 56;
    data.mean = {0.0F, 0.0F, 0.25F};
    QCOMPARE(engine::resolve_preprocessing(spec, data).mean[2], 0.25F);
    QCOMPARE(engine::resolve_preprocessing(spec, data).image_size, 56);
    data.std = {1.0F, 0.0F, 1.0F};
    QVERIFY_EXCEPTION_THROWN(engine::resolve_preprocessing(spec, data), cdra::InputError);
    data.std.reset();
    data.image_size = 60;
    QVERIFY_EXCEPTION_THROWN(engine::resolve_preprocessing(spec, data), cdra::InputError);
    data.image_size = 56;
    data.resize = "stretch";
    QVERIFY_EXCEPTION_THROWN(engine::resolve_preprocessing(spec, data), cdra::InputError);
    QVERIFY(engine::resolve_device("cpu").is_cpu());
    for (const char* word : {"gpu", "cuda:", "cuda:x", "cuda:99", "cuda:-1"})
        QVERIFY_EXCEPTION_THROWN(engine::resolve_device(word), cdra::InputError);
}

// Whatever an adaptation does at any of its places, it does behind the watch, too.
class Everywhere final : public engine::Adaptation {
  public:
    Tensor project(int block, engine::Projection which, const Tensor& x, const engine::Linear& frozen) override {
        return engine::Adaptation::project(block, which, x, frozen) * 1.5;
    }
    Tensor normalise(const std::string& name, const Tensor& x, const Tensor& weight, const Tensor& bias, double epsilon) override {
        return engine::Adaptation::normalise(name, x, weight, bias, epsilon) + 0.25;
    }
    Tensor activate(int, const Tensor& hidden) override { return hidden.relu(); }
    Tensor before_block(int block, const Tensor& x) override { return x + 0.01 * block; }
    Tensor after_attention(int, const Tensor&, const Tensor& hidden) override { return hidden * 0.5; }
    Tensor after_mlp(int, const Tensor&, const Tensor& hidden) override { return hidden * 0.75; }
};

void ModelVitTest::watching_changes_nothing() {
    const torch::NoGradGuard no_grad;
    const auto file = folder_ / "watched.safetensors";
    cdra::test::RandomModel({}).write_timm(file);
    const auto model = open(file, 16);
    const auto images = torch::randn({2, 3, 16, 16});
    Everywhere everywhere;
    engine::AttentionWatch watch(model, everywhere);
    const auto plain = model.features(images), want = model.features(images, {.adaptation = &everywhere}),
               got = model.features(images, {.adaptation = &watch});
    QVERIFY(!plain.allclose(want));
    QCOMPARE(difference(got, want, 0), std::string());
    const auto weights = watch.weights();
    QVERIFY(torch::allclose(weights.sum(-1), torch::ones({weights.size(0), 2, weights.size(2), weights.size(3)})));
}

// The last block computes the class token alone where nothing else is wanted; its twin computes all.
void ModelVitTest::the_class_tokens_feature_is_that_of_all_tokens() {
    const auto file = folder_ / "class-token.safetensors";
    cdra::test::RandomModel({}).write_timm(file);
    const auto model = open(file, 16);
    const auto images = torch::randn({2, 3, 16, 16}).set_requires_grad(true);
    Everywhere everywhere;
    for (engine::Adaptation* adaptation : {static_cast<engine::Adaptation*>(nullptr), static_cast<engine::Adaptation*>(&everywhere)}) {
        // Dropped paths, too: a branch is dropped for an image, not for a token.
        const engine::ForwardOptions options{.adaptation = adaptation, .training = true, .drop_path = 0.5, .random_seed = 7};
        const auto got = model.features(images, options), want = model.last_hidden_state(images, options).select(1, 0);
        QVERIFY(want.abs().max().item<double>() > 0.1);
        QCOMPARE(difference(got, want, 1e-5), std::string());
        const auto ours = torch::autograd::grad({got.square().sum()}, {images})[0], twin = torch::autograd::grad({want.square().sum()}, {images})[0];
        QVERIFY(twin.abs().max().item<double>() > 1e-3);
        QCOMPARE(difference(ours, twin, 1e-4), std::string());
    }
}

QTEST_GUILESS_MAIN(ModelVitTest)
#include "model_vit_test.moc"
