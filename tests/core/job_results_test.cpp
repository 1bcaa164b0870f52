// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// results.h5, the compact adapter and the requests to the engine: what is written is read back.
#include "core/base/error.h"
#include "core/job/adapter.h"
#include "core/job/requests.h"
#include "core/job/results.h"
#include "core/job/terminal_progress.h"
#include "core/tensor_io/hdf5.h"
#include "core/tensor_io/safetensors.h"
#include "tests/support/temporary_folder.h"

#include <QtTest>

#include <cmath>
#include <fstream>
#include <limits>

using namespace cdra;
namespace hdf5 = cdra::tensor_io::hdf5;

namespace {

job::Results some_results() {
    job::Results results;
    for (int epoch = 1; epoch <= 3; ++epoch) {
        auto& history = results.history;
        history.epoch.push_back(epoch);
        history.train_loss.push_back(1.0 / epoch);
        history.train_accuracy.push_back(0.1 * epoch);
        history.val_loss.push_back(2.0 / epoch);
        history.val_accuracy.push_back(epoch == 2 ? std::numeric_limits<double>::quiet_NaN() : 0.2 * epoch);
        history.learning_rate.push_back(1e-3 / epoch);
        history.images_per_second.push_back(100 + epoch);
        history.memory_mib.push_back(500 + epoch);
        history.gpu_memory_mib.push_back(700 + epoch);
    }
    job::MatrixResult adapted;
    adapted.name = "blocks.10.attn.q";
    adapted.row_order = {2, 0, 1, 3};
    adapted.column_order = {1, 0, 2};
    adapted.mask = {2, 5, 6};
    adapted.rows = {2, 0};
    adapted.columns = {1, 0, 2};
    adapted.rank = 2;
    adapted.a = {1, 2, 3, 4};
    adapted.b = {5, 6, 7, 8, 9, 10};
    adapted.parameters = 10;
    job::MatrixResult plain;
    plain.name = "blocks.2.mlp.fc1";
    results.matrices = {plain, adapted};
    results.predictions = {"test", {0, 1}, {0, 0}, {0.5F, -0.5F, 1.5F, 0.25F}, {"a/1.png", "b/2.png"}, {"shirt", "boot"}};
    results.summary = {{"test/accuracy", 0.815}, {"val/accuracy", 0.8}, {"time/train_seconds", 12.5}};
    results.environment = {{"device", "cpu"}, {"threads", "2"}, {"protocol", "honest"}};
    results.project_toml = job::to_toml(job::Project{});
    return results;
}

job::Adapter some_adapter() {
    job::Adapter adapter;
    adapter.low_rank["blocks.0.attn.q"] = {{3, 1}, {0, 2, 4}, 1, {0.5F, -1}, {1, 2, 3}};
    adapter.low_rank["blocks.1.attn.q"] = {{0}, {1}, 1, {2}, {4}};
    adapter.masked["blocks.0.mlp.fc2"] = {{7, 9}, {0.25F, -0.125F}};
    adapter.whole["cls_token"] = {{1, 1, 4}, {1, 2, 3, 4}};
    adapter.whole["head.weight"] = {{2, 2}, {1, 0, 0, 1}};
    adapter.metadata = {{"method", "cdra"}, {"classes", "2"}};
    return adapter;
}

std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

class JobResultsTest : public QObject {
    Q_OBJECT
  private slots:
    void results_round_trip() {
        const test::TemporaryFolder folder;
        const job::Results want = some_results();
        job::write_results(folder / "results.h5", want);
        const job::Results got = job::read_results(folder / "results.h5");
        QCOMPARE(got.history.train_loss, want.history.train_loss);
        QCOMPARE(got.history.gpu_memory_mib, want.history.gpu_memory_mib);
        QVERIFY(std::isnan(got.history.val_accuracy[1]));
        QCOMPARE(got.history.val_accuracy[2], want.history.val_accuracy[2]);
        QCOMPARE(got.matrices.size(), std::size_t{2});
        QCOMPARE(got.matrices[0].name, std::string("blocks.2.mlp.fc1")); // in the order of the network
        const job::MatrixResult& matrix = got.matrices[1];
        QCOMPARE(matrix.row_order, want.matrices[1].row_order);
        QCOMPARE(matrix.column_order, want.matrices[1].column_order);
        QCOMPARE(matrix.mask, want.matrices[1].mask);
        QCOMPARE(matrix.rows, want.matrices[1].rows);
        QCOMPARE(matrix.columns, want.matrices[1].columns);
        QCOMPARE(matrix.rank, 2);
        QCOMPARE(matrix.parameters, 10);
        QCOMPARE(matrix.a, want.matrices[1].a);
        QCOMPARE(matrix.b, want.matrices[1].b);
        QVERIFY(got.predictions.has_value());
        QCOMPARE(got.predictions->logits, want.predictions->logits);
        QCOMPARE(got.predictions->labels, want.predictions->labels);
        QCOMPARE(got.predictions->names, want.predictions->names);
        QCOMPARE(got.predictions->classes, want.predictions->classes);
        QVERIFY(got.summary == want.summary);
        QVERIFY(got.environment == want.environment);
        QCOMPARE(got.project_toml, want.project_toml);
        QVERIFY(job::read_results(folder / "results.h5", false).matrices.empty());
    }

