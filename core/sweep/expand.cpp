// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/digest.h"
#include "core/base/error.h"
#include "core/sweep/sweep.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>
#include <sstream>

namespace cdra::sweep {
namespace {

constexpr std::array<std::string_view, 14> recipe_keys = {
    "lr",         "min-lr",     "warmup-lr",       "weight-decay", "epochs",
    "batch-size", "accumulate", "warmup-epochs",   "drop-path",    "label-smoothing",
    "precision",  "protocol",   "checkpoint-every", "schedule"};
constexpr std::array<std::string_view, 8> plan_keys = {"gamma",     "tau",        "budget",   "pool",
                                                       "rank-zero", "size-scale", "quadrant", "beta"};
constexpr std::array<std::string_view, 3> amount_keys = {"gamma", "tau", "budget"};

template <std::size_t n>
bool holds(const std::array<std::string_view, n>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// Where a grid's key lives in a project.
std::vector<std::string> path_of(const std::string& key, const methods::Descriptor& method) {
    if (const auto dot = key.find('.'); dot != std::string::npos) {
        std::vector<std::string> path;
        std::size_t begin = 0;
        for (auto end = dot; end != std::string::npos; begin = end + 1, end = key.find('.', begin))
            path.push_back(key.substr(begin, end - begin));
        path.push_back(key.substr(begin));
        return path;
    }
    if (methods::find_option(method, key) != nullptr) return {"method", "options", key};
    if (holds(recipe_keys, key)) return {"recipe", key};
    if (holds(plan_keys, key) || (key == "rank" && method.needs_plan)) return {"plan", key};
    return {"method", "options", key}; // the project says that the method does not know it
}

// One of γ, τ and a budget is given: the later wins over the other kinds, too.
void forget_amounts(toml::table& plan, std::string_view but) {
    for (const std::string_view key : amount_keys)
        if (key != but) plan.erase(key);
}

void merge(toml::table& into, const toml::table& from, const std::string& path = {}) {
    for (const auto& [key, node] : from) {
        const std::string name(key.str());
        if (path == "plan" && holds(amount_keys, name)) forget_amounts(into, name);
        toml::table* mine = into.get_as<toml::table>(name);
        const toml::table* theirs = node.as_table();
        if (mine != nullptr && theirs != nullptr)
            merge(*mine, *theirs, path.empty() ? name : path + "." + name);
        else
            into.insert_or_assign(name, node);
    }
}

void assign(toml::table& project, const std::vector<std::string>& path, const Scalar& value) {
    toml::table* table = &project;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        if (!table->contains(path[i])) table->insert(path[i], toml::table{});
        table = table->get_as<toml::table>(path[i]);
        if (table == nullptr) throw InputError(path[i] + " is no table");
    }
    if (path.size() == 2 && path[0] == "plan" && holds(amount_keys, path[1])) forget_amounts(*table, path[1]);
    std::visit([&](const auto& one) { table->insert_or_assign(path.back(), one); }, value);
}

std::string replaced(std::string text, const std::string& mark, const std::string& by) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + by.size()))
        text.replace(at, mark.size(), by);
    return text;
}

class Expander {
  public:
    explicit Expander(const Sweep& sweep) : sweep_(sweep) {}

    Expansion expand() {
        for (std::size_t task = 0; task < sweep_.tasks.size(); ++task)
            for (std::size_t row = 0; row < sweep_.rows.size(); ++row)
                for (const Setting& grid : combinations(sweep_.rows[row].grid))
                    result_.cells.push_back(cell(task, row, grid));
        return std::move(result_);
    }

  private:
    Cell cell(std::size_t task, std::size_t row, const Setting& grid) {
        Cell cell{task, row, grid, {}, {}};
        const std::vector<Setting> candidates = combinations(sweep_.rows[row].choose);
        if (candidates.size() > 1)
            for (const Setting& chosen : candidates)
                cell.trials.push_back(run(Kind::trial, task, row, grid, chosen, sweep_.seeds.front()));
        for (const Setting& chosen : candidates) {
            std::vector<Run> seeds;
            for (const std::uint64_t seed : sweep_.seeds)
                if (sweep_.only_seeds.empty() || std::find(sweep_.only_seeds.begin(), sweep_.only_seeds.end(),
                                                           seed) != sweep_.only_seeds.end())
                    seeds.push_back(run(Kind::final, task, row, grid, chosen, seed));
            cell.finals.push_back(std::move(seeds));
        }
        return cell;
    }

    Run run(Kind kind, std::size_t task, std::size_t row, const Setting& grid, const Setting& chosen,
            std::uint64_t seed) {
        const Task& on = sweep_.tasks[task];
        const Row& with = sweep_.rows[row];
        const methods::Descriptor& method = methods::find_method(with.method);
        toml::table project = sweep_.project;
        merge(project, on.project);
        toml::table own = with.project;
        if (!with.options.empty())
            merge(own, toml::table{{"method", toml::table{{"options", with.options}}}});
        merge(project, own);
        assign(project, {"method", "name"}, with.method);
        assign(project, {"data", "spec"}, replaced(on.data, "{seed}", std::to_string(seed)));
        assign(project, {"run", "seed"}, static_cast<std::int64_t>(seed));
        assign(project, {"sensitivity", "seed"}, static_cast<std::int64_t>(seed));
        Setting all = grid;
        all.insert(all.end(), chosen.begin(), chosen.end());
        for (const Assignment& one : all)
            assign(project, path_of(one.key, method), one.value);
        if (!project.contains("name"))
            assign(project, {"name"}, on.name + " " + with.label + (all.empty() ? "" : " " + slug(all)));

        Run run{kind, task, row, grid, chosen, seed, {}, {}, parsed(project, on, with)};
        if (run.project.recipe.protocol != "published") {
            run.project.recipe.final_training = kind == Kind::final;
            if (kind == Kind::trial) run.project.recipe.report = "val";
            if (kind == Kind::trial && sweep_.trial_epochs > 0)
                run.project.recipe.epochs = std::min(run.project.recipe.epochs, sweep_.trial_epochs);
        }
        run.folder = std::filesystem::path("runs") / on.name / with.label / folder_of(run) /
                     ("seed-" + std::to_string(seed));
        if (method.needs_plan && run.project.plan.file.empty() && run.project.sensitivity.map.empty()) {
            run.map = map_for(run);
            run.project.sensitivity.map = run.map.string();
        }
        return run;
    }

