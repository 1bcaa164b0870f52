// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/qt_fixture.h"
#include "widgets/attention_view.h"
#include "widgets/picture.h"

#include <QSignalSpy>
#include <QTest>
#include <cmath>

using namespace cdra;
using namespace cdra::widgets;

namespace {

// Attention that tells where it comes from: no two weights are the same.
AttentionMaps maps(int queries, bool class_token = true, int registers = 2) {
    AttentionMaps made;
    made.blocks = 3;
    made.heads = 2;
    made.class_token = class_token;
    made.first_patch = (class_token ? 1 : 0) + registers;
    made.rows = 2;
    made.columns = 3;
    const int tokens = made.first_patch + 6;
    made.queries = queries == 1 ? 1 : tokens;
    std::vector<float> weights;
    for (int i = 0; i < made.blocks * made.heads * made.queries * tokens; ++i) weights.push_back(float(i % 97 + 1) / 1000);
    made.weights = std::make_shared<const std::vector<float>>(std::move(weights));
    return made;
}

float at(const AttentionMaps& all, int block, int head, int query, int token) {
    const int tokens = all.first_patch + all.rows * all.columns;
    return (*all.weights)[std::size_t(((block * all.heads + head) * all.queries + query) * tokens + token)];
}

QImage grey() {
    QImage image(60, 60, QImage::Format_RGB32);
    image.fill(Qt::gray);
    return image;
}

} // namespace

class AttentionTest : public QObject {
    Q_OBJECT
  private slots:
    void init() { fixture_.start(); }
    void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }

    void aHeadIsARowOfTheFile() {
        AttentionView view;
        const auto all = maps(0);
        view.setMaps(grey(), all);
        QCOMPARE(view.block(), 2); // the last one, from which the head is computed
        QCOMPARE(view.head(), -1);
        view.choose(1, 1);
        const auto shown = view.shown();
        QCOMPARE(shown.size(), 6u);
        for (int i = 0; i < 6; ++i) QCOMPARE(shown[std::size_t(i)], at(all, 1, 1, 0, all.first_patch + i));
        view.choose(1, -1); // the mean of the heads
        for (int i = 0; i < 6; ++i) QVERIFY(std::abs(view.shown()[std::size_t(i)] - (at(all, 1, 0, 0, 3 + i) + at(all, 1, 1, 0, 3 + i)) / 2) < 1e-7F);
        view.setQuery(4); // what patch 4 looks at
        view.choose(0, 0);
        for (int i = 0; i < 6; ++i) QCOMPARE(view.shown()[std::size_t(i)], at(all, 0, 0, 3 + 4, 3 + i));
        QVERIFY(view.describe().contains("row 1, column 1"));
        QVERIFY(QString::fromStdString(view.csv()).contains("0,0,4,1,2,"));
    }

    void withoutAClassTokenTheMeanOfAllQueries() {
        AttentionView view;
        const auto all = maps(0, false, 0);
        view.setMaps(grey(), all);
        view.choose(2, 1);
        for (int i = 0; i < 6; ++i) {
            double sum = 0;
            for (int q = 0; q < 6; ++q) sum += double(at(all, 2, 1, q, i));
            QVERIFY(std::abs(double(view.shown()[std::size_t(i)]) - sum / 6) < 1e-7);
        }
    }

    void byKeysAndMouse() {
        AttentionView view;
        view.resize(800, 400);
        view.setMaps(grey(), maps(0));
        view.show();
        QVERIFY(QTest::qWaitForWindowActive(&view));
        QSignalSpy chosen(&view, &AttentionView::chosen), asked(&view, &AttentionView::queryChanged);
        QTest::keyClick(&view, Qt::Key_Up);
        QTest::keyClick(&view, Qt::Key_Right);
        QCOMPARE(view.block(), 1);
        QCOMPARE(view.head(), 0);
        QTest::keyClick(&view, Qt::Key_Left);
        QTest::keyClick(&view, Qt::Key_Left); // there is nothing further left
        QCOMPARE(view.head(), -1);
        QCOMPARE(chosen.count(), 3);
        QTest::mouseClick(&view, Qt::LeftButton, {}, view.cellRect(0, 1).center());
        QCOMPARE(view.block(), 0);
        QCOMPARE(view.head(), 1);
        const QRect image = view.imageRect();
        QTest::mouseClick(&view, Qt::LeftButton, {}, image.topLeft() + QPoint(image.width() * 5 / 6, image.height() / 4)); // row 0, column 2
        QCOMPARE(view.query(), 2);
        QTest::keyClick(&view, Qt::Key_Escape);
        QCOMPARE(view.query(), -1);
        QCOMPARE(asked.count(), 2);
        // Every small map lies inside and none on the image.
        for (int block = 0; block < 3; ++block)
            for (int head = -1; head < 2; ++head) {
                QVERIFY(view.rect().contains(view.cellRect(block, head)));
                QVERIFY(!view.cellRect(block, head).intersects(image));
            }
    }

    void theStrongestPatchIsTheWarmest() {
        const std::vector<float> weights{0, 0.1F, 0.2F, 0.4F, 0.1F, 0.2F};
        const QImage over = attention_overlay(weights, 2, 3, QColor(255, 94, 20), 0.8);
        QCOMPARE(over.size(), QSize(3, 2));
        QCOMPARE(qAlpha(over.pixel(0, 1)), 204);
        QCOMPARE(qAlpha(over.pixel(0, 0)), 0);
        QCOMPARE(qAlpha(over.pixel(2, 0)), 102);
    }

    void whatDoesNotFitIsNotShown() {
        AttentionView view;
        auto wrong = maps(0);
        wrong.rows = 4;
        view.setMaps(grey(), wrong);
        QVERIFY(view.empty());
        view.setMaps(grey(), maps(1));
        QVERIFY(!view.empty());
        view.setQuery(3); // only the class token's row is there
        QCOMPARE(view.query(), -1);
        view.clear("none");
        QVERIFY(view.shown().empty());
    }

    void aPictureIsLaidOverAnother() {
        Picture picture;
        picture.resize(100, 100);
        QImage red(10, 10, QImage::Format_RGB32), over(10, 10, QImage::Format_ARGB32);
        red.fill(Qt::red);
        over.fill(Qt::transparent);
        over.setPixel(5, 5, qRgba(0, 0, 255, 255));
        picture.set(red, over);
        const QImage shown = picture.grab().toImage();
        QCOMPARE(QColor(shown.pixel(20, 20)), QColor(Qt::red));
        QCOMPARE(QColor(shown.pixel(54, 54)), QColor(Qt::blue));
    }

  private:
    test::QtFixture fixture_;
};

QTEST_MAIN(AttentionTest)
#include "attention_test.moc"
