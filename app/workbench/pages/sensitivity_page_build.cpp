// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The sensitivity page's parts.
#include "app/workbench/gamma_feed.h"
#include "app/workbench/help.h"
#include "app/workbench/pages/sensitivity_page.h"
#include "widgets/chart_export.h"
#include "widgets/format.h"
#include "widgets/gamma_slider.h"
#include "widgets/heat_map_view.h"
#include "widgets/profile_view.h"
#include "widgets/small_multiples.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace cdra::workbench {

namespace {

QWidget* in_row(std::initializer_list<QWidget*> widgets, bool stretch = true) {
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    for (QWidget* widget : widgets) layout->addWidget(widget);
    if (stretch) layout->addStretch(1);
    return row;
}

} // namespace

QWidget* SensitivityPage::build_settings() {
    auto* estimator = named(new QComboBox, "sensitivity-estimator", tr("Estimator"));
    estimator->addItem(tr("per sample (Eq. 3)"), "per-sample");
    estimator->addItem(tr("by batch (SPT's code)"), "batch");
    estimator->setToolTip(tr("Per sample: the mean over images of the squared gradient of that one image's loss.\n"
                             "By batch: squares of mini-batch gradients, 16 batches of 32, as SPT's published code does."));
    binder_->choice(estimator, tr("estimator"), [](const job::Project& p) { return p.sensitivity.estimator; },
                    [](job::Project& p, const std::string& word) {
                        // Each estimator brings its published number of images, unless another was chosen.
                        if (word == "batch" && p.sensitivity.samples == 400) p.sensitivity.samples = 512;
                        if (word != "batch" && p.sensitivity.samples == 512) p.sensitivity.samples = 400;
                        p.sensitivity.estimator = word;
                    });
    auto* samples = make_spin(1, 10000000, "sensitivity-samples", tr("Images"), tr(" images"));
    binder_->spin(samples, tr("sensitivity images"), [](auto& p) -> auto& { return p.sensitivity.samples; });
    auto* batch = make_spin(1, 4096, "sensitivity-batch", tr("Batch size"));
    batch->setPrefix(tr("batch "));
    binder_->spin(batch, tr("sensitivity batch size"), [](auto& p) -> auto& { return p.sensitivity.batch_size; });
    auto* seed = make_spin(0, 1000000, "sensitivity-seed", tr("Seed"));
    seed->setPrefix(tr("seed "));
    binder_->spin(seed, tr("sensitivity seed"), [](auto& p) -> auto& { return p.sensitivity.seed; });
    facts_ = value_label("sensitivity-facts", tr("Where the map comes from"));
    facts_->setForegroundRole(QPalette::PlaceholderText);
    return in_row({estimator, samples, batch, seed, help_button("sensitivity"), facts_});
}

QWidget* SensitivityPage::build_overview() {
    auto* left = new QWidget;
    auto* layout = new QVBoxLayout(left);
    layout->setContentsMargins(0, widgets::grid, widgets::grid, 0);
    quantity_ = named(new QComboBox, "sensitivity-quantity", tr("Quantity shown in the overview"));
    for (const widgets::Quantity quantity : widgets::quantities) quantity_->addItem(widgets::title_of(quantity), int(quantity));
    quantity_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    quantity_->setMinimumContentsLength(14);
    quantity_->setCurrentIndex(quantity_->findData(int(widgets::Quantity::sensitive_share)));
    connect(quantity_, &QComboBox::activated, this, &SensitivityPage::refresh_overview);
    layout->addWidget(quantity_);
    overview_ = named(new widgets::SmallMultiples, "sensitivity-overview", tr("All matrices by block and kind"));
    connect(overview_, &widgets::SmallMultiples::selected, &bench().selection, &MatrixSelection::set);
    layout->addWidget(overview_, 3);
    auto* sorted = named(new QCheckBox(tr("&Sorted")), "sensitivity-profile-sorted", tr("Profiles sorted"));
    layout->addWidget(in_row({heading(tr("Row and column profile")), sorted}));
    profile_ = named(new widgets::ProfileView, "sensitivity-profile", tr("Share of sensitive weights by row and column"));
    connect(sorted, &QCheckBox::toggled, profile_, &widgets::ProfileView::setSorted);
    layout->addWidget(profile_, 2);
    return left;
}

