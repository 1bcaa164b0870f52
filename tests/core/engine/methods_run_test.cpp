// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Every method on a whole model: where it starts, what it counts, how it merges and comes back from its adapter.
#include "tests/core/engine/engine_world.h"

#include "core/base/error.h"
#include "tests/support/near.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <cstring>
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

    void step_0_is_the_pretrained_model_data() { rows(); }
    void step_0_is_the_pretrained_model() {
        QFETCH(QString, word);
        const auto model = world_.model();
        const auto images = cdra::test::random_images(3);
        const auto want = model->logits(images).detach();
        const auto method = make(*model, word);
        const auto got = cdra::test::adapted_logits(*model, *method, images);
        QVERIFY2(different(got, want, 1e-6).isEmpty(), qPrintable(different(got, want, 1e-6)));
        // And it learns: every trainable gets a gradient that is not zero once it has left its start.
        cdra::test::disturb(*method);
        cdra::test::adapted_logits(*model, *method, images).square().sum().backward();
        for (const auto& item : method->trainables()) {
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
            if (!item.name.starts_with("head.")) total += item.value.numel();
        QCOMPARE(total, descriptor.count(model->spec(), options, &plan_).total());
    }

    void merged_logits_equal_adapted_logits_data() { rows(); }
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

    void lora_scales_and_drops() {
        const auto images = cdra::test::random_images(2);
        const auto model = world_.model();
        const auto method = world_.method(*model, "lora", nullptr, {{"rank", "4"}, {"alpha", "8"}, {"dropout", "0.5"}});
        cdra::test::disturb(*method);
        const auto calm = cdra::test::adapted_logits(*model, *method, images).detach();
        const auto with_seed = [&](std::uint64_t seed) {
            method->begin_forward(true, seed);
            cdra::engine::ForwardOptions options;
            options.adaptation = method.get();
            options.training = true;
            return model->logits(images, options).detach();
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
    static void rows() {
        QTest::addColumn<QString>("word");
        for (const auto& entry : cdra::engine::method_entries()) QTest::newRow(entry.word.data()) << QString::fromUtf8(entry.word.data());
    }
    std::unique_ptr<Method> make(cdra::engine::Vit& model, const QString& word) {
        return world_.method(model, word.toStdString(), &plan_);
    }

    cdra::test::TemporaryFolder folder_;
    cdra::test::World world_{folder_.path()};
    cdra::compact::CompactPlan plan_ = world_.plan();
};

QTEST_GUILESS_MAIN(MethodsRunTest)
#include "methods_run_test.moc"
