// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "core/base/decimal.h"
#include "core/base/digest.h"
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/random.h"
#include "tests/support/temporary_folder.h"

#include <QtTest>
#include <algorithm>
#include <fstream>
#include <limits>
#include <map>
#include <unistd.h>

using namespace cdra;
namespace fs = std::filesystem;

class BaseTest : public QObject {
    Q_OBJECT

    static std::size_t entries(const fs::path& folder) {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
    }

  private slots:
    void exit_codes_follow_types() {
        QCOMPARE(exit_code(InputError("x")), 2);
        QCOMPARE(exit_code(CorruptFile("x")), 2);
        QCOMPARE(exit_code(UnrecognisedFormat("x")), 2);
        QCOMPARE(exit_code(IoError("x")), 1);
        QCOMPARE(exit_code(Error("x")), 1);
        QCOMPARE(exit_code(std::runtime_error("x")), 1);
        QCOMPARE(exit_code(Cancelled{}), 130);
    }

    void a_committed_file_replaces_the_old_one() {
        test::TemporaryFolder folder;
        write_file_atomically(folder / "a.txt", "old");
        write_file_atomically(folder / "a.txt", "new content");
        QCOMPARE(read_text_file(folder / "a.txt"), std::string("new content"));
        const std::string_view parts[] = {"one ", "", "two"};
        write_parts_atomically(folder / "b.txt", parts);
        QCOMPARE(read_text_file(folder / "b.txt"), std::string("one two"));
        QCOMPARE(entries(folder.path()), std::size_t{2});
    }

    void an_abandoned_file_leaves_nothing() {
        test::TemporaryFolder folder;
        write_file_atomically(folder / "a.txt", "old");
        {
            AtomicFile file(folder / "a.txt");
            std::ofstream(file.temporary_path()) << "half";
            QCOMPARE(entries(folder.path()), std::size_t{2});
        }
        QCOMPARE(entries(folder.path()), std::size_t{1});
        QCOMPARE(read_text_file(folder / "a.txt"), std::string("old"));
    }

    void a_failed_commit_leaves_nothing() {
        test::TemporaryFolder folder;
        {
            AtomicFile file(folder / "a.txt");
            // The name is taken by a folder that is not empty: the rename must fail.
            fs::create_directories(folder / "a.txt" / "inside");
            QVERIFY_EXCEPTION_THROWN(file.commit(), IoError);
        }
        QCOMPARE(entries(folder.path()), std::size_t{1});
        QVERIFY(fs::is_directory(folder / "a.txt"));
        {
            AtomicFile file(folder / "b.txt");
            fs::remove(file.temporary_path());
            QVERIFY_EXCEPTION_THROWN(file.commit(), IoError);
        }
        QVERIFY(!fs::exists(folder / "b.txt"));
    }

    void bad_targets_are_refused() {
        test::TemporaryFolder folder;
        QVERIFY_EXCEPTION_THROWN(write_file_atomically(folder / "none" / "a.txt", "x"), IoError);
        QVERIFY_EXCEPTION_THROWN(write_file_atomically(folder.path(), "x"), IoError);
        write_file_atomically(folder / "file", "x");
        QVERIFY_EXCEPTION_THROWN(write_file_atomically(folder / "file" / "a.txt", "x"), IoError);
        if (::geteuid() != 0) { // root may write anywhere
            const fs::path closed = folder / "closed";
            fs::create_directory(closed);
            fs::permissions(closed, fs::perms::owner_read | fs::perms::owner_exec);
            QVERIFY_EXCEPTION_THROWN(write_file_atomically(closed / "a.txt", "x"), IoError);
            fs::permissions(closed, fs::perms::owner_all);
        }
        try {
            write_file_atomically(folder / "none" / "a.txt", "x");
        } catch (const IoError& error) {
            QVERIFY(std::string(error.what()).find("none/a.txt") != std::string::npos);
            QVERIFY(std::string(error.what()).find("make it first") != std::string::npos);
        }
    }

    void text_files_are_bounded() {
        test::TemporaryFolder folder;
        write_file_atomically(folder / "a.txt", std::string(100, 'x'));
        QCOMPARE(read_text_file(folder / "a.txt", 100).size(), std::size_t{100});
        QVERIFY_EXCEPTION_THROWN(read_text_file(folder / "a.txt", 99), InputError);
        QVERIFY_EXCEPTION_THROWN(read_text_file(folder / "none.txt"), InputError);
        QVERIFY_EXCEPTION_THROWN(read_text_file(folder.path()), InputError);
    }

