// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/tensor_io/safetensors.h"

#include "core/base/error.h"
#include "core/tensor_io/half.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

namespace cdra::tensor_io {

namespace {

struct DTypeEntry {
    DType dtype;
    std::string_view word;
    std::size_t size;
};
constexpr std::array<DTypeEntry, 8> dtypes = {{{DType::f32, "F32", 4},
                                               {DType::f16, "F16", 2},
                                               {DType::bf16, "BF16", 2},
                                               {DType::f64, "F64", 8},
                                               {DType::i64, "I64", 8},
                                               {DType::i32, "I32", 4},
                                               {DType::u8, "U8", 1},
                                               {DType::boolean, "BOOL", 1}}};

// The format's own limit on headers. A header beyond it is not read.
constexpr std::uint64_t longest_header = 100'000'000;

std::string quoted(const std::string& name) {
    return "tensor \"" + name.substr(0, 200) + "\"";
}

} // namespace

std::size_t size_of(DType dtype) noexcept {
    return std::ranges::find(dtypes, dtype, &DTypeEntry::dtype)->size;
}
std::string_view name_of(DType dtype) noexcept {
    return std::ranges::find(dtypes, dtype, &DTypeEntry::dtype)->word;
}

std::int64_t TensorInfo::elements() const noexcept {
    std::int64_t product = 1;
    for (const std::int64_t size : shape)
        product *= size;
    return product;
}

struct SafetensorsFile::State {
    std::filesystem::path path;
    std::byte* map = nullptr;
    std::size_t map_size = 0;
    std::size_t data_begin = 0;
    std::vector<TensorInfo> tensors;
    std::map<std::string, std::size_t, std::less<>> index;
    std::map<std::string, std::string> metadata;

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (map) ::munmap(map, map_size);
    }

    [[noreturn]] void corrupt(const std::string& what) const {
        throw CorruptFile(path.string() + ": " + what + "; the file is damaged: fetch or make it again");
    }
    void map_file();
    void parse();
    void add_tensor(const std::string& name, const nlohmann::json& entry, std::size_t data_size);
    void check_layout(std::size_t data_size);
};

void SafetensorsFile::State::map_file() {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        throw InputError(path.string() + ": can't be read: " + std::strerror(errno) + "; check the path");
    struct stat status {};
    const bool regular = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    if (regular && status.st_size >= 8) {
        map_size = static_cast<std::size_t>(status.st_size);
        void* address = ::mmap(nullptr, map_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (address != MAP_FAILED) map = static_cast<std::byte*>(address);
    }
    ::close(descriptor);
    if (!regular) throw InputError(path.string() + ": not a file; give a .safetensors file");
    if (status.st_size < 8)
        throw UnrecognisedFormat(path.string() + ": " + std::to_string(status.st_size) +
                                 " bytes are too few for a safetensors file");
    if (!map) throw InputError(path.string() + ": can't be mapped into memory");
}

void SafetensorsFile::State::parse() {
    std::uint64_t header_size = 0;
    for (int i = 7; i >= 0; --i)
        header_size = header_size << 8 | std::to_integer<std::uint64_t>(map[i]);
    // The header is a JSON object that starts right after its length: anything else is another kind of file.
    if (map_size < 9 || map[8] != std::byte{'{'})
        throw UnrecognisedFormat(path.string() +
                                 ": not a safetensors file (no header after the first 8 bytes)");
    if (header_size > longest_header || header_size > map_size - 8)
        corrupt("the header claims " + std::to_string(header_size) + " bytes, the file has " +
                std::to_string(map_size));
    data_begin = 8 + static_cast<std::size_t>(header_size);
    const std::size_t data_size = map_size - data_begin;

    const char* text = reinterpret_cast<const char*>(map + 8);
    nlohmann::json header;
    try {
        header = nlohmann::json::parse(text, text + header_size);
    } catch (const nlohmann::json::exception& error) {
        corrupt(std::string("the header is not valid JSON: ") + error.what());
    }
    if (!header.is_object()) corrupt("the header is not a JSON object");
    for (const auto& [name, entry] : header.items()) {
        if (name == "__metadata__") {
            if (!entry.is_object()) corrupt("__metadata__ is not an object");
            for (const auto& [key, value] : entry.items()) {
                if (!value.is_string())
                    corrupt("__metadata__ entry \"" + key.substr(0, 200) + "\" is not a text");
                metadata[key] = value.get<std::string>();
            }
        } else {
            add_tensor(name, entry, data_size);
        }
    }
    check_layout(data_size);
}

void SafetensorsFile::State::add_tensor(const std::string& name, const nlohmann::json& entry,
                                        std::size_t data_size) {
    const auto field = [&](const char* key) -> const nlohmann::json& {
        if (!entry.is_object() || !entry.contains(key)) corrupt(quoted(name) + " has no \"" + key + "\"");
        return entry.at(key);
    };
    TensorInfo tensor;
    tensor.name = name;
    const auto& dtype = field("dtype");
    if (!dtype.is_string()) corrupt(quoted(name) + " has a dtype that is not a text");
    const auto word = dtype.get<std::string>();
    const auto known = std::ranges::find(dtypes, word, &DTypeEntry::word);
    if (known == dtypes.end())
        throw CorruptFile(path.string() + ": " + quoted(name) + " has the type " + word.substr(0, 40) +
                          ", which is not supported; convert it to F32, F16 or BF16");
    tensor.dtype = known->dtype;

    const auto& shape = field("shape");
    if (!shape.is_array() || shape.size() > 16)
        corrupt(quoted(name) + " has a shape that is not a short list of sizes");
    std::uint64_t bytes = known->size;
    bool empty = false;
    for (const auto& size : shape) {
        if (!size.is_number_unsigned())
            corrupt(quoted(name) + " has a shape with something that is not a size");
        const auto value = size.get<std::uint64_t>();
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            corrupt(quoted(name) + " has a size of " + std::to_string(value));
        tensor.shape.push_back(static_cast<std::int64_t>(value));
        empty = empty || value == 0;
    }
    if (empty)
        bytes = 0;
    else
        for (const std::int64_t size : tensor.shape) {
            // Bounded by the file at every step, so the product can't overflow.
            if (static_cast<std::uint64_t>(size) > data_size / bytes + 1)
                corrupt(quoted(name) + " has a shape of more bytes than the file has (" +
                        std::to_string(data_size) + ")");
            bytes *= static_cast<std::uint64_t>(size);
        }

    const auto& offsets = field("data_offsets");
    if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
        !offsets[1].is_number_unsigned())
        corrupt(quoted(name) + " has data_offsets that are not two offsets");
    const auto begin = offsets[0].get<std::uint64_t>(), end = offsets[1].get<std::uint64_t>();
    if (begin > end || end > data_size)
        corrupt(quoted(name) + " lies at " + std::to_string(begin) + " to " + std::to_string(end) +
                ", the data has " + std::to_string(data_size) + " bytes");
    if (end - begin != bytes)
        corrupt(quoted(name) + " has " + std::to_string(end - begin) + " bytes, its shape and type need " +
                std::to_string(bytes));
    tensor.begin = static_cast<std::size_t>(begin);
    tensor.end = static_cast<std::size_t>(end);
    tensors.push_back(std::move(tensor));
}

