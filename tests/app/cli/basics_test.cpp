// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"
#include "app/cli/table.h"
#include "core/methods/descriptor.h"
#include "tests/app/cli/run_cdra.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_inputs.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include <map>
#include <sstream>

using namespace cdra;
using cdra::test::run_cdra;

namespace {

QString text(std::string_view view) { return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size())); }

} // namespace

class BasicsTest : public QObject {
    Q_OBJECT
  private slots:
    void methods_print_exactly() {
        const auto linear = run_cdra({"methods", "linear"});
        QCOMPARE(linear.code, 0);
        QCOMPARE(linear.err, QString());
        QCOMPARE(linear.out, QString("linear: Linear. Trains the classification head on frozen features.\n"
                                     "  --head-lr-scale (default 1): Learning rate of the head as a multiple of the recipe's (0 … 1000).\n"));
        const auto all = run_cdra({"methods"});
        QCOMPARE(all.code, 0);
        for (const methods::Descriptor* method : methods::all_methods()) {
            QVERIFY(all.out.contains(text(method->word) + ": " + text(method->title)));
            for (const methods::Option& option : method->options)
                QVERIFY(all.out.contains("  --" + text(option.name) + " (default " + text(option.default_value) + ")"));
        }
    }

    void methods_json_is_one_object_from_the_table() {
        const auto outcome = run_cdra({"methods", "--json"});
        QCOMPARE(outcome.code, 0);
        QCOMPARE(outcome.err, QString());
        const QJsonDocument json = QJsonDocument::fromJson(outcome.out.toUtf8());
        const QJsonArray list = json.object()["methods"].toArray();
        QCOMPARE(static_cast<std::size_t>(list.size()), methods::all_methods().size());
        std::map<QString, QJsonObject> by_name;
        for (const QJsonValue& one : list) by_name[one.toObject()["name"].toString()] = one.toObject();
        QCOMPARE(by_name["lora"]["options"].toArray()[0].toObject()["default"].toInt(), 8);
        QCOMPARE(by_name["cdra"]["needs_plan"].toBool(), true);
        QCOMPARE(by_name["gps"]["published_recipe"].toObject()["min-lr"].toDouble(), 1e-8);
        QVERIFY(by_name["lora"]["published_recipe"].toObject().isEmpty());
        QVERIFY(run_cdra({"methods", "vpt-deep"}).out.contains("  --recipe published: drop-path 0. VPT trains with SGD"));
    }

    void every_command_has_help_with_defaults() {
        const auto top = run_cdra({"--help"});
        QCOMPARE(top.code, 0);
        QCOMPARE(top.err, QString());
        for (const cli::CommandEntry& entry : cli::commands()) {
            QVERIFY(top.out.contains(text(entry.name)));
            const auto help = run_cdra({text(entry.name), "--help"});
            QCOMPARE(help.code, 0);
            QCOMPARE(help.err, QString());
            QVERIFY2(help.out.contains(text(entry.summary)), qPrintable(help.out));
            QVERIFY2(help.out.contains("--json"), qPrintable(help.out));
        }
        QVERIFY(run_cdra({"train", "--help"}).out.contains("default 100"));
        QCOMPARE(run_cdra({"--version"}).out, QString("cdra %1\n").arg(CDRA_VERSION));
    }

