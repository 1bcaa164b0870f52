// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "datasets/encode_png.h"
#include "datasets/split.h"
#include "tests/datasets/fixtures.h"
#include "tests/support/temporary_folder.h"

#include <QtTest>
#include <set>
#include <sstream>

using namespace cdra;
using namespace cdra::test;
using namespace cdra::datasets;

namespace {

namespace fs = std::filesystem;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::set<std::string> lines(const fs::path& path) {
    std::set<std::string> result;
    std::istringstream text(read_text_file(path));
    for (std::string line; std::getline(text, line);)
        result.insert(line);
    return result;
}

std::string refused(const fs::path& root) {
    return message_of<InputError>([&] { (void)make_splits(root, 0); });
}

} // namespace

class SplitTest : public QObject {
    Q_OBJECT

  private slots:
    void vtab_lists_out_of_one_another() {
        TemporaryFolder folder;
        std::string all;
        for (int i = 0; i < 50; ++i)
            all += "images/" + std::to_string(i) + ".ppm " + std::to_string(i % 3) + "\n";
        write_text(folder / "train800val200.txt", all);
        QVERIFY(contains(refused(folder.path()), "test.txt is missing"));
        QVERIFY(!fs::exists(folder / "train800.txt"));
        write_text(folder / "test.txt", "images/99.ppm 1\n");
        const auto written = make_splits(folder.path(), 4);
        QCOMPARE(written.size(), std::size_t{2});
        const auto train = lines(folder / "train800.txt"), val = lines(folder / "val200.txt");
        QCOMPARE(train.size(), std::size_t{40});
        QCOMPARE(val.size(), std::size_t{10});
        std::set<std::string> both = train;
        both.insert(val.begin(), val.end());
        QCOMPARE(both, lines(folder / "train800val200.txt"));
        QVERIFY(make_splits(folder.path(), 5).empty()); // nothing is missing: nothing is touched
        QCOMPARE(lines(folder / "val200.txt"), val);

        fs::remove(folder / "train800.txt");
        QVERIFY(contains(refused(folder.path()), "train800.txt is missing"));
        fs::remove(folder / "val200.txt");
        (void)make_splits(folder.path(), 4);
        QCOMPARE(lines(folder / "val200.txt"), val); // the same seed
        fs::remove(folder / "val200.txt");
        fs::remove(folder / "train800.txt");
        (void)make_splits(folder.path(), 5);
        QVERIFY(lines(folder / "val200.txt") != val);
        fs::remove(folder / "train800val200.txt");
        QCOMPARE(make_splits(folder.path(), 0).size(), std::size_t{1});
        QCOMPARE(lines(folder / "train800val200.txt"), both);
        QCOMPARE(open_dataset(folder.path().string())->samples("train").size(), std::size_t{40});
    }

    void voc_lists_out_of_its_label_images() {
        TemporaryFolder folder;
        const auto root = folder / "VOCdevkit/VOC2012";
        for (int i = 0; i < 20; ++i) {
            write_bytes(root / "JPEGImages" / (std::to_string(i) + ".jpg"), ppm(picture(3, 2)));
            write_bytes(root / "SegmentationClass" / (std::to_string(i) + ".png"), encode_png(3, 2, Bytes(6, 1)));
        }
        QCOMPARE(make_splits(folder.path(), 0).size(), std::size_t{4});
        const auto data = open_dataset(folder.path().string());
        QCOMPARE(data->samples("train").size(), std::size_t{12});
        QCOMPARE(data->samples("val").size(), std::size_t{4});
        QCOMPARE(data->samples("test").size(), std::size_t{4});
        std::set<std::string> names;
        for (const char* split : {"train", "val", "test"})
            for (const Sample& sample : data->samples(split))
                names.insert(sample.name);
        QCOMPARE(names.size(), std::size_t{20});
        QCOMPARE(lines(root / "ImageSets/Segmentation/trainval.txt").size(), std::size_t{16});
        QVERIFY(make_splits(folder.path(), 1).empty());
        fs::remove(root / "ImageSets/Segmentation/train.txt");
        QVERIFY(contains(refused(folder.path()), "train.txt is missing"));
    }

    void class_folders_keep_the_division_they_open_with() {
        TemporaryFolder folder;
        for (int i = 0; i < 30; ++i)
            write_bytes(folder / (std::string(i % 3 ? "cat" : "dog") + "/" + std::to_string(i) + ".ppm"), ppm(picture(3, 3)));
        const auto before = open_dataset("image-folder:" + folder.path().string() + "?seed=7");
        QCOMPARE(make_splits(folder.path(), 7).size(), std::size_t{3});
        const auto after = open_dataset(folder.path().string());
        QCOMPARE(after->layout(), std::string("fgvc"));
        QCOMPARE(after->classes(), before->classes());
        for (const char* split : {"train", "val", "test"}) {
            QCOMPARE(after->samples(split).size(), before->samples(split).size());
            for (std::size_t i = 0; i < after->samples(split).size(); ++i) {
                QCOMPARE(after->samples(split)[i].name, before->samples(split)[i].name);
                QCOMPARE(after->samples(split)[i].label, before->samples(split)[i].label);
            }
        }
        QCOMPARE(after->load("test", 0).rgb, picture(3, 3).rgb);
        QVERIFY(make_splits(folder.path(), 8).empty());
        fs::remove(folder / "val.json");
        QVERIFY(contains(refused(folder.path()), "is there while"));
        TemporaryFolder empty;
        QVERIFY(contains(refused(empty.path()), "class folders"));
        QVERIFY(contains(refused(empty / "none"), "no such folder"));
    }
};

QTEST_GUILESS_MAIN(SplitTest)
#include "split_test.moc"
