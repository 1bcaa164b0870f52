// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/formats.h"

#include "core/base/digest.h"
#include "core/base/error.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <span>
#include <system_error>

namespace cdra::checkpoint {

std::span<const Container> containers() {
    static constexpr std::array<Container, 4> table = {{
        {"sharded safetensors", &open_sharded_safetensors}, // by its name and a first brace
        {"safetensors", &open_safetensors},                 // says so itself: a length, then a JSON object
        {"PyTorch", &open_torch},                           // a ZIP archive with data.pkl, or a magic number
        {"npz", &open_npz},                                 // any other ZIP archive of arrays
    }};
    return table;
}

std::span<const NameTable* const> namings() {
    // Each has an anchor that no other has, so the order decides nothing.
    static const std::array<const NameTable*, 4> table = {&hf_vit_names(), &hf_dinov2_names(), &timm_names(),
                                                          &jax_vit_names()};
    return table;
}

namespace {

class MappedCheckpoint final : public Checkpoint {
  public:
    MappedCheckpoint(std::unique_ptr<Archive> archive, Mapping mapping, std::string format)
        : archive_(std::move(archive)), mapping_(std::move(mapping)), format_(std::move(format)) {}

    const std::filesystem::path& path() const override { return archive_->path(); }
    std::vector<std::filesystem::path> files() const override { return archive_->files(); }
    std::string format() const override { return format_; }
    const VitSpec& spec() const override { return mapping_.spec; }
    const std::map<std::string, TensorSource>& tensors() const override { return mapping_.tensors; }
    const std::vector<std::string>& unused() const override { return mapping_.unused; }

    Tensor read(const std::string& name) const override {
        const TensorSource& source = source_of(name);
        if (!source.transpose && !archive_->view(source.tensor).empty()) {
            std::size_t size = 1;
            for (const std::int64_t side : source.shape) size *= static_cast<std::size_t>(side);
            Tensor tensor{source.shape, std::vector<float>(size)};
            read(name, tensor.values);
            return tensor;
        }
        Tensor tensor{source.shape, archive_->read(source.tensor)};
        if (source.row_end > 0) {
            const auto part = rows_of(source, std::span<const float>(tensor.values));
            tensor.values = std::vector<float>(part.begin(), part.end());
        }
        if (source.transpose) tensor.values = transposed(tensor.values, source.shape);
        refuse_not_finite(name, source, tensor.values);
        return tensor;
    }

    void read(const std::string& name, std::span<float> values) const override {
        const TensorSource& source = source_of(name);
        const auto check_size = [&](std::size_t size) {
            if (size != values.size())
                throw Error(path().string() + ": " + name + " has " + std::to_string(size) + " values, memory was given for " +
                            std::to_string(values.size()));
        };
        const auto stored = source.transpose ? std::span<const float>{} : archive_->view(source.tensor);
        if (stored.empty()) {
            const Tensor tensor = read(name);
            check_size(tensor.values.size());
            std::ranges::copy(tensor.values, values.begin());
            return;
        }
        const auto part = source.row_end > 0 ? rows_of(source, stored) : stored;
        check_size(part.size());
        // Copied and checked in one pass, without a branch.
        std::uint32_t bad = 0;
        for (std::size_t i = 0; i < part.size(); ++i) {
            const auto bits = std::bit_cast<std::uint32_t>(part[i]);
            bad |= static_cast<std::uint32_t>((bits & 0x7F800000U) == 0x7F800000U);
            values[i] = part[i];
        }
        if (bad != 0) refuse_not_finite(name, source, values);
    }

  private:
    const TensorSource& source_of(const std::string& name) const {
        const auto found = mapping_.tensors.find(name);
        if (found == mapping_.tensors.end())
            throw InputError(path().string() + ": the model has no tensor \"" + name + "\"");
        return found->second;
    }

    std::span<const float> rows_of(const TensorSource& source, std::span<const float> stored) const {
        const std::size_t row =
            stored.size() / static_cast<std::size_t>(archive_->tensors().find(source.tensor)->second.shape.front());
        return stored.subspan(row * static_cast<std::size_t>(source.row_begin),
                              row * static_cast<std::size_t>(source.row_end - source.row_begin));
    }

    void refuse_not_finite(const std::string& name, const TensorSource& source, std::span<const float> values) const {
        for (std::size_t i = 0; i < values.size(); ++i)
            if (!std::isfinite(values[i]))
                throw CorruptFile(path().string() + ": tensor \"" + source.tensor +
                                  "\" holds a value that is not finite (" + name + ", index " +
                                  std::to_string(i) + "); fetch the checkpoint again");
    }

    // Stored [in, out] → `shape` = [out, in].
    static std::vector<float> transposed(const std::vector<float>& stored,
                                         const std::vector<std::int64_t>& shape) {
        const auto out = static_cast<std::size_t>(shape[0]), in = static_cast<std::size_t>(shape[1]);
        std::vector<float> values(stored.size());
        for (std::size_t o = 0; o < out; ++o)
            for (std::size_t i = 0; i < in; ++i)
                values[o * in + i] = stored[i * out + o];
        return values;
    }

    std::unique_ptr<Archive> archive_;
    Mapping mapping_;
    std::string format_;
};

} // namespace

// A folder stands for the checkpoint in it.
std::filesystem::path weights_file(const std::filesystem::path& path) {
    std::error_code code;
    if (!std::filesystem::exists(path, code))
        throw InputError(path.string() + ": no such file or folder; check the path");
    if (!std::filesystem::is_directory(path, code)) return path;
    for (const char* name : {"model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"})
        if (const auto file = path / name; std::filesystem::is_regular_file(file, code)) return file;
    throw InputError(path.string() +
                     ": the folder holds no model.safetensors; give the checkpoint's file or its folder");
}

std::string fingerprint(const Checkpoint& checkpoint, const std::stop_token& stop) {
    const auto files = checkpoint.files();
    if (files.size() == 1) return sha256_file(files.front(), stop);
    Sha256 digest;
    for (const auto& file : files) digest.add(sha256_file(file, stop) + "\n");
    return digest.hex();
}

std::unique_ptr<Checkpoint> open(const std::filesystem::path& path, const Overrides& overrides) {
    const std::filesystem::path file = weights_file(path);
    std::string tried;
    for (const Container& container : containers()) {
        std::unique_ptr<Archive> archive;
        try {
            archive = container.open(file);
        } catch (const UnrecognisedFormat&) {
            tried += (tried.empty() ? "" : ", ") + std::string(container.word);
            continue;
        }
        const SideConfig config = read_side_config(file.has_parent_path() ? file.parent_path() : ".");
        std::string titles;
        for (const NameTable* names : namings()) {
            if (auto mapping = match(*archive, *names, config, overrides))
                return std::make_unique<MappedCheckpoint>(std::move(archive), std::move(*mapping),
                                                          std::string(container.word) + ", " +
                                                              std::string(names->title));
            titles += (titles.empty() ? "" : ", ") + std::string(names->title);
        }
        const std::string example =
            archive->tensors().empty() ? "none" : "\"" + archive->tensors().begin()->first + "\"";
        throw UnrecognisedFormat(file.string() + ": a " + std::string(container.word) +
                                 " file without a vision transformer's names (" + titles + "); it holds " +
                                 std::to_string(archive->tensors().size()) + " tensors, the first " +
                                 example);
    }
    throw UnrecognisedFormat(file.string() + ": not a checkpoint of a known format; tried: " + tried);
}

} // namespace cdra::checkpoint