    job::Project parsed(const toml::table& table, const Task& task, const Row& row) const {
        std::ostringstream text;
        text << table;
        const std::string whose = sweep_.source.string() + ": " + task.name + ", " + row.label;
        job::Project project;
        try {
            project = job::parse_project(text.str(), whose);
        } catch (const InputError& error) {
            // The line is one of a text that nobody has seen.
            std::string message = error.what();
            if (message.starts_with(whose + ":")) {
                const auto end = message.find_first_not_of("0123456789", whose.size() + 1);
                if (end != std::string::npos && message[end] == ':')
                    message.erase(whose.size(), end - whose.size());
            }
            throw InputError(message);
        }
        job::make_paths_absolute(project, std::filesystem::absolute(sweep_.source).parent_path());
        return project;
    }

    // "trial-lr=0.003", "final-size-scale=0.5,lr=0.003". A published trial is a final run already: one name.
    static std::string folder_of(const Run& run) {
        Setting all = run.grid;
        all.insert(all.end(), run.chosen.begin(), run.chosen.end());
        const std::string words = slug(all);
        const bool published = run.project.recipe.protocol == "published";
        const std::string kind(published ? "published" : name_of(run.kind));
        return words.empty() ? kind : kind + "-" + words;
    }

    // Maps are shared by all runs that would compute the same one.
    std::filesystem::path map_for(const Run& run) {
        job::Project project;
        project.name = "sensitivity map of " + sweep_.tasks[run.task].name;
        project.model = run.project.model;
        project.data = run.project.data;
        project.sensitivity = run.project.sensitivity;
        project.run = run.project.run;
        project.sensitivity.map.clear();
        const std::string key = job::to_toml(project);
        // Its settings are part of the name: which rows are run together must not decide which map a folder holds.
        const std::string what = project.sensitivity.estimator + "-" +
                                 std::to_string(project.sensitivity.samples) + "-" +
                                 sha256_hex(std::as_bytes(std::span(key))).substr(0, 8);
        const auto folder = std::filesystem::path("maps") / sweep_.tasks[run.task].name / what /
                            ("seed-" + std::to_string(run.seed));
        for (const Run& map : result_.maps)
            if (map.folder == folder) return map.map;
        Run map{Kind::map, run.task, run.row, {}, {}, run.seed, folder, folder / "S.h5", project};
        result_.maps.push_back(map);
        return map.map;
    }

    const Sweep& sweep_;
    Expansion result_;
};

} // namespace

std::string text_of(const Scalar& value) {
    if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    char buffer[32];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, std::get<double>(value));
    return error == std::errc{} ? std::string(buffer, end) : std::string{};
}

std::string slug(const Setting& setting) {
    std::string words;
    for (const Assignment& one : setting) {
        const auto dot = one.key.rfind('.');
        std::string word = one.key.substr(dot == std::string::npos ? 0 : dot + 1) + "=" + text_of(one.value);
        for (char& c : word)
            if (static_cast<unsigned char>(c) <= ' ' || c == '/' || c == ',' || c == '\\' || c == 0x7F)
                c = '-';
        words += (words.empty() ? "" : ",") + word;
    }
    return words.size() <= 150 ? words : words.substr(0, 150);
}

std::vector<Setting> combinations(const std::vector<Axis>& axes) {
    std::vector<Setting> all{{}};
    for (const Axis& axis : axes) {
        std::vector<Setting> longer;
        for (const Setting& setting : all)
            for (const Scalar& value : axis.values) {
                longer.push_back(setting);
                longer.back().push_back({axis.key, value});
            }
        all = std::move(longer);
    }
    return all;
}

std::string_view name_of(Kind kind) noexcept {
    return kind == Kind::map ? "map" : kind == Kind::trial ? "trial" : "final";
}

std::size_t Expansion::run_count() const {
    std::size_t count = maps.size();
    for (const Cell& cell : cells)
        count += cell.trials.size() + cell.finals.front().size();
    return count;
}

Expansion expand(const Sweep& sweep) {
    return Expander(sweep).expand();
}

int choose(const std::vector<Setting>& candidates, const std::vector<double>& values) {
    const auto lr = [](const Setting& setting) {
        for (const Assignment& one : setting)
            if (one.key == "lr" || one.key == "recipe.lr") {
                if (const auto* real = std::get_if<double>(&one.value)) return *real;
                if (const auto* whole = std::get_if<std::int64_t>(&one.value))
                    return static_cast<double>(*whole);
            }
        return 0.0;
    };
    int best = -1;
    for (std::size_t i = 0; i < candidates.size() && i < values.size(); ++i) {
        if (std::isnan(values[i])) continue;
        const auto b = static_cast<std::size_t>(best);
        if (best < 0 || values[i] > values[b] ||
            (values[i] == values[b] && lr(candidates[i]) < lr(candidates[b])))
            best = static_cast<int>(i);
    }
    return best;
}

std::string selection_figure(const Sweep& sweep, const Run& trial) {
    return (trial.project.recipe.protocol == "published" ? "test/" : "val/") + sweep.tasks[trial.task].metric;
}

} // namespace cdra::sweep
