// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/pages/attention_panel.h"

#include "app/workbench/dropped.h"
#include "app/workbench/frozen.h"
#include "app/workbench/help.h"
#include "widgets/theme.h"

#include <QDir>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QVBoxLayout>

namespace cdra::workbench {

namespace {

// Every query of ViT-B at 224 px is 22 MB; what is much larger is left at the class token's row.
constexpr std::int64_t most_weights = 16'000'000;

} // namespace

AttentionPanel::AttentionPanel(Workbench& bench, QWidget* parent)
    : QWidget(parent), bench_(bench), reads_([this](Read read) { took(std::move(read)); },
                                             [this](const QString& error) {
                                                 view_->clear(error);
                                                 refresh_words();
                                             }) {
    setAcceptDrops(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, widgets::grid, 0, 0);
    auto* row = new QHBoxLayout;
    const auto label = [&](const QString& text, QWidget* buddy) {
        auto* words = new QLabel(text);
        words->setBuddy(buddy);
        row->addWidget(words);
        row->addWidget(buddy);
    };
    number_ = make_spin(0, 0, "attention-number", tr("Number of the image"));
    number_->setMinimumWidth(10 * widgets::grid);
    label(tr("&Image"), number_);
    open_ = named(new QPushButton(tr("&File…")), "attention-file", tr("Look at an image file"));
    open_->setToolTip(tr("Any image; it can be dropped here, too."));
    row->addWidget(open_);
    name_ = value_label("attention-name", tr("Name of the image"));
    name_->setForegroundRole(QPalette::PlaceholderText);
    name_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    row->addWidget(name_, 1);
    block_ = named(new QComboBox, "attention-block", tr("Block"));
    label(tr("&Block"), block_);
    head_ = named(new QComboBox, "attention-head", tr("Head"));
    head_->setMinimumContentsLength(5);
    label(tr("&Head"), head_);
    row->addWidget(help_button("attention"));
    layout->addLayout(row);
    view_ = named(new widgets::AttentionView, "attention-view", tr("Attention over the image"));
    layout->addWidget(view_, 1);
    words_ = value_label("attention-words", tr("What is shown"));
    words_->setWordWrap(true);
    layout->addWidget(words_);
    patience_.setSingleShot(true);
    patience_.setInterval(250);
    connect(&patience_, &QTimer::timeout, this, [this] { want({{}, split_, number_->value()}); });
    connect(number_, &QSpinBox::valueChanged, &patience_, qOverload<>(&QTimer::start));
    connect(open_, &QPushButton::clicked, this, [this] {
        const QString file = QFileDialog::getOpenFileName(this, tr("Open image"), {}, tr("Images (*.png *.jpg *.jpeg *.bmp *.ppm *.pgm *.webp);;All files (*)"));
        if (!file.isEmpty()) show_file(file);
    });
    const auto choose = [this] { view_->choose(block_->currentIndex(), head_->currentIndex() - 1); };
    connect(block_, &QComboBox::activated, this, choose);
    connect(head_, &QComboBox::activated, this, choose);
    connect(view_, &widgets::AttentionView::chosen, this, &AttentionPanel::refresh_words);
    connect(view_, &widgets::AttentionView::queryChanged, this, &AttentionPanel::refresh_words);
    widgets::offer_export(view_, "attention", teller(this));
    set_run({}, {}, nullptr, {});
}

void AttentionPanel::set_run(const QString& folder, const std::string& spec, std::shared_ptr<const datasets::Dataset> dataset, const QString& split) {
    folder_ = folder;
    spec_ = spec;
    dataset_ = std::move(dataset);
    split_ = split.isEmpty() ? QString("test") : split;
    reads_.cancel();
    patience_.stop();
    loaded_ = computing_ = false;
    subject_ = {{}, split_, 0};
    const QSignalBlocker quiet(number_);
    number_->setRange(0, dataset_ ? std::max(0, int(dataset_->samples(split_.toStdString()).size()) - 1) : 0);
    number_->setValue(0);
    name_->clear();
    view_->clear(folder.isEmpty() ? tr("What the heads look at can be seen when the run is done.") : QString());
    number_->setEnabled(!folder.isEmpty());
    open_->setEnabled(!folder.isEmpty());
    refresh_words();
    if (isVisible()) load();
}

void AttentionPanel::show_image(qint64 index) {
    const QSignalBlocker quiet(number_);
    number_->setMaximum(std::max(number_->maximum(), int(index)));
    number_->setValue(int(index));
    want({{}, split_, index});
}

void AttentionPanel::show_file(const QString& file) { want({QFileInfo(file).absoluteFilePath(), split_, 0}); }

void AttentionPanel::want(AttentionSubject subject) {
    if (subject == subject_ && loaded_) return;
    subject_ = std::move(subject);
    loaded_ = false;
    if (isVisible()) load();
}

void AttentionPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    load();
}

