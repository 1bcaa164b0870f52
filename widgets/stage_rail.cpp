// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/stage_rail.h"

#include "widgets/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

namespace cdra::widgets {
namespace {
constexpr int stop_height = 6 * grid;
constexpr int symbol_x = 3 * grid;
constexpr double radius = 6.5;
} // namespace

QString name_of(StageState state) {
    switch (state) {
    case StageState::empty:
        return QObject::tr("empty");
    case StageState::ready:
        return QObject::tr("ready");
    case StageState::stale:
        return QObject::tr("stale");
    case StageState::running:
        return QObject::tr("running");
    case StageState::failed:
        return QObject::tr("failed");
    }
    return {};
}

QString symbol_of(StageState state) {
    switch (state) {
    case StageState::empty:
        return QStringLiteral("○");
    case StageState::ready:
        return QStringLiteral("●");
    case StageState::stale:
        return QStringLiteral("◐");
    case StageState::running:
        return QStringLiteral("▶");
    case StageState::failed:
        return QStringLiteral("✕");
    }
    return {};
}

StageRail::StageRail(const QStringList& names, QWidget* parent) : QWidget(parent) {
    for (const QString& name : names)
        stages_.push_back({name, StageState::empty, {}});
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
    setAccessibleName(tr("Stops of the road"));
    spin_.setInterval(80);
    connect(&spin_, &QTimer::timeout, this, [this] {
        angle_ = (angle_ + 30) % 360;
        update();
    });
}

void StageRail::setState(int stage, StageState state, const QString& why) {
    auto& entry = stages_.at(std::size_t(stage));
    entry.state = state;
    entry.why = why;
    const bool running = std::any_of(stages_.begin(), stages_.end(),
                                     [](const Stage& s) { return s.state == StageState::running; });
    if (running && !spin_.isActive()) spin_.start();
    if (!running) spin_.stop();
    update();
}

void StageRail::setCurrent(int stage) {
    if (stage < 0 || stage >= count()) return;
    current_ = stage;
    setAccessibleDescription(
        tr("%1, %2").arg(stages_[std::size_t(stage)].name, name_of(stages_[std::size_t(stage)].state)));
    update();
}

QRect StageRail::stopRect(int stage) const {
    return {0, grid + stage * stop_height, width(), stop_height};
}

QSize StageRail::sizeHint() const {
    const QFontMetrics metrics(fonts::heading(font()));
    int widest = 0;
    for (const Stage& stage : stages_)
        widest = std::max(widest, metrics.horizontalAdvance(stage.name));
    return {symbol_x + 2 * grid + widest + 2 * grid, 2 * grid + count() * stop_height};
}

int StageRail::stageAt(QPointF position) const {
    for (int i = 0; i < count(); ++i)
        if (stopRect(i).contains(position.toPoint())) return i;
    return -1;
}

void StageRail::go(int stage) {
    if (stage < 0 || stage >= count()) return;
    setCurrent(stage);
    emit activated(stage);
}

void StageRail::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor text = palette().color(QPalette::WindowText), muted = colours::muted(palette());
    for (int i = 0; i < count(); ++i) {
        const Stage& stage = stages_[std::size_t(i)];
        const QRect stop = stopRect(i);
        const bool here = i == current_;
        QColor background = palette().color(QPalette::Window);
        if (here || i == hovered_) {
            background = palette().color(here ? QPalette::Base : QPalette::AlternateBase);
            painter.setPen(Qt::NoPen);
            painter.setBrush(background);
            painter.drawRoundedRect(QRectF(stop).adjusted(grid / 2, 2, -grid / 2, -2), 6, 6);
        }
        if (here) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(colours::accent(palette()));
            painter.drawRoundedRect(QRectF(grid / 2, stop.top() + 12, 3, stop_height - 24), 1.5, 1.5);
            if (hasFocus()) {
                painter.setBrush(Qt::NoBrush);
                painter.setPen(QPen(colours::accent(palette()), 1.5));
                painter.drawRoundedRect(QRectF(stop).adjusted(grid / 2 + 1, 3, -grid / 2 - 1, -3), 5, 5);
            }
        }
        const QPointF centre(symbol_x, stop.center().y() + 0.5);
        painter.setPen(QPen(colours::line(palette()), 2));
        if (i > 0)
            painter.drawLine(QPointF(centre.x(), stop.top()), QPointF(centre.x(), centre.y() - radius - 4));
        if (i + 1 < count())
            painter.drawLine(QPointF(centre.x(), centre.y() + radius + 4),
                             QPointF(centre.x(), stop.bottom() + 1));
        paintSymbol(painter, centre, stage.state, background);
        const QRect words = stop.adjusted(symbol_x + 2 * grid, 0, -grid / 2, 0);
        painter.setFont(here ? fonts::heading(font()) : font());
        painter.setPen(text);
        const int name_height = painter.fontMetrics().height();
        const QFont small = fonts::small(font());
        const int top = stop.center().y() - (name_height + QFontMetrics(small).height()) / 2;
        painter.drawText(QRect(words.left(), top, words.width(), name_height),
                         Qt::AlignLeft | Qt::AlignVCenter, stage.name);
        painter.setFont(small);
        painter.setPen(stage.state == StageState::failed  ? colours::danger(palette())
                       : stage.state == StageState::stale ? colours::warning(palette())
                                                          : muted);
        painter.drawText(QRect(words.left(), top + name_height, words.width(), QFontMetrics(small).height()),
                         Qt::AlignLeft | Qt::AlignVCenter, name_of(stage.state));
    }
}

