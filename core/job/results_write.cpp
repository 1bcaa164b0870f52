// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/job/results_layout.h"
#include "core/tensor_io/hdf5.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cdra::job {
namespace {

namespace hdf5 = tensor_io::hdf5;

// A link name may hold no slash; the whole key stays in the attribute "key".
std::string link_name(std::string key) {
    for (char& c : key)
        if (c == '/' || c == '.' || c == ' ') c = '_';
    return key;
}

std::string units_of(std::string_view key) {
    if (key.find("percent") != std::string_view::npos) return "%";
    if (key.ends_with("seconds")) return "s";
    if (key.ends_with("_mib")) return "MiB";
    return "1";
}

hdf5::WriteOptions packed(std::size_t values) {
    return values > 4096 ? hdf5::WriteOptions{{}, 4} : hdf5::WriteOptions{};
}

// As an attribute, where NeXus looks, and as a dataset, whose texts every viewer decodes.
void set_title(hdf5::Group& group, const std::string& title) {
    group.set("title", title);
    group.write_text("title", title);
}

std::vector<std::int32_t> counting(std::size_t n) {
    std::vector<std::int32_t> numbers(n);
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
}

hdf5::Dataset write_scale(hdf5::Group& group, const std::string& name, std::span<const std::int32_t> values,
                          const std::string& long_name) {
    hdf5::Dataset scale = group.write(name, {values.size()}, values);
    scale.set_long_name(long_name);
    scale.set_units("1");
    scale.make_scale(name);
    return scale;
}

void write_history(hdf5::Group& entry, const History& history) {
    const std::size_t epochs = history.epoch.size();
    std::vector<HistoryColumn> columns(history_columns.begin(), history_columns.end());
    const bool segments = !history.val_miou.empty();
    if (segments) columns.insert(columns.end(), segmentation_columns.begin(), segmentation_columns.end());
    for (const HistoryColumn& column : columns)
        if ((history.*column.values).size() != epochs)
            throw Error("results: history column " + std::string(column.name) + " has " +
                        std::to_string((history.*column.values).size()) + " values, epoch has " + std::to_string(epochs));
    hdf5::Group group = entry.make_group("history", "NXdata");
    // A final training has no validation split: then the viewer opens on the loss.
    const bool validated = std::any_of(history.val_accuracy.begin(), history.val_accuracy.end(),
                                       [](double value) { return std::isfinite(value); });
    group.set("signal", !validated ? "train_loss" : segments ? "val_miou" : "val_accuracy");
    std::vector<std::string> others = {"train_accuracy"};
    if (validated) others.insert(others.end(), {"train_loss", "val_loss"});
    group.set("auxiliary_signals", std::span<const std::string>(others));
    const std::vector<std::string> axes = {"epoch"};
    group.set("axes", std::span<const std::string>(axes));
    set_title(group, "Learning curve");
    std::optional<hdf5::Dataset> scale;
    for (const HistoryColumn& column : columns) {
        const std::vector<double>& values = history.*column.values;
        hdf5::Dataset dataset = group.write(column.name, {epochs}, std::span<const double>(values));
        dataset.set_long_name(column.long_name);
        dataset.set_units(column.units);
        if (scale) {
            dataset.attach_scale(*scale, 0);
        } else {
            dataset.make_scale("epoch");
            scale = dataset;
        }
    }
}

void write_order(hdf5::Group& group, const char* name, const std::vector<std::uint32_t>& values, const char* long_name) {
    if (values.empty()) return;
    hdf5::Dataset dataset =
        group.write(name, {values.size()}, std::span<const std::uint32_t>(values), packed(values.size()));
    dataset.set_long_name(long_name);
    dataset.set_units("1");
}

void write_matrix(hdf5::Group& matrices, const MatrixResult& matrix) {
    hdf5::Group group = matrices.make_group(matrix.name, "NXcollection");
    group.set("rank", matrix.rank);
    group.set("parameters", matrix.parameters);
    write_order(group, "row_order", matrix.row_order, "input features, most sensitive first");
    write_order(group, "column_order", matrix.column_order, "output features, most sensitive first");
    write_order(group, "mask", matrix.mask, "flat indices of the [out, in] weight that are sensitive");
    const auto rank = static_cast<std::size_t>(matrix.rank);
    if (matrix.a.size() != matrix.rows.size() * rank || matrix.b.size() != matrix.columns.size() * rank)
        throw Error("results: A or B of " + matrix.name + " does not fit its rows, columns and rank");
    if (rank == 0 || matrix.rows.empty() || matrix.columns.empty()) return;
    const hdf5::Dataset rows = write_scale(group, "rows", matrix.rows, "input feature");
    const hdf5::Dataset columns = write_scale(group, "columns", matrix.columns, "output feature");
    const hdf5::Dataset component = write_scale(group, "component", counting(rank), "component of the product");
    hdf5::Dataset a = group.write("A", {matrix.rows.size(), rank}, std::span<const float>(matrix.a), packed(matrix.a.size()));
    a.set_long_name("A of Δw[R, C] = A·B");
    a.set_units("1");
    a.attach_scale(rows, 0);
    a.attach_scale(component, 1);
    hdf5::Dataset b = group.write("B", {rank, matrix.columns.size()}, std::span<const float>(matrix.b), packed(matrix.b.size()));
    b.set_long_name("B of Δw[R, C] = A·B");
    b.set_units("1");
    b.attach_scale(component, 0);
    b.attach_scale(columns, 1);
}

void write_predictions(hdf5::Group& entry, const Predictions& predictions) {
    const std::size_t samples = predictions.labels.size();
    const std::size_t classes = predictions.classes.size();
    if (predictions.predicted.size() != samples || predictions.names.size() != samples ||
        predictions.logits.size() != samples * classes)
        throw Error("results: the predictions' labels, names, classes and logits do not fit each other");
    hdf5::Group group = entry.make_group("predictions", "NXdata");
    set_title(group, "Logits on split " + predictions.split);
    group.set("split", predictions.split);
    group.set("signal", "logits");
    const std::vector<std::string> axes = {"sample", "class"};
    group.set("axes", std::span<const std::string>(axes));
    const hdf5::Dataset sample = write_scale(group, "sample", counting(samples), "sample");
    const hdf5::Dataset index = write_scale(group, "class", counting(classes), "class");
    hdf5::Dataset logits = group.write("logits", {samples, classes}, std::span<const float>(predictions.logits),
                                       packed(predictions.logits.size()));
    logits.set_long_name("logit");
    logits.set_units("1");
    logits.attach_scale(sample, 0);
    logits.attach_scale(index, 1);
    for (const auto& [name, values, long_name] :
         {std::tuple{"labels", &predictions.labels, "true class"}, {"predicted", &predictions.predicted, "predicted class"}}) {
        hdf5::Dataset dataset = group.write(name, {samples}, std::span<const std::int32_t>(*values), packed(samples));
        dataset.set_long_name(long_name);
        dataset.set_units("1");
        dataset.attach_scale(sample, 0);
    }
    if (samples > 0) group.write_texts("names", predictions.names).set_long_name("file name");
    if (classes > 0) group.write_texts("classes", predictions.classes).set_long_name("class name");
}

void write_segmentation(hdf5::Group& entry, const Segmentation& segmentation) {
    const std::size_t classes = segmentation.classes.size();
    if (segmentation.iou.size() != classes || segmentation.dice.size() != classes ||
        segmentation.confusion.size() != classes * classes)
        throw Error("results: the segmentation's classes, IoU, Dice and confusion do not fit each other");
    hdf5::Group group = entry.make_group("segmentation", "NXdata");
    set_title(group, "IoU by class on split " + segmentation.split);
    group.set("split", segmentation.split);
    group.set("signal", "iou");
    const std::vector<std::string> others = {"dice"};
    group.set("auxiliary_signals", std::span<const std::string>(others));
    const std::vector<std::string> axes = {"class"};
    group.set("axes", std::span<const std::string>(axes));
    const hdf5::Dataset index = write_scale(group, "class", counting(classes), "class");
    const hdf5::Dataset predicted = write_scale(group, "predicted_class", counting(classes), "predicted class");
    for (const auto& [name, values, long_name] :
         {std::tuple{"iou", &segmentation.iou, "intersection over union"}, {"dice", &segmentation.dice, "Dice"}}) {
        hdf5::Dataset dataset = group.write(name, {classes}, std::span<const double>(*values));
        dataset.set_long_name(long_name);
        dataset.set_units("1");
        dataset.attach_scale(index, 0);
    }
    // As floating point: pixels of a large dataset pass 2³¹, and viewers plot doubles.
    const std::vector<double> counts(segmentation.confusion.begin(), segmentation.confusion.end());
    hdf5::Dataset confusion = group.write("confusion", {classes, classes}, std::span<const double>(counts));
    confusion.set_long_name("pixels by true and predicted class");
    confusion.set_units("1");
    confusion.attach_scale(index, 0);
    confusion.attach_scale(predicted, 1);
    if (classes > 0) group.write_texts("classes", segmentation.classes).set_long_name("class name");
}

} // namespace

