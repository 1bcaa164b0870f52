// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/chart_grid.h"

#include "widgets/live_chart.h"
#include "widgets/theme.h"

#include <QGridLayout>
#include <algorithm>

namespace cdra::widgets {
namespace {
enum Series { train = 0, validation = 1 };
}

ChartGrid::ChartGrid(QWidget* parent) : QWidget(parent) {
    const QString epoch = tr("epoch");
    loss_ = new LiveChart(tr("Loss"), epoch, tr("cross-entropy"));
    accuracy_ = new LiveChart(tr("Accuracy"), epoch, tr("accuracy (%)"));
    accuracy_->setYPercent(true);
    learning_rate_ = new LiveChart(tr("Learning rate"), epoch, tr("learning rate"));
    throughput_ = new LiveChart(tr("Throughput"), epoch, tr("images/s"));
    memory_ = new LiveChart(tr("Memory"), epoch, tr("MiB"));
    setRuns({});
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

void ChartGrid::setRuns(const QStringList& names) {
    runs_ = names;
    miou_.clear();
    for (LiveChart* chart : {loss_, accuracy_, learning_rate_, throughput_, memory_}) {
        chart->clearSeries();
        chart->setView(std::nullopt);
    }
    const bool several = names.size() > 1;
    for (int run = 0; run < std::max(1, int(names.size())); ++run) {
        const QString name = several ? names[run] : QString();
        const auto label = [&](const QString& what) { return several ? name + ' ' + what : what; };
        for (LiveChart* chart : {loss_, accuracy_}) {
            chart->addSeries(label(tr("training")), several ? run : 0);
            chart->addSeries(label(tr("validation")), several ? run : 1, true);
        }
        learning_rate_->addSeries(several ? name : tr("learning rate"), several ? run : 2);
        throughput_->addSeries(several ? name : tr("training"), several ? run : 0);
        memory_->addSeries(label(tr("host")), several ? run : 3);
        memory_->addSeries(label(tr("GPU")), several ? run : 4);
    }
}

void ChartGrid::setAxis(Axis axis) {
    axis_ = axis;
    const QString title = axis == Axis::epoch ? tr("epoch") : axis == Axis::step ? tr("step") : tr("minutes");
    for (LiveChart* chart : {loss_, accuracy_, learning_rate_, throughput_, memory_}) {
        chart->setXTitle(title);
        chart->setView(std::nullopt);
    }
    clear();
}

void ChartGrid::append(const job::MetricEvent& metric, int run, double minutes) {
    const bool training = metric.split == "train";
    if (metric.split == "test") return; // read once, at the end: not a curve
    const double x = axis_ == Axis::epoch ? metric.epoch : axis_ == Axis::step ? double(metric.step) : minutes;
    const int both = 2 * run + (training ? train : validation);
    if (metric.name == "loss")
        loss_->append(both, x, metric.value);
    else if (metric.name == "accuracy")
        accuracy_->append(both, x, metric.value);
    else if (metric.name == "miou") {
        if (!miou_.contains(run)) miou_[run] = accuracy_->addSeries(runs_.size() > 1 ? runs_[run] + " mIoU" : tr("validation mIoU"), runs_.size() > 1 ? run : 2, true);
        accuracy_->append(miou_[run], x, metric.value);
    } else if (!training)
        return;
    else if (metric.name == "lr")
        learning_rate_->append(run, x, metric.value);
    else if (metric.name == "images_per_second")
        throughput_->append(run, x, metric.value);
    else if (metric.name == "memory_mib")
        memory_->append(2 * run, x, metric.value);
    else if (metric.name == "gpu_memory_mib")
        memory_->append(2 * run + 1, x, metric.value);
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
