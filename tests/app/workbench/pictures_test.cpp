// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// What the Results page shows of single images, with the real worker: attention, and a segmentation's masks; and what the
// Train page says of the machine.
#include "app/workbench/attention_file.h"
#include "app/workbench/dropped.h"
#include "app/workbench/machine_load.h"
#include "app/workbench/mask_set.h"
#include "app/workbench/pages/masks_panel.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "datasets/dataset.h"
#include "datasets/encode_png.h"
#include "datasets/voc_palette.h"
#include "tests/app/workbench/driver.h"
#include "tests/support/qt_fixture.h"
#include "widgets/attention_view.h"
#include "widgets/picture.h"

#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableWidget>

#include <random>

using namespace cdra;
using namespace cdra::workbench;

namespace {

constexpr int patience = 240000; // ms

void write_png(const std::filesystem::path& path, const std::vector<std::uint8_t>& indices, const std::vector<std::uint8_t>& colours) {
    const auto bytes = datasets::encode_png(32, 32, indices, colours);
    write_file_atomically(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// Quadrants of four colours, each a class: PASCAL VOC's layout.
void write_quadrants(const std::filesystem::path& root) {
    for (const char* folder : {"JPEGImages", "SegmentationClass", "ImageSets/Segmentation"}) std::filesystem::create_directories(root / folder);
    write_file_atomically(root / "classes.txt", std::string("background\nred\ngreen\nblue\n"));
    std::vector<std::uint8_t> colours(3 * 256, 20);
    for (std::size_t one = 1; one < 4; ++one) colours[3 * one + one - 1] = 220;
    std::mt19937_64 random(7);
    int number = 0;
    for (const auto& [split, count] : {std::pair{"train", 16}, {"val", 6}, {"test", 6}}) {
        std::string list;
        for (int i = 0; i < count; ++i) {
            std::uint8_t quadrants[4];
            for (auto& one : quadrants) one = std::uint8_t(random() % 4);
            std::vector<std::uint8_t> labels;
            for (int y = 0; y < 32; ++y)
                for (int x = 0; x < 32; ++x) labels.push_back(quadrants[y / 16 * 2 + x / 16]);
            const std::string name = std::to_string(1000 + number++);
            write_png(root / "JPEGImages" / (name + ".png"), labels, colours);
            write_png(root / "SegmentationClass" / (name + ".png"), labels, datasets::voc_palette());
            list += name + "\n";
        }
        write_file_atomically(root / "ImageSets/Segmentation" / (std::string(split) + ".txt"), list);
    }
}

} // namespace

class PicturesTest : public QObject {
    Q_OBJECT

    QString path(const char* name) const { return QString::fromStdString((folder_ / name).string()); }
    // Trains what the project says and looks at it on the Results page.
    void train(MainWindow& window, const test::Driver& drive) {
        drive.page(6);
        drive.click("primary-train");
        QTRY_VERIFY2_WITH_TIMEOUT(window.hub().newest(JobKind::train) && window.hub().newest(JobKind::train)->state() == job::JobState::done,
                                  qPrintable(drive.find<QLabel>("notice-text")->text()), patience);
        drive.page(7);
        QVERIFY(drive.settle());
    }

  private slots:
    void initTestCase() { test::isolate(settings_); }
    void init() { fixture_.start(); }
    void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }

    void attentionOfAChosenImage() {
        test::tiny_project(folder_, "attention", 2);
        MainWindow window;
        const test::Driver drive(window);
        window.resize(1280, 800);
        window.show();
        QVERIFY(window.open_project(path("project.toml")));
        QVERIFY(drive.settle());
        train(window, drive);
        auto* tabs = drive.find<QTabWidget>("results-tabs");
        tabs->setCurrentWidget(drive.find<QWidget>("results-attention"));
        auto* view = drive.find<widgets::AttentionView>("attention-view");
        QTRY_VERIFY2_WITH_TIMEOUT(!view->empty(), qPrintable(drive.find<QLabel>("notice-text")->text()), patience);
        // The tiny ViT: 16 patches and a class token, one head of 64 a block.
        QCOMPARE(view->shown().size(), 16u);
        QVERIFY(view->onPatches() > 0.5 && view->onPatches() < 1);
        QCOMPARE(drive.find<QSpinBox>("attention-number")->maximum(), 39);
        const QString run = window.hub().newest(JobKind::train)->folder();
        const auto file = read_attention(attention_path(run, {{}, "test", 0}));
        QCOMPARE(file.maps.blocks, 3);
        QCOMPARE(file.maps.queries, 17); // so small that every query is there
        // Another image by its number, another block by key.
        drive.type("attention-number", "25");
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(attention_path(run, {{}, "test", 25})), patience);
        QTRY_VERIFY_WITH_TIMEOUT(!view->empty() && drive.find<QLabel>("attention-name")->text().contains("class2"), patience);
        const auto last = view->shown();
        view->setFocus();
        QTest::keyClick(view, Qt::Key_Up);
        QVERIFY(view->shown() != last);
        QCOMPARE(drive.find<QComboBox>("attention-block")->currentIndex(), 1);
        drive.picture("7-attention");
        QVERIFY_THROWS_EXCEPTION(InputError, read_attention(path("tiny.safetensors")));
        window.document().undo_stack().setClean();
    }

