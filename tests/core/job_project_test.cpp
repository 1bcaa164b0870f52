// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/job/project.h"
#include "tests/support/temporary_folder.h"

#include <QtTest>

using namespace cdra;

namespace {

// Every value differs from its default, so that a key that is not read or not written shows.
job::Project unusual() {
    job::Project project;
    project.name = "ein \"Name\" \\ mit\tTab";
    project.notes = "first line\nsecond line, d̄ and k̄";
    project.model = {"/models/vit.safetensors", 6, checkpoint::Pooling::cls_mean, checkpoint::Resampling::hf};
    project.data.spec = "fashion-mnist:/data?train=1000&seed=3";
    project.data.image_size = 56;
    project.data.mean = {0.1F, 0.2F, 0.3F};
    project.data.std = {0.4F, 0.5F, 1.0F};
    project.data.resize = "crop";
    project.data.augment = "crop-flip";
    project.sensitivity = {"/maps/S.h5", "batch", 512, 16, 7};
    project.plan.file = "/plans/P.h5";
    project.plan.options.amount = compact::Tau{12345};
    project.plan.options.pool = sensitivity::Pool::matrices;
    project.plan.options.rank = "fixed:8";
    project.plan.options.edited_ranks = {{"blocks.0.attn.q", 3}, {"blocks.11.mlp.fc2", 0}};
    project.plan.options.rank_zero = compact::RankZero::freeze;
    project.plan.options.size_scale = 1.5;
    project.plan.options.quadrant = compact::Quadrant::q01;
    project.plan.options.tune_vectors = false;
    project.plan.options.beta = 3;
    project.plan.options.class_token = false;
    project.method = "lora";
    project.method_options = {{"rank", "16"}, {"targets", "q,k"}, {"alpha", "0.5"}, {"dropout", "0.1"}, {"train-head", "false"},
                              {"head-lr-scale", "10"}};
    project.recipe.epochs = 25;
    project.recipe.batch_size = 32;
    project.recipe.accumulate = 2;
    project.recipe.lr = 3e-4;
    project.recipe.min_lr = 1e-7;
    project.recipe.warmup_lr = 2e-6;
    project.recipe.weight_decay = 0.05;
    project.recipe.warmup_epochs = 3;
    project.recipe.schedule = "step";
    project.recipe.drop_path = 0.25;
    project.recipe.label_smoothing = 0.1;
    project.recipe.precision = "bf16";
    project.recipe.protocol = "published";
    project.recipe.final_training = true;
    project.recipe.report = "val";
    project.model.decoder = "fpn";
    project.recipe.checkpoint_every = 20;
    project.run = {"cuda:1", 4, 42};
    return project;
}

std::string refusal(const std::string& toml) {
    try {
        job::parse_project(toml, "P.toml");
    } catch (const InputError& error) {
        return error.what();
    }
    return "(taken)";
}

} // namespace

class JobProjectTest : public QObject {
    Q_OBJECT
  private slots:
    void round_trip_is_byte_exact() {
        const std::string text = job::to_toml(unusual());
        const job::Project read = job::parse_project(text, "P.toml");
        QCOMPARE(job::to_toml(read), text);
        const job::Project want = unusual();
        QCOMPARE(read.name, want.name);
        QCOMPARE(read.notes, want.notes);
        QCOMPARE(read.model.heads, want.model.heads);
        QVERIFY(read.model.pooling == want.model.pooling);
        QVERIFY(read.model.position_resampling == want.model.position_resampling);
        QVERIFY(read.data.mean == want.data.mean && read.data.std == want.data.std);
        QCOMPARE(std::get<compact::Tau>(read.plan.options.amount).value, 12345U);
        QVERIFY(read.plan.options.edited_ranks == want.plan.options.edited_ranks);
        QVERIFY(read.method_options == want.method_options);
        QCOMPARE(read.recipe.lr, want.recipe.lr);
        QCOMPARE(read.run.seed, want.run.seed);
    }

