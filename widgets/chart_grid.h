// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/job/events.h"

#include <QWidget>

namespace cdra::widgets {

class LiveChart;

// The five charts of a run: loss, accuracy, learning rate, images/s, memory. Fed with metric events; unknown
// names are ignored.
class ChartGrid : public QWidget {
    Q_OBJECT
  public:
    explicit ChartGrid(QWidget* parent = nullptr);
    void append(const job::MetricEvent& metric);
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
};

} // namespace cdra::widgets
