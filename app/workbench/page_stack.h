// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The pages, one seen at a time. A label that changes on a page makes its layout anew, and no more: how much room the pages
// need is found once and kept until the font or the style changes. Else every step of a drag would lay out the whole window.
#pragma once

#include <QStackedWidget>

namespace cdra::workbench {

class PageStack : public QStackedWidget {
    Q_OBJECT
  public:
    using QStackedWidget::QStackedWidget;
    QSize minimumSizeHint() const override {
        if (!room_.isValid()) room_ = QStackedWidget::minimumSizeHint();
        return room_;
    }
    QSize sizeHint() const override { return minimumSizeHint(); }

  protected:
    void changeEvent(QEvent* event) override;

  private:
    mutable QSize room_;
};

} // namespace cdra::workbench
