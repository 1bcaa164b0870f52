// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/pages/data_page.h"

#include "app/workbench/dropped.h"
#include "app/workbench/mask_set.h"
#include "app/workbench/pictures.h"
#include "widgets/chart_export.h"
#include "widgets/format.h"
#include "widgets/histogram.h"
#include "widgets/theme.h"
#include "widgets/thumbnail_grid.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMimeData>
#include <QPainter>
#include <QPushButton>
#include <QSplitter>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace cdra::workbench {

namespace {

QString text(std::string_view view) { return QString::fromUtf8(view.data(), qsizetype(view.size())); }

} // namespace

DataPage::DataPage(Workbench& bench, QWidget* parent)
    : Page(Stage::data, bench, tr("The images of the new task, with their classes."), tr("Open folder…"), parent),
      checks_([this](std::vector<datasets::BadSample> bad) { show_bad(bad); },
              [this](const QString& error) {
                  check_->setEnabled(true);
                  checked_->setText(error);
              }) {
    setAcceptDrops(true);
    binder_ = new Binder(bench.document, this);
    connect(primary(), &QPushButton::clicked, this, &DataPage::browse);

    path_ = named(new QLineEdit, "data-path", tr("Data folder"));
    path_->setPlaceholderText(tr("Folder of images or of a known layout"));
    path_->setClearButtonEnabled(true);
    path_->setAcceptDrops(false); // would insert "file:///…"; the page below takes folders
    layout_ = named(new QComboBox, "data-layout", tr("Layout"));
    layout_->addItem(tr("recognise the layout"), "");
    for (const datasets::Layout& layout : datasets::layouts()) {
        layout_->addItem(text(layout.word), text(layout.word));
        layout_->setItemData(layout_->count() - 1, text(layout.summary), Qt::ToolTipRole);
    }
    auto* row = new QHBoxLayout;
    auto* label = new QLabel(tr("&Folder"));
    label->setBuddy(path_);
    row->addWidget(label);
    row->addWidget(path_, 1);
    row->addWidget(layout_);
    header_extra()->addLayout(row);
    connect(path_, &QLineEdit::editingFinished, this, [this] { choose(path_->text().trimmed()); });
    connect(layout_, &QComboBox::activated, this, [this] {
        change(tr("data layout"), [this](DataSpec& spec) { spec.layout = layout_->currentData().toString(); });
    });

    auto* content = new QSplitter(Qt::Horizontal);
    auto* left = new QWidget;
    auto* left_layout = new QVBoxLayout(left);
    left_layout->setContentsMargins(0, widgets::grid, widgets::grid, 0);
    facts_ = value_label("data-facts", tr("Data in short"));
    facts_->setWordWrap(true);
    left_layout->addWidget(facts_);
    splits_ = named(new QTableWidget(0, 3), "data-splits", tr("Splits"));
    splits_->setHorizontalHeaderLabels({tr("Split"), tr("Images"), tr("Classes")});
    splits_->verticalHeader()->hide();
    splits_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    splits_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    splits_->setFont(widgets::fonts::tabular(splits_->font()));
    splits_->verticalHeader()->setDefaultSectionSize(splits_->fontMetrics().height() + widgets::grid);
    splits_->setShowGrid(false);
    splits_->setAlternatingRowColors(true);
    left_layout->addWidget(splits_);
    left_layout->addWidget(build_options());
    left_layout->addWidget(build_check(), 1);
    left->setMinimumWidth(280);
    content->addWidget(left);

    auto* right = new QWidget;
    auto* right_layout = new QVBoxLayout(right);
    right_layout->setContentsMargins(widgets::grid, widgets::grid, 0, 0);
    histogram_title_ = heading(tr("Images per class"));
    right_layout->addWidget(histogram_title_);
    histogram_ = named(new widgets::Histogram, "data-histogram", tr("Images per class"));
    right_layout->addWidget(histogram_, 2);
    right_layout->addWidget(heading(tr("Training images")));
    images_ = named(new widgets::ThumbnailGrid, "data-images", tr("Training images"));
    right_layout->addWidget(images_, 3);
    content->addWidget(right);
    widgets::offer_export(histogram_, "classes", teller(this));
    content->setStretchFactor(0, 0);
    content->setStretchFactor(1, 1);
    content->setChildrenCollapsible(false);
    set_content(content);

    connect(&bench.road, &Road::data_changed, this, &DataPage::refresh);
    connect(&bench.road, &Road::states_changed, this, &DataPage::refresh);
    connect(&bench.road, &Road::model_changed, this, &DataPage::refresh_size);
    refresh();
}

