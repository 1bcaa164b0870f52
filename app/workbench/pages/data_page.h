// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Open or drop images; splits, classes and samples.
#pragma once

#include "app/workbench/page.h"

class QTableWidget;

namespace cdra::widgets {
class Histogram;
class ThumbnailGrid;
}

namespace cdra::workbench {

class DataPage : public Page {
    Q_OBJECT
  public:
    explicit DataPage(Workbench& bench, QWidget* parent = nullptr);
    QString notes() const override;
    void browse();

  protected:
    void empty_action() override { browse(); }
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    void choose(const QString& path);
    void change(const QString& what, const std::function<void(DataSpec&)>& edit);
    QWidget* build_options();
    void refresh();

    QLineEdit* path_;
    QComboBox* layout_;
    QSpinBox *train_, *test_, *seed_;
    QTableWidget* splits_;
    QLabel* facts_;
    widgets::Histogram* histogram_;
    widgets::ThumbnailGrid* images_;
    Binder* binder_;
    std::shared_ptr<const DataInfo> shown_;
};

} // namespace cdra::workbench
