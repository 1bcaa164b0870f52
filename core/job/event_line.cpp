// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// One event ⇄ one line of JSON.
#include "core/job/events.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>

namespace cdra::job {
namespace {

using Json = nlohmann::ordered_json;

template <typename... Visitors> struct Overloaded : Visitors... {
    using Visitors::operator()...;
};
template <typename... Visitors> Overloaded(Visitors...) -> Overloaded<Visitors...>;

// JSON has no not-a-number: a loss that diverged is null in the file.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
double number(const Json& json) {
    return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

// A count. A real number out of int64's range must not be converted: that is undefined.
std::int64_t whole(const Json& json) {
    if (json.is_number_float() && !(std::abs(json.get<double>()) < 9e18))
        throw Json::other_error::create(501, "a count out of range", nullptr);
    return json.get<std::int64_t>();
}

decltype(Event::what) parse(const std::string& type, const Json& json) {
    const auto step = [&] { return whole(json.at("step")); };
    const auto text = [&](const char* key) { return json.at(key).get<std::string>(); };
    if (type == "stage") return StageEvent{text("stage")};
    if (type == "progress") {
        ProgressEvent event{text("stage"), whole(json.at("done")), whole(json.at("total")), {},
                            json.value("message", std::string{})};
        const auto eta = json.find("eta_seconds");
        if (eta != json.end() && eta->is_number()) event.eta_seconds = eta->get<double>();
        return event;
    }
    if (type == "metric")
        return MetricEvent{step(), json.at("epoch").get<double>(), text("split"), text("name"), number(json.at("value"))};
    if (type == "log") return LogEvent{text("level"), text("message")};
    if (type == "checkpoint") return CheckpointEvent{step(), text("path"), json.value("best", false)};
    if (type == "result") return ResultEvent{text("name"), number(json.at("value"))};
    if (type == "error") return ErrorEvent{text("message"), json.value("advice", std::string{})};
    if (type == "stopped") return StoppedEvent{step()};
    if (type == "paused") return PausedEvent{step()};
    if (type == "resumed") return ResumedEvent{step()};
    if (type == "done") return DoneEvent{json.at("seconds").get<double>()};
    throw Json::other_error::create(501, "unknown event type", nullptr);
}

} // namespace

std::string to_line(const Event& event) {
    Json json = Json::object();
    json["time"] = number(event.time);
    std::visit(Overloaded{
                   [&](const StageEvent& e) { json["type"] = "stage", json["stage"] = e.stage; },
                   [&](const ProgressEvent& e) {
                       json["type"] = "progress", json["stage"] = e.stage;
                       json["done"] = e.done, json["total"] = e.total;
                       if (e.eta_seconds && std::isfinite(*e.eta_seconds)) json["eta_seconds"] = *e.eta_seconds;
                       if (!e.message.empty()) json["message"] = e.message;
                   },
                   [&](const MetricEvent& e) {
                       json["type"] = "metric", json["step"] = e.step, json["epoch"] = number(e.epoch);
                       json["split"] = e.split, json["name"] = e.name, json["value"] = number(e.value);
                   },
                   [&](const LogEvent& e) { json["type"] = "log", json["level"] = e.level, json["message"] = e.message; },
                   [&](const CheckpointEvent& e) {
                       json["type"] = "checkpoint", json["step"] = e.step, json["path"] = e.path, json["best"] = e.best;
                   },
                   [&](const ResultEvent& e) {
                       json["type"] = "result", json["name"] = e.name, json["value"] = number(e.value);
                   },
                   [&](const ErrorEvent& e) {
                       json["type"] = "error", json["message"] = e.message, json["advice"] = e.advice;
                   },
                   [&](const StoppedEvent& e) { json["type"] = "stopped", json["step"] = e.step; },
                   [&](const PausedEvent& e) { json["type"] = "paused", json["step"] = e.step; },
                   [&](const ResumedEvent& e) { json["type"] = "resumed", json["step"] = e.step; },
                   [&](const DoneEvent& e) { json["type"] = "done", json["seconds"] = number(e.seconds); },
               },
               event.what);
    // A file name need not be UTF-8; a line of the stream must be.
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<Event> parse_line(std::string_view line) {
    try {
        const Json json = Json::parse(line);
        if (!json.is_object()) return std::nullopt;
        return Event{json.at("time").get<double>(), parse(json.at("type").get<std::string>(), json)};
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

} // namespace cdra::job
