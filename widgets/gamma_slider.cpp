// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/gamma_slider.h"

#include "widgets/format.h"
#include "widgets/gamma_curves.h"
#include "widgets/theme.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QStyle>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

namespace cdra::widgets {

double LogRange::value_at(int position) const {
    return low * std::pow(high / low, std::clamp(double(position) / steps, 0.0, 1.0));
}

int LogRange::position_of(double value) const {
    if (!(value > low)) return 0;
    return std::clamp(int(std::lround(std::log(value / low) / std::log(high / low) * steps)), 0, steps);
}

GammaSlider::GammaSlider(QWidget* parent) : QWidget(parent) {
    mode_box_ = new QComboBox;
    mode_box_->setObjectName("amountMode");
    mode_box_->addItems({tr("γ, share of the pool"), tr("τ, number of weights"), tr("budget, trainable")});
    mode_box_->setToolTip(tr("How to say how much is sensitive"));
    mode_box_->setAccessibleName(tr("How to say how much is sensitive"));
    slider_ = new QSlider(Qt::Horizontal);
    slider_->setObjectName("amountSlider");
    slider_->setAccessibleName(tr("Amount, logarithmic"));
    slider_->setRange(0, LogRange().steps);
    slider_->setPageStep(20);
    spin_ = new QDoubleSpinBox;
    spin_->setObjectName("amountSpin");
    spin_->setAccessibleName(tr("Amount"));
    spin_->setKeyboardTracking(false);
    spin_->setFont(fonts::tabular(font()));
    readout_ = new QLabel;
    readout_->setObjectName("amountReadout");
    readout_->setFont(fonts::tabular(font()));
    readout_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    curves_ = new GammaCurves;
    curves_->setObjectName("amountCurves");
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(grid / 2);
    layout->addWidget(curves_);
    auto* groove = new QHBoxLayout;
    groove->setSpacing(0);
    groove->addWidget(slider_);
    layout->addLayout(groove);
    auto* row = new QHBoxLayout;
    row->setSpacing(grid);
    row->addWidget(mode_box_);
    row->addWidget(spin_);
    row->addWidget(readout_, 1);
    layout->addLayout(row);
    connect(curves_, &GammaCurves::gammaPicked, this, &GammaSlider::pick);
    connect(curves_, &GammaCurves::pickingFinished, this, &GammaSlider::editingFinished);
    setFocusProxy(slider_);

    connect(mode_box_, &QComboBox::currentIndexChanged, this, [this](int mode) {
        setMode(Mode(mode));
        emit amountChanged(amount());
        emit editingFinished();
    });
    connect(slider_, &QSlider::valueChanged, this, [this](int position) {
        setValue(range().value_at(position), true);
        emit amountChanged(amount());
        // Keys and wheel have no release: each is an edit of its own.
        if (!slider_->isSliderDown()) emit editingFinished();
    });
    connect(slider_, &QSlider::sliderReleased, this, &GammaSlider::editingFinished);
    connect(spin_, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        setValue(value, false);
        emit amountChanged(amount());
        emit editingFinished();
    });
    refresh();
}

// The handle's middle runs below the curves' axis from end to end.
void GammaSlider::alignSlider() {
    const QRect area = curves_->plotArea();
    const int half = slider_->style()->pixelMetric(QStyle::PM_SliderLength, nullptr, slider_) / 2;
    if (auto* groove = layout()->itemAt(1)->layout())
        groove->setContentsMargins(std::max(0, area.left() - half), 0, std::max(0, curves_->width() - area.right() - 1 - half), 0);
}

void GammaSlider::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    alignSlider();
}

void GammaSlider::pick(double gamma) {
    if (mode_ == Mode::gamma) setValue(gamma * 100, true);
    else if (mode_ == Mode::tau) setValue(gamma * double(pool_size_), true);
    else if (const auto percent = curves_->percentAt(gamma)) setValue(*percent, true);
    emit amountChanged(amount());
}

LogRange GammaSlider::range() const {
    switch (mode_) {
    case Mode::gamma:
        return {0.001, 100, 1000};
    case Mode::tau: { // the same axis, in weights
        const double pool = std::max(200.0, double(pool_size_));
        return {std::max(1.0, pool * GammaCurves::lowest), pool, 1000};
    }
    case Mode::budget:
        return {0.01, 100, 1000};
    }
    return {};
}

