// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Every method on a whole model: where it starts, what it counts, how it merges and comes back from its adapter.
#include "tests/core/engine/engine_world.h"

#include "core/base/error.h"
#include "tests/support/near.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <cstring>
#include <functional>
#include <map>
#include <set>

using cdra::engine::Method;
using cdra::engine::float_values;
using torch::Tensor;

namespace {

QString different(const Tensor& got, const Tensor& want, double relative) {
    return QString::fromStdString(cdra::test::difference(float_values(got), float_values(want), relative));
}

bool same_bits(const Tensor& a, const Tensor& b) {
    const auto left = a.detach().contiguous(), right = b.detach().contiguous();
    return left.sizes() == right.sizes() && std::memcmp(left.const_data_ptr(), right.const_data_ptr(), left.nbytes()) == 0;
}

} // namespace

class MethodsRunTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_plan_has_every_treatment() {
        std::set<cdra::compact::Treatment> seen;
        for (const auto& matrix : plan_.matrices) seen.insert(matrix.treatment);
        QVERIFY(seen.contains(cdra::compact::Treatment::low_rank));
        QVERIFY(seen.contains(cdra::compact::Treatment::masked));
        QVERIFY(std::any_of(plan_.vectors.begin(), plan_.vectors.end(), [](const auto& v) { return v.tuned; }));
    }

    void step_0_is_the_pretrained_model_data() { rows(starts_as_the_model); }
    void step_0_is_the_pretrained_model() {
        QFETCH(QString, word);
        const auto model = world_.model();
        const auto images = cdra::test::random_images(3);
        const auto want = model->logits(images).detach();
        const auto method = make(*model, word);
        const auto got = cdra::test::adapted_logits(*model, *method, images);
        QVERIFY2(different(got, want, 1e-6).isEmpty(), qPrintable(different(got, want, 1e-6)));
    }

    void every_trainable_learns_data() { rows(); }
    void every_trainable_learns() {
        QFETCH(QString, word);
        const auto model = world_.model();
        const auto images = cdra::test::random_images(3);
        const auto method = make(*model, word);
        // Off its start, where half of a product has no gradient.
        cdra::test::disturb(*method);
        cdra::test::adapted_logits(*model, *method, images).square().sum().backward();
        for (const auto& item : method->trainables()) {
            if (!item.value.requires_grad()) continue; // a statistic
            QVERIFY2(item.value.grad().defined(), item.name.c_str());
            // A bias of k moves no attention weight: its gradient is zero but for rounding.
            if (!item.name.ends_with("attn.k.bias"))
                QVERIFY2(item.value.grad().abs().max().item<double>() > 1e-6, item.name.c_str());
        }
    }

    void trainables_are_what_the_descriptor_counts_data() { rows(); }
    void trainables_are_what_the_descriptor_counts() {
        QFETCH(QString, word);
        const auto model = world_.model();
        const auto method = make(*model, word);
        const auto& descriptor = cdra::methods::find_method(word.toStdString());
        const auto options = cdra::methods::resolve_options(descriptor, {});
        std::int64_t total = 0;
        for (const auto& item : method->trainables())
            if (!item.name.starts_with("head.") && item.value.requires_grad()) total += item.value.numel();
        QCOMPARE(total, descriptor.count(model->spec(), options, plan(word)).total());
        QVERIFY(total > 0 || word == "linear");
    }

    void merged_logits_equal_adapted_logits_data() { rows(mergeable); }
    void merged_logits_equal_adapted_logits() {
        QFETCH(QString, word);
        const auto model = world_.model();
        const auto images = cdra::test::random_images(3);
        const auto method = make(*model, word);
        cdra::test::disturb(*method);
        const auto adapted = cdra::test::adapted_logits(*model, *method, images).detach();
        method->merge(*model);
        const auto merged = model->logits(images);
        QVERIFY(!merged.requires_grad());
        QVERIFY2(different(merged, adapted, 1e-5).isEmpty(), qPrintable(different(merged, adapted, 1e-5)));
    }

    void merging_changes_nothing_outside_the_box() {
        const auto original = world_.model();
        const auto model = world_.model();
        const auto method = make(*model, "cdra");
        cdra::test::disturb(*method);
        method->merge(*model);
        int changed = 0;
        for (const auto& matrix : plan_.matrices) {
            const auto before = original->tensor(matrix.shape.name + ".weight"), after = model->tensor(matrix.shape.name + ".weight");
            auto inside = torch::zeros(before.sizes(), torch::kBool);
            if (matrix.treatment == cdra::compact::Treatment::low_rank)
                for (const auto column : matrix.box.columns)
                    for (const auto row : matrix.box.rows) inside[column][row] = true;
            if (matrix.treatment == cdra::compact::Treatment::masked)
                for (const auto index : matrix.mask) inside.view(-1)[index] = true;
            QVERIFY2(same_bits(after.masked_select(inside.logical_not()), before.masked_select(inside.logical_not())),
                     matrix.shape.name.c_str());
            if (!same_bits(after, before)) ++changed;
        }
        QVERIFY(changed > 3);
    }

    void comes_back_from_its_adapter_data() { rows(); }
    void comes_back_from_its_adapter() {
        QFETCH(QString, word);
        const auto images = cdra::test::random_images(2);
        const auto model = world_.model();
        const auto method = make(*model, word);
        cdra::test::disturb(*method);
        const auto want = cdra::test::adapted_logits(*model, *method, images).detach();
        cdra::job::write_adapter(folder_ / "a.safetensors", method->adapter());

        const auto fresh = world_.model();
        const auto again = make(*fresh, word);
        again->load(cdra::job::read_adapter(folder_ / "a.safetensors"));
        QVERIFY(same_bits(cdra::test::adapted_logits(*fresh, *again, images), want));
        auto damaged = cdra::job::read_adapter(folder_ / "a.safetensors");
        damaged.whole.erase("head.weight");
        QVERIFY_EXCEPTION_THROWN(again->load(damaged), cdra::InputError);
    }

    void added_parts_refuse_to_merge_data() {
        rows([](const std::string& word) { return !mergeable(word); });
    }
    void added_parts_refuse_to_merge() {
        QFETCH(QString, word);
        const auto model = world_.model();
        const auto method = make(*model, word);
        QVERIFY_EXCEPTION_THROWN(method->merge(*model), cdra::InputError);
    }

    void options_change_what_is_counted_data() {
        QTest::addColumn<QString>("word");
        QTest::addColumn<QString>("options");
        for (const auto& [word, options] : {std::pair{"partial", "blocks=2"}, {"mlp3", "hidden-layers=3"}, {"vpt-shallow", "prompt-length=3"},
                                            {"vpt-deep", "prompt-length=3"}, {"adapter", "width=5;placement=both;init=published"},
                                            {"adapter", "placement=parallel;activation=relu;branch-scale=0.1"},
                                            {"adapter", "placement=after-attention;activation=gelu"}})
            QTest::newRow((std::string(word) + " " + options).c_str()) << QString(word) << QString(options);
    }
    void options_change_what_is_counted() {
        QFETCH(QString, word);
        QFETCH(QString, options);
        cdra::methods::OptionValues given;
        for (const QString& one : options.split(';')) given[one.section('=', 0, 0).toStdString()] = one.section('=', 1).toStdString();
        const auto& descriptor = cdra::methods::find_method(word.toStdString());
        const auto images = cdra::test::random_images(2);
        const auto model = world_.model();
        const auto before = model->logits(images).detach();
        const auto method = world_.method(*model, word.toStdString(), nullptr, given);
        std::int64_t total = 0;
        for (const auto& item : method->trainables())
            if (!item.name.starts_with("head.") && item.value.requires_grad()) total += item.value.numel();
        QCOMPARE(total, descriptor.count(model->spec(), cdra::methods::resolve_options(descriptor, given), nullptr).total());
        cdra::test::disturb(*method);
        const auto want = cdra::test::adapted_logits(*model, *method, images).detach();
        QVERIFY(!different(want, before, 1e-3).isEmpty());
        // Its adapter fits no method of other widths or places.
        if (!options.contains("length") && !options.contains("width") && !options.contains("after-attention")) return;
        const auto other = world_.model();
        const auto plain = make(*other, word);
        QVERIFY_EXCEPTION_THROWN(plain->load(method->adapter()), cdra::InputError);
    }

    void dropout_is_of_the_forward_seed_data() {
        QTest::addColumn<QString>("word");
        for (const char* word : {"mlp3", "vpt-shallow", "vpt-deep", "adapter"}) QTest::newRow(word) << QString(word);
    }
    void dropout_is_of_the_forward_seed() {
        QFETCH(QString, word);
        const auto images = cdra::test::random_images(4);
        const auto model = world_.model();
        const auto method = make(*model, word);
        cdra::test::disturb(*method);
        const auto calm = cdra::test::adapted_logits(*model, *method, images).detach();
        const auto with_seed = [&](std::uint64_t seed) {
            return cdra::test::training_logits(*model, *method, images, seed).detach();
        };
        const auto first = with_seed(1);
        QVERIFY(same_bits(with_seed(1), first));
        QVERIFY(!different(with_seed(2), first, 1e-4).isEmpty());
        QVERIFY(!different(first, calm, 1e-4).isEmpty());
    }

    void batch_norm_keeps_statistics_and_spares_a_single_image() {
        const auto model = world_.model();
        const auto method = make(*model, "mlp3");
        const auto mean = [&] {
            for (const auto& item : method->trainables())
                if (item.name == "head_mlp.0.norm.running_mean") return item.value.clone();
            return Tensor();
        };
        const auto forward = [&](int images) {
            method->begin_forward(true, 1);
            cdra::engine::ForwardOptions options;
            options.adaptation = method.get();
            return model->logits(cdra::test::random_images(images), options);
        };
        QVERIFY(mean().defined() && mean().abs().max().item<double>() == 0);
        QVERIFY(forward(1).isfinite().all().item<bool>());
        QVERIFY(mean().abs().max().item<double>() == 0);
        forward(4);
        QVERIFY(mean().abs().max().item<double>() > 0);
    }

    void prompts_are_no_part_of_the_mean() {
        // Class token and mean of the patches: a prompt must count in neither.
        const auto model = std::make_unique<cdra::engine::Vit>(*cdra::checkpoint::open(world_.file), cdra::test::TinyVit{}.image_size,
                                                               cdra::checkpoint::Resampling::timm,
                                                               cdra::checkpoint::Pooling::cls_mean, torch::kCPU);
        model->reset_head(4, 3);
        const auto images = cdra::test::random_images(2);
        for (const char* word : {"vpt-shallow", "vpt-deep"}) {
            const auto method = world_.method(*model, word, nullptr, {{"prompt-length", "3"}});
            cdra::engine::ForwardOptions options;
            options.adaptation = method.get();
            const auto patches = std::int64_t{(cdra::test::TinyVit{}.image_size / cdra::test::TinyVit{}.patch)};
            const auto hidden = model->last_hidden_state(images, options);
            QCOMPARE(hidden.size(1), 1 + patches * patches);
            const auto pooled = torch::cat({hidden.select(1, 0), hidden.slice(1, 1).mean(1)}, -1);
            QVERIFY2(different(model->features(images, options), pooled, 1e-6).isEmpty(), word);
        }
        QVERIFY_EXCEPTION_THROWN(world_.method(*model, "mlp3", nullptr), cdra::InputError);
    }

    void lora_scales_and_drops() {
        const auto images = cdra::test::random_images(2);
        const auto model = world_.model();
        const auto method = world_.method(*model, "lora", nullptr, {{"rank", "4"}, {"alpha", "8"}, {"dropout", "0.5"}});
        cdra::test::disturb(*method);
        const auto calm = cdra::test::adapted_logits(*model, *method, images).detach();
        const auto with_seed = [&](std::uint64_t seed) {
            return cdra::test::training_logits(*model, *method, images, seed).detach();
        };
        QVERIFY(same_bits(with_seed(1), with_seed(1)));
        QVERIFY(!same_bits(with_seed(1), with_seed(2)));
        QVERIFY(!different(with_seed(1), calm, 1e-3).isEmpty());
        method->merge(*model);
        QVERIFY2(different(model->logits(images), calm, 1e-5).isEmpty(), "the scale is merged");
    }

    void backward_stops_below_the_lowest_trainable_block() {
        auto plan = plan_;
        for (auto& matrix : plan.matrices)
            if (matrix.shape.block < 2) matrix.treatment = cdra::compact::Treatment::frozen;
        for (auto& vector : plan.vectors) vector.tuned = vector.tuned && vector.shape.name.starts_with("blocks.2.");
        const auto model = world_.model();
        const auto inner = world_.method(*model, "cdra", &plan, {{"class-token", "false"}});
        struct Spy final : cdra::engine::Adaptation {
            cdra::engine::Adaptation* inner = nullptr;
            std::vector<bool> needs_gradient;
            Tensor project(int block, cdra::engine::Projection which, const Tensor& x, const cdra::engine::Linear& frozen) override {
                return inner->project(block, which, x, frozen);
            }
            Tensor before_block(int, const Tensor& x) override {
                needs_gradient.push_back(x.requires_grad());
                return x;
            }
        } spy;
        spy.inner = inner.get();
        cdra::engine::ForwardOptions options;
        options.adaptation = &spy;
        const auto logits = model->logits(cdra::test::random_images(2), options);
        QVERIFY(logits.requires_grad());
        QCOMPARE(spy.needs_gradient, (std::vector<bool>{false, false, false}));
    }

    void a_plan_of_another_model_is_refused() {
        const auto model = world_.model();
        auto plan = plan_;
        plan.matrices.front().shape.in += 1;
        QVERIFY_EXCEPTION_THROWN(world_.method(*model, "cdra", &plan), cdra::InputError);
        QVERIFY_EXCEPTION_THROWN(world_.method(*model, "cdra", nullptr), cdra::InputError);
        QVERIFY_EXCEPTION_THROWN(cdra::engine::make_method("nothing", {*model, {}, nullptr, 0}), cdra::InputError);
    }

  private:
    static bool any(const std::string&) { return true; }
    static bool mergeable(const std::string& word) { return cdra::methods::find_method(word).mergeable; }
    // Prompts and a deeper head change the model by being there.
    static bool starts_as_the_model(const std::string& word) {
        return word != "mlp3" && word != "noah" && !word.starts_with("vpt-");
    }
    static void rows(const std::function<bool(const std::string&)>& wanted = any) {
        QTest::addColumn<QString>("word");
        for (const auto& entry : cdra::engine::method_entries())
            if (const std::string word(entry.word); wanted(word)) QTest::newRow(word.c_str()) << QString::fromStdString(word);
    }
    // The plan that the method makes of one map; nullptr where it needs none.
    const cdra::compact::CompactPlan* plan(const QString& word) {
        const auto& descriptor = cdra::methods::find_method(word.toStdString());
        if (!descriptor.needs_plan) return nullptr;
        if (word == "cdra") return &plan_;
        if (!plans_.contains(word)) {
            const auto spec = cdra::checkpoint::open(world_.file)->spec();
            auto map = cdra::test::random_map(spec);
            const auto in = std::int64_t{spec.channels} * spec.patch * spec.patch;
            std::vector<float> patch;
            for (std::int64_t i = 0; i < spec.dim * in; ++i) patch.push_back(static_cast<float>((i * 7919) % 1013));
            map.patch = cdra::sensitivity::MatrixSensitivity{cdra::sensitivity::patch_shape(spec.dim, in), std::move(patch)};
            const auto values = cdra::methods::resolve_options(descriptor, {});
            cdra::NullProgress progress;
            plans_.emplace(word, cdra::methods::make_plan(descriptor, {map, plan_.options, values}, progress));
        }
        return &plans_.at(word);
    }
    std::unique_ptr<Method> make(cdra::engine::Vit& model, const QString& word) {
        return world_.method(model, word.toStdString(), plan(word));
    }

    cdra::test::TemporaryFolder folder_;
    cdra::test::World world_{folder_.path()};
    cdra::compact::CompactPlan plan_ = world_.plan();
    std::map<QString, cdra::compact::CompactPlan> plans_;
};

QTEST_GUILESS_MAIN(MethodsRunTest)
#include "methods_run_test.moc"
