// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The curves behind the γ slider: the map is sketched once on a worker, and drawn anew whenever ranks, pool or box change.
#pragma once

#include "widgets/gamma_curves.h"
#include "widgets/latest.h"

#include <QObject>

namespace cdra::workbench {

class ProjectDocument;
class Road;

class GammaFeed : public QObject {
  public:
    GammaFeed(const ProjectDocument& document, const Road& road, widgets::GammaCurves* curves, QObject* parent);
    bool busy() const { return sketches_.busy() || curves_made_.busy(); }

  private:
    using Sketch = std::shared_ptr<const compact::GammaSketch>;
    using Curves = std::vector<widgets::GammaCurves::Curve>;
    void take_map();
    void draw();

    const ProjectDocument& document_;
    const Road& road_;
    widgets::GammaCurves* view_;
    std::shared_ptr<const sensitivity::SensitivityMap> map_; // that the sketch is of
    Sketch sketch_;
    QString drawn_; // the options the curves are of
    widgets::LatestOnly<Sketch> sketches_;
    widgets::LatestOnly<Curves> curves_made_;
};

} // namespace cdra::workbench
