// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The compact plan: everything that training needs to know about what is adapted and how. What P.h5 holds.
#pragma once

#include "core/compact/reorganise.h"
#include "core/sensitivity/selection.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cdra::compact {

// What becomes of a matrix whose rank is 0.
enum class RankZero { mask, freeze, one };
std::string_view name_of(RankZero) noexcept;
RankZero parse_rank_zero(std::string_view word); // throws InputError

// How much is sensitive: exactly one of a fraction γ of the pool, a count τ, or the largest γ whose plan stays
// within a percentage of trainable backbone parameters.
struct Gamma { double value = 0; };
struct Tau { std::uint64_t value = 0; };
struct Budget { double percent = 0; };
using Amount = std::variant<Gamma, Tau, Budget>;

struct PlanOptions {
    Amount amount = Gamma{0.0043};
    sensitivity::Pool pool = sensitivity::Pool::all;
    std::string rank = "eq7-unscaled";
    std::map<std::string, std::uint32_t> edited_ranks{}; // by matrix name: wins over the strategy
    RankZero rank_zero = RankZero::mask;
    double size_scale = 1.0;
    Quadrant quadrant = Quadrant::q10;
    bool tune_vectors = true;  // vectors of which at least 1/beta of the entries are sensitive, whole
    int beta = 5;
    bool class_token = true;
};

// adapter: a bottleneck of `rank` on the matrix's outputs (SPT-Adapter).
enum class Treatment { low_rank, masked, frozen, adapter };
std::string_view name_of(Treatment) noexcept; // "low-rank", "masked", "frozen", "adapter"

struct PlannedMatrix {
    checkpoint::MatrixShape shape;
    std::vector<std::uint32_t> mask; // sorted flat indices of the [out, in] weight
    Reorganised reorganised;         // d̄, k̄ and the orders
    Box box;                         // what A·B covers (equals the d̄×k̄ corner for scale 1 and quadrant 10)
    bool whole = false;              // the box is the whole matrix, in natural order (SPT's Case 2)
    std::uint32_t rank = 0;
    Treatment treatment = Treatment::frozen;
    double sensitivity_total = 0;  // Σ s over the matrix
    double sensitivity_in_box = 0; // Σ s over the box
    std::vector<float> spectrum{}; // of the d̄×k̄ corner (RankInput::spectrum), where the rank strategy asks for it

    double density() const noexcept; // Σm / (d̄·k̄), 0 for an empty box
    std::uint64_t parameters() const noexcept;
};
struct PlannedVector {
    checkpoint::VectorShape shape;
    std::uint64_t sensitive = 0;
    bool tuned = false;
    std::vector<std::uint32_t> mask{}; // sorted entries tuned alone in a vector that is not tuned whole (SPT's biases)

    std::uint64_t parameters() const noexcept {
        return tuned ? static_cast<std::uint64_t>(shape.size) : mask.size();
    }
};

struct CompactPlan {
    std::string method = "cdra"; // whose plan maker made it
    std::map<std::string, std::string> method_options; // of that maker, for the record
    PlanOptions options;
    double gamma = 0;     // in force, whichever way it was asked for
    std::uint64_t tau = 0;
    float threshold = 0;
    std::uint64_t pool_size = 0;
    std::vector<PlannedMatrix> matrices;
    std::optional<PlannedMatrix> patch; // single weights of the patch embedding (GPS), [dim, channels·patch²]
    std::vector<PlannedVector> vectors;
    std::int64_t candidate_weights = 0;
    std::int64_t backbone_parameters = 0;
    std::int64_t class_token_parameters = 0; // of the model; counted if options.class_token
    std::string map_fingerprint;
    std::string model_sha256;

    std::uint64_t sensitive_weights() const noexcept; // in the matrices
    std::uint64_t matrix_parameters() const noexcept;
    std::uint64_t vector_parameters() const noexcept;
    std::uint64_t trainable_parameters() const noexcept; // matrices + vectors + class token; no head
    double trainable_percent() const noexcept;           // of backbone_parameters
    // Empty if the plan can be said as a peft LoRA; else the reason, with advice.
    std::string peft_obstacle() const;
};

// Selection, reorganisation, ranks, in that order. Throws InputError for impossible options.
CompactPlan make_plan(const sensitivity::SensitivityMap& map, const PlanOptions& options, ProgressSink& progress,
                      const std::stop_token& stop = {}, int threads = 1);
// Only ranks and treatments anew: the masks, orders and boxes are kept (quick enough for every edit). Throws
// InputError for a plan of another method's maker: its ranks follow from that method's options.
void reallocate(CompactPlan& plan, const std::string& rank, const std::map<std::string, std::uint32_t>& edited_ranks,
                RankZero rank_zero);

// P.h5. Reading checks permutations, index bounds and counts, and throws CorruptFile naming the field.
void write_plan(const std::filesystem::path& path, const CompactPlan& plan);
CompactPlan read_plan(const std::filesystem::path& path);
// The object of `cdra plan --json` as text.
std::string plan_json(const CompactPlan& plan);

} // namespace cdra::compact
