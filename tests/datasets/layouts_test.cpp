// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "datasets/vtab_tasks.h"
#include "tests/datasets/fixtures.h"
#include "tests/support/temporary_folder.h"

#include <QtTest>
#include <set>

using namespace cdra;
using namespace cdra::test;
using namespace cdra::datasets;

namespace {

std::set<std::string> names(const Dataset& dataset, std::string_view split) {
    std::set<std::string> result;
    for (const Sample& sample : dataset.samples(split))
        result.insert(sample.name);
    return result;
}

std::string refused(const std::string& spec) {
    return message_of<InputError>([&] { (void)open_dataset(spec); });
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

void write_vtab(const std::filesystem::path& root, int largest_label) {
    const auto list = [&](const std::string& file, int from, int to) {
        std::string text;
        for (int i = from; i < to; ++i) {
            text += "images/trainval/" + std::to_string(i) + ".ppm " +
                    std::to_string(i % (largest_label + 1)) + "\n";
            write_bytes(root / "images/trainval" / (std::to_string(i) + ".ppm"),
                        ppm(picture(5, 4, unsigned(i))));
        }
        write_text(root / file, text);
    };
    list("train800.txt", 0, 8);
    list("val200.txt", 8, 10);
    list("train800val200.txt", 0, 10);
    list("test.txt", 10, 15);
}

class Counter final : public ProgressSink {
  public:
    void report(const Progress& progress) override { last = progress; }
    Progress last;
};

} // namespace

class LayoutsTest : public QObject {
    Q_OBJECT

  private slots:
    void idx_is_read_and_split() {
        TemporaryFolder folder;
        write_idx(folder / "fashion", 50, 20, 6);
        const auto data = open_dataset((folder / "fashion").string());
        QCOMPARE(data->layout(), std::string("fashion-mnist"));
        QCOMPARE(data->classes().size(), std::size_t{10});
        QCOMPARE(data->samples("train").size(), std::size_t{40});
        QCOMPARE(data->samples("val").size(), std::size_t{10});
        QCOMPARE(data->samples("trainval").size(), std::size_t{50});
        QCOMPARE(data->samples("test").size(), std::size_t{20});
        // Each sample keeps its own label and pixels whatever its place.
        for (const char* split : {"train", "val", "test"})
            for (std::size_t i = 0; i < data->samples(split).size(); ++i) {
                const Sample& sample = data->samples(split)[i];
                const int index = std::stoi(sample.name.substr(sample.name.find('/') + 1));
                QCOMPARE(sample.label, index * 7 % 10);
                const Image image = data->load(split, i);
                QCOMPARE(image.width, 6);
                for (std::size_t k = 0; k < 36; ++k)
                    for (std::size_t c = 0; c < 3; ++c)
                        QCOMPARE(image.rgb[3 * k + c], std::uint8_t(std::size_t(index) * 37 + k * 5));
            }
        QVERIFY_EXCEPTION_THROWN((void)data->samples("dev"), InputError);
        QVERIFY_EXCEPTION_THROWN((void)data->load("test", 20), InputError);
    }

    void subsets_are_seeded_disjoint_and_honest() {
        TemporaryFolder folder;
        write_idx(folder.path(), 200, 30, 4);
        const std::string place = "fashion-mnist:" + folder.path().string();
        const auto data = open_dataset(place + "?train=100&seed=3"),
                   again = open_dataset(place + "?seed=3&train=100");
        QCOMPARE(data->samples("train").size(), std::size_t{80});
        QCOMPARE(data->samples("val").size(), std::size_t{20});
        QCOMPARE(data->samples("test").size(), std::size_t{30});
        const auto train = names(*data, "train"), val = names(*data, "val"), both = names(*data, "trainval");
        QCOMPARE(train.size(), std::size_t{80});
        QCOMPARE(both.size(), std::size_t{100});
        for (const std::string& name : val)
            QVERIFY(!train.contains(name) && both.contains(name));
        QCOMPARE(again->fingerprint(), data->fingerprint());
        QCOMPARE(names(*again, "train"), train);
        const auto other = open_dataset(place + "?train=100&seed=4");
        QVERIFY(other->fingerprint() != data->fingerprint());
        QVERIFY(names(*other, "train") != train);
        // Not the first hundred of the file.
        QVERIFY(both.contains("train/00" + std::to_string(150)) || *both.rbegin() > "train/00100");
        QCOMPARE(open_dataset(place + "?test=7")->samples("test").size(), std::size_t{7});
    }

