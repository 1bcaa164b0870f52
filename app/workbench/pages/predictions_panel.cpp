// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/pages/predictions_panel.h"

#include "app/workbench/page.h"
#include "app/workbench/pictures.h"
#include "widgets/confusion_matrix.h"
#include "widgets/format.h"
#include "widgets/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

namespace cdra::workbench {

namespace {

constexpr std::size_t most_images = 48;

// Images of a split by name; a run may have read another number of them than the project names now.
std::vector<widgets::Thumbnail> load_images(const job::Predictions& all, const std::vector<std::size_t>& chosen,
                                            std::shared_ptr<const datasets::Dataset> dataset, const std::string& spec,
                                            const std::stop_token& stop) {
    if (!dataset) {
        try {
            dataset = datasets::open_dataset(spec);
        } catch (const std::exception&) {
            // Moved or gone: names and classes are still worth showing.
        }
    }
    std::unordered_map<std::string_view, std::size_t> index_of;
    if (dataset)
        try {
            const auto& samples = dataset->samples(all.split);
            for (std::size_t i = 0; i < samples.size(); ++i) index_of.emplace(samples[i].name, i);
        } catch (const std::exception&) {
            dataset.reset();
        }
    const auto name_of = [&](std::int32_t label) {
        return label >= 0 && std::size_t(label) < all.classes.size() ? QString::fromStdString(all.classes[std::size_t(label)]) : QString::number(label);
    };
    std::vector<widgets::Thumbnail> made;
    for (const std::size_t i : chosen) {
        throw_if_stopped(stop);
        widgets::Thumbnail one;
        const bool right = all.labels[i] == all.predicted[i];
        const auto p = probabilities(all, i);
        const double sure = all.predicted[i] >= 0 && std::size_t(all.predicted[i]) < p.size() ? p[std::size_t(all.predicted[i])] : 1;
        one.mark = right ? 1 : -1;
        one.label = right ? name_of(all.labels[i]) : name_of(all.labels[i]) + " → " + name_of(all.predicted[i]);
        one.detail = QObject::tr("%1\ntrue: %2\npredicted: %3 (%4)")
                         .arg(i < all.names.size() ? QString::fromStdString(all.names[i]) : QString::number(i), name_of(all.labels[i]),
                              name_of(all.predicted[i]), widgets::percent(sure, 1));
        if (const auto found = i < all.names.size() ? index_of.find(all.names[i]) : index_of.end(); dataset && found != index_of.end())
            try {
                one.image = to_image(dataset->load(all.split, found->second)).scaled(96, 96, Qt::KeepAspectRatio, Qt::SmoothTransformation);
            } catch (const std::exception& error) {
                one.detail += "\n" + QString::fromUtf8(error.what());
            }
        made.push_back(std::move(one));
    }
    return made;
}

} // namespace

std::vector<double> probabilities(const job::Predictions& all, std::size_t i) {
    const std::size_t classes = all.labels.empty() ? 0 : all.logits.size() / all.labels.size();
    if (classes == 0 || all.logits.size() < (i + 1) * classes) return {};
    const float* logits = all.logits.data() + i * classes;
    const double largest = double(*std::max_element(logits, logits + classes));
    std::vector<double> p(classes);
    for (std::size_t c = 0; c < classes; ++c) p[c] = std::exp(double(logits[c]) - largest);
    const double sum = std::accumulate(p.begin(), p.end(), 0.0);
    for (double& one : p) one /= sum;
    return p;
}

std::vector<std::size_t> pick_predictions(const job::Predictions& all, Shown shown, std::size_t most,
                                          std::optional<std::pair<int, int>> pair) {
    std::vector<std::pair<double, std::size_t>> scored; // the smallest first
    for (std::size_t i = 0; i < all.labels.size() && i < all.predicted.size(); ++i) {
        const bool right = all.labels[i] == all.predicted[i];
        if (shown == Shown::worst && right) continue;
        if (shown == Shown::best && !right) continue;
        if (shown == Shown::pair && (!pair || all.labels[i] != pair->first || all.predicted[i] != pair->second)) continue;
        auto p = probabilities(all, i);
        double sure = 1, lead = 1;
        if (!p.empty() && all.predicted[i] >= 0 && std::size_t(all.predicted[i]) < p.size()) {
            sure = p[std::size_t(all.predicted[i])];
            if (p.size() > 1) {
                std::nth_element(p.begin(), p.begin() + 1, p.end(), std::greater<>());
                lead = p[0] - p[1];
            }
        }
        scored.emplace_back(shown == Shown::unsure ? lead : -sure, i);
    }
    std::sort(scored.begin(), scored.end());
    std::vector<std::size_t> chosen;
    for (const auto& [score, i] : scored)
        if (chosen.size() < most) chosen.push_back(i);
    return chosen;
}

PredictionsPanel::PredictionsPanel(QWidget* parent)
    : QWidget(parent), images_made_([this](std::vector<widgets::Thumbnail> made) { images_->setThumbnails(std::move(made)); }) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, widgets::grid, 0, 0);
    auto* row = new QHBoxLayout;
    title_ = value_label("results-predictions-title", tr("Predictions in short"));
    row->addWidget(title_, 1);
    choice_ = named(new QComboBox, "results-predictions-choice", tr("Which predictions are shown"));
    choice_->addItem(tr("wrong and sure of it"), int(Shown::worst));
    choice_->addItem(tr("hardly decided"), int(Shown::unsure));
    choice_->addItem(tr("right and sure of it"), int(Shown::best));
    choice_->setToolTip(tr("Which images are shown, the most telling first. A click on a cell of the confusion matrix shows its images."));
    row->addWidget(choice_);
    layout->addLayout(row);
    auto* split = new QSplitter(Qt::Horizontal);
    confusion_ = named(new widgets::ConfusionMatrix, "results-confusion", tr("Confusion matrix"));
    images_ = named(new widgets::ThumbnailGrid, "results-images", tr("Predicted images"));
    split->addWidget(confusion_);
    split->addWidget(images_);
    split->setChildrenCollapsible(false);
    layout->addWidget(split, 1);
    connect(choice_, &QComboBox::activated, this, [this] {
        pair_.reset();
        refresh();
    });
    images_->setToolTip(tr("Double click or Return: what the model looks at in this image."));
    connect(images_, &widgets::ThumbnailGrid::activated, this, [this](int index) {
        if (index >= 0 && std::size_t(index) < chosen_.size()) emit activated(qint64(chosen_[std::size_t(index)]));
    });
    connect(confusion_, &widgets::ConfusionMatrix::activated, this, [this](int label, int predicted) {
        pair_ = std::pair(label, predicted);
        refresh();
    });
}

