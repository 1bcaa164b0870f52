// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/base/random.h"
#include "datasets/loader.h"
#include "tests/datasets/fixtures.h"
#include "tests/support/near.h"
#include "tests/support/temporary_folder.h"

#include <QtTest>
#include <atomic>

using namespace cdra;
using namespace cdra::test;
using namespace cdra::datasets;

namespace {

std::vector<Batch> pass(Loader& loader, const std::vector<std::uint32_t>& order, std::uint64_t seed,
                        std::size_t skip = 0) {
    loader.start(order, seed, skip);
    std::vector<Batch> batches;
    for (Batch batch; loader.next(batch);)
        batches.push_back(batch);
    return batches;
}

bool same(const std::vector<Batch>& a, const std::vector<Batch>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Batch& x, const Batch& y) {
        return x.size == y.size && x.images == y.images && x.labels == y.labels && x.indices == y.indices;
    });
}

// Fails for chosen samples and counts how often an image is loaded.
class Flaky final : public Dataset {
  public:
    std::string layout() const override { return "flaky"; }
    const std::vector<std::string>& classes() const override { return classes_; }
    const std::vector<std::string>& splits() const override { return splits_; }
    const std::vector<Sample>& samples(std::string_view) const override { return samples_; }
    Image load(std::string_view, std::size_t index) const override {
        ++loads;
        if (index == 13 || index == 14) throw CorruptFile("sample " + std::to_string(index));
        return picture(5, 5, unsigned(index));
    }
    std::string fingerprint() const override { return "flaky"; }
    mutable std::atomic<int> loads = 0;

  private:
    std::vector<std::string> classes_{"a"}, splits_{"train"};
    std::vector<Sample> samples_ = std::vector<Sample>(20);
};

} // namespace

class LoaderTest : public QObject {
    Q_OBJECT

    TemporaryFolder folder_;
    std::unique_ptr<Dataset> data_;
    Preprocessing how_;
    std::vector<std::uint32_t> order_;

  private slots:
    void initTestCase() {
        write_idx(folder_.path(), 60, 10, 6);
        data_ = open_dataset("mnist:" + folder_.path().string());
        how_.image_size = 8;
        order_ = random_permutation(48, 9);
    }

    void equals_direct_preprocessing() {
        LoaderOptions options;
        options.batch_size = 10;
        options.threads = 3;
        Loader loader(*data_, "train", how_, options);
        for (int round = 0; round < 2; ++round) { // the second comes from the cache
            const auto batches = pass(loader, order_, 0);
            QCOMPARE(batches.size(), std::size_t{5});
            QCOMPARE(batches.back().size, 8);
            for (std::size_t i = 0; i < order_.size(); ++i) {
                const Batch& batch = batches[i / 10];
                QCOMPARE(batch.indices[i % 10], order_[i]);
                QCOMPARE(batch.labels[i % 10], std::int64_t{data_->samples("train")[order_[i]].label});
                std::vector<float> want(192);
                preprocess(data_->load("train", order_[i]), how_, false, 0, want);
                const std::string where =
                    difference(std::span(batch.images).subspan(i % 10 * 192, 192), want, 0);
                QVERIFY2(where.empty(), where.c_str());
            }
        }
    }

    void is_the_same_for_any_number_of_threads_and_any_prefetch() {
        Preprocessing how = how_;
        how.augment = "crop-flip";
        const auto run = [&](int threads, int prefetch, std::uint64_t seed, std::size_t skip = 0) {
            LoaderOptions options;
            options.batch_size = 7;
            options.training = true;
            options.threads = threads;
            options.prefetch = prefetch;
            Loader loader(*data_, "train", how, options);
            return pass(loader, order_, seed, skip);
        };
        const auto one = run(1, 0, 5);
        QVERIFY(same(one, run(4, 3, 5)));
        QVERIFY(same(one, run(2, 1, 5)));
        QVERIFY(!same(one, run(1, 0, 6)));
        const auto rest = run(3, 2, 5, 4);
        QVERIFY(same(rest, {one.begin() + 4, one.end()}));
        QVERIFY(run(2, 2, 5, 99).empty());
    }

    void the_first_bad_sample_surfaces() {
        const Flaky data;
        std::vector<std::uint32_t> order(20);
        for (std::uint32_t i = 0; i < 20; ++i)
            order[i] = i;
        LoaderOptions options;
        options.batch_size = 5;
        options.threads = 4;
        Loader loader(data, "train", how_, options);
        for (int round = 0; round < 20; ++round) {
            loader.start(order, 0);
            Batch batch;
            QVERIFY(loader.next(batch));
            QVERIFY(loader.next(batch));
            QCOMPARE(message_of<CorruptFile>([&] { loader.next(batch); }), std::string("sample 13"));
            QVERIFY(!loader.next(batch));
        }
    }

    void caches_within_its_bytes() {
        const Flaky data;
        const std::vector<std::uint32_t> order{0, 1, 2, 3, 4, 5};
        LoaderOptions options;
        options.cache_bytes = 4 * 192 * sizeof(float);
        Loader loader(data, "train", how_, options);
        const auto first = pass(loader, order, 0);
        QCOMPARE(data.loads.load(), 6);
        QVERIFY(same(first, pass(loader, order, 0)));
        QCOMPARE(data.loads.load(), 8); // four of six were kept
    }

    void a_pass_can_be_left_and_begun_again() {
        LoaderOptions options;
        options.batch_size = 4;
        options.threads = 2;
        Loader loader(*data_, "train", how_, options);
        loader.start(order_, 0);
        Batch batch;
        QVERIFY(loader.next(batch));
        QCOMPARE(pass(loader, order_, 0).size(), std::size_t{12});
        loader.start(order_, 0); // destroyed with work under way
    }

    void impossible_arguments() {
        LoaderOptions options;
        options.batch_size = 0;
        QVERIFY_EXCEPTION_THROWN(Loader(*data_, "train", how_, options), InputError);
        Loader loader(*data_, "train", how_, {});
        QVERIFY_EXCEPTION_THROWN(loader.start({48}, 0), InputError);
        QVERIFY_EXCEPTION_THROWN(Loader(*data_, "dev", how_, LoaderOptions{}), InputError);
    }
};

QTEST_GUILESS_MAIN(LoaderTest)
#include "loader_test.moc"
