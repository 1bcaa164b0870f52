// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// GPS's estimator against loops and autograd on the weights themselves.
#include "tests/core/engine/engine_world.h"

#include "core/base/error.h"
#include "core/engine/sensitivity/sensitivity.h"
#include "tests/support/near.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <cmath>
#include <map>

namespace engine = cdra::engine;
using torch::Tensor;

namespace {

Tensor unit(const Tensor& features) { return features / features.norm(2, 1, true); }

QString different(std::span<const float> got, const Tensor& want) {
    return QString::fromStdString(cdra::test::difference(got, engine::float_values(want), 2e-4));
}

} // namespace

class SensitivityContrastiveTest : public QObject {
    Q_OBJECT
    cdra::test::TemporaryFolder folder_;
    cdra::test::World world_{folder_.path()};

    std::vector<engine::LabelledImages> batches() const {
        std::vector<engine::LabelledImages> result;
        torch::manual_seed(31);
        for (const int size : {5, 3}) {
            engine::LabelledImages batch;
            batch.images = torch::randn({size, 3, 32, 32});
            batch.second = batch.images + 0.3 * torch::randn({size, 3, 32, 32});
            batch.labels = torch::arange(size, torch::kInt64).remainder(3);
            result.push_back(batch);
        }
        return result;
    }
    static engine::SensitivityInputs inputs(const engine::Vit& model, std::vector<engine::LabelledImages> list) {
        engine::SensitivityInputs inputs{.model = model, .estimator = engine::Estimator::contrastive, .next = {}, .samples = 8};
        inputs.drop_path = 0;
        inputs.next = [list = std::move(list), next = std::size_t{0}](engine::LabelledImages& batch) mutable {
            if (next == list.size()) return false;
            batch = list[next++];
            return true;
        };
        return inputs;
    }

  private Q_SLOTS:
    void the_loss_by_loops() {
        torch::manual_seed(7);
        const auto features = unit(torch::randn({10, 6}));
        const auto labels = torch::tensor({0, 1, 0, 2, 1}, torch::kInt64);
        double sum = 0;
        for (int i = 0; i < 10; ++i) {
            double all = 0, own = 0;
            int same = 0;
            for (int a = 0; a < 10; ++a)
                if (a != i) all += std::exp(features[i].dot(features[a]).item<double>() / 0.07);
            for (int p = 0; p < 10; ++p) {
                if (p == i || labels[p % 5].item<int>() != labels[i % 5].item<int>()) continue;
                own -= features[i].dot(features[p]).item<double>() / 0.07 - std::log(all);
                ++same;
            }
            sum += own / same;
        }
        const double got = engine::supervised_contrastive_loss(features, labels).item<double>();
        QVERIFY2(std::abs(got - sum / 10) < 1e-4 * std::abs(got), qPrintable(QString::number(got)));
        // A class of one still has its twin: finite, gradient too.
        const auto alone = unit(torch::randn({2, 6})).set_requires_grad(true);
        engine::supervised_contrastive_loss(alone, torch::zeros({1}, torch::kInt64)).backward();
        QVERIFY(alone.grad().isfinite().all().item<bool>());
    }

    void equals_autograd_on_the_weights() {
        const auto model = world_.model();
        cdra::NullProgress progress;
        const auto map = engine::compute_sensitivity(inputs(*model, batches()), progress);
        QCOMPARE(map.provenance.estimator, std::string("contrastive"));

        const auto twin = world_.model();
        std::map<std::string, Tensor> leaves;
        for (const auto& name : twin->tensor_names()) {
            if (name.starts_with("head.")) continue;
            std::string stored = name;
            if (const auto at = name.find(".attn.q.weight"); at != std::string::npos) stored = name.substr(0, at) + ".attn.qkv.weight";
            else if (name.ends_with(".attn.k.weight") || name.ends_with(".attn.v.weight")) continue;
            leaves[stored] = twin->tensor(stored).detach().clone().set_requires_grad(true);
            twin->set_tensor(stored, leaves[stored]);
        }
        for (const auto& batch : batches()) {
            const auto features = unit(twin->features(torch::cat({batch.images, batch.second})));
            engine::supervised_contrastive_loss(features, batch.labels).backward();
        }
        for (const auto& matrix : map.matrices) {
            const auto& shape = matrix.shape;
            Tensor gradient;
            if (shape.kind < 3)
                gradient = leaves.at("blocks." + std::to_string(shape.block) + ".attn.qkv.weight").grad().narrow(0, shape.kind * shape.out, shape.out);
            else
                gradient = leaves.at(shape.name + ".weight").grad();
            QVERIFY2(different(matrix.values, gradient.abs()).isEmpty(), qPrintable(different(matrix.values, gradient.abs())));
        }
        QVERIFY(map.patch.has_value());
        QCOMPARE(map.patch->shape.out, 64);
        QCOMPARE(map.patch->shape.in, 3 * 8 * 8);
        const auto patch = leaves.at("patch_embed.weight").grad().flatten(1).abs();
        QVERIFY2(different(map.patch->values, patch).isEmpty(), qPrintable(different(map.patch->values, patch)));
    }

    void the_head_has_no_say() {
        cdra::NullProgress progress;
        const auto first = world_.model(), second = world_.model();
        second->reset_head(4, 99);
        const auto a = engine::compute_sensitivity(inputs(*first, batches()), progress);
        const auto b = engine::compute_sensitivity(inputs(*second, batches()), progress);
        QCOMPARE(a.matrices.front().values, b.matrices.front().values);
    }

    void other_estimators_leave_the_patches_out() {
        const auto model = world_.model();
        cdra::NullProgress progress;
        auto how = inputs(*model, batches());
        how.estimator = engine::Estimator::batch;
        QVERIFY(!engine::compute_sensitivity(how, progress).patch.has_value());
    }

    void stops() {
        const auto model = world_.model();
        std::stop_source stop;
        stop.request_stop();
        cdra::NullProgress progress;
        QVERIFY_EXCEPTION_THROWN(engine::compute_sensitivity(inputs(*model, batches()), progress, stop.get_token()), cdra::Cancelled);
    }
};

QTEST_GUILESS_MAIN(SensitivityContrastiveTest)
#include "sensitivity_contrastive_test.moc"
