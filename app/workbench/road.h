// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The road of one project: the value at every stop, loaded or computed as the project changes, and the state of every
// stop. Everything heavy happens on worker threads; values are swapped in on the event loop.
#pragma once

#include "app/workbench/road_values.h"
#include "app/workbench/stage.h"
#include "app/workbench/io_thread.h"
#include "app/workbench/weight_changes.h"
#include "core/compact/plan.h"
#include "core/compact/replanner.h"
#include "app/workbench/job_hub.h"
#include "core/job/results.h"
#include "core/sensitivity/map.h"
#include "widgets/latest.h"

#include <QObject>
#include <QTimer>

#include <array>
#include <memory>
#include <optional>

namespace cdra::workbench {


class ProjectDocument;

class Road : public QObject {
    Q_OBJECT
  public:
    Road(ProjectDocument& document, JobHub& hub, QObject* parent = nullptr);
    ~Road() override;

    // Null where there is nothing (yet).
    std::shared_ptr<const ModelInfo> model() const { return model_; }
    std::shared_ptr<const DataInfo> data() const { return data_; }
    std::shared_ptr<const sensitivity::SensitivityMap> map() const { return map_; }
    std::shared_ptr<const compact::CompactPlan> plan() const { return plan_; }

    const StageState& state(Stage stage) const { return states_[static_cast<std::size_t>(stage)]; }
    // Something is being loaded or computed in this window.
    bool busy() const;
    // 0 … 1 while a map is being read.
    double loading_fraction() const { return loading_fraction_; }

    // Reads everything the project names anew (a file was replaced on disk).
    void reload();

    // On the I/O thread, which alone calls HDF5; `then` gets an error message or an empty string.
    void write_plan(const QString& path, std::function<void(const QString& error)> then);
    void write_plan_of(std::shared_ptr<const compact::CompactPlan> plan, const QString& path,
                       std::function<void(const QString& error)> then);
    void read_results(const QString& path, std::function<void(std::shared_ptr<const job::Results>)> then,
                      std::function<void(const QString& error)> failed);
    void read_plan(const QString& path, std::function<void(std::shared_ptr<const compact::CompactPlan>)> then,
                   std::function<void(const QString& error)> failed);
    // What a run changed, by matrix; of several wishes the last one is answered.
    void read_changes(const QString& path, std::function<void(std::shared_ptr<const std::vector<WeightChange>>)> then,
                      std::function<void(const QString& error)> failed);
    // A plan as it is, or of a map the plan with `options`.
    void read_plan_or_map(const QString& path, const compact::PlanOptions& options,
                          std::function<void(std::shared_ptr<const compact::CompactPlan>)> then,
                          std::function<void(const QString& error)> failed);

  signals:
    void model_changed();
    void data_changed();
    void map_changed();
    void plan_changed();
    void states_changed();
    void loading_progressed();

  private:
    using Plan = std::shared_ptr<const compact::CompactPlan>;
    void follow_project();
    void follow_model();
    void follow_data();
    void follow_map();
    void follow_plan();
    void make_plan();
    void update_states();
    void took_model(std::shared_ptr<const ModelInfo> model, const QString& error);
    void took_data(std::shared_ptr<const DataInfo> data, const QString& error);
    void took_plan(Plan plan, const QString& error);
    StageState sensitivity_state() const;
    StageState train_state() const;
    StageState results_state() const;
    void take_map_of(JobClient* job);
    void job_finished(JobClient* job, job::JobState how);

    ProjectDocument& document_;
    JobHub& hub_;

    std::shared_ptr<const ModelInfo> model_;
    std::shared_ptr<const DataInfo> data_;
    std::shared_ptr<const sensitivity::SensitivityMap> map_;
    std::shared_ptr<const compact::CompactPlan> plan_;
    // What each value was asked for with: a different wish starts a new request.
    QString model_key_, data_key_, map_key_, plan_key_, making_key_;
    std::shared_ptr<const sensitivity::SensitivityMap> plan_map_; // the map plan_ was made from
    std::shared_ptr<const sensitivity::SensitivityMap> making_map_;
    std::shared_ptr<compact::Replanner> replanner_; // of making_map_
    QString model_error_, data_error_, map_error_, plan_error_;
    double loading_fraction_ = 0;
    std::array<StageState, stage_count> states_;

    widgets::LatestOnly<std::shared_ptr<const ModelInfo>> model_loads_;
    widgets::LatestOnly<std::shared_ptr<const DataInfo>> data_loads_;
    widgets::LatestOnly<Plan> plan_makes_;
    QTimer plan_slow_;       // fires where making a plan takes long enough to speak of it
    bool plan_is_slow_ = false;
    using Changes = std::shared_ptr<const std::vector<WeightChange>>;
    std::function<void(Changes)> changes_told_;
    std::function<void(const QString&)> changes_failed_;
    widgets::LatestOnly<Changes> changes_made_;
    IoThread io_;
};

} // namespace cdra::workbench
