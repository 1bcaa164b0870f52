// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The stops of the road and what can be said of each.
#pragma once

#include "widgets/stage_rail.h"

#include <QString>

#include <array>

namespace cdra::workbench {

enum class Stage { model, data, sensitivity, compact, ranks, train, results };
inline constexpr int stage_count = 7;
inline constexpr std::array<Stage, stage_count> all_stages = {Stage::model,   Stage::data,  Stage::sensitivity,
                                                             Stage::compact, Stage::ranks, Stage::train,
                                                             Stage::results};

using Health = widgets::StageState;

struct StageState {
    Health health = Health::empty;
    QString reason; // one short sentence: what is missing, what changed, what went wrong

    bool operator==(const StageState&) const = default;
};

QString title_of(Stage stage);   // "Sensitivity", translated
QString word_of(Stage stage);    // "sensitivity", for object names and file names

} // namespace cdra::workbench
