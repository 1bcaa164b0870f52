// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/dropped.h"

#include <QDragEnterEvent>
#include <QFileInfo>
#include <QMimeData>
#include <QUrl>

namespace cdra::workbench {

Dropped kind_of(const QString& path) {
    const QFileInfo file(path);
    if (!file.exists()) return Dropped::nothing;
    const auto holds = [&](const char* name) { return QFileInfo::exists(file.absoluteFilePath() + "/" + name); };
    if (file.isDir()) {
        if (holds("config.json")) return Dropped::model;
        if (holds("project.toml")) return Dropped::project;
        for (const char* name : {"model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"})
            if (holds(name)) return Dropped::model;
        return Dropped::data;
    }
    const QString name = file.fileName().toLower();
    if (name.endsWith(".toml")) return Dropped::project;
    if (name.endsWith(".h5")) return Dropped::map;
    // An image is no checkpoint: the folder it lies in may be data, but which one of its parents is, nobody can tell.
    static const QStringList images{".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".pgm", ".webp"};
    for (const QString& ending : images)
        if (name.endsWith(ending)) return Dropped::image;
    return Dropped::model;
}

Dropped kind_of(const QDragEnterEvent& event) {
    const auto urls = event.mimeData()->urls();
    return !urls.isEmpty() && urls.first().isLocalFile() ? kind_of(urls.first().toLocalFile()) : Dropped::nothing;
}

} // namespace cdra::workbench
