// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/compact/ranks.h"
#include "tests/support/temporary_folder.h"

#include <QtTest>
#include <random>

using namespace cdra;
using namespace cdra::compact;

class RanksTest : public QObject {
    Q_OBJECT

    static std::uint32_t rank(const char* strategy, const RankInput& input) {
        return allocate_ranks(*parse_rank_strategy(strategy), std::span(&input, 1)).front();
    }

  private slots:
    // d = 8, k = 16, d̄ = 4, k̄ = 6, Σm = 20: eq7 = 20·4·6 / (10·128) = 480/1280, unscaled = 20/10.
    void worked_by_hand() {
        const RankInput small{"m", 8, 16, 4, 6, 20};
        QCOMPARE(rank("eq7", small), 0U);
        QCOMPARE(rank("eq7-unscaled", small), 2U);
        QCOMPARE(rank("scale:0.5", small), 1U);
        QCOMPARE(rank("scale:0.49", small), 0U);
        QCOMPARE(rank("scale:1.5", small), 3U);
        QCOMPARE(rank("fixed:3", small), 3U);
        QCOMPARE(rank("fixed:32", small), 4U); // capped at min(d̄, k̄)
        // The whole matrix sensitive: eq7 and eq7-unscaled agree, 8·16/24 = 5.33.
        const RankInput full{"m", 8, 16, 8, 16, 128};
        QCOMPARE(rank("eq7", full), 5U);
        QCOMPARE(rank("eq7-unscaled", full), 5U);
        // ViT-B's mlp.fc1 with 400 × 1,000 and 150,000: 150000·400·1000/(1400·768·3072) = 18.16 of 107.1.
        const RankInput big{"m", 768, 3072, 400, 1000, 150'000};
        QCOMPARE(rank("eq7", big), 18U);
        QCOMPARE(rank("eq7-unscaled", big), 107U);
        const RankInput none{"m", 8, 16, 0, 0, 0};
        for (const char* strategy : {"eq7", "eq7-unscaled", "fixed:8", "scale:2"})
            QCOMPARE(rank(strategy, none), 0U);
    }

    void greatest_rank_satisfies_its_rule_and_the_next_does_not() {
        __extension__ using Wide = unsigned __int128;
        std::mt19937_64 random(3);
        int positive = 0;
        for (int trial = 0; trial < 20000; ++trial) {
            RankInput m{"m", random() % 4000 + 1, random() % 4000 + 1, 0, 0, 0};
            m.compact_rows = random() % m.rows + 1;
            m.compact_columns = random() % m.columns + 1;
            m.sensitive = random() % (m.compact_rows * m.compact_columns) + 1;
            if (trial % 5 == 0)
                m.sensitive = (m.compact_rows + m.compact_columns) * (random() % 5 + 1); // exact multiples
            const Wide sides = m.compact_rows + m.compact_columns;
            const auto printed = [&](Wide r) { // Σm·d̄·k̄ ≥ r·(d̄ + k̄)·d·k
                return Wide{m.sensitive} * m.compact_rows * m.compact_columns >=
                       r * sides * m.rows * m.columns;
            };
            const auto unscaled = [&](Wide r) { return Wide{m.sensitive} >= r * sides; };
            const auto scaled = [&](Wide r) { return Wide{m.sensitive} * 7 >= r * sides * 10; };
            const std::uint32_t eq7 = parse_rank_strategy("eq7")->ranks(std::span(&m, 1)).front();
            QVERIFY(printed(eq7) && !printed(Wide{eq7} + 1));
            const std::uint32_t plain = parse_rank_strategy("eq7-unscaled")->ranks(std::span(&m, 1)).front();
            QVERIFY(unscaled(plain) && !unscaled(Wide{plain} + 1));
            const std::uint32_t part = parse_rank_strategy("scale:0.7")->ranks(std::span(&m, 1)).front();
            QVERIFY(scaled(part) && !scaled(Wide{part} + 1));
            QCOMPARE(parse_rank_strategy("scale:1")->ranks(std::span(&m, 1)).front(), plain);
            positive += eq7 > 0;
        }
        QVERIFY(positive > 1000);
    }

    void largest_sizes_do_not_overflow() {
        const std::uint64_t side = 1 << 20;
        const RankInput huge{"m", side, side, side, side, side * side};
        QCOMPARE(rank("eq7", huge), 1U << 19);
        QCOMPARE(rank("eq7-unscaled", huge), 1U << 19);
        QCOMPARE(rank("scale:1000000", huge), 1U << 20); // capped
    }

    void files() {
        test::TemporaryFolder folder;
        const std::vector<RankInput> inputs = {{"blocks.0.attn.q", 8, 8, 6, 6, 30},
                                               {"blocks.0.attn.k", 8, 8, 3, 6, 10}};
        const auto ranks = [&](const std::string& content) {
            write_file_atomically(folder / "ranks.csv", content);
            return allocate_ranks(*parse_rank_strategy("file:" + (folder / "ranks.csv").string()), inputs);
        };
        QVERIFY(ranks("name,rank\r\n# by hand\r\nblocks.0.attn.k, 9\r\n\r\nblocks.0.attn.q,2") ==
                (std::vector<std::uint32_t>{2, 3}));
        for (const char* bad : {"blocks.0.attn.q,2\n", "blocks.0.attn.q,2\nblocks.0.attn.q,3\n",
                                "blocks.0.attn.q;2\n", "blocks.0.attn.q,-1\n", "blocks.0.attn.q,2 3\n",
                                "blocks.0.attn.q,1\nblocks.0.attn.k,1\nblocks.0.attn.x,1\n", ""})
            QVERIFY_EXCEPTION_THROWN(ranks(bad), InputError);
        QVERIFY_EXCEPTION_THROWN(parse_rank_strategy("file:" + (folder / "none.csv").string()), InputError);
    }

    void unknown_words_list_the_known_ones() {
        for (const char* bad :
             {"", "eq8", "eq7:1", "eq7-unscaled:x", "fixed", "fixed:", "fixed:0", "fixed:-1", "fixed:2x",
              "scale:", "scale:0", "scale:-1", "scale:nan", "scale:inf", "scale:1x", "file:"})
            QVERIFY_EXCEPTION_THROWN(parse_rank_strategy(bad), InputError);
        try {
            parse_rank_strategy("eq8");
        } catch (const InputError& error) {
            for (const auto& entry : rank_strategies())
                QVERIFY(std::string(error.what()).find(entry.syntax) != std::string::npos);
        }
    }
};

QTEST_GUILESS_MAIN(RanksTest)
#include "ranks_test.moc"
