// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/empty_state.h"

#include "widgets/theme.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace cdra::widgets {

EmptyState::EmptyState(const QString& title, const QString& text, const QString& action, QWidget* parent)
    : QWidget(parent), title_(new QLabel), text_(new QLabel), button_(new QPushButton) {
    title_->setFont(fonts::heading(fonts::title(font())));
    title_->setAlignment(Qt::AlignCenter);
    text_->setAlignment(Qt::AlignCenter);
    text_->setWordWrap(true);
    text_->setForegroundRole(QPalette::PlaceholderText);
    text_->setFixedWidth(48 * grid);
    button_->setProperty("primary", true);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(grid);
    layout->addStretch(2);
    layout->addWidget(title_, 0, Qt::AlignHCenter);
    layout->addWidget(text_, 0, Qt::AlignHCenter);
    layout->addSpacing(grid);
    layout->addWidget(button_, 0, Qt::AlignHCenter);
    layout->addStretch(3);
    connect(button_, &QPushButton::clicked, this, &EmptyState::actionRequested);
    set(title, text, action);
}

void EmptyState::set(const QString& title, const QString& text, const QString& action) {
    title_->setText(title);
    text_->setText(text);
    // An aligned label gets its size hint, which knows no height for a width: a long text would be cut off.
    text_->ensurePolished();
    text_->setMinimumHeight(std::max(0, text_->heightForWidth(48 * grid))); // -1: no text
    button_->setText(action);
    button_->setVisible(!action.isEmpty());
}

} // namespace cdra::widgets
