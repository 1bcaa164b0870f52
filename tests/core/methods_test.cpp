// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/job/project.h"
#include "core/methods/descriptor.h"
#include "core/methods/lora.h"
#include "core/methods/nearest.h"
#include "core/methods/noah.h"

#include <QtTest>

#include <fstream>
#include <set>
#include <string>

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
        QCOMPARE(count("mlp3").total(), 1'184'256);
        QCOMPARE(count("partial").total(), 7'089'408);
        QCOMPARE(count("partial", {{"blocks", "12"}}).total(), 85'798'656 - 590'592 - 768 - 197 * 768);
        QCOMPARE(count("vpt-shallow", {{"prompt-length", "100"}}).total(), 768 * 100);
        QCOMPARE(count("vpt-deep", {{"prompt-length", "50"}}).total(), 9'216 * 50);
        QCOMPARE(count("adapter").total(), 156'768);
        QCOMPARE(count("adapter", {{"width", "12"}}).total(), 230'544);
        QCOMPARE(count("adapter", {{"placement", "both"}}).total(), 2 * 156'768);
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
        QCOMPARE(words, (QStringList{"full", "linear", "mlp3", "partial", "bias", "vpt-shallow", "vpt-deep", "adapter", "noah", "lora", "cdra",
                                     "spt-lora", "spt-adapter", "gps"}));
    }

    // Every key of a published recipe is one of the project's, and the common recipe is the default one.
    void recipes_are_of_the_project() {
        for (const methods::Descriptor* method : methods::all_methods()) {
            job::Recipe recipe;
            recipe.lr = 0.5, recipe.epochs = 7, recipe.precision = "bf16";
            job::use_recipe(recipe, *method, "published");
            QCOMPARE(recipe.precision, std::string("bf16"));
            QCOMPARE(recipe.lr, job::Recipe{}.lr);
            QCOMPARE(recipe.epochs, job::Recipe{}.epochs);
            if (method->word == "vpt-deep") QCOMPARE(recipe.drop_path, 0.0);
            if (method->word == "gps") QCOMPARE(recipe.min_lr, 1e-8);
            job::use_recipe(recipe, *method, "common");
            QCOMPARE(recipe.drop_path, job::Recipe{}.drop_path);
            QCOMPARE(recipe.min_lr, job::Recipe{}.min_lr);
            QVERIFY_THROWS_EXCEPTION(InputError, job::use_recipe(recipe, *method, "other"));
        }
    }

    void published_subnets_count_as_published() {
        std::ifstream file(CDRA_TEST_DATA "/noah_subnets.csv");
        std::int64_t published = 0, trained = 0;
        int subnets = 0;
        for (std::string line; std::getline(file, line);) {
            if (line.empty() || line.front() == '#') continue;
            const QStringList cells = QString::fromStdString(line).split(',');
            QCOMPARE(cells.size(), 37);
            methods::Subnet subnet;
            for (int block = 0; block < 12; ++block) {
                subnet.prompts.push_back(cells[1 + block].toInt());
                subnet.lora.push_back(cells[13 + block].toInt());
                subnet.adapters.push_back(cells[25 + block].toInt());
            }
            published += methods::published_parameters(subnet, 768);
            trained += methods::parameters(subnet, 768);
            ++subnets;
            methods::OptionValues given;
            methods::give_subnet(given, subnet);
            QCOMPARE(count("noah", given).total(), methods::parameters(subnet, 768));
            QVERIFY(methods::given_subnet(vit_b16(), methods::resolve_options(methods::find_method("noah"), given)) == subnet);
        }
        QCOMPARE(subnets, 19);
        QCOMPARE((2 * published / subnets + 1) / 2, 365'712);
        QCOMPARE((2 * trained / subnets + 1) / 2, 360'134);
    }

    void noah_searches_by_seed_and_answers() {
        const methods::SubnetSpace space{12, 768, {1, 5, 10}, methods::depth_choices(12), 640'000};
        QCOMPARE(space.depths, (std::vector<int>{3, 6, 9, 12}));
        methods::SubnetSearch search;
        int asked = 0;
        std::set<methods::Subnet> seen;
        // Likes wide adapters low down, and hardly any prompts.
        const auto score = [&](const methods::Subnet& subnet) {
            ++asked;
            if (methods::published_parameters(subnet, 768) > space.limit || !seen.insert(subnet).second) return -1.0;
            double value = 0;
            for (int block = 0; block < 12; ++block)
                value += (subnet.adapters[block] - 0.5 * subnet.prompts[block]) / (block + 1.0);
            return value;
        };
        // On the average of some seeds it beats the best of as many random subnets.
        double found = 0, drawn = 0;
        for (std::uint64_t seed = 1; seed <= 8; ++seed) {
            seen.clear();
            asked = 0;
            const auto winner = methods::search_subnets(space, search, seed, score);
            QVERIFY(asked <= 50 * 15 && asked >= 50 * 14);
            QCOMPARE(static_cast<int>(seen.size()), asked); // legal ones only, none twice
            found += winner.accuracy;
            double best = -1e9;
            for (int i = 0; i < 750; ++i) {
                seen.clear();
                best = std::max(best, score(methods::random_subnet(space, seed * 1000 + static_cast<std::uint64_t>(i))));
            }
            drawn += best;
            seen.clear();
            QVERIFY(methods::search_subnets(space, search, seed, score).subnet == winner.subnet);
        }
        QVERIFY2(found > drawn, "no better than as many random subnets");
        auto tight = space;
        tight.limit = 1;
        QVERIFY_THROWS_EXCEPTION(InputError, methods::search_subnets(tight, search, 7, score));
    }

    void noah_widths_are_all_or_none() {
        QVERIFY_THROWS_EXCEPTION(InputError, count("noah", {{"prompt-widths", "1,1,1,1,1,1,1,1,1,1,1,1"}}));
        QVERIFY_THROWS_EXCEPTION(InputError, count("noah", {{"prompt-widths", "1"}, {"lora-widths", "1"}, {"adapter-widths", "1"}}));
        QCOMPARE(count("noah").total(), 12LL * (7'680 + 30'720 + 2 * 7'680 + 10 + 768));
    }

    void more_blocks_than_there_are_is_refused() {
        QVERIFY_THROWS_EXCEPTION(InputError, count("partial", {{"blocks", "13"}}));
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
        QVERIFY2(got.starts_with("method 'lorra' is not known; expected one of full, linear, mlp3, "), got.c_str());
        QVERIFY2(got.ends_with("; did you mean 'lora'?"), got.c_str());
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
