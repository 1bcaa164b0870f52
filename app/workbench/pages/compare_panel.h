// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// This plan beside another map's or plan's: where they agree, matrix by matrix and weight by weight.
#pragma once

#include "app/workbench/page.h"
#include "app/workbench/plan_overlap.h"
#include "widgets/latest.h"
#include "widgets/thumbnail_grid.h"

#include <utility>

namespace cdra::widgets {
class DistributionView;
class Picture;
class ProfileView;
class SmallMultiples;
}

namespace cdra::workbench {

class ComparePanel : public QWidget {
    Q_OBJECT
  public:
    explicit ComparePanel(Workbench& bench, QWidget* parent = nullptr);
    void open(const QString& file); // a map or a plan
    void browse();
    bool settled() const { return !reading_ && !made_.busy() && !gallery_made_.busy(); }
    std::shared_ptr<const compact::CompactPlan> other() const { return other_; }

  signals:
    void failed(const QString& message);
    void told(const QString& message);

  private:
    using Overlaps = std::vector<Overlap>;
    QWidget* build_views();
    void refresh();
    void refresh_matrix();
    void refresh_gallery();

    Workbench& bench_;
    QString file_;
    bool reading_ = false;
    std::shared_ptr<const compact::CompactPlan> other_;
    // Held, not only compared: a plan that is gone could lend its address to the next one.
    std::pair<std::shared_ptr<const compact::CompactPlan>, std::shared_ptr<const compact::CompactPlan>> counted_;
    Overlaps overlaps_;
    QLabel *summary_, *first_title_, *second_title_, *legend_;
    QWidget* views_;
    widgets::SmallMultiples* agreement_;
    widgets::ProfileView *first_, *second_;
    widgets::DistributionView* sizes_;
    widgets::Picture* image_;
    QPushButton* all_; // checked: the gallery of all matrices instead of one of them
    widgets::ThumbnailGrid* gallery_;
    std::pair<std::shared_ptr<const compact::CompactPlan>, std::shared_ptr<const compact::CompactPlan>> drawn_; // in the gallery
    widgets::LatestOnly<Overlaps> made_;
    widgets::LatestOnly<std::vector<widgets::Thumbnail>> gallery_made_;
};

} // namespace cdra::workbench
