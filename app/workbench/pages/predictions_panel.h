// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a run said about every test image: the confusion matrix, and the images themselves, the worst mistakes first.
#pragma once

#include "core/job/results.h"
#include "datasets/dataset.h"
#include "widgets/latest.h"
#include "widgets/thumbnail_grid.h"

#include <QWidget>

#include <memory>
#include <optional>

class QComboBox;
class QLabel;

namespace cdra::widgets {
class ConfusionMatrix;
}

namespace cdra::workbench {

enum class Shown { worst, unsure, best, pair };

// Indices of the predictions to look at, the most telling first: wrong and sure of it; the smallest lead of the first class
// over the second; right and sure of it; or those of one true and one predicted class. At most `most`.
std::vector<std::size_t> pick_predictions(const job::Predictions& all, Shown shown, std::size_t most,
                                          std::optional<std::pair<int, int>> pair = {});
// Softmax of the logits of image `i`, in double; 1 for the predicted class where there are no logits.
std::vector<double> probabilities(const job::Predictions& all, std::size_t i);

class PredictionsPanel : public QWidget {
    Q_OBJECT
  public:
    explicit PredictionsPanel(QWidget* parent = nullptr);
    // `spec`: the run's DATA argument, to show the images; `dataset` if it is open already. `results` may be null.
    void show(std::shared_ptr<const job::Results> results, const std::string& spec,
              std::shared_ptr<const datasets::Dataset> dataset, const QString& message);
    bool settled() const { return !images_made_.busy(); }
    widgets::ConfusionMatrix* confusion() const { return confusion_; }
    int shownImages() const { return images_->count(); }

  signals:
    void activated(qint64 index); // an image, by its number in the predictions' split

  private:
    void refresh();

    std::shared_ptr<const job::Results> results_;
    std::shared_ptr<const datasets::Dataset> dataset_;
    std::string spec_;
    std::optional<std::pair<int, int>> pair_;
    std::vector<std::size_t> chosen_; // the images shown, as numbers of the predictions
    QLabel* title_;
    QComboBox* choice_;
    widgets::ConfusionMatrix* confusion_;
    widgets::ThumbnailGrid* images_;
    widgets::LatestOnly<std::vector<widgets::Thumbnail>> images_made_;
};

} // namespace cdra::workbench
