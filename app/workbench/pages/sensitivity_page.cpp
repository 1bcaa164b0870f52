// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/pages/sensitivity_page.h"

#include "app/workbench/gamma_feed.h"
#include "core/sensitivity/profile.h"
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
#include <QSplitter>
#include <QVBoxLayout>

namespace cdra::workbench {

namespace {

bool same(const compact::Amount& a, const compact::Amount& b) {
    if (a.index() != b.index()) return false;
    if (const auto* gamma = std::get_if<compact::Gamma>(&a)) return gamma->value == std::get<compact::Gamma>(b).value;
    if (const auto* tau = std::get_if<compact::Tau>(&a)) return tau->value == std::get<compact::Tau>(b).value;
    return std::get<compact::Budget>(a).percent == std::get<compact::Budget>(b).percent;
}

// A part of a shared value, kept alive by the whole.
template <class Whole, class Part> std::shared_ptr<const Part> part_of(std::shared_ptr<const Whole> whole, const Part& part) {
    return std::shared_ptr<const Part>(std::move(whole), &part);
}

} // namespace

SensitivityPage::SensitivityPage(Workbench& bench, QWidget* parent)
    : Page(Stage::sensitivity, bench, tr("Which weights this task would change, were they free."), tr("Compute sensitivity"),
           parent) {
    binder_ = new Binder(bench.document, this);
    connect(primary(), &QPushButton::clicked, &bench.runner, &Runner::compute_sensitivity);
    set_remedy(tr("Compute again"), [this] { this->bench().runner.compute_sensitivity(); });
    header_extra()->addWidget(build_settings());

    auto* content = new QSplitter(Qt::Horizontal);
    content->addWidget(build_overview());
    content->addWidget(build_detail());
    content->setStretchFactor(0, 2);
    content->setStretchFactor(1, 5);
    content->setSizes({256, 640});
    content->setChildrenCollapsible(false);
    set_content(content);

    connect(&bench.road, &Road::states_changed, this, &SensitivityPage::refresh_state);
    connect(&bench.road, &Road::map_changed, this, [this] { when_seen("matrix", [this] { refresh_matrix(); }); });
    connect(&bench.road, &Road::map_changed, this, &SensitivityPage::refresh_state);
    connect(&bench.road, &Road::plan_changed, this, [this] {
        when_seen("overview", [this] { refresh_overview(); });
        when_seen("matrix", [this] { refresh_matrix(); });
        when_seen("amount", [this] { refresh_amount(); });
    });
    connect(&bench.road, &Road::loading_progressed, this, &SensitivityPage::refresh_state);
    connect(&bench.document, &ProjectDocument::changed, this, &SensitivityPage::refresh_amount);
    connect(&bench.selection, &MatrixSelection::changed, this, [this](int index) {
        overview_->setCurrent(index);
        when_seen("matrix", [this] { refresh_matrix(); });
    });
    refresh_overview();
    refresh_matrix();
    refresh_amount();
    refresh_state();
}

QString SensitivityPage::notes() const {
    return tr("Sensitivity (Eq. 3): for every weight the mean over images of the squared gradient of that one image's loss. The "
              "γ largest of all count as sensitive, one threshold for the whole model.");
}

bool SensitivityPage::settled() const { return !heat_map_->building() && !feed_->busy(); }

Stage SensitivityPage::missing() const {
    if (!bench().road.model()) return Stage::model;
    if (!bench().road.data()) return Stage::data;
    return Stage::sensitivity;
}

void SensitivityPage::empty_action() {
    if (missing() != Stage::sensitivity) emit go_to(missing());
    else bench().runner.compute_sensitivity();
}

void SensitivityPage::refresh_state() {
    const StageState& state = bench().road.state(Stage::sensitivity);
    const auto map = bench().road.map();
    const bool can_run = bench().road.model() && bench().road.data() && state.health != Health::running;
    primary()->setEnabled(can_run);
    primary()->setText(map ? tr("Compute again") : tr("Compute sensitivity"));
    primary()->setToolTip(tr("Ctrl+Shift+S\n%1").arg(can_run ? bench().runner.next_sensitivity_command().join(' ') : state.reason));
    if (map) {
        const auto& from = map->provenance;
        facts_->setText(tr("from %1 images at %2 px").arg(widgets::grouped(std::int64_t(from.samples.size()))).arg(from.image_size));
        facts_->setToolTip(tr("%1\n%2\nestimator %3, seed %4, %5")
                               .arg(QString::fromStdString(from.model), QString::fromStdString(from.dataset),
                                    QString::fromStdString(from.estimator))
                               .arg(from.seed)
                               .arg(QString::fromStdString(from.device)));
        return show_content();
    }
    facts_->clear();
    if (state.health == Health::running) {
        const double read = bench().road.loading_fraction();
        show_empty(tr("Working…"),
                   read > 0 ? tr("Reading the map: %1").arg(widgets::percent(read, 0))
                            : tr("The worker computes the map; the bar below shows how far it is. You may go on with other pages."));
    } else if (missing() == Stage::model) {
        show_empty(tr("Needs a model"), tr("Sensitivity is computed from a pretrained model and images of the new task."),
                   tr("Choose a model"));
    } else if (missing() == Stage::data) {
        show_empty(tr("Needs data"), tr("Sensitivity is computed from images of the new task."), tr("Choose data"));
    } else {
        show_empty(tr("Not computed yet"),
                   tr("One pass over %1 images of the training split, forwards and backwards.")
                       .arg(bench().document.project().sensitivity.samples),
                   tr("Compute sensitivity"));
    }
}

void SensitivityPage::refresh_overview() {
    const auto plan = bench().road.plan();
    if (!plan) return overview_->clear();
    overview_->setPlan(*plan, static_cast<widgets::Quantity>(quantity_->currentData().toInt()));
    overview_->setCurrent(bench().selection.index());
}

void SensitivityPage::refresh_matrix() {
    const auto map = bench().road.map();
    const auto plan = bench().road.plan();
    const auto index = std::size_t(bench().selection.index());
    if (!map || index >= map->matrices.size()) {
        heat_map_->clear();
        profile_->clear();
        return;
    }
    const auto& matrix = map->matrices[index];
    widgets::HeatMapSource source;
    source.values = matrix.values.shared();
    source.out = matrix.shape.out;
    source.in = matrix.shape.in;
    if (plan && index < plan->matrices.size()) {
        source.mask = part_of(plan, plan->matrices[index].mask);
        profile_->setProfile(sensitivity::profile(matrix.shape, plan->matrices[index].mask));
    } else {
        profile_->clear();
    }
    heat_map_->setTitle(QString::fromStdString(matrix.shape.name));
    heat_map_->setSource(std::move(source));
}

void SensitivityPage::refresh_amount() {
    const auto& amount = bench().document.project().plan.options.amount;
    const auto plan = bench().road.plan();
    gamma_->setEnabled(bool(bench().road.map()));
    if (plan) gamma_->setPoolSize(plan->pool_size);
    if (!same(gamma_->amount(), amount)) gamma_->setAmount(amount);
    if (plan) gamma_->setOutcome(*plan);
    gamma_->setBusy(plan && !same(plan->options.amount, amount));
}

} // namespace cdra::workbench
