// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/qt_fixture.h"
#include "widgets/latest.h"

#include <QTest>
#include <atomic>
#include <stdexcept>
#include <thread>

using namespace cdra;
using namespace cdra::widgets;

class LatestTest : public QObject {
    Q_OBJECT
  private slots:
    void init() { fixture_.start(); }
    void cleanup() { QCOMPARE(fixture_.finish(), QStringList()); }

    void delivers() {
        int got = 0;
        LatestOnly<int> latest([&](int value) { got = value; });
        QVERIFY(!latest.busy());
        latest.request([](const std::stop_token&) { return 42; });
        QVERIFY(latest.busy());
        QTRY_COMPARE(got, 42);
        QVERIFY(!latest.busy());
    }

    void lateResultsAreDropped() {
        QList<int> got;
        std::atomic<bool> first_began = false, release = false, asked_to_stop = false;
        std::atomic<int> ran = 0;
        LatestOnly<int> latest([&](int value) { got += value; });
        latest.request([&](const std::stop_token& stop) {
            ++ran;
            first_began = true;
            while (!release)
                std::this_thread::yield();
            asked_to_stop = stop.stop_requested();
            return 1; // stubborn: it does not look at the stop and comes late
        });
        QTRY_VERIFY(first_began.load());
        // Of the requests made meanwhile only the newest ever runs.
        for (int i = 2; i <= 5; ++i)
            latest.request([&, i](const std::stop_token&) {
                ++ran;
                return i;
            });
        release = true;
        QTRY_COMPARE(got, QList<int>{5});
        QTest::qWait(20);
        QCOMPARE(got, QList<int>{5});
        QVERIFY(asked_to_stop);
        QCOMPARE(ran.load(), 2);
    }

    void aRequestBeforeDeliveryWins() {
        QList<int> got;
        std::atomic<bool> done = false;
        LatestOnly<int> latest([&](int value) { got += value; });
        latest.request([&](const std::stop_token&) {
            done = true;
            return 1;
        });
        while (!done)
            std::this_thread::yield(); // its result may be queued, not delivered: this thread did not turn
                                       // its loop
        latest.request([](const std::stop_token&) { return 2; });
        QTRY_VERIFY(!latest.busy());
        QCOMPARE(got, QList<int>{2});
    }

    void cancelDropsAndIsQuiet() {
        int delivered = 0, failed = 0;
        std::atomic<bool> began = false, ended = false;
        LatestOnly<int> latest([&](int) { ++delivered; }, [&](const QString&) { ++failed; });
        latest.request([&](const std::stop_token& stop) -> int {
            began = true;
            while (!stop.stop_requested())
                std::this_thread::yield();
            ended = true;
            throw Cancelled{};
        });
        QTRY_VERIFY(began.load());
        latest.cancel();
        QVERIFY(!latest.busy());
        QTRY_VERIFY(ended.load());
        QTest::qWait(20);
        QCOMPARE(delivered + failed, 0);
        latest.request([](const std::stop_token&) { return 3; });
        QTRY_COMPARE(delivered, 1);
    }

    void failuresAreTold() {
        QString why;
        LatestOnly<int> latest([](int) {}, [&](const QString& text) { why = text; });
        latest.request([](const std::stop_token&) -> int { throw InputError("S.h5: no such file"); });
        QTRY_COMPARE(why, QString("S.h5: no such file"));
        QVERIFY(!latest.busy());
    }

    void destructionDoesNotWaitNorDeliver() {
        int delivered = 0;
        std::atomic<bool> began = false, release = false, ended = false;
        {
            LatestOnly<int> latest([&](int) { ++delivered; });
            latest.request([&](const std::stop_token&) {
                began = true;
                while (!release)
                    std::this_thread::yield();
                ended = true;
                return 1;
            });
            while (!began)
                std::this_thread::yield();
        }
        QVERIFY(!ended);
        release = true;
        QTRY_VERIFY(ended.load());
        QTest::qWait(20);
        QCOMPARE(delivered, 0);
    }

  private:
    test::QtFixture fixture_;
};

QTEST_GUILESS_MAIN(LatestTest)
#include "latest_test.moc"