    void masksOverTheImages() {
        write_quadrants(folder_ / "voc");
        auto project = test::tiny_project(folder_, "masks", 12);
        project.data.spec = (folder_ / "voc").string();
        project.recipe.batch_size = 8;
        project.recipe.lr = 0.05;
        project.recipe.min_lr = 1e-3;
        QDir().mkpath(path("masks"));
        job::write_project(folder_ / "masks/project.toml", project);
        MainWindow window;
        const test::Driver drive(window);
        window.resize(1280, 800);
        window.show();
        QVERIFY(window.open_project(path("masks/project.toml")));
        QVERIFY(drive.settle());
        train(window, drive);
        auto* tabs = drive.find<QTabWidget>("results-tabs");
        auto* masks = drive.find<MasksPanel>("results-masks");
        QVERIFY(tabs->isTabVisible(tabs->indexOf(masks)));
        QVERIFY(!tabs->isTabVisible(tabs->indexOf(drive.find<QWidget>("results-predictions"))));
        tabs->setCurrentWidget(masks);
        QVERIFY(drive.settle());
        QCOMPARE(masks->shownImages(), 6);
        QCOMPARE(drive.find<QTableWidget>("masks-classes")->rowCount(), 4);
        QVERIFY(drive.find<QLabel>("masks-title")->text().contains("mIoU"));
        // What is laid over the picture that is looked at is the mask in the file, in PASCAL VOC's colours.
        const MaskSet set = read_mask_set(window.hub().newest(JobKind::train)->folder());
        QCOMPARE(set.split, QString("test"));
        const QImage over = masks->picture()->over();
        QCOMPARE(over.size(), QSize(32, 32));
        const QString name = drive.find<QLabel>("masks-name")->text();
        int coloured = 0;
        for (const auto& entry : set.entries) {
            if (!name.startsWith(entry.image + ":")) continue;
            const auto mask = datasets::read_label_png((set.folder + "/" + entry.file).toStdString());
            for (int y = 0; y < 32; ++y)
                for (int x = 0; x < 32; ++x) {
                    const int label = mask.classes[std::size_t(y) * 32 + std::size_t(x)];
                    coloured += label > 0;
                    QCOMPARE(qAlpha(over.pixel(x, y)) > 0, label > 0);
                    if (label > 0) QCOMPARE(QColor(over.pixel(x, y)).rgb(), class_colour(label).rgb());
                }
        }
        QVERIFY(coloured > 0);
        // Without opacity nothing is left of it; by key.
        auto* opacity = drive.find<QSlider>("masks-opacity");
        opacity->setFocus();
        QTest::keyClick(opacity, Qt::Key_Home);
        QCOMPARE(qAlpha(masks->picture()->over().pixel(3, 3)), 0);
        QTest::keyClick(opacity, Qt::Key_End);
        auto* shown = drive.find<QComboBox>("masks-shown");
        shown->setFocus();
        QTest::keyClick(shown, Qt::Key_End);
        QCOMPARE(shown->currentData().toInt(), int(MaskShown::wrong));
        drive.picture("7-masks");
        window.document().undo_stack().setClean();
    }

