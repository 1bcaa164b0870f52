// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The masks that a segmentation run left, RUN/predictions/<split>, and what can be laid over an image of it.
#pragma once

#include "datasets/image.h"

#include <QImage>
#include <QString>
#include <QStringList>

#include <vector>

namespace cdra::workbench {

struct MaskSet {
    QString folder, split;
    QStringList classes;
    struct Entry {
        QString image; // its name in the dataset
        QString file;  // of the mask, in the folder
    };
    std::vector<Entry> entries;
};
// The first split that has any, "test" before others; without entries if there is none. Throws CorruptFile for a damaged index.
MaskSet read_mask_set(const QString& run_folder);

enum class MaskShown { predicted, truth, wrong };
// PASCAL VOC's colour of a class.
QColor class_colour(int label);
// To lay over the image, in the masks' size; class 0 (the background) and pixels without a class are left clear, and of `wrong`
// everything that is right. `truth` may be empty for `predicted`. Throws InputError if the sizes differ.
QImage mask_overlay(const datasets::LabelImage& predicted, const datasets::LabelImage& truth, MaskShown shown, double opacity);
// Share of the pixels with a class that are predicted right, 0 … 1.
double pixels_right(const datasets::LabelImage& predicted, const datasets::LabelImage& truth);

} // namespace cdra::workbench
