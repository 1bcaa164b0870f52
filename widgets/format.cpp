// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/format.h"

#include <array>
#include <cmath>

namespace cdra::widgets {
namespace {

constexpr QChar narrow_space(0x202F); // no-break
constexpr QChar minus(0x2212);

QString superscript(int number) {
    static const std::array<QChar, 10> digits = {QChar(0x2070), QChar(0x00B9), QChar(0x00B2), QChar(0x00B3),
                                                 QChar(0x2074), QChar(0x2075), QChar(0x2076), QChar(0x2077),
                                                 QChar(0x2078), QChar(0x2079)};
    QString text;
    for (QChar c : QString::number(number))
        text += c == '-' ? QChar(0x207B) : digits[std::size_t(c.digitValue())];
    return text;
}

QString with_minus(QString text) {
    return text.replace('-', minus);
}

} // namespace

QString grouped(std::int64_t value) {
    QString digits = QString::number(value);
    const int first = value < 0 ? 1 : 0;
    // Four digits are grouped too, so that columns of a table line up.
    for (int at = int(digits.size()) - 3; at > first; at -= 3)
        digits.insert(at, narrow_space);
    return with_minus(digits);
}

QString short_count(double value) {
    if (!std::isfinite(value)) return QStringLiteral("–");
    static const std::array<const char*, 5> units = {"", "k", "M", "G", "T"};
    std::size_t unit = 0;
    double scaled = value;
    while (std::abs(scaled) >= 999.5 && unit + 1 < units.size()) {
        scaled /= 1000;
        ++unit;
    }
    if (unit == 0) return with_minus(QString::number(std::llround(value)));
    const int digits = std::abs(scaled) < 99.95 ? 1 : 0;
    return with_minus(QString::number(scaled, 'f', digits)) + narrow_space + QLatin1String(units[unit]);
}

QString decimal(double value, int significant) {
    if (!std::isfinite(value)) return QStringLiteral("–");
    if (value == 0) return QStringLiteral("0");
    const int exponent = int(std::floor(std::log10(std::abs(value)) + 1e-12));
    if (exponent < -4 || exponent >= 9) {
        double mantissa = value / std::pow(10.0, exponent);
        QString text = QString::number(mantissa, 'f', std::max(0, significant - 1));
        if (text.contains('.')) {
            while (text.endsWith('0'))
                text.chop(1);
            if (text.endsWith('.')) text.chop(1);
        }
        const QString power = QStringLiteral("10") + superscript(exponent);
        return text == QLatin1String("1") ? power : with_minus(text) + QStringLiteral(" × ") + power;
    }
    const int digits = std::max(0, significant - 1 - exponent);
    if (digits == 0) return grouped(std::llround(value));
    return with_minus(QString::number(value, 'f', digits));
}

QString percent_value(double percent, int digits) {
    if (!std::isfinite(percent)) return QStringLiteral("–");
    return with_minus(QString::number(percent, 'f', digits)) + narrow_space + '%';
}

QString percent(double fraction, int digits) {
    return percent_value(fraction * 100, digits);
}

QString duration(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0) return QStringLiteral("–");
    const auto unit = [](std::int64_t n, const char* name) {
        return QString::number(n) + narrow_space + QLatin1String(name);
    };
    if (seconds < 9.95) return QString::number(seconds, 'f', 1) + narrow_space + 's';
    const auto whole = std::int64_t(std::llround(seconds));
    if (whole < 60) return unit(whole, "s");
    if (whole < 3600) {
        const QString text = unit(whole / 60, "min");
        return whole % 60 && whole < 600 ? text + ' ' + unit(whole % 60, "s") : text;
    }
    const std::int64_t minutes = whole / 60;
    if (minutes < 48 * 60)
        return unit(minutes / 60, "h") + (minutes % 60 ? ' ' + unit(minutes % 60, "min") : QString());
    return unit(minutes / 1440, "d") + ' ' + unit(minutes % 1440 / 60, "h");
}

QString eta(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0) return {};
    return QStringLiteral("ETA ") + duration(seconds < 10 ? std::ceil(seconds) : seconds).replace(".0", "");
}

QString bytes(double bytes) {
    if (!std::isfinite(bytes)) return QStringLiteral("–");
    static const std::array<const char*, 5> units = {"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    while (bytes >= 1023.5 && unit + 1 < units.size()) {
        bytes /= 1024;
        ++unit;
    }
    return QString::number(bytes, 'f', unit == 0 || bytes >= 99.95 ? 0 : 1) + narrow_space +
           QLatin1String(units[unit]);
}

QString size_text(std::int64_t rows, std::int64_t columns) {
    return grouped(rows) + QStringLiteral(" × ") + grouped(columns);
}

} // namespace cdra::widgets
