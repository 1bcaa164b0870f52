// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/log_pane.h"

#include "widgets/theme.h"

#include <QDateTime>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QToolButton>
#include <QVBoxLayout>

namespace cdra::widgets {

LogPane::LogPane(QWidget* parent) : QWidget(parent), view_(new QPlainTextEdit), search_(new QLineEdit) {
    view_->setReadOnly(true);
    view_->setObjectName("logText");
    view_->setFont(fonts::mono());
    view_->setMaximumBlockCount(10000);
    view_->setMinimumHeight(4 * QFontMetrics(fonts::mono()).lineSpacing()); // a small window is not made larger for more
    view_->setLineWrapMode(QPlainTextEdit::NoWrap);
    view_->setAccessibleName(tr("Log"));
    search_->setObjectName("logSearch");
    search_->setPlaceholderText(tr("Find in the log"));
    search_->setClearButtonEnabled(true);
    auto* next = new QToolButton;
    next->setText(tr("Next"));
    next->setToolTip(tr("Next match (Return)"));
    auto* previous = new QToolButton;
    previous->setText(tr("Previous"));
    previous->setToolTip(tr("Previous match"));
    auto* head = new QHBoxLayout;
    head->setSpacing(grid / 2);
    head->addWidget(search_, 1);
    head->addWidget(previous);
    head->addWidget(next);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(grid / 2);
    layout->addLayout(head);
    layout->addWidget(view_, 1);
    connect(search_, &QLineEdit::returnPressed, this, [this] { find(search_->text()); });
    connect(next, &QToolButton::clicked, this, [this] { find(search_->text()); });
    connect(previous, &QToolButton::clicked, this, [this] { find(search_->text(), true); });
}

void LogPane::append(const QString& level, const QString& message, double time) {
    QString line;
    if (time > 0)
        line = QDateTime::fromMSecsSinceEpoch(qint64(time * 1000)).toString(QStringLiteral("HH:mm:ss  "));
    const bool error = level == QLatin1String("error"), warning = level == QLatin1String("warning");
    if (error || warning) line += level.toUpper() + QStringLiteral("  ");
    const bool at_end = view_->verticalScrollBar()->value() >= view_->verticalScrollBar()->maximum() - 1;
    // Plain lines carry no colour of their own, so that they follow a change of theme.
    QString style = QStringLiteral("white-space: pre");
    if (error || warning)
        style += "; color: " + (error ? colours::danger(palette()) : colours::warning(palette())).name();
    view_->appendHtml(
        QStringLiteral("<span style=\"%1\">%2</span>").arg(style, (line + message).toHtmlEscaped()));
    if (at_end) view_->verticalScrollBar()->setValue(view_->verticalScrollBar()->maximum());
}

void LogPane::appendPlain(const QString& text) {
    view_->appendPlainText(text);
}
void LogPane::clear() {
    view_->clear();
}
void LogPane::setLimit(int lines) {
    view_->setMaximumBlockCount(lines);
}
int LogPane::lineCount() const {
    return view_->document()->isEmpty() ? 0 : view_->blockCount();
}
QString LogPane::text() const {
    return view_->toPlainText();
}

bool LogPane::find(const QString& words, bool backwards) {
    if (words.isEmpty()) return false;
    const auto flags = backwards ? QTextDocument::FindBackward : QTextDocument::FindFlags();
    if (view_->find(words, flags)) return true;
    const QTextCursor before = view_->textCursor();
    view_->moveCursor(backwards ? QTextCursor::End : QTextCursor::Start);
    if (view_->find(words, flags)) return true;
    view_->setTextCursor(before);
    return false;
}

} // namespace cdra::widgets
