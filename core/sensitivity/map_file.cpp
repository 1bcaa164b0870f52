// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "core/base/parallel.h"
#include "core/checkpoint/matrix_name.h"
#include "core/sensitivity/map.h"
#include "core/tensor_io/hdf5.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <sys/mman.h>
#include <thread>

namespace cdra::sensitivity {

namespace {

namespace hdf5 = tensor_io::hdf5;

constexpr std::string_view format_name = "cdra-sensitivity";
constexpr std::int64_t format_version = 1;
constexpr std::uint64_t largest_side = 1 << 20; // no matrix of a vision transformer comes near
// Attributes of more than 64 KiB do not fit an object header.
constexpr std::size_t most_attribute_values = 8192;

void check_values(std::span<const float> values, std::uint64_t expected, const std::string& name) {
    if (values.size() != expected)
        throw Error("sensitivity map: " + name + " has " + std::to_string(values.size()) +
                    " values, its shape needs " + std::to_string(expected));
}

// The pass that finds them takes the totals, which every plan asks for.
bool all_good(const Values& values) {
    const Totals totals = values.totals();
    return std::isfinite(totals.sum) && totals.smallest >= 0; // −0 is no harm
}

void refuse_bad_values(const hdf5::Dataset& dataset, const Values& values) {
    if (all_good(values)) return;
    const auto found = std::ranges::find_if(values, [](float value) { return !std::isfinite(value) || value < 0; });
    dataset.corrupt("value " + std::to_string(*found) + " at index " +
                    std::to_string(found - values.begin()) + ", expected a finite number of 0 or more");
}

void write_provenance(hdf5::File& file, const SensitivityMap& map) {
    const Provenance& from = map.provenance;
    file.set("model", from.model);
    file.set("model_sha256", from.model_sha256);
    file.set("dataset", from.dataset);
    file.set("dataset_fingerprint", from.dataset_fingerprint);
    file.set("estimator", from.estimator);
    file.set("loss", from.loss);
    file.set("seed", from.seed);
    file.set("head_seed", from.head_seed);
    file.set("classes", from.classes);
    file.set("image_size", from.image_size);
    file.set("mean", std::vector<double>(from.mean.begin(), from.mean.end()));
    file.set("std", std::vector<double>(from.std.begin(), from.std.end()));
    file.set("position_resampling", from.position_resampling);
    file.set("pooling", from.pooling);
    file.set("device", from.device);
    file.set("threads", from.threads);
    file.set("backbone_parameters", from.backbone_parameters);
    file.set("class_token_parameters", from.class_token_parameters);
    file.set("program_version", from.program_version);
    file.set("sample_count", static_cast<std::uint64_t>(from.samples.size()));
    if (from.samples.size() <= most_attribute_values)
        file.set("samples", std::span<const std::uint32_t>(from.samples));
    else
        file.write("samples", {from.samples.size()}, std::span<const std::uint32_t>(from.samples))
            .set_long_name("indices into the training split, in the order used");
}

// On huge pages where the system offers them: a map of 340 MB then takes half the page faults.
std::vector<float> copied(std::span<const float> from) {
    std::vector<float> values;
    values.reserve(from.size());
#ifdef MADV_HUGEPAGE
    constexpr std::uintptr_t page = 4096;
    const auto first = (reinterpret_cast<std::uintptr_t>(values.data()) + page - 1) / page * page;
    const auto last = (reinterpret_cast<std::uintptr_t>(values.data()) + from.size_bytes()) / page * page;
    // Only advice: what it returns does not matter.
    if (last > first) (void)::madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#endif
    values.assign(from.begin(), from.end());
    return values;
}

// The values of many datasets: taken from a map of the file by several threads where they lie there as they are needed.
class Reader {
  public:
    explicit Reader(Reading reading) : reading_(reading) {}
    // `out` is filled by read() and must stay where it is until then.
    void add(hdf5::Dataset dataset, std::uint64_t size, Values& out) {
        const auto values = dataset.mapped_floats();
        auto& list = values.size() == size ? mapped_ : others_;
        list.push_back({std::move(dataset), values, size, &out});
    }
    // Throws as the library would, and CorruptFile for a value that no sensitivity has. `before` is told each dataset's
    // place among all, by one thread at a time.
    template <class Before>
    void read(Before before) {
        std::mutex mutex;
        std::vector<char> good(mapped_.size(), 1);
        const int threads = static_cast<int>(std::min(std::thread::hardware_concurrency(), 8U));
        parallel_for(threads, mapped_.size(), [&](std::size_t, std::size_t i) {
            const Entry& entry = mapped_[i];
            {
                const std::lock_guard guard(mutex);
                before();
            }
            if (reading_ == Reading::in_place) *entry.out = Values(entry.values, entry.dataset.mapping());
            else *entry.out = copied(entry.values);
            good[i] = all_good(*entry.out);
        });
        for (std::size_t i = 0; i < mapped_.size(); ++i)
            if (!good[i]) refuse_bad_values(mapped_[i].dataset, *mapped_[i].out);
        for (const Entry& entry : others_) {
            before();
            *entry.out = entry.dataset.floats(entry.size);
            refuse_bad_values(entry.dataset, *entry.out);
        }
    }