void write_results(const std::filesystem::path& path, const Results& results) {
    AtomicFile target(path);
    hdf5::File file = hdf5::File::create(target.temporary_path());
    file.set("NX_class", "NXroot");
    file.set("default", "entry");
    file.set("format", results_format);
    file.set("version", results_version);
    {
        hdf5::Group entry = file.make_group("entry", "NXentry");
        entry.set("default", "history");
        write_history(entry, results.history);
        hdf5::Group matrices = entry.make_group("matrices", "NXcollection");
        for (const MatrixResult& matrix : results.matrices) write_matrix(matrices, matrix);
        if (results.predictions) write_predictions(entry, *results.predictions);
        if (results.segmentation) write_segmentation(entry, *results.segmentation);
        hdf5::Group summary = entry.make_group("summary", "NXcollection");
        for (const auto& [key, value] : results.summary) {
            hdf5::Dataset dataset = summary.write(link_name(key), {}, std::span<const double>(&value, 1));
            dataset.set("key", key);
            dataset.set_long_name(key);
            dataset.set_units(units_of(key));
        }
        hdf5::Group environment = entry.make_group("environment", "NXcollection");
        for (const auto& [key, text] : results.environment) environment.write_text(link_name(key), text).set("key", key);
        entry.write_text("project", results.project_toml).set_long_name("project.toml");
    }
    file.close();
    target.commit();
}

} // namespace cdra::job
