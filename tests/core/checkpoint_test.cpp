// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/matrix_name.h"
#include "core/tensor_io/safetensors.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_inputs.h"

#include <QtTest>
#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <numeric>

using namespace cdra;
using namespace cdra::checkpoint;
using Shape = std::vector<std::int64_t>;

namespace {

// Tensors by stored name; each holds its own running numbers, so that every value tells where it came from.
struct Stored {
    std::map<std::string, Shape> shapes;
    std::map<std::string, std::vector<float>> values;

    void add(const std::string& name, const Shape& shape) { shapes[name] = shape; }
    void write(const std::filesystem::path& path) {
        std::vector<tensor_io::TensorView> views;
        float start = 0;
        for (const auto& [name, shape] : shapes) {
            auto& data = values[name];
            data.resize(static_cast<std::size_t>(
                std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>())));
            std::iota(data.begin(), data.end(), start += 1);
            views.push_back(tensor_io::view_f32(name, shape, data));
        }
        tensor_io::write_safetensors(path, views, {{"format", "pt"}});
    }
};

struct Form {
    std::int64_t depth = 2, dim = 64, hidden = 96, patch = 4, positions = 17;
    std::string prefix{};
};

Stored hf_vit(const Form& f) {
    Stored s;
    s.add(f.prefix + "embeddings.cls_token", {1, 1, f.dim});
    s.add(f.prefix + "embeddings.position_embeddings", {1, f.positions, f.dim});
    s.add(f.prefix + "embeddings.patch_embeddings.projection.weight", {f.dim, 3, f.patch, f.patch});
    s.add(f.prefix + "embeddings.patch_embeddings.projection.bias", {f.dim});
    for (std::int64_t i = 0; i < f.depth; ++i) {
        const std::string b = f.prefix + "encoder.layer." + std::to_string(i) + ".";
        const auto module = [&](const std::string& name, std::int64_t out, std::int64_t in) {
            s.add(b + name + ".weight", in ? Shape{out, in} : Shape{out});
            s.add(b + name + ".bias", {out});
        };
        module("layernorm_before", f.dim, 0);
        module("layernorm_after", f.dim, 0);
        for (const char* name : {"query", "key", "value"})
            module(std::string("attention.attention.") + name, f.dim, f.dim);
        module("attention.output.dense", f.dim, f.dim);
        module("intermediate.dense", f.hidden, f.dim);
        module("output.dense", f.dim, f.hidden);
    }
    s.add(f.prefix + "layernorm.weight", {f.dim});
    s.add(f.prefix + "layernorm.bias", {f.dim});
    return s;
}

Stored hf_dinov2(const Form& f, bool swiglu) {
    Stored s;
    s.add(f.prefix + "embeddings.cls_token", {1, 1, f.dim});
    s.add(f.prefix + "embeddings.mask_token", {1, f.dim});
    s.add(f.prefix + "embeddings.register_tokens", {1, 4, f.dim});
    s.add(f.prefix + "embeddings.position_embeddings", {1, f.positions, f.dim});
    s.add(f.prefix + "embeddings.patch_embeddings.projection.weight", {f.dim, 3, f.patch, f.patch});
    s.add(f.prefix + "embeddings.patch_embeddings.projection.bias", {f.dim});
    for (std::int64_t i = 0; i < f.depth; ++i) {
        const std::string b = f.prefix + "encoder.layer." + std::to_string(i) + ".";
        const auto module = [&](const std::string& name, std::int64_t out, std::int64_t in) {
            s.add(b + name + ".weight", in ? Shape{out, in} : Shape{out});
            s.add(b + name + ".bias", {out});
        };
        module("norm1", f.dim, 0);
        module("norm2", f.dim, 0);
        for (const char* name : {"query", "key", "value"})
            module(std::string("attention.attention.") + name, f.dim, f.dim);
        module("attention.output.dense", f.dim, f.dim);
        module(swiglu ? "mlp.weights_in" : "mlp.fc1", swiglu ? 2 * f.hidden : f.hidden, f.dim);
        module(swiglu ? "mlp.weights_out" : "mlp.fc2", f.dim, f.hidden);
        s.add(b + "layer_scale1.lambda1", {f.dim});
        s.add(b + "layer_scale2.lambda1", {f.dim});
    }
    s.add(f.prefix + "layernorm.weight", {f.dim});
    s.add(f.prefix + "layernorm.bias", {f.dim});
    return s;
}

