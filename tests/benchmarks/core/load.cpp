// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// A checkpoint of ViT-B/16 (340 MB of random values in timm's names) to a model that can run.
#include "core/checkpoint/checkpoint.h"
#include "core/engine/model/vit.h"
#include "core/engine/methods/whole_tensors.h"
#include "tests/benchmarks/core/workload.h"
#include "tests/core/engine/random_models.h"

#include <fstream>
#include <ATen/Parallel.h>
#include <torch/torch.h>

namespace cdra::benchmark {

namespace {

class LoadWorkload final : public CoreWorkload {
  public:
    explicit LoadWorkload(const CoreOptions& options) : options_(options) {
        if (options.dir.empty()) throw InputError("load needs --dir DIR");
        at::set_num_threads(options.threads);
        test::RandomModel({.depth = options.quick ? 2 : 12, .dim = 768, .mlp_dim = 3072, .patch = 16, .grid = 14})
            .write_timm(options.dir / "model.safetensors");
    }
    nlohmann::ordered_json run(const std::string& variant) override {
        if (variant != "load") throw InputError("no variant '" + variant + "'");
        std::unique_ptr<engine::Vit> model;
        const double seconds = seconds_of([&] {
            const auto source = checkpoint::open(options_.dir / "model.safetensors");
            model = std::make_unique<engine::Vit>(*source, 224, source->spec().default_resampling(), checkpoint::Pooling::cls, torch::kCPU);
        });
        // Features of one image, for the other side to compare with.
        const torch::NoGradGuard no_grad;
        const auto image = torch::linspace(-1, 1, 3 * 224 * 224).view({1, 3, 224, 224});
        const auto values = engine::float_values(model->features(image).contiguous());
        std::ofstream(options_.dir / "load.f32", std::ios::binary)
            .write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(float)));
        return {{"seconds", seconds}};
    }

  private:
    CoreOptions options_;
};

} // namespace

std::unique_ptr<CoreWorkload> make_load(const CoreOptions& options) { return std::make_unique<LoadWorkload>(options); }

} // namespace cdra::benchmark
