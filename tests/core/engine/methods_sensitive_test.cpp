// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// The methods that start from a map: what their training keeps in memory, SPT's noise, the gradient start.
#include "tests/core/engine/engine_world.h"

#include "core/base/error.h"
#include "core/engine/model/branch_noise.h"
#include "core/engine/methods/entry_vectors.h"
#include "core/engine/training/gradient_start.h"
#include "core/engine/training/optimizer.h"
#include "core/sensitivity/map.h"
#include "datasets/dataset.h"
#include "tests/support/near.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <map>
#include <set>

namespace engine = cdra::engine;
using torch::Tensor;

namespace {

QString different(const Tensor& got, const Tensor& want, double relative) {
    return QString::fromStdString(cdra::test::difference(engine::float_values(got), engine::float_values(want), relative));
}

} // namespace

class MethodsSensitiveTest : public QObject {
    Q_OBJECT
    cdra::test::TemporaryFolder folder_;
    cdra::test::World world_{folder_.path()};

    cdra::compact::CompactPlan plan(const std::string& word, const cdra::methods::OptionValues& given = {}) {
        const auto spec = cdra::checkpoint::open(world_.file)->spec();
        auto map = cdra::test::random_map(spec);
        const auto in = std::int64_t{spec.channels} * spec.patch * spec.patch;
        std::vector<float> patch;
        for (std::int64_t i = 0; i < spec.dim * in; ++i) patch.push_back(static_cast<float>((i * 7919) % 1013));
        map.patch = cdra::sensitivity::MatrixSensitivity{cdra::sensitivity::patch_shape(spec.dim, in), std::move(patch)};
        // Two entries of every bias: too few for the whole vector.
        for (auto& vector : map.vectors)
            if (vector.shape.name.ends_with(".bias") && vector.shape.name.find("norm") == std::string::npos)
                vector.values.edit([](auto& values) { values[3] = values[7] = 60; });
        cdra::compact::PlanOptions options;
        options.amount = cdra::compact::Gamma{0.02};
        const auto& descriptor = cdra::methods::find_method(word);
        cdra::NullProgress progress;
        return cdra::methods::make_plan(descriptor, {map, options, cdra::methods::resolve_options(descriptor, given)}, progress);
    }

  private Q_SLOTS:
    // Masked tuning costs what its entries cost: no leaf, gradient, moment or thing kept for the backward pass has
    // the size of a whole matrix.
    void masked_tuning_keeps_entries_alone_data() {
        QTest::addColumn<QString>("word");
        QTest::newRow("gps") << QStringLiteral("gps");
        QTest::newRow("spt-lora") << QStringLiteral("spt-lora");
    }
    void masked_tuning_keeps_entries_alone() {
        QFETCH(QString, word);
        const auto plan = this->plan(word.toStdString());
        std::map<std::string, std::int64_t> entries;
        for (const auto& matrix : plan.matrices)
            if (matrix.treatment == cdra::compact::Treatment::masked && !matrix.mask.empty())
                entries[matrix.shape.name + ".values"] = std::int64_t(matrix.mask.size());
        if (plan.patch) entries["patch_embed.values"] = std::int64_t(plan.patch->mask.size());
        for (const auto& vector : plan.vectors)
            if (!vector.mask.empty()) entries[vector.shape.name + ".entries"] = std::int64_t(vector.mask.size());
        QVERIFY(entries.size() > 1);
        QCOMPARE(entries.contains("patch_embed.values"), word == "gps");
        QCOMPARE(entries.contains("blocks.1.attn.proj.bias.entries"), word == "spt-lora");

        const auto model = world_.model();
        const auto method = world_.method(*model, word.toStdString(), &plan);
        engine::AdamW optimizer(method->trainables(), {});
        const auto images = cdra::test::random_images(3);
        cdra::test::training_logits(*model, *method, images, 1).square().sum().backward();
        optimizer.step(1e-3);
        const std::int64_t smallest_matrix = std::int64_t{64} * 64;
        std::size_t met = 0;
        for (std::size_t i = 0; i < optimizer.trainables().size(); ++i) {
            const auto& item = optimizer.trainables()[i];
            const auto found = entries.find(item.name);
            if (found == entries.end()) continue;
            ++met;
            QVERIFY(!item.weight_decay);
            QVERIFY(item.value.grad().defined());
            QVERIFY2(found->second < smallest_matrix, item.name.c_str());
            for (const Tensor& tensor : {item.value, item.value.grad(), optimizer.moments()[i].first, optimizer.moments()[i].second}) {
                QCOMPARE(tensor.numel(), found->second);
                // Nor a view of something larger.
                QVERIFY2(std::int64_t(tensor.storage().nbytes()) <= 4 * found->second + 64, item.name.c_str());
            }
        }
        QCOMPARE(met, entries.size());
    }

    void masked_weights_are_no_decayed_ones() {
        const auto plan = this->plan("spt-lora");
        const auto model = world_.model();
        const auto method = world_.method(*model, "spt-lora", &plan);
        int decayed = 0;
        for (const auto& item : method->trainables()) {
            const bool low_rank = item.name.ends_with(".A") || item.name.ends_with(".B");
            QCOMPARE(item.weight_decay, low_rank || item.name == "head.weight");
            decayed += item.weight_decay;
        }
        QVERIFY(decayed > 2);
    }

