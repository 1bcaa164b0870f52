// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The vision transformer every method works on: plain functions over named tensors, with one place
// (Adaptation) where a fine-tuning method may change the forward pass.
#pragma once

#include "core/checkpoint/checkpoint.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <torch/types.h>
#include <vector>

namespace cdra::engine {

using torch::Tensor;

// The linear products of a block as they are computed: q, k and v share their input and are one product.
// `patch` is the patch embedding, of block -1: its input is a patch's channels·patch·patch values.
enum class Projection { qkv, proj, fc1, fc2, patch };

// One of them: weight [out, in] (qkv: q, k, v stacked, [3·dim, dim]), bias [out] or undefined.
struct Linear {
    Tensor weight;
    Tensor bias;
};

// What a fine-tuning method changes in the forward pass. Every default leaves the model as it is.
class Adaptation {
  public:
    virtual ~Adaptation() = default;
    // x [B, T, in] → [B, T, out].
    virtual Tensor project(int block, Projection which, const Tensor& x, const Linear& frozen);
    // True: the patch embedding comes to project(), as block -1, Projection::patch; else it is a convolution.
    virtual bool adapts_patches() const { return false; }
    // The layer norm called `name` ("blocks.3.norm1", "norm"); x [B, T, dim] → [B, T, dim].
    virtual Tensor normalise(const std::string& name, const Tensor& x, const Tensor& weight,
                             const Tensor& bias, double epsilon);
    // GELU of an MLP's hidden values [B, T, mlp], on their way to fc2. Not called where the MLP is a SwiGLU.
    virtual Tensor activate(int block, const Tensor& hidden);
    // Before block `block` (prompts), x [B, T, dim] as embedded or as the block before left it. Tokens may
    // be added: none before the class token, and so that without_prompts() can take them out again.
    virtual Tensor before_block(int block, const Tensor& x) {
        (void)block;
        return x;
    }
    // After the attention or the MLP of block `block`: `input` is what it took (normalised), `hidden` its
    // output before the residual is added.
    virtual Tensor after_attention(int block, const Tensor& input, const Tensor& hidden) {
        (void)block, (void)input;
        return hidden;
    }
    virtual Tensor after_mlp(int block, const Tensor& input, const Tensor& hidden) {
        (void)block, (void)input;
        return hidden;
    }
    // x as block `block` left it, without the tokens this method added.
    virtual Tensor without_prompts(int block, const Tensor& x) const {
        (void)block;
        return x;
    }
    // features [B, feature_dim] → logits [B, classes]; `head` is the model's linear one.
    virtual Tensor classify(const Tensor& features, const Linear& head);
};

struct ForwardOptions {
    Adaptation* adaptation = nullptr;
    bool training = false;
    double drop_path = 0;          // rate of the last block; rises linearly from 0 at the first
    std::uint64_t random_seed = 0; // of this very forward: the same seed drops the same paths
};

class Vit {
  public:
    // Loads every tensor of the checkpoint as float32 on `device`; positions are resampled bicubically from
    // the stored grid to image_size / patch. The checkpoint's own head is kept only where it takes
    // feature_dim() features, and of a model that is normalised after its pooling only with that pooling, the mean. Throws InputError if image_size is not a multiple of the patch or the pooling
    // needs a class token the model has not.
    Vit(const checkpoint::Checkpoint& source, int image_size, checkpoint::Resampling resampling,
        checkpoint::Pooling pooling, torch::Device device);

    const checkpoint::VitSpec& spec() const noexcept;
    int image_size() const noexcept;
    checkpoint::Pooling pooling() const noexcept;
    torch::Device device() const noexcept;
    int feature_dim() const noexcept; // dim, or 2·dim for cls+mean

    // By our names, q, k and v apart (views of the fused storage where they are weights); the fused one is
    // "blocks.<i>.attn.qkv.weight". Shapes as in the checkpoint's vocabulary, but cls_token [1, 1, dim],
    // registers [1, R, dim] and pos_embed [1, positions, dim] at this image size. Throws InputError.
    Tensor tensor(const std::string& name) const;
    bool has(const std::string& name) const;
    // Replaces a tensor that is a leaf of its own: vectors (norms, biases), cls_token, head.*, and, for the
    // method "full", whole fused projections under "blocks.<i>.attn.qkv.weight". The new tensor may require
    // gradients. Throws InputError for an unknown name, for q, k or v weights and for another shape.
    void set_tensor(const std::string& name, Tensor value);
    std::vector<std::string> tensor_names() const; // sorted, q, k and v weights apart
    // patch: of block -1, weight [dim, channels·patch·patch].
    Linear linear(int block, Projection which) const;

    // head: weight [classes, feature_dim] from a normal of 0.02 truncated at ±2 (the published code's
    // bounds), bias zero; a pure function of the seed. Sensitivity and the training that follows give the
    // same seed.
    void reset_head(int classes, std::uint64_t seed);
    // Another head instead, of tensors all called "head.<something>": a decoder, which knows how to use them.
    void set_head(const std::map<std::string, Tensor>& tensors, int classes);
    // The head's tensors, module after module, each one's weight before its bias.
    std::vector<std::string> head_names() const;

    // images [B, 3, S, S], normalised, on device() → pooled features after the final norm [B, feature_dim]; where
    // spec().pooled_norm says so, the mean is taken before the norm.
    Tensor features(const Tensor& images, const ForwardOptions& options = {}) const;
    // features [B, feature_dim] → logits [B, classes], by the linear head. Throws InputError without one.
    Tensor head(const Tensor& features, const ForwardOptions& options = {}) const;
    // images → logits [B, classes].
    Tensor logits(const Tensor& images, const ForwardOptions& options = {}) const;
    // → tokens after the final norm [B, 1 + registers + patches, dim].
    Tensor last_hidden_state(const Tensor& images, const ForwardOptions& options = {}) const;
    // → the image's own patches after the named blocks, each under the final norm [B, layers, patches, dim].
    // `layers`: blocks counted from 0, ascending.
    Tensor patch_tokens(const Tensor& images, const std::vector<int>& layers,
                        const ForwardOptions& options = {}) const;

  private:
    const Tensor& stored(const std::string& name) const;
    Tensor embed(const Tensor& images, Adaptation& adaptation) const;
    Tensor patches(const Tensor& images, Adaptation& adaptation) const;
    enum class Keep { all, class_token }; // tokens that the last block gives, and computes after its attention
    Tensor blocks(Tensor x, Adaptation& adaptation, const ForwardOptions& options, Keep keep,
                  const std::function<void(int, const Tensor&)>& after_block = {}) const;
    // `kept`: the first tokens, which alone are computed; all of x are looked at.
    Tensor attention(int block, const Tensor& x, Adaptation& adaptation, std::int64_t kept) const;
    Tensor mlp(int block, const Tensor& x, Adaptation& adaptation) const;
    Tensor norm(const std::string& name, const Tensor& x, Adaptation& adaptation) const;

    checkpoint::VitSpec spec_;
    int image_size_ = 0;
    checkpoint::Pooling pooling_;
    torch::Device device_;
    std::map<std::string, Tensor> tensors_;
};

} // namespace cdra::engine
