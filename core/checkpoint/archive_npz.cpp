// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// NumPy's .npz as JAX's vision transformers are published: a ZIP archive of arrays. Flax stores kernels with the
// inputs first and heads apart; this archive shows them as PyTorch would store them, under their own names.
#include "core/base/error.h"
#include "core/checkpoint/archive.h"
#include "core/tensor_io/npy.h"
#include "core/tensor_io/zip.h"

#include <algorithm>
#include <numeric>

namespace cdra::checkpoint {

namespace {

using Shape = std::vector<std::int64_t>;

struct Member {
    const tensor_io::ZipEntry* entry = nullptr;
    tensor_io::NpyHeader header;
    std::vector<std::size_t> order; // of the stored dimensions, in the shape shown, before merging
};

class NpzArchive final : public Archive {
  public:
    explicit NpzArchive(tensor_io::ZipFile zip) : zip_(std::move(zip)) {
        for (const auto& [file_name, entry] : zip_.entries()) {
            if (!file_name.ends_with(".npy")) continue;
            add(file_name.substr(0, file_name.size() - 4), entry);
        }
        if (members_.empty())
            throw UnrecognisedFormat(path().string() + ": a ZIP archive without arrays (.npy)");
    }
    const std::filesystem::path& path() const override { return zip_.path(); }
    const std::map<std::string, StoredTensor, std::less<>>& tensors() const override { return tensors_; }
    std::optional<int> heads() const override { return heads_; }

    std::vector<float> read(const std::string& name) const override {
        const Member& member = members_.at(name);
        const auto bytes = zip_.read(*member.entry);
        const auto stored = tensor_io::npy_floats(std::span(bytes).subspan(member.header.data_begin), member.header);
        return permuted(stored, member.header.shape, member.order);
    }

  private:
    void add(const std::string& name, const tensor_io::ZipEntry& entry) {
        const auto front = zip_.read_front(entry, tensor_io::longest_npy_header);
        Member member;
        member.entry = &entry;
        member.header = tensor_io::parse_npy_header(front, entry.size, path().string() + ": array \"" + name.substr(0, 200) + "\"");
        const Shape& shape = member.header.shape;
        member.order.resize(shape.size());
        std::iota(member.order.begin(), member.order.end(), 0U);
        // Sizes were bounded by the member's own size; products of them are no larger.
        Shape shown = shape;
        const bool kernel = name.ends_with("/kernel"), attention = name.find("MultiHeadDotProductAttention") != std::string::npos;
        if (kernel && shape.size() == 4) { // patches: height, width, in, out
            member.order = {3, 2, 0, 1};
            shown = {shape[3], shape[2], shape[0], shape[1]};
        } else if (kernel && shape.size() == 2) {
            member.order = {1, 0};
            shown = {shape[1], shape[0]};
        } else if (kernel && attention && shape.size() == 3 && name.ends_with("/out/kernel")) { // heads, size, out
            member.order = {2, 0, 1};
            shown = {shape[2], shape[0] * shape[1]};
        } else if (kernel && attention && shape.size() == 3) { // in, heads, size
            member.order = {1, 2, 0};
            shown = {shape[1] * shape[2], shape[0]};
            if (name.ends_with("/query/kernel") && shape[1] > 0 && shape[1] < 4096) heads_ = static_cast<int>(shape[1]);
        } else if (attention && shape.size() == 2 && name.ends_with("/bias")) { // heads, size
            shown = {shape[0] * shape[1]};
        }
        tensors_.emplace(name, StoredTensor{shown, member.header.floating(), member.header.type});
        members_.emplace(name, std::move(member));
    }

    // The values with the dimensions taken in `order`, row-major.
    static std::vector<float> permuted(const std::vector<float>& stored, const Shape& shape,
                                       const std::vector<std::size_t>& order) {
        if (std::ranges::is_sorted(order)) return stored;
        std::vector<std::size_t> stride(shape.size(), 1);
        for (std::size_t d = shape.size() - 1; d-- > 0;) stride[d] = stride[d + 1] * static_cast<std::size_t>(shape[d + 1]);
        std::vector<float> values(stored.size());
        std::vector<std::size_t> index(shape.size(), 0);
        std::size_t at = 0;
        for (float& value : values) {
            value = stored[at];
            for (std::size_t d = index.size(); d-- > 0;) {
                const auto size = static_cast<std::size_t>(shape[order[d]]);
                at += stride[order[d]];
                if (++index[d] < size) break;
                at -= stride[order[d]] * size;
                index[d] = 0;
            }
        }
        return values;
    }

    tensor_io::ZipFile zip_;
    std::map<std::string, StoredTensor, std::less<>> tensors_;
    std::map<std::string, Member> members_;
    std::optional<int> heads_;
};

} // namespace

std::unique_ptr<Archive> open_npz(const std::filesystem::path& path) {
    return std::make_unique<NpzArchive>(tensor_io::ZipFile::open(path));
}

} // namespace cdra::checkpoint