  private:
    struct Entry {
        hdf5::Dataset dataset;
        std::span<const float> values;
        std::uint64_t size;
        Values* out;
    };
    Reading reading_;
    std::vector<Entry> mapped_, others_;
};

int small(const hdf5::File& file, const std::string& name) {
    const std::uint64_t value = file.count(name);
    if (value > std::numeric_limits<int>::max())
        file.corrupt("attribute \"" + name + "\" is " + std::to_string(value));
    return static_cast<int>(value);
}

std::vector<float> three(const hdf5::File& file, const std::string& name) {
    const std::vector<double> values = file.numbers(name);
    if (!values.empty() && values.size() != 3)
        file.corrupt("attribute \"" + name + "\" has " + std::to_string(values.size()) +
                     " values, expected three");
    return {values.begin(), values.end()};
}

Provenance read_provenance(const hdf5::File& file) {
    Provenance from;
    from.model = file.text("model");
    from.model_sha256 = file.text("model_sha256");
    from.dataset = file.text("dataset");
    from.dataset_fingerprint = file.text("dataset_fingerprint");
    from.estimator = file.text("estimator");
    from.loss = file.text("loss");
    from.seed = file.count("seed");
    from.head_seed = file.count("head_seed");
    from.classes = small(file, "classes");
    from.image_size = small(file, "image_size");
    from.mean = three(file, "mean");
    from.std = three(file, "std");
    from.position_resampling = file.text("position_resampling");
    from.pooling = file.text("pooling");
    from.device = file.text("device");
    from.threads = small(file, "threads");
    from.backbone_parameters = static_cast<std::int64_t>(file.count("backbone_parameters"));
    from.class_token_parameters = static_cast<std::int64_t>(file.count("class_token_parameters"));
    from.program_version = file.text("program_version");
    const std::uint64_t samples = file.count("sample_count");
    from.samples = file.has("samples") ? file.counts("samples") : file.dataset("samples").uints(samples);
    if (from.samples.size() != samples)
        file.corrupt("holds " + std::to_string(from.samples.size()) + " sample indices, expected " +
                     std::to_string(samples));
    return from;
}

void check_header(const hdf5::File& file, const std::filesystem::path& path) {
    const std::string found = file.has("format") ? file.text("format") : std::string("none");
    if (found != format_name)
        throw UnrecognisedFormat(path.string() + ": not a sensitivity map: attribute \"format\" is \"" +
                                 found + "\", expected \"" + std::string(format_name) +
                                 "\"; give what cdra sensitivity wrote");
    if (const std::int64_t version = file.integer("version"); version != format_version)
        throw InputError(path.string() + ": sensitivity map of version " + std::to_string(version) +
                         ", this program reads " + std::to_string(format_version) +
                         "; make it again or use another version of the program");
}

void check_members(const hdf5::Group& group, const std::vector<std::string>& expected, const char* list) {
    std::vector<std::string> sorted = expected;
    std::ranges::sort(sorted);
    if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end())
        group.corrupt("\"" + *twice + "\" stands twice in the attribute \"" + list + "\"");
    for (const std::string& name : group.names())
        if (!std::ranges::binary_search(sorted, name))
            group.corrupt("\"" + name + "\" is not in the attribute \"" + list + "\"");
}

} // namespace

void write_map(const std::filesystem::path& path, const SensitivityMap& map) {
    std::vector<std::string> matrix_names, vector_names;
    for (const auto& matrix : map.matrices) {
        check_values(matrix.values, static_cast<std::uint64_t>(matrix.shape.size()), matrix.shape.name);
        matrix_names.push_back(matrix.shape.name);
    }
    for (const auto& vector : map.vectors) {
        check_values(vector.values, static_cast<std::uint64_t>(vector.shape.size), vector.shape.name);
        vector_names.push_back(vector.shape.name);
    }
    if (map.patch)
        check_values(map.patch->values, static_cast<std::uint64_t>(map.patch->shape.size()), patch_name);
    AtomicFile target(path);
    {
        auto file = hdf5::File::create(target.temporary_path());
        file.set("format", format_name);
        file.set("version", format_version);
        file.set("fingerprint", fingerprint(map));
        file.set("matrix_names", std::span<const std::string>(matrix_names));
        file.set("vector_names", std::span<const std::string>(vector_names));
        write_provenance(file, map);
        // In one piece each: a map is read whole and at once, and random floats do not compress.
        hdf5::Group matrices = file.make_group("sensitivity"), vectors = file.make_group("vectors");
        for (const auto& matrix : map.matrices) {
            auto dataset = matrices.write(
                matrix.shape.name,
                {static_cast<std::uint64_t>(matrix.shape.out), static_cast<std::uint64_t>(matrix.shape.in)},
                std::span<const float>(matrix.values));
            dataset.set_long_name("mean squared gradient of a sample's loss, " + matrix.shape.name);
            dataset.set_units("1");
            dataset.label_dimension(0, "output feature");
            dataset.label_dimension(1, "input feature");
        }
        for (const auto& vector : map.vectors) {
            auto dataset = vectors.write(vector.shape.name, {static_cast<std::uint64_t>(vector.shape.size)},
                                         std::span<const float>(vector.values));
            dataset.set_long_name("mean squared gradient of a sample's loss, " + vector.shape.name);
            dataset.set_units("1");
            dataset.label_dimension(0, "entry");
        }
        if (map.patch) {
            const auto& shape = map.patch->shape;
            hdf5::Group patch = file.make_group("patch");
            auto dataset = patch.write(
                patch_name, {static_cast<std::uint64_t>(shape.out), static_cast<std::uint64_t>(shape.in)},
                std::span<const float>(map.patch->values));
            dataset.set_long_name("sensitivity of the patch embedding");
            dataset.set_units("1");
            dataset.label_dimension(0, "output feature");
            dataset.label_dimension(1, "input feature");
        }
        matrices = {};
        vectors = {};
        file.close();
    }
    target.commit();
}

