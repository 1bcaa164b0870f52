// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/mask_set.h"

#include "core/base/error.h"
#include "datasets/voc_palette.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <cmath>

namespace cdra::workbench {

namespace {

void check_sizes(const datasets::LabelImage& predicted, const datasets::LabelImage& truth) {
    if (predicted.width != truth.width || predicted.height != truth.height)
        throw InputError("the predicted mask has " + std::to_string(predicted.width) + " × " + std::to_string(predicted.height) + " pixels, the true one " +
                         std::to_string(truth.width) + " × " + std::to_string(truth.height) + ": the dataset has changed since the run");
}

} // namespace

MaskSet read_mask_set(const QString& run_folder) {
    const QString parent = run_folder + "/predictions";
    QStringList splits = QDir(parent).entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name);
    std::ranges::stable_partition(splits, [](const QString& split) { return split == "test"; });
    for (const QString& split : splits) {
        QFile index(parent + "/" + split + "/index.json");
        if (!index.open(QIODevice::ReadOnly)) continue;
        const QJsonObject object = QJsonDocument::fromJson(index.readAll()).object();
        MaskSet set{parent + "/" + split, split, {}, {}};
        for (const auto& name : object["classes"].toArray()) set.classes << name.toString();
        for (const auto& one : object["masks"].toArray()) {
            const QString file = one.toObject()["mask"].toString();
            // A name, never a path out of the folder.
            if (!file.isEmpty() && file == QFileInfo(file).fileName()) set.entries.push_back({one.toObject()["image"].toString(), file});
        }
        if (set.classes.isEmpty() || set.entries.empty())
            throw CorruptFile(index.fileName().toStdString() + ": no list of masks in it; expected classes and masks, evaluate the run again");
        return set;
    }
    return {};
}

QColor class_colour(int label) {
    static const auto palette = datasets::voc_palette();
    const auto at = 3 * std::size_t(std::clamp(label, 0, 255));
    return QColor(palette[at], palette[at + 1], palette[at + 2]);
}

QImage mask_overlay(const datasets::LabelImage& predicted, const datasets::LabelImage& truth, MaskShown shown, double opacity) {
    if (shown != MaskShown::predicted) check_sizes(predicted, truth);
    QRgb colours[256];
    const int alpha = std::clamp(int(std::lround(255 * opacity)), 0, 255);
    for (int label = 0; label < 256; ++label) {
        const QColor colour = class_colour(label);
        colours[label] = qRgba(colour.red(), colour.green(), colour.blue(), alpha);
    }
    QImage over(predicted.width, predicted.height, QImage::Format_ARGB32);
    for (int y = 0; y < over.height(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(over.scanLine(y));
        for (int x = 0; x < over.width(); ++x) {
            const auto at = std::size_t(y) * std::size_t(over.width()) + std::size_t(x);
            const std::uint8_t guess = predicted.classes[at], label = shown == MaskShown::predicted ? guess : truth.classes[at];
            if (shown == MaskShown::wrong) line[x] = label == datasets::void_label || label == guess ? 0 : qRgba(230, 30, 30, alpha);
            else line[x] = label == 0 || label == datasets::void_label ? 0 : colours[label];
        }
    }
    return over;
}

double pixels_right(const datasets::LabelImage& predicted, const datasets::LabelImage& truth) {
    check_sizes(predicted, truth);
    std::size_t counted = 0, right = 0;
    for (std::size_t i = 0; i < truth.classes.size(); ++i) {
        if (truth.classes[i] == datasets::void_label) continue;
        ++counted;
        right += truth.classes[i] == predicted.classes[i];
    }
    return counted ? double(right) / double(counted) : 0;
}

} // namespace cdra::workbench
