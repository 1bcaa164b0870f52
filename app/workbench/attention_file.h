// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What `cdra attention` writes, read for the window.
#pragma once

#include "datasets/image.h"
#include "widgets/attention_view.h"

#include <QImage>
#include <QString>
#include <QStringList>

namespace cdra::workbench {

struct AttentionFile {
    widgets::AttentionMaps maps;
    bool crop = false; // the model saw the middle square of the image, not all of it
};
// Throws InputError or CorruptFile. Any thread.
AttentionFile read_attention(const QString& path);
// The part of the image that the model saw, as a square.
QImage as_seen(const datasets::Image& image, bool crop);

// Which image: a file, or one of a split of the run's dataset.
struct AttentionSubject {
    QString file; // empty: split and index
    QString split = "test";
    qint64 index = 0;

    bool operator==(const AttentionSubject&) const = default;
};
// Where the window keeps it: RUN/attention/….safetensors.
QString attention_path(const QString& run_folder, const AttentionSubject& subject);
// `every_query`: not only what the class token looks at.
QStringList attention_arguments(const QString& run_folder, const AttentionSubject& subject, bool every_query);

} // namespace cdra::workbench