    void wrong_specs_are_named() {
        TemporaryFolder folder;
        write_idx(folder.path(), 50, 20, 4);
        const std::string place = "mnist:" + folder.path().string();
        QCOMPARE(open_dataset(place)->layout(), std::string("mnist"));
        QVERIFY(contains(refused(place + "?train=51"), "51"));
        QVERIFY(contains(refused(place + "?train=many"), "many"));
        QVERIFY(contains(refused(place + "?colour=1"), "colour"));
        QVERIFY(contains(refused(place + "?train"), "name=value"));
        QVERIFY(contains(refused(place + "?seed=1&seed=2"), "twice"));
        QVERIFY(contains(refused("cifar:" + folder.path().string()), "cifar"));
        QVERIFY(contains(refused((folder / "none").string()), "none"));
        TemporaryFolder empty;
        QVERIFY(contains(refused(empty.path().string()), "recognises"));
    }

    void damaged_idx_files_are_refused_by_name() {
        const auto with = [](const std::string& file, const Bytes& bytes) {
            TemporaryFolder folder;
            write_idx(folder.path(), 20, 10, 4);
            if (bytes.empty())
                std::filesystem::remove(folder / file);
            else
                write_bytes(folder / file, bytes);
            const std::string message = refused("mnist:" + folder.path().string());
            return contains(message, file) ? message : std::string();
        };
        Bytes magic = idx_images(10, 4), large = idx_images(10, 4), shorter = idx_images(10, 4),
              longer = idx_images(10, 4);
        magic[3] = 1;
        large[5] = 0xFF; // 16 million images
        shorter.pop_back();
        longer.push_back(0);
        QVERIFY(!with("t10k-images-idx3-ubyte", magic).empty());
        QVERIFY(!with("t10k-images-idx3-ubyte", large).empty());
        QVERIFY(contains(with("t10k-images-idx3-ubyte", shorter), "cut short"));
        QVERIFY(contains(with("t10k-images-idx3-ubyte", longer), "more bytes"));
        QVERIFY(!with("t10k-labels-idx1-ubyte", idx_labels(9)).empty());
        Bytes label = idx_labels(10);
        label.back() = 10;
        QVERIFY(contains(with("t10k-labels-idx1-ubyte", label), "10"));
        QVERIFY(contains(with("t10k-images-idx3-ubyte", {}), "missing"));

        // gzip: cut short, and a flipped byte
        TemporaryFolder folder;
        write_idx(folder.path(), 20, 10, 4);
        const auto path = folder / "train-images-idx3-ubyte.gz";
        std::filesystem::resize_file(path, std::filesystem::file_size(path) - 9);
        QVERIFY(contains(refused("mnist:" + folder.path().string()), "train-images"));
    }

    void vtab_lists() {
        TemporaryFolder folder;
        write_vtab(folder / "dsprites_loc", 3);
        const auto data = open_dataset((folder / "dsprites_loc").string());
        QCOMPARE(data->layout(), std::string("vtab-1k"));
        QCOMPARE(data->classes().size(), std::size_t{16}); // the table's, though the files hold four
        QCOMPARE(data->samples("train").size(), std::size_t{8});
        QCOMPARE(data->samples("val").size(), std::size_t{2});
        QCOMPARE(data->samples("trainval").size(), std::size_t{10});
        QCOMPARE(data->samples("test").size(), std::size_t{5});
        QCOMPARE(data->samples("test")[1].label, 11 % 4);
        QCOMPARE(data->load("test", 1).rgb, picture(5, 4, 11).rgb);

        std::filesystem::remove(folder / "dsprites_loc/images/trainval/12.ppm");
        QVERIFY(contains(message_of<InputError>([&] { (void)data->load("test", 2); }), "12.ppm"));
        Counter counter;
        for (int threads : {1, 3}) {
            const auto bad = check(*data, threads, counter, {});
            QCOMPARE(bad.size(), std::size_t{1});
            QCOMPARE(bad[0].name, std::string("images/trainval/12.ppm"));
            QCOMPARE(bad[0].split, std::string("test"));
            QCOMPARE(counter.last.done, std::int64_t{15});
        }
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_EXCEPTION_THROWN((void)check(*data, 2, counter, stop.get_token()), Cancelled);
    }

