// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workbench/road_values.h"

#include "core/base/digest.h"
#include "core/base/error.h"

#include <QCoreApplication>
#include <QUrlQuery>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <numeric>

namespace cdra::workbench {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("Road", text); }

datasets::Image thumbnail(const datasets::Image& image) {
    constexpr int side = 96;
    const int longest = std::max(image.width, image.height);
    if (longest <= side) return image;
    const double scale = double(side) / longest;
    return datasets::resize_bicubic(image, std::max(1, int(std::lround(image.width * scale))),
                                    std::max(1, int(std::lround(image.height * scale))));
}

// Where a tensor stands on an image's way through the model; names not listed come last.
int place_of(const std::string& name) {
    static const char* const outside[] = {"patch_embed.", "cls_token", "registers", "pos_embed"};
    static const char* const inside[] = {"norm1.", "attn.q.", "attn.k.", "attn.v.", "attn.proj.", "ls1",
                                         "norm2.", "mlp.fc1.", "mlp.fc2.", "ls2"};
    const auto part_place = [](const auto& parts, const std::string& text) {
        int place = 0;
        for (const char* part : parts) {
            if (text.starts_with(part)) return place;
            ++place;
        }
        return place;
    };
    const int bias = name.ends_with(".bias") ? 1 : 0;
    if (!name.starts_with("blocks.")) {
        const int place = part_place(outside, name);
        return (place < 4 ? place : 1000000) * 2 + bias;
    }
    const std::size_t dot = name.find('.', 7);
    return (10 + std::stoi(name.substr(7, dot - 7)) * 20 + part_place(inside, name.substr(dot + 1))) * 2 + bias;
}

bool same(const std::vector<float>& recorded, const std::optional<std::array<float, 3>>& asked) {
    return !asked || recorded.size() != 3 || std::equal(recorded.begin(), recorded.end(), asked->begin());
}

} // namespace

ModelInfo load_model_info(const job::ModelChoice& choice, const std::stop_token& stop) {
    const auto opened = checkpoint::open(choice.path, {choice.heads});
    throw_if_stopped(stop);
    ModelInfo info;
    info.path = choice.path;
    info.format = opened->format();
    info.spec = opened->spec();
    for (const auto& [name, source] : opened->tensors())
        info.tensors.push_back({name, source.shape,
                                std::accumulate(source.shape.begin(), source.shape.end(), std::int64_t{1},
                                                std::multiplies<>())});
    std::ranges::stable_sort(info.tensors, {}, [](const NamedTensor& tensor) { return place_of(tensor.name); });
    info.unused = opened->unused();
    info.backbone_parameters = checkpoint::backbone_parameters(info.spec);
    info.sha256 = checkpoint::fingerprint(*opened, stop);
    return info;
}

QString model_title(const checkpoint::VitSpec& spec) {
    const auto size = [&]() -> QString {
        switch (spec.dim) {
        case 192: return "Ti";
        case 384: return "S";
        case 768: return "B";
        case 1024: return "L";
        case 1280: return "H";
        case 1408:
        case 1536: return "g";
        default: return {};
        }
    }();
    const QString family = spec.family == "dinov2" ? "DINOv2 " : "";
    if (size.isEmpty()) return family + QString("ViT %1 × %2, patch %3").arg(spec.depth).arg(spec.dim).arg(spec.patch);
    return family + QString("ViT-%1/%2").arg(size).arg(spec.patch);
}

DataInfo load_data_info(const job::DataChoice& choice, const std::stop_token& stop) {
    DataInfo info;
    info.spec = choice.spec;
    info.dataset = datasets::open_dataset(choice.spec);
    throw_if_stopped(stop);
    const std::size_t classes = info.dataset->classes().size();
    for (const std::string& name : info.dataset->splits()) {
        SplitInfo split{name, std::vector<std::int64_t>(classes), 0};
        for (const auto& sample : info.dataset->samples(name)) {
            ++split.samples;
            if (sample.label >= 0 && std::size_t(sample.label) < classes) ++split.class_counts[std::size_t(sample.label)];
        }
        info.splits.push_back(std::move(split));
        throw_if_stopped(stop);
    }
    info.fingerprint = info.dataset->fingerprint();

    // Examples: the first few images of each class in turn, so that every class is seen before one comes twice.
    constexpr std::size_t wanted = 24, per_class_limit = 4;
    const auto& samples = info.dataset->samples("train");
    if (info.dataset->task() == datasets::Task::segmentation) {
        info.example_pixels.assign(classes, 0);
        for (std::size_t index = 0; index < samples.size() && info.examples.size() < wanted; ++index) {
            throw_if_stopped(stop);
            try {
                SampleImage one{thumbnail(info.dataset->load("train", index)), samples[index].name, -1, {}};
                const auto labels = info.dataset->load_labels("train", index);
                for (const auto label : labels.classes)
                    if (label < classes) ++info.example_pixels[label];
                one.mask = datasets::resize_nearest(labels, one.image.width, one.image.height);
                info.examples.push_back(std::move(one));
            } catch (const Error& error) {
                info.bad.push_back({"train", samples[index].name, error.what()});
            }
        }
        return info;
    }
    std::vector<std::vector<std::size_t>> by_class(classes);
    for (std::size_t i = 0; i < samples.size(); ++i)
        if (samples[i].label >= 0 && std::size_t(samples[i].label) < classes)
            if (auto& list = by_class[std::size_t(samples[i].label)]; list.size() < per_class_limit) list.push_back(i);
    for (std::size_t round = 0; round < per_class_limit && info.examples.size() < wanted; ++round)
        for (std::size_t label = 0; label < classes && info.examples.size() < wanted; ++label) {
            if (round >= by_class[label].size()) continue;
            throw_if_stopped(stop);
            const std::size_t index = by_class[label][round];
            try {
                info.examples.push_back({thumbnail(info.dataset->load("train", index)), samples[index].name,
                                         samples[index].label, {}});
            } catch (const Error& error) { // one broken file must not hide all the others
                info.bad.push_back({"train", samples[index].name, error.what()});
            }
        }
    return info;
}

