// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/compact/spt_import.h"

#include "core/base/error.h"
#include "core/checkpoint/vit_spec.h"
#include "core/tensor_io/torch_file.h"

#include <algorithm>
#include <set>

namespace cdra::compact {

namespace {

using tensor_io::PickleDocument;
using tensor_io::PickleValue;
using Kind = PickleValue::Kind;

constexpr std::size_t deepest = 128; // blocks
constexpr int widest = 8192;

struct Slice { // of the concatenation that the indices point into
    std::string name;
    std::vector<std::int64_t> shape;
    std::int64_t size = 1;
};

class Importer {
  public:
    Importer(const std::filesystem::path& path, const SptImport& how)
        : how_(how), path_(path.string()), file_(tensor_io::TorchFile::open(path)), document_(file_.document()) {}

    CompactPlan run() {
        if (document_.root().kind != Kind::dict || !document_.find(document_.root(), "tuned_matrices"))
            throw UnrecognisedFormat(path_ + ": no masks of SPT's release (it has no 'tuned_matrices')");
        read_slices();
        infer_spec();
        CompactPlan plan;
        plan.method = how_.method;
        plan.method_options = {{"rank", std::to_string(how_.rank)}};
        plan.options.rank = "fixed:" + std::to_string(how_.rank);
        plan.backbone_parameters = checkpoint::backbone_parameters(spec_);
        plan.class_token_parameters = spec_.dim;
        add_matrices(plan);
        add_vectors(plan);
        spread_indices(plan);
        plan.tau = plan.sensitive_weights();
        for (const PlannedVector& vector : plan.vectors) plan.tau += vector.sensitive;
        plan.options.amount = Tau{plan.tau};
        plan.gamma = plan.pool_size > 0 ? static_cast<double>(plan.tau) / static_cast<double>(plan.pool_size) : 0;
        return plan;
    }

  private:
    [[noreturn]] void corrupt(const std::string& what) const {
        throw CorruptFile(path_ + ": masks of SPT: " + what + "; fetch the file again");
    }
    const PickleValue& field(const char* key, Kind kind) const {
        const PickleValue* value = document_.find(document_.root(), key);
        if (!value || value->kind != kind) corrupt(std::string("'") + key + "' is missing or of another kind");
        return *value;
    }

    void read_slices() {
        const PickleValue& shapes = field("unstructured_name_shapes", Kind::dict);
        for (std::size_t i = 0; i + 1 < shapes.items.size(); i += 2) {
            const PickleValue &name = document_[shapes.items[i]], &shape = document_[shapes.items[i + 1]];
            if (name.kind != Kind::text || shape.kind != Kind::tuple || shape.items.empty() || shape.items.size() > 4)
                corrupt("'unstructured_name_shapes' is no list of names and shapes");
            Slice slice{name.text, {}, 1};
            for (const auto index : shape.items) {
                const std::int64_t size = document_[index].integer;
                if (document_[index].kind != Kind::integer || size < 1 || size > (1 << 20) || slice.size > (1 << 28) / size)
                    corrupt("'" + name.text.substr(0, 100) + "' has an impossible shape");
                slice.shape.push_back(size);
                slice.size *= size;
            }
            slices_.push_back(std::move(slice));
            if (slices_.size() > 4096) corrupt("it names more than 4096 tensors");
        }
    }

    // The release is of ViT-B/16; other sizes show in the shapes.
    void infer_spec() {
        const PickleValue& rows = field("tuned_matrices", Kind::list);
        if (rows.items.empty() || rows.items.size() > deepest)
            corrupt("'tuned_matrices' has " + std::to_string(rows.items.size()) + " blocks, expected 1 to " + std::to_string(deepest));
        spec_.depth = static_cast<int>(rows.items.size());
        spec_.dim = 768;
        spec_.mlp_dim = 0;
        spec_.patch = 16;
        spec_.grid_height = spec_.grid_width = 14;
        for (const Slice& slice : slices_) {
            if (slice.name.find(".attn.") != std::string::npos || slice.name.find(".norm") != std::string::npos)
                spec_.dim = static_cast<int>(slice.shape.front());
            if (slice.name.ends_with(".mlp.fc1.bias") || slice.name.ends_with(".mlp.fc1.weight"))
                spec_.mlp_dim = static_cast<int>(slice.shape.front());
        }
        if (spec_.mlp_dim == 0) spec_.mlp_dim = 4 * spec_.dim;
        // The plan lists every row and column, whatever the file's own size: no published model comes near these.
        if (spec_.dim > widest || spec_.mlp_dim > 8 * widest)
            corrupt("its tensors are of a model of width " + std::to_string(spec_.dim) + " with an MLP of " + std::to_string(spec_.mlp_dim) +
                    ", expected at most " + std::to_string(widest) + " and " + std::to_string(8 * widest));
    }

