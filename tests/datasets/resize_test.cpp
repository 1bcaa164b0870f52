// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "tests/datasets/fixtures.h"
#include "tests/support/near.h"

#include <QtTest>
#include <array>
#include <cmath>
#include <numeric>
#include <set>

using namespace cdra;
using namespace cdra::test;
using namespace cdra::datasets;

namespace {

double kernel(double x) {
    x = std::fabs(x);
    if (x < 1) return 1.5 * x * x * x - 2.5 * x * x + 1;
    return x < 2 ? -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2 : 0;
}

// The naive twin: every output pixel from every input pixel in floating point, rounded once at the end.
std::vector<double> exact_resize(const Image& in, int width, int height) {
    const auto weights = [](int from, int to, int at) {
        const double scale = double(from) / to, stretch = std::max(scale, 1.0);
        std::vector<double> w(static_cast<std::size_t>(from));
        double sum = 0;
        for (int j = 0; j < from; ++j)
            sum += w[std::size_t(j)] = kernel((j + 0.5 - (at + 0.5) * scale) / stretch);
        for (double& value : w)
            value /= sum;
        return w;
    };
    std::vector<double> out;
    for (int y = 0; y < height; ++y) {
        const auto wy = weights(in.height, height, y);
        for (int x = 0; x < width; ++x) {
            const auto wx = weights(in.width, width, x);
            for (int c = 0; c < 3; ++c) {
                double sum = 0;
                for (int v = 0; v < in.height; ++v)
                    for (int u = 0; u < in.width; ++u)
                        sum += wy[std::size_t(v)] * wx[std::size_t(u)] *
                               in.rgb[std::size_t((v * in.width + u) * 3 + c)];
                out.push_back(std::clamp(sum, 0.0, 255.0));
            }
        }
    }
    return out;
}

// The naive twin in whole numbers: 22 bits after the point, across first, then down.
Image fixed_point_resize(const Image& image, int width, int height) {
    const auto along = [](const Image& in, int size, bool across) {
        const int from = across ? in.width : in.height;
        if (from == size) return in;
        Image out{across ? size : in.width, across ? in.height : size, {}};
        out.rgb.resize(std::size_t(out.width * out.height * 3));
        const double scale = double(from) / size, stretch = std::max(scale, 1.0), support = 2 * stretch;
        for (int at = 0; at < size; ++at) {
            const double centre = (at + 0.5) * scale;
            const int first = std::max(int(centre - support + 0.5), 0), end = std::min(int(centre + support + 0.5), from);
            std::vector<double> weights;
            for (int j = first; j < end; ++j) weights.push_back(kernel((j - centre + 0.5) / stretch));
            const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
            for (int other = 0; other < (across ? in.height : in.width); ++other)
                for (int c = 0; c < 3; ++c) {
                    std::int64_t total = 1 << 21;
                    for (int j = first; j < end; ++j) {
                        const int x = across ? j : other, y = across ? other : j;
                        total += std::int64_t(std::llround(weights[std::size_t(j - first)] / sum * (1 << 22))) *
                                 in.rgb[std::size_t((y * in.width + x) * 3 + c)];
                    }
                    const int x = across ? at : other, y = across ? other : at;
                    out.rgb[std::size_t((y * out.width + x) * 3 + c)] = std::uint8_t(std::clamp<std::int64_t>(total >> 22, 0, 255));
                }
        }
        return out;
    };
    return along(along(image, width, true), height, false);
}

Image smooth(int width, int height) {
    Image image{width, height, {}};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < 3; ++c)
                image.rgb.push_back(std::uint8_t(128 + 70 * std::sin(0.4 * x + c) * std::cos(0.3 * y - c)));
    return image;
}

} // namespace

class ResizeTest : public QObject {
    Q_OBJECT

  private slots:
    void agrees_with_the_plain_formula() {
        const Image image = smooth(29, 23);
        const std::vector<std::pair<int, int>> sizes{{56, 56}, {14, 14}, {29, 40}, {7, 23}, {1, 1}, {58, 11}};
        for (const auto& [width, height] : sizes) {
            const Image got = resize_bicubic(image, width, height);
            QCOMPARE(got.width, width);
            QCOMPARE(got.height, height);
            const std::vector<double> want = exact_resize(image, width, height);
            QCOMPARE(got.rgb.size(), want.size());
            // Two passes, each rounded to a grey level: within one and a half of the exact value.
            for (std::size_t i = 0; i < want.size(); ++i)
                QVERIFY2(std::fabs(got.rgb[i] - want[i]) <= 1.5,
                         qPrintable(QString("%1×%2 at %3").arg(width).arg(height).arg(i)));
        }
    }

