// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/pages/ranks_page.h"

#include "app/workbench/help.h"
#include "core/compact/ranks.h"
#include "widgets/budget_bar.h"
#include "widgets/format.h"
#include "widgets/rank_table.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace cdra::workbench {

namespace {

QString text(std::string_view view) { return QString::fromUtf8(view.data(), qsizetype(view.size())); }

const compact::RankStrategyEntry* entry_of(const QString& rank) {
    const QString word = rank.section(':', 0, 0);
    for (const auto& entry : compact::rank_strategies())
        if (text(entry.word) == word) return &entry;
    return nullptr;
}

} // namespace

RanksPage::RanksPage(Workbench& bench, QWidget* parent)
    : Page(Stage::ranks, bench, tr("How many trainable weights each matrix gets."), tr("Go to Train"), parent) {
    binder_ = new Binder(bench.document, this);
    connect(primary(), &QPushButton::clicked, this, [this] { emit go_to(Stage::train); });
    set_remedy(tr("Go to Sensitivity"), [this] { emit go_to(Stage::sensitivity); });

    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* top = new QHBoxLayout;
    top->addWidget(build_controls(), 1);
    top->addWidget(build_comparison());
    layout->addLayout(top);
    bar_ = named(new widgets::BudgetBar, "ranks-budget", tr("Trainable parameters by kind of matrix"));
    layout->addWidget(bar_);
    auto* numbers = new QHBoxLayout;
    parts_ = value_label("ranks-parts", tr("Trainable parameters by part"));
    parts_->setForegroundRole(QPalette::PlaceholderText);
    numbers->addWidget(parts_, 1);
    auto* grouping = named(new QComboBox, "ranks-grouping", tr("How the budget bar is divided"));
    grouping->addItem(tr("by kind of matrix"), int(widgets::BudgetBar::Grouping::kind));
    grouping->addItem(tr("by block"), int(widgets::BudgetBar::Grouping::block));
    connect(grouping, &QComboBox::currentIndexChanged, this, [this, grouping] { bar_->setGrouping(widgets::BudgetBar::Grouping(grouping->currentData().toInt())); });
    numbers->addWidget(grouping);
    layout->addLayout(numbers);
    export_ = value_label("ranks-export", tr("Whether the adapter can be written for peft"));
    export_->setWordWrap(true);
    auto* exporting = new QHBoxLayout;
    exporting->addWidget(export_, 1);
    exportable_ = named(new QPushButton(tr("Make it e&xportable")), "ranks-exportable", tr("Make it exportable to peft"));
    exportable_->setToolTip(tr("Leaves matrices of rank 0 as they are instead of tuning their single weights. Ctrl+Z takes it back."));
    connect(exportable_, &QPushButton::clicked, this, [this] {
        this->bench().document.edit(tr("exportable to peft"), {}, [](job::Project& p) { p.plan.options.rank_zero = compact::RankZero::freeze; });
    });
    exporting->addWidget(exportable_);
    layout->addLayout(exporting);
    table_ = named(new widgets::RankTable, "ranks-table", tr("Ranks of all matrices"));
    connect(table_, &widgets::RankTable::selected, &bench.selection, &MatrixSelection::set);
    connect(table_, &widgets::RankTable::ranksEdited, this, [this](const widgets::RankEdits& edits) {
        const auto plan = this->bench().road.plan();
        if (!plan) return;
        const auto name_of = [&](int matrix) { return plan->matrices[std::size_t(matrix)].shape.name; };
        const QString what = edits.size() == 1 ? tr("rank of %1").arg(QString::fromStdString(name_of(edits.front().first)))
                                               : tr("ranks of %1 matrices").arg(edits.size());
        this->bench().document.edit(what, {}, [&](job::Project& p) {
            for (const auto& [matrix, rank] : edits) p.plan.options.edited_ranks[name_of(matrix)] = rank;
        });
    });
    connect(table_, &widgets::RankTable::released, this, [this](const std::vector<int>& matrices) {
        const auto plan = this->bench().road.plan();
        if (!plan) return;
        this->bench().document.edit(tr("ranks back to the strategy"), {}, [&](job::Project& p) {
            for (const int matrix : matrices) p.plan.options.edited_ranks.erase(plan->matrices[std::size_t(matrix)].shape.name);
        });
    });
    connect(table_, &widgets::RankTable::complained, this, &Page::failed);
    layout->addWidget(build_table_tools());
    layout->addWidget(table_, 1);
    binder_->follow([this] {
        const auto& options = this->bench().document.project().plan.options;
        const QString rank = QString::fromStdString(options.rank);
        const auto* entry = entry_of(rank);
        strategy_->setCurrentIndex(strategy_->findData(rank.section(':', 0, 0)));
        const bool wants = entry && entry->syntax.find(':') != std::string_view::npos;
        argument_->setVisible(wants);
        if (wants) argument_->setText(rank.section(':', 1));
        else argument_->clear();
        formula_->setText(entry ? text(entry->summary) : tr("%1 is not known").arg(rank));
        const auto edits = options.edited_ranks.size();
        reset_->setEnabled(edits > 0);
        reset_->setText(edits == 1 ? tr("Drop 1 &hand edit") : edits > 1 ? tr("Drop %1 &hand edits").arg(edits) : tr("Drop &hand edits"));
    });
    set_content(content);

    connect(&bench.document, &ProjectDocument::file_changed, this, &RanksPage::refresh_allocations);
    connect(&bench.document, &ProjectDocument::replaced, this, &RanksPage::refresh_allocations);
    refresh_allocations();
    connect(&bench.road, &Road::plan_changed, this, [this] { when_seen("plan", [this] { refresh(); }); });
    connect(&bench.road, &Road::states_changed, this, &RanksPage::refresh_state);
    connect(&bench.selection, &MatrixSelection::changed, table_, &widgets::RankTable::setCurrent);
    refresh();
    refresh_state();
}