void PredictionsPanel::show(std::shared_ptr<const job::Results> results, const std::string& spec,
                            std::shared_ptr<const datasets::Dataset> dataset, const QString& message) {
    results_ = std::move(results);
    spec_ = spec;
    dataset_ = std::move(dataset);
    pair_.reset();
    if (!results_ || !results_->predictions || results_->predictions->labels.empty()) {
        results_.reset();
        confusion_->clear();
        images_made_.cancel();
        images_->setThumbnails({});
        title_->setText(message);
        return;
    }
    const job::Predictions& all = *results_->predictions;
    QStringList classes;
    for (const std::string& name : all.classes) classes << QString::fromStdString(name);
    confusion_->setPredictions(classes, all.labels, all.predicted);
    refresh();
}

void PredictionsPanel::refresh() {
    if (!results_) return;
    const job::Predictions& all = *results_->predictions;
    std::int64_t right = 0;
    for (std::size_t i = 0; i < all.labels.size(); ++i) right += all.labels[i] == all.predicted[i];
    const auto total = std::int64_t(all.labels.size());
    QString text = tr("%1 split: %2 of %3 right (%4)")
                       .arg(QString::fromStdString(all.split), widgets::grouped(right), widgets::grouped(total),
                            widgets::percent(double(right) / double(total), 2));
    chosen_ = pick_predictions(all, pair_ ? Shown::pair : Shown(choice_->currentData().toInt()), most_images, pair_);
    if (pair_ && std::size_t(std::max(pair_->first, pair_->second)) < all.classes.size())
        text += tr(" · shown: %1 taken for %2").arg(QString::fromStdString(all.classes[std::size_t(pair_->first)]),
                                                    QString::fromStdString(all.classes[std::size_t(pair_->second)]));
    title_->setText(text);
    images_made_.request([results = results_, chosen = chosen_, dataset = dataset_, spec = spec_](const std::stop_token& stop) {
        return load_images(*results->predictions, chosen, dataset, spec, stop);
    });
}

} // namespace cdra::workbench
