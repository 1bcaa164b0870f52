// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Figure 4, interactive: a matrix reorganised so that its sensitive weights lie in the d̄×k̄ corner, with the
// red box; and the 200 ms in which rows and columns travel there. Dragging the box's corner asks for another size
// (Table 6), Ctrl and a click for another quadrant (Table 7).
#pragma once

#include "core/compact/plan.h"
#include "widgets/heat_map_view.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QVariantAnimation;

namespace cdra::widgets {

class ReorderOverlay;

class CompactView : public QWidget {
    Q_OBJECT
  public:
    explicit CompactView(QWidget* parent = nullptr);
    ~CompactView() override;

    // `values` is the matrix's sensitivity ([out, in]) or null: then only the mask is shown.
    void setMatrix(std::shared_ptr<const compact::CompactPlan> plan, int index,
                   std::shared_ptr<const std::vector<float>> values);
    void clear(const QString& message = {});
    void setReorganised(bool reorganised); // animated unless switched off
    bool reorganised() const { return reorganised_; }
    void setAnimated(bool animated) { animated_ = animated; } // default: on
    HeatMapView* heatMap() const { return heat_map_; }

  signals:
    void reorganisedChanged(bool reorganised);
    void failed(const QString& why);
    void sizeScaleAsked(double scale); // live, in steps of 0.05
    void quadrantAsked(cdra::compact::Quadrant quadrant);

  private:
    void present();
    void presentBox();
    void dragBox(double rows, double columns);
    void pickQuadrant(const HeatCell& cell);
    void animate();

    HeatMapView* heat_map_;
    ReorderOverlay* overlay_;
    QVariantAnimation* animation_;
    QCheckBox* toggle_;
    QLabel* caption_;
    std::shared_ptr<const compact::CompactPlan> plan_;
    std::shared_ptr<const std::vector<float>> values_;
    int index_ = -1;
    bool reorganised_ = true;
    bool animated_ = true;
    double dragged_scale_ = 0; // while the box is held; 0: not
};

} // namespace cdra::widgets