    // Entries of a bias: only they move, through adapter and merge.
    void masked_biases_move_alone() {
        const auto plan = this->plan("spt-lora");
        const auto model = world_.model();
        const auto images = cdra::test::random_images(2);
        const auto before = model->tensor("blocks.1.attn.proj.bias").clone();
        const auto method = world_.method(*model, "spt-lora", &plan);
        cdra::test::disturb(*method);
        const auto want = cdra::test::adapted_logits(*model, *method, images).detach();
        const auto again_model = world_.model();
        const auto again = world_.method(*again_model, "spt-lora", &plan);
        again->load(method->adapter());
        QVERIFY(torch::equal(cdra::test::adapted_logits(*again_model, *again, images), want));
        method->merge(*model);
        const auto after = model->tensor("blocks.1.attn.proj.bias");
        QVERIFY(!after.requires_grad());
        std::vector<std::int64_t> moved;
        for (std::int64_t i = 0; i < after.numel(); ++i)
            if (after[i].item<float>() != before[i].item<float>()) moved.push_back(i);
        QCOMPARE(moved, (std::vector<std::int64_t>{3, 7}));
        QVERIFY2(different(model->logits(images), want, 1e-5).isEmpty(), qPrintable(different(model->logits(images), want, 1e-5)));
    }

    // With hardly any noise the noisy road gives what the quiet one gives, masked parts in the same product included.
    void noise_of_nothing_changes_nothing() {
        for (const char* word : {"spt-lora", "spt-adapter"}) {
            const auto plan = this->plan(word);
            const auto model = world_.model();
            const auto method = world_.method(*model, word, &plan, {{"dropout", "1e-12"}, {"branch-drop-path", "1e-12"}});
            cdra::test::disturb(*method);
            const auto images = cdra::test::random_images(3);
            const auto calm = cdra::test::adapted_logits(*model, *method, images).detach();
            const auto noisy = cdra::test::training_logits(*model, *method, images, 3);
            QVERIFY2(different(noisy, calm, 1e-5).isEmpty(), qPrintable(different(noisy, calm, 1e-5)));
        }
    }

    void noise_is_of_the_seed() {
        for (const char* word : {"spt-lora", "spt-adapter"})
            for (const cdra::methods::OptionValues& given : {cdra::methods::OptionValues{{"dropout", "0.5"}, {"branch-drop-path", "0"}},
                                                             cdra::methods::OptionValues{{"dropout", "0"}, {"branch-drop-path", "0.5"}}}) {
                const auto plan = this->plan(word);
                const auto model = world_.model();
                const auto method = world_.method(*model, word, &plan, given);
                cdra::test::disturb(*method);
                const auto images = cdra::test::random_images(4);
                const auto first = cdra::test::training_logits(*model, *method, images, 1).detach();
                QVERIFY(torch::equal(cdra::test::training_logits(*model, *method, images, 1), first));
                QVERIFY(!different(cdra::test::training_logits(*model, *method, images, 2), first, 1e-4).isEmpty());
                QVERIFY(!different(cdra::test::adapted_logits(*model, *method, images), first, 1e-4).isEmpty());
            }
    }

    void masks_have_their_rates() {
        const auto like = torch::zeros({200, 3, 50});
        const auto dropout = engine::dropout_mask(like, 0.1, 5);
        QVERIFY(std::abs(dropout.eq(0).to(torch::kFloat32).mean().item<double>() - 0.1) < 0.01);
        QVERIFY(std::abs(dropout.max().item<double>() - 1 / 0.9) < 1e-6);
        const auto path = engine::path_mask(like, 0.5, 5);
        QCOMPARE(path.sizes().vec(), (std::vector<std::int64_t>{200, 1, 1}));
        QVERIFY(std::abs(path.mean().item<double>() - 1) < 0.3);
    }

    void entries_outside_are_refused() {
        const auto model = world_.model();
        QVERIFY_EXCEPTION_THROWN(engine::EntryVectors(*model, {{"blocks.0.attn.proj.bias", {3, 64}}}), cdra::InputError);
    }

    void left_vectors_are_the_leading_ones() {
        torch::manual_seed(11);
        for (const auto& [rows, columns] : {std::pair{12, 30}, {30, 12}}) {
            const auto matrix = torch::randn({rows, columns}, torch::kFloat64);
            const auto sigma = at::linalg_svdvals(matrix);
            const auto u = engine::leading_left_vectors(matrix, 4);
            QVERIFY((at::mm(u.t(), u) - torch::eye(4, torch::kFloat64)).abs().max().item<double>() < 1e-9);
            // What they hold of the matrix is what the four largest singular values say.
            const auto held = at::mm(u.t(), matrix).norm(2, 1);
            QVERIFY((held - sigma.narrow(0, 0, 4)).abs().max().item<double>() < 1e-6);
            const auto largest = u.gather(0, u.abs().argmax(0, true));
            QVERIFY((largest > 0).all().item<bool>());
        }
    }

