// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// A device without memory, simulated: LibTorch's allocator throws what the CUDA one throws (and what the CPU one does)
// in the middle of a training. One clear line, exit code 1, and the last checkpoint goes on to the same bytes.
#include "core/engine/commands/commands.h"
#include "tests/core/engine/engine_world.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/job/events.h"
#include "core/job/job_folder.h"
#include "core/job/project.h"
#include "core/job/requests.h"
#include "tests/support/temporary_folder.h"

#include <QTest>

#include <atomic>
#include <c10/core/Allocator.h>
#include <c10/util/Exception.h>

namespace job = cdra::job;
namespace commands = cdra::engine::commands;

namespace {

// LibTorch's own allocator, which counts and, once, fails.
class Meagre final : public c10::Allocator {
  public:
    explicit Meagre(c10::Allocator* real) : real_(real) {}
    c10::DataPtr allocate(std::size_t bytes) override {
        if (++count_ == fails_at_) {
            if (cuda_) throw c10::OutOfMemoryError({__func__, __FILE__, static_cast<std::uint32_t>(__LINE__)}, cuda_message);
            throw c10::Error({__func__, __FILE__, static_cast<std::uint32_t>(__LINE__)},
                             "[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory: you tried "
                             "to allocate 1073741824 bytes. Error code 12 (Cannot allocate memory)");
        }
        return real_->allocate(bytes);
    }
    c10::DeleterFnPtr raw_deleter() const override { return real_->raw_deleter(); }
    void copy_data(void* to, const void* from, std::size_t bytes) const override { real_->copy_data(to, from, bytes); }

    long count() const { return count_; }
    bool failed() const { return fails_at_ > 0 && count_ >= fails_at_; }
    void fail_at(long number, bool cuda) { count_ = 0, cuda_ = cuda, fails_at_ = number; }

    static constexpr const char* cuda_message =
        "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.18 GiB of which 1.06 GiB is free. "
        "Including non-PyTorch memory, this process has 78.11 GiB memory in use.";

  private:
    c10::Allocator* real_;
    std::atomic<long> count_ = 0, fails_at_ = 0;
    std::atomic<bool> cuda_ = false;
};

} // namespace

class OutOfMemoryTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() {
        cdra::test::write_tiny_images(folder_ / "images");
        real_ = c10::GetAllocator(c10::kCPU);
        meagre_ = std::make_unique<Meagre>(real_);
        c10::SetAllocator(c10::kCPU, meagre_.get(), 255);
        QCOMPARE(c10::GetAllocator(c10::kCPU), meagre_.get());
        meagre_->fail_at(0, true);
        prepare("reference");
        train("reference", false);
        allocations_ = meagre_->count();
        want_ = adapter("reference");
        QVERIFY(allocations_ > 1000 && want_.size() > 1000);
    }
    void cleanupTestCase() { c10::SetAllocator(c10::kCPU, real_, 255); }

    void one_line_and_the_last_checkpoint_goes_on_data() {
        QTest::addColumn<bool>("cuda");
        QTest::newRow("CUDA") << true;
        QTest::newRow("CPU") << false;
    }
    void one_line_and_the_last_checkpoint_goes_on() {
        QFETCH(bool, cuda);
        // Denser at the beginning: a run ends with a measurement that allocates for as long as it takes, so that no two runs
        // have the same number, and the last points may not be reached.
        int reached = 0, from_a_checkpoint = 0, absorbed = 0;
        constexpr int points = 20;
        for (int point = 0; point < points; ++point) {
            const std::string name = (cuda ? "cuda" : "cpu") + std::to_string(point);
            prepare(name);
            meagre_->fail_at(1 + allocations_ * point * point / (points * points), cuda);
            std::string message;
            try {
                train(name, false);
                // oneDNN's convolution does without some of its scratch memory: then LibTorch has dealt with it.
                absorbed += meagre_->failed();
                QCOMPARE(adapter(name).size(), want_.size());
                std::filesystem::remove_all(paths(name).folder);
                continue;
            } catch (const cdra::Error& error) {
                message = error.what();
                QCOMPARE(cdra::exit_code(error), cdra::exit_codes::failed);
            }
            QVERIFY2(message.starts_with("out of memory: ") && message.find('\n') == std::string::npos, message.c_str());
            QVERIFY2(message.find(cuda ? "CUDA out of memory. Tried to allocate 2.00 GiB" : "tried to allocate 1073741824 bytes") != std::string::npos &&
                         message.find("--batch-size") != std::string::npos && message.find("alloc_cpu.cpp") == std::string::npos,
                     message.c_str());
            ++reached;
            bool told = false;
            for (const auto& event : job::read_events(paths(name).events))
                if (const auto* error = std::get_if<job::ErrorEvent>(&event.what)) told = error->message == message && !error->advice.empty();
            QVERIFY(told);
            meagre_->fail_at(0, cuda);
            train(name, true);
            QVERIFY2(adapter(name) == want_, name.c_str());
            for (const auto& event : job::read_events(paths(name).events))
                if (const auto* resumed = std::get_if<job::ResumedEvent>(&event.what)) from_a_checkpoint += resumed->step > 0;
            std::filesystem::remove_all(paths(name).folder);
        }
        QVERIFY2(absorbed <= points / 5, qPrintable(QString::number(absorbed)));
        QVERIFY2(reached >= points / 2 && from_a_checkpoint >= 3, qPrintable(QStringLiteral("%1, %2").arg(reached).arg(from_a_checkpoint)));
        qInfo("%d points, %d after a checkpoint", reached, from_a_checkpoint);
    }

  private:
    job::JobPaths paths(const std::string& name) const { return job::JobPaths(folder_ / name); }
    std::string adapter(const std::string& name) const {
        return cdra::read_text_file(paths(name).folder / "adapter" / "adapter.safetensors");
    }
    void prepare(const std::string& name) {
        job::Project project;
        project.model.path = world_.file.string();
        project.data.spec = (folder_ / "images").string();
        project.data.image_size = 32;
        project.method = "lora";
        project.recipe.epochs = 2, project.recipe.batch_size = 16, project.recipe.checkpoint_every = 2;
        project.run.device = "cpu", project.run.threads = 1;
        job::create_job_folder(paths(name), "cdra train");
        job::write_project(paths(name).project, project);
    }
    void train(const std::string& name, bool resume) {
        job::TrainRequest request;
        request.folder = paths(name).folder.string();
        request.resume = resume;
        request.output.quiet = request.output.json = true;
        QCOMPARE(commands::train(job::to_json(request)), 0);
    }

    cdra::test::TemporaryFolder folder_;
    cdra::test::World world_{folder_.path()};
    c10::Allocator* real_ = nullptr;
    std::unique_ptr<Meagre> meagre_;
    long allocations_ = 0;
    std::string want_;
};

QTEST_GUILESS_MAIN(OutOfMemoryTest)
#include "out_of_memory_test.moc"
