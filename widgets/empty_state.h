// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QWidget>
#include <functional>
#include <vector>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace cdra::widgets {

// What a page shows when it has nothing to show: what is missing, one button that offers it, and perhaps other ways on.
class EmptyState : public QWidget {
    Q_OBJECT
  public:
    explicit EmptyState(const QString& title = {}, const QString& text = {}, const QString& action = {},
                        QWidget* parent = nullptr);
    void set(const QString& title, const QString& text, const QString& action); // action empty: no button
    QPushButton* button() const { return button_; }
    struct Link {
        QString name; // object name
        QString text;
        std::function<void()> act;
    };
    void setLinks(std::vector<Link> links); // the same names and texts again: nothing happens

  signals:
    void actionRequested();

  private:
    QLabel* title_;
    QLabel* text_;
    QPushButton* button_;
    QVBoxLayout* links_;
    QStringList shown_links_;
};

} // namespace cdra::widgets
