// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/tables/pareto.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace cdra::tables {
namespace {

constexpr double width = 720, height = 460, left = 64, right = 24, top = 40, bottom = 52;

std::string number(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string escaped(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c == '&')
            result += "&amp;";
        else if (c == '<')
            result += "&lt;";
        else if (c == '>')
            result += "&gt;";
        else if (c == '"')
            result += "&quot;";
        else if (static_cast<unsigned char>(c) >= 0x20)
            result += c;
    }
    return result;
}

std::string text_at(double x, double y, const std::string& words, const char* anchor = "start",
                    const char* more = "") {
    return "<text x=\"" + number(x, 1) + "\" y=\"" + number(y, 1) + "\" text-anchor=\"" + anchor + "\"" +
           more + ">" + escaped(words) + "</text>\n";
}

std::string line(double x1, double y1, double x2, double y2, const char* colour) {
    return "<line x1=\"" + number(x1, 1) + "\" y1=\"" + number(y1, 1) + "\" x2=\"" + number(x2, 1) +
           "\" y2=\"" + number(y2, 1) + "\" stroke=\"" + colour + "\"/>\n";
}

double nice_step(double span) {
    const double raw = span / 6, power = std::pow(10, std::floor(std::log10(raw)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (raw <= factor * power) return factor * power;
    return 10 * power;
}

} // namespace

std::vector<std::size_t> pareto_front(const std::vector<ParetoPoint>& points) {
    std::vector<std::size_t> order(points.size()), front;
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return points[a].percent != points[b].percent ? points[a].percent < points[b].percent
                                                      : points[a].value > points[b].value;
    });
    for (const std::size_t i : order)
        if (front.empty() || points[i].value > points[front.back()].value) front.push_back(i);
    return front;
}

std::string pareto_svg(const std::vector<ParetoPoint>& given, const std::string& title,
                       const std::string& value_title) {
    std::vector<ParetoPoint> points;
    for (const ParetoPoint& point : given)
        if (std::isfinite(point.percent) && std::isfinite(point.value)) points.push_back(point);
    double least = 100, low = 1e9, high = -1e9;
    for (const ParetoPoint& point : points) {
        if (point.percent > 0) least = std::min(least, point.percent);
        low = std::min(low, point.value), high = std::max(high, point.value);
    }
    if (points.empty()) low = 0, high = 1;
    const double margin = std::max((high - low) * 0.1, 0.5);
    low -= margin, high += margin;
    const double first = std::floor(std::log10(least)), last = 2; // 100 % is full fine-tuning
    const double plot_left = left + 40;                           // room for a point without parameters
    const auto x = [&](double percent) {
        return percent <= 0 ? left + 12
                            : plot_left + (std::log10(percent) - first) / std::max(last - first, 1.0) *
                                              (width - right - plot_left);
    };
    const auto y = [&](double value) {
        return height - bottom - (value - low) / (high - low) * (height - bottom - top);
    };

    std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 460\" "
                      "font-family=\"DejaVu Sans, sans-serif\" font-size=\"12\">\n"
                      "<rect width=\"720\" height=\"460\" fill=\"#ffffff\"/>\n";
    svg += text_at(left, 22, title, "start", " font-size=\"14\" font-weight=\"bold\"");
    const double step = nice_step(high - low);
    for (double tick = std::ceil(low / step) * step; tick <= high; tick += step) {
        svg += line(left, y(tick), width - right, y(tick), "#dddddd");
        svg += text_at(left - 6, y(tick) + 4, number(tick, step < 1 ? 1 : 0), "end");
    }
    for (int decade = static_cast<int>(first); decade <= static_cast<int>(last); ++decade) {
        const double percent = std::pow(10, decade);
        svg += line(x(percent), top, x(percent), height - bottom, "#dddddd");
        svg += text_at(x(percent), height - bottom + 18, number(percent, std::max(0, -decade)), "middle");
    }
    svg += text_at(left + 12, height - bottom + 18, "0", "middle");
    svg += text_at((left + width - right) / 2, height - 14, "trainable backbone parameters, % (logarithmic)",
                   "middle");
    svg += text_at(
        0, 0, value_title, "middle",
        (" transform=\"translate(16 " + number((top + height - bottom) / 2, 1) + ") rotate(-90)\"").c_str());
    std::string path;
    for (const std::size_t i : pareto_front(points))
        path +=
            (path.empty() ? "" : " ") + number(x(points[i].percent), 1) + "," + number(y(points[i].value), 1);
    svg += "<polyline points=\"" + path + "\" fill=\"none\" stroke=\"#888888\" stroke-dasharray=\"4 3\"/>\n";
    for (const ParetoPoint& point : points) {
        const double px = x(point.percent), py = y(point.value);
        if (std::isfinite(point.error) && point.error > 0)
            svg += line(px, y(point.value - point.error), px, y(point.value + point.error), "#1f5fa8");
        svg +=
            "<circle cx=\"" + number(px, 1) + "\" cy=\"" + number(py, 1) + "\" r=\"4\" fill=\"#1f5fa8\"/>\n";
        const bool near_edge = px > width - 120;
        svg += text_at(px + (near_edge ? -8 : 8), py - 6, point.label, near_edge ? "end" : "start");
    }
    return svg + "</svg>\n";
}

} // namespace cdra::tables