SensitivityMap read_map(const std::filesystem::path& path, ProgressSink& progress,
                        const std::stop_token& stop, Reading reading) {
    const auto file = hdf5::File::open(path);
    check_header(file, path);
    SensitivityMap map;
    map.provenance = read_provenance(file);
    const auto matrix_names = file.texts("matrix_names"), vector_names = file.texts("vector_names");
    const hdf5::Group matrices = file.group("sensitivity"), vectors = file.group("vectors");
    check_members(matrices, matrix_names, "matrix_names");
    check_members(vectors, vector_names, "vector_names");

    const auto total = static_cast<std::int64_t>(matrix_names.size() + vector_names.size());
    Reader reader(reading);
    map.matrices.reserve(matrix_names.size());
    map.vectors.reserve(vector_names.size());
    for (const std::string& name : matrix_names) {
        throw_if_stopped(stop);
        const hdf5::Dataset dataset = matrices.dataset(name);
        const hdf5::Shape shape = dataset.shape();
        if (shape.size() != 2 ||
            std::ranges::any_of(shape, [](auto side) { return side == 0 || side > largest_side; }) ||
            shape[0] * shape[1] > std::numeric_limits<std::uint32_t>::max())
            dataset.corrupt("has shape " + hdf5::to_text(shape) + ", expected [out, in] of a linear layer");
        auto matrix = checkpoint::matrix_shape(name, static_cast<std::int64_t>(shape[0]),
                                               static_cast<std::int64_t>(shape[1]));
        if (!matrix) dataset.corrupt("is not the name of a candidate matrix, e.g. \"blocks.0.attn.q\"");
        // The blocks of a vision transformer are alike.
        for (const auto& other : map.matrices)
            if (other.shape.kind == matrix->kind && (other.shape.out != matrix->out || other.shape.in != matrix->in))
                dataset.corrupt("has shape " + hdf5::to_text(shape) + ", " + other.shape.name + " has " +
                                std::to_string(other.shape.out) + "×" + std::to_string(other.shape.in));
        map.matrices.push_back({std::move(*matrix), {}});
        reader.add(dataset, shape[0] * shape[1], map.matrices.back().values);
    }
    for (const std::string& name : vector_names) {
        throw_if_stopped(stop);
        const hdf5::Dataset dataset = vectors.dataset(name);
        const hdf5::Shape shape = dataset.shape();
        if (shape.size() != 1 || shape[0] == 0 || shape[0] > largest_side)
            dataset.corrupt("has shape " + hdf5::to_text(shape) + ", expected one dimension");
        map.vectors.push_back({{name, static_cast<std::int64_t>(shape[0])}, {}});
        reader.add(dataset, shape[0], map.vectors.back().values);
    }
    if (file.contains("patch")) {
        const hdf5::Dataset dataset = file.group("patch").dataset(patch_name);
        const hdf5::Shape shape = dataset.shape();
        if (shape.size() != 2 ||
            std::ranges::any_of(shape, [](auto side) { return side == 0 || side > largest_side; }) ||
            shape[0] * shape[1] > std::numeric_limits<std::uint32_t>::max())
            dataset.corrupt("has shape " + hdf5::to_text(shape) + ", expected [out, in] of the patch embedding");
        map.patch = {patch_shape(static_cast<std::int64_t>(shape[0]), static_cast<std::int64_t>(shape[1])), {}};
        reader.add(dataset, shape[0] * shape[1], map.patch->values);
    }
    std::int64_t done = 0;
    reader.read([&] {
        throw_if_stopped(stop);
        progress.report({"load", std::min(done++, total - 1), total, ""});
    });
    map.known_fingerprint = file.text("fingerprint");
    progress.report({"load", total, total, ""});
    return map;
}

} // namespace cdra::sensitivity
