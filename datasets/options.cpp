// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "datasets/options.h"

#include "core/base/error.h"
#include "core/base/random.h"

#include <charconv>

namespace cdra::datasets {

namespace {

template <typename Number>
Number to_number(const std::string& key, const std::string& text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        throw InputError("data option " + key + "=" + text + ": expected a whole number");
    return value;
}

std::vector<Sample> picked(const std::vector<Sample>& from, std::span<const std::uint32_t> indices) {
    std::vector<Sample> result;
    result.reserve(indices.size());
    for (std::uint32_t index : indices)
        result.push_back(from[index]);
    return result;
}

std::vector<std::uint32_t> permutation_of(const std::vector<Sample>& samples, std::uint64_t seed) {
    return random_permutation(static_cast<std::uint32_t>(samples.size()), seed);
}

void check_count(std::uint32_t wanted, std::uint32_t least, std::size_t there_are, const char* key,
                 const std::string& where) {
    if (wanted < least || wanted > there_are)
        throw InputError(where + ": option " + key + "=" + std::to_string(wanted) +
                         " is not possible; expected " + std::to_string(least) + " to " +
                         std::to_string(there_are) + ", the images there are");
}

} // namespace

CommonOptions common_options(const Options& options) {
    CommonOptions result;
    for (const auto& [key, text] : options) {
        if (key == "train")
            result.train = to_number<std::uint32_t>(key, text);
        else if (key == "test")
            result.test = to_number<std::uint32_t>(key, text);
        else if (key == "seed")
            result.seed = to_number<std::uint64_t>(key, text);
        else
            throw InputError("data option '" + key + "' is not known; expected train, test or seed");
    }
    return result;
}

void apply_common(Splits& splits, const CommonOptions& options, const std::string& where) {
    auto& train = splits["train"];
    if (train.size() < 5)
        throw InputError(where + ": " + std::to_string(train.size()) +
                         " training images; at least 5 are needed");
    const bool has_val = splits.contains("val");
    if (options.train || !has_val) {
        std::vector<Sample> pool = std::move(train);
        if (has_val) pool.insert(pool.end(), splits["val"].begin(), splits["val"].end());
        splits.erase("trainval");
        const std::uint32_t count = options.train.value_or(static_cast<std::uint32_t>(pool.size()));
        check_count(count, 5, pool.size(), "train", where);
        const std::vector<std::uint32_t> order = permutation_of(pool, mix_seed(options.seed, "train-subset"));
        const std::uint32_t tuned = count - count / 5;
        splits["train"] = picked(pool, std::span(order).first(tuned));
        splits["val"] = picked(pool, std::span(order).subspan(tuned, count - tuned));
    }
    if (options.test) {
        auto& test = splits["test"];
        check_count(*options.test, 1, test.size(), "test", where);
        const std::vector<std::uint32_t> order = permutation_of(test, mix_seed(options.seed, "test-subset"));
        test = picked(test, std::span(order).first(*options.test));
    }
    if (!splits.contains("trainval")) {
        auto& both = splits["trainval"] = splits["train"];
        both.insert(both.end(), splits["val"].begin(), splits["val"].end());
    }
}

} // namespace cdra::datasets
