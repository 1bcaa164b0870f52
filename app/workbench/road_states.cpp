// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The state of every stop of the road.
#include "app/workbench/document.h"
#include "app/workbench/frozen.h"
#include "app/workbench/road.h"

namespace cdra::workbench {

StageState Road::sensitivity_state() const {
    if (hub_.at_work(JobKind::sensitivity)) return {Health::running, tr("being computed")};
    if (io_.busy("map")) return {Health::running, tr("reading the map")};
    if (!map_error_.isEmpty()) return {Health::failed, map_error_};
    const JobClient* newest = hub_.newest(JobKind::sensitivity);
    if (!map_) {
        if (newest && newest->state() == job::JobState::failed) return {Health::failed, newest->error()};
        if (newest && newest->state() == job::JobState::dead)
            return {Health::failed, tr("the worker died before it was done: compute it again")};
        if (!model_ || !data_) return {Health::empty, tr("needs a model and data")};
        return {Health::empty, tr("not computed yet")};
    }
    const QString why = sensitivity_staleness(map_->provenance, document_.project(), model_.get(), data_.get());
    if (!why.isEmpty()) return {Health::stale, why};
    return {Health::ready, {}};
}

StageState Road::train_state() const {
    if (const JobClient* job = hub_.at_work(JobKind::train)) return {Health::running, tr("%1 is running").arg(job->name())};
    const JobClient* newest = hub_.newest(JobKind::train);
    if (!newest || !newest->attached()) return {Health::empty, tr("nothing has been trained yet")};
    switch (newest->state()) {
    case job::JobState::failed: return {Health::failed, newest->error()};
    case job::JobState::dead: return {Health::failed, tr("%1 died: resume it").arg(newest->name())};
    case job::JobState::stopped: return {Health::ready, tr("%1 is stopped and can be resumed").arg(newest->name())};
    default: break;
    }
    QString error;
    const auto frozen = frozen_project(newest->folder(), &error);
    if (!frozen) return {Health::failed, error};
    if (const QString why = run_staleness(*frozen, document_.project()); !why.isEmpty()) return {Health::stale, why};
    return {Health::ready, {}};
}

StageState Road::results_state() const {
    bool any = false;
    for (const JobClient* job : hub_.jobs(JobKind::train)) any = any || job->state() == job::JobState::done;
    const StageState& train = state(Stage::train);
    if (!any) return {Health::empty, tr("no run has finished yet")};
    if (train.health == Health::stale) return train;
    return {Health::ready, {}};
}

void Road::update_states() {
    auto before = states_;
    const auto set = [this](Stage stage, StageState state) { states_[std::size_t(stage)] = std::move(state); };
    const job::Project& project = document_.project();
    if (model_loads_.busy()) set(Stage::model, {Health::running, tr("reading the checkpoint")});
    else if (!model_error_.isEmpty()) set(Stage::model, {Health::failed, model_error_});
    else if (model_) set(Stage::model, {Health::ready, {}});
    else set(Stage::model, {Health::empty, tr("no checkpoint chosen")});

    if (data_loads_.busy()) set(Stage::data, {Health::running, tr("reading the index")});
    else if (!data_error_.isEmpty()) set(Stage::data, {Health::failed, data_error_});
    else if (data_) set(Stage::data, {Health::ready, {}});
    else set(Stage::data, {Health::empty, tr("no data chosen")});

    set(Stage::sensitivity, sensitivity_state());

    StageState plan;
    const StageState& map = state(Stage::sensitivity);
    // While γ is dragged a new plan comes every few milliseconds: saying so each time would only flicker.
    if (plan_makes_.busy() && (!plan_ || plan_is_slow_)) plan = {Health::running, tr("being computed")};
    else if (!plan_error_.isEmpty()) plan = {Health::failed, plan_error_};
    else if (!plan_) plan = {Health::empty, tr("needs a sensitivity map")};
    else if (map.health == Health::stale) plan = {Health::stale, tr("its sensitivity map is stale: %1").arg(map.reason)};
    else plan = {Health::ready, {}};
    set(Stage::compact, plan);
    set(Stage::ranks, plan);

    StageState train = train_state();
    bool needs_plan = false;
    try {
        needs_plan = methods::find_method(project.method).needs_plan;
    } catch (const std::exception&) {
        train = {Health::failed, tr("the method %1 is not known").arg(QString::fromStdString(project.method))};
    }
    if (train.health == Health::ready && needs_plan && plan.health == Health::stale) train = plan;
    set(Stage::train, train);
    set(Stage::results, results_state());
    if (before != states_) emit states_changed();
}

} // namespace cdra::workbench