    // FIPS 180-2's own examples.
    void digests_are_sha256() {
        const auto hex = [](std::string_view text) {
            return sha256_hex(std::as_bytes(std::span(text.data(), text.size())));
        };
        const std::string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        QCOMPARE(hex("abc"), abc);
        QCOMPARE(hex(""), std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
        Sha256 digest;
        digest.add("a");
        digest.add("bc");
        QCOMPARE(digest.hex(), abc);
        test::TemporaryFolder folder;
        write_file_atomically(folder / "abc", "abc");
        QCOMPARE(sha256_file(folder / "abc"), abc);
        QVERIFY_EXCEPTION_THROWN(sha256_file(folder / "none"), InputError);
        std::stop_source stop;
        stop.request_stop();
        bool cancelled = false;
        try {
            sha256_file(folder / "abc", stop.get_token());
        } catch (const Cancelled&) {
            cancelled = true;
        }
        QVERIFY(cancelled);
    }

    // Written down once: a change would silently give every old run other samples.
    void permutations_are_those_of_ever() {
        QCOMPARE(random_permutation(0, 1).size(), std::size_t{0});
        QCOMPARE(random_permutation(1, 1), (std::vector<std::uint32_t>{0}));
        QCOMPARE(random_permutation(10, 0), (std::vector<std::uint32_t>{6, 3, 2, 9, 8, 1, 4, 7, 0, 5}));
        QCOMPARE(mix_seed(0, std::uint64_t{0}), std::uint64_t{0x397AB29740681D9ULL});
        QVERIFY(mix_seed(1, std::uint64_t{2}) != mix_seed(2, std::uint64_t{1}));
        QVERIFY(mix_seed(0, "train-order") != mix_seed(0, "head"));
        for (const std::uint32_t n : {2U, 100U, 60000U}) {
            auto order = random_permutation(n, 42);
            QVERIFY(n == 2 || !std::ranges::is_sorted(order));
            std::ranges::sort(order);
            for (std::uint32_t i = 0; i < n; ++i)
                QVERIFY(order[i] == i);
        }
    }

    void permutations_are_uniform() {
        std::map<std::vector<std::uint32_t>, int> seen;
        for (std::uint64_t seed = 0; seed < 6000; ++seed)
            ++seen[random_permutation(3, mix_seed(seed, "uniform"))];
        QCOMPARE(seen.size(), std::size_t{6});
        for (const auto& [order, times] : seen)
            QVERIFY2(times > 850 && times < 1150, std::to_string(times).c_str());
    }

    void decimals_are_what_was_typed() {
        QCOMPARE(floor_of_product(Decimal::from(0.29), 100).value(),
                 std::uint64_t{29}); // 0.29 * 100 is 28.999…
        QCOMPARE(ceil_of_product(Decimal::from(1.1), 10).value(), std::uint64_t{11}); // 1.1 * 10 is 11.000…2
        QCOMPARE(ceil_of_product(Decimal::from(1.5), 3).value(), std::uint64_t{5});
        QCOMPARE(floor_of_product(Decimal::from(1e-300), 1000).value(), std::uint64_t{0});
        QCOMPARE(ceil_of_product(Decimal::from(1e-300), 1000).value(), std::uint64_t{1});
        QCOMPARE(floor_of_product(Decimal::from(2500), 4, 3).value(), std::uint64_t{3333});
        QVERIFY(!floor_of_product(Decimal::from(1e300), 1000));
        QCOMPARE(floor_of_product(Decimal::from(0), 1000).value(), std::uint64_t{0});
        QVERIFY_EXCEPTION_THROWN(Decimal::from(-1), InputError);
        QVERIFY_EXCEPTION_THROWN(Decimal::from(std::numeric_limits<double>::quiet_NaN()), InputError);
        // Every percentage with two digits of every pool size that it divides.
        for (int percent = 1; percent <= 10000; ++percent)
            QCOMPARE(floor_of_product(Decimal::from(percent / 10000.0), 10000 * 7).value(),
                     static_cast<std::uint64_t>(percent) * 7);
    }

    void loops_do_every_piece_once_and_pass_on_failures() {
        for (const int threads : {1, 2, 5}) {
            std::vector<std::atomic<int>> done(100);
            parallel_for(threads, done.size(), [&](std::size_t, std::size_t i) { ++done[i]; });
            for (const auto& times : done)
                QCOMPARE(times.load(), 1);
            QVERIFY_EXCEPTION_THROWN(parallel_for(threads, 100,
                                                  [](std::size_t, std::size_t i) {
                                                      if (i == 50) throw InputError("piece 50");
                                                  }),
                                     InputError);
        }
    }
};

QTEST_GUILESS_MAIN(BaseTest)
#include "base_test.moc"
