// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/road.h"

#include "app/workbench/document.h"
#include "app/workbench/job_hub.h"
#include "app/workbench/launcher.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <atomic>
#include <thread>

namespace cdra::workbench {

namespace {

// Passes the fraction done to the event loop; the road may be gone by then, hence the guarded call.
class LoadProgress final : public ProgressSink {
  public:
    explicit LoadProgress(std::function<void(double)> told) : told_(std::move(told)) {}
    void report(const Progress& progress) override {
        if (progress.total > 0) told_(double(progress.done) / double(progress.total));
    }

  private:
    std::function<void(double)> told_;
};

QString key_of(const compact::PlanOptions& options, bool without_ranks) {
    job::Project only;
    only.plan.options = options;
    if (without_ranks) {
        only.plan.options.rank = "eq7";
        only.plan.options.edited_ranks.clear();
        only.plan.options.rank_zero = compact::RankZero::mask;
    }
    return QString::fromStdString(job::to_toml(only));
}

int plan_threads() { return std::clamp(int(std::thread::hardware_concurrency()), 1, 8); }

} // namespace

Road::Road(ProjectDocument& document, JobHub& hub, QObject* parent)
    : QObject(parent), document_(document), hub_(hub),
      model_loads_([this](auto model) { took_model(std::move(model), {}); },
                   [this](const QString& error) { took_model(nullptr, error); }),
      data_loads_([this](auto data) { took_data(std::move(data), {}); },
                  [this](const QString& error) { took_data(nullptr, error); }),
      plan_makes_([this](Plan plan) { took_plan(std::move(plan), {}); },
                  [this](const QString& error) { took_plan(nullptr, error); }),
      changes_made_([this](Changes changes) { changes_told_(std::move(changes)); }, [this](const QString& error) { changes_failed_(error); }) {
    plan_slow_.setSingleShot(true);
    plan_slow_.setInterval(300);
    connect(&plan_slow_, &QTimer::timeout, this, [this] {
        plan_is_slow_ = true;
        update_states();
    });
    connect(&document, &ProjectDocument::changed, this, &Road::follow_project);
    connect(&document, &ProjectDocument::replaced, this, [this] { hub_.set_project_folder(document_.folder()); });
    connect(&document, &ProjectDocument::file_changed, this, [this] { hub_.set_project_folder(document_.folder()); });
    connect(&hub, &JobHub::jobs_changed, this, &Road::update_states);
    connect(&hub, &JobHub::state_changed, this, [this](JobClient* job) {
        // Computed while no window was there to take it.
        if (job->state() == job::JobState::done && document_.project().sensitivity.map.empty()) take_map_of(job);
        update_states();
    });
    connect(&hub, &JobHub::finished, this, &Road::job_finished);
    connect(&io_, &IoThread::busy_changed, this, &Road::update_states);
    follow_project();
}

Road::~Road() = default;

bool Road::busy() const {
    return model_loads_.busy() || data_loads_.busy() || io_.busy("map") || plan_makes_.busy();
}

void Road::reload() {
    model_key_ = data_key_ = map_key_ = plan_key_ = "\n"; // no project says this
    follow_project();
}

void Road::follow_project() {
    follow_model();
    follow_data();
    follow_map();
    follow_plan();
    update_states();
}

void Road::follow_model() {
    const job::ModelChoice choice = document_.project().model;
    const QString key = QString::fromStdString(choice.path) + "\t" + QString::number(choice.heads.value_or(0));
    if (key == model_key_) return;
    model_key_ = key;
    took_model(nullptr, {});
    if (choice.path.empty()) return model_loads_.cancel();
    model_loads_.request([choice](const std::stop_token& stop) {
        return std::make_shared<const ModelInfo>(load_model_info(choice, stop));
    });
}

void Road::took_model(std::shared_ptr<const ModelInfo> model, const QString& error) {
    const bool news = model != model_ || error != model_error_;
    model_ = std::move(model);
    model_error_ = error;
    if (news) emit model_changed();
    update_states();
}

void Road::follow_data() {
    const job::DataChoice choice = document_.project().data;
    const QString key = QString::fromStdString(choice.spec);
    if (key == data_key_) return;
    data_key_ = key;
    took_data(nullptr, {});
    if (choice.spec.empty()) return data_loads_.cancel();
    data_loads_.request([choice](const std::stop_token& stop) {
        return std::make_shared<const DataInfo>(load_data_info(choice, stop));
    });
}

void Road::took_data(std::shared_ptr<const DataInfo> data, const QString& error) {
    const bool news = data != data_ || error != data_error_;
    data_ = std::move(data);
    data_error_ = error;
    if (news) emit data_changed();
    update_states();
}

void Road::follow_map() {
    const QString path = QString::fromStdString(document_.project().sensitivity.map);
    if (path == map_key_) return;
    map_key_ = path;
    map_error_.clear();
    loading_fraction_ = 0;
    if (map_) {
        map_.reset();
        replanner_.reset();
        emit map_changed();
    }
    if (path.isEmpty()) return io_.cancel("map");
    const auto tell = [this](double fraction) {
        QMetaObject::invokeMethod(this, [this, fraction] {
            loading_fraction_ = fraction;
            emit loading_progressed();
        }, Qt::QueuedConnection);
    };
    using Map = std::shared_ptr<const sensitivity::SensitivityMap>;
    io_.run<Map>(
        "map",
        [path, tell](const std::stop_token& stop) -> Map {
            LoadProgress progress(tell);
            return std::make_shared<const sensitivity::SensitivityMap>(
                sensitivity::read_map(path.toStdString(), progress, stop));
        },
        [this](Map map) {
            map_ = std::move(map);
            emit map_changed();
            follow_plan();
            update_states();
        },
        [this](const QString& error) {
            map_error_ = error;
            emit map_changed();
            update_states();
        });
}

void Road::follow_plan() {
    if (!map_) {
        plan_makes_.cancel();
        plan_key_ = "\n";
        plan_map_.reset();
        plan_error_.clear();
        if (plan_) {
            plan_.reset();
            emit plan_changed();
        }
        return;
    }
    const QString key = key_of(document_.project().plan.options, false);
    if (key == plan_key_ && making_map_ == map_) return;
    plan_key_ = key;
    // While γ is being dragged, wishes come quicker than plans. One at a time, each to its end, and the newest wish next:
    // cancelling instead would show nothing until the hand rests.
    if (!plan_makes_.busy()) make_plan();
}

void Road::make_plan() {
    const compact::PlanOptions options = document_.project().plan.options;
    plan_is_slow_ = false;
    plan_slow_.start();
    making_key_ = key_of(options, false);
    making_map_ = map_;
    // Edited ranks keep the masks and boxes; with a budget the ranks decide γ, so everything is made anew.
    const bool ranks_only = plan_ && plan_map_ == map_ && !std::holds_alternative<compact::Budget>(options.amount) &&
                            key_of(plan_->options, true) == key_of(options, true);
    if (!replanner_ || replanner_->map() != map_) replanner_ = std::make_shared<compact::Replanner>(map_);
    plan_makes_.request([replanner = replanner_, old = ranks_only ? plan_ : nullptr, options](const std::stop_token& stop) -> Plan {
        if (old) {
            auto plan = std::make_shared<compact::CompactPlan>(*old);
            compact::reallocate(*plan, options.rank, options.edited_ranks, options.rank_zero);
            return plan;
        }
        NullProgress progress;
        return std::make_shared<const compact::CompactPlan>(
            replanner->make(options, progress, stop, plan_threads()));
    });
}

void Road::took_plan(Plan plan, const QString& error) {
    if (making_map_ != map_) {
        if (map_) make_plan(); // of an older map
        return;
    }
    plan_error_ = error;
    if (plan) {
        plan_ = std::move(plan);
        plan_map_ = making_map_;
        emit plan_changed();
    }
    plan_slow_.stop();
    if (making_key_ != plan_key_) make_plan();
    update_states();
}

void Road::job_finished(JobClient* job, job::JobState how) {
    if (how == job::JobState::done) take_map_of(job);
}

void Road::take_map_of(JobClient* job) {
    if (!hub_.jobs(JobKind::sensitivity).contains(job)) return;
    const QString map = hub_.project_folder() + "/" + job->name() + ".h5"; // where the launch said it goes
    if (!QFileInfo::exists(map) || document_.project().sensitivity.map == map.toStdString()) return;
    document_.edit(tr("sensitivity computed"), {}, [&](job::Project& project) {
        project.sensitivity.map = map.toStdString();
    });
}

void Road::write_plan(const QString& path, std::function<void(const QString&)> then) { write_plan_of(plan_, path, std::move(then)); }

void Road::write_plan_of(std::shared_ptr<const compact::CompactPlan> plan, const QString& path, std::function<void(const QString&)> then) {
    // A key of its own: of several plans under way none replaces another.
    io_.run<bool>(
        "write-plan " + path,
        [path, plan](const std::stop_token&) {
            if (!plan) throw InputError("there is no plan yet: compute the sensitivity first");
            QDir().mkpath(QFileInfo(path).absolutePath());
            compact::write_plan(path.toStdString(), *plan);
            return true;
        },
        [then](bool) { then({}); }, [then](const QString& error) { then(error); });
}

void Road::read_results(const QString& path, std::function<void(std::shared_ptr<const job::Results>)> then,
                        std::function<void(const QString&)> failed) {
    using Value = std::shared_ptr<const job::Results>;
    io_.run<Value>(
        "results",
        [path](const std::stop_token&) -> Value {
            return std::make_shared<const job::Results>(job::read_results(path.toStdString(), false));
        },
        std::move(then), std::move(failed));
}

void Road::read_plan(const QString& path, std::function<void(std::shared_ptr<const compact::CompactPlan>)> then,
                     std::function<void(const QString&)> failed) {
    using Value = std::shared_ptr<const compact::CompactPlan>;
    io_.run<Value>(
        "read-plan",
        [path](const std::stop_token&) -> Value {
            return std::make_shared<const compact::CompactPlan>(compact::read_plan(path.toStdString()));
        },
        std::move(then), std::move(failed));
}

void Road::read_changes(const QString& path, std::function<void(std::shared_ptr<const std::vector<WeightChange>>)> then,
                        std::function<void(const QString&)> failed) {
    // Read on the one thread that may, taken apart on another: singular values of a large model keep nobody's map waiting.
    using Read = std::shared_ptr<const job::Results>;
    changes_told_ = std::move(then);
    changes_failed_ = failed;
    changes_made_.cancel();
    io_.run<Read>(
        "changes", [path](const std::stop_token&) -> Read { return std::make_shared<const job::Results>(job::read_results(path.toStdString(), true)); },
        [this](Read results) {
            changes_made_.request([results](const std::stop_token& stop) { return std::make_shared<const std::vector<WeightChange>>(weight_changes(*results, stop)); });
        },
        std::move(failed));
}

void Road::read_plan_or_map(const QString& path, const compact::PlanOptions& options,
                            std::function<void(std::shared_ptr<const compact::CompactPlan>)> then,
                            std::function<void(const QString&)> failed) {
    using Value = std::shared_ptr<const compact::CompactPlan>;
    io_.run<Value>(
        "read-other",
        [path, options](const std::stop_token& stop) -> Value {
            NullProgress progress;
            try {
                return std::make_shared<const compact::CompactPlan>(compact::read_plan(path.toStdString()));
            } catch (const Cancelled&) {
                throw;
            } catch (const std::exception&) {
                // Not a plan, or a damaged one: then reading it as a map says what is wrong.
            }
            const auto map = sensitivity::read_map(path.toStdString(), progress, stop);
            return std::make_shared<const compact::CompactPlan>(compact::make_plan(map, options, progress, stop));
        },
        std::move(then), std::move(failed));
}

} // namespace cdra::workbench
