// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// One workload of core_benchmark: what is set up once, then run when its other side has run.
#pragma once

#include "core/base/digest.h"
#include "core/base/random.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace cdra::benchmark {

struct CoreOptions {
    std::filesystem::path dir; // what both sides read is written here
    int threads = 2;
    bool quick = false;
};

class CoreWorkload {
  public:
    virtual ~CoreWorkload() = default;
    // Runs a variant once: "seconds", and of the first run what its result is ("digest", "values", "threshold"), made outside the time.
    virtual nlohmann::ordered_json run(const std::string& variant) = 0;
};

std::unique_ptr<CoreWorkload> make_selection(const CoreOptions& options, bool large);
std::unique_ptr<CoreWorkload> make_slider(const CoreOptions& options);
std::unique_ptr<CoreWorkload> make_plan_inputs(const CoreOptions& options);
std::unique_ptr<CoreWorkload> make_load(const CoreOptions& options);
std::unique_ptr<CoreWorkload> make_input(const CoreOptions& options);

inline double seconds_of(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// In [0, 1), a function of its arguments.
inline float uniform(std::uint64_t seed, std::uint64_t place) {
    return static_cast<float>(mix_seed(seed, place) >> 40) * 0x1p-24F;
}

} // namespace cdra::benchmark