    void a_viewer_opens_on_the_learning_curve() {
        const test::TemporaryFolder folder;
        job::write_results(folder / "results.h5", some_results());
        const auto file = hdf5::File::open(folder / "results.h5");
        QCOMPARE(file.text("NX_class"), std::string("NXroot"));
        const auto entry = file.group(file.text("default"));
        QCOMPARE(entry.text("NX_class"), std::string("NXentry"));
        const auto plot = entry.group(entry.text("default"));
        QCOMPARE(plot.text("NX_class"), std::string("NXdata"));
        QVERIFY(!plot.text("title").empty());
        const auto signal = plot.dataset(plot.text("signal"));
        const auto axes = plot.texts("axes");
        QCOMPARE(axes.size(), signal.shape().size());
        QCOMPARE(plot.dataset(axes[0]).elements(), signal.elements());
        QCOMPARE(plot.dataset("title").string(), plot.text("title"));
        for (const std::string& name : plot.names()) {
            if (name == "title") continue;
            QVERIFY(!plot.dataset(name).text("long_name").empty());
            QVERIFY(!plot.dataset(name).text("units").empty());
            QVERIFY2(plot.dataset(name).has(name == "epoch" ? "REFERENCE_LIST" : "DIMENSION_LIST"), name.c_str());
        }
    }

    void a_run_without_validation_opens_on_the_loss() {
        const test::TemporaryFolder folder;
        job::Results results = some_results();
        for (double& value : results.history.val_accuracy) value = std::numeric_limits<double>::quiet_NaN();
        job::write_results(folder / "r.h5", results);
        const auto file = hdf5::File::open(folder / "r.h5");
        QCOMPARE(file.group("entry").group("history").text("signal"), std::string("train_loss"));
    }

    void a_run_without_epochs_has_results_too() {
        const test::TemporaryFolder folder;
        job::Results results;
        results.summary["test/accuracy"] = 0.1;
        job::write_results(folder / "r.h5", results);
        const auto got = job::read_results(folder / "r.h5");
        QVERIFY(got.history.epoch.empty());
        QVERIFY(!got.predictions);
        QCOMPARE(got.summary.at("test/accuracy"), 0.1);
    }

    void results_that_do_not_fit_are_not_written() {
        const test::TemporaryFolder folder;
        job::Results results = some_results();
        results.history.val_loss.pop_back();
        QVERIFY_THROWS_EXCEPTION(Error, job::write_results(folder / "r.h5", results));
        results = some_results();
        results.matrices[1].a.pop_back();
        QVERIFY_THROWS_EXCEPTION(Error, job::write_results(folder / "r.h5", results));
        QVERIFY(std::filesystem::is_empty(folder.path()));
    }

    void what_is_no_results_file_is_refused() {
        const test::TemporaryFolder folder;
        std::ofstream(folder / "text.h5") << "not HDF5";
        QVERIFY_THROWS_EXCEPTION(UnrecognisedFormat, job::read_results(folder / "text.h5"));
        QVERIFY_THROWS_EXCEPTION(InputError, job::read_results(folder / "absent.h5"));
        {
            auto file = hdf5::File::create(folder / "other.h5");
            file.set("format", "another");
            file.close();
        }
        QVERIFY_THROWS_EXCEPTION(UnrecognisedFormat, job::read_results(folder / "other.h5"));
    }

