// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// A reader of Python pickles that can't run anything: it builds numbers, texts, tuples, lists, dicts and
// descriptions of tensors, and refuses every opcode and every name beyond those that a file of tensors needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cdra::tensor_io {

// An index into the document's values: no pointers, so that no cycle and no depth can hurt.
using PickleIndex = std::uint32_t;

struct PickleValue {
    enum class Kind { none, boolean, integer, real, text, bytes, tuple, list, dict, name, storage, tensor, opaque };
    Kind kind = Kind::none;
    std::int64_t integer = 0;       // boolean, integer; a tensor's offset into its storage; a storage's length
    double real = 0;                // real
    std::string text;               // text, bytes; a name's "module.name"; a storage's key in the file
    std::string type;               // of a storage: "FloatStorage"
    std::vector<PickleIndex> items; // tuple, list; dict: key, value, key, value …; tensor: its storage
    std::vector<std::int64_t> shape, stride; // tensor
};

class PickleDocument {
  public:
    // Reads one pickle from the start of `bytes`. Throws CorruptFile "NAME: pickle, byte N: …".
    static PickleDocument parse(std::span<const std::byte> bytes, const std::string& name);

    const PickleValue& root() const { return values_[root_]; }
    const PickleValue& operator[](PickleIndex index) const { return values_[index]; }
    PickleIndex size() const noexcept { return static_cast<PickleIndex>(values_.size()); }
    std::size_t length() const noexcept { return length_; } // bytes that the pickle takes
    // The value of a text key of a dict; nullptr if there is none.
    const PickleValue* find(const PickleValue& dict, std::string_view key) const;

  private:
    friend class PickleMachine;
    std::deque<PickleValue> values_;
    PickleIndex root_ = 0;
    std::size_t length_ = 0;
};

} // namespace cdra::tensor_io
