// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/tiny_inputs.h"

#include "core/tensor_io/safetensors.h"

#include <algorithm>
#include <deque>
#include <fstream>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace cdra::test {

namespace {

class Builder {
  public:
    explicit Builder(std::uint64_t seed) : random_(seed) {}

    void normal(const std::string& name, std::vector<std::int64_t> shape) {
        std::normal_distribution<float> draw(0.0F, 0.05F);
        auto& values = add(name, shape);
        for (float& value : values) value = draw(random_);
    }
    void constant(const std::string& name, std::vector<std::int64_t> shape, float value) {
        std::ranges::fill(add(name, shape), value);
    }
    void write(const std::filesystem::path& file) const {
        tensor_io::write_safetensors(file, views_, {{"format", "pt"}});
    }

  private:
    std::vector<float>& add(const std::string& name, const std::vector<std::int64_t>& shape) {
        const auto count = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
        auto& values = storage_.emplace_back(static_cast<std::size_t>(count));
        views_.push_back(tensor_io::view_f32(name, shape, values));
        return values;
    }

    std::mt19937_64 random_;
    std::deque<std::vector<float>> storage_; // a deque: views keep pointing at it
    std::vector<tensor_io::TensorView> views_;
};

} // namespace

void write_tiny_vit(const std::filesystem::path& file, const TinyVit& shape) {
    Builder builder(shape.seed);
    const std::int64_t dim = shape.dim, grid = shape.image_size / shape.patch;
    builder.normal("cls_token", {1, 1, dim});
    builder.normal("pos_embed", {1, grid * grid + 1, dim});
    builder.normal("patch_embed.proj.weight", {dim, 3, shape.patch, shape.patch});
    builder.normal("patch_embed.proj.bias", {dim});
    for (int block = 0; block < shape.depth; ++block) {
        const std::string prefix = "blocks." + std::to_string(block) + ".";
        for (const char* norm : {"norm1", "norm2"}) {
            builder.constant(prefix + norm + ".weight", {dim}, 1.0F);
            builder.constant(prefix + norm + ".bias", {dim}, 0.0F);
        }
        builder.normal(prefix + "attn.qkv.weight", {3 * dim, dim});
        builder.normal(prefix + "attn.qkv.bias", {3 * dim});
        builder.normal(prefix + "attn.proj.weight", {dim, dim});
        builder.normal(prefix + "attn.proj.bias", {dim});
        builder.normal(prefix + "mlp.fc1.weight", {shape.mlp_dim, dim});
        builder.normal(prefix + "mlp.fc1.bias", {shape.mlp_dim});
        builder.normal(prefix + "mlp.fc2.weight", {dim, shape.mlp_dim});
        builder.normal(prefix + "mlp.fc2.bias", {dim});
    }
    builder.constant("norm.weight", {dim}, 1.0F);
    builder.constant("norm.bias", {dim}, 0.0F);
    builder.write(file);
}

void write_tiny_images(const std::filesystem::path& root, const TinyImages& what) {
    std::mt19937_64 random(what.seed);
    std::uniform_int_distribution<int> noise(0, 90);
    const std::pair<const char*, int> splits[] = {
        {"train", what.train_per_class}, {"val", what.val_per_class}, {"test", what.test_per_class}};
    for (const auto& [split, count] : splits)
        for (int label = 0; label < what.classes; ++label) {
            const auto folder = root / split / ("class" + std::to_string(label));
            std::filesystem::create_directories(folder);
            for (int i = 0; i < count; ++i) {
                std::string pixels(static_cast<std::size_t>(what.size) * what.size * 3, '\0');
                for (char& byte : pixels) byte = static_cast<char>(noise(random));
                const int top = label * what.size / what.classes, bottom = (label + 1) * what.size / what.classes;
                for (int y = top; y < bottom; ++y)
                    for (int x = 0; x < what.size * 3; ++x)
                        pixels[static_cast<std::size_t>(y) * what.size * 3 + x] = static_cast<char>(160 + noise(random));
                const auto size = std::to_string(what.size);
                std::ofstream file(folder / (std::to_string(1000 + i) + ".ppm"), std::ios::binary);
                file << "P6\n" << size << " " << size << "\n255\n" << pixels;
            }
        }
}

} // namespace cdra::test
