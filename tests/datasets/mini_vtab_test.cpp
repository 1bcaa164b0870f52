// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "core/base/digest.h"
#include "core/base/error.h"
#include "datasets/build.h"
#include "datasets/build_mini.h"
#include "datasets/vtab_tasks.h"
#include "tests/datasets/fixtures.h"
#include "tests/support/temporary_folder.h"

#include <QtTest>
#include <algorithm>
#include <map>
#include <set>
#include <sstream>

using namespace cdra;
using namespace cdra::test;
using namespace cdra::datasets;

namespace {

namespace fs = std::filesystem;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

void write_sources(const fs::path& root) {
    write_idx(root / "fashion-mnist", 300, 90, 28);
    std::string lines;
    for (int i = 0; i < 1100; ++i) {
        for (int k = 0; k < 64; ++k)
            lines += std::to_string((i * 3 + k) % 17) + ",";
        lines += std::to_string(i % 10) + "\n";
    }
    write_gzip(root / "digits/digits.csv.gz", Bytes(lines.begin(), lines.end()));
}

BuildOptions options(const fs::path& sources, const fs::path& out) {
    BuildOptions result;
    result.out = out;
    result.fashion = sources / "fashion-mnist";
    result.digits = sources / "digits";
    result.limit = 24;
    return result;
}

std::vector<BuiltTask> build(const BuildOptions& options) {
    NullProgress progress;
    return benchmarks()[0].build(options, progress, {});
}

// Names and bytes of every file, or of those whose name does not end in `without`.
std::string digest(const fs::path& root, const std::string& without = "?") {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(root))
        if (entry.is_regular_file() && !entry.path().string().ends_with(without)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    Sha256 sum;
    for (const fs::path& file : files) {
        sum.add(file.lexically_relative(root).generic_string() + "\n");
        sum.add(sha256_file(file));
    }
    return sum.hex();
}

// Source images by list, out of sources.txt.
std::map<std::string, std::set<std::string>> sources_of(const fs::path& task) {
    std::map<std::string, std::set<std::string>> result;
    std::istringstream text(read_text_file(task / "sources.txt"));
    for (std::string line; std::getline(text, line);) {
        std::istringstream words(line);
        std::string file, source;
        words >> file;
        while (words >> source)
            result[fs::path(file).parent_path().filename().string()].insert(source);
    }
    return result;
}

// One white square of 28×28: what is drawn can be measured.
struct Square {
    Source source;
    Pool pool;
    Square() {
        source.images.push_back({28, 28, Bytes(28 * 28, 255)});
        source.labels = {3};
        source.names = {"square"};
        pool = {&source, {0}};
    }
};

struct Box {
    int left = 1000, top = 1000, right = -1, bottom = -1, area = 0;
};
Box bright(const Grey& image) {
    Box box;
    for (int y = 0; y < image.height; ++y)
        for (int x = 0; x < image.width; ++x)
            if (image.pixels[std::size_t(y * image.width + x)] > 160) {
                box = {std::min(box.left, x), std::min(box.top, y), std::max(box.right, x), std::max(box.bottom, y),
                       box.area + 1};
            }
    return box;
}

} // namespace

class MiniVtabTest : public QObject {
    Q_OBJECT

  private slots:
    void the_same_seed_gives_the_same_bytes() {
        TemporaryFolder folder;
        write_sources(folder.path());
        BuildOptions how = options(folder.path(), folder / "a");
        const auto built = build(how);
        QCOMPARE(built.size(), std::size_t{7});
        how.out = folder / "b";
        how.threads = 3;
        (void)build(how);
        QCOMPARE(digest(folder / "a"), digest(folder / "b"));
        how.out = folder / "c";
        how.seed = 1;
        (void)build(how);
        QVERIFY(digest(folder / "c") != digest(folder / "a"));
        // On every machine. (JPEG files are left out: their bytes are libjpeg's.)
        QCOMPARE(digest(folder / "a", ".jpg"),
                 std::string("59dfa59668f538cc31387196800abd09ffc310251c6bfe3f63eef72c626ed514"));
    }

    void every_task_opens_with_its_classes_and_sizes() {
        TemporaryFolder folder;
        write_sources(folder.path());
        for (const BuiltTask& task : build(options(folder.path(), folder / "out"))) {
            const auto data = open_dataset(task.data);
            QCOMPARE(data->classes().size(), std::size_t(task.classes));
            QCOMPARE(data->samples("train").size(), std::size_t{24});
            QCOMPARE(data->samples("trainval").size(), std::size_t{48});
            QCOMPARE(data->samples("test").size(), std::size_t{24});
            QCOMPARE(int(task.test), 24);
            NullProgress progress;
            QVERIFY(check(*data, 2, progress, {}).empty());
            const bool scenes = task.name == "fashion_scenes";
            QCOMPARE(data->task() == Task::segmentation, scenes);
            if (!scenes) QCOMPARE(find_vtab_task(task.name)->classes, task.classes);
            if (task.name == "fashion" || task.name == "digits") continue;
            QCOMPARE(data->load("test", 5).width, 112);
            if (scenes) continue;
            // Balanced: in 24 pictures every class as often as any other, give or take one.
            std::vector<int> counts(std::size_t(task.classes));
            for (const Sample& sample : data->samples("train"))
                ++counts[std::size_t(sample.label)];
            const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
            QVERIFY(*most - *least <= 1);
        }
    }

