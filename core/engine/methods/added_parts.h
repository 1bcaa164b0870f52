// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// A method that adds tensors of its own to the forward pass: prompts, bottlenecks, a deeper head. It can't be
// folded into the model's weights.
#pragma once

#include "core/engine/methods/method.h"
#include "core/engine/methods/whole_tensors.h"

#include <string>
#include <vector>

namespace cdra::engine {

class AddedParts : public Method {
  public:
    std::vector<Trainable> trainables() override; // its own, then the head
    void begin_forward(bool training, std::uint64_t seed) override;
    job::Adapter adapter() const override;
    void load(const job::Adapter& adapter) override;
    void merge(Vit& model) override; // throws InputError

  protected:
    AddedParts(const MethodContext& context, std::string_view word);

    // A leaf on the model's device with these start values; saved under `name`.
    Tensor add(const std::string& name, const Tensor& start, bool weight_decay, double lr_scale = 1);
    // One that the forward pass sets and no optimiser: a running mean.
    Tensor add_statistic(const std::string& name, const Tensor& start);

    bool training() const noexcept { return training_; }
    // Inverted dropout while training; `salt` tells the places of one forward pass apart.
    Tensor dropped(const Tensor& x, double rate, std::uint64_t salt) const;

  private:
    std::string word_;
    torch::Device device_;
    std::vector<Trainable> own_;
    WholeTensors head_;
    bool training_ = false;
    std::uint64_t forward_seed_ = 0;
};

} // namespace cdra::engine
