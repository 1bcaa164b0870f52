// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/attention_file.h"

#include "app/workbench/pictures.h"
#include "core/base/error.h"
#include "core/tensor_io/safetensors.h"

#include <QCryptographicHash>

namespace cdra::workbench {

AttentionFile read_attention(const QString& path) {
    const auto file = tensor_io::SafetensorsFile::open(path.toStdString());
    const auto& about = file.metadata();
    const auto word = [&](const char* key) {
        const auto found = about.find(key);
        return found == about.end() ? QString() : QString::fromStdString(found->second);
    };
    const auto* tensor = file.find("attention");
    if (word("format") != "cdra-attention" || !tensor)
        throw InputError(path.toStdString() + ": no attention in it; expected a file that 'cdra attention' wrote");
    AttentionFile read;
    auto& maps = read.maps;
    maps.class_token = word("class_token") == "1";
    maps.first_patch = (maps.class_token ? 1 : 0) + word("registers").toInt();
    maps.rows = word("grid_height").toInt();
    maps.columns = word("grid_width").toInt();
    const auto tokens = std::int64_t(maps.first_patch) + std::int64_t(maps.rows) * maps.columns;
    if (tensor->shape.size() != 4 || tensor->shape[3] != tokens || (tensor->shape[2] != 1 && tensor->shape[2] != tokens) || maps.rows < 1 || maps.columns < 1)
        throw CorruptFile(path.toStdString() + ": the attention's shape is not that of " + std::to_string(tokens) + " tokens; write it again");
    maps.blocks = int(tensor->shape[0]);
    maps.heads = int(tensor->shape[1]);
    maps.queries = int(tensor->shape[2]);
    maps.weights = std::make_shared<const std::vector<float>>(file.read_f32(*tensor));
    read.crop = word("resize") == "crop";
    return read;
}

QImage as_seen(const datasets::Image& image, bool crop) {
    QImage whole = to_image(image);
    if (!crop) {
        const int side = std::max(whole.width(), whole.height());
        return whole.scaled(side, side, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
    }
    const int side = std::min(whole.width(), whole.height());
    return whole.copy((whole.width() - side) / 2, (whole.height() - side) / 2, side, side);
}

QString attention_path(const QString& run_folder, const AttentionSubject& subject) {
    const QString name = subject.file.isEmpty() ? subject.split + "-" + QString::number(subject.index)
                                                : "file-" + QString::fromLatin1(QCryptographicHash::hash(subject.file.toUtf8(), QCryptographicHash::Sha256).toHex().left(16));
    return run_folder + "/attention/" + name + ".safetensors";
}

QStringList attention_arguments(const QString& run_folder, const AttentionSubject& subject, bool every_query) {
    QStringList words{"attention", run_folder};
    if (subject.file.isEmpty()) words << "--split" << subject.split << "--index" << QString::number(subject.index);
    else words << subject.file;
    return words << "--queries" << (every_query ? "all" : "cls") << "--out" << attention_path(run_folder, subject) << "--quiet";
}

} // namespace cdra::workbench
