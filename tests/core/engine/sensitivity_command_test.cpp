// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// The command as a whole: the map it writes, what it records, how it stops.
#include "core/base/error.h"
#include "core/engine/commands/commands.h"
#include "core/job/events.h"
#include "core/job/job_folder.h"
#include "core/job/requests.h"
#include "core/sensitivity/map.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_inputs.h"

#include <QTest>
#include <algorithm>
#include <csignal>
#include <set>
#include <thread>

namespace job = cdra::job;

class SensitivityCommandTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase();
    void writes_a_map_with_its_origin();
    void batch_takes_file_order();
    void stops_by_control_word();
    void stops_by_signal();
    void pauses_and_goes_on();
    void bad_input_writes_nothing_data();
    void bad_input_writes_nothing();

  private:
    job::SensitivityRequest request(const std::string& name) const {
        job::SensitivityRequest request;
        request.model.path = (folder_ / "tiny.safetensors").string();
        request.data.spec = (folder_ / "images").string();
        request.data.image_size = 32;
        request.sensitivity.map = (folder_ / name).string();
        request.sensitivity.samples = 24;
        request.sensitivity.batch_size = 8;
        request.sensitivity.seed = request.run.seed = 4;
        request.run.device = "cpu";
        request.run.threads = 2;
        request.output.quiet = true;
        return request;
    }
    // Slow enough to be stopped: large images, one at a time.
    job::SensitivityRequest slow_request(const std::string& name) const {
        auto slow = request(name + ".h5");
        slow.data.image_size = 320;
        slow.sensitivity.samples = 80;
        slow.sensitivity.batch_size = 1;
        slow.output.job = (folder_ / name).string();
        return slow;
    }
    cdra::test::TemporaryFolder folder_;
};

