// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/thumbnail_grid.h"

#include "widgets/theme.h"

#include <QListWidget>
#include <QPainter>
#include <QVBoxLayout>

namespace cdra::widgets {

class ThumbnailGrid::View : public QListWidget {
  public:
    explicit View(QWidget* parent) : QListWidget(parent) {
        setViewMode(IconMode);
        setResizeMode(Adjust);
        setMovement(Static);
        setUniformItemSizes(true);
        setWordWrap(false);
        setTextElideMode(Qt::ElideRight);
        setSpacing(grid / 2);
        setFrameShape(NoFrame);
        setVerticalScrollMode(ScrollPerPixel);
        setFont(fonts::small(font()));
        setAccessibleName(ThumbnailGrid::tr("Images"));
    }
    void rebuild() {
        clear();
        setIconSize({pixels, pixels});
        setGridSize({pixels + 2 * grid, pixels + fontMetrics().height() + 2 * grid});
        const double ratio = devicePixelRatioF();
        for (const Thumbnail& thumbnail : thumbnails) {
            QPixmap picture(int(pixels * ratio), int(pixels * ratio));
            picture.fill(Qt::transparent);
            // Small images keep their pixels, large ones are averaged.
            const bool small = thumbnail.image.width() < picture.width();
            const QImage scaled =
                thumbnail.image.scaled(picture.size(), Qt::KeepAspectRatio,
                                       small ? Qt::FastTransformation : Qt::SmoothTransformation);
            QPainter painter(&picture);
            painter.drawImage((picture.width() - scaled.width()) / 2,
                              (picture.height() - scaled.height()) / 2, scaled);
            painter.end();
            picture.setDevicePixelRatio(ratio);
            const QString mark = thumbnail.mark > 0   ? QStringLiteral("✓ ")
                                 : thumbnail.mark < 0 ? QStringLiteral("✕ ")
                                                      : QString();
            QIcon icon(picture);
            icon.addPixmap(picture, QIcon::Selected); // the style would tint it, and colours mean something here
            auto* item = new QListWidgetItem(icon, mark + thumbnail.label, this);
            item->setToolTip(thumbnail.detail.isEmpty() ? thumbnail.label : thumbnail.detail);
            item->setTextAlignment(Qt::AlignHCenter | Qt::AlignTop);
            if (thumbnail.mark != 0)
                item->setForeground(thumbnail.mark > 0 ? colours::good(palette())
                                                       : colours::danger(palette()));
        }
    }

    std::vector<Thumbnail> thumbnails;
    int pixels = 72;
};

ThumbnailGrid::ThumbnailGrid(QWidget* parent) : QWidget(parent), view_(new View(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(view_);
    connect(view_, &QListWidget::activated, this,
            [this](const QModelIndex& index) { emit activated(index.row()); });
    connect(view_, &QListWidget::currentRowChanged, this, &ThumbnailGrid::currentChanged);
}

void ThumbnailGrid::setThumbnails(std::vector<Thumbnail> thumbnails) {
    view_->thumbnails = std::move(thumbnails);
    view_->rebuild();
}

void ThumbnailGrid::setImageSize(int pixels) {
    view_->pixels = pixels;
    view_->rebuild();
}

int ThumbnailGrid::count() const {
    return view_->count();
}

int ThumbnailGrid::current() const {
    return view_->currentRow();
}

void ThumbnailGrid::setCurrent(int index) {
    view_->setCurrentRow(index);
}

} // namespace cdra::widgets