    void whole_lists_without_a_limit() {
        TemporaryFolder folder;
        write_sources(folder.path());
        BuildOptions how = options(folder.path(), folder / "out");
        how.limit = 0;
        how.tasks = {"digits", "fashion_scale"};
        const auto built = build(how);
        QCOMPARE(built.size(), std::size_t{2});
        QCOMPARE(int(built[0].test), 100); // 1,100 digits less 1,000
        QCOMPARE(int(built[1].test), 4000);
        QCOMPARE(int(built[1].train), 800);
        QVERIFY(!fs::exists(folder / "out/mini-vtab/fashion"));
        const auto digits = sources_of(folder / "out/mini-vtab/digits");
        QCOMPARE(digits.at("train800").size() + digits.at("val200").size() + digits.at("test").size(), std::size_t{1100});
        // A limit gives the first pictures of the same lists.
        how.out = folder / "short";
        how.limit = 5;
        (void)build(how);
        for (const char* file : {"digits/images/val200/000004.png", "fashion_scale/images/test/000003.png"})
            QCOMPARE(sha256_file(folder / "short/mini-vtab" / file), sha256_file(folder / "out/mini-vtab" / file));
    }

    void no_source_image_is_in_two_splits() {
        TemporaryFolder folder;
        write_sources(folder.path());
        for (const BuiltTask& task : build(options(folder.path(), folder / "out"))) {
            std::map<std::string, std::set<std::string>> used;
            if (task.name == "fashion_scenes") { // its files lie in one folder: the lists tell them apart
                const auto data = open_dataset(task.data);
                std::map<std::string, std::string> split_of;
                for (const char* split : {"train", "val", "test"})
                    for (const Sample& sample : data->samples(split))
                        split_of[sample.name] = split;
                std::istringstream text(read_text_file(folder / "out/mini-vtab/fashion_scenes/sources.txt"));
                for (std::string line; std::getline(text, line);) {
                    std::istringstream words(line);
                    std::string file, source;
                    words >> file;
                    while (words >> source)
                        used[split_of.at(file)].insert(source);
                }
            } else {
                used = sources_of(folder / "out/mini-vtab" / task.name);
            }
            QCOMPARE(used.size(), std::size_t{3});
            std::size_t sum = 0;
            std::set<std::string> all;
            for (const auto& [split, sources] : used) {
                QVERIFY(sources.size() > 10);
                sum += sources.size();
                all.insert(sources.begin(), sources.end());
                if (task.name == "digits") continue;
                for (const std::string& source : sources)
                    QCOMPARE(source.starts_with("test/"), split == "test");
            }
            QCOMPARE(all.size(), sum);
        }
    }

    void labels_say_what_is_drawn() {
        const Square square;
        std::set<int> places, sizes;
        for (std::uint32_t number = 0; number < 64; ++number) {
            const Drawn place = draw_picture("fashion_location", square.pool, number, 11);
            const Box at = bright(place.image);
            QVERIFY(std::abs(at.area - 28 * 28) < 60); // whole, inside the canvas
            const double x = (at.left + at.right + 1) / 2.0, y = (at.top + at.bottom + 1) / 2.0;
            // The bin's border may fall within a pixel of the measured centre.
            QVERIFY(std::abs(x - (14 + 21 * (place.label % 4) + 10.5)) <= 11.5);
            QVERIFY(std::abs(y - (14 + 21 * (place.label / 4) + 10.5)) <= 11.5);
            places.insert(place.label);

            const Drawn scale = draw_picture("fashion_scale", square.pool, number, 12);
            const Box box = bright(scale.image);
            const int nominal[] = {18, 25, 34, 47, 65, 90};
            QVERIFY(std::abs(box.right - box.left + 1 - nominal[scale.label]) <= nominal[scale.label] / 16 + 2);
            sizes.insert(scale.label);

            const Drawn count = draw_picture("fashion_count", square.pool, number, 13);
            QCOMPARE(count.used.size(), std::size_t(count.label + 1));
            const int area = bright(count.image).area; // neighbours overlap by three pixels or blur into each other by one
            QVERIFY(area <= (count.label + 1) * 29 * 29 && area > (count.label + 1) * 20 * 20);
        }
        QCOMPARE(places.size(), std::size_t{16});
        QCOMPARE(sizes.size(), std::size_t{6});
    }