namespace {

int run(const job::SensitivityRequest& request) {
    return cdra::engine::commands::sensitivity(job::to_json(request));
}

// 130 for a stop, as the program's main does it.
int outcome_of(const job::SensitivityRequest& request) {
    try {
        return run(request);
    } catch (const std::exception& error) {
        return cdra::exit_code(error);
    }
}

template <typename Kind>
bool holds(const std::vector<job::Event>& events) {
    return std::ranges::any_of(events,
                               [](const auto& event) { return std::holds_alternative<Kind>(event.what); });
}

std::int64_t images_done(const job::JobPaths& paths) {
    if (!std::filesystem::exists(paths.events)) return 0;
    std::int64_t done = 0;
    for (const auto& event : job::read_events(paths.events))
        if (const auto* progress = std::get_if<job::ProgressEvent>(&event.what);
            progress && progress->stage == "sensitivity")
            done = progress->done;
    return done;
}

bool wait_for(const std::function<bool()>& what) {
    for (int i = 0; i < 3000; ++i) {
        if (what()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

} // namespace

void SensitivityCommandTest::initTestCase() {
    cdra::test::write_tiny_vit(folder_ / "tiny.safetensors");
    cdra::test::write_tiny_images(folder_ / "images");
}

void SensitivityCommandTest::writes_a_map_with_its_origin() {
    auto wanted = request("S.h5");
    wanted.output.job = (folder_ / "job").string();
    QCOMPARE(run(wanted), 0);
    cdra::NullProgress silent;
    const auto map = cdra::sensitivity::read_map(folder_ / "S.h5", silent);
    QCOMPARE(map.matrices.size(), std::size_t{18});
    for (const auto& matrix : map.matrices)
        QVERIFY2(*std::ranges::max_element(matrix.values) > 0, matrix.shape.name.c_str());
    const auto& from = map.provenance;
    QCOMPARE(from.samples.size(), std::size_t{24});
    QCOMPARE(std::set<std::uint32_t>(from.samples.begin(), from.samples.end()).size(), std::size_t{24});
    QVERIFY(!std::ranges::is_sorted(from.samples)); // a permutation, not the folder's first images
    QCOMPARE(from.model_sha256.size(), std::size_t{64});
    QCOMPARE(from.classes, 4);
    QCOMPARE(from.image_size, 32);
    QCOMPARE(from.mean, (std::vector<float>{0.5F, 0.5F, 0.5F}));
    QCOMPARE(from.estimator, std::string("per-sample"));
    QCOMPARE(from.position_resampling, std::string("timm"));
    QCOMPARE(from.head_seed, std::uint64_t{4});
    QCOMPARE(from.class_token_parameters, std::int64_t{64});
    QVERIFY(holds<job::DoneEvent>(job::read_events(folder_ / "job/events.jsonl")));

    wanted.output.job.clear();
    wanted.sensitivity.map = (folder_ / "again.h5").string();
    QCOMPARE(run(wanted), 0);
    QCOMPARE(cdra::sensitivity::fingerprint(cdra::sensitivity::read_map(folder_ / "again.h5", silent)),
             cdra::sensitivity::fingerprint(map));
    wanted.run.seed = 5; // another head, the same images
    wanted.sensitivity.map = (folder_ / "other.h5").string();
    QCOMPARE(run(wanted), 0);
    const auto other = cdra::sensitivity::read_map(folder_ / "other.h5", silent);
    QCOMPARE(other.provenance.samples, from.samples);
    QVERIFY(cdra::sensitivity::fingerprint(other) != cdra::sensitivity::fingerprint(map));
}

void SensitivityCommandTest::batch_takes_file_order() {
    auto wanted = request("batch.h5");
    wanted.sensitivity.estimator = "batch";
    wanted.sensitivity.samples = 30; // whole batches of 8 only
    QCOMPARE(run(wanted), 0);
    cdra::NullProgress silent;
    const auto map = cdra::sensitivity::read_map(folder_ / "batch.h5", silent);
    std::vector<std::uint32_t> first(24);
    std::ranges::generate(first, [n = 0U]() mutable { return n++; });
    QCOMPARE(map.provenance.samples, first);
    QCOMPARE(map.provenance.estimator, std::string("batch"));
}

void SensitivityCommandTest::stops_by_control_word() {
    const auto slow = slow_request("stopped");
    const job::JobPaths paths(slow.output.job);
    int outcome = -1;
    std::thread work([&] { outcome = outcome_of(slow); });
    const bool began = wait_for([&] { return images_done(paths) > 0; });
    job::send(paths, job::ControlWord::stop);
    work.join();
    QVERIFY(began);
    QCOMPARE(outcome, 130);
    QVERIFY(images_done(paths) < 80);
    QVERIFY(!std::filesystem::exists(slow.sensitivity.map));
    QCOMPARE(job::read_state(paths), job::JobState::stopped);
    for (const auto& entry :
         std::filesystem::directory_iterator(folder_.path())) // nor a part under another name
        QVERIFY2(entry.path().filename().string().find("stopped.h5") == std::string::npos,
                 entry.path().c_str());
}

void SensitivityCommandTest::stops_by_signal() {
    const auto slow = slow_request("signalled");
    const job::JobPaths paths(slow.output.job);
    int outcome = -1;
    std::thread work([&] { outcome = outcome_of(slow); });
    const bool began = wait_for([&] { return images_done(paths) > 0; });
    if (began) std::raise(SIGTERM);
    work.join();
    QVERIFY(began);
    QCOMPARE(outcome, 130);
    QVERIFY(!std::filesystem::exists(slow.sensitivity.map));
    QVERIFY(holds<job::StoppedEvent>(job::read_events(paths.events)));
}

void SensitivityCommandTest::pauses_and_goes_on() {
    auto slow = slow_request("paused");
    slow.sensitivity.samples = 20;
    const job::JobPaths paths(slow.output.job);
    int outcome = -1;
    std::thread work([&] { outcome = outcome_of(slow); });
    const bool began = wait_for([&] { return images_done(paths) > 0; });
    job::send(paths, job::ControlWord::pause);
    const bool paused = wait_for([&] { return job::read_state(paths) == job::JobState::paused; });
    job::send(paths, job::ControlWord::resume);
    work.join();
    QVERIFY(began);
    QVERIFY(paused);
    QCOMPARE(outcome, 0);
    QCOMPARE(job::read_state(paths), job::JobState::done);
    QVERIFY(std::filesystem::exists(slow.sensitivity.map));
}

void SensitivityCommandTest::bad_input_writes_nothing_data() {
    QTest::addColumn<QString>("what");
    for (const char* what : {"model", "data", "size", "estimator", "device", "folder", "samples"})
        QTest::newRow(what) << what;
}

void SensitivityCommandTest::bad_input_writes_nothing() {
    QFETCH(QString, what);
    auto wanted = request("bad.h5");
    if (what == "model") wanted.model.path += ".missing";
    if (what == "data") wanted.data.spec += ".missing";
    if (what == "size") wanted.data.image_size = 33;
    if (what == "estimator") wanted.sensitivity.estimator = "guess";
    if (what == "device") wanted.run.device = "cuda:77";
    if (what == "folder") wanted.sensitivity.map = (folder_ / "nowhere/bad.h5").string();
    if (what == "samples") wanted.sensitivity.samples = 0;
    try {
        run(wanted);
        QFAIL("no exception");
    } catch (const cdra::Error& error) {
        QVERIFY(!std::string(error.what()).empty());
        QCOMPARE(cdra::exit_code(error), what == "folder" ? cdra::exit_code(cdra::IoError("")) : 2);
    }
    QVERIFY(!std::filesystem::exists(wanted.sensitivity.map));
}

QTEST_GUILESS_MAIN(SensitivityCommandTest)
#include "sensitivity_command_test.moc"
