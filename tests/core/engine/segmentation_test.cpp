// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Masks: figures and fast paths against naive twins, decoders against LibTorch's modules, sensitivity against
// plain autograd.
#define QT_NO_KEYWORDS // LibTorch has a member called slots
#include "tests/core/engine/engine_world.h"

#include "core/base/error.h"
#include "core/engine/segmentation/decoder.h"
#include "core/engine/segmentation/metrics.h"
#include "core/engine/sensitivity/sensitivity.h"
#include "core/engine/training/task.h"
#include "tests/support/near.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <cmath>

namespace engine = cdra::engine;
using torch::Tensor;

namespace {

constexpr int classes = 5;
constexpr int size = cdra::test::TinyVit{}.image_size;

std::string difference(const Tensor& got, const Tensor& want, double relative) {
    return cdra::test::difference(engine::float_values(got), engine::float_values(want), relative);
}

// Labels with a void border and a class (4) that never occurs; predictions that never say 4 unless asked to.
struct Masks {
    Tensor labels, predicted;
};
Masks random_masks(int images, bool says_the_absent) {
    torch::manual_seed(3);
    Masks masks{torch::randint(4, {images, size, size}, torch::kUInt8),
                torch::randint(says_the_absent ? 5 : 4, {images, size, size}, torch::kInt64)};
    const auto right = torch::rand({images, size, size}) < 0.6;
    masks.predicted = torch::where(right, masks.labels.to(torch::kInt64), masks.predicted);
    masks.labels.slice(1, 0, 3).fill_(255);
    return masks;
}

double named(const engine::Evaluation& result, std::string_view name) {
    for (const auto& [known, value] : result.figures)
        if (known == name) return value;
    return -1;
}

engine::Evaluation tally_of(const engine::Task& task, const Masks& masks, int batch) {
    const auto tally = task.tally(classes);
    for (std::int64_t at = 0; at < masks.labels.size(0); at += batch) {
        const auto count = std::min<std::int64_t>(batch, masks.labels.size(0) - at);
        const auto scores = torch::one_hot(masks.predicted.narrow(0, at, count), classes);
        tally->add(scores.permute({0, 3, 1, 2}).to(torch::kFloat32), masks.labels.narrow(0, at, count));
    }
    engine::Evaluation result;
    result.samples = masks.labels.size(0);
    tally->finish(result);
    return result;
}

// Class by class, pixel by pixel.
struct Naive {
    double miou = 0, mdice = 0, accuracy = 0, legacy = 0;
    explicit Naive(const Masks& masks) {
        const auto labels = masks.labels.to(torch::kInt64).contiguous(), predicted = masks.predicted.contiguous();
        const auto* truth = labels.const_data_ptr<std::int64_t>();
        const auto* guess = predicted.const_data_ptr<std::int64_t>();
        int present = 0;
        for (int c = 0; c < classes; ++c) {
            double both = 0, either = 0, sum = 0;
            for (std::int64_t i = 0; i < labels.numel(); ++i) {
                if (truth[i] == 255) continue;
                both += truth[i] == c && guess[i] == c, either += truth[i] == c || guess[i] == c;
                sum += (truth[i] == c) + (guess[i] == c);
            }
            if (either == 0) continue;
            miou += both / either, mdice += 2 * both / sum, ++present;
        }
        miou /= present, mdice /= present;
        double right = 0, all = 0;
        for (std::int64_t image = 0; image < labels.size(0); ++image) {
            double bits_and = 0, bits_or = 0;
            for (std::int64_t i = image * size * size; i < (image + 1) * size * size; ++i) {
                if (truth[i] == 255) continue; // 0 in both
                right += truth[i] == guess[i], ++all;
                bits_and += static_cast<double>(truth[i] & guess[i]), bits_or += static_cast<double>(truth[i] | guess[i]);
            }
            legacy += (bits_and + 1e-6) / (bits_or + 1e-6) / static_cast<double>(labels.size(0));
        }
        accuracy = right / all;
    }
};

} // namespace

class SegmentationTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { at::set_num_threads(1); }

    void figures_equal_a_naive_count() {
        const auto task = engine::make_task(cdra::datasets::Task::segmentation, "linear");
        for (const bool says_the_absent : {false, true}) {
            const auto masks = random_masks(7, says_the_absent);
            const Naive want(masks);
            const auto got = tally_of(*task, masks, 3);
            QVERIFY(want.miou > 0.1 && want.miou < 0.95 && want.legacy > 0.1);
            QVERIFY(std::fabs(named(got, "miou") - want.miou) < 1e-12);
            QVERIFY(std::fabs(named(got, "mdice") - want.mdice) < 1e-12);
            QVERIFY(std::fabs(named(got, "pixel_accuracy") - want.accuracy) < 1e-12);
            QVERIFY(std::fabs(named(got, "legacy_miou") - want.legacy) < 1e-9);
            QCOMPARE(got.score, named(got, "miou"));
            // The class that never occurs counts as soon as it is predicted.
            QCOMPARE(std::isnan(got.class_iou.at(4)), !says_the_absent);
            if (says_the_absent) QCOMPARE(got.class_iou.at(4), 0.0);
        }
    }

    void the_bilinear_product_equals_libtorchs_kernel() {
        torch::manual_seed(8);
        const auto x = torch::randn({2, 3, 5, 5});
        for (const auto& [height, width] : {std::pair{40, 40}, {33, 17}, {3, 4}, {5, 5}}) {
            const auto want = at::upsample_bilinear2d(x, {height, width}, false);
            const auto problem = difference(engine::resize_bilinear(x, height, width), want, 1e-5);
            QVERIFY2(problem.empty(), problem.c_str());
        }
        auto scores = torch::randn({2, 7, 9, 9});
        scores[1].fill_(0.5); // all alike: the first
        QVERIFY(engine::best_class(scores)[0].equal(scores[0].argmax(0)));
        QCOMPARE(engine::best_class(scores)[1].max().item<std::int64_t>(), std::int64_t{0});
        const auto one = x.narrow(0, 0, 1);
        const auto want = at::upsample_bilinear2d(one, {61, 47}, false).argmax(1).squeeze(0);
        const auto differing = engine::class_map(one, 61, 47).to(torch::kInt64).ne(want).sum().item<std::int64_t>();
        QVERIFY2(differing <= 3, "more than rounding at ties"); // of 2,867
    }

    void patch_tokens_are_those_of_the_hidden_state() {
        const auto model = world_.model();
        const auto images = cdra::test::random_images(2);
        const auto tokens = model->patch_tokens(images, {0, 2});
        QCOMPARE(tokens.size(1), 2);
        QCOMPARE(tokens.size(2), 16); // 4 × 4 patches
        const auto want = model->last_hidden_state(images).slice(1, 1);
        const auto problem = difference(tokens.select(1, 1), want, 1e-6);
        QVERIFY2(problem.empty(), problem.c_str());
        QVERIFY(!tokens.select(1, 0).allclose(want, 1e-2));
        QVERIFY_EXCEPTION_THROWN((void)model->patch_tokens(images, {3}), cdra::InputError);
    }

    void linear_is_a_one_by_one_convolution() {
        const auto model = world_.model();
        const auto& decoder = engine::find_decoder("linear");
        decoder.reset(*model, classes, 5);
        torch::manual_seed(4);
        const auto tokens = torch::randn({2, 1, 16, 64});
        const auto map = tokens.select(1, 0).transpose(1, 2).reshape({2, 64, 4, 4});
        const auto want = at::conv2d(map, model->tensor("head.weight").view({classes, 64, 1, 1}), model->tensor("head.bias"));
        const auto problem = difference(decoder.forward(*model, tokens, true), want, 1e-5);
        QVERIFY2(problem.empty(), problem.c_str());
        QVERIFY(model->head_names() == (std::vector<std::string>{"head.weight", "head.bias"}));
        QVERIFY_EXCEPTION_THROWN((void)engine::find_decoder("upernet"), cdra::InputError);
    }

    void fpn_equals_libtorchs_modules() {
        const auto model = world_.model();
        const auto& decoder = engine::find_decoder("fpn");
        QVERIFY(decoder.layers(model->spec()) == (std::vector<int>{0, 0, 1, 2}));
        decoder.reset(*model, classes, 5);
        const auto part = [&](const std::string& name) { return model->tensor("head." + name); };
        torch::manual_seed(4);
        const auto tokens = torch::randn({3, 4, 16, 64});
        const torch::NoGradGuard no_grad;
        std::vector<torch::nn::BatchNorm2d> norms;
        std::vector<torch::nn::Conv2d> convolutions;
        for (int i = 0; i < 4; ++i) {
            norms.emplace_back(128);
            convolutions.emplace_back(torch::nn::Conv2dOptions(i == 0 ? 64 : 128, 128, 3).padding(1).bias(false));
            convolutions.back()->weight.copy_(part("smooth." + std::to_string(i) + ".weight"));
        }
        const auto modules = [&](bool training) {
            const auto layer = [&](int i) { return tokens.select(1, i).transpose(1, 2).reshape({3, 64, 4, 4}); };
            const auto twice = [](const Tensor& x) { return x.repeat_interleave(2, 2).repeat_interleave(2, 3); };
            for (auto& norm : norms) norm->train(training);
            auto x = torch::relu(norms[0](convolutions[0](layer(3))));
            for (int i = 1; i < 4; ++i) {
                const auto name = "lateral." + std::to_string(i);
                auto finer = torch::einsum("bdhw,odij->bohw", {layer(3 - i), part(name + ".weight")}) +
                             part(name + ".bias").view({1, -1, 1, 1});
                if (i < 3) x = twice(x);
                while (finer.size(2) < x.size(2)) finer = twice(finer);
                x = torch::relu(norms[static_cast<std::size_t>(i)](convolutions[static_cast<std::size_t>(i)](x + finer)));
            }
            return at::conv2d(x, part("classifier.weight"), part("classifier.bias"));
        };
        for (const bool training : {true, true, false}) {
            const auto got = decoder.forward(*model, tokens, training);
            QCOMPARE(got.size(3), 16);
            const auto problem = difference(got, modules(training), 1e-4);
            QVERIFY2(problem.empty(), problem.c_str());
        }
        for (int i = 0; i < 4; ++i)
            for (const char* what : {"running_mean", "running_var"}) {
                const auto& norm = norms[static_cast<std::size_t>(i)];
                const auto& want = what == std::string("running_mean") ? norm->running_mean : norm->running_var;
                const auto problem = difference(part("norm." + std::to_string(i) + "." + what), want, 1e-4);
                QVERIFY2(problem.empty(), problem.c_str());
            }
    }

    void statistics_are_saved_but_not_trained() {
        const auto task = engine::make_task(cdra::datasets::Task::segmentation, "fpn");
        const auto model = world_.model();
        task->reset_head(*model, classes, 1);
        const auto method = world_.method(*model, "linear", nullptr);
        int statistics = 0;
        for (const auto& item : method->trainables()) {
            const bool statistic = item.name.find("running_") != std::string::npos;
            statistics += statistic;
            QCOMPARE(item.value.requires_grad(), !statistic);
        }
        QCOMPARE(statistics, 8);
        const auto images = cdra::test::random_images(2);
        engine::ForwardOptions training;
        training.training = true;
        (void)task->outputs(*model, task->features(*model, images, training), training);
        const auto adapter = method->adapter();
        const auto& mean = adapter.whole.at("head.norm.0.running_mean").values;
        QVERIFY(std::any_of(mean.begin(), mean.end(), [](float value) { return value != 0; }));
        const auto other = world_.model();
        task->reset_head(*other, classes, 2);
        world_.method(*other, "linear", nullptr)->load(adapter);
        const auto problem = difference(task->outputs(*other, task->features(*other, images, {}), {}),
                                        task->outputs(*model, task->features(*model, images, {}), {}), 1e-6);
        QVERIFY2(problem.empty(), problem.c_str());
    }

    void losses_leave_out_pixels_without_a_class() {
        const auto task = engine::make_task(cdra::datasets::Task::segmentation, "linear");
        torch::manual_seed(6);
        const auto outputs = torch::randn({2, classes, size, size});
        auto labels = random_masks(2, false).labels;
        labels[1].slice(0, 0, 20).fill_(255); // one image counts fewer pixels
        double each = 0, sum = 0, pixels = 0;
        for (int b = 0; b < 2; ++b) {
            double own = 0, counted = 0;
            for (int y = 0; y < size; ++y)
                for (int x = 0; x < size; ++x) {
                    const auto label = labels[b][y][x].item<std::int64_t>();
                    if (label == 255) continue;
                    own -= outputs[b].select(1, y).select(1, x).log_softmax(0)[label].item<double>();
                    ++counted;
                }
            each += own / counted, sum += own, pixels += counted;
        }
        QVERIFY(std::fabs(task->sample_losses(outputs, labels).item<double>() - each) < 1e-4);
        QVERIFY(std::fabs(task->training_loss(outputs, labels, 0).item<double>() - 2 * sum / pixels) < 1e-4);
        const auto hits = task->hits(outputs, labels);
        QCOMPARE(hits.judged, static_cast<std::int64_t>(pixels));
        const auto nothing = torch::full_like(labels, 255);
        QCOMPARE(task->sample_losses(outputs, nothing).item<double>(), 0.0);
        labels[0][9][9] = classes;
        QVERIFY_EXCEPTION_THROWN(task->check_labels(labels, classes), cdra::InputError);
    }

    void sensitivity_is_the_mean_of_squared_gradients_of_single_images_data() {
        QTest::addColumn<QString>("decoder");
        QTest::newRow("linear") << "linear";
        QTest::newRow("fpn") << "fpn";
    }
    void sensitivity_is_the_mean_of_squared_gradients_of_single_images() {
        QFETCH(QString, decoder);
        const auto task = engine::make_task(cdra::datasets::Task::segmentation, decoder.toStdString());
        const auto model = world_.model();
        task->reset_head(*model, classes, 3);
        const auto images = cdra::test::random_images(3);
        auto labels = random_masks(3, false).labels;
        labels[1].slice(0, 0, 20).fill_(255);
        engine::SensitivityInputs inputs{.model = *model, .next = {}, .samples = 3};
        inputs.task = task.get();
        inputs.next = [&, given = false](engine::LabelledImages& next) mutable {
            next = {images, labels};
            return !std::exchange(given, true);
        };
        cdra::NullProgress quiet;
        const auto map = engine::compute_sensitivity(inputs, quiet);

        // A block in the middle and the shared final norm, by autograd, one image after the other.
        std::map<std::string, Tensor> leaves, sums;
        for (const char* name : {"blocks.1.mlp.fc2.weight", "blocks.0.attn.proj.weight", "norm.weight", "blocks.2.norm1.bias"}) {
            leaves[name] = model->tensor(name).detach().clone().set_requires_grad(true);
            model->set_tensor(name, leaves[name]);
            sums[name] = torch::zeros_like(leaves[name]).set_requires_grad(false);
        }
        for (int i = 0; i < 3; ++i) {
            const auto outputs = task->outputs(*model, task->features(*model, images.narrow(0, i, 1), {}), {});
            const auto log = outputs.log_softmax(1).squeeze(0);
            const auto label = labels[i].to(torch::kInt64);
            const auto counted = label.ne(255);
            const auto taken = log.gather(0, label.masked_fill(~counted, 0).unsqueeze(0)).squeeze(0).masked_select(counted);
            (-taken.mean()).backward();
            for (auto& [name, leaf] : leaves) {
                sums[name] += leaf.grad().square() / 3;
                leaf.mutable_grad().reset();
            }
        }
        const auto check = [&](const std::string& name, std::span<const float> got) {
            const auto problem = cdra::test::difference(got, engine::float_values(sums.at(name)), 1e-4);
            QVERIFY2(problem.empty(), (name + ": " + problem).c_str());
        };
        for (const auto& matrix : map.matrices)
            if (sums.contains(matrix.shape.name + ".weight")) check(matrix.shape.name + ".weight", matrix.values);
        for (const auto& vector : map.vectors)
            if (sums.contains(vector.shape.name)) check(vector.shape.name, vector.values);
    }

  private:
    cdra::test::TemporaryFolder folder_;
    cdra::test::World world_{folder_.path()};
};

QTEST_GUILESS_MAIN(SegmentationTest)
#include "segmentation_test.moc"