    void adapter_round_trip_and_same_bytes() {
        const test::TemporaryFolder folder;
        const job::Adapter want = some_adapter();
        job::write_adapter(folder / "a.safetensors", want);
        job::write_adapter(folder / "b.safetensors", want);
        QCOMPARE(bytes_of(folder / "a.safetensors"), bytes_of(folder / "b.safetensors"));
        const job::Adapter got = job::read_adapter(folder / "a.safetensors");
        QCOMPARE(got.low_rank.size(), std::size_t{2});
        const job::LowRank& low = got.low_rank.at("blocks.0.attn.q");
        QCOMPARE(low.rows, (std::vector<std::int32_t>{3, 1}));
        QCOMPARE(low.columns, (std::vector<std::int32_t>{0, 2, 4}));
        QCOMPARE(low.rank, 1);
        QCOMPARE(low.a, (std::vector<float>{0.5F, -1}));
        QCOMPARE(low.b, (std::vector<float>{1, 2, 3}));
        QCOMPARE(got.masked.at("blocks.0.mlp.fc2").indices, (std::vector<std::int32_t>{7, 9}));
        QCOMPARE(got.masked.at("blocks.0.mlp.fc2").values, (std::vector<float>{0.25F, -0.125F}));
        QCOMPARE(got.whole.size(), std::size_t{2});
        QCOMPARE(got.whole.at("cls_token").shape, (std::vector<std::int64_t>{1, 1, 4}));
        QCOMPARE(got.whole.at("head.weight").values, (std::vector<float>{1, 0, 0, 1}));
        QCOMPARE(got.metadata.at("method"), std::string("cdra"));
        QCOMPARE(got.metadata.at("format"), std::string("cdra-adapter"));
    }

    void damaged_adapters_are_named() {
        const test::TemporaryFolder folder;
        const std::vector<std::int32_t> rows = {0, 1};
        const std::vector<float> values = {1, 2, 3};
        const std::map<std::string, std::string> metadata = {{"format", "cdra-adapter"}};
        const auto refusal = [&](const std::vector<tensor_io::TensorView>& tensors, const auto& words) {
            tensor_io::write_safetensors(folder / "x.safetensors", tensors, words);
            try {
                job::read_adapter(folder / "x.safetensors");
            } catch (const InputError& error) {
                return std::string(error.what());
            }
            return std::string("(taken)");
        };
        QVERIFY(refusal({tensor_io::view_i32("m.rows", {2}, rows)}, metadata).find("m.columns is missing") != std::string::npos);
        QVERIFY(refusal({tensor_io::view_i32("m.rows", {2}, rows), tensor_io::view_i32("m.columns", {2}, rows),
                         tensor_io::view_f32("m.A", {3, 1}, values), tensor_io::view_f32("m.B", {1, 3}, values)},
                        metadata)
                    .find("do not fit") != std::string::npos);
        QVERIFY(refusal({tensor_io::view_i32("m.indices", {2}, rows), tensor_io::view_f32("m.values", {3}, values)}, metadata)
                    .find("2 indices and 3 values") != std::string::npos);
        QVERIFY(refusal({tensor_io::view_f32("w", {3}, values)}, std::map<std::string, std::string>{})
                    .find("not a compact adapter") != std::string::npos);
        job::Adapter wrong = some_adapter();
        wrong.low_rank["blocks.0.attn.q"].a.pop_back();
        QVERIFY_THROWS_EXCEPTION(Error, job::write_adapter(folder / "y.safetensors", wrong));
        QVERIFY(!std::filesystem::exists(folder / "y.safetensors"));
    }

