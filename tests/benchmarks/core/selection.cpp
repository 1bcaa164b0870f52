// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// Top-γ of maps as large as those of ViT-B/16 (85 M weights) and ViT-L/16 (300 M), a step of the slider, and the map file of
// `cdra plan`. Values as real ones: a few input and output features matter more, the rest falls off by orders of magnitude.
#include "core/base/parallel.h"
#include "core/compact/replanner.h"
#include "core/base/error.h"
#include "core/sensitivity/selection.h"
#include "core/sensitivity/sliding_selection.h"
#include "tests/benchmarks/core/workload.h"

#include <cmath>
#include <fstream>
#include <numeric>

namespace cdra::benchmark {

namespace {

using sensitivity::Pool;
using sensitivity::Selection;
using sensitivity::SensitivityMap;
constexpr double gamma = 0.0043; // the default

SensitivityMap make_map(bool large, const CoreOptions& options) {
    checkpoint::VitSpec spec;
    spec.depth = options.quick ? 2 : large ? 24 : 12;
    spec.dim = options.quick ? 192 : large ? 1024 : 768;
    spec.mlp_dim = 4 * spec.dim;
    spec.heads = spec.dim / 64;
    spec.patch = 16;
    spec.grid_height = spec.grid_width = 14;
    SensitivityMap map;
    for (auto& shape : checkpoint::candidate_matrices(spec)) map.matrices.push_back({std::move(shape), {}});
    for (auto& shape : checkpoint::tunable_vectors(spec)) map.vectors.push_back({std::move(shape), {}});
    parallel_for(options.threads, map.matrices.size(), [&](std::size_t, std::size_t m) {
        auto& matrix = map.matrices[m];
        const auto in = static_cast<std::size_t>(matrix.shape.in), out = static_cast<std::size_t>(matrix.shape.out);
        const auto weights = [&](std::uint64_t seed, std::size_t size) {
            std::vector<float> all(size);
            for (std::size_t i = 0; i < size; ++i) all[i] = std::exp(6 * uniform(seed, i) - 3);
            return all;
        };
        const auto rows = weights(2 * m, in), columns = weights(2 * m + 1, out);
        std::vector<float> values(in * out);
        for (std::size_t c = 0; c < out; ++c)
            for (std::size_t r = 0; r < in; ++r) {
                const float u = uniform(1000 + m, c * in + r);
                values[c * in + r] = 1e-6F * rows[r] * columns[c] * u * u * u * u;
            }
        matrix.values = std::move(values);
    });
    for (std::size_t v = 0; v < map.vectors.size(); ++v) {
        std::vector<float> values;
        for (std::int64_t i = 0; i < map.vectors[v].shape.size; ++i)
            values.push_back(1e-5F * uniform(5000 + v, static_cast<std::uint64_t>(i)));
        map.vectors[v].values = std::move(values);
    }
    map.provenance.backbone_parameters = checkpoint::backbone_parameters(spec);
    map.provenance.class_token_parameters = spec.dim;
    map.provenance.samples = {0};
    map.provenance.mean = map.provenance.std = {0.5F, 0.5F, 0.5F};
    return map;
}

// SHA-256 of the selected places in the pool as int64, ascending: what the other side can make too.
nlohmann::ordered_json result_of(const SensitivityMap& map, const Selection& selection) {
    std::vector<std::int64_t> places;
    std::int64_t begin = 0;
    const auto take = [&](const std::vector<std::uint32_t>& list, std::size_t size) {
        for (const std::uint32_t index : list) places.push_back(begin + index);
        begin += static_cast<std::int64_t>(size);
    };
    for (std::size_t i = 0; i < map.matrices.size(); ++i) take(selection.matrices[i], map.matrices[i].values.size());
    for (std::size_t i = 0; i < map.vectors.size(); ++i) take(selection.vectors[i], map.vectors[i].values.size());
    return {{"digest", sha256_hex(std::as_bytes(std::span(places)))}, {"values", places.size()}, {"threshold", selection.threshold}};
}

void write_pool(const std::filesystem::path& path, const SensitivityMap& map) {
    std::ofstream file(path, std::ios::binary);
    const auto put = [&](std::span<const float> values) {
        file.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(float)));
    };
    for (const auto& matrix : map.matrices) put(matrix.values);
    for (const auto& vector : map.vectors) put(vector.values);
    file.flush();
    if (!file) throw IoError(path.string() + ": can't be written; is the disk full?");
}