    void defaults_survive_an_empty_file() {
        const std::string text = job::to_toml(job::Project{});
        QCOMPARE(job::to_toml(job::parse_project("", "P.toml")), text);
        QCOMPARE(job::to_toml(job::parse_project(text, "P.toml")), text);
        QVERIFY(text.find("gamma = 0.0043") != std::string::npos);
    }

    void every_key_of_the_file_is_read() {
        // Whatever the writer writes, changing it must change what is read: else the reader drops it.
        const job::Project defaults;
        const std::string unusual_text = job::to_toml(unusual());
        const std::string default_text = job::to_toml(job::Project{});
        QVERIFY(unusual_text != default_text);
        const QStringList lines = QString::fromStdString(unusual_text).split('\n');
        int keys = 0;
        for (const QString& line : lines) {
            if (!line.contains(" = ")) continue;
            ++keys;
            QStringList without = lines;
            without.removeOne(line);
            std::string reread;
            try {
                reread = job::to_toml(job::parse_project(without.join('\n').toStdString(), "P.toml"));
            } catch (const InputError&) {
                continue; // without "name" the method's options are another method's: read, too
            }
            QVERIFY2(reread != unusual_text, qPrintable(line));
        }
        QVERIFY2(keys >= 45, qPrintable(QString::number(keys)));
    }

    void refusals_data() {
        QTest::addColumn<QString>("toml");
        QTest::addColumn<QString>("message");
        QTest::newRow("syntax") << "name = \n" << "P.toml:1: not TOML";
        QTest::newRow("unknown key") << "[recipe]\nepoch = 3\n" << "P.toml:2: key 'recipe.epoch' is not known; expected one of epochs,";
        QTest::newRow("unknown table") << "[recip]\nepochs = 3\n" << "P.toml:1: key 'recip' is not known; expected one of name,";
        QTest::newRow("type") << "\n[recipe]\nepochs = \"many\"\n" << "P.toml:3: recipe.epochs is a string; expected a whole number";
        QTest::newRow("table") << "model = 3\n" << "P.toml:1: model is a whole number; expected a table";
        QTest::newRow("triple") << "[data]\nmean = [0.5, 0.5]\n" << "P.toml:2: data.mean holds 2 numbers; expected three";
        QTest::newRow("triple type") << "[data]\nmean = [0.5, \"x\", 1]\n" << "P.toml:2: data.mean holds a string; expected numbers";
        QTest::newRow("epochs") << "[recipe]\nepochs = 0\n" << "P.toml:2: recipe.epochs is 0; expected at least 1";
        QTest::newRow("lr") << "[recipe]\nlr = 0.0\n" << "P.toml:2: recipe.lr is 0; expected more than 0";
        QTest::newRow("nan") << "[recipe]\nlr = nan\n" << "P.toml:2: recipe.lr is nan; expected more than 0";
        QTest::newRow("precision") << "[recipe]\nprecision = \"fp23\"\n"
                                   << "P.toml:2: recipe.precision is 'fp23'; expected one of fp32, bf16; did you mean 'fp32'?";
        QTest::newRow("gamma") << "[plan]\ngamma = 1.5\n" << "P.toml:2: plan.gamma is 1.5; expected from 0 to 1";
        QTest::newRow("two amounts") << "[plan]\ngamma = 0.1\ntau = 5\n"
                                     << "P.toml:3: plan.tau stands beside gamma; expected one of gamma, tau and budget";
        QTest::newRow("rank") << "[plan]\nrank = \"eq9\"\n" << "P.toml:2: plan.rank is 'eq9'";
        QTest::newRow("pool") << "[plan]\npool = \"some\"\n" << "P.toml:2: plan.pool is not right: ";
        QTest::newRow("method") << "[method]\nname = \"lorra\"\n" << "P.toml:2: method.name is not right: method 'lorra' is not known";
        QTest::newRow("option") << "[method]\nname = \"lora\"\n[method.options]\nrank = 0\n"
                                << "P.toml:4: method.options.rank is not right: option 'rank' is '0'";
        QTest::newRow("foreign option") << "[method.options]\nalpha = 1\n"
                                        << "P.toml:2: method.options.alpha is not right: method 'cdra' has no option 'alpha'";
        QTest::newRow("device") << "[run]\ndevice = \"gpu\"\n" << "P.toml:2: run.device is 'gpu'; expected auto, cpu, cuda or cuda:N";
        QTest::newRow("seed") << "[run]\nseed = -1\n" << "P.toml:2: run.seed is -1; expected at least 0";
        QTest::newRow("bare letter") << "name = \"\u00e9 # \u00e9\" # \u00e9\n\u00e9 = 1\n" << "P.toml:2: not TOML: a letter outside ASCII stands outside quotes; put keys and values in quotes";
        QTest::newRow("letter after a backslash") << "name = \"\"\"a \\\n\u00e9\"\"\"\n"
            << "P.toml:1: not TOML: a letter outside ASCII follows a backslash; put it on the line before";
        QTest::newRow("string in a number") << "name = 1=\"\u00e9\"\n" << "P.toml:1: not TOML: a second = in one value; put values that hold one in quotes";
        QTest::newRow("quote in a word") << "name = 1\"\u00e9\"\n" << "P.toml:1: not TOML: a quote in the middle of a word, before \"";
        QTest::newRow("open string") << "\nname = \"\u00e9\n" << "P.toml:2: not TOML: a string is not closed";
        QTest::newRow("image size") << "[data]\nimage-size = 100000\n" << "P.toml:2: data.image-size is 100000; expected 8 to 4096 pixels";
    }
    void letters_of_every_script_are_read() {
        const job::Project read = job::parse_project(
            "\"name\" = 'γ # \"é\"' # 注\nnotes = \"\"\"\nλ = '1' \\\n  and \\\"μ\\\" \"\"\"\"\n[data]\nmean = [0.5, # é\n 0.25, 1]\n[method]\n"
            "name = \"lora\"\noptions = { rank = 4, \"targets\" = \"q,v\" }\n", "P.toml");
        QCOMPARE(read.name, std::string("γ # \"é\""));
        QCOMPARE(read.notes, std::string("λ = '1' and \"μ\" \""));
        QVERIFY((read.data.mean == decltype(read.data.mean){{0.5F, 0.25F, 1.0F}}));
        QCOMPARE(read.method_options.at("rank"), std::string("4"));
    }
    void refusals() {
        QFETCH(QString, toml);
        QFETCH(QString, message);
        const std::string got = refusal(toml.toStdString());
        QVERIFY2(QString::fromStdString(got).startsWith(message), got.c_str());
        QVERIFY2(got.find('\n') == std::string::npos, got.c_str());
    }

