// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// The table of forms and its text, and the memory that tensors share.
#include "core/base/error.h"
#include "core/engine/kernels/dense_product.h"
#include "core/engine/kernels/host_memory.h"
#include "core/engine/training/memory.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <QTest>

#include <thread>

namespace kernels = cdra::engine::kernels;
using kernels::Forms;
using kernels::InstructionSet;
using kernels::ProductForm;

class KernelsFormsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { kernels::keep_host_memory(); }

    void many_rows_are_merged() {
        const Forms forms{2.0};
        QCOMPARE(forms.product(99, 100, 100), ProductForm::branch); // from 2·100·100/200 rows
        QCOMPARE(forms.product(100, 100, 100), ProductForm::merged);
        QCOMPARE(kernels::first_forms.product(1'000'000, 10, 10), ProductForm::branch);
        const Forms narrow{2.0, kernels::DenseLibrary::libtorch, true};
        QCOMPARE(narrow.product(99, 100, 100), ProductForm::narrow);
        QCOMPARE(narrow.product(100, 100, 100), ProductForm::merged);
    }
    void the_table_has_every_set_and_any_number_of_threads() {
        for (const auto& [set, intel] : {std::pair{InstructionSet::portable, false}, {InstructionSet::avx2, false},
                                         {InstructionSet::avx512, true}, {InstructionSet::avx512, false}})
            for (const int threads : {1, 2, 3, 64}) {
                int last = 0;
                const kernels::FormsRow* want = nullptr;
                for (const auto& row : kernels::forms_table()) {
                    if (row.set != set || row.dense != kernels::dense_for(set, intel)) continue;
                    QVERIFY2(row.threads > last, "rows of a set ascend by threads");
                    if (want == nullptr || want->threads < threads) want = &row;
                    last = row.threads;
                }
                QVERIFY(want != nullptr);
                QCOMPARE(kernels::forms_for(set, threads, intel).merge_from, want->merge_from);
            }
    }
    void onednn_where_libtorch_leaves_half_the_processor_idle() {
        using kernels::DenseLibrary;
        QVERIFY(kernels::dense_for(InstructionSet::avx512, false) == DenseLibrary::onednn);
        QVERIFY(kernels::dense_for(InstructionSet::avx512, true) == DenseLibrary::libtorch);
        QVERIFY(kernels::dense_for(InstructionSet::avx2, false) == DenseLibrary::libtorch);
        QVERIFY(kernels::has_onednn()); // the LibTorch that packaging/setup.sh brings
        QVERIFY(kernels::forms_for(InstructionSet::avx512, 2, false).dense == DenseLibrary::onednn);
    }
    void text_keeps_every_bit() {
        for (const double value : {0.0, 1.0, 0.1, 1.0 / 3.0, 123.456})
            for (const auto dense : {kernels::DenseLibrary::libtorch, kernels::DenseLibrary::onednn}) {
                for (const bool narrow : {false, true}) {
                    const Forms forms{value, dense, narrow};
                    QVERIFY(kernels::parse_forms(kernels::to_text(forms)) == forms);
                }
            }
        QVERIFY(kernels::parse_forms("product merged from 4").dense == kernels::DenseLibrary::libtorch); // of older runs
    }
    void other_texts_are_refused_data() {
        QTest::addColumn<QByteArray>("text");
        for (const char* text : {"", "product", "product merged from ", "product merged from 0", "product merged from -1",
                                 "product merged from nan", ", dense by onednn", "product branch, dense by onednn, dense by onednn", "product merged from 1x", "product merged from 1e999"})
            QTest::newRow(text) << QByteArray(text);
    }
    void other_texts_are_refused() {
        QFETCH(QByteArray, text);
        QVERIFY_THROWS_EXCEPTION(cdra::InputError, (void)kernels::parse_forms(text.toStdString()));
    }

    void memory_of_a_tensor_goes_to_the_next() {
        kernels::release_host_memory();
        const auto before = kernels::host_memory();
        const void* first = nullptr;
        {
            const auto tensor = torch::full({1 << 20}, 3.0F);
            first = tensor.data_ptr();
            QCOMPARE(kernels::host_memory().in_use - before.in_use, std::int64_t{4} << 20);
            QCOMPARE(reinterpret_cast<std::uintptr_t>(first) % 64, std::uintptr_t{0});
        }
        QCOMPARE(kernels::host_memory().in_use, before.in_use);
        QCOMPARE(kernels::host_memory().kept, std::int64_t{4} << 20);
        {
            const auto zeros = torch::zeros({(1 << 20) - 100}); // a little smaller
            QCOMPARE(zeros.data_ptr(), first);
            QCOMPARE(zeros.abs().sum().item<float>(), 0.0F);
            const auto other = torch::ones({1 << 20});
            QVERIFY(other.data_ptr() != first);
            QCOMPARE(zeros.abs().sum().item<float>(), 0.0F);
        }
        kernels::release_host_memory();
        QCOMPARE(kernels::host_memory().kept, std::int64_t{0});
    }
    void what_is_kept_is_bounded() {
        // Sizes that no later one can use: all would be kept without a bound.
        std::int64_t most = kernels::host_memory().in_use;
        for (std::int64_t mib = 8; mib < 90; mib += mib / 4) {
            const auto tensor = torch::empty({mib << 18});
            most = std::max(most, kernels::host_memory().in_use);
            const auto now = kernels::host_memory();
            QVERIFY2(now.in_use + now.kept <= most + most / 4 + (std::int64_t{64} << 20), "more is kept than is said");
        }
        QVERIFY(most > std::int64_t{60} << 20);
        kernels::release_host_memory();
    }
    // What a training has used must not count as what inference needs.
    void a_peak_begins_without_what_is_kept() {
        { const auto large = torch::ones({64 << 20}); }
        QVERIFY(kernels::host_memory().kept >= std::int64_t{256} << 20);
        const double with = cdra::engine::peak_host_memory_mib();
        cdra::engine::reset_peak_memory();
        QCOMPARE(kernels::host_memory().kept, std::int64_t{0});
        if (with > 0) QVERIFY2(cdra::engine::peak_host_memory_mib() < with - 200, qPrintable(QString::number(with)));
    }
    void threads_share_it() {
        std::vector<std::thread> threads;
        std::atomic<int> wrong = 0;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([t, &wrong] {
                for (int i = 0; i < 200; ++i) {
                    const std::int64_t n = (std::int64_t{1} << 18) + 1000 * ((t + i) % 7);
                    const auto tensor = torch::empty({n});
                    auto* values = tensor.data_ptr<float>();
                    std::fill_n(values, n, static_cast<float>(t));
                    for (std::int64_t k = 0; k < n; k += 997)
                        if (values[k] != static_cast<float>(t)) ++wrong;
                }
            });
        for (auto& thread : threads)
            thread.join();
        QCOMPARE(wrong.load(), 0);
        kernels::release_host_memory();
    }
    void small_tensors_are_the_c_librarys() {
        const auto before = kernels::host_memory();
        const auto tensor = torch::ones({100});
        QCOMPARE(kernels::host_memory().in_use, before.in_use);
        QCOMPARE(tensor.sum().item<float>(), 100.0F);
    }
};

QTEST_GUILESS_MAIN(KernelsFormsTest)
#include "kernels_forms_test.moc"
