// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/method_form.h"

#include "app/workbench/page.h"
#include "widgets/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

#include <limits>

namespace cdra::workbench {

namespace {

QString text(std::string_view view) { return QString::fromUtf8(view.data(), qsizetype(view.size())); }

// "head-lr-scale" → "Head lr scale".
QString label_of(std::string_view name) {
    QString label = text(name).replace('-', ' ');
    if (!label.isEmpty()) label[0] = label[0].toUpper();
    return label;
}

const methods::Descriptor* method_by_word(const std::string& word) {
    for (const methods::Descriptor* method : methods::all_methods())
        if (method->word == word) return method;
    return nullptr;
}

} // namespace

MethodForm::MethodForm(ProjectDocument& document, QWidget* parent) : QWidget(parent), document_(document) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* form = new QFormLayout;
    method_ = named(new QComboBox, "train-method", tr("Method"));
    for (const methods::Descriptor* method : methods::all_methods()) {
        method_->addItem(text(method->title), text(method->word));
        method_->setItemData(method_->count() - 1, text(method->summary), Qt::ToolTipRole);
    }
    form->addRow(tr("&Method"), method_);
    layout->addLayout(form);
    summary_ = muted_label();
    summary_->setWordWrap(true);
    layout->addWidget(summary_);
    options_ = new QFormLayout;
    layout->addLayout(options_);

    connect(method_, &QComboBox::activated, this, [this] {
        const std::string word = method_->currentData().toString().toStdString();
        const methods::Descriptor* chosen = method_by_word(word);
        document_.edit(tr("method"), {}, [&](job::Project& project) {
            project.method = word;
            methods::OptionValues kept; // options of the same name carry over; others mean nothing to this method
            for (const auto& option : chosen->options)
                if (const auto old = project.method_options.find(std::string(option.name)); old != project.method_options.end())
                    kept.insert(*old);
            project.method_options = std::move(kept);
        });
    });
    connect(&document, &ProjectDocument::changed, this, &MethodForm::refresh);
    refresh();
}

void MethodForm::refresh() {
    if (QString::fromStdString(document_.project().method) != built_for_) rebuild();
    for (const auto& one : refreshers_) one();
}

void MethodForm::rebuild() {
    const std::string word = document_.project().method;
    built_for_ = QString::fromStdString(word);
    refreshers_.clear();
    while (options_->rowCount() > 0) options_->removeRow(0);
    method_->setCurrentIndex(method_->findData(built_for_));
    const methods::Descriptor* method = method_by_word(word);
    summary_->setText(method ? text(method->summary) : tr("The method %1 is not known: choose another.").arg(built_for_));
    if (!method) return;
    for (const auto& option : method->options) add(option);
}

QString MethodForm::value_of(const methods::Option& option) const {
    const auto& given = document_.project().method_options;
    const auto found = given.find(std::string(option.name));
    return found == given.end() ? text(option.default_value) : QString::fromStdString(found->second);
}

void MethodForm::set(const methods::Option& option, const QString& value) {
    const std::string name(option.name);
    document_.edit(tr("option %1").arg(text(option.name)), "option-" + text(option.name), [&](job::Project& project) {
        if (value == text(option.default_value)) project.method_options.erase(name);
        else project.method_options[name] = value.toStdString();
    });
}

void MethodForm::add(const methods::Option& option) {
    const QString object = "option-" + text(option.name), label = label_of(option.name);
    QWidget* editor = nullptr;
    switch (option.type) {
    case methods::OptionType::boolean: {
        auto* box = named(new QCheckBox, object, label);
        connect(box, &QCheckBox::clicked, this, [this, option](bool on) { set(option, on ? "true" : "false"); });
        refreshers_.push_back([this, box, option] { box->setChecked(value_of(option) == "true"); });
        editor = box;
        break;
    }
    case methods::OptionType::integer: {
        const bool bounded = option.minimum != option.maximum;
        auto* box = make_spin(bounded ? int(option.minimum) : std::numeric_limits<int>::min(),
                              bounded ? int(option.maximum) : std::numeric_limits<int>::max(), object, label);
        connect(box, &QSpinBox::valueChanged, this, [this, option](int value) { set(option, QString::number(value)); });
        refreshers_.push_back([this, box, option] {
            const QSignalBlocker quiet(box);
            box->setValue(value_of(option).toInt());
        });
        editor = box;
        break;
    }
    case methods::OptionType::word: {
        auto* box = named(new QComboBox, object, label);
        for (const auto choice : option.choices) box->addItem(text(choice), text(choice));
        connect(box, &QComboBox::activated, this, [this, box, option] { set(option, box->currentData().toString()); });
        refreshers_.push_back([this, box, option] { box->setCurrentIndex(box->findData(value_of(option))); });
        editor = box;
        break;
    }
    case methods::OptionType::real:
    case methods::OptionType::words: {
        auto* edit = named(new QLineEdit, object, label);
        connect(edit, &QLineEdit::editingFinished, this, [this, edit, option] {
            const QString typed = edit->text().trimmed();
            const methods::Descriptor* method = method_by_word(document_.project().method);
            try {
                if (method) methods::resolve_options(*method, {{std::string(option.name), typed.toStdString()}});
                edit->setToolTip(text(option.help));
                set(option, typed);
            } catch (const std::exception& error) {
                edit->setToolTip(QString::fromUtf8(error.what()));
            }
            edit->setText(value_of(option)); // what could not be read is put back
        });
        refreshers_.push_back([this, edit, option] { edit->setText(value_of(option)); });
        editor = edit;
        break;
    }
    }
    editor->setToolTip(text(option.help));
    options_->addRow(label, editor);
}

} // namespace cdra::workbench
