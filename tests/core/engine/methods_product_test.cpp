// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// The compact product against its naive twin: dense W + Δ built by autograd.
#include "core/engine/methods/adapted_product.h"
#include "tests/support/near.h"

#include <torch/torch.h>

#include <QTest>

#include <set>

namespace engine = cdra::engine;
using engine::AdaptedProduct;
using engine::Origin;
using engine::kernels::ProductForm;
using engine::LowRankPart;
using engine::MaskedPart;
using engine::Tensor;

namespace {

constexpr std::int64_t in = 40, dim = 24, out = 3 * dim, tokens = 7, batch = 3;

std::vector<float> values(const Tensor& tensor) {
    const auto flat = tensor.detach().contiguous();
    return {flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel()};
}
QString different(const Tensor& got, const Tensor& want, double relative = 2e-5) {
    if (!got.defined() || !want.defined()) return QStringLiteral("a tensor is missing");
    return QString::fromStdString(cdra::test::difference(values(got), values(want), relative));
}

Tensor pick(std::int64_t n, std::int64_t from) { return torch::randperm(from, torch::kInt64).narrow(0, 0, n); }
Tensor leaf(Tensor value) { return value.set_requires_grad(true); }

// q low-rank, k low-rank with other rows and another rank, v masked: a fused product with everything at once.
struct Parts {
    std::vector<LowRankPart> low_rank;
    std::vector<MaskedPart> masked;
};
Parts random_parts(bool low_rank, bool masked) {
    Parts parts;
    if (low_rank) {
        parts.low_rank.push_back({"q", pick(11, in), pick(9, dim), leaf(torch::randn({11, 3})), leaf(torch::randn({3, 9}))});
        parts.low_rank.push_back({"k", pick(6, in), pick(15, dim) + dim, leaf(torch::randn({6, 2})), leaf(torch::randn({2, 15}))});
    }
    if (masked) {
        const auto flat = pick(30, in * dim);
        parts.masked.push_back({"v", flat.remainder(in), flat.div(in, "floor") + 2 * dim, leaf(torch::randn({30}))});
    }
    return parts;
}

Tensor dense_change(const Parts& parts, double scale) {
    auto change = torch::zeros({in, out});
    for (const auto& part : parts.low_rank)
        change = change.index_put({part.rows.unsqueeze(1), part.columns.unsqueeze(0)}, torch::matmul(part.a, part.b) * scale, true);
    for (const auto& part : parts.masked) change = change.index_put({part.inputs, part.outputs}, part.values, true);
    return change;
}

std::vector<Tensor> leaves(const Parts& parts) {
    std::vector<Tensor> result;
    for (const auto& part : parts.low_rank) result.push_back(part.a), result.push_back(part.b);
    for (const auto& part : parts.masked) result.push_back(part.values);
    return result;
}

} // namespace

class MethodsProductTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { torch::manual_seed(3); }

    void equals_the_dense_twin_data() {
        QTest::addColumn<bool>("low_rank");
        QTest::addColumn<bool>("masked");
        QTest::addColumn<int>("path");
        QTest::addColumn<double>("scale");
        QTest::addColumn<int>("form");
        const int branch = int(ProductForm::branch), merged = int(ProductForm::merged);
        QTest::newRow("low rank") << true << false << 0 << 1.0 << branch;
        QTest::newRow("masked, loops") << false << true << int(AdaptedProduct::MaskedPath::loops) << 1.0 << branch;
        QTest::newRow("masked, box") << false << true << int(AdaptedProduct::MaskedPath::box) << 1.0 << branch;
        QTest::newRow("both, loops, scaled") << true << true << int(AdaptedProduct::MaskedPath::loops) << 0.5 << branch;
        QTest::newRow("both, box") << true << true << int(AdaptedProduct::MaskedPath::box) << 1.0 << branch;
        const int narrow = int(ProductForm::narrow);
        QTest::newRow("low rank, narrow") << true << false << 0 << 1.0 << narrow;
        QTest::newRow("masked, narrow") << false << true << 0 << 1.0 << narrow;
        QTest::newRow("both, narrow, scaled") << true << true << 0 << 0.5 << narrow;
        QTest::newRow("both, narrow, box") << true << true << int(AdaptedProduct::MaskedPath::box) << 0.5 << narrow;
        QTest::newRow("low rank, merged") << true << false << 0 << 1.0 << merged;
        QTest::newRow("masked, merged") << false << true << 0 << 1.0 << merged;
        QTest::newRow("both, merged, scaled") << true << true << 0 << 0.5 << merged;
    }
    void equals_the_dense_twin() {
        QFETCH(bool, low_rank);
        QFETCH(bool, masked);
        QFETCH(int, path);
        QFETCH(double, scale);
        QFETCH(int, form);
        const auto parts = random_parts(low_rank, masked);
        const AdaptedProduct product(in, out, parts.low_rank, parts.masked, scale, static_cast<AdaptedProduct::MaskedPath>(path),
                                     static_cast<ProductForm>(form));
        const auto x = leaf(torch::randn({batch, tokens, in}));
        const engine::Linear frozen{torch::randn({out, in}), leaf(torch::randn({out}))};
        const auto weight_of_output = torch::randn({batch, tokens, out});

        auto inputs = leaves(parts);
        inputs.push_back(x);
        inputs.push_back(frozen.bias);
        const auto y = product(x, frozen);
        const auto got = torch::autograd::grad({(y * weight_of_output).sum()}, inputs);
        const auto want_y = torch::matmul(x, frozen.weight.t() + dense_change(parts, scale)) + frozen.bias;
        const auto want = torch::autograd::grad({(want_y * weight_of_output).sum()}, inputs);
        QVERIFY2(different(y, want_y).isEmpty(), qPrintable(different(y, want_y)));
        for (std::size_t i = 0; i < inputs.size(); ++i)
            QVERIFY2(different(got[i], want[i]).isEmpty(), qPrintable(QString::number(i) + ": " + different(got[i], want[i])));

        const torch::NoGradGuard no_grad;
        QVERIFY2(different(product(x, frozen), want_y).isEmpty(), "without gradients");
    }

    void every_row_of_an_undefined_list_is_merged() {
        auto parts = random_parts(true, false);
        parts.low_rank.pop_back();
        parts.low_rank[0].rows = Tensor();
        parts.low_rank[0].a = leaf(torch::randn({in, 3}));
        const AdaptedProduct product(in, out, parts.low_rank, {}, 1, AdaptedProduct::MaskedPath::automatic, ProductForm::merged);
        auto listed = parts;
        listed.low_rank[0].rows = torch::arange(in);
        const auto x = torch::randn({batch, tokens, in});
        const engine::Linear frozen{torch::randn({out, in}), {}};
        const auto y = product(x, frozen), want = torch::matmul(x, frozen.weight.t() + dense_change(listed, 1));
        QVERIFY2(different(y, want).isEmpty(), qPrintable(different(y, want)));
        const auto weight = torch::randn({batch, tokens, out});
        const auto got = torch::autograd::grad({(y * weight).sum()}, leaves(parts));
        const auto gradients = torch::autograd::grad({(want * weight).sum()}, leaves(parts));
        for (std::size_t i = 0; i < got.size(); ++i)
            QVERIFY2(different(got[i], gradients[i]).isEmpty(), qPrintable(different(got[i], gradients[i])));
    }

    // x is made again in the backward pass: the same gradients, and nothing kept but what made it.
    void an_origin_takes_the_place_of_what_is_kept_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("form");
        QTest::addColumn<bool>("all_rows");
        for (const auto& [name, kind] : {std::pair{"itself", Origin::Kind::itself}, {"norm", Origin::Kind::norm}, {"gelu", Origin::Kind::gelu}})
            for (const auto form : {ProductForm::branch, ProductForm::merged, ProductForm::narrow})
                for (const bool all : {false, true})
                    QTest::addRow("%s, %s%s", name, form == ProductForm::merged ? "merged" : form == ProductForm::narrow ? "narrow" : "branch", all ? ", all rows" : "")
                        << int(kind) << int(form) << all;
    }
    void an_origin_takes_the_place_of_what_is_kept() {
        QFETCH(int, kind);
        QFETCH(int, form);
        QFETCH(bool, all_rows);
        auto parts = random_parts(true, true);
        if (all_rows) parts.low_rank[0].rows = Tensor(), parts.low_rank[0].a = leaf(torch::randn({in, 3}));
        auto listed = parts;
        if (all_rows) listed.low_rank[0].rows = torch::arange(in);
        const AdaptedProduct product(in, out, parts.low_rank, parts.masked, 1, AdaptedProduct::MaskedPath::automatic,
                                     static_cast<ProductForm>(form));
        const auto source = leaf(torch::randn({batch, tokens, in}) * 2 + 0.5);
        const auto gain = leaf(torch::randn({in})), shift = leaf(torch::randn({in}));
        Tensor x = source * 1.5; // not a leaf, as in a model
        Origin origin{static_cast<Origin::Kind>(kind), x.detach(), {}, {}, {}, {}};
        if (origin.kind == Origin::Kind::gelu) x = at::gelu(x);
        if (origin.kind == Origin::Kind::norm) {
            auto [y, mean, deviation] = at::native_layer_norm(x, {in}, gain, shift, 1e-6);
            x = y;
            origin.mean = mean.detach(), origin.deviation = deviation.detach();
            origin.weight = gain.detach(), origin.bias = shift.detach();
        }
        const engine::Linear frozen{torch::randn({out, in}), torch::randn({out})};
        const auto weight_of_output = torch::randn({batch, tokens, out});
        auto inputs = leaves(parts);
        inputs.push_back(source);
        const auto y = product(x, frozen, origin);
        for (const auto& tensor : engine::saved_for_backward(y))
            if (tensor.defined() && tensor.numel() >= batch * tokens * product.kept_inputs() &&
                tensor.data_ptr() != frozen.weight.data_ptr())
                QVERIFY2(tensor.data_ptr() == origin.source.data_ptr(), "an input is kept that can be made again");
        const auto want_y = torch::matmul(x, frozen.weight.t() + dense_change(listed, 1)) + frozen.bias;
        const auto got = torch::autograd::grad({(y * weight_of_output).sum()}, inputs, {}, true);
        const auto want = torch::autograd::grad({(want_y * weight_of_output).sum()}, inputs, {}, true);
        for (std::size_t i = 0; i < inputs.size(); ++i)
            QVERIFY2(different(got[i], want[i]).isEmpty(), qPrintable(QString::number(i) + ": " + different(got[i], want[i])));
    }

    // Many rows, so that the backward pass goes in groups; the frozen bias takes a gradient too.
    void many_rows_give_the_same_bits_for_every_thread_count() {
        const auto parts = random_parts(true, true);
        const AdaptedProduct product(in, out, parts.low_rank, parts.masked, 0.5, AdaptedProduct::MaskedPath::automatic,
                                     ProductForm::merged);
        const auto x = leaf(torch::randn({9, 131, in}));
        const engine::Linear frozen{torch::randn({out, in}), leaf(torch::randn({out}))};
        const auto weight_of_output = torch::randn({9, 131, out});
        auto inputs = leaves(parts);
        inputs.push_back(x);
        inputs.push_back(frozen.bias);
        const auto want_y = torch::matmul(x, frozen.weight.t() + dense_change(parts, 0.5)) + frozen.bias;
        const auto want = torch::autograd::grad({(want_y * weight_of_output).sum()}, inputs);
        std::vector<std::vector<float>> first;
        const int threads_before = at::get_num_threads();
        for (const int threads : {1, 2, 5}) {
            at::set_num_threads(threads);
            const auto got = torch::autograd::grad({(product(x, frozen) * weight_of_output).sum()}, inputs);
            for (std::size_t i = 0; i < inputs.size(); ++i) {
                QVERIFY2(different(got[i], want[i], 1e-4).isEmpty(),
                         qPrintable(QString::number(i) + ": " + different(got[i], want[i], 1e-4)));
                if (threads == 1) first.push_back(values(got[i]));
                // The leaves' own gradients; dx and y are the library's products.
                if (i + 2 < inputs.size()) QVERIFY2(values(got[i]) == first[i], "the bits depend on the threads");
            }
        }
        at::set_num_threads(threads_before);
    }

    // The input's values are kept for the rows in use alone, and u; never the whole x, never ΔW.
    void keeps_no_activation_it_does_not_need() {
        auto parts = random_parts(true, true);
        const AdaptedProduct product(in, out, parts.low_rank, parts.masked);
        std::set<std::int64_t> used;
        const auto add = [&](const Tensor& rows) {
            for (std::int64_t i = 0; i < rows.numel(); ++i) used.insert(rows[i].item<std::int64_t>());
        };
        for (const auto& part : parts.low_rank) add(part.rows);
        for (const auto& part : parts.masked) add(part.inputs);
        QVERIFY(static_cast<std::int64_t>(used.size()) < in);
        QCOMPARE(product.kept_inputs(), static_cast<std::int64_t>(used.size()));

        const auto x = leaf(torch::randn({batch, tokens, in}));
        const engine::Linear frozen{torch::randn({out, in}), torch::randn({out})};
        const auto y = product(x, frozen);
        const auto m = batch * tokens, rank = std::int64_t{5};
        std::int64_t activations = 0;
        const auto saved = engine::saved_for_backward(y);
        QVERIFY(!saved.empty());
        for (const auto& tensor : saved) {
            if (!tensor.defined() || tensor.data_ptr() == frozen.weight.data_ptr()) continue;
            QVERIFY2(tensor.data_ptr() != x.data_ptr(), "x itself is kept");
            QVERIFY2(tensor.numel() != in * out, "a dense ΔW is kept");
            if (tensor.dim() == 2 && tensor.size(0) == m) activations += tensor.numel();
        }
        QCOMPARE(activations, m * product.kept_inputs() + m * rank);
    }

    // Nothing below the lowest trainable block is differentiated: an input that needs no gradient gets none.
    void an_input_without_gradient_stays_without() {
        const auto parts = random_parts(true, true);
        const AdaptedProduct product(in, out, parts.low_rank, parts.masked);
        const auto x = torch::randn({batch, tokens, in});
        const engine::Linear frozen{torch::randn({out, in}), {}};
        product(x, frozen).sum().backward();
        QVERIFY(!x.grad().defined());
        for (const auto& tensor : leaves(parts)) QVERIFY(tensor.grad().defined() && tensor.grad().abs().sum().item<double>() > 0);
    }
};

QTEST_GUILESS_MAIN(MethodsProductTest)
#include "methods_product_test.moc"
