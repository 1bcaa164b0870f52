// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a run's heads look at in one image of its dataset, or in a file. The worker computes it (cdra attention) when it is
// first looked at; what was computed stays in RUN/attention.
#pragma once

#include "app/workbench/attention_file.h"
#include "app/workbench/page.h"
#include "datasets/dataset.h"
#include "widgets/latest.h"

#include <QTimer>

namespace cdra::workbench {

class AttentionPanel : public QWidget {
    Q_OBJECT
  public:
    explicit AttentionPanel(Workbench& bench, QWidget* parent = nullptr);
    // `folder` empty: no run, or one without results yet. `spec`: its DATA argument; `dataset` if it is open already.
    void set_run(const QString& folder, const std::string& spec, std::shared_ptr<const datasets::Dataset> dataset, const QString& split);
    void show_image(qint64 index); // of the run's split
    void show_file(const QString& file);
    bool settled() const { return !computing_ && !reads_.busy(); }

  signals:
    void failed(const QString& message);
    void told(const QString& message);

  protected:
    void showEvent(QShowEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    struct Read {
        AttentionFile attention;
        QImage image;
        QString name;
        qint64 images = 0; // in the split
        std::shared_ptr<const datasets::Dataset> dataset;
    };
    void want(AttentionSubject subject);
    void load();
    void read();
    void took(Read read);
    void refresh_words();

    Workbench& bench_;
    QString folder_;
    std::string spec_;
    std::shared_ptr<const datasets::Dataset> dataset_;
    QString split_ = "test";
    AttentionSubject subject_;
    bool loaded_ = false, computing_ = false;
    QTimer patience_; // while the number is being typed or turned
    QSpinBox* number_;
    QPushButton* open_;
    QLabel *name_, *words_;
    QComboBox *block_, *head_;
    widgets::AttentionView* view_;
    widgets::LatestOnly<Read> reads_;
};

} // namespace cdra::workbench