    void wrong_usage_is_one_line_with_a_hint_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("message");
        QTest::newRow("command") << QStringList{"trian"} << "cdra: unknown command 'trian'; did you mean 'train'? See 'cdra --help'\n";
        QTest::newRow("option") << QStringList{"train", "--epoch", "3"}
                                << "cdra: unknown option '--epoch'; did you mean '--epochs'? See 'cdra train --help'\n";
        QTest::newRow("option before required") << QStringList{"plan", "--gama=3"}
                                                << "cdra: unknown option '--gama'; did you mean '--gamma'? See 'cdra plan --help'\n";
        QTest::newRow("argument") << QStringList{"methods", "lora", "more"}
                                  << "cdra: unexpected argument 'more'; see 'cdra methods --help'\n";
        QTest::newRow("option of a word") << QStringList{"dataset", "build", "mini-vtab", "--out", "x", "--limt", "5"}
                                          << "cdra: unknown option '--limt'; did you mean '--limit'? See 'cdra dataset build --help'\n";
        QTest::newRow("argument of a word") << QStringList{"dataset", "split", "x", "y"}
                                            << "cdra: unexpected argument 'y'; see 'cdra dataset split --help'\n";
        QTest::newRow("word") << QStringList{"dataset", "split"} << "cdra: FOLDER is required; see 'cdra dataset split --help'\n";
        QStringList words;
        for (const methods::Descriptor* method : methods::all_methods()) words << text(method->word);
        QTest::newRow("method") << QStringList{"methods", "adaptor"}
                                << "cdra: method 'adaptor' is not known; expected one of " + words.join(", ") +
                                       "; did you mean 'adapter'?\n";
        QTest::newRow("table without a sweep")
            << QStringList{"reproduce", "table2", "--benchmark", "mini-vtab"}
            << "cdra: there is no ready-made sweep of table2 on mini-vtab; give one of your own with --sweep SWEEP.toml\n";
        QTest::newRow("gamma") << QStringList{"plan", "S.h5", "--gamma", "1.5"}
                               << "cdra: --gamma is 1.5; expected a fraction from 0 to 1 (0.01 is one per cent)\n";
        QTest::newRow("budget") << QStringList{"plan", "S.h5", "--budget", "0"}
                                << "cdra: --budget is 0; expected a percentage above 0 and up to 100\n";
        QTest::newRow("no run") << QStringList{"train", "--method", "linear"}
                                << "cdra: no folder for the run; expected --out RUN, or a PROJECT.toml to put runs/ beside\n";
        QTest::newRow("foreign option") << QStringList{"train", "--out", "R", "--method", "linear", "--rank", "8"}
                                        << "cdra: method linear has no option --rank; it has --head-lr-scale\n";
        QTest::newRow("plan for lora") << QStringList{"train", "--out", "R", "--method", "lora", "--gamma", "0.1"}
                                       << "cdra: method lora uses no plan; leave out --plan, --map and the plan's options\n";
        QTest::newRow("recipe") << QStringList{"train", "--out", "R", "--epochs", "0"}
                                << "cdra: recipe.epochs is 0; expected at least 1\n";
        QTest::newRow("no model") << QStringList{"train", "--out", "R", "--method", "linear"}
                                  << "cdra: no model is named; expected --model MODEL, or model.path in the project\n";
        QTest::newRow("stop") << QStringList{"stop", "nowhere"}
                              << "cdra: nowhere is no job folder; expected the folder that 'cdra train' or 'cdra sensitivity "
                                 "--job' made\n";
        QTest::newRow("format") << QStringList{"report", "R", "--format", "word"}
                                << "cdra: table format 'word' is not known; expected text, csv, markdown or latex\n";
    }
    void wrong_usage_is_one_line_with_a_hint() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, message);
        const test::TemporaryFolder folder;
        const auto outcome = run_cdra(arguments, folder.path());
        QCOMPARE(outcome.err, message);
        QCOMPARE(outcome.code, 2);
        QCOMPARE(outcome.out, QString());
        QCOMPARE(test::entries(folder.path()), std::size_t{0});
    }

    void missing_files_are_named() {
        const test::TemporaryFolder folder;
        for (const QStringList& arguments :
             {QStringList{"inspect", "absent.safetensors"}, QStringList{"plan", "absent.safetensors"},
              QStringList{"dataset", "absent.safetensors"}, QStringList{"train", "absent.safetensors"},
              QStringList{"report", "absent.safetensors"}, QStringList{"evaluate", "absent.safetensors"}}) {
            const auto outcome = run_cdra(arguments, folder.path());
            QCOMPARE(outcome.code, 2);
            QCOMPARE(outcome.out, QString());
            QVERIFY2(outcome.err.startsWith("cdra: ") && outcome.err.count('\n') == 1, qPrintable(outcome.err));
            QVERIFY2(outcome.err.contains("absent.safetensors"), qPrintable(outcome.err));
        }
        QCOMPARE(test::entries(folder.path()), std::size_t{0});
    }

    void inspect_a_checkpoint() {
        const test::TemporaryFolder folder;
        test::write_tiny_vit(folder / "vit.safetensors");
        const auto outcome = run_cdra({"inspect", "vit.safetensors", "--heads", "4", "--json"}, folder.path());
        QCOMPARE(outcome.err, QString());
        QCOMPARE(outcome.code, 0);
        const QJsonObject json = QJsonDocument::fromJson(outcome.out.toUtf8()).object();
        QCOMPARE(json["depth"].toInt(), 3);
        QCOMPARE(json["dim"].toInt(), 64);
        QCOMPARE(json["matrices"].toArray().size(), 18);
        QCOMPARE(json["candidate_weights"].toInt(), 3 * (4 * 64 * 64 + 2 * 64 * 128));
        const auto shown = run_cdra({"inspect", "vit.safetensors", "--heads", "4"}, folder.path());
        QVERIFY2(shown.out.contains("3 blocks of width 64, 4 heads, MLP 128"), qPrintable(shown.out));
    }

    void dataset_names_each_bad_file() {
        const test::TemporaryFolder folder;
        test::write_tiny_images(folder / "images");
        const auto good = run_cdra({"dataset", "images", "--json"}, folder.path());
        QCOMPARE(good.code, 0);
        QVERIFY(!good.err.isEmpty()); // progress
        const QJsonObject json = QJsonDocument::fromJson(good.out.toUtf8()).object();
        QCOMPARE(json["classes"].toArray().size(), 4);
        QCOMPARE(json["bad"].toArray().size(), 0);
        QCOMPARE(run_cdra({"dataset", "images", "--quiet"}, folder.path()).err, QString());
        std::filesystem::path victim;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / "images/train"))
            if (entry.is_regular_file()) victim = entry.path();
        std::filesystem::resize_file(victim, std::filesystem::file_size(victim) / 2);
        const auto bad = run_cdra({"dataset", "images", "--quiet"}, folder.path());
        QCOMPARE(bad.code, 2);
        QVERIFY2(bad.out.contains("bad: "), qPrintable(bad.out));
        QVERIFY2(bad.err.contains(QString::fromStdString(victim.filename().string())), qPrintable(bad.err));
    }

    void tables_in_four_formats() {
        const cli::Table table{{{"a_b"}, {"d̄", true}}, {{"x|y", "1"}, {"p,q", "22"}}};
        const auto printed = [&](cli::TableFormat format) {
            std::ostringstream out;
            table.print(out, format);
            return QString::fromStdString(out.str());
        };
        QCOMPARE(printed(cli::TableFormat::text), QString("a_b   d̄\nx|y   1\np,q  22\n"));
        QCOMPARE(printed(cli::TableFormat::csv), QString("a_b,d̄\nx|y,1\n\"p,q\",22\n"));
        QCOMPARE(printed(cli::TableFormat::markdown), QString("| a_b | d̄ |\n|---|---:|\n| x\\|y | 1 |\n| p,q | 22 |\n"));
        QVERIFY(printed(cli::TableFormat::latex).contains("a\\_b & d̄ \\\\"));
        QCOMPARE(cli::grouped(85'798'656LL), std::string("85,798,656"));
        QCOMPARE(cli::grouped(-1234LL), std::string("-1,234"));
        QCOMPARE(cli::grouped(999LL), std::string("999"));
    }

    void the_command_line_reads_back_in_a_shell() {
        const cli::Invocation invocation{{"cdra", "train", "it's here", "--data", "fashion-mnist:/d?train=10&seed=0"}};
        QCOMPARE(invocation.line(), std::string("cdra train 'it'\\''s here' --data 'fashion-mnist:/d?train=10&seed=0'"));
    }
};

QTEST_GUILESS_MAIN(BasicsTest)
#include "basics_test.moc"
