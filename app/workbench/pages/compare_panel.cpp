// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/pages/compare_panel.h"

#include "core/sensitivity/profile.h"
#include "widgets/chart_export.h"
#include "widgets/distribution_view.h"
#include "widgets/format.h"
#include "widgets/picture.h"
#include "widgets/profile_view.h"
#include "widgets/small_multiples.h"
#include "widgets/theme.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

namespace cdra::workbench {

ComparePanel::ComparePanel(Workbench& bench, QWidget* parent)
    : QWidget(parent), bench_(bench), made_([this](Overlaps overlaps) {
                                                 overlaps_ = std::move(overlaps);
                                                 refresh();
                                             },
                                             [this](const QString& error) {
                                                 other_.reset();
                                                 overlaps_.clear();
                                                 refresh();
                                                 emit failed(error);
                                             }),
      gallery_made_([this](std::vector<widgets::Thumbnail> made) { gallery_->setThumbnails(std::move(made)); }) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, widgets::grid, 0, 0);
    auto* row = new QHBoxLayout;
    summary_ = value_label("compare-summary", tr("How far the two agree"));
    summary_->setWordWrap(true);
    row->addWidget(summary_, 1);
    auto* choose = named(new QPushButton(tr("&Compare with…")), "compare-open", tr("Choose another map or plan"));
    choose->setToolTip(tr("Another sensitivity map, of which a plan is made with this project's settings, or another plan."));
    connect(choose, &QPushButton::clicked, this, &ComparePanel::browse);
    all_ = named(new QPushButton(tr("&All matrices")), "compare-all", tr("Gallery of all matrices of both"));
    all_->setCheckable(true);
    all_->setToolTip(tr("Every matrix in this plan's order, its box in red: what both have, and what only one has."));
    row->addWidget(all_, 0, Qt::AlignTop);
    row->addWidget(choose, 0, Qt::AlignTop);
    layout->addLayout(row);
    layout->addWidget(build_views(), 1);
    gallery_ = named(new widgets::ThumbnailGrid, "compare-gallery", tr("All matrices of both plans"));
    gallery_->setImageSize(112);
    layout->addWidget(gallery_, 1);
    connect(all_, &QPushButton::toggled, this, &ComparePanel::refresh);
    connect(gallery_, &widgets::ThumbnailGrid::activated, this, [this](int index) {
        bench_.selection.set(index);
        all_->setChecked(false);
    });
    connect(&bench.road, &Road::plan_changed, this, [this] { if (other_) refresh(); });
    connect(&bench.selection, &MatrixSelection::changed, this, &ComparePanel::refresh_matrix);
    refresh();
}

QWidget* ComparePanel::build_views() {
    views_ = new QWidget;
    auto* grid = new QGridLayout(views_);
    grid->setContentsMargins(0, 0, 0, 0);
    agreement_ = named(new widgets::SmallMultiples, "compare-agreement", tr("Agreement by matrix"));
    connect(agreement_, &widgets::SmallMultiples::selected, &bench_.selection, &MatrixSelection::set);
    grid->addWidget(agreement_, 0, 0, 2, 1);
    first_title_ = heading({});
    second_title_ = heading({});
    grid->addWidget(first_title_, 0, 1);
    grid->addWidget(second_title_, 0, 2);
    first_ = named(new widgets::ProfileView, "compare-first", tr("Profiles of this plan"));
    second_ = named(new widgets::ProfileView, "compare-second", tr("Profiles of the other plan"));
    grid->addWidget(first_, 1, 1);
    grid->addWidget(second_, 1, 2);
    auto* difference = new QVBoxLayout;
    legend_ = value_label("compare-legend", tr("What the colours mean"));
    legend_->setTextFormat(Qt::RichText);
    image_ = named(new widgets::Picture, "compare-image", tr("Sensitive weights of either"));
    difference->addWidget(legend_);
    difference->addWidget(image_, 1);
    grid->addLayout(difference, 0, 3, 2, 1);
    sizes_ = named(new widgets::DistributionView, "compare-sizes", tr("Sizes of the compact boxes of both"));
    sizes_->setMinimumHeight(176);
    connect(sizes_, &widgets::DistributionView::selected, &bench_.selection, &MatrixSelection::set);
    grid->addWidget(sizes_, 2, 0, 1, 4);
    grid->setRowStretch(1, 3);
    grid->setRowStretch(2, 2);
    for (int column = 0; column < 4; ++column) grid->setColumnStretch(column, column == 3 ? 3 : 2);
    const auto tell = teller(this);
    widgets::offer_export(agreement_, "agreement", tell);
    widgets::offer_export(first_, "profile", tell);
    widgets::offer_export(second_, "profile-other", tell);
    widgets::offer_export(sizes_, "sizes-of-both", tell);
    widgets::offer_export(image_, "agreement-weights", tell);
    return views_;
}