QWidget* SensitivityPage::build_detail() {
    auto* right = new QWidget;
    auto* layout = new QVBoxLayout(right);
    layout->setContentsMargins(widgets::grid, widgets::grid, 0, 0);
    heat_map_ = named(new widgets::HeatMapView, "sensitivity-heat-map", tr("Sensitivity of the selected matrix"));
    layout->addWidget(build_colours());
    layout->addWidget(heat_map_, 1);
    readout_ = value_label("sensitivity-readout", tr("Weight under the pointer"));
    readout_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // a long one must not widen the window
    QWidget* amount = build_amount();
    auto* row = new QHBoxLayout;
    row->addWidget(readout_, 1);
    row->addWidget(pool_);
    row->addWidget(help_button("gamma"));
    layout->addLayout(row);
    layout->addWidget(amount);
    connect(heat_map_, &widgets::HeatMapView::hovered, this, [this](const widgets::HeatCell& cell) {
        const auto image = heat_map_->image();
        const double all = double(image->rows()) * image->columns();
        readout_->setText(tr("row %1, column %2:  s = %3,  %4 of %5 are larger (top %6)%7")
                              .arg(cell.original_row)
                              .arg(cell.original_column)
                              .arg(widgets::decimal(double(cell.value)), widgets::grouped(std::int64_t(cell.above)),
                                   widgets::grouped(std::int64_t(all)), widgets::percent(double(cell.above + 1) / all),
                                   cell.masked ? tr(",  sensitive") : QString()));
    });
    connect(heat_map_, &widgets::HeatMapView::left, this, [this] { readout_->setText(tr("point at a weight, or press Space and the arrow keys")); });
    readout_->setText(tr("point at a weight, or press Space and the arrow keys"));
    readout_->setForegroundRole(QPalette::PlaceholderText);
    connect(heat_map_, &widgets::HeatMapView::failed, this, &Page::failed);
    const auto tell = teller(this);
    widgets::offer_export(heat_map_, "sensitivity", tell);
    widgets::offer_export(profile_, "profile", tell);
    widgets::offer_export(overview_, "overview", tell);
    widgets::offer_export(gamma_->curves(), "gamma", tell);
    return right;
}

QWidget* SensitivityPage::build_colours() {
    mask_ = named(new QCheckBox(tr("Sensitive &mask")), "sensitivity-mask", tr("Show the mask of sensitive weights"));
    mask_->setChecked(true);
    auto* scale = named(new QComboBox, "sensitivity-scale", tr("Colour scale"));
    scale->addItem(tr("logarithmic"), int(widgets::HeatScale::logarithmic));
    scale->addItem(tr("linear"), int(widgets::HeatScale::linear));
    scale->addItem(tr("percentile"), int(widgets::HeatScale::percentile));
    scale->setToolTip(tr("How values become colours. The ends of the colour bar can be dragged; a double click on it resets them."));
    auto* colours = named(new QComboBox, "sensitivity-colours", tr("Colour map"));
    for (const widgets::ColourMap map : widgets::colour_maps) colours->addItem(widgets::name_of(map), int(map));
    auto* fit = named(new QPushButton(tr("&Fit")), "sensitivity-fit", tr("Show the whole matrix"));
    fit->setToolTip(tr("Show the whole matrix (0). The wheel zooms, dragging pans, Shift and dragging zooms into a rectangle."));
    connect(mask_, &QCheckBox::toggled, heat_map_, &widgets::HeatMapView::setMaskVisible);
    connect(scale, &QComboBox::currentIndexChanged, this, [this, scale] {
        heat_map_->setRange(std::nullopt);
        heat_map_->setScale(widgets::HeatScale(scale->currentData().toInt()));
    });
    connect(colours, &QComboBox::activated, this, [this, colours] {
        const auto map = static_cast<widgets::ColourMap>(colours->currentData().toInt());
        heat_map_->setColourMap(map);
        overview_->setColourMap(map);
    });
    connect(fit, &QPushButton::clicked, heat_map_, &widgets::HeatMapView::fit);
    return in_row({mask_, scale, colours, fit});
}

QWidget* SensitivityPage::build_amount() {
    auto* box = new QWidget;
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    gamma_ = named(new widgets::GammaSlider, "sensitivity-gamma", tr("How much is sensitive"));
    connect(gamma_, &widgets::GammaSlider::amountChanged, this, [this](const compact::Amount& amount) {
        bench().document.edit(tr("sensitive share"), "amount", [&](job::Project& p) { p.plan.options.amount = amount; });
    });
    feed_ = new GammaFeed(bench().document, bench().road, gamma_->curves(), this);
    layout->addWidget(gamma_);
    pool_ = named(new QComboBox, "sensitivity-pool", tr("Pool"));
    pool_->addItem(tr("pool: matrices and vectors"), "all");
    pool_->addItem(tr("pool: matrices only"), "matrices");
    pool_->setToolTip(tr("What γ is a share of: all candidate weights with or without the norm and bias vectors."));
    binder_->choice(pool_, tr("pool"), [](const job::Project& p) { return std::string(sensitivity::name_of(p.plan.options.pool)); },
                    [](job::Project& p, const std::string& word) { p.plan.options.pool = sensitivity::parse_pool(word); });
    pool_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    pool_->setMinimumContentsLength(22); // both choices whole
    return box;
}

} // namespace cdra::workbench