    void vtab_errors_name_file_and_line() {
        TemporaryFolder folder;
        write_vtab(folder / "mine", 3);
        QCOMPARE(open_dataset((folder / "mine").string())->classes().size(), std::size_t{4});
        write_text(folder / "mine/val200.txt", "images/a b.ppm 1\nimages/c.ppm one\n");
        QVERIFY(contains(refused((folder / "mine").string()), "val200.txt, line 2"));
        write_vtab(folder / "kitti", 4); // kitti has four classes, 0 to 3
        QVERIFY(contains(refused((folder / "kitti").string()), "class 4"));
        std::filesystem::remove(folder / "mine/test.txt");
        write_text(folder / "mine/val200.txt", "a.ppm 1\n");
        QVERIFY(contains(refused((folder / "mine").string()), "test.txt is missing"));
    }

    void vtab_tasks_of_the_paper() {
        int natural = 0, specialized = 0, structured = 0;
        for (const VtabTask& task : vtab_tasks()) {
            natural += task.group == "natural";
            specialized += task.group == "specialized";
            structured += task.group == "structured";
            QVERIFY(task.classes > 1);
            QCOMPARE(find_vtab_task(task.name), &task);
        }
        QCOMPARE(natural, 7);
        QCOMPARE(specialized, 4);
        QCOMPARE(structured, 8);
        QCOMPARE(find_vtab_task("sun397")->classes, 397);
        QCOMPARE(find_vtab_task("smallnorb_azi")->classes, 18);
        QVERIFY(!find_vtab_task("imagenet"));
        // A short word for the layout; the folder's name is the task's.
        TemporaryFolder folder;
        write_vtab(folder / "sun397", 3);
        const auto data = open_dataset("vtab:" + (folder / "sun397").string());
        QCOMPARE(data->classes().size(), std::size_t{397});
        QCOMPARE(data->fingerprint(), open_dataset("vtab-1k:" + (folder / "sun397").string())->fingerprint());
    }

    void fine_grained_labels_come_from_train() {
        TemporaryFolder folder;
        const auto image = [&](const std::string& name) { write_bytes(folder / name, ppm(picture(4, 3))); };
        std::string train = "{";
        for (int i = 0; i < 12; ++i) { // classes 2, 10 and 817, not in the order of their text
            const std::string name = "bird/" + std::to_string(i) + ".jpg";
            image("images/" + name);
            train += (i ? ", \"" : "\"") + name + "\": " + (i % 3 == 0 ? "817" : i % 3 == 1 ? "10" : "2");
        }
        write_text(folder / "train.json", train + "}");
        image("images/a.jpg");
        image("images/b.jpg");
        write_text(folder / "val.json", R"({"b.jpg": 817})"); // its only class, yet not class 0
        write_text(folder / "test.json", R"({"b.jpg": 817, "a.jpg": 10})");
        const auto data = open_dataset(folder.path().string());
        QCOMPARE(data->layout(), std::string("fgvc"));
        QCOMPARE(data->classes(), (std::vector<std::string>{"2", "10", "817"}));
        QCOMPARE(data->samples("train").size(), std::size_t{12});
        QCOMPARE(data->samples("train")[10].name, std::string("images/bird/10.jpg")); // the file's order
        QCOMPARE(data->samples("train")[10].label, 1);
        QCOMPARE(data->samples("val")[0].label, 2);
        QCOMPARE(data->samples("test")[0].label, 2);
        QCOMPARE(data->samples("test")[1].label, 1);
        QCOMPARE(data->load("test", 1).rgb, picture(4, 3).rgb);

        write_text(folder / "test.json", R"({"b.jpg": 3})");
        QVERIFY(contains(refused(folder.path().string()), "class 3"));
        write_text(folder / "test.json", R"({"../b.jpg": 2})");
        QVERIFY(contains(refused(folder.path().string()), "'../b.jpg'"));
        write_text(folder / "test.json", R"({"b.jpg": 2.5})");
        QVERIFY(contains(refused(folder.path().string()), "2.5"));
        write_text(folder / "test.json", R"(["b.jpg"])");
        QVERIFY(contains(refused(folder.path().string()), "test.json"));
        write_text(folder / "test.json", R"({"b.jpg": 2)");
        QVERIFY(contains(refused(folder.path().string()), "not JSON"));
        write_text(folder / "test.json", R"({"b.jpg": 2})");
        std::filesystem::remove(folder / "val.json");
        QCOMPARE(open_dataset(folder.path().string())->samples("val").size(), std::size_t{2});
        std::filesystem::remove_all(folder / "images");
        QVERIFY(contains(refused(folder.path().string()), "0.jpg is missing"));
        std::filesystem::remove(folder / "train.json");
        QVERIFY(contains(refused("fgvc:" + folder.path().string()), "train.json is missing"));
    }

