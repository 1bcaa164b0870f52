// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A form of a method's options, generated from its descriptor.
#pragma once

#include "app/workbench/document.h"

#include <QWidget>

#include <functional>
#include <vector>

class QComboBox;
class QFormLayout;
class QLabel;

namespace cdra::workbench {

class MethodForm : public QWidget {
    Q_OBJECT
  public:
    explicit MethodForm(ProjectDocument& document, QWidget* parent = nullptr);

  private:
    void rebuild();
    void refresh();
    void add(const methods::Option& option);
    void set(const methods::Option& option, const QString& value);
    QString value_of(const methods::Option& option) const;

    ProjectDocument& document_;
    QComboBox* method_;
    QLabel* summary_;
    QFormLayout* options_;
    QString built_for_;
    std::vector<std::function<void()>> refreshers_;
};

} // namespace cdra::workbench