Stored timm(const Form& f) {
    Stored s;
    s.add("cls_token", {1, 1, f.dim});
    s.add("pos_embed", {1, f.positions, f.dim});
    s.add("patch_embed.proj.weight", {f.dim, 3, f.patch, f.patch});
    s.add("patch_embed.proj.bias", {f.dim});
    for (std::int64_t i = 0; i < f.depth; ++i) {
        const std::string b = "blocks." + std::to_string(i) + ".";
        const auto module = [&](const std::string& name, std::int64_t out, std::int64_t in) {
            s.add(b + name + ".weight", in ? Shape{out, in} : Shape{out});
            s.add(b + name + ".bias", {out});
        };
        module("norm1", f.dim, 0);
        module("norm2", f.dim, 0);
        module("attn.qkv", 3 * f.dim, f.dim);
        module("attn.proj", f.dim, f.dim);
        module("mlp.fc1", f.hidden, f.dim);
        module("mlp.fc2", f.dim, f.hidden);
    }
    s.add("norm.weight", {f.dim});
    s.add("norm.bias", {f.dim});
    return s;
}

} // namespace

class CheckpointTest : public QObject {
    Q_OBJECT

    static std::string corrupt(const std::function<void()>& act) {
        try {
            act();
        } catch (const CorruptFile& error) {
            return error.what();
        }
        return {};
    }
    static bool names(const std::string& message, std::initializer_list<const char*> parts) {
        return std::ranges::all_of(parts,
                                   [&](const char* part) { return message.find(part) != std::string::npos; });
    }
    // Every tensor the spec asks for is there, and its size is what the spec says.
    static void check_complete(const Checkpoint& model) {
        for (const auto& matrix : candidate_matrices(model.spec()))
            QCOMPARE(model.read(matrix.name + ".weight").values.size(),
                     static_cast<std::size_t>(matrix.size()));
        for (const auto& vector : tunable_vectors(model.spec()))
            QCOMPARE(model.read(vector.name).values.size(), static_cast<std::size_t>(vector.size));
        std::int64_t total = 0;
        for (const auto& [name, source] : model.tensors())
            if (!name.starts_with("head."))
                total += std::accumulate(source.shape.begin(), source.shape.end(), std::int64_t{1},
                                         std::multiplies<>());
        QCOMPARE(total, backbone_parameters(model.spec()));
    }

