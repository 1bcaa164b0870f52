// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Who sums the squares on a device: LibTorch's products, and the fused kernel only as long as it agrees with
// them. The choice is tried on the CPU with kernels made up here; the kernel itself where there is a device.
#include "core/engine/kernels/squared_gradient_cuda.h"
#include "core/engine/sensitivity/device_squares.h"

#include <torch/torch.h>

#include <QTest>

#include <limits>

namespace engine = cdra::engine;
namespace kernels = cdra::engine::kernels;
using at::Tensor;
using engine::DeviceSquares;

class SensitivityDeviceTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        torch::manual_seed(4);
        x_ = torch::randn({3, 5, 8}), gradient_ = torch::randn({3, 5, 16});
        wanted_ = torch::einsum("bto,bti->boi", {gradient_, x_}).square().sum(0);
    }

    void products_alone_unless_asked() {
        qunsetenv("CDRA_CUDA_KERNELS");
        QVERIFY(!DeviceSquares::by_environment().fused());
        qputenv("CDRA_CUDA_KERNELS", "libtorch");
        QVERIFY(!DeviceSquares::by_environment().fused());
        qputenv("CDRA_CUDA_KERNELS", "fused");
        QVERIFY(DeviceSquares::by_environment().fused());
        qunsetenv("CDRA_CUDA_KERNELS");
        DeviceSquares squares;
        QVERIFY(holds(squares, 1));
    }

    void a_kernel_that_agrees_is_compared_once_a_shape() {
        int calls = 0;
        DeviceSquares squares([&](Tensor& sums, const Tensor& x, const Tensor& g) {
            ++calls;
            engine::add_squared_gradients_by_products(sums, x, g);
            sums.mul_(1.0001); // as rounding would
            return true;
        });
        auto sums = torch::ones({16, 8});
        squares.accumulate(sums, x_, gradient_);
        QVERIFY(torch::allclose(sums, wanted_ + 1, 1e-5, 0)); // the comparison's own sums are the products'
        QCOMPARE(calls, 1);
        squares.accumulate(sums, x_, gradient_);
        QVERIFY(!torch::allclose(sums, 2 * wanted_ + 1, 1e-5, 0));
        QVERIFY(torch::allclose(sums, 2 * wanted_ + 1, 1e-3, 0));
        QCOMPARE(calls, 2);
        QVERIFY(squares.fused());
    }

    void a_kernel_that_disagrees_is_never_asked_again_data() {
        QTest::addColumn<double>("added");
        QTest::newRow("too much") << 1e3;
        QTest::newRow("not a number") << std::numeric_limits<double>::quiet_NaN();
    }
    void a_kernel_that_disagrees_is_never_asked_again() {
        QFETCH(double, added);
        int calls = 0;
        QStringList told;
        DeviceSquares squares(
            [&](Tensor& sums, const Tensor& x, const Tensor& g) {
                ++calls;
                engine::add_squared_gradients_by_products(sums, x, g);
                sums[3][2] += added;
                return true;
            },
            [&](const std::string& text) { told << QString::fromStdString(text); });
        QVERIFY(holds(squares, 3));
        QCOMPARE(calls, 1);
        QVERIFY(!squares.fused());
        QCOMPARE(told.size(), 1);
        QVERIFY(told.first().contains("16 x 8"));
    }

    void zeros_prove_nothing() {
        int calls = 0;
        DeviceSquares squares(
            [&](Tensor&, const Tensor&, const Tensor&) { return ++calls, true; }); // adds nothing
        auto sums = torch::zeros({16, 8});
        squares.accumulate(sums, torch::zeros_like(x_), gradient_);
        QVERIFY(squares.fused());
        QVERIFY(holds(squares, 2)); // now it is found out
        QVERIFY(!squares.fused());
        QCOMPARE(calls, 2);
    }

    void what_does_not_fit_is_the_products() {
        DeviceSquares squares([](Tensor&, const Tensor&, const Tensor&) { return false; });
        QVERIFY(holds(squares, 2));
        QVERIFY(squares.fused()); // other shapes may fit
        Tensor sums = torch::zeros({16, 8});
        QVERIFY(!engine::add_squared_gradients_fused(sums, x_, gradient_)); // no device holds them
        using kernels::CudaElement;
        QVERIFY(kernels::fits_squared_gradient_cuda({2, 10, 768, 3072}, CudaElement::float32));
        QVERIFY(kernels::fits_squared_gradient_cuda({2, 10, 768, 3072}, CudaElement::bfloat16));
        QVERIFY(kernels::fits_squared_gradient_cuda({2, 10, 12, 8}, CudaElement::float32));
        QVERIFY(!kernels::fits_squared_gradient_cuda({2, 10, 12, 8}, CudaElement::bfloat16));
        QVERIFY(!kernels::fits_squared_gradient_cuda({2, 0, 16, 8}, CudaElement::float32));
    }

    void the_kernel_itself_data() {
        QTest::addColumn<int>("samples");
        QTest::addColumn<int>("tokens");
        QTest::addColumn<int>("out");
        QTest::addColumn<int>("in");
        QTest::addColumn<bool>("half");
        if (!torch::cuda::is_available())
            QTest::newRow("no device: refused") << 1 << 8 << 16 << 8 << false;
        else
            for (const bool half : {false, true})
                for (const auto& [samples, tokens, out, in] : {std::tuple{1, 1, 8, 8},
                                                               {3, 10, 192, 768},
                                                               {2, 197, 768, 192},
                                                               {4, 33, 200, 136},
                                                               {2, 50, 2304, 768},
                                                               {1, 257, 4096, 1024}})
                    QTest::addRow("%d x %d tokens, %d x %d%s", samples, tokens, out, in, half ? ", bf16" : "")
                        << samples << tokens << out << in << half;
    }
    void the_kernel_itself() {
        QFETCH(int, samples);
        QFETCH(int, tokens);
        QFETCH(int, out);
        QFETCH(int, in);
        QFETCH(bool, half);
        if (!torch::cuda::is_available()) {
            auto sums = torch::zeros({out, in});
            QVERIFY(!engine::add_squared_gradients_fused(sums, torch::ones({samples, tokens, in}),
                                                         torch::ones({samples, tokens, out})));
            QVERIFY(!sums.any().item<bool>());
            return;
        }
        const auto type = half ? at::kBFloat16 : at::kFloat;
        const auto x = torch::randn({samples, tokens, in}).to(at::kCUDA, type),
                   g = torch::randn({samples, tokens, out}).to(at::kCUDA, type);
        auto sums = torch::ones({out, in}, at::kCUDA),
             wanted = torch::ones({out, in}, at::TensorOptions(at::kCUDA).dtype(at::kDouble));
        engine::add_squared_gradients_by_products(wanted, x.to(at::kDouble), g.to(at::kDouble));
        QVERIFY(engine::add_squared_gradients_fused(sums, x, g));
        const double most = wanted.max().item<double>();
        QVERIFY(most > 1);
        // bfloat16 is given as such: only the sums round.
        QVERIFY((sums - wanted).abs().max().item<double>() <= (half ? 1e-4 : 5e-3) * most);
        auto again = torch::ones({out, in}, at::kCUDA);
        QVERIFY(engine::add_squared_gradients_fused(again, x, g));
        QVERIFY(torch::equal(sums, again));
    }

  private:
    // Whether `rounds` batches add up to what they should.
    bool holds(DeviceSquares& squares, int rounds) const {
        auto sums = torch::ones({16, 8});
        for (int i = 0; i < rounds; ++i)
            squares.accumulate(sums, x_, gradient_);
        return wanted_.min().item<float>() > 0 && torch::allclose(sums, rounds * wanted_ + 1, 1e-5, 0);
    }

    Tensor x_, gradient_, wanted_;
};

QTEST_GUILESS_MAIN(SensitivityDeviceTest)
#include "sensitivity_device_test.moc"
