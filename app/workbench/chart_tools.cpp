// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/chart_tools.h"

#include "app/workbench/page.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QSlider>

namespace cdra::workbench {

void ChartFeed::start(widgets::ChartGrid* charts, const QList<const JobClient*>& jobs) {
    charts_ = charts;
    jobs_.clear();
    QStringList names;
    for (const JobClient* job : jobs)
        if (job) {
            jobs_ << QPointer<const JobClient>(job);
            names << job->name();
        }
    charts_->setRuns(names);
    refill();
}

void ChartFeed::refill() {
    if (!charts_) return;
    seen_.assign(std::size_t(jobs_.size()), {});
    charts_->clear();
    update();
}

void ChartFeed::update() {
    if (!charts_) return;
    for (int run = 0; run < int(jobs_.size()); ++run) {
        const JobClient* job = jobs_[run];
        if (!job) continue;
        const auto& metrics = job->metrics();
        for (auto metric = metrics.constBegin(); metric != metrics.constEnd(); ++metric) {
            const std::string split = metric.key().section('/', 0, 0).toStdString();
            const std::string name = metric.key().section('/', 1).toStdString();
            int& seen = seen_[std::size_t(run)][metric.key()];
            if (seen > metric->size()) return refill(); // the history was cut
            for (; seen < metric->size(); ++seen) {
                const MetricPoint& point = metric->at(seen);
                charts_->append({point.step, point.epoch, split, name, point.value}, run, point.seconds / 60);
            }
        }
    }
}

ChartTools::ChartTools(const QString& prefix, widgets::ChartGrid* charts, QWidget* parent) : QWidget(parent), charts_(charts) {
    smoothing_ = named(new QSlider(Qt::Horizontal), prefix + "-smoothing", tr("Smoothing"));
    smoothing_->setRange(0, 99);
    smoothing_->setFixedWidth(12 * widgets::grid);
    smoothing_->setToolTip(tr("How long the smoothed line remembers; the raw values stay faint beside it."));
    connect(smoothing_, &QSlider::valueChanged, charts, [charts](int value) { charts->setSmoothing(value / 100.0); });
    logarithmic_ = named(new QCheckBox(tr("&log loss")), prefix + "-log", tr("Logarithmic loss"));
    connect(logarithmic_, &QCheckBox::toggled, charts, &widgets::ChartGrid::setLogarithmicLoss);
    axis_ = named(new QComboBox, prefix + "-axis", tr("Along the x axis"));
    axis_->addItem(tr("by epoch"), int(widgets::ChartGrid::Axis::epoch));
    axis_->addItem(tr("by step"), int(widgets::ChartGrid::Axis::step));
    axis_->addItem(tr("by time"), int(widgets::ChartGrid::Axis::time));
    connect(axis_, &QComboBox::currentIndexChanged, this, [this] {
        charts_->setAxis(widgets::ChartGrid::Axis(axis_->currentData().toInt()));
        feed_.refill();
    });
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(muted_label(tr("smoothing")));
    layout->addWidget(smoothing_);
    layout->addWidget(logarithmic_);
    layout->addWidget(axis_);
}

} // namespace cdra::workbench
