// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compact_view.h"

#include "widgets/format.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QCheckBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <QVariantAnimation>
#include <algorithm>
#include <cmath>

namespace cdra::widgets {

// Lies over the heat map while the sensitive weights travel, each with its row and column.
class ReorderOverlay : public QWidget {
  public:
    ReorderOverlay(HeatMapView* view) : QWidget(view), view_(view) {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        hide();
    }

    void start(const compact::PlannedMatrix& matrix, std::shared_ptr<const compact::CompactPlan> keep,
               bool forward) {
        keep_ = std::move(keep);
        matrix_ = &matrix;
        forward_ = forward;
        row_at_ = compact::inverse(matrix.reorganised.row_order);
        column_at_ = compact::inverse(matrix.reorganised.column_order);
        setGeometry(view_->rect());
        progress_ = 0;
        show();
        raise();
    }
    void setProgress(double progress) {
        progress_ = progress;
        update();
    }
    void stop() {
        hide();
        keep_.reset();
        matrix_ = nullptr;
    }

  protected:
    void paintEvent(QPaintEvent*) override {
        if (!matrix_) return;
        QPainter painter(this);
        const QRect area = view_->plotArea();
        const auto rows = std::size_t(matrix_->shape.in), columns = std::size_t(matrix_->shape.out);
        const QRectF whole(view_->cellPosition(0, 0), view_->cellPosition(double(columns), double(rows)));
        painter.setClipRect(area);
        QImage picture(area.size(), QImage::Format_RGB32);
        picture.fill(palette().color(QPalette::Window));
        const QPointF corner = area.topLeft();
        {
            QPainter inner(&picture);
            inner.fillRect(whole.translated(-corner), QColor(colour_at(view_->colourMap(), 0)));
        }
        const double t = forward_ ? progress_ : 1 - progress_;
        const double cell = view_->zoom();
        const int dot = std::max(1, int(std::lround(cell)));
        const QRgb colour = qRgb(255, 94, 20);
        // At most 60,000 of them: a frame of an animation need not be complete, only the still pictures are.
        const std::size_t step = std::max<std::size_t>(1, matrix_->mask.size() / 60000);
        for (std::size_t i = 0; i < matrix_->mask.size(); i += step) {
            const std::size_t row = matrix_->mask[i] % rows, column = matrix_->mask[i] / rows;
            const double y = double(row) + t * (double(row_at_[row]) - double(row));
            const double x = double(column) + t * (double(column_at_[column]) - double(column));
            const int left = int(whole.left() - corner.x() + x * cell),
                      top = int(whole.top() - corner.y() + y * cell);
            for (int py = std::max(0, top); py < std::min(top + dot, picture.height()); ++py) {
                auto* line = reinterpret_cast<QRgb*>(picture.scanLine(py));
                for (int px = std::max(0, left); px < std::min(left + dot, picture.width()); ++px)
                    line[px] = colour;
            }
        }
        painter.drawImage(area.topLeft(), picture);
    }

