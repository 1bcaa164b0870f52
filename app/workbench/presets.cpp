// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/presets.h"

#include "core/base/error.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QStandardPaths>

namespace cdra::workbench {

namespace {

void paper(job::Project& project) {
    project.method = "cdra";
    project.method_options.clear();
    project.plan.options = compact::PlanOptions{};
    project.recipe = job::Recipe{}; // AdamW, 100 epochs, cosine: the recipe's defaults are the paper's
}

void quick_look(job::Project& project) {
    paper(project);
    project.recipe.epochs = 10;
    project.recipe.warmup_epochs = 1;
    project.recipe.schedule = "step";
}

void medium(job::Project& project) {
    paper(project);
    project.recipe.epochs = 25;
    project.recipe.warmup_epochs = 3;
}

// Gradients are added over small batches: the same step with a quarter of the activations in memory.
void low_memory(job::Project& project) {
    paper(project);
    project.recipe.batch_size = 16;
    project.recipe.accumulate = 4;
}

constexpr Preset table[] = {
    {QT_TRANSLATE_NOOP("Preset", "Paper"), QT_TRANSLATE_NOOP("Preset", "CDRA as published: γ 0.43 %, 100 epochs, 10 of them warm-up."), paper},
    {QT_TRANSLATE_NOOP("Preset", "25 epochs"), QT_TRANSLATE_NOOP("Preset", "The paper's settings in a quarter of the time."), medium},
    {QT_TRANSLATE_NOOP("Preset", "Quick look"), QT_TRANSLATE_NOOP("Preset", "The paper's settings for 10 epochs: to see whether it learns."), quick_look},
    {QT_TRANSLATE_NOOP("Preset", "Low memory"), QT_TRANSLATE_NOOP("Preset", "The paper's settings with batches of 16 added up to 64."), low_memory},
};

} // namespace

std::span<const Preset> presets() { return table; }

namespace {

QString folder() { return QStandardPaths::writableLocation(QStandardPaths::AppConfigLocation) + "/presets"; }
QString file_of(const QString& name) { return folder() + "/" + name + ".toml"; }

} // namespace

QStringList kept_presets() {
    QStringList names;
    for (const QFileInfo& file : QDir(folder()).entryInfoList({"*.toml"}, QDir::Files, QDir::Name)) names << file.completeBaseName();
    return names;
}

void keep_preset(const QString& name, const job::Project& project) {
    static const QRegularExpression usable("^[\\w][\\w .+-]{0,79}$", QRegularExpression::UseUnicodePropertiesOption);
    if (!usable.match(name).hasMatch())
        throw InputError("'" + name.toStdString() + "' is no name for a preset; expected letters, digits, spaces, . + - and _");
    if (!QDir().mkpath(folder())) throw IoError(folder().toStdString() + ": the folder for presets can't be made");
    job::Project only;
    only.name = name.toStdString();
    only.method = project.method;
    only.method_options = project.method_options;
    only.plan.options = project.plan.options;
    only.plan.options.edited_ranks.clear(); // of one model's matrices
    only.recipe = project.recipe;
    job::write_project(file_of(name).toStdString(), only);
}

void apply_kept_preset(const QString& name, job::Project& project) {
    const job::Project kept = job::read_project(file_of(name).toStdString());
    project.method = kept.method;
    project.method_options = kept.method_options;
    project.plan.options = kept.plan.options;
    project.recipe = kept.recipe;
}

void forget_preset(const QString& name) { QFile::remove(file_of(name)); }

} // namespace cdra::workbench