void ComparePanel::browse() {
    const QString file = QFileDialog::getOpenFileName(this, tr("Compare with another map or plan"), bench_.document.folder(), tr("Maps and plans (*.h5);;All files (*)"));
    if (!file.isEmpty()) open(file);
}

void ComparePanel::open(const QString& file) {
    file_ = file;
    reading_ = true;
    summary_->setText(tr("Reading %1 …").arg(QFileInfo(file).fileName()));
    bench_.road.read_plan_or_map(
        file, bench_.document.project().plan.options,
        [this](std::shared_ptr<const compact::CompactPlan> plan) {
            reading_ = false;
            other_ = std::move(plan);
            refresh();
        },
        [this](const QString& error) {
            reading_ = false;
            refresh();
            emit failed(error);
        });
}

void ComparePanel::refresh() {
    const auto plan = bench_.road.plan();
    views_->setVisible(plan && other_ && !all_->isChecked());
    gallery_->setVisible(plan && other_ && all_->isChecked());
    all_->setVisible(plan && other_);
    if (!plan || !other_) {
        overlaps_.clear();
        summary_->setText(tr("Two tasks, two estimators or two γ side by side: choose another map or plan of this model. A map is cut at this project's γ."));
        return;
    }
    // Both plans must be the ones counted; a newer one is counted first.
    if (overlaps_.empty() || counted_ != std::pair(plan, other_)) {
        counted_ = {plan, other_};
        overlaps_.clear();
        return made_.request([plan, other = other_](const std::stop_token& stop) { return overlaps(*plan, *other, stop); });
    }
    Overlap all;
    std::vector<double> agreement;
    QStringList kinds, texts;
    for (const auto kind : checkpoint::matrix_kinds) kinds << QString::fromUtf8(kind.data(), qsizetype(kind.size()));
    for (std::size_t i = 0; i < overlaps_.size(); ++i) {
        const Overlap& one = overlaps_[i];
        all.both += one.both;
        all.only_first += one.only_first;
        all.only_second += one.only_second;
        agreement.push_back(100 * one.jaccard());
        texts << tr("%1\n%2 % of the weights of either are sensitive in both").arg(QString::fromStdString(plan->matrices[i].shape.name)).arg(agreement.back(), 0, 'f', 1);
    }
    agreement_->setValues(kinds, agreement, tr("agreement (%)"), texts);
    const QString name = QFileInfo(file_).completeBaseName();
    summary_->setText(tr("Of %1 sensitive weights of either, %2 are sensitive in both (%3); %4 in this plan alone, %5 in %6 alone. γ %7 and %8.")
                          .arg(widgets::grouped(std::int64_t(all.both + all.only_first + all.only_second)), widgets::grouped(std::int64_t(all.both)),
                               widgets::percent(all.jaccard(), 1), widgets::grouped(std::int64_t(all.only_first)),
                               widgets::grouped(std::int64_t(all.only_second)), name, widgets::percent(plan->gamma), widgets::percent(other_->gamma)));
    second_title_->setText(name);
    first_title_->setText(tr("this plan"));
    sizes_->setPlan(*plan);
    sizes_->setOther(*other_, name);
    refresh_matrix();
    refresh_gallery();
}