  private:
    HeatMapView* view_;
    std::shared_ptr<const compact::CompactPlan> keep_;
    const compact::PlannedMatrix* matrix_ = nullptr;
    std::vector<std::uint32_t> row_at_, column_at_;
    double progress_ = 0;
    bool forward_ = true;
};

CompactView::CompactView(QWidget* parent)
    : QWidget(parent), heat_map_(new HeatMapView), overlay_(new ReorderOverlay(heat_map_)),
      animation_(new QVariantAnimation(this)), toggle_(new QCheckBox(tr("Reorganised"))),
      caption_(new QLabel) {
    setAccessibleName(tr("Compact sub-matrix"));
    toggle_->setObjectName("reorganised");
    toggle_->setChecked(true);
    toggle_->setToolTip(tr("Rows and columns by their number of sensitive weights, or as stored"));
    caption_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    caption_->setFont(fonts::tabular(font()));
    auto* head = new QHBoxLayout;
    head->addWidget(caption_, 1);
    head->addWidget(toggle_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(grid / 2);
    layout->addLayout(head);
    layout->addWidget(heat_map_, 1);
    animation_->setStartValue(0.0);
    animation_->setEndValue(1.0);
    animation_->setDuration(200);
    animation_->setEasingCurve(QEasingCurve::InOutCubic);
    connect(animation_, &QVariantAnimation::valueChanged, this,
            [this](const QVariant& value) { overlay_->setProgress(value.toDouble()); });
    connect(animation_, &QVariantAnimation::finished, this, [this] {
        if (!heat_map_->building()) overlay_->stop();
    });
    // The overlay covers the old picture until the new one is there.
    connect(heat_map_, &HeatMapView::built, this, [this] {
        if (animation_->state() != QAbstractAnimation::Running) overlay_->stop();
    });
    connect(heat_map_, &HeatMapView::failed, this, [this](const QString& why) {
        overlay_->stop();
        emit failed(why);
    });
    heat_map_->setToolTip(tr("Drag the red corner: another size of the box (Table 6). Ctrl+click: another quadrant (Table 7)."));
    connect(heat_map_, &HeatMapView::boxDragged, this, &CompactView::dragBox);
    connect(heat_map_, &HeatMapView::boxDragFinished, this, [this] {
        dragged_scale_ = 0;
        if (plan_) presentBox();
    });
    connect(heat_map_, &HeatMapView::cellActivated, this, &CompactView::pickQuadrant);
    connect(toggle_, &QCheckBox::toggled, this, [this](bool on) {
        setReorganised(on);
        emit reorganisedChanged(on);
    });
}

CompactView::~CompactView() = default;

void CompactView::setMatrix(std::shared_ptr<const compact::CompactPlan> plan, int index,
                            std::shared_ptr<const std::vector<float>> values) {
    if (!plan || index < 0 || std::size_t(index) >= plan->matrices.size()) return clear();
    plan_ = std::move(plan);
    index_ = index;
    values_ = std::move(values);
    animation_->stop();
    overlay_->stop();
    present();
}

void CompactView::clear(const QString& message) {
    animation_->stop();
    overlay_->stop();
    plan_.reset();
    values_.reset();
    index_ = -1;
    caption_->clear();
    heat_map_->setBox(0, 0);
    heat_map_->setTitle({});
    heat_map_->clear(message);
}

void CompactView::setReorganised(bool reorganised) {
    if (reorganised == reorganised_) return;
    reorganised_ = reorganised;
    const QSignalBlocker blocker(toggle_);
    toggle_->setChecked(reorganised);
    if (!plan_) return;
    if (animated_ && isVisible() && heat_map_->image()) animate();
    present();
}

void CompactView::animate() {
    heat_map_->fit();
    overlay_->start(plan_->matrices[std::size_t(index_)], plan_, reorganised_);
    animation_->stop();
    animation_->start();
}

void CompactView::presentBox() {
    const auto& matrix = plan_->matrices[std::size_t(index_)];
    const auto& compact = matrix.reorganised;
    const bool method = plan_->options.quadrant == compact::Quadrant::q10;
    heat_map_->setBoxDraggable(reorganised_ && method);
    heat_map_->setRegion({});
    if (!reorganised_) return heat_map_->setBox(0, 0);
    if (method) {
        if (dragged_scale_ == 0) heat_map_->setBox(int(matrix.box.rows.size()), int(matrix.box.columns.size()));
        return;
    }
    heat_map_->setBox(int(compact.compact_rows), int(compact.compact_columns));
    // The quadrant that is adapted instead: 0 stands for the other rows or columns (first digit: rows are sensitive).
    const bool sensitive_rows = plan_->options.quadrant == compact::Quadrant::q11,
               sensitive_columns = plan_->options.quadrant == compact::Quadrant::q00;
    const int rows = int(matrix.shape.in), columns = int(matrix.shape.out), d = int(compact.compact_rows), k = int(compact.compact_columns);
    heat_map_->setRegion(QRect(sensitive_columns ? 0 : k, sensitive_rows ? 0 : d, sensitive_columns ? k : columns - k,
                               sensitive_rows ? d : rows - d));
}

void CompactView::dragBox(double rows, double columns) {
    if (!plan_) return;
    const auto& compact = plan_->matrices[std::size_t(index_)].reorganised;
    if (compact.compact_rows == 0 || compact.compact_columns == 0) return;
    // One factor for both sides: the one that brings the corner nearest to the pointer.
    const double d = compact.compact_rows, k = compact.compact_columns;
    const double scale = std::clamp(std::round((rows * d + columns * k) / (d * d + k * k) * 20) / 20, 0.05, 4.0);
    const auto& shape = plan_->matrices[std::size_t(index_)].shape;
    heat_map_->setBox(std::min(int(std::ceil(scale * d)), int(shape.in)), std::min(int(std::ceil(scale * k)), int(shape.out)));
    if (scale == dragged_scale_) return;
    dragged_scale_ = scale;
    emit sizeScaleAsked(scale);
}

void CompactView::pickQuadrant(const HeatCell& cell) {
    if (!plan_ || !reorganised_ || !(QApplication::keyboardModifiers() & Qt::ControlModifier)) return;
    const auto& compact = plan_->matrices[std::size_t(index_)].reorganised;
    const bool rows = cell.row < int(compact.compact_rows), columns = cell.column < int(compact.compact_columns);
    emit quadrantAsked(rows ? columns ? compact::Quadrant::q10 : compact::Quadrant::q11
                            : columns ? compact::Quadrant::q00 : compact::Quadrant::q01);
}

void CompactView::present() {
    const auto& matrix = plan_->matrices[std::size_t(index_)];
    const auto& compact = matrix.reorganised;
    QString caption =
        tr("d̄ × k̄ = %1,  density %2")
            .arg(size_text(compact.compact_rows, compact.compact_columns), percent(matrix.density(), 1));
    if (matrix.sensitivity_total > 0)
        caption += tr(",  %1 of the matrix's sensitivity in the box")
                       .arg(percent(matrix.sensitivity_in_box / matrix.sensitivity_total, 1));
    if (matrix.mask.empty()) caption = tr("No weight of this matrix is sensitive: there is no box");
    caption_->setText(caption);
    heat_map_->setTitle(QString::fromStdString(matrix.shape.name));
    presentBox();
    HeatMapSource source;
    source.out = matrix.shape.out;
    source.in = matrix.shape.in;
    source.values = values_;
    if (!source.values)
        source.values = std::make_shared<const std::vector<float>>(std::size_t(matrix.shape.size()), 0.0F);
    source.mask = std::shared_ptr<const std::vector<std::uint32_t>>(plan_, &matrix.mask);
    if (reorganised_) {
        source.row_order = compact.row_order;
        source.column_order = compact.column_order;
    }
    heat_map_->setSource(std::move(source));
}

} // namespace cdra::widgets
