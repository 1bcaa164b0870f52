// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/compact/strategies/strategies.h"

#include <charconv>
#include <map>

namespace cdra::compact {

namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

// Ranks chosen elsewhere: one "name,rank" line a matrix. Empty lines, lines that begin with # and a first
// line "name,rank" are passed over.
class FromFile final : public RankStrategy {
  public:
    explicit FromFile(std::string path) : path_(std::move(path)) {
        const std::string content = read_text_file(path_, std::size_t{16} << 20);
        std::string_view rest = content;
        for (std::size_t number = 1; !rest.empty(); ++number) {
            const std::size_t end = rest.find('\n');
            const std::string_view line = trimmed(rest.substr(0, end));
            rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
            if (line.empty() || line.front() == '#' || (ranks_.empty() && line == "name,rank")) continue;
            add(line, number);
        }
    }

    std::vector<std::uint32_t> ranks(std::span<const RankInput> matrices) const override {
        std::vector<std::uint32_t> result;
        for (const RankInput& m : matrices) {
            const auto found = ranks_.find(m.name);
            if (found == ranks_.end())
                throw InputError(path_ + ": no line for the matrix " + m.name +
                                 "; give a rank for each of the " + std::to_string(matrices.size()) +
                                 " matrices");
            result.push_back(found->second);
        }
        if (ranks_.size() > matrices.size())
            throw InputError(path_ + ": " + std::to_string(ranks_.size()) +
                             " matrices listed, the model has " + std::to_string(matrices.size()) +
                             "; is it the file of another model?");
        return result;
    }

  private:
    void add(std::string_view line, std::size_t number) {
        const std::string where = path_ + ": line " + std::to_string(number) + ": ";
        const std::size_t comma = line.find(',');
        const std::string_view name = trimmed(line.substr(0, comma));
        const std::string_view value =
            comma == std::string_view::npos ? std::string_view() : trimmed(line.substr(comma + 1));
        std::uint32_t rank = 0;
        const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), rank);
        if (name.empty() || value.empty() || error != std::errc() || stop != value.data() + value.size())
            throw InputError(where + "\"" + std::string(line.substr(0, 80)) +
                             "\", expected NAME,RANK such as blocks.0.attn.q,4");
        if (!ranks_.emplace(std::string(name), rank).second)
            throw InputError(where + "the matrix " + std::string(name) + " stands there twice; keep one");
    }

    std::string path_;
    std::map<std::string, std::uint32_t, std::less<>> ranks_;
};

} // namespace

std::unique_ptr<RankStrategy> make_from_file(std::string_view argument) {
    if (argument.empty()) throw InputError("rank strategy \"file:\": expected a path, e.g. file:ranks.csv");
    return std::make_unique<FromFile>(std::string(argument));
}

} // namespace cdra::compact
