// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/strategies.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/compact/allocation.h"

#include <QDir>
#include <QRegularExpression>

#include <algorithm>

namespace cdra::workbench {

std::vector<StrategyOutcome> compare_strategies(const compact::CompactPlan& plan, const std::vector<std::string>& ranks) {
    std::vector<compact::RankInput> inputs;
    std::vector<compact::BoxSides> boxes;
    for (const auto& matrix : plan.matrices) {
        inputs.push_back({matrix.shape.name, std::uint64_t(matrix.shape.in), std::uint64_t(matrix.shape.out), matrix.reorganised.compact_rows,
                          matrix.reorganised.compact_columns, matrix.mask.size()});
        boxes.push_back({{0, std::uint32_t(matrix.box.rows.size())}, {0, std::uint32_t(matrix.box.columns.size())}});
    }
    const std::uint64_t rest = plan.trainable_parameters() - plan.matrix_parameters();
    const std::map<std::string, std::uint32_t> none;
    std::vector<StrategyOutcome> outcomes;
    for (const std::string& rank : ranks) {
        const auto strategy = compact::parse_rank_strategy(rank);
        const auto allotments = compact::allot(inputs, boxes, {*strategy, none, plan.options.rank_zero});
        StrategyOutcome outcome;
        outcome.rank = rank;
        outcome.trainable = rest;
        for (std::size_t i = 0; i < allotments.size(); ++i) {
            outcome.trainable += compact::parameters_of(allotments[i], boxes[i], inputs[i].sensitive);
            const bool low_rank = allotments[i].treatment == compact::Treatment::low_rank;
            if (low_rank) {
                outcome.rank_sum += allotments[i].rank;
                outcome.largest_rank = std::max(outcome.largest_rank, allotments[i].rank);
            } else if (inputs[i].sensitive > 0) {
                ++outcome.without_rank;
            }
        }
        if (plan.backbone_parameters > 0) outcome.percent = 100.0 * double(outcome.trainable) / double(plan.backbone_parameters);
        outcomes.push_back(outcome);
    }
    return outcomes;
}

QString allocation_file(const QString& project_folder, const QString& name) {
    return project_folder + "/allocations/" + name + ".csv";
}

QStringList saved_allocations(const QString& project_folder) {
    if (project_folder.isEmpty()) return {};
    QStringList names;
    for (const QFileInfo& file : QDir(project_folder + "/allocations").entryInfoList({"*.csv"}, QDir::Files, QDir::Name)) names << file.completeBaseName();
    return names;
}

void save_allocation(const QString& project_folder, const QString& name, const compact::CompactPlan& plan) {
    static const QRegularExpression usable("^[\\w][\\w .+-]{0,79}$", QRegularExpression::UseUnicodePropertiesOption);
    if (!usable.match(name).hasMatch())
        throw InputError("'" + name.toStdString() + "' is no name for an allocation; expected letters, digits, spaces, . + - and _");
    if (!QDir().mkpath(project_folder + "/allocations"))
        throw IoError("the folder " + project_folder.toStdString() + "/allocations can't be made: is the project's folder writable?");
    std::string text = "name,rank\n";
    for (const auto& matrix : plan.matrices) text += matrix.shape.name + "," + std::to_string(matrix.rank) + "\n";
    write_file_atomically(allocation_file(project_folder, name).toStdString(), text);
}

} // namespace cdra::workbench
