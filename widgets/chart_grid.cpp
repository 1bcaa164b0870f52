// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/chart_grid.h"

#include "widgets/live_chart.h"
#include "widgets/theme.h"

#include <QGridLayout>

namespace cdra::widgets {
namespace {
enum Series { train = 0, validation = 1 };
}

ChartGrid::ChartGrid(QWidget* parent) : QWidget(parent) {
    const QString epoch = tr("epoch");
    loss_ = new LiveChart(tr("Loss"), epoch, tr("cross-entropy"));
    accuracy_ = new LiveChart(tr("Accuracy"), epoch, tr("accuracy (%)"));
    accuracy_->setYPercent(true);
    for (LiveChart* chart : {loss_, accuracy_}) {
        chart->addSeries(tr("training"), 0);
        chart->addSeries(tr("validation"), 1, true);
    }
    learning_rate_ = new LiveChart(tr("Learning rate"), epoch, tr("learning rate"));
    learning_rate_->addSeries(tr("learning rate"), 2);
    throughput_ = new LiveChart(tr("Throughput"), epoch, tr("images/s"));
    throughput_->addSeries(tr("training"), 0);
    memory_ = new LiveChart(tr("Memory"), epoch, tr("MiB"));
    memory_->addSeries(tr("host"), 3);
    memory_->addSeries(tr("GPU"), 4);
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(grid);
    // Two large ones that are watched, three small ones that are glanced at.
    layout->addWidget(loss_, 0, 0, 1, 3);
    layout->addWidget(accuracy_, 0, 3, 1, 3);
    layout->addWidget(learning_rate_, 1, 0, 1, 2);
    layout->addWidget(throughput_, 1, 2, 1, 2);
    layout->addWidget(memory_, 1, 4, 1, 2);
    layout->setRowStretch(0, 3);
    layout->setRowStretch(1, 2);
}

void ChartGrid::append(const job::MetricEvent& metric) {
    const bool training = metric.split == "train";
    const int series = training ? train : validation;
    if (metric.split == "test") return; // read once, at the end: not a curve
    if (metric.name == "loss")
        loss_->append(series, metric.epoch, metric.value);
    else if (metric.name == "accuracy")
        accuracy_->append(series, metric.epoch, metric.value);
    else if (!training)
        return;
    else if (metric.name == "lr")
        learning_rate_->append(0, metric.epoch, metric.value);
    else if (metric.name == "images_per_second")
        throughput_->append(0, metric.epoch, metric.value);
    else if (metric.name == "memory_mib")
        memory_->append(0, metric.epoch, metric.value);
    else if (metric.name == "gpu_memory_mib")
        memory_->append(1, metric.epoch, metric.value);
}

void ChartGrid::clear() {
    for (LiveChart* chart : {loss_, accuracy_, learning_rate_, throughput_, memory_})
        chart->clearPoints();
}

void ChartGrid::setSmoothing(double memory) {
    loss_->setSmoothing(memory);
    accuracy_->setSmoothing(memory);
}

void ChartGrid::setLogarithmicLoss(bool logarithmic) {
    loss_->setLogarithmic(logarithmic);
}

int ChartGrid::pointCount() const {
    int count = 0;
    for (const LiveChart* chart : {loss_, accuracy_, learning_rate_, throughput_, memory_})
        for (int i = 0; i < chart->seriesCount(); ++i)
            count += chart->pointCount(i);
    return count;
}

} // namespace cdra::widgets
