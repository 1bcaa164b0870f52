// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Append-only log with a search field; keeps the newest lines, follows the end unless scrolled away from it.
#pragma once

#include <QWidget>

class QLineEdit;
class QPlainTextEdit;

namespace cdra::widgets {

class LogPane : public QWidget {
    Q_OBJECT
  public:
    explicit LogPane(QWidget* parent = nullptr);
    // `level`: "info", "warning", "error" (others as info); `time`: seconds since 1970, 0: none shown.
    void append(const QString& level, const QString& message, double time = 0);
    void appendPlain(const QString& text); // as it is, may be several lines
    void clear();
    void setLimit(int lines); // default 10,000
    int lineCount() const;
    QString text() const;
    bool find(const QString& words, bool backwards = false); // from the cursor on, around the end

  private:
    QPlainTextEdit* view_;
    QLineEdit* search_;
};

} // namespace cdra::widgets
