// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/gamma_feed.h"

#include "app/workbench/document.h"
#include "app/workbench/road.h"

namespace cdra::workbench {

namespace {

constexpr int points = 60;

// Whatever the curves depend on: everything of the plan but the amount.
QString key_of(const compact::PlanOptions& options) {
    job::Project only;
    only.plan.options = options;
    only.plan.options.amount = compact::Gamma{};
    return QString::fromStdString(job::to_toml(only));
}

} // namespace

GammaFeed::GammaFeed(const ProjectDocument& document, const Road& road, widgets::GammaCurves* curves, QObject* parent)
    : QObject(parent), document_(document), road_(road), view_(curves),
      sketches_([this](Sketch sketch) {
          sketch_ = std::move(sketch);
          draw();
      }),
      curves_made_([this](Curves made) { view_->setCurves(std::move(made)); }, [this](const QString&) { view_->clear(); }) {
    connect(&road, &Road::map_changed, this, &GammaFeed::take_map);
    connect(&document, &ProjectDocument::changed, this, &GammaFeed::draw);
    take_map();
}

void GammaFeed::take_map() {
    if (road_.map() == map_) return;
    map_ = road_.map();
    sketch_.reset();
    drawn_.clear();
    view_->clear();
    curves_made_.cancel();
    if (!map_) return sketches_.cancel();
    sketches_.request([map = map_](const std::stop_token& stop) -> Sketch {
        return std::make_shared<const compact::GammaSketch>(compact::sketch(*map, stop));
    });
}

void GammaFeed::draw() {
    if (!sketch_) return;
    const compact::PlanOptions options = document_.project().plan.options;
    const QString key = key_of(options);
    if (key == drawn_) return;
    drawn_ = key;
    // Eq. 7 as printed and without its factor are always seen beside each other.
    std::vector<std::string> strategies{options.rank};
    for (const char* other : {"eq7-unscaled", "eq7"})
        if (options.rank != other) strategies.emplace_back(other);
    curves_made_.request([sketch = sketch_, options, strategies](const std::stop_token& stop) {
        Curves made;
        for (const std::string& strategy : strategies) {
            throw_if_stopped(stop);
            compact::PlanOptions one = options;
            one.rank = strategy;
            made.push_back({QString::fromStdString(strategy),
                            compact::gamma_curve(*sketch, one, widgets::GammaCurves::lowest, widgets::GammaCurves::highest, points)});
        }
        return made;
    });
}

} // namespace cdra::workbench
