// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/picture.h"

#include "widgets/theme.h"

#include <QPainter>

namespace cdra::widgets {

void Picture::set(const QImage& image, const QImage& over) {
    image_ = image;
    over_ = over;
    update();
}

void Picture::setMessage(const QString& message) {
    message_ = message;
    update();
}

void Picture::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (image_.isNull()) {
        painter.setPen(colours::muted(palette()));
        painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, message_);
        return;
    }
    const QSize size = image_.size().scaled(this->size() - QSize(2, 2), Qt::KeepAspectRatio);
    const QRect area(QPoint((width() - size.width()) / 2, (height() - size.height()) / 2), size);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, image_.width() > size.width() * devicePixelRatioF());
    painter.drawImage(area, image_);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    if (!over_.isNull()) painter.drawImage(area, over_);
    painter.setPen(colours::line(palette()));
    painter.drawRect(area.adjusted(0, 0, -1, -1));
}

} // namespace cdra::widgets
