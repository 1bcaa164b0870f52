// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
// RankTable's edits of several ranks at once.
#include "core/base/error.h"
#include "widgets/rank_table.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHash>
#include <QRegularExpression>
#include <algorithm>

namespace cdra::widgets {

void RankTable::addActionsAndKeys() {
    const auto add = [this](const QString& text, const char* name, const QKeySequence& keys, auto act) {
        auto* action = new QAction(text, this);
        action->setObjectName(name);
        action->setShortcut(keys);
        action->setShortcutContext(Qt::WidgetShortcut);
        connect(action, &QAction::triggered, this, act);
        addAction(action);
    };
    add(tr("Copy rows"), "ranks-copy", QKeySequence::Copy, [this] { QApplication::clipboard()->setText(copied()); });
    add(tr("Paste ranks"), "ranks-paste", QKeySequence::Paste, [this] { paste(); });
    add(tr("Fill down"), "ranks-fill", QKeySequence(Qt::CTRL | Qt::Key_D), [this] { fillDown(); });
    add(tr("Lock at this rank"), "ranks-lock", QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_L), [this] {
        RankEdits edits;
        if (!model_->plan()) return;
        for (const int matrix : selectedMatrices()) edits.emplace_back(matrix, model_->plan()->matrices[std::size_t(matrix)].rank);
        ask(std::move(edits));
    });
    add(tr("Back to the strategy"), "ranks-unlock", QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_U), [this] {
        if (const auto chosen = selectedMatrices(); !chosen.empty()) emit released(chosen);
    });
    setContextMenuPolicy(Qt::ActionsContextMenu);
}

void RankTable::ask(RankEdits edits) {
    if (!edits.empty()) emit ranksEdited(edits);
}

void RankTable::fillDown() {
    const auto chosen = selectedMatrices();
    if (chosen.size() < 2 || !model_->plan()) return emit complained(tr("Select two or more rows to fill down."));
    const quint32 rank = model_->plan()->matrices[std::size_t(chosen.front())].rank;
    RankEdits edits;
    for (auto matrix = chosen.begin() + 1; matrix != chosen.end(); ++matrix)
        if (largest(*matrix) > 0) edits.emplace_back(*matrix, std::min(rank, largest(*matrix)));
    ask(std::move(edits));
}

QString RankTable::copied() const {
    QStringList lines;
    QStringList words;
    for (int column = 0; column < RankModel::column_count; ++column) words << model_->headerData(column, Qt::Horizontal).toString();
    lines << words.join('\t');
    for (const int matrix : selectedMatrices()) {
        words.clear();
        for (int column = 0; column < RankModel::column_count; ++column) words << model_->index(matrix, column).data().toString();
        lines << words.join('\t');
    }
    return lines.join('\n') + '\n';
}

RankEdits RankTable::parse(const QString& text) const {
    if (!model_->plan()) throw InputError("there are no matrices to paste ranks into");
    QHash<QString, int> by_name;
    const auto& matrices = model_->plan()->matrices;
    for (int i = 0; i < int(matrices.size()); ++i) by_name[QString::fromStdString(matrices[std::size_t(i)].shape.name)] = i;
    RankEdits edits;
    int line_number = 0, next_row = std::max(0, currentIndex().row()), rank_column = 1;
    for (QString line : text.split('\n')) {
        ++line_number;
        line = line.trimmed();
        if (line.isEmpty()) continue;
        const QStringList cells = line.split(QRegularExpression("[\t;,]"));
        const QString first = cells.first().trimmed();
        const auto said = [&](const QString& why) {
            return InputError("line " + std::to_string(line_number) + " of what was pasted, '" + line.left(60).toStdString() + "': " + why.toStdString());
        };
        // The header of a copy of this table, or of a CSV of names and ranks.
        if (first == "matrix" || first == "name") {
            const auto at = cells.indexOf("rank");
            if (at > 0) rank_column = int(at);
            continue;
        }
        int matrix = -1;
        QString number;
        if (by_name.contains(first)) {
            matrix = by_name[first];
            number = cells.value(rank_column).trimmed();
        } else if (cells.size() == 1) {
            if (next_row >= shownRows()) throw said(tr("there is no row left for it; %1 rows are shown").arg(shownRows()));
            matrix = matrixAt(next_row++);
            number = first;
        } else {
            throw said(tr("there is no matrix of that name; expected a name and a rank, or ranks alone"));
        }
        bool whole = false;
        number.remove(QRegularExpression("[\\s\\x{202f}]"));
        const qlonglong rank = number.toLongLong(&whole);
        if (!whole || rank < 0) throw said(tr("'%1' is no rank; expected a whole number from 0").arg(number));
        if (rank > qlonglong(largest(matrix)))
            throw said(tr("rank %1 is more than %2, the smaller side of the box").arg(rank).arg(largest(matrix)));
        edits.emplace_back(matrix, quint32(rank));
    }
    if (edits.empty()) throw InputError("the clipboard holds no ranks: copy names and ranks, or a column of ranks");
    return edits;
}

void RankTable::paste() {
    try {
        ask(parse(QApplication::clipboard()->text()));
    } catch (const std::exception& error) {
        emit complained(QString::fromUtf8(error.what()));
    }
}

} // namespace cdra::widgets
