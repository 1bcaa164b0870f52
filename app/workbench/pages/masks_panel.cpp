// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/pages/masks_panel.h"

#include "app/workbench/page.h"
#include "app/workbench/pictures.h"
#include "widgets/format.h"
#include "widgets/picture.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QSlider>
#include <QSplitter>
#include <QTableWidget>
#include <QVBoxLayout>

#include <cmath>
#include <unordered_map>

namespace cdra::workbench {

MasksPanel::MasksPanel(QWidget* parent)
    : QWidget(parent), loads_([this](Shared loaded) { took(std::move(loaded)); }, [this](const QString& error) { title_->setText(error); }),
      thumbnails_made_([this](std::vector<widgets::Thumbnail> made) {
          const int current = std::max(0, images_->current());
          images_->setThumbnails(std::move(made));
          images_->setCurrent(current);
      }) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, widgets::grid, 0, 0);
    auto* row = new QHBoxLayout;
    title_ = value_label("masks-title", tr("Masks in short"));
    row->addWidget(title_, 1);
    shown_ = named(new QComboBox, "masks-shown", tr("What is laid over the images"));
    shown_->addItem(tr("predicted classes"), int(MaskShown::predicted));
    shown_->addItem(tr("true classes"), int(MaskShown::truth));
    shown_->addItem(tr("wrong pixels"), int(MaskShown::wrong));
    row->addWidget(shown_);
    auto* words = new QLabel(tr("&Opacity"));
    opacity_ = named(new QSlider(Qt::Horizontal), "masks-opacity", tr("Opacity of what is laid over"));
    opacity_->setRange(0, 100);
    opacity_->setValue(60);
    opacity_->setPageStep(20);
    opacity_->setFixedWidth(14 * widgets::grid);
    words->setBuddy(opacity_);
    row->addWidget(words);
    row->addWidget(opacity_);
    layout->addLayout(row);
    auto* split = new QSplitter(Qt::Horizontal);
    classes_ = named(new QTableWidget(0, 3), "masks-classes", tr("Figures by class"));
    classes_->setHorizontalHeaderLabels({tr("class"), tr("IoU"), tr("Dice")});
    classes_->verticalHeader()->hide();
    classes_->verticalHeader()->setDefaultSectionSize(classes_->fontMetrics().height() + widgets::grid / 2);
    classes_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    classes_->setSelectionMode(QAbstractItemView::NoSelection);
    classes_->setShowGrid(false);
    classes_->setFont(widgets::fonts::tabular(classes_->font()));
    classes_->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    classes_->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    images_ = named(new widgets::ThumbnailGrid, "masks-images", tr("Images with their masks"));
    images_->setImageSize(96);
    auto* large = new QWidget;
    auto* large_layout = new QVBoxLayout(large);
    large_layout->setContentsMargins(widgets::grid, 0, 0, 0);
    picture_ = named(new widgets::Picture, "masks-picture", tr("The image chosen, with its mask"));
    large_layout->addWidget(picture_, 1);
    name_ = value_label("masks-name", tr("The image chosen"));
    name_->setForegroundRole(QPalette::PlaceholderText);
    name_->setWordWrap(true);
    large_layout->addWidget(name_);
    split->addWidget(classes_);
    split->addWidget(images_);
    split->addWidget(large);
    split->setStretchFactor(0, 2);
    split->setStretchFactor(1, 4);
    split->setStretchFactor(2, 3);
    split->setSizes({200, 420, 320});
    split->setChildrenCollapsible(false);
    layout->addWidget(split, 1);
    connect(shown_, &QComboBox::activated, this, &MasksPanel::refresh);
    connect(opacity_, &QSlider::valueChanged, this, [this] {
        if (opacity_->isSliderDown()) refresh_one(); // a drag moves the one that is looked at, the small ones follow
        else refresh();
    });
    connect(opacity_, &QSlider::sliderReleased, this, &MasksPanel::refresh);
    connect(images_, &widgets::ThumbnailGrid::currentChanged, this, &MasksPanel::refresh_one);
}

