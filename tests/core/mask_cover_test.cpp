// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Covers of masks against their definition and against a search through all covers.
#include "core/compact/mask_cover.h"

#include <QtTest>

#include <algorithm>
#include <bit>
#include <random>
#include <set>

using namespace cdra::compact;

namespace {

std::vector<std::uint32_t> random_mask(std::mt19937& random, std::uint32_t out, std::uint32_t in, std::size_t count) {
    std::set<std::uint32_t> mask;
    while (mask.size() < count) mask.insert(random() % (out * in));
    return {mask.begin(), mask.end()};
}

bool covers(const MaskCover& cover, const std::vector<std::uint32_t>& mask, std::uint32_t in) {
    return std::ranges::all_of(mask, [&](std::uint32_t index) {
        return std::ranges::binary_search(cover.inputs, index % in) || std::ranges::binary_search(cover.outputs, index / in);
    });
}

// The naive twin: every set of inputs, completed by the outputs that it leaves uncovered.
std::size_t smallest(const std::vector<std::uint32_t>& mask, std::uint32_t in) {
    std::size_t best = mask.size();
    for (std::uint32_t chosen = 0; chosen < 1U << in; ++chosen) {
        std::set<std::uint32_t> outputs;
        for (const std::uint32_t index : mask)
            if ((chosen >> (index % in) & 1U) == 0) outputs.insert(index / in);
        best = std::min(best, static_cast<std::size_t>(std::popcount(chosen)) + outputs.size());
    }
    return best;
}

} // namespace

class MaskCoverTest : public QObject {
    Q_OBJECT

  private slots:
    void nothing_and_one() {
        QCOMPARE(cover_of_mask({}, 8).rank(), std::size_t{0});
        QCOMPARE(cover_of_mask(std::vector<std::uint32_t>{13}, 8).rank(), std::size_t{1});
    }

    void a_row_and_a_column_take_one_each() {
        std::vector<std::uint32_t> mask;
        for (std::uint32_t i = 0; i < 10; ++i) mask.push_back(3 * 10 + i); // output 3, every input
        for (std::uint32_t o = 0; o < 20; ++o)
            if (o != 3) mask.push_back(o * 10 + 7); // input 7, every output
        const MaskCover cover = cover_of_mask(mask, 10);
        QCOMPARE(cover.inputs, std::vector<std::uint32_t>{7});
        QCOMPARE(cover.outputs, std::vector<std::uint32_t>{3});
    }

    void as_small_as_any() {
        std::mt19937 random(5);
        for (int round = 0; round < 300; ++round) {
            const std::uint32_t in = 2 + random() % 8, out = 2 + random() % 12;
            const auto mask = random_mask(random, out, in, 1 + random() % (in * out));
            const MaskCover cover = cover_of_mask(mask, in);
            QVERIFY(covers(cover, mask, in));
            QCOMPARE(cover.rank(), smallest(mask, in));
        }
    }

    void large_and_sparse() {
        std::mt19937 random(6);
        const auto mask = random_mask(random, 3072, 768, 3500);
        const MaskCover cover = cover_of_mask(mask, 768);
        QVERIFY(covers(cover, mask, 768));
        QVERIFY(cover.rank() <= 768);
    }
};

QTEST_GUILESS_MAIN(MaskCoverTest)
#include "mask_cover_test.moc"
