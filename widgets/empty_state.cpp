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
    layout->addSpacing(grid);
    links_ = new QVBoxLayout;
    links_->setSpacing(grid / 2);
    layout->addLayout(links_);
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

void EmptyState::setLinks(std::vector<Link> links) {
    QStringList words;
    for (const Link& link : links) words << link.name << link.text;
    if (words == shown_links_) return; // what they do follows from what they say
    shown_links_ = words;
    while (QLayoutItem* item = links_->takeAt(0)) {
        // The one that was pressed may be among them.
        if (item->widget()) item->widget()->deleteLater();
        delete item;
    }
    for (Link& link : links) {
        auto* button = new QPushButton(link.text);
        button->setObjectName(link.name);
        button->setFlat(true);
        button->setCursor(Qt::PointingHandCursor);
        connect(button, &QPushButton::clicked, this, [act = std::move(link.act)] { act(); });
        links_->addWidget(button, 0, Qt::AlignHCenter);
    }
}

} // namespace cdra::widgets