  private slots:
    void published_sizes() {
        VitSpec base;
        base.depth = 12, base.dim = 768, base.heads = 12, base.mlp_dim = 3072, base.patch = 16,
        base.grid_height = base.grid_width = 14;
        QCOMPARE(backbone_parameters(base), std::int64_t{85'798'656});
        QCOMPARE(candidate_matrices(base).size(), std::size_t{72});
        std::int64_t biases = base.dim; // the patch embedding's
        for (const auto& vector : tunable_vectors(base))
            if (vector.name.ends_with(".bias")) biases += vector.size;
        QCOMPARE(biases, std::int64_t{102'912}); // method Bias
        VitSpec small = base;
        small.dim = 384, small.heads = 6, small.mlp_dim = 1536, small.patch = 14,
        small.grid_height = small.grid_width = 37, small.layer_scale = true;
        std::int64_t weights = 0;
        for (const auto& matrix : candidate_matrices(small))
            weights += matrix.size();
        QCOMPARE(weights, std::int64_t{21'233'664});
        VitSpec giant = base; // DINOv2-g: SwiGLU
        giant.dim = 1536, giant.mlp_dim = 8192, giant.swiglu = true;
        QCOMPARE(candidate_matrices(giant)[4].out, std::int64_t{8192});
        QCOMPARE(candidate_matrices(giant)[5].in, std::int64_t{4096});
    }

    void names_of_matrices() {
        QCOMPARE(matrix_shape("blocks.11.mlp.fc2", 3, 4)->block, 11);
        QCOMPARE(matrix_shape("blocks.11.mlp.fc2", 3, 4)->kind, 5);
        for (const char* bad : {"blocks.1.attn.qkv", "blocks.01.attn.q", "blocks.-1.attn.q", "blocks.attn.q",
                                "block.1.attn.q", "blocks.1.attn.q.weight", "blocks.9999999999.attn.q"})
            QVERIFY2(!matrix_shape(bad, 3, 4), bad);
    }

    void hugging_face_vit() {
        test::TemporaryFolder folder;
        for (const char* prefix : {"", "vit."}) {
            Stored stored = hf_vit({.prefix = prefix});
            stored.add("classifier.weight", {10, 64});
            stored.add("classifier.bias", {10});
            stored.add(std::string(prefix) + "pooler.dense.weight", {64, 64});
            stored.write(folder / "model.safetensors");
            const auto model = open(folder.path()); // the folder stands for its file
            QCOMPARE(model->format(), std::string("safetensors, Hugging Face ViT"));
            const VitSpec& spec = model->spec();
            QVERIFY(spec.family == "vit" && spec.naming == Naming::hf &&
                    spec.default_resampling() == Resampling::hf);
            QCOMPARE(std::tuple(spec.depth, spec.dim, spec.heads, spec.mlp_dim, spec.patch),
                     std::tuple(2, 64, 1, 96, 4));
            QCOMPARE(std::tuple(spec.grid_height, spec.grid_width, spec.class_position, spec.classes),
                     std::tuple(4, 4, true, 10));
            QCOMPARE(spec.norm_epsilon, 1e-12);
            QVERIFY(!spec.fused_qkv && spec.qkv_bias && !spec.layer_scale && !spec.swiglu);
            check_complete(*model);
            QVERIFY(model->read("blocks.1.attn.k.weight").values ==
                    stored.values.at(std::string(prefix) + "encoder.layer.1.attention.attention.key.weight"));
            QVERIFY(model->read("head.weight").values == stored.values.at("classifier.weight"));
            QVERIFY(model->unused() ==
                    (std::vector<std::string>{std::string(prefix) + "pooler.dense.weight"}));
            QVERIFY_EXCEPTION_THROWN(model->read("nothing"), InputError);
        }
    }

    void hugging_face_dinov2() {
        test::TemporaryFolder folder;
        for (const bool swiglu : {false, true}) {
            Stored stored = hf_dinov2({.patch = 14, .prefix = "dinov2."}, swiglu);
            stored.add("classifier.weight", {5, 128}); // class token and mean of the patches
            stored.add("classifier.bias", {5});
            stored.write(folder / "m.safetensors");
            const auto model = open(folder / "m.safetensors");
            QCOMPARE(model->format(), std::string("safetensors, Hugging Face DINOv2"));
            const VitSpec& spec = model->spec();
            QVERIFY(spec.family == "dinov2" && spec.layer_scale && spec.swiglu == swiglu);
            QCOMPARE(spec.mlp_dim, swiglu ? 192 : 96);
            QCOMPARE(spec.registers, 4);
            QCOMPARE(spec.norm_epsilon, 1e-6);
            check_complete(*model);
            QVERIFY(model->read("blocks.1.ls2").values ==
                    stored.values.at("dinov2.encoder.layer.1.layer_scale2.lambda1"));
            QVERIFY(model->read("head.weight").shape == (Shape{5, 128}));
            QVERIFY(model->unused() == (std::vector<std::string>{"dinov2.embeddings.mask_token"}));
        }
    }

    void timm_fused() {
        test::TemporaryFolder folder;
        Stored stored = timm({});
        stored.add("head.weight", {7, 64});
        stored.add("head.bias", {7});
        stored.write(folder / "m.safetensors");
        const auto model = open(folder / "m.safetensors");
        const VitSpec& spec = model->spec();
        QVERIFY(spec.family == "vit" && spec.fused_qkv && spec.default_resampling() == Resampling::timm);
        QCOMPARE(spec.norm_epsilon, 1e-6);
        QCOMPARE(spec.classes, 7);
        check_complete(*model);
        const auto& fused = stored.values.at("blocks.1.attn.qkv.weight");
        QVERIFY(model->read("blocks.1.attn.v.weight").values ==
                std::vector<float>(fused.begin() + 2 * 64 * 64, fused.end()));
        const auto& bias = stored.values.at("blocks.0.attn.qkv.bias");
        QVERIFY(model->read("blocks.0.attn.k.bias").values ==
                std::vector<float>(bias.begin() + 64, bias.begin() + 128));
        const TensorSource& source = model->tensors().at("blocks.1.attn.k.weight");
        QCOMPARE(source.tensor, std::string("blocks.1.attn.qkv.weight"));
        QCOMPARE(std::pair(source.row_begin, source.row_end),
                 (std::pair<std::int64_t, std::int64_t>(64, 128)));
    }

    void timm_variants() {
        test::TemporaryFolder folder;
        const auto path = folder / "m.safetensors";
        Stored stored = timm(
            {.patch = 14, .positions = 16}); // positions without the class token's, registers, LayerScale
        stored.add("reg_token", {1, 4, 64});
        for (const char* block : {"blocks.0.", "blocks.1."})
            for (const char* scale : {"ls1.gamma", "ls2.gamma"})
                stored.add(std::string(block) + scale, {64});
        stored.write(path);
        QVERIFY(open(path)->spec().class_token && !open(path)->spec().class_position);
        QVERIFY(open(path)->spec().family == "dinov2" && open(path)->spec().registers == 4);
        check_complete(*open(path));

        stored = timm({}); // no class token, the norm after the pooling, no qkv bias
        stored.shapes.erase("cls_token");
        stored.add("pos_embed", {1, 16, 64});
        for (const char* suffix : {"weight", "bias"}) {
            stored.shapes.erase(std::string("norm.") + suffix);
            stored.add(std::string("fc_norm.") + suffix, {64});
        }
        for (const char* block : {"blocks.0.", "blocks.1."})
            stored.shapes.erase(std::string(block) + "attn.qkv.bias");
        stored.write(path);
        const auto model = open(path);
        QVERIFY(!model->spec().class_token && !model->spec().class_position && !model->spec().qkv_bias);
        QVERIFY(model->spec().pooled_norm);
        check_complete(*model);
        for (const char* suffix : {"weight", "bias"}) stored.add(std::string("norm.") + suffix, {64}); // a second one
        stored.write(path);
        try {
            open(path);
            QFAIL("two final norms were taken");
        } catch (const CorruptFile& error) {
            QVERIFY2(std::string(error.what()).find("\"fc_norm.weight\" [64] belongs to an architecture") != std::string::npos, error.what());
        }
    }

    void what_stands_beside() {
        test::TemporaryFolder folder;
        const auto path = folder / "model.safetensors";
        hf_vit({.positions = 1 + 2 * 8}).write(path); // 4 × 4 unless a config says 2 × 8
        QCOMPARE(open(path)->spec().grid_height, 4);
        write_file_atomically(
            folder / "config.json",
            R"({"model_type":"vit","hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"layer_norm_eps":1e-5,"hidden_act":"gelu","image_size":[8,32]})");
        write_file_atomically(folder / "preprocessor_config.json",
                              R"({"image_mean":[0.5,0.25,0.125],"image_std":[1,2,3]})");
        const VitSpec spec = open(path)->spec();
        QCOMPARE(std::tuple(spec.grid_height, spec.grid_width, spec.heads, spec.norm_epsilon),
                 std::tuple(2, 8, 4, 1e-5));
        QVERIFY(spec.mean == (std::array<float, 3>{0.5F, 0.25F, 0.125F}) &&
                spec.std == (std::array<float, 3>{1, 2, 3}));
        QCOMPARE(open(path, {.heads = 2})->spec().heads, 2);
        QVERIFY_EXCEPTION_THROWN(open(path, {.heads = 3}), InputError);
        for (const char* bad :
             {R"({"model_type":"vit","hidden_size":128})", R"({"model_type":"vit","num_attention_heads":-1})",
              R"({"model_type":"vit","num_attention_heads":"four"})",
              R"({"model_type":"vit","hidden_act":"quick_gelu"})", "{", "[]",
              R"({"model_type":"vit","image_size":[8,"x"]})"}) {
            write_file_atomically(folder / "config.json", bad);
            QVERIFY_EXCEPTION_THROWN(open(path), InputError);
        }
        write_file_atomically(folder / "config.json", R"({"colour":"blue"})"); // of another program
        QCOMPARE(open(path)->spec().heads, 1);
        // timm's own
        timm({}).write(path);
        std::filesystem::remove(folder / "preprocessor_config.json");
        write_file_atomically(
            folder / "config.json",
            R"({"architecture":"vit_tiny","pretrained_cfg":{"mean":[0.1,0.2,0.3],"std":[1,1,1],"input_size":[3,16,16]}})");
        QVERIFY(open(path)->spec().mean == (std::array<float, 3>{0.1F, 0.2F, 0.3F}));
    }

    void heads_by_width() {
        test::TemporaryFolder folder;
        for (const auto& [dim, heads] : {std::pair(192, 3), std::pair(1280, 16), std::pair(1408, 16)}) {
            timm({.depth = 1, .dim = dim, .hidden = 8, .positions = 5}).write(folder / "m.safetensors");
            QCOMPARE(open(folder / "m.safetensors")->spec().heads, heads);
        }
        timm({.depth = 1, .dim = 100, .positions = 5}).write(folder / "m.safetensors");
        QCOMPARE(open(folder / "m.safetensors")->spec().heads, 1);
        timm({.depth = 1, .dim = 32, .positions = 5}).write(folder / "m.safetensors");
        QVERIFY_EXCEPTION_THROWN(open(folder / "m.safetensors"), InputError);
        QCOMPARE(open(folder / "m.safetensors", {.heads = 4})->spec().heads, 4);
    }

    void wrong_tensors_are_all_named() {
        test::TemporaryFolder folder;
        const auto path = folder / "m.safetensors";
        Stored stored = timm({});
        stored.shapes.erase("blocks.1.mlp.fc2.bias");
        stored.add("blocks.0.attn.proj.weight", {64, 63});
        stored.add("norm.weight", {65});
        stored.write(path);
        const std::string what = corrupt([&] { open(path); });
        QVERIFY2(names(what, {"3 tensors", "\"blocks.1.mlp.fc2.bias\" [64] is missing",
                              "\"blocks.0.attn.proj.weight\" has shape [64, 63], expected [64, 64]",
                              "\"norm.weight\" has shape [65], expected [64]"}),
                 what.c_str());
        QVERIFY(what.find('\n') == std::string::npos);

        stored = timm({.positions = 14});
        stored.write(path);
        QVERIFY(names(corrupt([&] { open(path); }), {"\"pos_embed\" has 14 positions", "config.json"}));
        stored = timm({});
        stored.add("blocks.0.attn.q_norm.weight", {64});
        stored.write(path);
        QVERIFY(names(corrupt([&] { open(path); }), {"q_norm", "not supported"}));
        stored = timm({});
        stored.add("patch_embed.proj.weight", {64, 3, 4, 5});
        stored.write(path);
        QVERIFY(names(corrupt([&] { open(path); }), {"4×5"}));
        stored = timm({});
        stored.add("blocks.999999.norm1.weight", {64});
        stored.write(path);
        QVERIFY(names(corrupt([&] { open(path); }), {"blocks.999999.norm1.weight"}));
        stored = timm({});
        stored.shapes.erase("patch_embed.proj.weight");
        stored.write(path);
        QVERIFY(names(corrupt([&] { open(path); }), {"patch_embed.proj.weight", "missing"}));

        // A value that is not finite shows when it is read.
        Stored good = timm({});
        good.write(path);
        std::vector<tensor_io::TensorView> views;
        good.values["norm.bias"][5] = std::numeric_limits<float>::quiet_NaN();
        for (const auto& [name, values] : good.values)
            views.push_back(tensor_io::view_f32(name, good.shapes[name], values));
        tensor_io::write_safetensors(path, views, {});
        const auto model = open(path);
        (void)model->read("norm.weight");
        QVERIFY(
            names(corrupt([&] { (void)model->read("norm.bias"); }), {"norm.bias", "index 5", "not finite"}));
    }

    void other_files_are_not_recognised() {
        test::TemporaryFolder folder;
        QVERIFY_EXCEPTION_THROWN(open(folder / "none"), InputError);
        QVERIFY_EXCEPTION_THROWN(open(folder.path()), InputError);
        write_file_atomically(folder / "text", "hello, this is a text");
        QVERIFY_EXCEPTION_THROWN(open(folder / "text"), UnrecognisedFormat);
        Stored stored;
        stored.add("conv1.weight", {3});
        stored.write(folder / "m.safetensors");
        QVERIFY_EXCEPTION_THROWN(open(folder / "m.safetensors"), UnrecognisedFormat);
        stored = hf_vit({.prefix = "first."});
        for (const auto& [name, shape] : hf_vit({.prefix = "second."}).shapes)
            stored.add(name, shape);
        stored.write(folder / "two.safetensors");
        QVERIFY_EXCEPTION_THROWN(open(folder / "two.safetensors"), InputError);
        // Of two encoders of self-supervised training, the one that its authors evaluate.
        stored = hf_vit({.prefix = "student."});
        for (const auto& [name, shape] : hf_vit({.prefix = "teacher."}).shapes)
            stored.add(name, shape);
        stored.write(folder / "dino.safetensors");
        QVERIFY(open(folder / "dino.safetensors")->tensors().at("norm.weight").tensor.starts_with("teacher."));
    }

    void the_tiny_vit_of_the_other_tests() {
        test::TemporaryFolder folder;
        test::write_tiny_vit(folder / "tiny.safetensors");
        const auto model = open(folder / "tiny.safetensors");
        QCOMPARE(std::tuple(model->spec().depth, model->spec().dim, model->spec().classes),
                 std::tuple(3, 64, 0));
        QVERIFY(model->unused().empty());
        check_complete(*model);
    }
};

QTEST_GUILESS_MAIN(CheckpointTest)
#include "checkpoint_test.moc"