void MasksPanel::show(const QString& run_folder, std::shared_ptr<const job::Results> results, const std::string& spec,
                      std::shared_ptr<const datasets::Dataset> dataset) {
    fill_classes(results.get());
    if (!results || !results->segmentation) {
        loads_.cancel();
        took(std::make_shared<const Loaded>());
        return;
    }
    loads_.request([run_folder, spec, dataset](const std::stop_token& stop) -> Shared {
        const MaskSet set = read_mask_set(run_folder);
        Loaded loaded;
        std::shared_ptr<const datasets::Dataset> data = dataset;
        std::unordered_map<std::string_view, std::size_t> index_of;
        try {
            if (!data) data = datasets::open_dataset(spec);
            const auto& samples = data->samples(set.split.toStdString());
            for (std::size_t i = 0; i < samples.size(); ++i) index_of.emplace(samples[i].name, i);
        } catch (const std::exception& error) {
            loaded.complaint = QString::fromUtf8(error.what()); // moved or gone: the masks can still be looked at
        }
        for (const auto& entry : set.entries) {
            throw_if_stopped(stop);
            Looked one;
            one.name = entry.image;
            one.predicted = datasets::read_label_png((set.folder + "/" + entry.file).toStdString());
            const std::string name = entry.image.toStdString();
            if (const auto found = index_of.find(name); found != index_of.end())
                try {
                    one.image = to_image(data->load(set.split.toStdString(), found->second));
                    one.truth = data->load_labels(set.split.toStdString(), found->second);
                    one.right = pixels_right(one.predicted, one.truth);
                } catch (const std::exception& error) {
                    one.detail = QString::fromUtf8(error.what());
                    one.truth = {};
                }
            if (one.image.isNull()) {
                one.image = QImage(one.predicted.width, one.predicted.height, QImage::Format_RGB32);
                one.image.fill(Qt::black);
            }
            loaded.images.push_back(std::move(one));
        }
        // What went worst is what one learns most from.
        std::ranges::stable_sort(loaded.images, {}, &Looked::right);
        return std::make_shared<const Loaded>(std::move(loaded));
    });
}

void MasksPanel::fill_classes(const job::Results* results) {
    classes_->setRowCount(0);
    title_->clear();
    if (!results || !results->segmentation) return;
    const auto& figures = *results->segmentation;
    classes_->setRowCount(int(figures.classes.size()));
    double sum = 0;
    int counted = 0;
    for (int row = 0; row < int(figures.classes.size()); ++row) {
        QPixmap swatch(widgets::grid * 3 / 2, widgets::grid * 3 / 2);
        swatch.fill(class_colour(row));
        classes_->setItem(row, 0, new QTableWidgetItem(QIcon(swatch), QString::fromStdString(figures.classes[std::size_t(row)])));
        const auto number = [&](int column, const std::vector<double>& values) {
            const double value = std::size_t(row) < values.size() ? values[std::size_t(row)] : std::nan("");
            auto* item = new QTableWidgetItem(std::isfinite(value) ? widgets::percent(value, 1) : QStringLiteral("–"));
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            classes_->setItem(row, column, item);
            return value;
        };
        if (const double iou = number(1, figures.iou); std::isfinite(iou)) {
            sum += iou;
            ++counted;
        }
        number(2, figures.dice);
    }
    if (counted) title_->setText(tr("%1 split: mIoU %2 over %3 classes").arg(QString::fromStdString(figures.split), widgets::percent(sum / counted, 2)).arg(counted));
}

void MasksPanel::took(Shared loaded) {
    loaded_ = std::move(loaded);
    if (!loaded_->complaint.isEmpty()) title_->setText(loaded_->complaint);
    picture_->setMessage(loaded_->images.empty() ? tr("This run left no masks.") : QString());
    images_->setThumbnails({});
    refresh();
}

void MasksPanel::refresh() {
    thumbnails_made_.request([loaded = loaded_, shown = MaskShown(shown_->currentData().toInt()), opacity = opacity_->value() / 100.0](const std::stop_token& stop) {
        std::vector<widgets::Thumbnail> thumbnails;
        for (const Looked& one : loaded->images) {
            throw_if_stopped(stop);
            widgets::Thumbnail thumbnail;
            QImage small = one.image.scaled(192, 192, Qt::KeepAspectRatio, Qt::SmoothTransformation).convertToFormat(QImage::Format_RGB32);
            if (shown == MaskShown::predicted || !one.truth.classes.empty()) {
                QPainter painter(&small);
                painter.drawImage(small.rect(), mask_overlay(one.predicted, one.truth, shown, opacity));
            }
            thumbnail.image = small;
            thumbnail.label = one.right >= 0 ? tr("%1 right").arg(widgets::percent(one.right, 1)) : one.name.section('/', -1);
            thumbnail.detail = one.name + (one.detail.isEmpty() ? QString() : "\n" + one.detail);
            thumbnails.push_back(std::move(thumbnail));
        }
        return thumbnails;
    });
    refresh_one();
}

void MasksPanel::refresh_one() {
    const int current = images_->current();
    if (current < 0 || current >= int(loaded_->images.size())) {
        picture_->set({});
        return name_->clear();
    }
    const Looked& one = loaded_->images[std::size_t(current)];
    const auto shown = MaskShown(shown_->currentData().toInt());
    const bool possible = shown == MaskShown::predicted || !one.truth.classes.empty();
    picture_->set(one.image, possible ? mask_overlay(one.predicted, one.truth, shown, opacity_->value() / 100.0) : QImage());
    name_->setText(one.right >= 0 ? tr("%1: %2 of the pixels right").arg(one.name, widgets::percent(one.right, 1)) : one.name);
}

} // namespace cdra::workbench
