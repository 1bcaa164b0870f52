// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Open or drop images; splits, classes and samples.
#pragma once

#include "app/workbench/page.h"
#include "datasets/dataset.h"
#include "widgets/latest.h"

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
    QWidget* build_check();
    void check_files();
    void show_bad(const std::vector<datasets::BadSample>& bad);
    void refresh();
    void refresh_size();

    QLineEdit* path_;
    QComboBox* layout_;
    QSpinBox *train_, *test_, *seed_, *size_;
    QLabel* size_note_;
    QTableWidget* splits_;
    QLabel *facts_, *histogram_title_;
    widgets::Histogram* histogram_;
    widgets::ThumbnailGrid* images_;
    Binder* binder_;
    std::shared_ptr<const DataInfo> shown_;
    QPushButton* check_;
    QLabel* checked_;
    QTableWidget* bad_;
    widgets::LatestOnly<std::vector<datasets::BadSample>> checks_;
};

} // namespace cdra::workbench