void AttentionPanel::load() {
    if (folder_.isEmpty() || loaded_) return;
    loaded_ = true;
    // Computed before, and by the adapter that is there now?
    const QFileInfo kept(attention_path(folder_, subject_)), adapter(folder_ + "/adapter/adapter.safetensors");
    if (kept.exists() && kept.lastModified() >= adapter.lastModified()) return read();
    bool every = false;
    if (const auto frozen = frozen_project(folder_); const auto model = bench_.road.model())
        if (frozen && frozen->model.path == model->path) {
            const auto& spec = model->spec;
            const std::int64_t side = (frozen->data.image_size > 0 ? frozen->data.image_size : spec.pretraining_image_size()) / spec.patch;
            const std::int64_t tokens = side * side + 1 + spec.registers;
            every = spec.depth * spec.heads * tokens * tokens <= most_weights;
        }
    computing_ = true;
    view_->clear(tr("The worker computes what the heads look at…"));
    refresh_words();
    QDir().mkpath(folder_ + "/attention");
    bench_.runner.run_short(attention_arguments(folder_, subject_, every), this, [this, folder = folder_, subject = subject_](bool ok, const QString& output) {
        if (folder != folder_ || !(subject == subject_)) return; // of something that is not looked at any more
        computing_ = false;
        if (ok) return read();
        view_->clear(output);
        emit failed(output);
    });
}

void AttentionPanel::read() {
    computing_ = false;
    reads_.request([path = attention_path(folder_, subject_), subject = subject_, spec = spec_, dataset = dataset_](const std::stop_token&) {
        Read read;
        read.attention = read_attention(path);
        if (!subject.file.isEmpty()) {
            read.image = as_seen(datasets::read_image(subject.file.toStdString()), read.attention.crop);
            read.name = QFileInfo(subject.file).fileName();
            return read;
        }
        read.dataset = dataset ? dataset : std::shared_ptr<const datasets::Dataset>(datasets::open_dataset(spec));
        const auto& samples = read.dataset->samples(subject.split.toStdString());
        read.images = qint64(samples.size());
        const auto& sample = samples.at(std::size_t(subject.index));
        read.image = as_seen(read.dataset->load(subject.split.toStdString(), std::size_t(subject.index)), read.attention.crop);
        read.name = QString::fromStdString(sample.name);
        const auto& classes = read.dataset->classes();
        if (sample.label >= 0 && std::size_t(sample.label) < classes.size()) read.name += "  ·  " + QString::fromStdString(classes[std::size_t(sample.label)]);
        return read;
    });
}

void AttentionPanel::took(Read read) {
    if (read.dataset) dataset_ = read.dataset;
    if (read.images > 0) {
        const QSignalBlocker quiet(number_);
        number_->setMaximum(int(read.images) - 1);
    }
    name_->setText(read.name);
    view_->setMaps(read.image, read.attention.maps);
    const QSignalBlocker quiet[] = {QSignalBlocker(block_), QSignalBlocker(head_)};
    block_->clear();
    head_->clear();
    head_->addItem(tr("mean"));
    for (int block = 0; block < read.attention.maps.blocks; ++block) block_->addItem(QString::number(block));
    for (int head = 0; head < read.attention.maps.heads; ++head) head_->addItem(QString::number(head));
    refresh_words();
}

void AttentionPanel::refresh_words() {
    block_->setEnabled(!view_->empty());
    head_->setEnabled(!view_->empty());
    if (view_->empty()) return words_->clear();
    block_->setCurrentIndex(view_->block());
    head_->setCurrentIndex(view_->head() + 1);
    words_->setText(view_->describe() + ".");
}

void AttentionPanel::dragEnterEvent(QDragEnterEvent* event) {
    if (kind_of(*event) == Dropped::image && !folder_.isEmpty()) event->acceptProposedAction();
    else event->ignore();
}

void AttentionPanel::dropEvent(QDropEvent* event) {
    show_file(event->mimeData()->urls().constFirst().toLocalFile());
    event->acceptProposedAction();
}

} // namespace cdra::workbench
