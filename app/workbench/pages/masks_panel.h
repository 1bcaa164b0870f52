// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a segmentation run drew: its masks over the images, beside the true ones, and the figures by class.
#pragma once

#include "app/workbench/mask_set.h"
#include "core/job/results.h"
#include "datasets/dataset.h"
#include "widgets/latest.h"
#include "widgets/thumbnail_grid.h"

#include <QWidget>

#include <memory>

class QComboBox;
class QLabel;
class QSlider;
class QTableWidget;

namespace cdra::widgets {
class Picture;
}

namespace cdra::workbench {

class MasksPanel : public QWidget {
    Q_OBJECT
  public:
    explicit MasksPanel(QWidget* parent = nullptr);
    // `results` may be null: nothing to show.
    void show(const QString& run_folder, std::shared_ptr<const job::Results> results, const std::string& spec,
              std::shared_ptr<const datasets::Dataset> dataset);
    bool settled() const { return !loads_.busy() && !thumbnails_made_.busy(); }
    widgets::Picture* picture() const { return picture_; }
    int shownImages() const { return int(loaded_->images.size()); }

  private:
    struct Looked {
        QImage image;
        datasets::LabelImage predicted, truth; // truth is empty where the dataset is not there any more
        QString name, detail;
        double right = -1; // share of the pixels, -1: not known
    };
    struct Loaded {
        std::vector<Looked> images;
        QString complaint;
    };
    using Shared = std::shared_ptr<const Loaded>;
    void took(Shared loaded);
    void refresh();      // the thumbnails
    void refresh_one();  // the picture alone
    void fill_classes(const job::Results* results);

    Shared loaded_ = std::make_shared<const Loaded>();
    QLabel *title_, *name_;
    QComboBox* shown_;
    QSlider* opacity_;
    QTableWidget* classes_;
    widgets::ThumbnailGrid* images_;
    widgets::Picture* picture_;
    widgets::LatestOnly<Shared> loads_;
    widgets::LatestOnly<std::vector<widgets::Thumbnail>> thumbnails_made_;
};

} // namespace cdra::workbench