    void requests_round_trip() {
        job::SensitivityRequest sensitivity;
        sensitivity.model = {"m", 6, checkpoint::Pooling::mean, checkpoint::Resampling::hf};
        sensitivity.data.spec = "d?x=1";
        sensitivity.data.image_size = 56;
        sensitivity.data.mean = {0.1F, 0.2F, 0.3F};
        sensitivity.sensitivity = {"S.h5", "batch", 512, 16, 9};
        sensitivity.run = {"cpu", 2, 9};
        sensitivity.output = {true, true, "job"};
        QCOMPARE(job::to_json(job::sensitivity_request(job::to_json(sensitivity))), job::to_json(sensitivity));
        QCOMPARE(job::sensitivity_request(job::to_json(sensitivity)).data.mean->at(1), 0.2F);
        const job::TrainRequest train{"folder with a space", true, 12, {}};
        QCOMPARE(job::to_json(job::train_request(job::to_json(train))), job::to_json(train));
        QCOMPARE(job::train_request(job::to_json(train)).epochs, std::optional<int>(12));
        job::EvaluateRequest evaluate{"run", "val", sensitivity.data, {"A.safetensors", "B.safetensors"}, sensitivity.model,
                                             {"cuda:1", 3, 1}, {}};
        QCOMPARE(job::to_json(job::evaluate_request(job::to_json(evaluate))), job::to_json(evaluate));
        const job::PredictRequest predict{"run", {"a.png", "b c.png"}, 3, {}, {}};
        QCOMPARE(job::to_json(job::predict_request(job::to_json(predict))), job::to_json(predict));
        const job::MergeRequest merge{"run", checkpoint::Naming::hf, "M.safetensors", {}};
        QCOMPARE(job::to_json(job::merge_request(job::to_json(merge))), job::to_json(merge));
        QVERIFY_THROWS_EXCEPTION(InputError, job::merge_request("{"));
        QVERIFY_THROWS_EXCEPTION(InputError, job::merge_request("{}"));
        QVERIFY_THROWS_EXCEPTION(InputError, job::train_request(R"({"folder":1,"resume":true,"output":{"json":false,"quiet":false,"job":""}})"));
    }

    void eta_counts_from_where_the_stage_began() {
        job::EtaEstimate eta;
        const job::EtaEstimate::Clock::time_point start{};
        QVERIFY(!eta.update({"train", 50, 100, ""}, start)); // a resumed run begins at 50
        const auto left = eta.update({"train", 60, 100, ""}, start + std::chrono::seconds(5));
        QVERIFY(left.has_value());
        QCOMPARE(*left, 20.0);
        QVERIFY(!eta.update({"evaluate", 0, 10, ""}, start + std::chrono::seconds(6)));
        QVERIFY(eta.update({"evaluate", 10, 10, ""}, start + std::chrono::seconds(7)));
        QVERIFY(!eta.update({"evaluate", 0, 10, ""}, start + std::chrono::seconds(60))); // the same stage, an epoch later
        QCOMPARE(*eta.update({"evaluate", 5, 10, ""}, start + std::chrono::seconds(61)), 1.0);
        QCOMPARE(job::format_duration(65), std::string("1:05"));
        QCOMPARE(job::format_duration(7384), std::string("2:03:04"));
    }

    void progress_without_a_terminal_is_lines_or_nothing() {
        const test::TemporaryFolder folder;
        const auto written = [&](bool quiet) {
            const auto path = folder / (quiet ? "quiet" : "loud");
            const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "w"), std::fclose);
            {
                job::TerminalProgress progress(quiet, file.get());
                for (int i = 0; i <= 1000; ++i) progress.report({"check", i, 1000, ""});
                progress.report({"check", 1000, 1000, ""}); // some stages say so twice
                progress.note("resumed from step 3");
            }
            std::fflush(file.get());
            return bytes_of(path);
        };
        QCOMPARE(written(true), std::string());
        const QStringList lines = QString::fromStdString(written(false)).split('\n', Qt::SkipEmptyParts);
        // A stage this quick says that it has ended, once, and no more than that.
        QVERIFY2(lines.size() >= 2 && lines.size() <= 12, qPrintable(lines.join('|')));
        QCOMPARE(lines[lines.size() - 2], "check 1000/1000 (100 %)");
        QCOMPARE(lines.count("check 1000/1000 (100 %)"), 1);
        QCOMPARE(lines.last(), "resumed from step 3");
    }
};

QTEST_GUILESS_MAIN(JobResultsTest)
#include "job_results_test.moc"