QWidget* RanksPage::build_controls() {
    auto* box = new QWidget;
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, widgets::grid, 0, 0);
    auto* row = new QHBoxLayout;
    strategy_ = named(new QComboBox, "ranks-strategy", tr("Rank strategy"));
    for (const auto& entry : compact::rank_strategies()) strategy_->addItem(text(entry.syntax), text(entry.word));
    argument_ = named(new QLineEdit, "ranks-argument", tr("Argument of the strategy"));
    argument_->setMaximumWidth(160);
    auto* label = new QLabel(tr("&Strategy"));
    label->setBuddy(strategy_);
    row->addWidget(label);
    row->addWidget(strategy_);
    row->addWidget(argument_);
    row->addWidget(help_button("eq7"));
    connect(strategy_, &QComboBox::activated, this, [this] {
        const auto* entry = entry_of(strategy_->currentData().toString());
        const bool wants = entry && entry->syntax.find(':') != std::string_view::npos;
        argument_->setVisible(wants);
        if (wants && argument_->text().isEmpty()) {
            if (entry->word == "fixed") argument_->setText("8");
            else if (entry->word == "scale") argument_->setText("1.0");
            else return argument_->setFocus(); // a file to name first
        }
        take_strategy();
    });
    connect(argument_, &QLineEdit::editingFinished, this, &RanksPage::take_strategy);

    auto* zero = named(new QComboBox, "ranks-rank-zero", tr("What becomes of rank 0"));
    zero->addItem(tr("tune the masked weights"), "mask");
    zero->addItem(tr("leave the matrix as it is"), "freeze");
    zero->addItem(tr("give it rank 1"), "one");
    zero->setToolTip(tr("A matrix whose rank comes out as 0 has few sensitive weights. Tuning just those costs less than rank 1;\n"
                        "leaving it as it is keeps the adapter exportable to peft."));
    binder_->choice(zero, tr("rank zero"), [](const job::Project& p) { return std::string(compact::name_of(p.plan.options.rank_zero)); },
                    [](job::Project& p, const std::string& word) { p.plan.options.rank_zero = compact::parse_rank_zero(word); });
    row->addStretch(1);
    layout->addLayout(row);
    auto* zero_row = new QHBoxLayout;
    auto* zero_label = new QLabel(tr("Rank &0"));
    zero_label->setBuddy(zero);
    zero_row->addWidget(zero_label);
    zero_row->addWidget(zero, 1);
    layout->addLayout(zero_row);
    row = new QHBoxLayout;
    auto* vectors = named(new QCheckBox(tr("Tune &vectors")), "ranks-vectors", tr("Tune sensitive norm and bias vectors"));
    vectors->setToolTip(tr("Norm and bias vectors of which at least a fifth of the entries are sensitive are tuned whole."));
    binder_->check(vectors, tr("tune vectors"), [](auto& p) -> auto& { return p.plan.options.tune_vectors; });
    row->addWidget(vectors);
    auto* token = named(new QCheckBox(tr("&Class token")), "ranks-class-token", tr("Tune the class token"));
    binder_->check(token, tr("class token"), [](auto& p) -> auto& { return p.plan.options.class_token; });
    row->addWidget(token);
    row->addStretch(1);
    layout->addLayout(row);
    formula_ = value_label("ranks-formula", tr("What the strategy does"));
    formula_->setWordWrap(true);
    formula_->setForegroundRole(QPalette::PlaceholderText);
    layout->addWidget(formula_);

    return box;
}

