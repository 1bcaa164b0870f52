// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/app/cli/run_cdra.h"
#include "tests/datasets/fixtures.h"
#include "tests/support/temporary_folder.h"

#include <nlohmann/json.hpp>

#include <QtTest>

using namespace cdra::test;
using Json = nlohmann::json;

namespace {

// `cdra dataset build …` of a small Fashion-MNIST in the folder.
QStringList build(const QStringList& more) {
    return QStringList{"dataset", "build", "mini-vtab", "--fashion", "fashion-mnist", "--out", "out", "--limit", "12"} + more;
}

} // namespace

class DatasetTest : public QObject {
    Q_OBJECT

  private slots:
    void builds_what_train_takes() {
        TemporaryFolder folder;
        write_idx(folder / "fashion-mnist", 300, 60, 28);
        const Outcome built = run_cdra(build({"--tasks", "fashion_count,fashion_scenes", "--json", "--quiet"}), folder.path());
        QCOMPARE(built.err, QString());
        QCOMPARE(built.code, 0);
        const Json json = Json::parse(built.out.toStdString());
        QCOMPARE(json["folder"].get<std::string>(), std::string("out/mini-vtab"));
        QCOMPARE(json["tasks"].size(), std::size_t{2});
        QCOMPARE(json["tasks"][0]["data"].get<std::string>(), std::string("vtab:out/mini-vtab/fashion_count"));
        QCOMPARE(json["tasks"][1]["data"].get<std::string>(), std::string("voc:out/mini-vtab/fashion_scenes"));
        for (const Json& task : json["tasks"]) {
            const Outcome shown = run_cdra({"dataset", QString::fromStdString(task["data"]), "--json", "--quiet"}, folder.path());
            QCOMPARE(shown.code, 0);
            const Json dataset = Json::parse(shown.out.toStdString());
            QCOMPARE(dataset["classes"].size(), task["classes"].get<std::size_t>());
            QCOMPARE(dataset["task"].get<std::string>() == "segmentation", task["name"] == "fashion_scenes");
            QVERIFY(dataset["bad"].empty());
        }
    }

    void refuses_before_it_writes() {
        TemporaryFolder folder;
        write_idx(folder / "fashion-mnist", 300, 60, 28);
        const Outcome unknown = run_cdra(build({"--tasks", "colours"}), folder.path());
        QCOMPARE(unknown.code, 2);
        QVERIFY(unknown.err.contains("'colours'") && unknown.err.contains("fashion_scale"));
        QVERIFY(!std::filesystem::exists(folder / "out"));
        QCOMPARE(run_cdra({"dataset", "build", "maxi-vtab", "--out", "out"}, folder.path()).code, 2);
        QCOMPARE(run_cdra({"dataset", "build", "mini-vtab"}, folder.path()).code, 2);
        QCOMPARE(run_cdra(build({"--tasks", "fashion_scale", "--quiet"}), folder.path()).code, 0);
        const auto before = entries(folder / "out");
        const Outcome again = run_cdra(build({"--tasks", "fashion"}), folder.path());
        QCOMPARE(again.code, 2);
        QVERIFY(again.err.contains("exists already"));
        QCOMPARE(entries(folder / "out"), before);
        const Outcome nothing = run_cdra({"dataset"}, folder.path());
        QCOMPARE(nothing.code, 2);
        QVERIFY(nothing.err.contains("DATA"));
    }

    void splits_class_folders_once() {
        TemporaryFolder folder;
        for (int i = 0; i < 20; ++i)
            write_bytes(folder / ("images/" + std::string(i % 2 ? "a" : "b") + "/" + std::to_string(i) + ".ppm"),
                        ppm(picture(4, 4)));
        const Outcome split = run_cdra({"dataset", "split", "images", "--seed", "3", "--json"}, folder.path());
        QCOMPARE(split.err, QString());
        QCOMPARE(split.code, 0);
        const Json json = Json::parse(split.out.toStdString());
        QCOMPARE(json["written"].size(), std::size_t{3});
        QCOMPARE(json["written"][2]["images"].get<int>(), 12);
        const Outcome again = run_cdra({"dataset", "split", "images"}, folder.path());
        QCOMPARE(again.code, 0);
        QCOMPARE(again.out, QString("nothing is missing\n"));
        const Outcome shown = run_cdra({"dataset", "images", "--json", "--quiet"}, folder.path());
        QCOMPARE(QString::fromStdString(Json::parse(shown.out.toStdString())["layout"]), QString("fgvc"));
        QCOMPARE(run_cdra({"dataset", "split", "none"}, folder.path()).code, 2);
    }

    void names_every_bad_image() {
        TemporaryFolder folder;
        std::string list;
        for (int i = 0; i < 12; ++i) {
            const std::string name = "images/" + std::to_string(i) + ".ppm";
            if (i != 7) write_bytes(folder / name, i == 4 ? Bytes{} : ppm(picture(4, 4)));
            list += name + " " + std::to_string(i % 2) + "\n";
        }
        for (const char* file : {"train800.txt", "val200.txt", "train800val200.txt", "test.txt"})
            write_text(folder / file, list);
        const Outcome bad = run_cdra({"dataset", "vtab:.", "--quiet"}, folder.path());
        QCOMPARE(bad.code, 2);
        QCOMPARE(bad.out.count("bad: "), 6); // two files in each of train, val and test
        QVERIFY(bad.out.contains("images/4.ppm: ./images/4.ppm: the file is empty"));
        QVERIFY(bad.out.contains("bad: test images/7.ppm"));
    }
};

QTEST_GUILESS_MAIN(DatasetTest)
#include "dataset_test.moc"
