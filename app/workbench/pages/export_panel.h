// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Writes a run's figures, curves, results and weights into a folder.
#pragma once

#include "app/workbench/page.h"

#include "widgets/latest.h"

#include <QPointer>

#include <deque>
#include <functional>
#include <string>
#include <utility>

namespace cdra::widgets {
class ChartGrid;
class LiveChart;
}

namespace cdra::workbench {

class ExportPanel : public QWidget {
    Q_OBJECT
  public:
    ExportPanel(Workbench& bench, widgets::ChartGrid* charts, QWidget* parent = nullptr);
    void set_run(JobClient* job);

  protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    QString target(); // the folder, made; empty (and told) if it can't be
    void say(const QString& message, bool good = true);
    void follow_names();
    void export_figures();
    void export_curves();
    void draw_next_curve(const QString& folder);
    void export_adapter();
    void export_peft();
    void export_merged();
    void copy_results();

    Workbench& bench_;
    widgets::ChartGrid* charts_;
    QPointer<JobClient> job_;
    QLineEdit* folder_;
    QComboBox *naming_, *peft_naming_;
    std::string named_as_; // the checkpoint that gave the names shown
    QLabel* outcome_;
    std::vector<QPushButton*> buttons_;
    std::deque<std::pair<widgets::LiveChart*, QString>> curves_to_do_;
    std::vector<std::function<void()>> curves_drawn_; // what is left to be written
    widgets::LatestOnly<QString> copies_; // delivers the sentence to say
};

} // namespace cdra::workbench
