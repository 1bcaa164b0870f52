// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The train page's form: presets and recipe.
#include "app/workbench/pages/train_page.h"
#include "app/workbench/presets.h"
#include "core/job/schedule.h"
#include "widgets/theme.h"

#include <QCoreApplication>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>

#include <cmath>

namespace cdra::workbench {

QWidget* TrainPage::build_presets() {
    auto* box = new QWidget;
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    preset_ = named(new QComboBox, "train-preset", tr("Preset"));
    preset_->setEditable(true);
    preset_->setInsertPolicy(QComboBox::NoInsert);
    preset_->lineEdit()->setPlaceholderText(tr("choose or name…"));
    preset_->setToolTip(tr("Choose one to begin from, or type a name and keep method, plan settings and recipe under it."));
    preset_->setMinimumContentsLength(10);
    preset_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    connect(preset_, &QComboBox::activated, this, &TrainPage::take_preset);
    auto* label = new QLabel(tr("&Preset"));
    label->setBuddy(preset_);
    auto* keep = named(new QPushButton(tr("Keep")), "train-preset-keep", tr("Keep the settings under this name"));
    connect(keep, &QPushButton::clicked, this, &TrainPage::keep_preset);
    row->addWidget(label);
    row->addWidget(preset_, 1);
    row->addWidget(keep);
    return box;
}

void TrainPage::refresh_presets() {
    preset_->clear();
    const auto add = [this](const QString& text, const QVariant& data, const QString& help) {
        preset_->addItem(text, data);
        preset_->setItemData(preset_->count() - 1, help, Qt::ToolTipRole);
    };
    int number = 0;
    for (const Preset& one : presets())
        add(QCoreApplication::translate("Preset", one.title), number++, QCoreApplication::translate("Preset", one.summary));
    const QStringList kept = kept_presets();
    if (!kept.isEmpty()) preset_->insertSeparator(preset_->count());
    for (const QString& name : kept) add(name, name, tr("Kept by you."));
    preset_->setCurrentIndex(-1);
}

void TrainPage::take_preset(int index) {
    const QVariant which = preset_->itemData(index);
    const QString what = tr("preset %1").arg(preset_->itemText(index));
    if (which.typeId() == QMetaType::Int) return bench().document.edit(what, {}, presets()[std::size_t(which.toInt())].apply);
    try {
        job::Project wanted = bench().document.project();
        apply_kept_preset(which.toString(), wanted);
        bench().document.edit(what, {}, [&](job::Project& project) { project = wanted; });
    } catch (const std::exception& error) {
        emit failed(QString::fromUtf8(error.what()));
    }
}

void TrainPage::keep_preset() {
    const QString name = preset_->currentText().trimmed();
    for (const Preset& one : presets())
        if (name.isEmpty() || name == QCoreApplication::translate("Preset", one.title)) {
            preset_->setFocus();
            return emit told(tr("Type a name of its own for the preset first."));
        }
    try {
        workbench::keep_preset(name, bench().document.project());
        refresh_presets();
        emit told(tr("Method, plan settings and recipe are kept as the preset %1.").arg(name));
    } catch (const std::exception& error) {
        emit failed(QString::fromUtf8(error.what()));
    }
}

QWidget* TrainPage::build_recipe() {
    auto* box = new QWidget;
    auto* form = new QFormLayout(box);
    form->setContentsMargins(0, 0, 0, 0);
    const auto spin = [&](const QString& label, const QString& name, int low, int high, const QString& help, auto field) {
        auto* editor = make_spin(low, high, "recipe-" + name, QString(label).remove('&'));
        editor->setToolTip(help);
        binder_->spin(editor, QString(label).remove('&'), field);
        form->addRow(label, editor);
        return editor;
    };
    const auto number = [&](const QString& label, const QString& name, double low, double high, const QString& help, auto field) {
        auto* editor = named(new QLineEdit, "recipe-" + name, QString(label).remove('&'));
        editor->setToolTip(help);
        binder_->number(editor, QString(label).remove('&'), low, high, field);
        form->addRow(label, editor);
    };
    spin(tr("&Epochs"), "epochs", 1, 100000, tr("Passes over the training images."), [](auto& p) -> auto& { return p.recipe.epochs; });
    spin(tr("&Batch size"), "batch-size", 1, 65536, tr("Images a step."), [](auto& p) -> auto& { return p.recipe.batch_size; });
    spin(tr("Acc&umulate"), "accumulate", 1, 4096, tr("Batches whose gradients are added before a step."), [](auto& p) -> auto& { return p.recipe.accumulate; });
    number(tr("&Learning rate"), "lr", 1e-12, 10, tr("AdamW's peak learning rate."), [](auto& p) -> auto& { return p.recipe.lr; });
    number(tr("Lowest rate"), "min-lr", 0, 10, tr("Where the cosine ends."), [](auto& p) -> auto& { return p.recipe.min_lr; });
    number(tr("&Weight decay"), "weight-decay", 0, 10, tr("AdamW's decoupled decay."), [](auto& p) -> auto& { return p.recipe.weight_decay; });
    auto* warm_up = spin(tr("Warm-up epochs"), "warmup-epochs", 0, 100000, tr("Epochs in which the rate rises to its peak: at most a fifth of all."), [](auto& p) -> auto& { return p.recipe.warmup_epochs; });
    const auto say_warm_up = [this, warm_up] {
        const job::Recipe& recipe = this->bench().document.project().recipe;
        const double used = job::CosineSchedule(recipe).warmup_epochs();
        warm_up->setSuffix(used == recipe.warmup_epochs ? QString() : tr(", uses %1").arg(QLocale().toString(used, 'f', used == std::floor(used) ? 0 : 1)));
    };
    connect(&bench().document, &ProjectDocument::changed, this, say_warm_up);
    say_warm_up();
    number(tr("Warm-up rate"), "warmup-lr", 0, 10, tr("Where the warm-up begins."), [](auto& p) -> auto& { return p.recipe.warmup_lr; });
    auto* schedule = named(new QComboBox, "recipe-schedule", tr("Schedule"));
    schedule->addItem(tr("by epoch"), "epoch");
    schedule->addItem(tr("by step"), "step");
    schedule->setToolTip(tr("When the learning rate moves: after each epoch, as published, or after every step, for runs of few epochs."));
    binder_->choice(schedule, tr("schedule"), [](const job::Project& p) { return p.recipe.schedule; },
                    [](job::Project& p, const std::string& word) { p.recipe.schedule = word; });
    form->addRow(tr("Schedule"), schedule);
    number(tr("&Drop path"), "drop-path", 0, 0.99, tr("Stochastic depth: the last block's chance of being skipped."), [](auto& p) -> auto& { return p.recipe.drop_path; });
    number(tr("Label smoothing"), "label-smoothing", 0, 0.99, tr("Share of the target spread over all classes."), [](auto& p) -> auto& { return p.recipe.label_smoothing; });
    auto* every = spin(tr("Checkpoint every"), "checkpoint-every", 0, 1000000000, tr("Optimiser steps between checkpoints."), [](auto& p) -> auto& { return p.recipe.checkpoint_every; });
    every->setSpecialValueText(tr("epoch"));
    every->setSuffix(tr(" steps"));

    auto* precision = named(new QComboBox, "recipe-precision", tr("Precision"));
    precision->addItem("fp32", "fp32");
    precision->addItem(tr("bf16 (CUDA)"), "bf16");
    binder_->choice(precision, tr("precision"), [](const job::Project& p) { return p.recipe.precision; },
                    [](job::Project& p, const std::string& word) { p.recipe.precision = word; });
    form->addRow(tr("Precision"), precision);
    auto* protocol = named(new QComboBox, "recipe-protocol", tr("Protocol"));
    protocol->addItem(tr("honest"), "honest");
    protocol->addItem(tr("published"), "published");
    protocol->setToolTip(tr("Honest: everything is chosen on validation images and the test images are read once.\n"
                            "Published: the maximum of test accuracy over epochs, as in published code."));
    binder_->choice(protocol, tr("protocol"), [](const job::Project& p) { return p.recipe.protocol; },
                    [](job::Project& p, const std::string& word) { p.recipe.protocol = word; });
    form->addRow(tr("Protocol"), protocol);
    auto* device = named(new QComboBox, "run-device", tr("Device"));
    for (const char* word : {"auto", "cpu", "cuda"}) device->addItem(word, word);
    device->setEditable(true);
    device->setInsertPolicy(QComboBox::NoInsert);
    binder_->follow([this, device] { device->setEditText(QString::fromStdString(bench().document.project().run.device)); });
    const auto take_device = [this, device] {
        bench().document.edit(tr("device"), {}, [&](job::Project& p) { p.run.device = device->currentText().trimmed().toStdString(); });
    };
    connect(device, &QComboBox::activated, this, take_device);
    connect(device->lineEdit(), &QLineEdit::editingFinished, this, take_device);
    form->addRow(tr("Device"), device);
    auto* threads = make_spin(0, 1024, "run-threads", tr("Threads"));
    threads->setSpecialValueText(tr("all"));
    binder_->spin(threads, tr("threads"), [](auto& p) -> auto& { return p.run.threads; });
    form->addRow(tr("Threads"), threads);
    auto* seed = make_spin(0, 1000000000, "run-seed", tr("Seed"));
    binder_->spin(seed, tr("seed"), [](auto& p) -> auto& { return p.run.seed; });
    form->addRow(tr("&Seed"), seed);
    return box;
}

} // namespace cdra::workbench