// The format allows neither overlaps nor gaps.
void SafetensorsFile::State::check_layout(std::size_t data_size) {
    std::ranges::sort(tensors, [](const TensorInfo& a, const TensorInfo& b) {
        return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
    });
    std::size_t at = 0;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const TensorInfo& tensor = tensors[i];
        if (tensor.begin != at)
            corrupt(quoted(tensor.name) + " begins at " + std::to_string(tensor.begin) +
                    ", the one before it ends at " + std::to_string(at));
        at = tensor.end;
        index.emplace(tensor.name, i);
    }
    if (at != data_size)
        corrupt("the tensors end at " + std::to_string(at) + ", the data has " + std::to_string(data_size) +
                " bytes");
}

SafetensorsFile::SafetensorsFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
SafetensorsFile::SafetensorsFile(SafetensorsFile&&) noexcept = default;
SafetensorsFile& SafetensorsFile::operator=(SafetensorsFile&&) noexcept = default;
SafetensorsFile::~SafetensorsFile() = default;

SafetensorsFile SafetensorsFile::open(const std::filesystem::path& path) {
    auto state = std::make_unique<State>();
    state->path = path;
    state->map_file();
    state->parse();
    return SafetensorsFile(std::move(state));
}

const std::filesystem::path& SafetensorsFile::path() const noexcept {
    return state_->path;
}
const std::vector<TensorInfo>& SafetensorsFile::tensors() const noexcept {
    return state_->tensors;
}
const std::map<std::string, std::string>& SafetensorsFile::metadata() const noexcept {
    return state_->metadata;
}
const TensorInfo* SafetensorsFile::find(std::string_view name) const noexcept {
    const auto found = state_->index.find(name);
    return found == state_->index.end() ? nullptr : &state_->tensors[found->second];
}
std::span<const std::byte> SafetensorsFile::bytes(const TensorInfo& tensor) const noexcept {
    return {state_->map + state_->data_begin + tensor.begin, tensor.end - tensor.begin};
}

namespace {

// Copies element by element: the data need not be aligned in the file.
template <class Stored, class Convert>
void convert_all(std::span<const std::byte> from, std::vector<float>& to, Convert convert) {
    for (std::size_t i = 0; i < to.size(); ++i) {
        Stored value;
        std::memcpy(&value, from.data() + i * sizeof value, sizeof value);
        to[i] = convert(value);
    }
}

} // namespace

std::vector<float> SafetensorsFile::read_f32(const TensorInfo& tensor) const {
    const auto from = bytes(tensor);
    std::vector<float> values(from.size() / size_of(tensor.dtype));
    switch (tensor.dtype) {
    case DType::f32:
        if (!from.empty()) std::memcpy(values.data(), from.data(), from.size());
        break;
    case DType::f16:
        convert_all<std::uint16_t>(from, values, float_from_half);
        break;
    case DType::bf16:
        convert_all<std::uint16_t>(from, values, float_from_bfloat16);
        break;
    case DType::f64:
        convert_all<double>(from, values, [](double value) { return static_cast<float>(value); });
        break;
    default:
        throw CorruptFile(path().string() + ": " + quoted(tensor.name) + " has the type " +
                          std::string(name_of(tensor.dtype)) + ", expected a floating-point type");
    }
    return values;
}

std::vector<std::int32_t> SafetensorsFile::read_i32(const TensorInfo& tensor) const {
    if (tensor.dtype != DType::i32)
        throw CorruptFile(path().string() + ": " + quoted(tensor.name) + " has the type " +
                          std::string(name_of(tensor.dtype)) + ", expected I32");
    const auto from = bytes(tensor);
    std::vector<std::int32_t> values(from.size() / sizeof(std::int32_t));
    if (!from.empty()) std::memcpy(values.data(), from.data(), from.size());
    return values;
}

} // namespace cdra::tensor_io
