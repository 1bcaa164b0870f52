// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
// What a user waits for outside of training. Runs a variant for every line of standard input, so that a program can
// interleave its own peers (benchmark.py does), and answers one JSON line each.
//
//   core_benchmark WORKLOAD [--threads N] [--dir DIR] [--quick]
//
//   WORKLOAD      variants
//   select-85m    select                        exact top-γ of a map of ViT-B/16's size, γ = 0.43 %; DIR/pool.f32 is its pool
//   select-300m   select                        of ViT-L/16's
//   slider        step | select | plan-step | plan     γ from 0.5 to 0.6 %: the selection, and the plan with everything in it
//   plan          none                          writes DIR/map.h5
//   load          load                          DIR/model.safetensors (340 MB, timm's names) to a model
//   input         load                          DIR/images: JPEG decode, resize, normalise; DIR/input.f32 is the first batch
//
// Lines: {"ready": true} once it is set up, then {"seconds", …}. Exit codes: 0, 2 wrong usage.
#include "core/base/error.h"
#include "tests/benchmarks/core/workload.h"

#include <charconv>
#include <iostream>
#include <vector>

namespace {

using namespace cdra::benchmark;

std::unique_ptr<CoreWorkload> make(const std::string& word, const CoreOptions& options) {
    if (word == "select-85m") return make_selection(options, false);
    if (word == "select-300m") return make_selection(options, true);
    if (word == "slider") return make_slider(options);
    if (word == "plan") return make_plan_inputs(options);
    if (word == "load") return make_load(options);
    if (word == "input") return make_input(options);
    throw cdra::InputError("workload '" + word + "': expected select-85m, select-300m, slider, plan, load or input");
}

} // namespace

int main(int count, char** words) {
    try {
        CoreOptions options;
        std::string workload;
        for (int i = 1; i < count; ++i) {
            const std::string word = words[i];
            const std::string value = i + 1 < count ? words[i + 1] : "";
            if (word == "--quick") options.quick = true;
            else if (word == "--dir" && !value.empty()) options.dir = words[++i];
            else if (word == "--threads" &&
                     std::from_chars(value.data(), value.data() + value.size(), options.threads).ec == std::errc() && options.threads > 0)
                ++i;
            else if (workload.empty() && !word.starts_with("--")) workload = word;
            else throw cdra::InputError("'" + word + "' is not understood; the head of core_benchmark.cpp lists what is");
        }
        if (!options.dir.empty()) std::filesystem::create_directories(options.dir);
        const auto work = make(workload, options);
        std::cout << R"({"ready": true})" << std::endl;
        for (std::string variant; std::getline(std::cin, variant);) std::cout << work->run(variant).dump() << std::endl;
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "core_benchmark: " << error.what() << '\n';
        return 2;
    }
}
