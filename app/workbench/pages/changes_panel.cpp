// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/pages/changes_panel.h"

#include "widgets/chart_export.h"
#include "widgets/format.h"
#include "widgets/live_chart.h"
#include "widgets/theme.h"

#include <QHeaderView>
#include <QLabel>
#include <QSplitter>
#include <QTableWidget>
#include <QVBoxLayout>

namespace cdra::workbench {

namespace {

// Sorted by what it is worth, not by how it is written.
class NumberItem : public QTableWidgetItem {
  public:
    NumberItem(const QString& text, double value) : QTableWidgetItem(text), value_(value) { setTextAlignment(Qt::AlignRight | Qt::AlignVCenter); }
    bool operator<(const QTableWidgetItem& other) const override {
        const auto* number = dynamic_cast<const NumberItem*>(&other);
        return number ? value_ < number->value_ : QTableWidgetItem::operator<(other);
    }

  private:
    double value_;
};

} // namespace

ChangesPanel::ChangesPanel(Workbench& bench, QWidget* parent) : QWidget(parent), bench_(bench) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, widgets::grid, 0, 0);
    summary_ = value_label("changes-summary", tr("What the run changed, in short"));
    summary_->setForegroundRole(QPalette::PlaceholderText);
    layout->addWidget(summary_);
    auto* split = new QSplitter(Qt::Horizontal);
    table_ = named(new QTableWidget(0, 6), "changes-table", tr("Changes by matrix"));
    table_->setHorizontalHeaderLabels({tr("matrix"), tr("box"), tr("rank"), tr("used"), tr("effective"), tr("‖ΔW‖")});
    table_->horizontalHeaderItem(3)->setToolTip(tr("Numerical rank: singular values that are not rounding"));
    table_->horizontalHeaderItem(4)->setToolTip(tr("exp of the entropy of the singular values: how many of them matter"));
    table_->verticalHeader()->hide();
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::SingleSelection);
    table_->setAlternatingRowColors(true);
    table_->setShowGrid(false);
    table_->setFont(widgets::fonts::tabular(table_->font()));
    table_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    chart_ = new widgets::LiveChart(tr("Singular values of A·B"), tr("index"), tr("σ"));
    chart_->setObjectName("changes-spectrum");
    chart_->addSeries(tr("σ"), 0, true);
    split->addWidget(table_);
    split->addWidget(chart_);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    split->setChildrenCollapsible(false);
    layout->addWidget(split, 1);
    connect(table_, &QTableWidget::currentItemChanged, this, [this](QTableWidgetItem* item) {
        show_spectrum();
        if (!item || !bench_.road.model()) return;
        const std::string name = table_->item(item->row(), 0)->text().toStdString();
        const auto matrices = checkpoint::candidate_matrices(bench_.road.model()->spec);
        for (int i = 0; i < int(matrices.size()); ++i)
            if (matrices[std::size_t(i)].name == name) bench_.selection.set(i);
    });
    connect(&bench.selection, &MatrixSelection::changed, this, &ChangesPanel::follow_selection);
    widgets::offer_export(chart_, "singular-values", teller(this));
}

void ChangesPanel::set_run(const QString& folder) {
    folder_ = folder;
    loaded_.clear();
    changes_.reset();
    fill();
    if (isVisible()) load();
}

void ChangesPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    load();
}

void ChangesPanel::load() {
    if (folder_.isEmpty() || loaded_ == folder_) return;
    loaded_ = folder_;
    bench_.road.read_changes(
        folder_ + "/results.h5",
        [this, folder = folder_](auto changes) {
            if (folder != folder_) return;
            changes_ = std::move(changes);
            fill();
        },
        [this, folder = folder_](const QString& error) {
            if (folder == folder_) summary_->setText(error); // not "Reading …" for ever
            emit failed(error);
        });
}

void ChangesPanel::fill() {
    table_->setSortingEnabled(false);
    table_->setRowCount(0);
    if (!changes_) {
        summary_->setText(folder_.isEmpty() ? tr("What was changed is known when the run is done.") : tr("Reading …"));
        return show_spectrum();
    }
    table_->setRowCount(int(changes_->size()));
    double squares = 0;
    for (int row = 0; row < int(changes_->size()); ++row) {
        const WeightChange& one = (*changes_)[std::size_t(row)];
        squares += one.norm * one.norm;
        auto* name = new QTableWidgetItem(QString::fromStdString(one.name));
        name->setData(Qt::UserRole, row);
        table_->setItem(row, 0, name);
        table_->setItem(row, 1, new NumberItem(widgets::size_text(one.rows, one.columns), double(one.rows * one.columns)));
        table_->setItem(row, 2, new NumberItem(widgets::grouped(one.rank), double(one.rank)));
        table_->setItem(row, 3, new NumberItem(widgets::grouped(one.used_rank), double(one.used_rank)));
        table_->setItem(row, 4, new NumberItem(widgets::decimal(one.effective_rank), one.effective_rank));
        table_->setItem(row, 5, new NumberItem(widgets::decimal(one.norm), one.norm));
    }
    table_->setSortingEnabled(true);
    summary_->setText(changes_->empty() ? tr("This run's method multiplies no A·B: there is no spectrum to show.")
                                        : tr("%1 matrices changed by A·B, ‖ΔW‖ of all together %2").arg(changes_->size()).arg(widgets::decimal(std::sqrt(squares))));
    follow_selection();
}

void ChangesPanel::follow_selection() {
    const auto model = bench_.road.model();
    if (!model || !changes_) return;
    const auto matrices = checkpoint::candidate_matrices(model->spec);
    const int index = bench_.selection.index();
    if (index >= int(matrices.size())) return;
    const QString name = QString::fromStdString(matrices[std::size_t(index)].name);
    for (int row = 0; row < table_->rowCount(); ++row)
        if (table_->item(row, 0)->text() == name && table_->currentRow() != row) table_->setCurrentCell(row, 0);
}

void ChangesPanel::show_spectrum() {
    std::vector<QPointF> points;
    if (const auto* item = table_->currentRow() >= 0 ? table_->item(table_->currentRow(), 0) : nullptr; item && changes_) {
        const auto& values = (*changes_)[std::size_t(item->data(Qt::UserRole).toInt())].singular_values;
        for (std::size_t i = 0; i < values.size(); ++i) points.emplace_back(double(i + 1), values[i]);
    }
    chart_->setPoints(0, std::move(points));
    chart_->flush();
}

} // namespace cdra::workbench
