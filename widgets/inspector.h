// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Facts of the selected matrix, the same panel on every page; all numbers are selectable text.
#pragma once

#include "core/compact/plan.h"

#include <QWidget>
#include <utility>

class QFormLayout;
class QLabel;

namespace cdra::widgets {

class SparkBars;

class Inspector : public QWidget {
    Q_OBJECT
  public:
    explicit Inspector(QWidget* parent = nullptr);
    // Only name and shape are known yet.
    void setShape(const checkpoint::MatrixShape& shape);
    void setMatrix(const compact::CompactPlan& plan, int index);
    // Any facts, label and value.
    void setFacts(const QString& title, const std::vector<std::pair<QString, QString>>& facts);
    // Singular values of A·B, largest first, after training; empty: none shown.
    void setSpectrum(const std::vector<double>& singular_values);
    void setNotes(const QString& notes); // a sentence or two on the page
    void clear();
    std::vector<std::pair<QString, QString>> facts() const { return facts_; }
    QSize sizeHint() const override { return {232, 400}; }

  private:
    QLabel* title_;
    QFormLayout* form_;
    QLabel* bars_title_;
    SparkBars* bars_;
    QLabel* notes_;
    std::vector<std::pair<QString, QString>> facts_;
};

} // namespace cdra::widgets
