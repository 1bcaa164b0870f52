// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"
#include "core/job/results_layout.h"
#include "core/tensor_io/hdf5.h"

#include <algorithm>

namespace cdra::job {
namespace {

namespace hdf5 = tensor_io::hdf5;

constexpr std::uint64_t most_values = std::uint64_t{1} << 31; // of one dataset

History read_history(const hdf5::Group& group) {
    History history;
    const std::uint64_t epochs = group.dataset(history_columns[0].name).elements();
    for (const HistoryColumn& column : history_columns)
        history.*column.values = group.dataset(column.name, {epochs}).doubles(most_values);
    for (const HistoryColumn& column : segmentation_columns)
        if (group.contains(column.name))
            history.*column.values = group.dataset(column.name, {epochs}).doubles(most_values);
    return history;
}

template <typename Value, typename Reader>
void read_optional(const hdf5::Group& group, const char* name, std::vector<Value>& values, Reader reader) {
    if (const auto dataset = group.find_dataset(name)) values = ((*dataset).*reader)(most_values);
}

MatrixResult read_matrix(const hdf5::Group& group, const std::string& name) {
    MatrixResult matrix;
    matrix.name = name;
    matrix.rank = group.integer("rank");
    matrix.parameters = group.integer("parameters");
    read_optional(group, "row_order", matrix.row_order, &hdf5::Dataset::uints);
    read_optional(group, "column_order", matrix.column_order, &hdf5::Dataset::uints);
    read_optional(group, "mask", matrix.mask, &hdf5::Dataset::uints);
    read_optional(group, "rows", matrix.rows, &hdf5::Dataset::ints);
    read_optional(group, "columns", matrix.columns, &hdf5::Dataset::ints);
    if (!group.contains("A")) return matrix;
    if (matrix.rank <= 0) group.corrupt("holds A, but its rank is " + std::to_string(matrix.rank));
    const auto rank = static_cast<std::uint64_t>(matrix.rank);
    matrix.a = group.dataset("A", {matrix.rows.size(), rank}).floats(most_values);
    matrix.b = group.dataset("B", {rank, matrix.columns.size()}).floats(most_values);
    return matrix;
}

Predictions read_predictions(const hdf5::Group& group) {
    Predictions predictions;
    predictions.split = group.text("split");
    read_optional(group, "classes", predictions.classes, &hdf5::Dataset::strings);
    predictions.labels = group.dataset("labels").ints(most_values);
    const std::uint64_t samples = predictions.labels.size();
    predictions.predicted = group.dataset("predicted", {samples}).ints(most_values);
    predictions.logits = group.dataset("logits", {samples, predictions.classes.size()}).floats(most_values);
    if (samples > 0) predictions.names = group.dataset("names", {samples}).strings(most_values);
    return predictions;
}

Segmentation read_segmentation(const hdf5::Group& group) {
    Segmentation segmentation;
    segmentation.split = group.text("split");
    segmentation.iou = group.dataset("iou").doubles(most_values);
    const std::uint64_t classes = segmentation.iou.size();
    segmentation.dice = group.dataset("dice", {classes}).doubles(most_values);
    for (const double count : group.dataset("confusion", {classes, classes}).doubles(most_values))
        segmentation.confusion.push_back(static_cast<std::int64_t>(count));
    if (classes > 0) segmentation.classes = group.dataset("classes", {classes}).strings(most_values);
    return segmentation;
}

// In the order of the network: "blocks.2" before "blocks.10".
std::pair<int, std::string> network_order(const std::string& name) {
    int block = 0;
    if (name.starts_with("blocks."))
        for (std::size_t i = 7; i < name.size() && name[i] >= '0' && name[i] <= '9' && block < 100000; ++i)
            block = block * 10 + (name[i] - '0');
    const std::size_t kind = name.find('.', 7);
    for (std::size_t i = 0; kind != std::string::npos && i < checkpoint::matrix_kinds.size(); ++i)
        if (name.substr(kind + 1) == checkpoint::matrix_kinds[i]) return {block, std::to_string(i)};
    return {block, name};
}

} // namespace

Results read_results(const std::filesystem::path& path, bool with_matrices) {
    const hdf5::File file = hdf5::File::open(path);
    if (!file.has("format") || file.text("format") != results_format)
        throw UnrecognisedFormat(path.string() + ": not a results file (attribute 'format' is not '" +
                                 std::string(results_format) + "'); expected a run's results.h5");
    if (file.integer("version") > results_version)
        throw InputError(path.string() + ": written by a newer version of this program (format version " +
                         std::to_string(file.integer("version")) + ", known up to " + std::to_string(results_version) + ")");
    Results results;
    const hdf5::Group entry = file.group("entry");
    results.history = read_history(entry.group("history"));
    if (with_matrices) {
        const hdf5::Group matrices = entry.group("matrices");
        std::vector<std::string> names = matrices.names();
        std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
            return network_order(a) < network_order(b);
        });
        for (const std::string& name : names) results.matrices.push_back(read_matrix(matrices.group(name), name));
    }
    if (entry.contains("predictions")) results.predictions = read_predictions(entry.group("predictions"));
    if (entry.contains("segmentation")) results.segmentation = read_segmentation(entry.group("segmentation"));
    const hdf5::Group summary = entry.group("summary");
    for (const std::string& name : summary.names()) {
        const hdf5::Dataset dataset = summary.dataset(name, {});
        double value = 0;
        dataset.read(std::span<double>(&value, 1));
        results.summary[dataset.text("key")] = value;
    }
    const hdf5::Group environment = entry.group("environment");
    for (const std::string& name : environment.names()) {
        const hdf5::Dataset dataset = environment.dataset(name);
        results.environment[dataset.text("key")] = dataset.string();
    }
    results.project_toml = entry.dataset("project").string();
    return results;
}

} // namespace cdra::job
