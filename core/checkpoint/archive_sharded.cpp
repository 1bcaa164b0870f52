// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0

// Hugging Face's split checkpoints: model.safetensors.index.json says in which of several files a tensor lies.
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/checkpoint/archive.h"

#include <nlohmann/json.hpp>
#include <set>

namespace cdra::checkpoint {

namespace {

constexpr std::size_t longest_index = std::size_t{16} << 20;
constexpr std::size_t most_shards = 1000;

class ShardedArchive final : public Archive {
  public:
    explicit ShardedArchive(const std::filesystem::path& path) : path_(path) {
        const std::string text = read_text_file(path, longest_index);
        nlohmann::json root;
        try {
            root = nlohmann::json::parse(text);
        } catch (const nlohmann::json::exception& error) {
            corrupt(std::string("not valid JSON: ") + error.what());
        }
        const auto map = root.is_object() ? root.find("weight_map") : root.end();
        if (!root.is_object() || map == root.end() || !map->is_object() || map->empty())
            corrupt("it has no \"weight_map\" of tensors");
        std::map<std::string, std::set<std::string>> expected; // by shard
        for (const auto& [tensor, shard] : map->items()) {
            if (!shard.is_string()) corrupt("\"" + tensor.substr(0, 200) + "\" names no file");
            const auto name = shard.get<std::string>();
            // A name only: the index must not lead out of its folder.
            if (name.empty() || name.find('/') != std::string::npos || name.find('\0') != std::string::npos ||
                name == "." || name == "..")
                corrupt("\"" + tensor.substr(0, 200) + "\" lies in \"" + name.substr(0, 200) + "\", which is no plain file name");
            expected[name].insert(tensor);
        }
        if (expected.size() > most_shards) corrupt("it names " + std::to_string(expected.size()) + " files");
        for (const auto& [name, tensors] : expected) add_shard(path.parent_path() / name, tensors);
    }
    const std::filesystem::path& path() const override { return path_; }
    const std::map<std::string, StoredTensor, std::less<>>& tensors() const override { return tensors_; }
    std::vector<float> read(const std::string& name) const override { return place_.at(name)->read(name); }
    std::span<const float> view(const std::string& name) const override { return place_.at(name)->view(name); }
    std::vector<std::filesystem::path> files() const override {
        std::vector<std::filesystem::path> all = {path_};
        for (const auto& shard : shards_) all.push_back(shard->path());
        return all;
    }

  private:
    void add_shard(const std::filesystem::path& file, const std::set<std::string>& expected) {
        std::error_code code;
        if (!std::filesystem::is_regular_file(file, code))
            throw InputError(path_.string() + ": its part " + file.filename().string() + " is missing; fetch it too");
        const auto& shard = shards_.emplace_back(open_safetensors(file));
        for (const std::string& name : expected) {
            const auto found = shard->tensors().find(name);
            if (found == shard->tensors().end())
                throw CorruptFile(file.string() + ": tensor \"" + name.substr(0, 200) +
                                  "\" is missing, which the index expects there; fetch the checkpoint again");
            tensors_.emplace(name, found->second);
            place_.emplace(name, shard.get());
        }
    }
    [[noreturn]] void corrupt(const std::string& what) const {
        throw CorruptFile(path_.string() + ": index of a split checkpoint: " + what + "; fetch it again");
    }

    std::filesystem::path path_;
    std::vector<std::unique_ptr<Archive>> shards_;
    std::map<std::string, StoredTensor, std::less<>> tensors_;
    std::map<std::string, const Archive*> place_;
};

} // namespace

std::unique_ptr<Archive> open_sharded_safetensors(const std::filesystem::path& path) {
    if (!path.filename().string().ends_with(".index.json"))
        throw UnrecognisedFormat(path.string() + ": no index of a split checkpoint");
    return std::make_unique<ShardedArchive>(path);
}

} // namespace cdra::checkpoint
