// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// AdamW against LibTorch's own, the schedule against its definition.
#include "core/engine/methods/whole_tensors.h"
#include "core/engine/training/optimizer.h"
#include "core/job/schedule.h"
#include "tests/support/near.h"

#include <torch/torch.h>

#include <QTest>

#include <cmath>

using cdra::engine::AdamW;
using cdra::engine::Trainable;
using cdra::job::CosineSchedule;
using torch::Tensor;

class TrainingOptimizerTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void follows_adamw_for_20_steps() {
        torch::manual_seed(1);
        std::vector<Tensor> ours, theirs;
        for (const auto& shape : {std::vector<std::int64_t>{5, 7}, {11}, {3, 2}}) {
            ours.push_back(torch::randn(shape).set_requires_grad(true));
            theirs.push_back(ours.back().detach().clone().set_requires_grad(true));
        }
        // A decaying weight, a vector that does not decay, a head at ten times the rate.
        AdamW optimizer({{"w", ours[0], true}, {"b", ours[1], false}, {"head.weight", ours[2], true, 10.0}},
                        {0.9, 0.999, 1e-8, 0.05});
        const auto group = [&](std::size_t i, double decay) {
            auto options = std::make_unique<torch::optim::AdamWOptions>(1e-3);
            options->weight_decay(decay);
            return torch::optim::OptimizerParamGroup({theirs[i]}, std::move(options));
        };
        torch::optim::AdamW reference({group(0, 0.05), group(1, 0.0), group(2, 0.05)}, torch::optim::AdamWOptions(1e-3));
        for (int step = 0; step < 20; ++step) {
            const double lr = 1e-3 * (1 + step);
            optimizer.zero_grad();
            reference.zero_grad();
            for (std::size_t i = 0; i < ours.size(); ++i) {
                const auto gradient = torch::randn_like(theirs[i].detach());
                (ours[i] * gradient).sum().backward();
                (theirs[i] * gradient).sum().backward();
            }
            for (std::size_t i = 0; i < 3; ++i)
                static_cast<torch::optim::AdamWOptions&>(reference.param_groups()[i].options()).lr(i == 2 ? 10 * lr : lr);
            optimizer.step(lr);
            reference.step();
            for (std::size_t i = 0; i < ours.size(); ++i) {
                const auto problem = cdra::test::difference(cdra::engine::float_values(ours[i]),
                                                            cdra::engine::float_values(theirs[i]), 1e-6);
                QVERIFY2(problem.empty(), problem.c_str());
            }
        }
        QCOMPARE(optimizer.steps(), 20);
    }

    void a_trainable_without_gradient_stays() {
        const auto value = torch::ones({3}).set_requires_grad(true);
        AdamW optimizer({{"w", value, true}}, {});
        optimizer.step(0.1);
        QVERIFY(value.detach().eq(1).all().item<bool>());
    }

    void the_rate_warms_up_and_follows_half_a_cosine() {
        cdra::job::Recipe recipe; // 100 epochs, 10 of warm-up, 1e-3 down to 1e-5
        const CosineSchedule schedule(recipe);
        QCOMPARE(schedule.warmup_epochs(), 10.0);
        QCOMPARE(schedule.rate(0), 1e-6);
        QCOMPARE(schedule.rate(5), 1e-6 + 5 * (1e-3 - 1e-6) / 10);
        QCOMPARE(schedule.rate(50), 1e-5 + 0.5 * (1e-3 - 1e-5));
        QVERIFY(schedule.rate(10) > schedule.rate(11) && schedule.rate(98) > schedule.rate(99));
        QCOMPARE(schedule.rate(100), 1e-5);
        QCOMPARE(schedule.rate(50.9), schedule.rate(50)); // every step of an epoch has one rate
    }

    void by_step_the_rate_moves_within_an_epoch() {
        cdra::job::Recipe recipe;
        recipe.schedule = "step", recipe.epochs = 3;
        const CosineSchedule schedule(recipe);
        QCOMPARE(schedule.warmup_epochs(), 0.6);
        QCOMPARE(schedule.rate(0), 1e-6);
        QCOMPARE(schedule.rate(0.3), 1e-6 + (1e-3 - 1e-6) / 2);
        QCOMPARE(schedule.rate(1.5), 1e-5 + 0.5 * (1e-3 - 1e-5));
        QVERIFY(schedule.rate(2.9) > schedule.rate(2.95) && schedule.rate(2.95) > 1e-5);
        recipe.epochs = 100; // both agree where an epoch begins
        cdra::job::Recipe by_epoch = recipe;
        by_epoch.schedule = "epoch";
        for (int epoch = 0; epoch <= 100; ++epoch)
            QCOMPARE(CosineSchedule(recipe).rate(epoch), CosineSchedule(by_epoch).rate(epoch));
    }

    void a_short_run_warms_up_for_a_fifth_at_most() {
        cdra::job::Recipe recipe;
        recipe.epochs = 25;
        QCOMPARE(CosineSchedule(recipe).warmup_epochs(), 5.0);
        recipe.epochs = 2;
        QCOMPARE(CosineSchedule(recipe).warmup_epochs(), 0.0);
        QCOMPARE(CosineSchedule(recipe).rate(0), recipe.lr);
        recipe.epochs = 25, recipe.warmup_epochs = 2;
        QCOMPARE(CosineSchedule(recipe).warmup_epochs(), 2.0);
    }
};

QTEST_GUILESS_MAIN(TrainingOptimizerTest)
#include "training_optimizer_test.moc"
