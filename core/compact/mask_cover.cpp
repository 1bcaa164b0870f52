// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/compact/mask_cover.h"

#include <map>

namespace cdra::compact {

namespace {

constexpr std::size_t nobody = static_cast<std::size_t>(-1);

// Inputs and outputs numbered from 0, in ascending order of the features they are.
class Graph {
  public:
    Graph(std::span<const std::uint32_t> mask, std::int64_t in) {
        std::map<std::uint32_t, std::size_t> left, right;
        const auto width = static_cast<std::uint32_t>(in);
        for (const std::uint32_t index : mask) left[index % width], right[index / width];
        const auto number = [](auto& ids, std::vector<std::uint32_t>& features) {
            for (auto& [feature, id] : ids) id = features.size(), features.push_back(feature);
        };
        number(left, inputs);
        number(right, outputs);
        edges.resize(inputs.size());
        for (const std::uint32_t index : mask) edges[left[index % width]].push_back(right[index / width]);
        mate_of_input.assign(inputs.size(), nobody);
        mate_of_output.assign(outputs.size(), nobody);
    }

    // Augmenting paths, one search an input (Kuhn); a path is walked on a stack of its own.
    void match() {
        std::vector<std::size_t> seen(outputs.size(), nobody);
        for (std::size_t start = 0; start < inputs.size(); ++start) augment(start, seen);
    }

    MaskCover cover() const {
        // What alternating paths from unmatched inputs reach.
        std::vector<bool> input_reached(inputs.size(), false), output_reached(outputs.size(), false);
        std::vector<std::size_t> waiting;
        for (std::size_t i = 0; i < inputs.size(); ++i)
            if (mate_of_input[i] == nobody) input_reached[i] = true, waiting.push_back(i);
        while (!waiting.empty()) {
            const std::size_t input = waiting.back();
            waiting.pop_back();
            for (const std::size_t output : edges[input]) {
                if (output_reached[output]) continue;
                output_reached[output] = true;
                const std::size_t next = mate_of_output[output];
                if (next != nobody && !input_reached[next]) input_reached[next] = true, waiting.push_back(next);
            }
        }
        MaskCover cover;
        for (std::size_t i = 0; i < inputs.size(); ++i)
            if (!input_reached[i]) cover.inputs.push_back(inputs[i]);
        for (std::size_t o = 0; o < outputs.size(); ++o)
            if (output_reached[o]) cover.outputs.push_back(outputs[o]);
        return cover;
    }

  private:
    void augment(std::size_t start, std::vector<std::size_t>& seen) {
        struct Place {
            std::size_t input, edge;
        };
        std::vector<Place> path = {{start, 0}};
        while (!path.empty()) {
            Place& here = path.back();
            if (here.edge == edges[here.input].size()) {
                path.pop_back();
                if (!path.empty()) ++path.back().edge;
                continue;
            }
            const std::size_t output = edges[here.input][here.edge];
            if (seen[output] == start) {
                ++here.edge;
                continue;
            }
            seen[output] = start;
            if (mate_of_output[output] != nobody) {
                path.push_back({mate_of_output[output], 0});
                continue;
            }
            for (const Place& place : path) {
                mate_of_input[place.input] = edges[place.input][place.edge];
                mate_of_output[mate_of_input[place.input]] = place.input;
            }
            return;
        }
    }

    std::vector<std::uint32_t> inputs, outputs;
    std::vector<std::vector<std::size_t>> edges;
    std::vector<std::size_t> mate_of_input, mate_of_output;
};

} // namespace

MaskCover cover_of_mask(std::span<const std::uint32_t> mask, std::int64_t in) {
    if (mask.empty() || in <= 0) return {};
    Graph graph(mask, in);
    graph.match();
    return graph.cover();
}

bool smaller_than_matrix(std::size_t rank, std::int64_t out, std::int64_t in) noexcept {
    return static_cast<double>(rank) * static_cast<double>(out + in) < static_cast<double>(out) * static_cast<double>(in);
}

} // namespace cdra::compact
