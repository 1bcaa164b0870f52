// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/noah.h"

#include "core/base/error.h"
#include "core/methods/table.h"

#include <algorithm>
#include <array>

namespace cdra::methods {
namespace {

constexpr std::array<std::pair<std::string_view, std::vector<int> Subnet::*>, 3> width_options = {{
    {"prompt-widths", &Subnet::prompts},
    {"lora-widths", &Subnet::lora},
    {"adapter-widths", &Subnet::adapters},
}};

// Of the given subnet; before the search, of the widest there is.
Count count(const checkpoint::VitSpec& spec, const OptionValues& values, const compact::CompactPlan*) {
    auto subnet = given_subnet(spec, values);
    if (!subnet) {
        const auto space = subnet_space(spec, values);
        const std::vector<int> widest(static_cast<std::size_t>(spec.depth), space.widths.back());
        subnet = Subnet{widest, widest, widest};
    }
    Count result;
    result.other = parameters(*subnet, spec.dim);
    return result;
}

Option width_option(std::string_view name, std::string_view help) {
    return {name, OptionType::words, "search", 0, 0, {"search", "0", "1", "5", "10", "50", "100"}, help};
}

} // namespace

std::optional<Subnet> given_subnet(const checkpoint::VitSpec& spec, const OptionValues& values) {
    Subnet subnet;
    int searched = 0;
    for (const auto& [name, module] : width_options) {
        const auto words = as_words(values, name);
        if (words.size() == 1 && words.front() == "search") {
            ++searched;
            continue;
        }
        if (words.size() != static_cast<std::size_t>(spec.depth) ||
            std::find(words.begin(), words.end(), "search") != words.end())
            throw InputError("option '" + std::string(name) + "' has " + std::to_string(words.size()) +
                             " widths; expected 'search', or one for each of the model's " +
                             std::to_string(spec.depth) + " blocks");
        for (const auto& word : words)
            (subnet.*module).push_back(std::stoi(word));
    }
    if (searched == 3) return std::nullopt;
    if (searched > 0)
        throw InputError("only some of prompt-widths, lora-widths and adapter-widths are given; expected all "
                         "three, or none "
                         "to search them");
    return subnet;
}

void give_subnet(OptionValues& values, const Subnet& subnet) {
    for (const auto& [name, module] : width_options) {
        std::string text;
        for (const int width : subnet.*module)
            text += (text.empty() ? "" : ",") + std::to_string(width);
        values[std::string(name)] = text;
    }
}

SubnetSpace subnet_space(const checkpoint::VitSpec& spec, const OptionValues& values) {
    SubnetSpace space{
        spec.depth, spec.dim, {}, depth_choices(spec.depth), as_integer(values, "parameter-limit")};
    for (const auto& word : as_words(values, "widths"))
        space.widths.push_back(std::stoi(word));
    std::ranges::sort(space.widths);
    return space;
}

SubnetSearch subnet_search(const OptionValues& values) {
    const auto whole = [&](std::string_view name) { return static_cast<int>(as_integer(values, name)); };
    return {whole("population"),
            whole("generations"),
            whole("parents"),
            whole("mutants"),
            whole("crossovers"),
            as_real(values, "mutation-rate"),
            as_real(values, "depth-rate")};
}

const Descriptor& noah_method() {
    static const Descriptor descriptor = [] {
        Descriptor method;
        method.word = "noah";
        method.title = "NOAH";
        method.summary =
            "Searches how wide prompts, LoRA and adapters should be in each block, then trains that.";
        method.mergeable = false;
        method.options = {
            width_option("prompt-widths",
                         "Prompts of each block, separated by commas; search: found by the search."),
            width_option("lora-widths",
                         "Rank of the LoRA on q, k and v of each block; search: found by the search."),
            width_option("adapter-widths",
                         "Width of the adapter of each block; search: found by the search."),
            {"widths",
             OptionType::words,
             "1,5,10",
             0,
             0,
             {"1", "5", "10", "50", "100"},
             "Widths that the search chooses from."},
            {"parameter-limit",
             OptionType::integer,
             "640000",
             1,
             1e9,
             {},
             "Most trained parameters of a subnet."},
            {"supernet-epochs",
             OptionType::integer,
             "500",
             1,
             100000,
             {},
             "Epochs of the supernet, a random subnet each step."},
            {"supernet-lr", OptionType::real, "5e-04", 0, 1, {}, "Learning rate of the supernet."},
            {"population", OptionType::integer, "50", 1, 100000, {}, "Subnets of a generation."},
            {"generations", OptionType::integer, "15", 1, 10000, {}, "Generations of the search."},
            {"parents",
             OptionType::integer,
             "10",
             1,
             10000,
             {},
             "Best subnets that the next generation comes from."},
            {"mutants", OptionType::integer, "25", 0, 100000, {}, "Mutants of a generation."},
            {"crossovers", OptionType::integer, "25", 0, 100000, {}, "Crossovers of a generation."},
            {"mutation-rate",
             OptionType::real,
             "0.2",
             0,
             1,
             {},
             "Chance that a mutant's prompts, LoRA or adapters change."},
            {"depth-rate",
             OptionType::real,
             "0.4",
             0,
             1,
             {},
             "Chance that such a change draws the depth anew."},
            {"dropout",
             OptionType::real,
             "0.1",
             0,
             0.99,
             {},
             "Dropout rate on prompts, LoRA's input and within adapters."},
            train_head_option(),
            head_lr_scale_option()};
        method.count = count;
        return method;
    }();
    return descriptor;
}

} // namespace cdra::methods
