// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Ties editors to fields of the project: the editor follows the document (undo included), and what is typed becomes an
// undoable edit.
#pragma once

#include "app/workbench/document.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QObject>
#include <QSpinBox>

#include <functional>
#include <string>
#include <type_traits>

namespace cdra::workbench {

class Binder : public QObject {
  public:
    Binder(ProjectDocument& document, QObject* parent) : QObject(parent), document_(document) {
        connect(&document, &ProjectDocument::changed, this, &Binder::refresh);
    }

    // `field` gives the field of a project: [](auto& p) -> auto& { return p.recipe.epochs; }
    template <class Field> void spin(QSpinBox* box, const QString& what, Field field) {
        follow([this, box, field] { show(box, int(field(document_.project()))); });
        connect(box, &QSpinBox::valueChanged, this, [this, what, field](int value) {
            document_.edit(what, what, [&](job::Project& project) {
                auto& target = field(project);
                target = static_cast<std::remove_reference_t<decltype(target)>>(value);
            });
        });
    }
    template <class Field> void real(QDoubleSpinBox* box, const QString& what, Field field) {
        follow([this, box, field] { show(box, field(document_.project())); });
        connect(box, &QDoubleSpinBox::valueChanged, this, [this, what, field](double value) {
            document_.edit(what, what, [&](job::Project& project) { field(project) = value; });
        });
    }
    // A number shown as typed ("1e-3"); what does not read as a number within the bounds is put back.
    template <class Field>
    void number(QLineEdit* edit, const QString& what, double low, double high, Field field) {
        follow([this, edit, field] { edit->setText(QString::number(field(document_.project()), 'g', 10)); });
        connect(edit, &QLineEdit::editingFinished, this, [this, edit, what, low, high, field] {
            bool ok = false;
            const double value = edit->text().trimmed().toDouble(&ok);
            if (ok && value >= low && value <= high)
                document_.edit(what, {}, [&](job::Project& project) { field(project) = value; });
            refresh();
        });
    }
    template <class Field> void line(QLineEdit* edit, const QString& what, Field field) {
        follow([this, edit, field] { edit->setText(QString::fromStdString(field(document_.project()))); });
        connect(edit, &QLineEdit::editingFinished, this, [this, edit, what, field] {
            const std::string value = edit->text().trimmed().toStdString();
            document_.edit(what, {}, [&](job::Project& project) { field(project) = value; });
        });
    }
    template <class Field> void check(QCheckBox* box, const QString& what, Field field) {
        follow([this, box, field] { box->setChecked(field(document_.project())); });
        connect(box, &QCheckBox::clicked, this, [this, what, field](bool on) {
            document_.edit(what, {}, [&](job::Project& project) { field(project) = on; });
        });
    }
    // Words as the items' data; `get` and `set` translate.
    void choice(QComboBox* box, const QString& what, std::function<std::string(const job::Project&)> get,
                std::function<void(job::Project&, const std::string&)> set) {
        follow([this, box, get] {
            const int index = box->findData(QString::fromStdString(get(document_.project())));
            box->setCurrentIndex(index);
        });
        connect(box, &QComboBox::activated, this, [this, box, what, set](int) {
            const std::string word = box->currentData().toString().toStdString();
            document_.edit(what, {}, [&](job::Project& project) { set(project, word); });
        });
    }
    void follow(std::function<void()> refresh) {
        refresh();
        refreshers_.push_back(std::move(refresh));
    }
    void refresh() {
        for (const auto& one : refreshers_) one();
    }

  private:
    template <class Box, class Value> static void show(Box* box, Value value) {
        const QSignalBlocker quiet(box);
        box->setValue(value);
    }

    ProjectDocument& document_;
    std::vector<std::function<void()>> refreshers_;
};

} // namespace cdra::workbench
