// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/archive.h"
#include "core/tensor_io/safetensors.h"

#include <bit>
#include <cstdint>

namespace cdra::checkpoint {

namespace {

class SafetensorsArchive final : public Archive {
  public:
    explicit SafetensorsArchive(tensor_io::SafetensorsFile file) : file_(std::move(file)) {
        using tensor_io::DType;
        for (const auto& tensor : file_.tensors()) {
            const DType type = tensor.dtype;
            const bool floating =
                type == DType::f32 || type == DType::f16 || type == DType::bf16 || type == DType::f64;
            tensors_.emplace(tensor.name, StoredTensor{tensor.shape, floating, std::string(name_of(type))});
        }
    }
    const std::filesystem::path& path() const override { return file_.path(); }
    const std::map<std::string, StoredTensor, std::less<>>& tensors() const override { return tensors_; }
    std::vector<float> read(const std::string& name) const override {
        return file_.read_f32(*file_.find(name));
    }

    std::span<const float> view(const std::string& name) const override {
        const auto& tensor = *file_.find(name);
        const auto bytes = file_.bytes(tensor);
        if (tensor.dtype != tensor_io::DType::f32 || std::endian::native != std::endian::little ||
            reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(float) != 0)
            return {};
        return {reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)};
    }

  private:
    tensor_io::SafetensorsFile file_;
    std::map<std::string, StoredTensor, std::less<>> tensors_;
};

} // namespace

std::unique_ptr<Archive> open_safetensors(const std::filesystem::path& path) {
    return std::make_unique<SafetensorsArchive>(tensor_io::SafetensorsFile::open(path));
}

} // namespace cdra::checkpoint
