// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The road as a rail: stops in order, each with its state as shape and colour and a word.
#pragma once

#include <QTimer>
#include <QWidget>
#include <vector>

namespace cdra::widgets {

enum class StageState { empty, ready, stale, running, failed };
QString name_of(StageState state);   // "empty", "ready", …
QString symbol_of(StageState state); // ○ ● ◐ ▶ ✕

class StageRail : public QWidget {
    Q_OBJECT
  public:
    explicit StageRail(const QStringList& names, QWidget* parent = nullptr);

    int count() const { return int(stages_.size()); }
    // `why`: for the tooltip, e.g. what changed.
    void setState(int stage, StageState state, const QString& why = {});
    StageState state(int stage) const { return stages_.at(std::size_t(stage)).state; }
    int current() const { return current_; }
    void setCurrent(int stage); // does not emit
    QRect stopRect(int stage) const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

  signals:
    void activated(
        int stage); // clicked, or arrow keys, Home, End, digits with the focus. Ctrl+1 … belong to the window

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

  private:
    struct Stage {
        QString name;
        StageState state = StageState::empty;
        QString why;
    };
    int stageAt(QPointF position) const;
    void go(int stage);
    void paintSymbol(QPainter& painter, QPointF centre, StageState state, const QColor& background) const;

    std::vector<Stage> stages_;
    int current_ = 0, hovered_ = -1;
    QTimer spin_; // turns the running symbol
    int angle_ = 0;
};

} // namespace cdra::widgets
