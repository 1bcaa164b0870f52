// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// PyTorch's .pth: the tensors of a state_dict, however deep it lies in dicts ("model", "state_dict", "teacher"); a
// tensor's name is the keys on the way to it, joined by dots.
#include "core/base/error.h"
#include "core/checkpoint/archive.h"
#include "core/tensor_io/torch_file.h"

namespace cdra::checkpoint {

namespace {

using tensor_io::PickleValue;

constexpr int deepest = 8;
constexpr std::size_t most_visits = 1'000'000; // a dict may be mentioned many times

class TorchArchive final : public Archive {
  public:
    explicit TorchArchive(tensor_io::TorchFile file) : file_(std::move(file)) {
        collect(file_.document().root(), {}, 0);
    }
    const std::filesystem::path& path() const override { return file_.path(); }
    const std::map<std::string, StoredTensor, std::less<>>& tensors() const override { return tensors_; }
    std::vector<float> read(const std::string& name) const override {
        return file_.floats(*values_.at(name), name);
    }
    // MAE, MoCo v3, DINO, DINOv2, DeiT: whoever publishes .pth files trains with it.
    bool imagenet_normalisation() const override { return true; }

  private:
    void collect(const PickleValue& value, const std::string& name, int depth) {
        if (++visits_ > most_visits)
            throw CorruptFile(path().string() + ": its dicts hold more than " + std::to_string(most_visits) +
                              " values; save a plain state_dict of tensors");
        if (value.kind == PickleValue::Kind::tensor) {
            file_.check(value, name);
            const std::string type = file_.type_name(value);
            tensors_.emplace(name, StoredTensor{value.shape, tensor_io::TorchFile::floating(type), type});
            values_.emplace(name, &value);
        } else if (value.kind == PickleValue::Kind::dict && depth < deepest) {
            const auto& document = file_.document();
            for (std::size_t i = 0; i + 1 < value.items.size(); i += 2)
                if (const PickleValue& key = document[value.items[i]]; key.kind == PickleValue::Kind::text)
                    collect(document[value.items[i + 1]], name.empty() ? key.text : name + "." + key.text, depth + 1);
        }
    }

    tensor_io::TorchFile file_;
    std::map<std::string, StoredTensor, std::less<>> tensors_;
    std::map<std::string, const PickleValue*> values_;
    std::size_t visits_ = 0;
};

} // namespace

std::unique_ptr<Archive> open_torch(const std::filesystem::path& path) {
    return std::make_unique<TorchArchive>(tensor_io::TorchFile::open(path));
}

} // namespace cdra::checkpoint
