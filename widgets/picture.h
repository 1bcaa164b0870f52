// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QImage>
#include <QWidget>

namespace cdra::widgets {

// A picture as large as fits, pixels kept square-cornered where it is enlarged; perhaps with another one laid over it.
class Picture : public QWidget {
  public:
    using QWidget::QWidget;
    void set(const QImage& image, const QImage& over = {});
    void setMessage(const QString& message); // shown where there is no picture
    QImage image() const { return image_; }
    QImage over() const { return over_; }
    QSize sizeHint() const override { return {240, 240}; }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    QImage image_, over_;
    QString message_;
};

} // namespace cdra::widgets
