// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// JPEG files to normalised batches through the loader that training uses, nothing cached. The pictures are made up, with the
// spectrum of photographs (noise of every octave, as strong as it is coarse), 500 × 375 as ImageNet's usual ones.
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "datasets/loader.h"
#include "tests/benchmarks/core/workload.h"
#include "tests/support/jpeg.h"

#include <array>
#include <cmath>
#include <fstream>
#include <numeric>

namespace cdra::benchmark {

namespace {

constexpr int width = 500, height = 375;

// Smooth noise: random values on a lattice of `cell` pixels, interpolated.
float noise(std::uint64_t seed, int cell, int x, int y) {
    const auto corner = [&](int dx, int dy) {
        return uniform(seed, (static_cast<std::uint64_t>(y / cell + dy) << 32) | static_cast<std::uint64_t>(x / cell + dx));
    };
    const float u = static_cast<float>(x % cell) / static_cast<float>(cell), v = static_cast<float>(y % cell) / static_cast<float>(cell);
    return (corner(0, 0) * (1 - u) + corner(1, 0) * u) * (1 - v) + (corner(0, 1) * (1 - u) + corner(1, 1) * u) * v;
}

std::vector<std::uint8_t> picture(std::uint64_t seed) {
    std::vector<std::uint8_t> rgb(std::size_t{width} * height * 3);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            float grey = 0, red = 0, blue = 0;
            for (const int cell : {128, 64, 32, 16, 8, 4, 2}) {
                const float strength = 0.25F * std::sqrt(static_cast<float>(cell) / 128.0F) * 4;
                grey += strength * (noise(mix_seed(seed, static_cast<std::uint64_t>(cell)), cell, x, y) - 0.5F);
            }
            red = noise(mix_seed(seed, "red"), 100, x, y) - 0.5F;
            blue = noise(mix_seed(seed, "blue"), 100, x, y) - 0.5F;
            const std::array<float, 3> values{grey + red, grey, grey + blue};
            for (std::size_t c = 0; c < 3; ++c)
                rgb[(static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x)) * 3 + c] =
                    static_cast<std::uint8_t>(std::clamp(128 + 150 * values[c], 0.0F, 255.0F));
        }
    return rgb;
}

void write_jpeg(const std::filesystem::path& path, const std::vector<std::uint8_t>& rgb) {
    const auto bytes = cdra::test::jpeg(rgb, width, height, 3, JCS_RGB, false, 90);
    std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

class InputWorkload final : public CoreWorkload {
  public:
    explicit InputWorkload(const CoreOptions& options) : options_(options), count_(options.quick ? 16 : 256) {
        if (options.dir.empty()) throw InputError("input needs --dir DIR");
        const auto root = options.dir / "images";
        for (const char* folder : {"train/a", "train/b", "val/a", "val/b"}) std::filesystem::create_directories(root / folder);
        parallel_for(options.threads, static_cast<std::size_t>(count_), [&](std::size_t, std::size_t i) {
            write_jpeg(root / (i % 2 == 0 ? "train/a" : "train/b") / (std::to_string(10000 + i) + ".jpg"), picture(i));
        });
        for (const char* folder : {"val/a", "val/b"}) write_jpeg(root / folder / "0.jpg", picture(9999));
        dataset_ = datasets::open_dataset("image-folder:" + root.string());
    }
    nlohmann::ordered_json run(const std::string& variant) override {
        if (variant != "load") throw InputError("no variant '" + variant + "'");
        datasets::Loader loader(*dataset_, "train", {}, {.batch_size = 32, .threads = options_.threads, .cache_bytes = 0});
        std::vector<std::uint32_t> order(static_cast<std::size_t>(count_));
        std::iota(order.begin(), order.end(), 0U);
        std::vector<float> first;
        datasets::Batch batch;
        std::size_t images = 0;
        const double seconds = seconds_of([&] {
            loader.start(order, 0);
            while (loader.next(batch)) {
                images += static_cast<std::size_t>(batch.size);
                if (first.empty()) first = std::move(batch.images);
            }
        });
        // The first batch, for the other side to compare with.
        std::ofstream(options_.dir / "input.f32", std::ios::binary)
            .write(reinterpret_cast<const char*>(first.data()), static_cast<std::streamsize>(first.size() * sizeof(float)));
        return {{"seconds", seconds}, {"images", images}};
    }

  private:
    CoreOptions options_;
    int count_;
    std::unique_ptr<datasets::Dataset> dataset_;
};

} // namespace

std::unique_ptr<CoreWorkload> make_input(const CoreOptions& options) { return std::make_unique<InputWorkload>(options); }

} // namespace cdra::benchmark