    void gradient_start_follows_the_mean_gradient() {
        cdra::test::write_tiny_images(folder_ / "images");
        const auto data = cdra::datasets::open_dataset((folder_ / "images").string());
        const auto plan = this->plan("cdra");
        auto model = world_.model();
        engine::BatchOptions batches;
        batches.split = "train";
        batches.preprocessing.image_size = cdra::test::TinyVit{}.image_size;
        batches.batch_size = 7;
        cdra::NullProgress progress;
        const auto got = engine::gradient_start(*model, plan, *data, batches, progress, {});
        batches.batch_size = 80;
        // The naive twin: one batch, the weights themselves as leaves.
        const auto twin = world_.model();
        const auto source = engine::image_batches(*twin, *data, batches);
        std::map<std::string, Tensor> leaves;
        for (int block = 0; block < 3; ++block)
            for (const char* part : {".attn.qkv.weight", ".attn.proj.weight", ".mlp.fc1.weight", ".mlp.fc2.weight"}) {
                const std::string name = "blocks." + std::to_string(block) + part;
                const auto which = std::string(part) == ".attn.qkv.weight"    ? engine::Projection::qkv
                                   : std::string(part) == ".attn.proj.weight" ? engine::Projection::proj
                                   : std::string(part) == ".mlp.fc1.weight"   ? engine::Projection::fc1
                                                                              : engine::Projection::fc2;
                leaves[name] = twin->linear(block, which).weight.detach().clone().set_requires_grad(true);
                twin->set_tensor(name, leaves[name]);
            }
        std::vector<std::uint32_t> order(data->samples("train").size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
        source->start(order, 0, 0);
        engine::MicroBatch batch;
        QVERIFY(source->next(batch));
        torch::nn::functional::cross_entropy(twin->logits(batch.input), batch.labels).backward();
        int compared = 0;
        for (const auto& matrix : plan.matrices) {
            if (matrix.treatment != cdra::compact::Treatment::low_rank) continue;
            const auto& shape = matrix.shape;
            const std::string name = "blocks." + std::to_string(shape.block) +
                                     (shape.kind < 3 ? std::string(".attn.qkv") : shape.name.substr(shape.name.find('.', 7))) + ".weight";
            auto gradient = leaves.at(name).grad();
            if (shape.kind < 3) gradient = gradient.narrow(0, shape.kind * shape.out, shape.out);
            auto box = torch::zeros({std::int64_t(matrix.box.rows.size()), std::int64_t(matrix.box.columns.size())}, torch::kFloat64);
            for (std::size_t r = 0; r < matrix.box.rows.size(); ++r)
                for (std::size_t c = 0; c < matrix.box.columns.size(); ++c)
                    box[std::int64_t(r)][std::int64_t(c)] = gradient[matrix.box.columns[c]][matrix.box.rows[r]].item<double>();
            const auto a = got.at(shape.name + ".A").to(torch::kFloat64);
            QCOMPARE(a.size(1), std::int64_t(matrix.rank));
            const auto held = at::mm(a.t(), box).norm().item<double>();
            const auto best = at::linalg_svdvals(box).narrow(0, 0, matrix.rank).norm().item<double>();
            QVERIFY(best > 0);
            QVERIFY2(std::abs(held - best) < 1e-3 * best, shape.name.c_str());
            ++compared;
        }
        QVERIFY(compared > 1);

        // It survives its file, and the method begins with it.
        engine::write_start(folder_ / "start.safetensors", got);
        const auto start = engine::read_start(folder_ / "start.safetensors");
        QCOMPARE(start.size(), got.size());
        for (const auto& [name, value] : got) QVERIFY(torch::equal(start.at(name), value));
        const auto options = cdra::methods::resolve_options(cdra::methods::find_method("cdra"), {{"init", "gradient"}});
        const auto images = cdra::test::random_images(2);
        const auto before = model->logits(images).detach();
        const auto method = engine::make_method("cdra", {*model, options, &plan, 5, &start});
        QVERIFY2(different(cdra::test::adapted_logits(*model, *method, images), before, 1e-6).isEmpty(), "step 0 is the model");
        for (const auto& item : method->trainables())
            if (item.name.ends_with(".A")) QVERIFY(torch::equal(item.value.detach(), start.at(item.name)));
        QVERIFY_EXCEPTION_THROWN(engine::make_method("cdra", {*model, options, &plan, 5}), cdra::InputError);
    }

    void gradient_start_stops() {
        cdra::test::write_tiny_images(folder_ / "images");
        const auto data = cdra::datasets::open_dataset((folder_ / "images").string());
        engine::BatchOptions batches;
        batches.split = "train";
        batches.preprocessing.image_size = cdra::test::TinyVit{}.image_size;
        std::stop_source stop;
        stop.request_stop();
        cdra::NullProgress progress;
        QVERIFY_EXCEPTION_THROWN(engine::gradient_start(*world_.model(), plan("cdra"), *data, batches, progress, stop.get_token()),
                                 cdra::Cancelled);
    }
};

QTEST_GUILESS_MAIN(MethodsSensitiveTest)
#include "methods_sensitive_test.moc"
