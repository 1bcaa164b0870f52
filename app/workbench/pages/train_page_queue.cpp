// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The train page's queue and forecast.
#include "app/workbench/pages/train_page.h"
#include "widgets/format.h"
#include "widgets/theme.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

namespace cdra::workbench {

QWidget* TrainPage::build_queue() {
    queue_box_ = new QWidget;
    auto* layout = new QVBoxLayout(queue_box_);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::grid / 2);
    auto* row = new QHBoxLayout;
    queue_title_ = muted_label();
    row->addWidget(queue_title_, 1);
    queue_go_ = named(new QPushButton(tr("Go on with the queue")), "train-queue-go", tr("Go on with the queue"));
    connect(queue_go_, &QPushButton::clicked, &bench().runner.queue(), &RunQueue::go_on);
    row->addWidget(queue_go_);
    layout->addLayout(row);
    queue_ = named(new QListWidget, "train-queue", tr("Queued runs"));
    queue_->setFixedHeight(9 * widgets::grid);
    queue_->setToolTip(tr("Runs that wait, with their settings as they were when added. Delete takes one out."));
    auto* remove = new QAction(tr("Take out of the queue"), queue_);
    remove->setObjectName("train-queue-remove");
    remove->setShortcut(QKeySequence::Delete);
    remove->setShortcutContext(Qt::WidgetShortcut);
    connect(remove, &QAction::triggered, this, [this] {
        if (const auto* item = queue_->currentItem()) bench().runner.queue().remove(item->data(Qt::UserRole).toString());
    });
    queue_->addAction(remove);
    queue_->setContextMenuPolicy(Qt::ActionsContextMenu);
    layout->addWidget(queue_);
    return queue_box_;
}

void TrainPage::refresh_queue() {
    const RunQueue& queue = bench().runner.queue();
    const int row = queue_->currentRow();
    queue_->clear();
    for (const auto& item : queue.items()) {
        auto* line = new QListWidgetItem(item.name + "   " + item.words, queue_);
        line->setData(Qt::UserRole, item.folder);
    }
    queue_->setCurrentRow(std::min(row, queue_->count() - 1));
    queue_box_->setVisible(queue_->count() > 0);
    queue_title_->setText(queue.held() ? tr("Queue, waiting for your word: %1").arg(queue_->count())
                                       : tr("Queue, goes on while this window is open: %1").arg(queue_->count()));
    queue_go_->setVisible(queue.held());
}

void TrainPage::refresh_forecast() {
    const auto expected = bench().runner.next_forecast();
    if (!expected) return forecast_->setText({});
    forecast_->setText(expected->mib > 0 ? tr("about %1 and %2").arg(widgets::duration(expected->seconds), widgets::bytes(expected->mib * 1024 * 1024))
                                         : tr("about %1").arg(widgets::duration(expected->seconds)));
    forecast_->setToolTip(tr("Judged by the speed and the peak memory of the run %1: same model, image size and device.").arg(expected->judged_by));
}

} // namespace cdra::workbench