double GammaSlider::value() const {
    return mode_ == Mode::gamma ? gamma_percent_ : mode_ == Mode::tau ? tau_value_ : budget_percent_;
}

void GammaSlider::setValue(double value, bool from_slider) {
    // A slider's step is wider than these roundings; a number like 0.43 reads better than 0.428549.
    if (from_slider && mode_ != Mode::tau && value > 0) {
        const double unit = std::pow(10.0, std::floor(std::log10(value)) - 2);
        value = std::round(value / unit) * unit;
    }
    switch (mode_) {
    case Mode::gamma:
        gamma_percent_ = std::clamp(value, 0.0, 100.0);
        break;
    case Mode::tau:
        tau_value_ = std::clamp(std::round(value), 0.0, double(pool_size_));
        break;
    case Mode::budget:
        budget_percent_ = std::clamp(value, 0.0, 100.0);
        break;
    }
    refresh();
}

void GammaSlider::refresh() {
    const QSignalBlocker slider_blocker(slider_), spin_blocker(spin_), mode_blocker(mode_box_);
    mode_box_->setCurrentIndex(int(mode_));
    if (mode_ == Mode::tau) {
        spin_->setDecimals(0);
        spin_->setRange(0, double(std::max<std::uint64_t>(1, pool_size_)));
        spin_->setSuffix({});
        spin_->setGroupSeparatorShown(true);
    } else {
        spin_->setDecimals(4);
        spin_->setRange(0, 100);
        spin_->setSuffix(QStringLiteral(" %"));
        spin_->setGroupSeparatorShown(false);
    }
    spin_->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    spin_->setValue(value());
    curves_->setGamma(outcome_ ? outcome_->gamma : mode_ == Mode::gamma ? gamma_percent_ / 100 : 0);
    if (!slider_->isSliderDown()) slider_->setValue(range().position_of(value()));
    if (outcome_)
        readout_->setText(tr("γ %1   τ %2   trains %3 = %4")
                              .arg(percent(outcome_->gamma), grouped(std::int64_t(outcome_->tau)),
                                   short_count(double(outcome_->trainable)),
                                   percent_value(outcome_->percent)));
    else
        readout_->clear();
}

void GammaSlider::setPoolSize(std::uint64_t weights) {
    pool_size_ = weights;
    if (tau_value_ > double(weights)) tau_value_ = double(weights);
    refresh();
}

void GammaSlider::setAmount(const compact::Amount& amount) {
    if (const auto* gamma = std::get_if<compact::Gamma>(&amount)) {
        mode_ = Mode::gamma;
        gamma_percent_ = gamma->value * 100;
    } else if (const auto* tau = std::get_if<compact::Tau>(&amount)) {
        mode_ = Mode::tau;
        tau_value_ = double(tau->value);
        pool_size_ = std::max(pool_size_, tau->value);
    } else {
        mode_ = Mode::budget;
        budget_percent_ = std::get<compact::Budget>(amount).percent;
    }
    refresh();
}

compact::Amount GammaSlider::amount() const {
    switch (mode_) {
    case Mode::gamma:
        return compact::Gamma{gamma_percent_ / 100};
    case Mode::tau:
        return compact::Tau{std::uint64_t(tau_value_)};
    case Mode::budget:
        return compact::Budget{budget_percent_};
    }
    return compact::Gamma{};
}

void GammaSlider::setMode(Mode mode) {
    if (outcome_ && mode != mode_) {
        if (mode == Mode::gamma) gamma_percent_ = outcome_->gamma * 100;
        if (mode == Mode::tau) tau_value_ = double(outcome_->tau);
        if (mode == Mode::budget) budget_percent_ = outcome_->percent;
    }
    mode_ = mode;
    refresh();
}

void GammaSlider::setOutcome(const compact::CompactPlan& plan) {
    pool_size_ = plan.pool_size;
    setOutcome(plan.gamma, plan.tau, plan.trainable_parameters(), plan.trainable_percent());
}

void GammaSlider::setOutcome(double gamma, std::uint64_t tau, std::uint64_t trainable,
                             double trainable_percent) {
    outcome_ = Outcome{gamma, tau, trainable, trainable_percent};
    readout_->setEnabled(true);
    refresh();
}

void GammaSlider::setBusy(bool busy) {
    readout_->setEnabled(!busy);
}

} // namespace cdra::widgets
