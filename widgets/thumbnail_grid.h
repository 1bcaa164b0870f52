// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QImage>
#include <QString>
#include <QWidget>
#include <vector>

namespace cdra::widgets {

// Images with labels, as many columns as fit; scrolls.
struct Thumbnail {
    QImage image;
    QString label;  // below the image, elided
    QString detail; // tooltip
    int mark = 0;   // 1: right (green tick), -1: wrong (red cross), 0: none
};

class ThumbnailGrid : public QWidget {
    Q_OBJECT
  public:
    explicit ThumbnailGrid(QWidget* parent = nullptr);
    void setThumbnails(std::vector<Thumbnail> thumbnails);
    void setImageSize(int pixels); // default 72
    int count() const;
    int current() const; // -1: none
    void setCurrent(int index);
    QSize sizeHint() const override { return {480, 240}; }

  signals:
    void activated(int index); // double click or Return
    void currentChanged(int index); // by a click or the arrow keys; -1: none

  private:
    class View;
    View* view_;
};

} // namespace cdra::widgets
