// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace cdra::widgets {

// What a page shows when it has nothing to show: what is missing, and one button that offers it.
class EmptyState : public QWidget {
    Q_OBJECT
  public:
    explicit EmptyState(const QString& title = {}, const QString& text = {}, const QString& action = {},
                        QWidget* parent = nullptr);
    void set(const QString& title, const QString& text, const QString& action); // action empty: no button
    QPushButton* button() const { return button_; }

  signals:
    void actionRequested();

  private:
    QLabel* title_;
    QLabel* text_;
    QPushButton* button_;
};

} // namespace cdra::widgets