DataSpec DataSpec::parse(const QString& spec) {
    DataSpec parts;
    QString rest = spec;
    if (const qsizetype mark = rest.indexOf('?'); mark >= 0) {
        const QUrlQuery options(rest.mid(mark + 1));
        parts.train = options.queryItemValue("train").toInt();
        parts.test = options.queryItemValue("test").toInt();
        parts.seed = options.queryItemValue("seed").toInt();
        rest = rest.left(mark);
    }
    for (const datasets::Layout& layout : datasets::layouts()) {
        const QString prefix = QString::fromUtf8(layout.word.data(), qsizetype(layout.word.size())) + ":";
        if (!rest.startsWith(prefix)) continue;
        parts.layout = prefix.chopped(1);
        rest = rest.mid(prefix.size());
        break;
    }
    parts.path = rest;
    return parts;
}

QString DataSpec::text() const {
    if (path.isEmpty()) return {};
    QString spec = layout.isEmpty() ? path : layout + ":" + path;
    QStringList options;
    if (train > 0) options << "train=" + QString::number(train);
    if (test > 0) options << "test=" + QString::number(test);
    if (seed != 0) options << "seed=" + QString::number(seed);
    return options.isEmpty() ? spec : spec + "?" + options.join('&');
}

QString sensitivity_staleness(const sensitivity::Provenance& map, const job::Project& project, const ModelInfo* model,
                              const DataInfo* data) {
    if (model && !map.model_sha256.empty() && map.model_sha256 != model->sha256)
        return tr("another model was measured: compute the sensitivity again");
    if (data && !map.dataset_fingerprint.empty() && map.dataset_fingerprint != data->fingerprint)
        return tr("the data changed since it was computed: compute it again");
    if (map.estimator != project.sensitivity.estimator)
        return tr("computed by the estimator %1, the project now says %2")
            .arg(QString::fromStdString(map.estimator), QString::fromStdString(project.sensitivity.estimator));
    if (map.seed != project.sensitivity.seed) return tr("computed with another seed");
    if (project.data.image_size > 0 && map.image_size != project.data.image_size)
        return tr("computed at %1 px, the project now says %2 px").arg(map.image_size).arg(project.data.image_size);
    if (!map.pooling.empty() && map.pooling != checkpoint::name_of(project.model.pooling))
        return tr("computed with another pooling");
    if (project.model.position_resampling && !map.position_resampling.empty() &&
        map.position_resampling != checkpoint::name_of(*project.model.position_resampling))
        return tr("computed with another resampling of the positions");
    if (!same(map.mean, project.data.mean) || !same(map.std, project.data.std))
        return tr("computed with another normalisation");
    if (data && map.estimator == "per-sample") {
        const std::size_t available = data->dataset->samples("train").size();
        const std::size_t wanted = std::min(available, std::size_t(project.sensitivity.samples));
        if (map.samples.size() != wanted)
            return tr("computed from %1 images, the project now says %2").arg(map.samples.size()).arg(wanted);
    }
    return {};
}

QString run_staleness(const job::Project& frozen, const job::Project& project) {
    if (frozen.model.path != project.model.path) return tr("the model changed since this run");
    if (frozen.data.spec != project.data.spec) return tr("the data changed since this run");
    if (frozen.method != project.method) return tr("the method changed since this run");
    // Names, notes and where files lie don't change a run's outcome; everything else is compared as text.
    job::Project left = frozen, right = project;
    for (job::Project* one : {&left, &right}) {
        one->name.clear();
        one->notes.clear();
        one->plan.file.clear();
        one->sensitivity = {};
        try {
            one->method_options = methods::resolve_options(methods::find_method(one->method), one->method_options);
        } catch (const std::exception&) {
            return tr("the method's options changed since this run");
        }
        if (!methods::find_method(one->method).needs_plan) one->plan = {};
    }
    if (job::to_toml(left) == job::to_toml(right)) return {};
    return tr("settings changed since this run");
}

} // namespace cdra::workbench
