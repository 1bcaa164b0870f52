// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// What a segmentation adds to projects, requests and results.h5.
#include "core/base/error.h"
#include "core/job/project.h"
#include "core/job/requests.h"
#include "core/job/results.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <cmath>
#include <limits>

namespace job = cdra::job;

class JobSegmentationTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void results_round_trip() {
        job::Results results;
        auto& history = results.history;
        for (auto* column : {&history.epoch, &history.train_loss, &history.train_accuracy, &history.val_loss,
                             &history.val_accuracy, &history.learning_rate, &history.images_per_second,
                             &history.memory_mib, &history.gpu_memory_mib})
            *column = {1, 2};
        history.val_miou = {0.25, 0.5}, history.val_mdice = {0.4, 0.6};
        const double absent = std::numeric_limits<double>::quiet_NaN();
        results.segmentation = job::Segmentation{
            "test", {"background", "cat", "dog"}, {0.75, 0.5, absent}, {0.8, 0.6, absent}, {7, 1, 0, 2, std::int64_t{1} << 40, 0, 0, 0, 0}};
        const auto file = folder_ / "results.h5";
        job::write_results(file, results);
        const auto read = job::read_results(file);
        QCOMPARE(read.history.val_miou, history.val_miou);
        QCOMPARE(read.history.val_mdice, history.val_mdice);
        QVERIFY(read.segmentation);
        QCOMPARE(read.segmentation->split, std::string("test"));
        QCOMPARE(read.segmentation->classes, results.segmentation->classes);
        QCOMPARE(read.segmentation->confusion, results.segmentation->confusion);
        QCOMPARE(read.segmentation->dice[1], 0.6);
        QVERIFY(std::isnan(read.segmentation->iou[2]));

        results.segmentation->dice.pop_back();
        QVERIFY_EXCEPTION_THROWN(job::write_results(file, results), cdra::Error);
        results.segmentation.reset();
        results.history.val_miou.clear(), results.history.val_mdice.clear();
        job::write_results(file, results);
        QVERIFY(!job::read_results(file).segmentation && job::read_results(file).history.val_miou.empty());
    }

    void the_decoder_is_part_of_project_and_request() {
        job::Project project;
        project.model.decoder = "fpn";
        const auto text = job::to_toml(project);
        QCOMPARE(job::parse_project(text, "p.toml").model.decoder, std::string("fpn"));
        project.model.decoder = "upernet";
        QVERIFY_EXCEPTION_THROWN(job::parse_project(job::to_toml(project), "p.toml"), cdra::InputError);
        job::SensitivityRequest sensitivity;
        sensitivity.model.decoder = "fpn";
        QCOMPARE(job::sensitivity_request(job::to_json(sensitivity)).model.decoder, std::string("fpn"));
        job::PredictRequest predict;
        predict.out = "masks";
        QCOMPARE(job::predict_request(job::to_json(predict)).out, std::string("masks"));
    }

  private:
    cdra::test::TemporaryFolder folder_;
};

QTEST_GUILESS_MAIN(JobSegmentationTest)
#include "job_segmentation_test.moc"
