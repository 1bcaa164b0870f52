// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "core/checkpoint/matrix_name.h"
#include "core/compact/allocation.h"
#include "core/compact/plan.h"
#include "core/tensor_io/hdf5.h"

#include <algorithm>
#include <limits>

namespace cdra::compact {

namespace {

namespace hdf5 = tensor_io::hdf5;

constexpr std::string_view format_name = "cdra-plan";
constexpr std::int64_t format_version = 1;
constexpr std::uint64_t largest_side = 1 << 20;

using Indices = std::span<const std::uint32_t>;

void write_header(hdf5::File& file, const CompactPlan& plan) {
    const PlanOptions& options = plan.options;
    file.set("format", format_name);
    file.set("version", format_version);
    file.set("method", plan.method);
    std::vector<std::string> method_options;
    for (const auto& [name, value] : plan.method_options)
        method_options.push_back(name + "=" + value);
    file.set("method_options", std::span<const std::string>(method_options));
    if (const auto* gamma = std::get_if<Gamma>(&options.amount))
        file.set("asked_gamma", gamma->value);
    else if (const auto* tau = std::get_if<Tau>(&options.amount))
        file.set("asked_tau", tau->value);
    else
        file.set("asked_budget", std::get<Budget>(options.amount).percent);
    file.set("pool", name_of(options.pool));
    file.set("rank_strategy", options.rank);
    file.set("rank_zero", name_of(options.rank_zero));
    file.set("size_scale", options.size_scale);
    file.set("quadrant", name_of(options.quadrant));
    file.set("tune_vectors", options.tune_vectors ? 1 : 0);
    file.set("beta", options.beta);
    file.set("class_token", options.class_token ? 1 : 0);
    std::vector<std::string> edited_names;
    std::vector<std::uint32_t> edited_values;
    for (const auto& [name, rank] : options.edited_ranks) {
        edited_names.push_back(name);
        edited_values.push_back(rank);
    }
    file.set("edited_names", std::span<const std::string>(edited_names));
    file.set("edited_ranks", Indices(edited_values));

    file.set("gamma", plan.gamma);
    file.set("tau", plan.tau);
    file.set("threshold", double{plan.threshold});
    file.set("pool_size", plan.pool_size);
    file.set("candidate_weights", plan.candidate_weights);
    file.set("backbone_parameters", plan.backbone_parameters);
    file.set("class_token_parameters", plan.class_token_parameters);
    file.set("map_fingerprint", plan.map_fingerprint);
    file.set("model_sha256", plan.model_sha256);
    // Not read back, but what a person looks for first.
    file.set("sensitive_weights", plan.sensitive_weights());
    file.set("matrix_parameters", plan.matrix_parameters());
    file.set("vector_parameters", plan.vector_parameters());
    file.set("trainable_parameters", plan.trainable_parameters());
    file.set("trainable_percent", plan.trainable_percent());
    file.set("peft_obstacle", plan.peft_obstacle());
}

void write_indices(hdf5::Group& group, const char* name, Indices values, const char* long_name) {
    auto dataset = group.write(name, {values.size()}, values);
    dataset.set_long_name(long_name);
    dataset.set_units("1");
}

void write_matrix(hdf5::Group& parent, const PlannedMatrix& matrix) {
    auto group = parent.make_group(matrix.shape.name);
    group.set("d", matrix.shape.in);
    group.set("k", matrix.shape.out);
    group.set("compact_rows", matrix.reorganised.compact_rows);
    group.set("compact_columns", matrix.reorganised.compact_columns);
    group.set("sensitive", static_cast<std::uint64_t>(matrix.mask.size()));
    group.set("rank", matrix.rank);
    group.set("treatment", name_of(matrix.treatment));
    if (matrix.whole) group.set("whole", 1);
    group.set("density", matrix.density());
    group.set("parameters", matrix.parameters());
    group.set("sensitivity_total", matrix.sensitivity_total);
    group.set("sensitivity_in_box", matrix.sensitivity_in_box);
    write_indices(group, "row_order", matrix.reorganised.row_order, "input features, most sensitive first");
    write_indices(group, "column_order", matrix.reorganised.column_order,
                  "output features, most sensitive first");
    if (!matrix.spectrum.empty())
        group.write("spectrum", {matrix.spectrum.size()}, std::span<const float>(matrix.spectrum))
            .set_long_name("squared singular values of the root of the corner's sensitivities");
    write_indices(group, "mask", matrix.mask, "flat indices of the sensitive weights in [out, in]");
}

void check_header(const hdf5::File& file, const std::filesystem::path& path) {
    const std::string found = file.has("format") ? file.text("format") : std::string("none");
    if (found != format_name)
        throw UnrecognisedFormat(path.string() + ": not a plan: attribute \"format\" is \"" + found +
                                 "\", expected \"" + std::string(format_name) +
                                 "\"; give what cdra plan wrote");
    if (const std::int64_t version = file.integer("version"); version != format_version)
        throw InputError(path.string() + ": plan of version " + std::to_string(version) +
                         ", this program reads " + std::to_string(format_version) +
                         "; make it again or use another version of the program");
}

// Words are checked by the same functions as the command line's; the message must name the file, though.
template <class Parse>
auto word(const hdf5::Object& object, const std::string& name, Parse parse) {
    try {
        return parse(object.text(name));
    } catch (const CorruptFile&) {
        throw;
    } catch (const InputError& error) {
        object.corrupt("attribute \"" + name + "\": " + error.what());
    }
}

bool flag(const hdf5::Object& object, const std::string& name) {
    const std::int64_t value = object.integer(name);
    if (value != 0 && value != 1)
        object.corrupt("attribute \"" + name + "\" is " + std::to_string(value) + ", expected 0 or 1");
    return value == 1;
}

double between(const hdf5::Object& object, const std::string& name, double low, double high) {
    const double value = object.number(name);
    if (!(value >= low && value <= high))
        object.corrupt("attribute \"" + name + "\" is " + std::to_string(value) + ", expected " +
                       std::to_string(low) + " to " + std::to_string(high));
    return value;
}

std::uint64_t at_most(const hdf5::Object& object, const std::string& name, std::uint64_t limit) {
    const std::uint64_t value = object.count(name);
    if (value > limit)
        object.corrupt("attribute \"" + name + "\" is " + std::to_string(value) + ", expected at most " +
                       std::to_string(limit));
    return value;
}

PlanOptions read_options(const hdf5::File& file) {
    PlanOptions options;
    if (file.has("asked_gamma"))
        options.amount = Gamma{between(file, "asked_gamma", 0, 1)};
    else if (file.has("asked_tau"))
        options.amount = Tau{file.count("asked_tau")};
    else
        options.amount = Budget{between(file, "asked_budget", 0, 100)};
    options.pool = word(file, "pool", sensitivity::parse_pool);
    options.rank = file.text("rank_strategy");
    options.rank_zero = word(file, "rank_zero", parse_rank_zero);
    options.size_scale = between(file, "size_scale", 1e-6, 1000);
    options.quadrant = word(file, "quadrant", parse_quadrant);
    options.tune_vectors = flag(file, "tune_vectors");
    options.beta = static_cast<int>(at_most(file, "beta", 1'000'000));
    if (options.beta < 1) file.corrupt("attribute \"beta\" is 0, expected 1 or more");
    options.class_token = flag(file, "class_token");
    const auto names = file.texts("edited_names");
    const auto ranks = file.counts("edited_ranks");
    if (names.size() != ranks.size())
        file.corrupt("has " + std::to_string(names.size()) + " edited names and " +
                     std::to_string(ranks.size()) + " edited ranks");
    for (std::size_t i = 0; i < names.size(); ++i)
        options.edited_ranks[names[i]] = ranks[i];
    return options;
}

std::vector<std::uint32_t> read_permutation(const hdf5::Group& group, const char* name, std::uint64_t size) {
    const hdf5::Dataset dataset = group.dataset(name, {size});
    std::vector<std::uint32_t> order = dataset.uints(size);
    try {
        (void)inverse(order);
    } catch (const InputError& error) {
        dataset.corrupt(error.what());
    }
    return order;
}

std::vector<std::uint32_t> read_mask(const hdf5::Group& group, std::uint64_t size, std::uint64_t weights) {
    const hdf5::Dataset dataset = group.dataset("mask", {size});
    std::vector<std::uint32_t> mask = dataset.uints(weights);
    for (std::size_t i = 0; i < mask.size(); ++i) {
        if (mask[i] >= weights)
            dataset.corrupt("index " + std::to_string(mask[i]) + " at position " + std::to_string(i) +
                            " is outside the matrix of " + std::to_string(weights) + " weights");
        if (i > 0 && mask[i] <= mask[i - 1])
            dataset.corrupt("index " + std::to_string(mask[i]) + " at position " + std::to_string(i) +
                            " does not ascend");
    }
    return mask;
}

// The stored orders must put every sensitive row (column) before every other one, and d̄ (k̄) must be their
// number.
void check_corner(const hdf5::Group& group, const char* what, const std::vector<std::uint32_t>& order,
                  const std::vector<std::uint32_t>& counts, std::uint64_t corner) {
    for (std::size_t i = 0; i < order.size(); ++i)
        if ((counts[order[i]] > 0) != (i < corner))
            group.corrupt(std::string(what) + " puts " + std::to_string(order[i]) + " with " +
                          std::to_string(counts[order[i]]) + " sensitive weights at position " +
                          std::to_string(i) + ", the corner ends at " + std::to_string(corner));
}

// A candidate matrix, or the patch embedding of a GPS plan.
std::optional<checkpoint::MatrixShape> shape_of(const std::string& name, std::uint64_t k, std::uint64_t d) {
    const auto out = static_cast<std::int64_t>(k), in = static_cast<std::int64_t>(d);
    if (name == sensitivity::patch_name) return sensitivity::patch_shape(out, in);
    return checkpoint::matrix_shape(name, out, in);
}

PlannedMatrix read_matrix(const hdf5::Group& group, const std::string& name, const PlanOptions& options) {
    const std::uint64_t d = at_most(group, "d", largest_side), k = at_most(group, "k", largest_side);
    if (d == 0 || k == 0 || d * k > std::numeric_limits<std::uint32_t>::max())
        group.corrupt("has an impossible d or k");
    PlannedMatrix matrix;
    auto shape = shape_of(name, k, d);
    if (!shape) group.corrupt("is not the name of a candidate matrix, e.g. \"blocks.0.attn.q\"");
    matrix.shape = std::move(*shape);
    matrix.mask = read_mask(group, at_most(group, "sensitive", d * k), d * k);
    matrix.reorganised.row_order = read_permutation(group, "row_order", d);
    matrix.reorganised.column_order = read_permutation(group, "column_order", k);
    matrix.reorganised.compact_rows = static_cast<std::uint32_t>(at_most(group, "compact_rows", d));
    matrix.reorganised.compact_columns = static_cast<std::uint32_t>(at_most(group, "compact_columns", k));
    const sensitivity::Profile profile = sensitivity::profile(matrix.shape, matrix.mask);
    check_corner(group, "row_order", matrix.reorganised.row_order, profile.row_counts,
                 matrix.reorganised.compact_rows);
    check_corner(group, "column_order", matrix.reorganised.column_order, profile.column_counts,
                 matrix.reorganised.compact_columns);
    matrix.whole = group.has("whole") && flag(group, "whole");
    matrix.box = matrix.whole ? whole_box(matrix.shape)
                              : box_of(matrix.reorganised, options.quadrant, options.size_scale);
    matrix.rank = static_cast<std::uint32_t>(
        at_most(group, "rank", std::min(matrix.box.rows.size(), matrix.box.columns.size())));
    const std::string treatment = group.text("treatment");
    for (const Treatment known :
         {Treatment::low_rank, Treatment::masked, Treatment::frozen, Treatment::adapter})
        if (treatment == name_of(known)) matrix.treatment = known;
    if (treatment != name_of(matrix.treatment) ||
        (matrix.treatment == Treatment::low_rank || matrix.treatment == Treatment::adapter) != (matrix.rank > 0))
        group.corrupt("treatment \"" + treatment + "\" does not go with rank " + std::to_string(matrix.rank));
    if (const auto spectrum = group.find_dataset("spectrum")) {
        const std::uint64_t side =
            std::min(matrix.reorganised.compact_rows, matrix.reorganised.compact_columns);
        matrix.spectrum = spectrum->floats(side);
        for (const float value : matrix.spectrum)
            if (!(value >= 0 && value <= std::numeric_limits<float>::max()))
                spectrum->corrupt("holds " + std::to_string(value) + ", expected finite numbers of 0 or more");
    }
    constexpr double largest = std::numeric_limits<double>::max();
    matrix.sensitivity_total = between(group, "sensitivity_total", 0, largest);
    matrix.sensitivity_in_box = between(group, "sensitivity_in_box", 0, largest);
    return matrix;
}

void write_vectors(hdf5::File& file, const std::vector<PlannedVector>& vectors) {
    std::vector<std::string> names;
    std::vector<std::uint32_t> sizes, sensitive, tuned;
    for (const PlannedVector& vector : vectors) {
        names.push_back(vector.shape.name);
        sizes.push_back(static_cast<std::uint32_t>(vector.shape.size));
        sensitive.push_back(static_cast<std::uint32_t>(vector.sensitive));
        tuned.push_back(vector.tuned ? 1 : 0);
    }
    hdf5::Group group = file.make_group("vectors");
    group.write_texts("names", names).set_long_name("norm and bias vectors, in the map's order");
    write_indices(group, "sizes", sizes, "entries");
    write_indices(group, "sensitive", sensitive, "sensitive entries");
    write_indices(group, "tuned", tuned, "1: tuned whole");
    if (std::ranges::all_of(vectors, [](const PlannedVector& vector) { return vector.mask.empty(); })) return;
    std::vector<std::uint32_t> masked, entries;
    for (const PlannedVector& vector : vectors) {
        masked.push_back(static_cast<std::uint32_t>(vector.mask.size()));
        entries.insert(entries.end(), vector.mask.begin(), vector.mask.end());
    }
    write_indices(group, "masked", masked, "entries tuned alone");
    write_indices(group, "mask", entries, "which they are, vector after vector");
}

std::vector<PlannedVector> read_vectors(const hdf5::Group& group) {
    constexpr std::uint64_t most = 1 << 16;
    const auto names = group.dataset("names").strings(most);
    const hdf5::Shape shape{names.size()};
    const auto sizes = group.dataset("sizes", shape).uints(most),
               sensitive = group.dataset("sensitive", shape).uints(most),
               tuned = group.dataset("tuned", shape).uints(most);
    std::vector<PlannedVector> vectors;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (sensitive[i] > sizes[i] || tuned[i] > 1)
            group.corrupt("the vector " + names[i] + " has " + std::to_string(sensitive[i]) +
                          " sensitive of " + std::to_string(sizes[i]) +
                          " entries and tuned = " + std::to_string(tuned[i]));
        vectors.push_back({{names[i], sizes[i]}, sensitive[i], tuned[i] == 1});
    }
    if (!group.contains("masked")) return vectors;
    const auto masked = group.dataset("masked", shape).uints(most);
    const hdf5::Dataset dataset = group.dataset("mask");
    const auto entries = dataset.uints(std::uint64_t{1} << 32);
    std::size_t begin = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
        auto& vector = vectors[i];
        if (masked[i] > entries.size() - begin || (masked[i] > 0 && (vector.tuned || masked[i] > vector.sensitive)))
            group.corrupt("the vector " + names[i] + " has " + std::to_string(masked[i]) + " entries tuned alone of " +
                          std::to_string(sensitive[i]) + " sensitive ones");
        vector.mask.assign(entries.begin() + static_cast<std::ptrdiff_t>(begin),
                           entries.begin() + static_cast<std::ptrdiff_t>(begin + masked[i]));
        begin += masked[i];
        for (std::size_t e = 0; e < vector.mask.size(); ++e)
            if (vector.mask[e] >= sizes[i] || (e > 0 && vector.mask[e] <= vector.mask[e - 1]))
                dataset.corrupt("entry " + std::to_string(vector.mask[e]) + " of " + names[i] +
                                " is out of range or does not ascend");
    }
    if (begin != entries.size())
        dataset.corrupt("has " + std::to_string(entries.size()) + " entries, expected " + std::to_string(begin));
    return vectors;
}

} // namespace

