// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Open or drop a checkpoint; what it is made of.
#pragma once

#include "app/workbench/page.h"

class QTreeWidget;

namespace cdra::workbench {

class ModelPage : public Page {
    Q_OBJECT
  public:
    explicit ModelPage(Workbench& bench, QWidget* parent = nullptr);
    QString notes() const override;
    void browse();

  protected:
    void empty_action() override { browse(); }
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    void choose(const QString& path);
    void refresh();
    void show_ways(bool fresh);
    void open_demo();
    void fill_tree(const ModelInfo& info);

    QLineEdit* path_;
    QLabel* facts_[6];
    QTreeWidget* tree_;
    QLabel* unused_;
    Binder* binder_;
};

} // namespace cdra::workbench