class SelectionWorkload final : public CoreWorkload {
  public:
    SelectionWorkload(const CoreOptions& options, bool large)
        : options_(options), map_(make_map(large, options)),
          count_(sensitivity::count_for_gamma(gamma, sensitivity::pool_size(map_, Pool::all))) {
        if (!options.dir.empty()) write_pool(options.dir / "pool.f32", map_);
    }
    nlohmann::ordered_json run(const std::string& variant) override {
        if (variant != "select") throw InputError("no variant '" + variant + "'");
        Selection selection;
        const double seconds = seconds_of([&] { selection = sensitivity::select_top(map_, Pool::all, count_, options_.threads); });
        nlohmann::ordered_json line{{"seconds", seconds}, {"count", count_}};
        if (first_) line.update(result_of(map_, selection));
        first_ = false;
        return line;
    }

  private:
    CoreOptions options_;
    SensitivityMap map_;
    std::uint64_t count_;
    bool first_ = true;
};

// γ from 0.5 % to 0.6 % of the pool: 85 k entries change. Against the whole selection anew; and whole plans.
class SliderWorkload final : public CoreWorkload {
  public:
    explicit SliderWorkload(const CoreOptions& options)
        : options_(options), map_(std::make_shared<SensitivityMap>(make_map(false, options))), replanner_(map_),
          sliding_(*map_, Pool::all, 4 * count(0.006), {}, options.threads) {
        map_->known_fingerprint = sensitivity::fingerprint(*map_);
    }
    nlohmann::ordered_json run(const std::string& variant) override {
        NullProgress silent;
        Selection selection;
        nlohmann::ordered_json line;
        const compact::PlanOptions before{.amount = compact::Gamma{0.005}}, after{.amount = compact::Gamma{0.006}};
        if (variant == "step") {
            sliding_.move_to(count(0.005));
            line["seconds"] = seconds_of([&] { sliding_.move_to(count(0.006)); });
            selection = sliding_.selection(*map_, options_.threads);
        } else if (variant == "select") {
            line["seconds"] = seconds_of([&] { selection = sensitivity::select_top(*map_, Pool::all, count(0.006), options_.threads); });
        } else if (variant == "plan-step" || variant == "plan") {
            if (variant == "plan-step") replanner_.make(before, silent, {}, options_.threads);
            compact::CompactPlan plan;
            line["seconds"] = seconds_of([&] {
                plan = variant == "plan" ? compact::make_plan(*map_, after, silent, {}, options_.threads)
                                         : replanner_.make(after, silent, {}, options_.threads);
            });
            const std::string text = compact::plan_json(plan);
            line["digest"] = sha256_hex(std::as_bytes(std::span(text)));
            line["values"] = plan.tau;
            line["threshold"] = plan.threshold;
            return line;
        } else {
            throw InputError("no variant '" + variant + "'");
        }
        line.update(result_of(*map_, selection));
        return line;
    }

  private:
    std::uint64_t count(double share) const { return sensitivity::count_for_gamma(share, sensitivity::pool_size(*map_, Pool::all)); }
    CoreOptions options_;
    std::shared_ptr<SensitivityMap> map_;
    compact::Replanner replanner_;
    sensitivity::SlidingSelection sliding_;
};

// Only writes DIR/map.h5: both sides of this workload are whole processes.
class PlanInputs final : public CoreWorkload {
  public:
    explicit PlanInputs(const CoreOptions& options) {
        if (options.dir.empty()) throw InputError("plan needs --dir DIR");
        sensitivity::write_map(options.dir / "map.h5", make_map(false, options));
    }
    nlohmann::ordered_json run(const std::string&) override { return {{"seconds", 0}}; }
};

} // namespace

std::unique_ptr<CoreWorkload> make_selection(const CoreOptions& options, bool large) {
    return std::make_unique<SelectionWorkload>(options, large);
}
std::unique_ptr<CoreWorkload> make_slider(const CoreOptions& options) { return std::make_unique<SliderWorkload>(options); }
std::unique_ptr<CoreWorkload> make_plan_inputs(const CoreOptions& options) { return std::make_unique<PlanInputs>(options); }

} // namespace cdra::benchmark