void ComparePanel::refresh_gallery() {
    if (!all_->isChecked() || drawn_ == counted_ || overlaps_.empty()) return;
    drawn_ = counted_;
    struct Colours {
        OverlapColours overlap;
        QColor box;
    };
    const Colours colours{{palette().color(QPalette::Base).rgb(), widgets::colours::series(1, palette()).rgb(), widgets::colours::series(0, palette()).rgb(),
                           widgets::colours::series(2, palette()).rgb()},
                          widgets::colours::box(palette())};
    gallery_made_.request([plans = counted_, overlaps = overlaps_, colours](const std::stop_token& stop) {
        std::vector<widgets::Thumbnail> made;
        for (std::size_t i = 0; i < overlaps.size(); ++i) {
            throw_if_stopped(stop);
            const auto &a = plans.first->matrices[i], &b = plans.second->matrices[i];
            const int rows = int(a.shape.in), columns = int(a.shape.out);
            widgets::Thumbnail one;
            one.image = overlap_image(a, b, 112, colours.overlap, true)
                            .scaled(QSize(columns, rows).scaled(112, 112, Qt::KeepAspectRatio).expandedTo({16, 16}), Qt::IgnoreAspectRatio, Qt::FastTransformation);
            if (a.reorganised.compact_rows > 0) {
                QPainter painter(&one.image);
                painter.setPen(colours.box);
                painter.drawRect(QRectF(0, 0, std::max(1.0, double(a.reorganised.compact_columns) / columns * one.image.width() - 1),
                                        std::max(1.0, double(a.reorganised.compact_rows) / rows * one.image.height() - 1)));
            }
            const QString name = QString::fromStdString(a.shape.name);
            one.label = name.mid(7);
            one.detail = tr("%1\nboth %2, here %3, there %4 (agreement %5)")
                             .arg(name, widgets::grouped(std::int64_t(overlaps[i].both)), widgets::grouped(std::int64_t(overlaps[i].only_first)),
                                  widgets::grouped(std::int64_t(overlaps[i].only_second)), widgets::percent(overlaps[i].jaccard(), 1));
            made.push_back(std::move(one));
        }
        return made;
    });
}

void ComparePanel::refresh_matrix() {
    const auto plan = bench_.road.plan();
    const auto index = std::size_t(bench_.selection.index());
    if (!plan || !other_ || overlaps_.size() != plan->matrices.size() || index >= plan->matrices.size()) return;
    const auto &a = plan->matrices[index], &b = other_->matrices[index];
    agreement_->setCurrent(int(index));
    sizes_->setCurrent(int(index));
    first_->setProfile(sensitivity::profile(a.shape, a.mask));
    second_->setProfile(sensitivity::profile(b.shape, b.mask));
    const QColor both = widgets::colours::series(1, palette()), first = widgets::colours::series(0, palette()), second = widgets::colours::series(2, palette());
    image_->set(overlap_image(a, b, 512, {palette().color(QPalette::Base).rgb(), both.rgb(), first.rgb(), second.rgb()}));
    const auto entry = [](const QColor& colour, const QString& text) { return QString("<span style='color:%1'>■</span> %2  ").arg(colour.name(), text.toHtmlEscaped()); };
    legend_->setText(entry(both, tr("both %1").arg(widgets::grouped(std::int64_t(overlaps_[index].both)))) +
                     entry(first, tr("here %1").arg(widgets::grouped(std::int64_t(overlaps_[index].only_first)))) +
                     entry(second, tr("there %1").arg(widgets::grouped(std::int64_t(overlaps_[index].only_second)))));
}

} // namespace cdra::workbench