    void class_folders_with_splits() {
        TemporaryFolder folder;
        const auto put = [&](const std::string& name) { write_bytes(folder / name, ppm(picture(4, 3))); };
        for (int i = 0; i < 4; ++i) {
            put("train/cat/" + std::to_string(i) + ".PPM");
            put("train/dog/deep/" + std::to_string(i) + ".ppm");
            put("train/ant/" + std::to_string(i) + ".ppm");
        }
        put("val/dog/x.ppm");
        put("test/dog/y.ppm");
        write_text(folder / "train/cat/notes.txt", "no image");
        const auto data = open_dataset(folder.path().string());
        QCOMPARE(data->layout(), std::string("image-folder"));
        QCOMPARE(data->classes(), (std::vector<std::string>{"ant", "cat", "dog"}));
        QCOMPARE(data->samples("train").size(), std::size_t{12});
        QCOMPARE(data->samples("train")[0].name, std::string("train/ant/0.ppm"));
        QCOMPARE(data->samples("test").size(), std::size_t{1});
        QCOMPARE(data->samples("test")[0].label, 2); // train's numbering
        QVERIFY(data->division().empty());           // nothing was made up
        QCOMPARE(data->load("train", 11).rgb, picture(4, 3).rgb);
        put("test/emu/z.ppm");
        QVERIFY(contains(refused(folder.path().string()), "emu"));
    }

    void class_folders_without_splits() {
        TemporaryFolder folder;
        for (int i = 0; i < 50; ++i)
            write_bytes(folder / (std::string(i % 2 ? "a" : "b") + "/" + std::to_string(i) + ".ppm"),
                        ppm(picture(3, 3, unsigned(i))));
        const std::string place = folder.path().string();
        const auto data = open_dataset(place), again = open_dataset(place),
                   other = open_dataset(place + "?seed=1");
        QCOMPARE(data->samples("train").size(), std::size_t{30});
        QCOMPARE(data->samples("val").size(), std::size_t{10});
        QCOMPARE(data->samples("test").size(), std::size_t{10});
        std::set<std::string> all = names(*data, "trainval");
        all.merge(names(*data, "test"));
        QCOMPARE(all.size(), std::size_t{50});
        for (const auto& [split, wanted] : {std::pair{"train", 15}, {"val", 5}, {"test", 5}}) { // of each class its share
            const auto& samples = data->samples(split);
            QCOMPARE(std::ranges::count(samples, 0, &Sample::label), wanted);
        }
        QVERIFY(data->division().find("by seed 0") != std::string::npos);
        QVERIFY(other->division().find("by seed 1") != std::string::npos);
        QCOMPARE(again->fingerprint(), data->fingerprint());
        QVERIFY(names(*other, "test") != names(*data, "test"));
        QVERIFY(open_dataset(place + "?train=20")->division().empty()); // drawn otherwise
        for (const char* small : {"c/0.ppm", "d/0.ppm", "d/1.ppm", "e/0.ppm", "e/1.ppm", "e/2.ppm"})
            write_bytes(folder / small, ppm(picture(3, 3)));
        const auto more = open_dataset(place);
        for (const auto& [label, train, test, val] : {std::tuple{2, 1, 0, 0}, {3, 1, 1, 0}, {4, 1, 1, 1}}) {
            QCOMPARE(std::ranges::count(more->samples("train"), label, &Sample::label), train);
            QCOMPARE(std::ranges::count(more->samples("test"), label, &Sample::label), test);
            QCOMPARE(std::ranges::count(more->samples("val"), label, &Sample::label), val);
        }
    }
};

QTEST_GUILESS_MAIN(LayoutsTest)
#include "layouts_test.moc"