    // The same integers one after the other, as Pillow's source has them: no tolerance.
    void equals_one_pixel_after_the_other() {
        for (const auto& [from_width, from_height, width, height] :
             {std::array{61, 47, 20, 31}, {16, 16, 32, 8}, {33, 100, 50, 17}, {7, 5, 21, 40}, {200, 3, 64, 9}, {48, 32, 48, 11}, {90, 18, 31, 18}}) {
            Image image{from_width, from_height, {}};
            std::uint32_t state = 1;
            for (int i = 0; i < from_width * from_height * 3; ++i) image.rgb.push_back(std::uint8_t((state = state * 1664525U + 1013904223U) >> 24));
            QVERIFY(resize_bicubic(image, width, height).rgb == fixed_point_resize(image, width, height).rgb);
        }
    }

    void the_same_size_and_a_constant_stay() {
        const Image image = picture(9, 5);
        QCOMPARE(resize_bicubic(image, 9, 5).rgb, image.rgb);
        const Image flat{6, 4, Bytes(72, 201)};
        QCOMPARE(resize_bicubic(flat, 17, 3).rgb, Bytes(17 * 3 * 3, 201));
    }

    // A step from 0 to 255 doubled: overshoot is cut off, and the values are those of weights −9/128,
    // 111/128, 29/128, −3/128 of the kernel at quarters.
    void a_step_doubled() {
        Image step{4, 1, {}};
        for (std::uint8_t v : {0, 0, 255, 255})
            step.rgb.insert(step.rgb.end(), 3, v);
        const Image got = resize_bicubic(step, 8, 1);
        Bytes row;
        for (std::size_t x = 0; x < 8; ++x)
            row.push_back(got.rgb[3 * x]);
        QCOMPARE(row, (Bytes{0, 0, 0, 52, 203, 255, 255, 255}));
    }

    void crops_and_flips() {
        const Image image = picture(6, 4);
        const Image part = crop(image, 2, 1, 3, 2);
        for (int y = 0; y < 2; ++y)
            for (int x = 0; x < 9; ++x)
                QCOMPARE(part.rgb[std::size_t(9 * y + x)], image.rgb[std::size_t((y + 1) * 18 + 6 + x)]);
        const Image flipped = flip_horizontally(image);
        QCOMPARE(flipped.rgb[0], image.rgb[15]);
        QVERIFY(flipped.rgb != image.rgb);
        QCOMPARE(flip_horizontally(flipped).rgb, image.rgb);
        QVERIFY_EXCEPTION_THROWN((void)crop(image, 4, 0, 3, 2), InputError);
    }

    void preprocessing_normalises_by_channel() {
        Preprocessing how;
        how.image_size = 4;
        how.mean = {0.5F, 0.25F, 0.1F};
        how.std = {0.5F, 0.2F, 0.4F};
        const Image image = picture(4, 4);
        std::vector<float> got(48), want(48);
        preprocess(image, how, false, 0, got);
        for (std::size_t c = 0; c < 3; ++c)
            for (std::size_t i = 0; i < 16; ++i)
                want[16 * c + i] = (float(image.rgb[3 * i + c]) / 255.0F - how.mean[c]) / how.std[c];
        const std::string where = difference(got, want, 1e-6);
        QVERIFY2(where.empty(), where.c_str());
        QVERIFY_EXCEPTION_THROWN(preprocess(image, how, false, 0, std::span(got).first(47)), InputError);
        how.resize = "stretch";
        QVERIFY_EXCEPTION_THROWN(preprocess(image, how, false, 0, got), InputError);
    }

    // "crop" at 224 is: short side 256, then the middle.
    void crop_takes_the_middle() {
        Preprocessing how;
        how.image_size = 224;
        how.resize = "crop";
        how.mean = {0, 0, 0};
        how.std = {1, 1, 1};
        const Image image = smooth(300, 200);
        std::vector<float> got(3 * 224 * 224);
        preprocess(image, how, false, 0, got);
        const Image want = crop(resize_bicubic(image, 384, 256), 80, 16, 224, 224);
        for (std::size_t i = 0; i < std::size_t(224 * 224); ++i)
            QCOMPARE(got[i], float(want.rgb[3 * i]) / 255.0F);
    }

    void augmentation_follows_its_seed_and_only_in_training() {
        Preprocessing how;
        how.image_size = 28;
        how.augment = "crop-flip";
        const Image image = picture(40, 40);
        const auto at = [&](bool training, std::uint64_t seed) {
            std::vector<float> out(3 * 28 * 28);
            preprocess(image, how, training, seed, out);
            return out;
        };
        QCOMPARE(at(true, 5), at(true, 5));
        QCOMPARE(at(false, 5), at(false, 6));
        std::set<std::vector<float>> different;
        for (std::uint64_t seed = 0; seed < 64; ++seed)
            different.insert(at(true, seed));
        QVERIFY(different.size() > 20); // 5×5 places, twice flipped: 50 in all

        how.augment = "flip";
        different.clear();
        for (std::uint64_t seed = 0; seed < 32; ++seed)
            different.insert(at(true, seed));
        QCOMPARE(different.size(), std::size_t{2});
        QVERIFY(different.contains(at(false, 0)));
    }
};

QTEST_GUILESS_MAIN(ResizeTest)
#include "resize_test.moc"
