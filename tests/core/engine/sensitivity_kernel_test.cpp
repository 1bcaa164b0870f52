// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// The tile kernel against three plain loops, on every instruction set this machine has.
#include "core/engine/kernels/squared_gradient.h"
#include "tests/support/near.h"
#include "tests/support/random_values.h"

#include <ATen/Parallel.h>
#include <QTest>
#include <mutex>
#include <set>
#include <thread>

using cdra::engine::kernels::best_instruction_set;
using cdra::engine::kernels::InstructionSet;
using cdra::engine::kernels::SquaredGradient;
using cdra::engine::kernels::SquaredGradientShape;
using cdra::test::random_values;

namespace {

std::vector<float> naive(const SquaredGradientShape& shape, const std::vector<float>& x,
                         const std::vector<float>& g, std::vector<float> s) {
    for (std::int64_t o = 0; o < shape.out; ++o)
        for (std::int64_t i = 0; i < shape.in; ++i) {
            double total = s[static_cast<std::size_t>(o * shape.in + i)];
            for (std::int64_t b = 0; b < shape.samples; ++b) {
                double gradient = 0;
                for (std::int64_t t = 0; t < shape.tokens; ++t)
                    gradient += double{g[static_cast<std::size_t>((b * shape.tokens + t) * shape.out + o)]} *
                                double{x[static_cast<std::size_t>((b * shape.tokens + t) * shape.in + i)]};
                total += gradient * gradient;
            }
            s[static_cast<std::size_t>(o * shape.in + i)] = static_cast<float>(total);
        }
    return s;
}

} // namespace

class SensitivityKernelTest : public QObject {
    Q_OBJECT
  private slots:
    // LibTorch's loop is compiled into our own files: without OpenMP's flag it would run on one thread, and every result be right.
    void loops_of_ours_run_on_as_many_threads_as_asked_for() {
        const int before = at::get_num_threads();
        at::set_num_threads(3);
        std::mutex mutex;
        std::set<std::thread::id> seen;
        at::parallel_for(0, 3, 1, [&](std::int64_t, std::int64_t) {
            const std::lock_guard lock(mutex);
            seen.insert(std::this_thread::get_id());
        });
        at::set_num_threads(before);
        QCOMPARE(seen.size(), std::size_t{3});
    }
    void equals_plain_loops_data();
    void equals_plain_loops();
    void same_bits_for_every_thread_count();
};

void SensitivityKernelTest::equals_plain_loops_data() {
    QTest::addColumn<int>("set");
    QTest::addColumn<QList<int>>("shape");
    const QList<QList<int>> shapes = {{1, 1, 1, 1},   {3, 1, 6, 16},   {5, 17, 48, 64},    {2, 197, 30, 40},
                                      {7, 3, 13, 33}, {2, 300, 65, 7}, {130, 17, 100, 95}, {2, 2100, 12, 32}};
    for (int set = 0; set <= static_cast<int>(best_instruction_set()); ++set)
        for (const auto& shape : shapes) {
            const auto name = name_of(static_cast<InstructionSet>(set));
            QTest::addRow("%.*s %d×%d, %d→%d", static_cast<int>(name.size()), name.data(), shape[0], shape[1],
                          shape[3], shape[2])
                << set << shape;
        }
}

void SensitivityKernelTest::equals_plain_loops() {
    QFETCH(int, set);
    QFETCH(QList<int>, shape);
    const SquaredGradientShape size{shape[0], shape[1], shape[2], shape[3]};
    const auto x = random_values(size.samples * size.tokens * size.in, 1);
    const auto g = random_values(size.samples * size.tokens * size.out, 2);
    auto s = random_values(size.out * size.in, 3); // what is there before is added to
    const auto want = naive(size, x, g, naive(size, x, g, s));
    SquaredGradient kernel(static_cast<InstructionSet>(set));
    kernel.accumulate(size, x.data(), g.data(), s.data());
    kernel.accumulate(size, x.data(), g.data(), s.data());
    const auto differing = cdra::test::difference(s, want, 1e-5);
    QVERIFY2(differing.empty(), differing.c_str());
}

void SensitivityKernelTest::same_bits_for_every_thread_count() {
    const SquaredGradientShape size{9, 17, 200, 90};
    const auto x = random_values(size.samples * size.tokens * size.in, 4);
    const auto g = random_values(size.samples * size.tokens * size.out, 5);
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 2, 5}) {
        at::set_num_threads(threads);
        auto& s = results.emplace_back(static_cast<std::size_t>(size.out * size.in));
        SquaredGradient().accumulate(size, x.data(), g.data(), s.data());
    }
    QVERIFY(*std::max_element(results[0].begin(), results[0].end()) > 0);
    QCOMPARE(results[1], results[0]);
    QCOMPARE(results[2], results[0]);
}

QTEST_GUILESS_MAIN(SensitivityKernelTest)
#include "sensitivity_kernel_test.moc"
