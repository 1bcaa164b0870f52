// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/noah_search.h"

#include "core/base/error.h"
#include "core/base/random.h"

#include <algorithm>
#include <map>
#include <set>

namespace cdra::methods {
namespace {

class Draws {
  public:
    explicit Draws(std::uint64_t seed) : seed_(seed) {}
    std::size_t below(std::size_t count) {
        return static_cast<std::size_t>(mix_seed(seed_, drawn_++) % count);
    }
    bool chance(double rate) { return static_cast<double>(mix_seed(seed_, drawn_++) >> 11) * 0x1p-53 < rate; }
    template <typename T>
    const T& of(const std::vector<T>& choices) {
        return choices[below(choices.size())];
    }

  private:
    std::uint64_t seed_, drawn_ = 0;
};

constexpr std::vector<int> Subnet::*modules[] = {&Subnet::prompts, &Subnet::lora, &Subnet::adapters};

int depth_of(const std::vector<int>& widths) {
    return static_cast<int>(std::find(widths.begin(), widths.end(), 0) - widths.begin());
}

void extend(std::vector<int>& widths, int depth, const SubnetSpace& space, Draws& draws) {
    while (static_cast<int>(widths.size()) < depth)
        widths.push_back(draws.of(space.widths));
    widths.resize(static_cast<std::size_t>(space.depth), 0);
}

Subnet random_subnet(const SubnetSpace& space, Draws& draws) {
    Subnet subnet;
    for (const auto module : modules)
        extend(subnet.*module, draws.of(space.depths), space, draws);
    return subnet;
}

// A module that mutates keeps its widths; only a depth drawn anew cuts it or adds blocks (as published).
Subnet mutated(Subnet subnet, const SubnetSpace& space, const SubnetSearch& search, Draws& draws) {
    for (const auto module : modules) {
        if (!draws.chance(search.mutation_rate) || !draws.chance(search.depth_rate)) continue;
        auto& widths = subnet.*module;
        const int depth = draws.of(space.depths);
        widths.resize(static_cast<std::size_t>(std::min(depth, depth_of(widths))));
        extend(widths, depth, space, draws);
    }
    return subnet;
}

class Search {
  public:
    Search(const SubnetSpace& space, const SubnetSearch& search, std::uint64_t seed,
           const std::function<double(const Subnet&)>& evaluate)
        : space_(space), search_(search), draws_(mix_seed(seed, "noah-search")), evaluate_(evaluate) {}

    RankedSubnet run() {
        std::vector<RankedSubnet> candidates;
        for (int generation = 0;; ++generation) {
            if (generation > 0) {
                candidates.clear();
                breed(candidates, search_.mutants,
                      [&] { return mutated(parent(), space_, search_, draws_); });
                breed(candidates, search_.crossovers, [&] { return crossed(); });
            }
            fill(candidates);
            best_.insert(best_.end(), candidates.begin(), candidates.end());
            std::ranges::stable_sort(best_,
                                     [](const auto& a, const auto& b) { return a.accuracy > b.accuracy; });
            best_.resize(std::min(best_.size(), static_cast<std::size_t>(std::max(search_.parents, 1))));
            if (best_.empty())
                throw InputError("no subnet within the limit of " + std::to_string(space_.limit) +
                                 " parameters was found; raise --parameter-limit");
            if (generation + 1 >= search_.generations) return best_.front();
        }
    }

  private:
    const Subnet& parent() { return best_[draws_.below(best_.size())].subnet; }

    Subnet crossed() {
        const Subnet &first = parent(), &second = parent();
        Subnet child;
        for (const auto module : modules)
            child.*module = (draws_.chance(0.5) ? first : second).*module;
        return child;
    }

    // True if it was new and within the limit.
    bool take(const Subnet& subnet, std::vector<RankedSubnet>& candidates) {
        if (seen_.contains(subnet) || published_parameters(subnet, space_.dim) > space_.limit) return false;
        seen_.insert(subnet);
        candidates.push_back({subnet, evaluate_(subnet)});
        return true;
    }

    void breed(std::vector<RankedSubnet>& candidates, int count, const std::function<Subnet()>& make) {
        for (int made = 0, tries = 10 * count; made < count && tries > 0; --tries)
            if (take(make(), candidates)) ++made;
    }

    // Random ones until the population is whole; a small space may hold no more.
    void fill(std::vector<RankedSubnet>& candidates) {
        for (int tries = 200 * search_.population;
             static_cast<int>(candidates.size()) < search_.population && tries > 0; --tries)
            take(random_subnet(space_, draws_), candidates);
    }

    const SubnetSpace& space_;
    const SubnetSearch& search_;
    Draws draws_;
    const std::function<double(const Subnet&)>& evaluate_;
    std::set<Subnet> seen_;
    std::vector<RankedSubnet> best_;
};

} // namespace

std::string text_of(const Subnet& subnet) {
    std::string text;
    const char* names[] = {"prompts ", " lora ", " adapters "};
    for (std::size_t i = 0; i < 3; ++i) {
        text += names[i];
        const auto& widths = subnet.*modules[i];
        for (std::size_t block = 0; block < widths.size(); ++block)
            text += (block ? "," : "") + std::to_string(widths[block]);
    }
    return text;
}

std::int64_t parameters(const Subnet& subnet, std::int64_t dim) {
    std::int64_t total = 0;
    for (const int width : subnet.prompts)
        total += dim * width;
    for (const int width : subnet.lora)
        total += 4 * dim * width;
    for (const int width : subnet.adapters)
        total += width > 0 ? 2 * dim * width + width + dim : 0;
    return total;
}

std::int64_t published_parameters(const Subnet& subnet, std::int64_t dim) {
    return parameters(subnet, dim) + (subnet.prompts.empty() ? 0 : dim * subnet.prompts.front());
}

std::vector<int> depth_choices(int depth) {
    std::vector<int> choices;
    for (int quarter = 1; quarter <= 4; ++quarter) {
        const int blocks = (depth * quarter + 3) / 4;
        if (choices.empty() || choices.back() != blocks) choices.push_back(blocks);
    }
    return choices;
}

Subnet random_subnet(const SubnetSpace& space, std::uint64_t seed) {
    Draws draws(seed);
    return random_subnet(space, draws);
}

RankedSubnet search_subnets(const SubnetSpace& space, const SubnetSearch& search, std::uint64_t seed,
                            const std::function<double(const Subnet&)>& evaluate) {
    return Search(space, search, seed, evaluate).run();
}

} // namespace cdra::methods
