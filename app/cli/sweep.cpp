// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"
#include "app/cli/common_options.h"
#include "app/cli/sweep_options.h"
#include "app/cli/table.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/job/events.h"
#include "core/job/job_folder.h"
#include "core/job/terminal_progress.h"

#include <cmath>
#include <iostream>
#include <optional>

namespace cdra::cli {
namespace {

namespace fs = std::filesystem;

void print_runs(const sweep::SweepStatus& status) {
    Table table{{{"kind"},
                 {"task"},
                 {"row"},
                 {"setting"},
                 {"seed", true},
                 {"state"},
                 {"accuracy %", true},
                 {"time", true},
                 {"why"}},
                {}};
    for (const sweep::RunStatus& one : status.runs) {
        sweep::Setting setting = one.run.grid;
        setting.insert(setting.end(), one.run.chosen.begin(), one.run.chosen.end());
        table.rows.push_back({std::string(sweep::name_of(one.run.kind)), one.task,
                              one.run.kind == sweep::Kind::map ? "-" : one.label,
                              setting.empty() ? "-" : sweep::slug(setting), std::to_string(one.run.seed),
                              std::string(sweep::name_of(one.state)),
                              std::isfinite(one.value) ? fixed(100 * one.value, 2) : "-",
                              one.seconds > 0 ? job::format_duration(one.seconds) : "-", one.message});
    }
    table.print(std::cout);
}

void print_counts(const sweep::SweepStatus& status) {
    std::cout << status.runs.size() << " runs:";
    for (const auto state : {sweep::RunState::done, sweep::RunState::running, sweep::RunState::waiting,
                             sweep::RunState::stopped, sweep::RunState::failed, sweep::RunState::skipped})
        if (status.count(state) > 0) std::cout << ' ' << status.count(state) << ' ' << sweep::name_of(state);
    std::cout << '\n';
}

// A sweep at work may have been started with a selection of its own (--rows, --seeds): what it says itself.
void print_running(const fs::path& out) {
    const job::JobPaths paths(out);
    if (!job::is_alive(paths)) return;
    std::optional<job::ProgressEvent> last;
    for (const job::Event& event : job::read_events(paths.events))
        if (const auto* progress = std::get_if<job::ProgressEvent>(&event.what)) last = *progress;
    if (!last) return;
    std::cout << "a sweep works here: " << last->done << " of its " << last->total << " runs over, " << last->message;
    if (last->eta_seconds) std::cout << ", about " << job::format_duration(*last->eta_seconds) << " left";
    std::cout << '\n';
}

class Sweep final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("SWEEP", file_, "Sweep file.")->required()->type_name("SWEEP.toml");
        app.add_option("--out", out_, "Folder of the sweep (default: sweeps/NAME beside the file).")
            ->type_name("DIR");
        sweep_.declare(app);
        app.add_flag("--dry-run", dry_, "List the runs with their states, start nothing.");
        app.add_flag("--status", status_, "Say how far the runs that the other options name are, start nothing; works while a sweep runs.");
        output_.declare(app);
        app.footer("A finished run is kept and an interrupted one goes on, so a sweep may be stopped at any "
                   "time and "
                   "started again. 'cdra stop', 'pause' and 'resume' work on its folder.");
    }

    int run(const Invocation& invocation) override {
        sweep_.check();
        sweep::Sweep sweep = sweep::read_sweep(file_);
        sweep::apply(sweep, sweep_.overrides);
        const fs::path out =
            fs::absolute(out_.empty() ? fs::absolute(file_).parent_path() / "sweeps" / sweep.name
                                      : fs::path(out_))
                .lexically_normal();
        if (status_ && !output_.json) print_running(out); // before look(): it refuses folders of other settings
        if (dry_ || status_) return show(sweep, sweep::look(sweep, out));
        const sweep::SweepStatus status =
            sweep_.execute(sweep, read_text_file(file_), out, invocation, output_.quiet);
        show(sweep, status);
        return status.count(sweep::RunState::failed) + status.count(sweep::RunState::skipped) > 0
                   ? exit_codes::failed
                   : exit_codes::done;
    }

  private:
    int show(const sweep::Sweep& sweep, const sweep::SweepStatus& status) const {
        if (output_.json)
            std::cout << sweep::to_json(sweep, status) << '\n';
        else {
            if (!status_) print_runs(status);
            print_counts(status);
            if (status_ && status.eta_seconds > 0)
                std::cout << "about " << job::format_duration(status.eta_seconds) << " of computing left\n";
        }
        return exit_codes::done;
    }

    std::string file_, out_;
    SweepOptions sweep_;
    bool dry_ = false, status_ = false;
    OutputOptions output_;
};

} // namespace

std::unique_ptr<Command> make_sweep() {
    return std::make_unique<Sweep>();
}

} // namespace cdra::cli
