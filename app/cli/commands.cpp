// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"

#include <array>

namespace cdra::cli {

std::span<const CommandEntry> commands() {
    static constexpr std::array table = {
        CommandEntry{"inspect", "Show a checkpoint: format, architecture, matrices, parameter counts.", make_inspect},
        CommandEntry{"dataset", "Show a dataset and check every file of it.", make_dataset},
        CommandEntry{"methods", "List the fine-tuning methods with their options and defaults.", make_methods},
        CommandEntry{"sensitivity", "Compute the sensitivity map of a model on a dataset (step 1).", make_sensitivity},
        CommandEntry{"plan", "Select, reorganise and allocate ranks: the compact plan (steps 2 and 3).", make_plan},
        CommandEntry{"compare", "Compare sensitivity maps: overlap of masks, rank correlation.", make_compare},
        CommandEntry{"train", "Fine-tune a model.", make_train},
        CommandEntry{"resume", "Go on with a stopped, dead or paused run.", make_resume},
        CommandEntry{"stop", "Stop a run; it saves a checkpoint first.", make_stop},
        CommandEntry{"pause", "Pause a run until 'cdra resume'.", make_pause},
        CommandEntry{"checkpoint", "Make a run save a checkpoint now.", make_checkpoint},
        CommandEntry{"analyse", "Show what training changed, and what the compact boxes hold.", make_analyse},
        CommandEntry{"evaluate", "Measure a fine-tuned model on a split.", make_evaluate},
        CommandEntry{"predict", "Classify images, or draw their masks, with a fine-tuned model.", make_predict},
        CommandEntry{"attention", "Write what every head of a fine-tuned model looks at in an image.", make_attention},
        CommandEntry{"export", "Write a run's adapter.", make_export},
        CommandEntry{"merge", "Fold a run's change into the model and write a plain checkpoint.", make_merge},
        CommandEntry{"import-spt", "Make a plan from the masks that SPT publishes.", make_import_spt},
        CommandEntry{"report", "Compare runs in one table.", make_report},
        CommandEntry{"sweep", "Run a grid of methods, tasks, seeds and settings as a queue of ordinary runs.", make_sweep},
        CommandEntry{"reproduce", "Run a table of the paper and show it beside the paper's numbers.", make_reproduce},
    };
    return table;
}

} // namespace cdra::cli
