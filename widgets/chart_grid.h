// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/job/events.h"

#include <QMap>
#include <QWidget>

namespace cdra::widgets {

class LiveChart;

// The five charts of a run, or of several drawn over each other: loss, accuracy, learning rate, images/s, memory. Fed with
// metric events; unknown names are ignored.
class ChartGrid : public QWidget {
    Q_OBJECT
  public:
    enum class Axis { epoch, step, time };

    explicit ChartGrid(QWidget* parent = nullptr);
    // One run (or none) has its training and validation in two colours; of several each has a colour. Clears.
    void setRuns(const QStringList& names);
    void setAxis(Axis axis); // clears: append everything again
    // `minutes` since the run began, for Axis::time.
    void append(const job::MetricEvent& metric, int run = 0, double minutes = 0);
    void clear();
    void setSmoothing(double memory);
    void setLogarithmicLoss(bool logarithmic);
    LiveChart* loss() const { return loss_; }
    LiveChart* accuracy() const { return accuracy_; }
    LiveChart* learningRate() const { return learning_rate_; }
    LiveChart* throughput() const { return throughput_; }
    LiveChart* memory() const { return memory_; }
    int pointCount() const; // of all charts

  private:
    LiveChart* loss_;
    LiveChart* accuracy_;
    LiveChart* learning_rate_;
    LiveChart* throughput_;
    LiveChart* memory_;
    QStringList runs_;
    Axis axis_ = Axis::epoch;
    QMap<int, int> miou_; // run → its series of the accuracy chart: only segmentations have one
};

} // namespace cdra::widgets
