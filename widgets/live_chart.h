// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A line chart that grows while a run goes on. Any number of points may come: what is drawn is decimated, and
// redrawn at most 15 times a second. The wheel zooms in time at the pointer, dragging moves, a double click (or 0) shows all.
#pragma once

#include "widgets/chart_export.h"

#include <QPointF>
#include <QString>
#include <QTimer>
#include <QWidget>
#include <memory>
#include <optional>
#include <vector>

class QChart;
class QChartView;
class QLabel;
class QLineSeries;
class QAbstractAxis;
class QValueAxis;

namespace cdra::widgets {

class LiveChart : public QWidget, public ChartSource {
    Q_OBJECT
  public:
    LiveChart(const QString& title, const QString& x_title, const QString& y_title,
              QWidget* parent = nullptr);
    ~LiveChart() override;

    // `colour`: index of colours::series.
    int addSeries(const QString& name, int colour, bool markers = false);
    int seriesCount() const { return int(series_.size()); }
    void append(int series, double x, double y); // not finite: ignored
    void setPoints(int series, std::vector<QPointF> points);
    void clearPoints();
    void clearSeries();

    void setLogarithmic(bool logarithmic); // values ≤ 0 are left out then
    void setSmoothing(double memory);      // 0: raw only; else the smoothed line, the raw one faint beside it
    void setYPercent(bool percent);        // values are fractions, shown in per cent

    void setXTitle(const QString& title);
    // Part of the x axis in view; the y axis fits what is in it. Nothing: all.
    void setView(std::optional<std::pair<double, double>> view);
    std::optional<std::pair<double, double>> view() const { return view_range_; }
    std::string csv() const override;

    int pointCount(int series) const; // as appended
    int drawnCount(int series) const; // after decimation
    void flush();                     // redraws now
    // "epoch 12: train 0.41, validation 0.52" nearest to x.
    QString readout(double x) const;
    QSize sizeHint() const override { return {360, 220}; }
    QSize minimumSizeHint() const override { return {200, 140}; }

  protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

  private:
    struct Series;
    void zoom(double at, double factor);
    void shift(double by);
    bool onMouse(QEvent* event);
    std::pair<double, double> span() const; // of all points
    void schedule();
    void applyTheme();
    void setAxes();
    QString yText(double y) const;

    QString x_title_, y_title_;
    QChart* chart_;
    QChartView* view_;
    QLabel* readout_;
    QValueAxis* x_axis_;
    QAbstractAxis* y_axis_;
    std::vector<std::unique_ptr<Series>> series_;
    QTimer redraw_;
    bool logarithmic_ = false, percent_ = false;
    double smoothing_ = 0;
    std::optional<std::pair<double, double>> view_range_;
    std::optional<double> grabbed_; // x of a drag, in the chart's coordinates
};

} // namespace cdra::widgets
