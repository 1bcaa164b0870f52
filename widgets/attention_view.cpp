// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/attention_view.h"

#include "widgets/colour_map.h"
#include "widgets/format.h"
#include "widgets/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>

namespace cdra::widgets {

namespace {
const QColor warm(255, 94, 20); // as the mask on the heat maps
} // namespace

QImage attention_overlay(std::span<const float> weights, int rows, int columns, const QColor& colour, double strength) {
    QImage picture(columns, rows, QImage::Format_ARGB32);
    const float most = weights.empty() ? 0 : std::ranges::max(weights);
    for (int y = 0; y < rows; ++y)
        for (int x = 0; x < columns; ++x) {
            const float weight = weights[std::size_t(y) * std::size_t(columns) + std::size_t(x)];
            const double share = most > 0 ? std::clamp(double(weight) / double(most), 0.0, 1.0) : 0;
            picture.setPixel(x, y, qRgba(colour.red(), colour.green(), colour.blue(), int(std::lround(255 * strength * share))));
        }
    return picture;
}

AttentionView::AttentionView(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Attention"));
    setFocusPolicy(Qt::StrongFocus);
}

void AttentionView::setMaps(const QImage& image, AttentionMaps maps) {
    const auto tokens = std::int64_t(maps.first_patch) + std::int64_t(maps.rows) * maps.columns;
    const bool fits = maps.weights && maps.blocks > 0 && maps.heads > 0 && maps.rows > 0 && maps.columns > 0 &&
                      (maps.queries == 1 || maps.queries == tokens) &&
                      std::int64_t(maps.weights->size()) == std::int64_t(maps.blocks) * maps.heads * maps.queries * tokens;
    if (!fits) return clear(tr("The attention does not fit together."));
    const bool other = maps.blocks != maps_.blocks || maps.heads != maps_.heads;
    image_ = image;
    maps_ = std::move(maps);
    query_ = -1;
    if (other) {
        block_ = maps_.blocks - 1; // what the head is computed from
        head_ = -1;
    }
    restart();
    emit queryChanged(query_);
    if (other) emit chosen(block_, head_);
}

void AttentionView::clear(const QString& message) {
    message_ = message;
    maps_.weights.reset();
    image_ = {};
    restart();
}

void AttentionView::restart() {
    small_.clear();
    update();
}

void AttentionView::choose(int block, int head) {
    if (empty()) return;
    block = std::clamp(block, 0, maps_.blocks - 1);
    head = std::clamp(head, -1, maps_.heads - 1);
    if (block == block_ && head == head_) return;
    block_ = block;
    head_ = head;
    update();
    emit chosen(block_, head_);
}

void AttentionView::setQuery(int patch) {
    if (empty() || maps_.queries == 1) return;
    patch = std::clamp(patch, -1, maps_.rows * maps_.columns - 1);
    if (patch == query_) return;
    query_ = patch;
    restart();
    emit queryChanged(query_);
}

std::vector<float> AttentionView::tokens_of(int block, int head) const {
    if (empty()) return {};
    const std::size_t tokens = std::size_t(maps_.first_patch) + std::size_t(maps_.rows) * std::size_t(maps_.columns);
    std::vector<double> sum(tokens, 0.0);
    int counted = 0;
    for (int h = head < 0 ? 0 : head; h < (head < 0 ? maps_.heads : head + 1); ++h) {
        const auto start = (std::size_t(block) * std::size_t(maps_.heads) + std::size_t(h)) * std::size_t(maps_.queries);
        // Without a class token there is no query that stands for the image: the mean of all does.
        const bool all = query_ < 0 && !maps_.class_token;
        const std::size_t first = query_ >= 0 ? std::size_t(maps_.first_patch + query_) : 0;
        for (std::size_t q = first; q < (all ? std::size_t(maps_.queries) : first + 1); ++q) {
            const float* row = maps_.weights->data() + (start + q) * tokens;
            for (std::size_t t = 0; t < tokens; ++t) sum[t] += double(row[t]);
            ++counted;
        }
    }
    std::vector<float> mean(tokens);
    for (std::size_t t = 0; t < tokens; ++t) mean[t] = float(sum[t] / counted);
    return mean;
}

std::vector<float> AttentionView::map_of(int block, int head) const {
    auto tokens = tokens_of(block, head);
    if (!tokens.empty()) tokens.erase(tokens.begin(), tokens.begin() + maps_.first_patch);
    return tokens;
}

double AttentionView::onPatches() const {
    const auto map = shown();
    return std::accumulate(map.begin(), map.end(), 0.0);
}

QString AttentionView::describe() const {
    if (empty()) return {};
    const auto map = shown();
    const QString who = query_ >= 0 ? tr("the patch in row %1, column %2").arg(query_ / maps_.columns).arg(query_ % maps_.columns)
                        : maps_.class_token ? tr("the class token") : tr("all patches in the mean");
    const QString which = head_ < 0 ? tr("Block %1, mean of %2 heads").arg(block_).arg(maps_.heads) : tr("Block %1, head %2").arg(block_).arg(head_);
    return tr("%1: %2 gives %3 of its attention to patches, at most %4 to one (an even share is %5)")
        .arg(which, who, percent(onPatches(), 1), percent(double(std::ranges::max(map)), 2), percent(1.0 / double(map.size()), 2));
}

QRect AttentionView::imageRect() const {
    const int side = std::max(8, std::min(height() - 2, width() * 11 / 20));
    return {1, 1, side, side};
}

QRect AttentionView::gridRect() const {
    const QFontMetrics metrics(fonts::small(font()));
    const int left = imageRect().right() + 3 * grid + metrics.horizontalAdvance("00"), top = metrics.height() + grid / 2;
    const int cell = std::max(3, std::min((width() - left - 5) / (maps_.heads + 1), (height() - top - 1) / std::max(1, maps_.blocks)));
    return {left, top, cell * (maps_.heads + 1), cell * maps_.blocks};
}

QRect AttentionView::cellRect(int block, int head) const {
    const QRect area = gridRect();
    const int cell = area.height() / std::max(1, maps_.blocks);
    // A little room after the mean, which is another thing than the heads.
    return {area.left() + (head + 1) * cell + (head >= 0 ? std::min(4, cell / 4) : 0), area.top() + block * cell, cell - 2, cell - 2};
}

bool AttentionView::cellAt(QPointF position, int& block, int& head) const {
    for (block = 0; block < maps_.blocks; ++block)
        for (head = -1; head < maps_.heads; ++head)
            if (cellRect(block, head).adjusted(-1, -1, 1, 1).contains(position.toPoint())) return true;
    return false;
}

void AttentionView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (empty()) {
        painter.setPen(colours::muted(palette()));
        painter.drawText(rect().adjusted(grid, grid, -grid, -grid), Qt::AlignCenter | Qt::TextWordWrap, message_);
        return;
    }
    const QRect area = imageRect();
    painter.setRenderHint(QPainter::SmoothPixmapTransform, image_.width() > area.width());
    painter.drawImage(area, image_);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.drawImage(area, attention_overlay(shown(), maps_.rows, maps_.columns, warm, 0.8));
    painter.setPen(colours::line(palette()));
    painter.drawRect(area.adjusted(0, 0, -1, -1));
    if (query_ >= 0) {
        const double w = double(area.width()) / maps_.columns, h = double(area.height()) / maps_.rows;
        const QRectF patch(area.left() + query_ % maps_.columns * w, area.top() + query_ / maps_.columns * h, w, h);
        painter.setPen(QPen(Qt::black, 3));
        painter.drawRect(patch);
        painter.setPen(QPen(Qt::white, 1));
        painter.drawRect(patch);
    }
    if (small_.empty())
        for (int block = 0; block < maps_.blocks; ++block)
            for (int head = -1; head < maps_.heads; ++head) {
                const auto map = map_of(block, head);
                const float most = std::max(std::ranges::max(map), 1e-30F);
                QImage picture(maps_.columns, maps_.rows, QImage::Format_RGB32);
                for (int y = 0; y < maps_.rows; ++y)
                    for (int x = 0; x < maps_.columns; ++x)
                        picture.setPixel(x, y, colour_at(ColourMap::cividis, double(map[std::size_t(y * maps_.columns + x)] / most)));
                small_.push_back(std::move(picture));
            }
    painter.setFont(fonts::small(font()));
    const QFontMetrics metrics(painter.font());
    const QRect first = cellRect(0, -1);
    const bool numbers = first.width() >= metrics.horizontalAdvance("00");
    painter.setPen(colours::muted(palette()));
    for (int head = -1; numbers && head < maps_.heads; ++head) {
        const QRect cell = cellRect(0, head);
        painter.drawText(QRect(cell.left() - 8, 0, cell.width() + 16, cell.top() - 2), Qt::AlignHCenter | Qt::AlignBottom, head < 0 ? QStringLiteral("∅") : QString::number(head));
    }
    for (int block = 0; block < maps_.blocks; ++block) {
        const QRect cell = cellRect(block, -1);
        painter.setPen(colours::muted(palette()));
        if (cell.height() >= metrics.ascent() - 2)
            painter.drawText(QRect(area.right(), cell.top(), cell.left() - area.right() - grid / 2, cell.height()), Qt::AlignRight | Qt::AlignVCenter, QString::number(block));
        for (int head = -1; head < maps_.heads; ++head)
            painter.drawImage(cellRect(block, head), small_[std::size_t(block * (maps_.heads + 1) + head + 1)]);
    }
    painter.setPen(QPen(colours::accent(palette()), 2));
    painter.drawRect(cellRect(block_, head_).adjusted(-1, -1, 1, 1));
    if (hasFocus()) {
        painter.setPen(QPen(colours::accent(palette()), 1));
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void AttentionView::mousePressEvent(QMouseEvent* event) {
    if (empty() || event->button() != Qt::LeftButton) return;
    int block = 0, head = 0;
    if (cellAt(event->position(), block, head)) return choose(block, head);
    const QRect area = imageRect();
    if (!area.contains(event->position().toPoint())) return setQuery(-1);
    const int column = int((event->position().x() - area.left()) * maps_.columns / area.width()),
              row = int((event->position().y() - area.top()) * maps_.rows / area.height());
    const int patch = row * maps_.columns + column;
    setQuery(patch == query_ ? -1 : patch);
}

void AttentionView::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Up: return choose(block_ - 1, head_);
    case Qt::Key_Down: return choose(block_ + 1, head_);
    case Qt::Key_Left: return choose(block_, head_ - 1);
    case Qt::Key_Right: return choose(block_, head_ + 1);
    case Qt::Key_Escape: return setQuery(-1);
    default: QWidget::keyPressEvent(event);
    }
}

void AttentionView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    update();
}

void AttentionView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) update();
}

bool AttentionView::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && !empty()) {
        const auto* help = static_cast<QHelpEvent*>(event);
        int block = 0, head = 0;
        if (cellAt(help->pos(), block, head))
            QToolTip::showText(help->globalPos(), head < 0 ? tr("block %1, mean of all heads").arg(block) : tr("block %1, head %2").arg(block).arg(head), this);
        else if (imageRect().contains(help->pos()))
            QToolTip::showText(help->globalPos(), maps_.queries > 1 ? tr("click: what does this patch look at?") : QString(), this);
        else
            QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

std::string AttentionView::csv() const {
    std::ostringstream out;
    out.imbue(std::locale::classic());
    out << "block,head,query,patch_row,patch_column,weight\n";
    const auto map = shown();
    for (std::size_t i = 0; i < map.size(); ++i)
        out << block_ << ',' << (head_ < 0 ? std::string("mean") : std::to_string(head_)) << ',' << (query_ < 0 ? std::string("class token") : std::to_string(query_)) << ','
            << i / std::size_t(maps_.columns) << ',' << i % std::size_t(maps_.columns) << ',' << map[i] << '\n';
    return out.str();
}

} // namespace cdra::widgets
