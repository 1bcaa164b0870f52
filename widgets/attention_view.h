// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "widgets/chart_export.h"

#include <QImage>
#include <QWidget>
#include <memory>
#include <span>
#include <vector>

namespace cdra::widgets {

// What the heads of a vision transformer look at in one image.
struct AttentionMaps {
    int blocks = 0, heads = 0;
    int first_patch = 0; // tokens before the patches: class token and registers
    int rows = 0, columns = 0; // of patches
    bool class_token = true;
    int queries = 0; // 1: the class token's alone; else every token's
    std::shared_ptr<const std::vector<float>> weights; // [blocks, heads, queries, first_patch + rows·columns]
};

// The image with the attention of one head of one block over it, and beside it the small maps of all blocks (down) and heads
// (across, the mean of them first). A click on a small map, or the arrow keys, choose; a click into the image asks what
// that patch looks at (where every query is there), Escape goes back to the class token.
class AttentionView : public QWidget, public ChartSource {
    Q_OBJECT
  public:
    explicit AttentionView(QWidget* parent = nullptr);

    // `image`: as the model sees it, hence square-shaped patches. Sizes that don't fit together clear the view.
    void setMaps(const QImage& image, AttentionMaps maps);
    void clear(const QString& message = {}); // shows the message instead
    bool empty() const { return !maps_.weights; }

    int block() const { return block_; }
    int head() const { return head_; } // -1: the mean of all
    int query() const { return query_; } // patch, -1: the class token (without one: the mean over all patches)
    void choose(int block, int head); // clamped; emits chosen() if it changed
    void setQuery(int patch);
    // [rows·columns], of what is chosen; empty without maps.
    std::vector<float> shown() const { return map_of(block_, head_); }
    double onPatches() const; // share of the attention that goes to patches, 0 … 1
    QRect cellRect(int block, int head) const;
    QRect imageRect() const;
    QString describe() const; // what is shown, in words

    std::string csv() const override; // patch row, patch column, weight
    QSize sizeHint() const override { return {720, 400}; }
    QSize minimumSizeHint() const override { return {360, 200}; }

  signals:
    void chosen(int block, int head);
    void queryChanged(int patch);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

  private:
    std::vector<float> map_of(int block, int head) const;
    std::vector<float> tokens_of(int block, int head) const; // every token, of the query chosen
    QRect gridRect() const;
    bool cellAt(QPointF position, int& block, int& head) const;
    void restart(); // the small maps are to be drawn anew

    QImage image_;
    AttentionMaps maps_;
    QString message_;
    int block_ = 0, head_ = -1, query_ = -1;
    std::vector<QImage> small_; // block after block, the mean first; empty: to be made
};

// A map of `rows`·`columns` weights as a picture of that size: strength of one warm colour by the share of the largest.
QImage attention_overlay(std::span<const float> weights, int rows, int columns, const QColor& colour, double strength);

} // namespace cdra::widgets