    void overlaysPixelByPixel() {
        datasets::LabelImage predicted{3, 1, {1, 2, 0}}, truth{3, 1, {1, 0, 255}};
        const QImage guess = mask_overlay(predicted, truth, MaskShown::predicted, 1), right = mask_overlay(predicted, truth, MaskShown::truth, 1),
                     wrong = mask_overlay(predicted, truth, MaskShown::wrong, 0.5);
        const auto clear = [](const QImage& image, int x) { return qAlpha(image.pixel(x, 0)) == 0; };
        QVERIFY(!clear(guess, 0) && !clear(guess, 1) && clear(guess, 2)); // the background is left clear
        QVERIFY(!clear(right, 0) && clear(right, 1) && clear(right, 2));  // and what has no class
        QVERIFY(clear(wrong, 0) && !clear(wrong, 1) && clear(wrong, 2));
        QCOMPARE(pixels_right(predicted, truth), 0.5);
        truth.width = 1;
        truth.classes.resize(1);
        QVERIFY_THROWS_EXCEPTION(InputError, mask_overlay(predicted, truth, MaskShown::truth, 1));
        QCOMPARE(class_colour(1), QColor(128, 0, 0)); // PASCAL VOC's
    }

    void aDamagedIndexIsNamed() {
        const QString run = path("damaged");
        QVERIFY(read_mask_set(run).entries.empty());
        QDir().mkpath(run + "/predictions/test");
        write_file_atomically((run + "/predictions/test/index.json").toStdString(), std::string(R"({"classes": ["a"], "masks": [{"image": "x", "mask": "../../x.png"}]})"));
        QVERIFY_THROWS_EXCEPTION(CorruptFile, read_mask_set(run)); // no path leads out of the folder
    }

    void theMachineAsTheKernelAndTheDriverSayIt() {
        const auto gpus = parse_gpu_load("NVIDIA H100 80GB HBM3, 87, 40211, 81559\nNVIDIA, Odd Name, 3, 12, 24564\n[N/A], [N/A], [N/A], [N/A]\n\n");
        QCOMPARE(gpus.size(), 2u);
        QCOMPARE(gpus[0].utilisation, 0.87);
        QCOMPARE(gpus[0].total_mib, 81559.0);
        QCOMPARE(gpus[1].name, QString("NVIDIA, Odd Name"));
        const auto host = parse_host_load("cpu  100 10 40 800 50 0 0 0 0 0\ncpu0 1 1 1 1\n", "MemTotal:  2097152 kB\nMemFree: 1 kB\nMemAvailable: 1048576 kB\n");
        QCOMPARE(host.all, 1000.0);
        QCOMPARE(host.busy, 150.0);
        QCOMPARE(host.total_mib, 2048.0);
        QCOMPARE(host.used_mib, 1024.0);
        // On this machine, with a program in the driver's place that says what it would.
        const QByteArray search = qgetenv("PATH");
        QDir().mkpath(path("bin"));
        write_file_atomically(folder_ / "bin/nvidia-smi", std::string("#!/bin/sh\necho 'NVIDIA H100, 87, 40960, 81920'\n"));
        QFile(path("bin/nvidia-smi")).setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        qputenv("PATH", path("bin").toUtf8() + ":" + search);
        MachineLoad load;
        qputenv("PATH", search);
        load.setActive(true);
        QTRY_VERIFY_WITH_TIMEOUT(load.text().contains("GPU 87"), patience);
        QVERIFY2(load.text().contains("memory"), qPrintable(load.text()));
        QTRY_VERIFY_WITH_TIMEOUT(load.text().contains("processors"), patience);
        load.setActive(false);
        QVERIFY(load.text().isEmpty());
        // Without the driver nothing is said of GPUs.
        qputenv("PATH", "/nowhere");
        MachineLoad plain;
        qputenv("PATH", search);
        plain.setActive(true);
        QVERIFY(!plain.text().contains("GPU"));
    }

    void anImageIsNoCheckpoint() {
        for (const char* name : {"photo.png", "PHOTO.JPG", "photo.webp"}) {
            write_file_atomically(folder_ / name, std::string("not looked into"));
            QCOMPARE(kind_of(path(name)), Dropped::image);
        }
        write_file_atomically(folder_ / "weights.safetensors", std::string("not looked into"));
        QCOMPARE(kind_of(path("weights.safetensors")), Dropped::model);
    }

  private:
    QTemporaryDir settings_;
    test::TemporaryFolder folder_;
    test::QtFixture fixture_;
};

QTEST_MAIN(PicturesTest)
#include "pictures_test.moc"
