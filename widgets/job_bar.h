// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The bar that is there while anything runs: name, stage, progress, ETA, metrics, pause, stop, log.
#pragma once

#include <QWidget>
#include <optional>

class QLabel;
class QProgressBar;
class QPushButton;
class QToolButton;

namespace cdra::widgets {

struct JobStatus {
    enum class State { starting, running, paused, stopping, done, stopped, failed };
    QString name;
    QString command; // shown on hover
    State state = State::starting;
    QString stage;                    // "train", "sensitivity"; in words if the app wants
    QString detail;                   // "epoch 12/25"
    std::int64_t done = 0, total = 0; // total 0: unknown, the bar swings
    std::optional<double> eta_seconds;
    QString metrics; // "loss 0.41  accuracy 80.6 %"
    QString message; // failed: what and what to do
    bool can_pause = true;
};

class JobBar : public QWidget {
    Q_OBJECT
  public:
    explicit JobBar(QWidget* parent = nullptr);
    void setStatus(const JobStatus& status); // also shows the bar
    const std::optional<JobStatus>& status() const { return status_; }
    void clear();                 // hides the bar
    void setLogShown(bool shown); // does not emit

  signals:
    void opened(); // clicked: show the run
    void pauseRequested();
    void resumeRequested();
    void stopRequested();
    void dismissed(); // the cross of an ended job
    void logToggled(bool shown);

  protected:
    void mouseReleaseEvent(QMouseEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    void refresh();

    std::optional<JobStatus> status_;
    QLabel* state_icon_;
    QLabel* name_;
    QLabel* stage_;
    QProgressBar* progress_;
    QLabel* eta_;
    QLabel* metrics_;
    QPushButton* pause_;
    QPushButton* stop_;
    QToolButton* log_;
};

} // namespace cdra::widgets
