// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The reorganised matrix and its compact box.
#pragma once

#include "app/workbench/page.h"
#include "widgets/latest.h"
#include "widgets/thumbnail_grid.h"

class QTabWidget;

namespace cdra::widgets {
class CompactView;
class DistributionView;
}

namespace cdra::workbench {

class ComparePanel;

class CompactPage : public Page {
    Q_OBJECT
  public:
    explicit CompactPage(Workbench& bench, QWidget* parent = nullptr);
    QString notes() const override;
    bool settled() const override;
    void export_figures();
    ComparePanel* compare() const { return compare_; }
    void show_compare();

  protected:
    void empty_action() override { emit go_to(Stage::sensitivity); }

  private:
    QWidget* build_side();
    void refresh_state();
    void refresh();
    void refresh_gallery();

    Binder* binder_;
    widgets::CompactView* view_;
    widgets::DistributionView* distribution_;
    QLabel* matrix_facts_[5];
    QLabel* whole_facts_[4];
    QTabWidget* tabs_;
    widgets::ThumbnailGrid* gallery_;
    ComparePanel* compare_;
    std::shared_ptr<const compact::CompactPlan> drawn_; // in the gallery
    widgets::LatestOnly<std::vector<widgets::Thumbnail>> gallery_made_;
};

} // namespace cdra::workbench