void StageRail::paintSymbol(QPainter& painter, QPointF centre, StageState state,
                            const QColor& background) const {
    painter.save();
    const QRectF circle(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius);
    painter.setBrush(background);
    switch (state) {
    case StageState::empty:
        painter.setPen(QPen(colours::muted(palette()), 1.6));
        painter.drawEllipse(circle);
        break;
    case StageState::ready:
        painter.setPen(Qt::NoPen);
        painter.setBrush(colours::good(palette()));
        painter.drawEllipse(circle);
        break;
    case StageState::stale:
        painter.setPen(QPen(colours::warning(palette()), 1.6));
        painter.drawEllipse(circle);
        painter.setBrush(colours::warning(palette()));
        painter.setPen(Qt::NoPen);
        painter.drawPie(circle, 90 * 16, 180 * 16);
        break;
    case StageState::running:
        painter.setPen(QPen(colours::accent(palette()), 2, Qt::SolidLine, Qt::RoundCap));
        painter.setBrush(Qt::NoBrush);
        painter.drawArc(circle, -angle_ * 16, 270 * 16);
        painter.setPen(Qt::NoPen);
        painter.setBrush(colours::accent(palette()));
        painter.drawPolygon(
            QPolygonF({centre + QPointF(-2, -3.4), centre + QPointF(3.4, 0), centre + QPointF(-2, 3.4)}));
        break;
    case StageState::failed:
        painter.setPen(QPen(colours::danger(palette()), 2.4, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(centre + QPointF(-4.6, -4.6), centre + QPointF(4.6, 4.6));
        painter.drawLine(centre + QPointF(-4.6, 4.6), centre + QPointF(4.6, -4.6));
        break;
    }
    painter.restore();
}

void StageRail::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) go(stageAt(event->position()));
}

void StageRail::mouseMoveEvent(QMouseEvent* event) {
    const int stage = stageAt(event->position());
    if (stage == hovered_) return;
    hovered_ = stage;
    setCursor(stage >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    update();
}

void StageRail::leaveEvent(QEvent*) {
    hovered_ = -1;
    update();
}

void StageRail::keyPressEvent(QKeyEvent* event) {
    if (event->key() >= Qt::Key_1 && event->key() <= Qt::Key_9 && event->modifiers() == Qt::NoModifier)
        return go(event->key() - Qt::Key_1);
    switch (event->key()) {
    case Qt::Key_Up:
        go(current_ - 1);
        break;
    case Qt::Key_Down:
        go(current_ + 1);
        break;
    case Qt::Key_Home:
        go(0);
        break;
    case Qt::Key_End:
        go(count() - 1);
        break;
    default:
        QWidget::keyPressEvent(event);
    }
}

bool StageRail::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int stage = stageAt(help->pos());
        if (stage < 0) return QWidget::event(event);
        const Stage& entry = stages_[std::size_t(stage)];
        QString text = tr("%1 (Ctrl+%2): %3").arg(entry.name).arg(stage + 1).arg(name_of(entry.state));
        if (!entry.why.isEmpty()) text += "\n" + entry.why;
        QToolTip::showText(help->globalPos(), text, this, stopRect(stage));
        return true;
    }
    return QWidget::event(event);
}

} // namespace cdra::widgets