void write_plan(const std::filesystem::path& path, const CompactPlan& plan) {
    AtomicFile target(path);
    {
        auto file = hdf5::File::create(target.temporary_path());
        write_header(file, plan);
        std::vector<std::string> names;
        for (const PlannedMatrix& matrix : plan.matrices)
            names.push_back(matrix.shape.name);
        file.set("matrix_names", std::span<const std::string>(names));
        {
            hdf5::Group matrices = file.make_group("matrices");
            for (const PlannedMatrix& matrix : plan.matrices)
                write_matrix(matrices, matrix);
        }
        if (plan.patch) {
            hdf5::Group patch = file.make_group("patch");
            write_matrix(patch, *plan.patch);
        }
        write_vectors(file, plan.vectors);
        file.close();
    }
    target.commit();
}

CompactPlan read_plan(const std::filesystem::path& path) {
    const auto file = hdf5::File::open(path);
    check_header(file, path);
    CompactPlan plan;
    if (file.has("method")) {
        plan.method = file.text("method");
        for (const std::string& option : file.texts("method_options"))
            plan.method_options[option.substr(0, option.find('='))] =
                option.find('=') == std::string::npos ? "" : option.substr(option.find('=') + 1);
    }
    plan.options = read_options(file);
    plan.gamma = between(file, "gamma", 0, 1);
    plan.pool_size = file.count("pool_size");
    plan.tau = at_most(file, "tau", plan.pool_size);
    plan.threshold = static_cast<float>(between(file, "threshold", 0, std::numeric_limits<float>::max()));
    constexpr std::uint64_t most = std::uint64_t{1} << 48;
    plan.candidate_weights = static_cast<std::int64_t>(at_most(file, "candidate_weights", most));
    plan.backbone_parameters = static_cast<std::int64_t>(at_most(file, "backbone_parameters", most));
    plan.class_token_parameters = static_cast<std::int64_t>(at_most(file, "class_token_parameters", most));
    plan.map_fingerprint = file.text("map_fingerprint");
    plan.model_sha256 = file.text("model_sha256");
    const hdf5::Group matrices = file.group("matrices");
    std::int64_t weights = 0;
    for (const std::string& name : file.texts("matrix_names")) {
        plan.matrices.push_back(read_matrix(matrices.group(name), name, plan.options));
        weights += plan.matrices.back().shape.size();
    }
    if (file.contains("patch"))
        plan.patch = read_matrix(file.group("patch").group(sensitivity::patch_name), sensitivity::patch_name,
                                 plan.options);
    if (weights != plan.candidate_weights)
        file.corrupt("the matrices have " + std::to_string(weights) + " weights, \"candidate_weights\" is " +
                     std::to_string(plan.candidate_weights));
    plan.vectors = read_vectors(file.group("vectors"));
    return plan;
}

} // namespace cdra::compact
