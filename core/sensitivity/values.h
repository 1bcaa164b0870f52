// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// The sensitivities of one tensor: never changed in place, shared between copies, in memory of their own or where they lie in
// a mapped file. Safe to read from several threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace cdra::sensitivity {

struct Totals {
    double sum = 0; // eight running sums side by side, so that an addition need not wait for the one before it
    float largest = 0;
    float smallest = 0; // of no values: 0
};

class Values {
  public:
    Values() = default;
    Values(std::vector<float> own) : held_(std::make_shared<Held>(std::move(own))), view_(held_->own) {}
    // Lent: read where they are; `keeper` keeps them there.
    Values(std::span<const float> lent, std::shared_ptr<const void> keeper) : held_(std::make_shared<Held>(std::move(keeper))), view_(lent) {}

    const float* data() const noexcept { return view_.data(); }
    std::size_t size() const noexcept { return view_.size(); }
    bool empty() const noexcept { return view_.empty(); }
    float operator[](std::size_t i) const noexcept { return view_[i]; }
    const float* begin() const noexcept { return view_.data(); }
    const float* end() const noexcept { return view_.data() + view_.size(); }

    // Taken in one pass when first asked for, by whichever thread, and kept by all copies. A sum that is not finite means that
    // some value is not.
    Totals totals() const;
    // For whoever outlives this: the vector that holds them, or a copy of lent ones.
    std::shared_ptr<const std::vector<float>> shared() const {
        if (held_ && !held_->keeper) return {held_, &held_->own};
        return std::make_shared<const std::vector<float>>(begin(), end());
    }
    // `change` is given a vector of the values; what it makes of it they are from then on, here and in no copy.
    template <class Change> void edit(Change change) {
        std::vector<float> values(begin(), end());
        change(values);
        *this = Values(std::move(values));
    }

    friend bool operator==(const Values& one, const Values& other) { return std::ranges::equal(one, other); }

  private:
    struct Held {
        explicit Held(std::vector<float> values) : own(std::move(values)) {}
        explicit Held(std::shared_ptr<const void> of_lent) : keeper(std::move(of_lent)) {}
        std::vector<float> own;
        std::shared_ptr<const void> keeper; // null: they are `own`
        std::once_flag taken;
        Totals totals;
    };
    std::shared_ptr<Held> held_;
    std::span<const float> view_;
};

} // namespace cdra::sensitivity