    void relative_paths_are_the_files() {
        const test::TemporaryFolder folder;
        std::filesystem::create_directory(folder / "sub");
        const auto file = folder / "sub/project.toml";
        write_file_atomically(file, "[model]\npath = \"../m.safetensors\"\n[data]\nspec = \"fashion-mnist:d?seed=1\"\n"
                                    "[sensitivity]\nmap = \"/abs/S.h5\"\n[plan]\nfile = \"P.h5\"\nrank = \"file:r.csv\"\n");
        const job::Project project = job::read_project(file);
        const std::string base = folder.path().string();
        QCOMPARE(project.model.path, base + "/m.safetensors");
        QCOMPARE(project.data.spec, "fashion-mnist:" + base + "/sub/d?seed=1");
        QCOMPARE(project.sensitivity.map, std::string("/abs/S.h5"));
        QCOMPARE(project.plan.file, base + "/sub/P.h5");
        QCOMPARE(project.plan.options.rank, "file:" + base + "/sub/r.csv");
    }

    void an_impossible_project_is_not_written() {
        const test::TemporaryFolder folder;
        job::Project project;
        project.recipe.epochs = 0;
        QVERIFY_THROWS_EXCEPTION(InputError, job::write_project(folder / "P.toml", project));
        QVERIFY(!std::filesystem::exists(folder / "P.toml"));
        project.recipe.epochs = 1;
        job::write_project(folder / "P.toml", project);
        QCOMPARE(job::read_project(folder / "P.toml").recipe.epochs, 1);
    }
};

QTEST_GUILESS_MAIN(JobProjectTest)
#include "job_project_test.moc"