    void orientation_turns_counter_clockwise_by_sixteenths() {
        // A bright dot right of the middle: its angle is the picture's class.
        Square dot;
        dot.source.images[0].pixels.assign(28 * 28, 0);
        for (int y = 12; y < 16; ++y)
            for (int x = 22; x < 26; ++x)
                dot.source.images[0].pixels[std::size_t(y * 28 + x)] = 255;
        Grey canvas{112, 112, Bytes(112 * 112, 0)};
        std::set<int> turns;
        for (int turn = 0; turn < 16; ++turn) {
            Grey drawn = canvas;
            draw(drawn, dot.source.images[0], {224, 224, 72, turn});
            double x = 0, y = 0, sum = 0;
            for (int i = 0; i < 112 * 112; ++i) {
                const double value = drawn.pixels[std::size_t(i)];
                x += value * (i % 112 + 0.5 - 56), y -= value * (i / 112 + 0.5 - 56), sum += value;
            }
            QVERIFY(sum > 1000);
            const double angle = std::atan2(y, x) / (2 * M_PI) * 16;
            QVERIFY(std::abs(std::remainder(angle - turn, 16)) < 0.1);
            QVERIFY(std::abs(std::hypot(x, y) / sum - 10 * 72.0 / 28) < 1);
        }
        for (std::uint32_t number = 0; number < 16; ++number)
            turns.insert(draw_picture("fashion_orientation", dot.pool, number, 3).label);
        QCOMPARE(turns.size(), std::size_t{16});
    }

    void scenes_are_outlined_by_one_pixel() {
        const Square square;
        bool some_covered = false;
        for (std::uint32_t number = 0; number < 40; ++number) {
            const Drawn scene = draw_scene(square.pool, number, 5);
            QCOMPARE(scene.classes.size(), scene.image.pixels.size());
            const bool single = scene.used.size() == 1;
            bool inside = true; // at the canvas's border an object has no outline
            int object = 0, outline = 0;
            for (std::size_t i = 0; i < scene.classes.size(); ++i) {
                const int value = scene.classes[i];
                QVERIFY(value == 0 || value == 4 || value == 255); // the square's class is 3
                object += value == 4, outline += value == 255;
                const std::size_t x = i % 112, y = i / 112;
                // No object touches the background but through its outline.
                if (value == 4 && x > 0 && y > 0) QVERIFY(scene.classes[i - 1] != 0 && scene.classes[i - 112] != 0);
                if (value == 0 && single) QVERIFY(scene.image.pixels[i] < 128);
                if (value == 4) QVERIFY(scene.image.pixels[i] > 80); // the background is 69 at most
                if (value != 0 && (x == 0 || y == 0 || x == 111 || y == 111)) inside = false;
            }
            QVERIFY(object > 0 && outline > 0);
            if (single && inside) // a square's outline: 4·side - 4
                QVERIFY(std::abs(outline - 4 * std::sqrt(double(object + outline)) + 4) < 8);
            some_covered = some_covered || scene.used.size() == 4;
        }
        QVERIFY(some_covered);
    }

    void refuses_and_leaves_nothing() {
        TemporaryFolder folder;
        write_sources(folder.path());
        BuildOptions how = options(folder.path(), folder / "out");
        const auto refused = [&] { return message_of<InputError>([&] { (void)build(how); }); };
        how.tasks = {"fashion", "colour"};
        QVERIFY(contains(refused(), "colour"));
        how.tasks = {"digits"};
        how.digits = folder / "nowhere";
        QVERIFY(contains(refused(), "offline_inputs.py"));
        how.digits = folder / "digits";
        std::string bad;
        for (int k = 0; k < 64; ++k)
            bad += "17,";
        bad += "1\n";
        write_gzip(folder / "digits/digits.csv.gz", Bytes(bad.begin(), bad.end()));
        QVERIFY(contains(refused(), "line 1"));
        how.tasks = {"fashion_count"};
        how.fashion = folder / "nowhere";
        QVERIFY(contains(refused(), "Fashion-MNIST"));
        how.fashion = folder / "fashion-mnist";

        class Stopper final : public ProgressSink {
          public:
            void report(const Progress& progress) override {
                if (progress.done > 0) source.request_stop();
            }
            std::stop_source source;
        } stopper;
        QVERIFY_EXCEPTION_THROWN((void)benchmarks()[0].build(how, stopper, stopper.source.get_token()), Cancelled);
        QVERIFY(fs::is_empty(folder / "out"));
        (void)build(how);
        const std::string before = digest(folder / "out");
        QVERIFY(contains(refused(), "exists already"));
        QCOMPARE(digest(folder / "out"), before);
    }
};

QTEST_GUILESS_MAIN(MiniVtabTest)
#include "mini_vtab_test.moc"
