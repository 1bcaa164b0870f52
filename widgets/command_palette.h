// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Everything that can be done, in one list that is searched by typing: words in any order, the best match first. Lies over
// the upper middle of its parent; Up and Down choose, Return does it, Escape or a click elsewhere closes it.
#pragma once

#include <QAbstractListModel>
#include <QFrame>
#include <functional>
#include <vector>

class QLineEdit;
class QListView;

namespace cdra::widgets {

struct Command {
    QString text;     // "Start training"
    QString where;    // "Run", shown faint; searched as well
    QString shortcut; // for display
    std::function<void()> act;
};

// How well `query` fits: 0 if a word of it is missing, larger is better.
int match_score(const Command& command, const QString& query);

class CommandModel : public QAbstractListModel {
    Q_OBJECT
  public:
    static constexpr int where_role = Qt::UserRole, shortcut_role = Qt::UserRole + 1;

    using QAbstractListModel::QAbstractListModel;
    void setCommands(std::vector<Command> commands);
    void setQuery(const QString& query);
    const Command* at(int row) const; // nullptr outside
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

  private:
    void filter();
    std::vector<Command> commands_;
    std::vector<int> shown_;
    QString query_;
};

class CommandPalette : public QFrame {
    Q_OBJECT
  public:
    explicit CommandPalette(QWidget* parent);
    void open(std::vector<Command> commands);
    CommandModel* model() const { return model_; }

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void place();
    void move(int by);
    void accept();

    CommandModel* model_;
    QLineEdit* edit_;
    QListView* list_;
};

} // namespace cdra::widgets
