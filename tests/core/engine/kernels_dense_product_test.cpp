// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Both libraries of a dense product against at::linear and its gradients in float64.
#include "core/engine/kernels/dense_product.h"

#include <torch/torch.h>

#include <QTest>

#include <vector>

namespace kernels = cdra::engine::kernels;
using at::Tensor;
using kernels::DenseLibrary;

namespace {

// The largest difference, in units of the largest value there should be.
double difference(const Tensor& found, const Tensor& wanted) {
    const double scale = wanted.abs().max().item<double>();
    if (scale == 0) return 1; // nothing but zeros agrees with nothing
    return (found.to(at::kDouble) - wanted).abs().max().item<double>() / scale;
}

} // namespace

class KernelsDenseProductTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { torch::manual_seed(3); }
    void cleanup() { kernels::use(kernels::first_forms); }

    void value_and_gradients_are_those_of_the_definition_data() {
        QTest::addColumn<int>("library");
        QTest::addColumn<int>("rows");
        QTest::addColumn<bool>("bias");
        QTest::addColumn<int>("trained"); // bits: x, weight, bias
        for (const int library : {0, 1})
            for (const int rows : {43, 272}) // enough work for oneDNN
                for (const bool bias : {false, true})
                    for (const int trained : {0, 1, 2, 3, 4, 5, 6, 7})
                        if (bias || (trained & 4) == 0)
                            QTest::addRow("%s %d rows%s, trained %d", library ? "onednn" : "libtorch", rows, bias ? ", bias" : "",
                                          trained)
                                << library << rows << bias << trained;
    }
    void value_and_gradients_are_those_of_the_definition() {
        QFETCH(int, library);
        QFETCH(int, rows);
        QFETCH(bool, bias);
        QFETCH(int, trained);
        kernels::use({0, library ? DenseLibrary::onednn : DenseLibrary::libtorch});
        std::vector<Tensor> given = {torch::randn({2, rows, 136}), torch::randn({96, 136}), bias ? torch::randn({96}) : Tensor{}};
        std::vector<Tensor> ours, exact;
        for (std::size_t i = 0; i < 3; ++i) {
            const bool wanted = trained >> i & 1;
            ours.push_back(given[i].defined() ? given[i].clone().requires_grad_(wanted) : Tensor{});
            exact.push_back(given[i].defined() ? given[i].to(at::kDouble).requires_grad_(wanted) : Tensor{});
        }
        const auto y = kernels::dense_linear(ours[0], ours[1], ours[2]);
        const auto wanted = at::linear(exact[0], exact[1], exact[2]);
        QVERIFY(y.sizes() == wanted.sizes());
        QVERIFY(difference(y.detach(), wanted.detach()) < 1e-5);
        QCOMPARE(y.requires_grad(), trained != 0);
        if (trained == 0) return;
        const auto g = torch::randn_like(y);
        y.backward(g);
        wanted.backward(g.to(at::kDouble));
        for (std::size_t i = 0; i < 3; ++i)
            if (trained >> i & 1)
                QVERIFY2(difference(ours[i].grad(), exact[i].grad()) < 1e-5, qPrintable(QString("gradient %1").arg(i)));
            else if (ours[i].defined())
                QVERIFY(!ours[i].grad().defined());
    }

    void products_of_transposed_views() {
        const auto a = torch::randn({130, 140}), b = torch::randn({140, 150});
        const auto wanted = at::mm(a.to(at::kDouble), b.to(at::kDouble));
        for (const auto library : {DenseLibrary::libtorch, DenseLibrary::onednn}) {
            kernels::use({0, library});
            for (const auto& left : {a, a.t().contiguous().t()})
                for (const auto& right : {b, b.t().contiguous().t()})
                    QVERIFY(difference(kernels::dense_product(left, right), wanted) < 1e-5);
        }
    }

    void operands_with_gaps() {
        const auto wide = torch::randn({200, 300}), b = torch::randn({300, 140});
        const auto a = wide.narrow(1, 20, 130), narrow = b.narrow(0, 5, 130).narrow(1, 3, 120);
        const auto wanted = at::mm(a.to(at::kDouble), narrow.to(at::kDouble));
        for (const auto library : {DenseLibrary::libtorch, DenseLibrary::onednn}) {
            kernels::use({0, library});
            QVERIFY(difference(kernels::dense_product(a, narrow), wanted) < 1e-5);
            const auto x = a.detach().requires_grad_(), weight = narrow.t().detach().requires_grad_();
            const auto y = kernels::dense_linear(x, weight);
            QVERIFY(difference(y.detach(), wanted) < 1e-5);
            y.sum().backward(); // an expanded gradient
            QVERIFY(difference(x.grad(), weight.detach().to(at::kDouble).sum(0).expand_as(x)) < 1e-5);
            QVERIFY(difference(weight.grad(), x.detach().to(at::kDouble).sum(0).expand_as(weight)) < 1e-5);
        }
    }

    void onednn_repeats_its_bits() {
        const auto x = torch::randn({272, 384}), weight = torch::randn({384, 384});
        kernels::use({0, DenseLibrary::onednn});
        const auto first = kernels::dense_linear(x, weight), again = kernels::dense_linear(x, weight);
        QVERIFY(torch::equal(first, again));
        kernels::use({0, DenseLibrary::libtorch});
        QVERIFY(torch::equal(kernels::dense_linear(x, weight), at::linear(x, weight)));
    }

    void other_types_and_small_ones_are_linears() {
        kernels::use({0, DenseLibrary::onednn});
        const auto x = torch::randn({300, 100}, at::kDouble), weight = torch::randn({200, 100}, at::kDouble);
        QVERIFY(torch::equal(kernels::dense_linear(x, weight), at::linear(x, weight)));
        const auto small = torch::randn({2, 3, 8}), little = torch::randn({4, 8});
        QVERIFY(torch::equal(kernels::dense_linear(small, little), at::linear(small, little)));
        QVERIFY(kernels::dense_linear(torch::zeros({0, 8}), little).sizes() == at::IntArrayRef({0, 4}));
    }
};

QTEST_GUILESS_MAIN(KernelsDenseProductTest)
#include "kernels_dense_product_test.moc"
