// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "widgets/chart_export.h"

#include <QString>
#include <QStringList>
#include <QWidget>
#include <cstdint>
#include <vector>

namespace cdra::widgets {

// Counts per class, one bar each, stacked by split. Names are drawn where they fit; hover reads out.
class Histogram : public QWidget, public ChartSource {
    Q_OBJECT
  public:
    struct Series {
        QString name;
        std::vector<std::int64_t> counts;
    }; // one count a class

    explicit Histogram(QWidget* parent = nullptr);
    void setCounts(const QStringList& classes, const std::vector<Series>& series, const QString& y_title);
    void clear();
    std::string csv() const override;
    QSize sizeHint() const override { return {480, 200}; }
    QSize minimumSizeHint() const override { return {240, 140}; }

  protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

  private:
    QRect plotArea() const;

    QStringList classes_;
    std::vector<Series> series_;
    QString y_title_;
};

} // namespace cdra::widgets
