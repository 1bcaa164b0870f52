// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/differences.h"

#include <QMap>

#include <algorithm>

namespace cdra::workbench {

namespace {

// Our own writer's files: one "key = value" a line below "[section]".
QList<std::pair<QString, QString>> pairs_of(const job::Project& project) {
    QList<std::pair<QString, QString>> pairs;
    QString section;
    for (const QString& line : QString::fromStdString(job::to_toml(project)).split('\n')) {
        if (line.startsWith('[')) {
            section = line.mid(1, line.indexOf(']') - 1) + ".";
            continue;
        }
        const auto equals = line.indexOf(" = ");
        if (equals <= 0) continue;
        QString value = line.mid(equals + 3);
        if (value.size() > 1 && (value.startsWith('"') || value.startsWith('\''))) value = value.mid(1, value.size() - 2);
        pairs << std::pair(section + line.left(equals), value);
    }
    return pairs;
}

} // namespace

std::vector<Difference> differences(const std::vector<job::Project>& projects) {
    QStringList order;
    QList<QMap<QString, QString>> maps;
    for (const job::Project& project : projects) {
        QMap<QString, QString> map;
        for (const auto& [key, value] : pairs_of(project)) {
            map[key] = value;
            if (!order.contains(key)) order << key;
        }
        maps << map;
    }
    std::vector<Difference> found;
    for (const QString& key : order) {
        if (key == "name" || key == "notes") continue;
        Difference one{key, {}};
        for (const auto& map : maps) one.values << map.value(key);
        if (std::ranges::any_of(one.values, [&](const QString& value) { return value != one.values.first(); })) found.push_back(one);
    }
    return found;
}

} // namespace cdra::workbench
