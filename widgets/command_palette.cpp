// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/command_palette.h"

#include "widgets/theme.h"

#include <QApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>
#include <algorithm>

namespace cdra::widgets {
namespace {

constexpr int most_shown = 200, rows_in_view = 11;

// The text, what menu it is in and its shortcut on one line.
class CommandDelegate : public QStyledItemDelegate {
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        painter->save();
        const bool chosen = option.state & QStyle::State_Selected;
        const QPalette& palette = option.palette;
        if (chosen) painter->fillRect(option.rect, palette.color(QPalette::Highlight));
        const QRect line = option.rect.adjusted(grid, 0, -grid, 0);
        painter->setPen(palette.color(chosen ? QPalette::HighlightedText : QPalette::Text));
        painter->drawText(line, Qt::AlignVCenter | Qt::AlignLeft, index.data(Qt::DisplayRole).toString());
        const QString shortcut = index.data(CommandModel::shortcut_role).toString(),
                      where = index.data(CommandModel::where_role).toString();
        painter->setPen(chosen ? palette.color(QPalette::HighlightedText) : colours::muted(palette));
        painter->drawText(line, Qt::AlignVCenter | Qt::AlignRight,
                          shortcut.isEmpty() ? where : where + QStringLiteral("   ") + shortcut);
        painter->restore();
    }
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
        return {240, option.fontMetrics.height() + grid};
    }
};

} // namespace

int match_score(const Command& command, const QString& query) {
    int score = 1;
    for (const QString& word : query.split(' ', Qt::SkipEmptyParts)) {
        const auto at = command.text.indexOf(word, 0, Qt::CaseInsensitive);
        if (at == 0) score += 30;
        else if (at > 0 && !command.text.at(at - 1).isLetterOrNumber()) score += 20;
        else if (at > 0) score += 10;
        else if (command.where.contains(word, Qt::CaseInsensitive)) score += 3;
        else return 0;
    }
    return score;
}

void CommandModel::setCommands(std::vector<Command> commands) {
    commands_ = std::move(commands);
    query_.clear();
    filter();
}

void CommandModel::setQuery(const QString& query) {
    query_ = query;
    filter();
}

void CommandModel::filter() {
    beginResetModel();
    std::vector<std::pair<int, int>> scored; // minus score, index: ties keep their order
    for (int i = 0; i < int(commands_.size()); ++i)
        if (const int score = match_score(commands_[std::size_t(i)], query_)) scored.emplace_back(-score, i);
    std::sort(scored.begin(), scored.end());
    shown_.clear();
    for (const auto& [score, index] : scored)
        if (int(shown_.size()) < most_shown) shown_.push_back(index);
    endResetModel();
}

const Command* CommandModel::at(int row) const {
    if (row < 0 || row >= int(shown_.size())) return nullptr;
    return &commands_[std::size_t(shown_[std::size_t(row)])];
}

int CommandModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(shown_.size()); }

QVariant CommandModel::data(const QModelIndex& index, int role) const {
    const Command* command = index.isValid() ? at(index.row()) : nullptr;
    if (!command) return {};
    switch (role) {
    case Qt::DisplayRole: return command->text;
    case Qt::AccessibleTextRole: return command->text + ' ' + command->shortcut;
    case where_role: return command->where;
    case shortcut_role: return command->shortcut;
    default: return {};
    }
}

CommandPalette::CommandPalette(QWidget* parent)
    : QFrame(parent), model_(new CommandModel(this)), edit_(new QLineEdit), list_(new QListView) {
    setObjectName("command-palette");
    setAccessibleName(tr("Command palette"));
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    edit_->setObjectName("command-palette-query");
    edit_->setPlaceholderText(tr("What do you want to do?"));
    edit_->setAccessibleName(tr("Search the commands"));
    edit_->installEventFilter(this);
    list_->setObjectName("command-palette-list");
    list_->setAccessibleName(tr("Commands"));
    list_->setModel(model_);
    list_->setItemDelegate(new CommandDelegate(list_));
    list_->setFrameShape(QFrame::NoFrame);
    list_->setFocusPolicy(Qt::NoFocus);
    list_->setUniformItemSizes(true);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(grid, grid, grid, grid);
    layout->setSpacing(grid / 2);
    layout->addWidget(edit_);
    layout->addWidget(list_);
    connect(edit_, &QLineEdit::textChanged, this, [this](const QString& text) {
        model_->setQuery(text);
        list_->setCurrentIndex(model_->index(0, 0));
    });
    connect(edit_, &QLineEdit::returnPressed, this, &CommandPalette::accept);
    connect(list_, &QListView::clicked, this, &CommandPalette::accept);
    parent->installEventFilter(this);
    hide();
}

void CommandPalette::open(std::vector<Command> commands) {
    model_->setCommands(std::move(commands));
    edit_->clear();
    list_->setCurrentIndex(model_->index(0, 0));
    place();
    show();
    raise();
    edit_->setFocus(Qt::PopupFocusReason);
}

void CommandPalette::place() {
    const QWidget* over = parentWidget();
    const int width = std::min(560, over->width() - 4 * grid);
    const int row = list_->fontMetrics().height() + grid;
    const int height = std::min(edit_->sizeHint().height() + rows_in_view * row + 3 * grid, over->height() - 8 * grid);
    setGeometry((over->width() - width) / 2, 6 * grid, width, height);
}

void CommandPalette::move(int by) {
    if (model_->rowCount() == 0) return;
    const int row = std::clamp(list_->currentIndex().row() + by, 0, model_->rowCount() - 1);
    list_->setCurrentIndex(model_->index(row, 0));
}

void CommandPalette::accept() {
    const Command* command = model_->at(list_->currentIndex().row());
    const auto act = command ? command->act : std::function<void()>();
    hide();
    if (act) act(); // last: it may open something of its own
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    if (watched == parentWidget()) {
        if (event->type() == QEvent::Resize && isVisible()) place();
        return false;
    }
    if (watched != edit_) return false;
    if (event->type() == QEvent::FocusOut) hide();
    if (event->type() != QEvent::KeyPress) return false;
    switch (static_cast<QKeyEvent*>(event)->key()) {
    case Qt::Key_Up: move(-1); return true;
    case Qt::Key_Down: move(1); return true;
    case Qt::Key_PageUp: move(1 - rows_in_view); return true;
    case Qt::Key_PageDown: move(rows_in_view - 1); return true;
    case Qt::Key_Escape:
        hide();
        parentWidget()->setFocus();
        return true;
    default: return false;
    }
}

} // namespace cdra::widgets