void RanksPage::take_strategy() {
    const auto* entry = entry_of(strategy_->currentData().toString());
    if (!entry) return;
    QString rank = text(entry->word);
    if (entry->syntax.find(':') != std::string_view::npos) rank += ":" + argument_->text().trimmed();
    try {
        compact::parse_rank_strategy(rank.toStdString());
    } catch (const std::exception& error) {
        emit failed(QString::fromUtf8(error.what()));
        return binder_->refresh();
    }
    bench().document.edit(tr("rank strategy"), {}, [&](job::Project& p) { p.plan.options.rank = rank.toStdString(); });
}

QString RanksPage::notes() const {
    return tr("A rank-r pair A·B on a d̄ × k̄ box costs (d̄ + k̄)·r weights. Eq. 7 gives a matrix the largest r that its sensitive "
              "weights Σm pay for. Double-click a rank to change it, or several selected at once; Ctrl+V pastes from a spreadsheet, "
              "Ctrl+Z takes it back.");
}

void RanksPage::refresh_state() {
    if (bench().road.plan()) return show_content();
    const StageState& state = bench().road.state(Stage::ranks);
    if (state.health == Health::running) show_empty(tr("Working…"), tr("The plan is being made."));
    else if (state.health == Health::failed) show_empty(tr("No plan"), state.reason, tr("Go to Sensitivity"));
    else show_empty(tr("Needs a sensitivity map"), tr("Ranks are paid for with sensitive weights."), tr("Go to Sensitivity"));
}

void RanksPage::refresh() {
    const auto plan = bench().road.plan();
    table_->setPlan(plan);
    refresh_comparison();
    if (!plan) return bar_->clear();
    table_->setCurrent(bench().selection.index());
    bar_->setPlan(*plan);
    const auto* budget = std::get_if<compact::Budget>(&bench().document.project().plan.options.amount);
    bar_->setBudget(budget ? budget->percent : 0);
    parts_->setText(tr("matrices %1 · vectors %2 · class token %3 · head not counted")
                        .arg(widgets::grouped(std::int64_t(plan->matrix_parameters())),
                             widgets::grouped(std::int64_t(plan->vector_parameters())),
                             widgets::grouped(plan->options.class_token ? plan->class_token_parameters : 0)));
    const std::string obstacle = plan->peft_obstacle();
    export_->setText(obstacle.empty() ? tr("✓ These adapters can be said as a peft LoRA.")
                                      : tr("✕ Not for peft: %1").arg(QString::fromStdString(obstacle)));
    QPalette palette = this->palette();
    palette.setColor(QPalette::WindowText, obstacle.empty() ? widgets::colours::good(palette) : widgets::colours::warning(palette));
    export_->setPalette(palette);
    exportable_->setVisible(!obstacle.empty() && plan->options.rank_zero == compact::RankZero::mask);
}

} // namespace cdra::workbench
