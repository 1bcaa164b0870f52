// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The data page's check of every file.
#include "app/workbench/pages/data_page.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <thread>

namespace cdra::workbench {

QWidget* DataPage::build_check() {
    auto* box = new QWidget;
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, widgets::grid, 0, 0);
    auto* row = new QHBoxLayout;
    check_ = named(new QPushButton(tr("Check e&very file")), "data-check", tr("Check every file"));
    check_->setToolTip(tr("Decodes every image of every split and names those that are missing or damaged."));
    connect(check_, &QPushButton::clicked, this, &DataPage::check_files);
    row->addWidget(check_);
    checked_ = value_label("data-checked", tr("Outcome of the check"));
    checked_->setWordWrap(true);
    row->addWidget(checked_, 1);
    layout->addLayout(row);
    bad_ = named(new QTableWidget(0, 2), "data-bad", tr("Files that can't be read"));
    bad_->setHorizontalHeaderLabels({tr("File"), tr("What is wrong")});
    bad_->verticalHeader()->hide();
    bad_->horizontalHeader()->setStretchLastSection(true);
    bad_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    bad_->hide();
    layout->addWidget(bad_, 1);
    layout->addStretch(); // keeps the button up while the table is hidden
    return box;
}

void DataPage::check_files() {
    const auto info = bench().road.data();
    if (!info) return;
    check_->setEnabled(false);
    bad_->hide();
    checked_->setText(tr("reading every file…"));
    // Half of the cores: the window and a job want some, too.
    const int threads = std::max(1, int(std::thread::hardware_concurrency()) / 2);
    checks_.request([dataset = info->dataset, threads](const std::stop_token& stop) {
        NullProgress progress;
        return datasets::check(*dataset, threads, progress, stop);
    });
}

void DataPage::show_bad(const std::vector<datasets::BadSample>& bad) {
    check_->setEnabled(true);
    bad_->setVisible(!bad.empty());
    checked_->setText(bad.empty() ? tr("✓ every file can be read") : tr("✕ files that can't be read: %1").arg(bad.size()));
    constexpr std::size_t most = 1000;
    bad_->setRowCount(int(std::min(most, bad.size())));
    for (int row = 0; row < bad_->rowCount(); ++row) {
        const datasets::BadSample& one = bad[std::size_t(row)];
        bad_->setItem(row, 0, new QTableWidgetItem(QString::fromStdString(one.split + ": " + one.name)));
        bad_->setItem(row, 1, new QTableWidgetItem(QString::fromStdString(one.reason)));
        for (int column = 0; column < 2; ++column) bad_->item(row, column)->setToolTip(bad_->item(row, column)->text());
    }
}

} // namespace cdra::workbench