QWidget* DataPage::build_options() {
    auto* box = new QWidget;
    auto* form = new QFormLayout(box);
    form->setContentsMargins(0, widgets::grid, 0, 0);
    train_ = make_spin(0, 100000000, "data-train", tr("Training images"));
    train_->setSpecialValueText(tr("all"));
    train_->setToolTip(tr("So many training images by a seeded permutation: four fifths to tune on, one fifth to validate."));
    test_ = make_spin(0, 100000000, "data-test", tr("Test images"));
    test_->setSpecialValueText(tr("all"));
    seed_ = make_spin(0, 1000000, "data-seed", tr("Seed of the choice"));
    form->addRow(tr("Trai&ning images"), train_);
    form->addRow(tr("T&est images"), test_);
    form->addRow(tr("See&d"), seed_);
    connect(train_, &QSpinBox::valueChanged, this,
            [this](int value) { change(tr("training images"), [value](DataSpec& spec) { spec.train = value; }); });
    connect(test_, &QSpinBox::valueChanged, this,
            [this](int value) { change(tr("test images"), [value](DataSpec& spec) { spec.test = value; }); });
    connect(seed_, &QSpinBox::valueChanged, this,
            [this](int value) { change(tr("data seed"), [value](DataSpec& spec) { spec.seed = value; }); });

    size_ = make_spin(0, 4096, "data-image-size", tr("Image size"), tr(" px"));
    binder_->spin(size_, tr("image size"), [](auto& p) -> auto& { return p.data.image_size; });
    form->addRow(tr("&Image size"), size_);
    size_note_ = value_label("data-image-size-note", tr("Whether the image size fits the model"));
    size_note_->setWordWrap(true);
    form->addRow(size_note_);
    auto* resize = named(new QComboBox, "data-resize", tr("Resizing"));
    resize->addItem(tr("squash to the square"), "squash");
    resize->addItem(tr("short side, then centre crop"), "crop");
    binder_->choice(resize, tr("resizing"), [](const job::Project& p) { return p.data.resize; },
                    [](job::Project& p, const std::string& word) { p.data.resize = word; });
    form->addRow(tr("&Resizing"), resize);
    auto* augment = named(new QComboBox, "data-augment", tr("Augmentation"));
    augment->addItem(tr("none"), "none");
    augment->addItem(tr("flip"), "flip");
    augment->addItem(tr("random crop and flip"), "crop-flip");
    binder_->choice(augment, tr("augmentation"), [](const job::Project& p) { return p.data.augment; },
                    [](job::Project& p, const std::string& word) { p.data.augment = word; });
    form->addRow(tr("&Augmentation"), augment);

    binder_->follow([this] {
        const DataSpec spec = DataSpec::parse(QString::fromStdString(bench().document.project().data.spec));
        const QSignalBlocker quiet[] = {QSignalBlocker(train_), QSignalBlocker(test_), QSignalBlocker(seed_)};
        path_->setText(spec.path);
        layout_->setCurrentIndex(std::max(0, layout_->findData(spec.layout)));
        train_->setValue(spec.train);
        test_->setValue(spec.test);
        seed_->setValue(spec.seed);
        refresh_size();
    });
    return box;
}

// A ViT takes whole patches: said here, where the number is typed, and not by the worker later.
void DataPage::refresh_size() {
    const auto model = bench().road.model();
    const int patch = model ? std::max(1, model->spec.patch) : 1, size = bench().document.project().data.image_size;
    size_->setSingleStep(patch);
    size_->setSpecialValueText(model && model->spec.pretraining_image_size() > 0 ? tr("as pretrained (%1 px)").arg(model->spec.pretraining_image_size())
                                                                               : tr("as pretrained"));
    const bool fits = size % patch == 0;
    size_note_->setVisible(!fits);
    if (fits) return;
    const int below = size / patch * patch, above = below + patch;
    size_note_->setText(below > 0 ? tr("%1 px are no whole number of the model's patches of %2 px: take %3 or %4").arg(size).arg(patch).arg(below).arg(above)
                                  : tr("%1 px are less than the model's patch of %2 px: take %3").arg(size).arg(patch).arg(above));
}

QString DataPage::notes() const {
    return tr("Settings are chosen on the training and validation images. Under the honest protocol the test images are read "
              "once, after everything is chosen.");
}

void DataPage::browse() {
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Open data folder"), path_->text());
    if (!folder.isEmpty()) choose(folder);
}

void DataPage::choose(const QString& path) {
    change(tr("choose the data"), [&](DataSpec& spec) {
        const DataSpec typed = DataSpec::parse(path); // LAYOUT:PATH?options may be typed whole
        if (!typed.layout.isEmpty() || typed.train > 0 || typed.test > 0) spec = typed;
        else spec.path = path;
        if (!spec.path.isEmpty()) spec.path = QFileInfo(spec.path).absoluteFilePath();
    });
}