    void add_matrices(CompactPlan& plan) const {
        const PickleValue& rows = field("tuned_matrices", Kind::list);
        for (const auto& shape : checkpoint::candidate_matrices(spec_)) {
            const PickleValue& row = document_[rows.items[static_cast<std::size_t>(shape.block)]];
            if (row.kind != Kind::list || row.items.size() != checkpoint::matrix_kinds.size())
                corrupt("'tuned_matrices' has a block without six entries");
            const PickleValue& entry = document_[row.items[static_cast<std::size_t>(shape.kind)]];
            if (entry.kind != Kind::integer || (entry.integer != 0 && entry.integer != 1))
                corrupt("'tuned_matrices' has an entry that is not 0 or 1");
            PlannedMatrix matrix;
            matrix.shape = shape;
            if (entry.integer == 1) {
                matrix.whole = true;
                matrix.rank = std::min<std::uint32_t>(how_.rank, static_cast<std::uint32_t>(std::min(shape.in, shape.out)));
                matrix.treatment = how_.method == "spt-adapter" ? Treatment::adapter : Treatment::low_rank;
            }
            plan.candidate_weights += shape.size();
            plan.matrices.push_back(std::move(matrix));
        }
        plan.pool_size = static_cast<std::uint64_t>(plan.candidate_weights);
    }

    void add_vectors(CompactPlan& plan) const {
        std::set<std::string> tuned;
        for (const auto index : field("tuned_vectors", Kind::list).items) {
            if (document_[index].kind != Kind::text) corrupt("'tuned_vectors' holds something that is no name");
            tuned.insert(document_[index].text);
        }
        for (const auto& shape : checkpoint::tunable_vectors(spec_)) {
            PlannedVector vector{shape, 0, tuned.erase(shape.name) > 0, {}};
            if (vector.tuned) vector.sensitive = (static_cast<std::uint64_t>(shape.size) + 4) / 5; // at least a fifth was
            plan.pool_size += static_cast<std::uint64_t>(shape.size);
            plan.vectors.push_back(std::move(vector));
        }
        if (!tuned.empty()) corrupt("'" + tuned.begin()->substr(0, 100) + "' is no vector of a vision transformer");
    }

    // The flat indices of the concatenation, each to its tensor.
    void spread_indices(CompactPlan& plan) const {
        auto indices = file_.integers(field("unstructured_indexes", Kind::tensor), "unstructured_indexes");
        std::ranges::sort(indices);
        if (std::ranges::adjacent_find(indices) != indices.end()) corrupt("'unstructured_indexes' holds an index twice");
        std::int64_t begin = 0;
        auto at = indices.begin();
        if (!indices.empty() && indices.front() < 0) corrupt("'unstructured_indexes' holds a negative index");
        for (const Slice& slice : slices_) {
            std::vector<std::uint32_t> mask;
            for (; at != indices.end() && *at < begin + slice.size; ++at) mask.push_back(static_cast<std::uint32_t>(*at - begin));
            begin += slice.size;
            give(plan, slice, std::move(mask));
        }
        if (at != indices.end())
            corrupt("'unstructured_indexes' holds " + std::to_string(*at) + ", the tensors have " + std::to_string(begin) + " entries");
        for (PlannedMatrix& matrix : plan.matrices) {
            matrix.reorganised = reorganise(sensitivity::profile(matrix.shape, matrix.mask));
            matrix.box = matrix.whole ? whole_box(matrix.shape) : box_of(matrix.reorganised, Quadrant::q10, 1);
        }
    }

    void give(CompactPlan& plan, const Slice& slice, std::vector<std::uint32_t> mask) const {
        for (PlannedMatrix& matrix : plan.matrices)
            if (matrix.shape.name + ".weight" == slice.name) {
                if (slice.shape != std::vector<std::int64_t>{matrix.shape.out, matrix.shape.in})
                    corrupt("'" + slice.name + "' has another shape than the model's");
                if (matrix.whole && !mask.empty()) corrupt("'" + slice.name + "' has a module and single weights");
                if (!mask.empty()) matrix.treatment = Treatment::masked;
                matrix.mask = std::move(mask);
                return;
            }
        for (PlannedVector& vector : plan.vectors)
            if (vector.shape.name == slice.name) {
                if (slice.size != vector.shape.size) corrupt("'" + slice.name + "' has another size than the model's");
                if (vector.tuned) return;
                vector.sensitive = mask.size();
                // SPT tunes single entries of biases; of norms it tunes none.
                if (slice.name.find("norm") == std::string::npos) vector.mask = std::move(mask);
                return;
            }
        if (!mask.empty()) corrupt("it tunes entries of '" + slice.name.substr(0, 100) + "', which no SPT run does here");
    }

    const SptImport& how_;
    std::string path_;
    tensor_io::TorchFile file_;
    const PickleDocument& document_;
    checkpoint::VitSpec spec_;
    std::vector<Slice> slices_;
};

} // namespace

CompactPlan import_spt(const std::filesystem::path& path, const SptImport& how) {
    return Importer(path, how).run();
}

} // namespace cdra::compact
