// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What every rank strategy would make of a plan's boxes, without making the plan anew; and allocations kept by name.
#pragma once

#include "core/compact/plan.h"

#include <QString>
#include <QStringList>

#include <vector>

namespace cdra::workbench {

struct StrategyOutcome {
    std::string rank; // "eq7-unscaled", "fixed:8"
    std::uint64_t trainable = 0;
    double percent = 0;
    std::uint64_t rank_sum = 0;
    std::uint32_t largest_rank = 0;
    int without_rank = 0; // matrices whose rank is 0 though they have a box
};
// Hand-edited ranks are left out: a strategy is judged by itself.
std::vector<StrategyOutcome> compare_strategies(const compact::CompactPlan& plan, const std::vector<std::string>& ranks);

// Allocations live beside the project as allocations/NAME.csv, lines "name,rank": `--rank file:CSV` reads the same.
QStringList saved_allocations(const QString& project_folder);
QString allocation_file(const QString& project_folder, const QString& name);
// Throws InputError for a name that is no file name, IoError.
void save_allocation(const QString& project_folder, const QString& name, const compact::CompactPlan& plan);

} // namespace cdra::workbench
