// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The matrix that every page and the inspector talk about.
#pragma once

#include <QObject>

namespace cdra::workbench {

class MatrixSelection : public QObject {
    Q_OBJECT
  public:
    using QObject::QObject;
    int index() const { return index_; } // in tensor order, 0 without a model
    void set(int index) {
        if (index < 0 || index == index_) return;
        chosen_ = true;
        index_ = index;
        emit changed(index);
    }
    // Once, where nobody has chosen yet.
    void suggest(int index) {
        if (!chosen_) set(index);
        chosen_ = true;
    }
    void forget() {
        chosen_ = false;
        if (index_ != 0) emit changed(index_ = 0);
    }

  signals:
    void changed(int index);

  private:
    int index_ = 0;
    bool chosen_ = false;
};

} // namespace cdra::workbench
