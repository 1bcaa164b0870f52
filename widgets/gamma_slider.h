// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How much is sensitive, in one of three ways: a share γ of the pool, a count τ, or a budget of trainable
// parameters in per cent of the backbone. A logarithmic slider below the curves of what every γ would cost, a spin box and a
// read-out of what comes out.
#pragma once

#include "core/compact/plan.h"

#include <QWidget>
#include <optional>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QSlider;

namespace cdra::widgets {

class GammaCurves;

// The slider's positions 0 … steps cover `low` … `high` logarithmically.
struct LogRange {
    double low = 1e-5, high = 1;
    int steps = 1000;
    double value_at(int position) const;
    int position_of(double value) const; // clamped
};

class GammaSlider : public QWidget {
    Q_OBJECT
  public:
    enum class Mode { gamma, tau, budget };

    explicit GammaSlider(QWidget* parent = nullptr);

    void setPoolSize(std::uint64_t weights);
    // The amount as asked for; does not emit.
    void setAmount(const compact::Amount& amount);
    compact::Amount amount() const;
    Mode mode() const { return mode_; }
    // Switches the mode; the value shown is what the last outcome means in it, so the mask stays the same
    // (budget: as near as it gets).
    void setMode(Mode mode);
    // What the amount came to (after the plan was made).
    void setOutcome(const compact::CompactPlan& plan);
    void setOutcome(double gamma, std::uint64_t tau, std::uint64_t trainable, double trainable_percent);
    void setBusy(bool busy); // read-out greyed while a plan is on its way
    GammaCurves* curves() const { return curves_; }

  signals:
    void amountChanged(const cdra::compact::Amount& amount); // live, also while dragging
    void editingFinished(); // slider released or value typed: for the undo stack

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    double value() const; // in the mode's unit: per cent, count, per cent
    void setValue(double value, bool from_slider);
    LogRange range() const;
    void refresh();
    void pick(double gamma); // in the curves
    void alignSlider();

    GammaCurves* curves_;
    QComboBox* mode_box_;
    QSlider* slider_;
    QDoubleSpinBox* spin_;
    QLabel* readout_;
    Mode mode_ = Mode::gamma;
    std::uint64_t pool_size_ = 0;
    double gamma_percent_ = 0.43;
    double tau_value_ = 0;
    double budget_percent_ = 0.5;
    struct Outcome {
        double gamma = 0;
        std::uint64_t tau = 0, trainable = 0;
        double percent = 0;
    };
    std::optional<Outcome> outcome_;
};

} // namespace cdra::widgets
