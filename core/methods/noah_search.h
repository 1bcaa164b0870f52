// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// NOAH's search space and its evolutionary search, without a model: a subnet is how wide the prompts, the
// LoRA of qkv and the adapter of each block are, and an evaluation is a function.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace cdra::methods {

struct Subnet {
    std::vector<int> prompts, lora, adapters; // by block; 0: none
    auto operator<=>(const Subnet&) const = default;
};
// "prompts 10,5,0 lora 1,1,1 adapters 5,0,0"
std::string text_of(const Subnet& subnet);
// Trained backbone parameters: dim·p + 4·dim·r + (2·dim·a + a + dim where a > 0), block by block.
std::int64_t parameters(const Subnet& subnet, std::int64_t dim);
// As published code counts, and limits: with prompts before the first block too, as many as the block's own,
// which these replace before anything sees them. They are not trained here.
std::int64_t published_parameters(const Subnet& subnet, std::int64_t dim);

struct SubnetSpace {
    int depth = 12;
    std::int64_t dim = 768;
    std::vector<int> widths; // to choose from, block by block
    std::vector<int> depths; // to choose from, module by module: the first so many blocks have it
    std::int64_t limit = 0;  // of published_parameters()
};
// Quarters of the depth, as the published 3, 6, 9 and 12.
std::vector<int> depth_choices(int depth);
// A pure function of the seed: depth by module, then width by block, uniformly.
Subnet random_subnet(const SubnetSpace& space, std::uint64_t seed);

struct SubnetSearch {
    int population = 50, generations = 15, parents = 10, mutants = 25, crossovers = 25;
    double mutation_rate = 0.2; // of each module
    double depth_rate = 0.4;    // that a mutation draws the module's depth anew
};
struct RankedSubnet {
    Subnet subnet;
    double accuracy = 0;
};
// The best subnet found, the earlier of equals. `evaluate` is asked once for every candidate and is the only
// thing the result depends on besides the seed: with its answers remembered, an interrupted search goes on
// where it was. Throws InputError if no subnet of the space is within the limit; what `evaluate` throws.
RankedSubnet search_subnets(const SubnetSpace& space, const SubnetSearch& search, std::uint64_t seed,
                            const std::function<double(const Subnet&)>& evaluate);

} // namespace cdra::methods
