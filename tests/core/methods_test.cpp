// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/methods/descriptor.h"
#include "core/methods/lora.h"
#include "core/methods/nearest.h"

#include <QtTest>

using namespace cdra;

namespace {

checkpoint::VitSpec vit_b16() {
    checkpoint::VitSpec spec;
    spec.depth = 12;
    spec.dim = 768;
    spec.heads = 12;
    spec.mlp_dim = 3072;
    spec.patch = 16;
    spec.grid_height = spec.grid_width = 14;
    return spec;
}

methods::Count count(const char* word, const methods::OptionValues& given = {}) {
    const methods::Descriptor& method = methods::find_method(word);
    return method.count(vit_b16(), methods::resolve_options(method, given), nullptr);
}

} // namespace

class MethodsTest : public QObject {
    Q_OBJECT
  private slots:
    void counts_on_vit_b16() {
        QCOMPARE(count("linear").total(), 0);
        QCOMPARE(count("full").total(), 85'798'656);
        QCOMPARE(count("full").matrices, 12LL * (4 * 768 * 768 + 2 * 768 * 3072));
        QCOMPARE(count("full").class_token, 768);
        QCOMPARE(count("bias").total(), 102'912);
        QCOMPARE(count("lora").total(), 294'912);
        QCOMPARE(count("lora", {{"rank", "16"}}).total(), 589'824);
        QCOMPARE(count("lora", {{"targets", "all"}}).total(), 12LL * 8 * (4 * (768 + 768) + 2 * (768 + 3072)));
    }

    void cdra_counts_what_the_plan_offers() {
        compact::CompactPlan plan;
        compact::PlannedVector vector;
        vector.shape = {"norm.bias", 768};
        vector.tuned = true;
        plan.vectors.push_back(vector);
        plan.class_token_parameters = 768;
        const methods::Descriptor& method = methods::find_method("cdra");
        const auto with = [&](const methods::OptionValues& given) {
            return method.count(vit_b16(), methods::resolve_options(method, given), &plan);
        };
        QCOMPARE(with({}).vectors, 768);
        QCOMPARE(with({}).class_token, 768);
        QCOMPARE(with({{"tune-vectors", "false"}}).vectors, 0);
        QCOMPARE(with({{"class-token", "no"}}).class_token, 0);
        plan.options.class_token = false;
        QCOMPARE(with({{"class-token", "true"}}).class_token, 0);
        QVERIFY_THROWS_EXCEPTION(InputError, method.count(vit_b16(), methods::resolve_options(method, {}), nullptr));
    }

    void order_shown_to_people() {
        QStringList words;
        for (const methods::Descriptor* method : methods::all_methods())
            words << QString::fromUtf8(method->word.data(), static_cast<qsizetype>(method->word.size()));
        QCOMPARE(words, (QStringList{"full", "linear", "bias", "lora", "cdra"}));
    }

    void every_default_is_a_value() {
        for (const methods::Descriptor* method : methods::all_methods())
            for (const methods::Option& option : method->options) {
                QCOMPARE(methods::normalised(option, option.default_value), std::string(option.default_value));
                QVERIFY(!option.help.empty());
            }
    }

    void alpha_follows_the_rank_unless_given() {
        const methods::Descriptor& lora = methods::find_method("lora");
        QCOMPARE(methods::as_real(methods::resolve_options(lora, {{"rank", "4"}}), "alpha"), 4.0);
        QCOMPARE(methods::as_real(methods::resolve_options(lora, {{"rank", "4"}, {"alpha", "2"}}), "alpha"), 2.0);
        QCOMPARE(methods::with_defaults(lora, {{"rank", "4"}}).at("alpha"), std::string("0"));
    }

    void targets_spell_out_all() {
        const methods::Descriptor& lora = methods::find_method("lora");
        const auto kinds = [&](const char* text) {
            return methods::lora_target_kinds(methods::resolve_options(lora, {{"targets", text}}));
        };
        QCOMPARE(kinds("fc2, q"), (std::vector<int>{0, 5}));
        QCOMPARE(kinds("all"), (std::vector<int>{0, 1, 2, 3, 4, 5}));
    }

    void refusals_data() {
        QTest::addColumn<QString>("option");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("message");
        QTest::newRow("unknown") << "rnak" << "8"
                                 << "method 'lora' has no option 'rnak'; expected one of rank, targets, alpha, dropout, "
                                    "train-head, head-lr-scale; did you mean 'rank'?";
        QTest::newRow("not whole") << "rank" << "8.5" << "option 'rank' is '8.5'; expected a whole number from 1 to 4096";
        QTest::newRow("out of range") << "rank" << "0" << "option 'rank' is '0'; expected a whole number from 1 to 4096";
        QTest::newRow("not a number") << "dropout" << "lots" << "option 'dropout' is 'lots'; expected a number from 0 to 0.99";
        QTest::newRow("infinite") << "dropout" << "inf" << "option 'dropout' is 'inf'; expected a number from 0 to 0.99";
        QTest::newRow("no truth") << "train-head" << "maybe" << "option 'train-head' is 'maybe'; expected true or false";
        QTest::newRow("word") << "targets" << "q,vv"
                              << "option 'targets' is 'q,vv'; expected some of q, k, v, proj, fc1, fc2, all, separated by "
                                 "commas; did you mean 'q'?";
    }
    void refusals() {
        QFETCH(QString, option);
        QFETCH(QString, value);
        QFETCH(QString, message);
        std::string got;
        try {
            methods::resolve_options(methods::find_method("lora"), {{option.toStdString(), value.toStdString()}});
        } catch (const InputError& error) {
            got = error.what();
        }
        if (option == "targets") QVERIFY2(QString::fromStdString(got).startsWith(message.left(70)), got.c_str());
        else QCOMPARE(QString::fromStdString(got), message);
    }

    void unknown_method_lists_the_known_ones() {
        std::string got;
        try {
            methods::find_method("lorra");
        } catch (const InputError& error) {
            got = error.what();
        }
        QCOMPARE(got, std::string("method 'lorra' is not known; expected one of full, linear, bias, lora, cdra; did you mean 'lora'?"));
    }

    void nearest_is_silent_about_strangers() {
        const std::vector<std::string> known = {"epochs", "lr"};
        QCOMPARE(methods::nearest("epoch", known), std::string("epochs"));
        QCOMPARE(methods::nearest("completely-different", known), std::string());
        QCOMPARE(methods::nearest(std::string(100'000, 'e'), known), std::string());
    }
};

QTEST_GUILESS_MAIN(MethodsTest)
#include "methods_test.moc"
