// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Tensors of the model that a method trains whole: the head, norms, biases, the class token, or everything.
#pragma once

#include "core/engine/methods/method.h"

#include <string>
#include <vector>

namespace cdra::engine {

class WholeTensors {
  public:
    // Each named tensor of the model is replaced by a leaf copy that requires gradients; one that does not if
    // it is a statistic ("….running_mean", "….running_var"): the forward pass sets those, no optimiser does,
    // but they are saved and restored with the rest.
    WholeTensors(Vit& model, const std::vector<std::string>& names, double head_lr_scale);

    const std::vector<Trainable>& trainables() const noexcept { return trainables_; }
    void store(job::Adapter& adapter) const;
    // Throws InputError naming a tensor that is missing or has another shape.
    void load(const job::Adapter& adapter);
    // The model keeps the trained values as plain tensors.
    void release();

  private:
    Vit* model_;
    std::vector<Trainable> trainables_;
};

// Weight decay applies to weights of two dimensions and more; norms, biases, tokens and positions are spared.
bool decays(const std::string& name, const Tensor& value);

// A method that changes no product: whole tensors only.
class WholeTensorMethod : public Method {
  public:
    WholeTensorMethod(Vit& model, const std::vector<std::string>& names, double head_lr_scale);
    std::vector<Trainable> trainables() override;
    job::Adapter adapter() const override;
    void load(const job::Adapter& adapter) override;
    void merge(Vit& model) override;

  private:
    WholeTensors whole_;
};

// The model's whole head ("head.weight", "head.bias", or a decoder's tensors), unless --train-head is off.
std::vector<std::string> head_names(const MethodContext& context);
double head_lr_scale(const methods::OptionValues& options);

// Copies to and from plain vectors.
std::vector<float> float_values(const Tensor& tensor);
std::vector<std::int32_t> int32_values(const Tensor& tensor);
// Throws InputError naming `name` if the lengths differ.
void assign(const Tensor& target, const std::vector<float>& values, const std::string& name);

} // namespace cdra::engine
