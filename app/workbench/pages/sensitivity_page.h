// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Compute the sensitivity map; overview, heat map and profiles; how much of it counts as sensitive.
#pragma once

#include "app/workbench/page.h"

namespace cdra::widgets {
class GammaSlider;
class HeatMapView;
class ProfileView;
class SmallMultiples;
}

namespace cdra::workbench {

class GammaFeed;

class SensitivityPage : public Page {
    Q_OBJECT
  public:
    explicit SensitivityPage(Workbench& bench, QWidget* parent = nullptr);
    QString notes() const override;
    bool settled() const override;

  protected:
    void empty_action() override;

  private:
    QWidget* build_settings();
    QWidget* build_overview();
    QWidget* build_detail();
    QWidget* build_colours();
    QWidget* build_amount();
    void refresh_state();
    void refresh_overview();
    void refresh_matrix();
    void refresh_amount();
    Stage missing() const; // the stop that must come first, or this one

    Binder* binder_;
    QLabel* facts_;
    QComboBox* quantity_;
    QCheckBox* mask_;
    QLabel* readout_;
    widgets::SmallMultiples* overview_;
    widgets::ProfileView* profile_;
    widgets::HeatMapView* heat_map_;
    widgets::GammaSlider* gamma_;
    QComboBox* pool_;
    GammaFeed* feed_;
};

} // namespace cdra::workbench
