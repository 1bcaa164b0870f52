// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Heat map of one matrix: zoom at the cursor (wheel) or into a rectangle (Shift and drag), pan (drag), fit (double click
// or 0), keys + - and arrows (arrows move the cross-hair once it was placed with Space, else pan), read-out of the cell
// under the pointer. The ends of the colour bar are handles of the range (keys [ ] { } move them, R resets them).
#pragma once

#include "widgets/chart_export.h"
#include "widgets/heat_map_render.h"
#include "widgets/latest.h"

#include <QWidget>

namespace cdra::widgets {

struct HeatCell {
    int row = 0, column = 0;                             // as displayed
    std::uint32_t original_row = 0, original_column = 0; // input feature, output feature
    float value = 0;
    bool masked = false;
    std::uint64_t above = 0; // entries of the matrix that are larger, to the precision of a code
};

class HeatMapView : public QWidget, public ChartSource {
    Q_OBJECT
  public:
    explicit HeatMapView(QWidget* parent = nullptr);

    // Shows `source` as soon as a worker has coded it (the old picture stays until then); keeps zoom and
    // place if the size is the same. A source that does not fit is reported by failed().
    void setSource(HeatMapSource source);
    void clear(const QString& message = {}); // shows the message instead
    bool building() const { return builds_.busy(); }
    std::shared_ptr<const HeatMapImage> image() const { return image_; }

    void setScale(HeatScale scale);
    void setColourMap(ColourMap map);
    // Without one: from the 20th percentile of the positive values (log; 0 if linear) to the largest.
    void setRange(std::optional<std::pair<float, float>> range);
    std::pair<float, float> range() const;
    // Where a value lies on the colour bar, 0 … 1 from below, and back.
    double barPosition(double value) const;
    double barValue(double position) const;
    QRect barRect() const; // of the colour bar, in widget coordinates
    void setMaskVisible(bool visible);
    bool maskVisible() const { return mask_visible_; }
    // The leading rows × columns corner, in red; 0 × 0: none.
    void setBox(int rows, int columns);
    QSize box() const { return {box_columns_, box_rows_}; } // width: columns
    // The box's corner can be dragged: boxDragged() tells where to, the box itself stays until setBox().
    void setBoxDraggable(bool draggable) { box_draggable_ = draggable; }
    // Cells that are adapted where that is not the box (x: columns, y: rows); empty: none. Hatched.
    void setRegion(const QRect& cells);
    // Shown above; e.g. the matrix's name. Also the accessible name.
    void setTitle(const QString& title);

    HeatScale scale() const { return scale_; }
    ColourMap colourMap() const { return colours_; }
    double zoom() const { return zoom_; } // pixels per cell
    void fit();
    QRect plotArea() const;                                // where cells are drawn, in widget coordinates
    QPointF cellPosition(double column, double row) const; // of a displayed cell's top left corner
    std::optional<HeatCell> cellAt(QPointF position) const;
    HeatCell cell(int row, int column) const; // inside the matrix
    // The cells in view with their original indices, one row of the matrix a line. Throws InputError for more than
    // most_copied cells.
    static constexpr std::int64_t most_copied = 200'000;
    std::string csv() const override;
    QSize sizeHint() const override { return {640, 480}; }
    QSize minimumSizeHint() const override { return {240, 180}; }

  signals:
    void rangeChanged(); // by a handle
    void boxDragged(double rows, double columns);
    void boxDragFinished();
    void hovered(const cdra::widgets::HeatCell& cell);
    void left();
    void cellActivated(const cdra::widgets::HeatCell& cell); // a click without a drag
    void built();
    void failed(const QString& why);
    void viewChanged();

  protected:
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void leaveEvent(QEvent* event) override;

  private:
    static constexpr double largest_zoom = 48; // pixels per cell
    void accept(std::shared_ptr<const HeatMapImage> image);
    void zoomAt(QPointF position, double factor);
    void pan(QPointF pixels);
    void measure(); // the room beside the plot, in the font's measure
    void settle(); // keeps the matrix in view, drops the cached picture
    double fitZoom() const;
    void moveCursor(int rows, int columns);
    void paintAxes(QPainter& painter, const QRect& area);
    void paintColourBar(QPainter& painter);
    void paintOverlays(QPainter& painter, const QRect& area);

    LatestOnly<std::shared_ptr<const HeatMapImage>> builds_;
    std::shared_ptr<const HeatMapImage> image_;
    QString message_, title_;
    HeatScale scale_ = HeatScale::logarithmic;
    ColourMap colours_ = ColourMap::cividis;
    std::optional<std::pair<float, float>> range_;
    std::vector<QRgb> lookup_; // empty: to be made
    std::vector<QRgb> frame_;  // the pixels of picture_, and room for larger ones
    QImage picture_;           // what is in view of the matrix, as it was last drawn
    bool picture_stale_ = true; // to be drawn anew (into the same memory)
    bool mask_visible_ = true;
    int box_rows_ = 0, box_columns_ = 0;
    double zoom_ = 1;
    bool fitted_ = true;
    int left_ = 0, right_ = 0, bottom_ = 0; // margins of the plot area
    QPointF origin_;               // cell at the plot area's top left (x: column, y: row)
    std::optional<QPoint> cursor_; // cell (x: column, y: row) of the cross-hair
    bool keyboard_cursor_ = false;
    enum class Drag { none, pan, band, low, high, box };
    Drag grip(QPointF position) const; // what a press there takes hold of: low, high, box or none
    void dragRange(QPointF position);
    void nudgeRange(bool high, int steps);
    void zoomInto(const QRectF& band);
    std::pair<double, double> extent() const; // values at the ends of the bar
    QRect visibleCells() const;

    Drag drag_ = Drag::none;
    QPointF pressed_, last_; // where the drag began, and where it is
    bool dragged_ = false;
    bool box_draggable_ = false;
    QRect region_;
};

} // namespace cdra::widgets