void DataPage::change(const QString& what, const std::function<void(DataSpec&)>& edit) {
    DataSpec spec = DataSpec::parse(QString::fromStdString(bench().document.project().data.spec));
    edit(spec);
    bench().document.edit(what, what, [&](job::Project& project) { project.data.spec = spec.text().toStdString(); });
}

void DataPage::dragEnterEvent(QDragEnterEvent* event) {
    // Anything else goes on to the window, which knows where it belongs.
    if (kind_of(*event) == Dropped::data) event->acceptProposedAction();
    else event->ignore();
}

void DataPage::dropEvent(QDropEvent* event) {
    choose(event->mimeData()->urls().constFirst().toLocalFile());
    event->acceptProposedAction();
}

void DataPage::refresh() {
    const auto info = bench().road.data();
    const StageState& state = bench().road.state(Stage::data);
    if (!info) {
        shown_.reset();
        if (state.health == Health::running) show_empty(tr("Reading the images' index…"), state.reason);
        else if (state.health == Health::failed)
            show_empty(tr("This data can't be used"), tr("The line above says why. Most often a folder is wanted that holds one folder of images for each class."),
                       tr("Open another…"));
        else {
            QStringList known;
            for (const datasets::Layout& layout : datasets::layouts()) known << text(layout.word);
            show_empty(tr("No data yet"),
                       tr("Open or drop a folder. Known layouts: %1. Each is recognised by the files it holds.").arg(known.join(", ")),
                       tr("Open folder…"));
        }
        return;
    }
    if (shown_ == info) return show_content();
    shown_ = info;
    checks_.cancel();
    check_->setEnabled(true);
    checked_->clear();
    bad_->hide();
    if (!info->bad.empty()) show_bad(info->bad);
    const auto& classes = info->dataset->classes();
    const bool masks = info->dataset->task() == datasets::Task::segmentation;
    std::int64_t images = 0;
    for (const SplitInfo& split : info->splits)
        if (split.name != "trainval") images += split.samples;
    facts_->setText(tr("%1 · %2 classes · %3 images")
                        .arg(QString::fromStdString(info->dataset->layout()), widgets::grouped(std::int64_t(classes.size())),
                             widgets::grouped(images)) +
                    (info->dataset->division().empty() ? QString() : "\n" + tr("The folder has no splits. Made here: of each class three fifths train, one fifth val, one fifth test, by the seed.")));
    splits_->setRowCount(int(info->splits.size()));
    splits_->setFixedHeight(splits_->horizontalHeader()->sizeHint().height() + std::max(4, splits_->rowCount()) * splits_->verticalHeader()->defaultSectionSize() + 4);
    for (int i = 0; i < int(info->splits.size()); ++i) {
        const SplitInfo& split = info->splits[std::size_t(i)];
        const auto seen = std::ranges::count_if(split.class_counts, [](auto count) { return count > 0; });
        splits_->setItem(i, 0, new QTableWidgetItem(QString::fromStdString(split.name)));
        for (const auto& [column, value] : {std::pair{1, split.samples}, std::pair{2, std::int64_t(seen)}}) {
            auto* item = new QTableWidgetItem(masks && column == 2 ? QStringLiteral("–") : widgets::grouped(value)); // a mask may hold any
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            splits_->setItem(i, column, item);
        }
    }
    QStringList names;
    for (const std::string& name : classes) names << QString::fromStdString(name);
    std::vector<widgets::Histogram::Series> series;
    if (masks) series.push_back({"train", info->example_pixels});
    for (const SplitInfo& split : info->splits)
        if (!masks && split.name != "trainval") series.push_back({QString::fromStdString(split.name), split.class_counts});
    histogram_title_->setText(masks ? tr("Pixels per class, in the %1 images below").arg(info->examples.size()) : tr("Images per class"));
    histogram_->setCounts(names, series, masks ? tr("pixels") : tr("images"));
    std::vector<widgets::Thumbnail> thumbnails;
    for (const SampleImage& example : info->examples) {
        QImage image = to_image(example.image);
        const QString name = QString::fromStdString(example.name);
        if (!example.mask.classes.empty()) {
            image = image.convertToFormat(QImage::Format_RGB32);
            QPainter(&image).drawImage(0, 0, mask_overlay(example.mask, {}, MaskShown::predicted, 0.5));
        }
        thumbnails.push_back({image, masks ? name.section('/', -1) : names.value(example.label), name, 0});
    }
    images_->setThumbnails(std::move(thumbnails));
    show_content();
}

} // namespace cdra::workbench
