// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/tensor_io/torch_file.h"

#include "core/base/error.h"
#include "core/tensor_io/half.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace cdra::tensor_io {

namespace {

struct TorchType {
    std::string_view word;
    std::size_t size;
    bool floating;
};
constexpr std::array<TorchType, 10> types = {{{"Float", 4, true},
                                              {"Half", 2, true},
                                              {"BFloat16", 2, true},
                                              {"Double", 8, true},
                                              {"Long", 8, false},
                                              {"Int", 4, false},
                                              {"Short", 2, false},
                                              {"Char", 1, false},
                                              {"Byte", 1, false},
                                              {"Bool", 1, false}}};
const TorchType* find_type(std::string_view word) {
    const auto found = std::ranges::find(types, word, &TorchType::word);
    return found == types.end() ? nullptr : &*found;
}

// The pickle of torch's magic number, with which the format before ZIP begins.
constexpr std::array<unsigned char, 15> legacy_magic = {0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46,
                                                        0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e};
constexpr std::uint64_t longest_pickle = 64U << 20;

template <class T>
T load(const std::byte* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

} // namespace

void TorchFile::corrupt(const std::string& what) const {
    throw CorruptFile(path_.string() + ": " + what + "; the file is damaged: fetch or make it again");
}

TorchFile TorchFile::open(const std::filesystem::path& path) {
    TorchFile file;
    file.path_ = path;
    MappedFile map(path);
    const auto bytes = map.bytes();
    if (bytes.size() >= legacy_magic.size() && std::memcmp(bytes.data(), legacy_magic.data(), legacy_magic.size()) == 0) {
        file.stream_ = std::make_shared<MappedFile>(std::move(map));
        file.open_legacy();
        return file;
    }
    file.open_zip(ZipFile::open(path));
    return file;
}

void TorchFile::open_zip(ZipFile zip) {
    const std::string_view member = "data.pkl";
    const ZipEntry* pickle = nullptr;
    for (const auto& [name, entry] : zip.entries())
        if (name == member || (name.ends_with(member) && name.size() > member.size() &&
                               name[name.size() - member.size() - 1] == '/' && !pickle)) {
            pickle = &entry;
            folder_ = name.substr(0, name.size() - member.size());
        }
    if (!pickle)
        throw UnrecognisedFormat(path_.string() + ": a ZIP archive without data.pkl, hence not PyTorch's");
    if (pickle->size > longest_pickle) corrupt("its data.pkl has " + std::to_string(pickle->size) + " bytes");
    if (const ZipEntry* order = zip.find(folder_ + "byteorder")) {
        const auto word = zip.read_front(*order, 16);
        if (std::string_view(reinterpret_cast<const char*>(word.data()), word.size()) != "little")
            corrupt("its numbers are not little-endian");
    }
    document_ = std::make_shared<PickleDocument>(PickleDocument::parse(zip.read(*pickle), path_.string()));
    zip_ = std::make_shared<ZipFile>(std::move(zip));
}

// Magic number, protocol, system, the object, the storages' keys: five pickles. Then, for each key, a count and
// the raw values.
void TorchFile::open_legacy() {
    const auto bytes = stream_->bytes();
    std::size_t at = legacy_magic.size();
    const auto next = [&] {
        const std::size_t rest = bytes.size() - at;
        auto document = PickleDocument::parse(bytes.subspan(at, std::min<std::size_t>(rest, longest_pickle)), path_.string());
        at += document.length();
        return document;
    };
    if (const auto protocol = next(); protocol.root().integer != 1001)
        corrupt("PyTorch's protocol " + std::to_string(protocol.root().integer) + ", expected 1001");
    const auto system = next();
    if (const auto* little = system.find(system.root(), "little_endian"); little && little->integer != 1)
        corrupt("its numbers are not little-endian");
    document_ = std::make_shared<PickleDocument>(next());
    const auto keys = next();
    std::map<std::string, std::string> type_of;
    const PickleDocument& values = *document_;
    for (PickleIndex i = 0;; ++i) { // every storage that the object mentions
        if (i >= values.size()) break;
        if (values[i].kind == PickleValue::Kind::storage) type_of[values[i].text] = values[i].type;
    }
    if (keys.root().kind != PickleValue::Kind::list) corrupt("it lists no storages");
    for (const PickleIndex index : keys.root().items) {
        const std::string& key = keys[index].text;
        const auto type = type_of.find(key);
        std::string_view word = type == type_of.end() ? std::string_view{} : std::string_view(type->second);
        if (word.ends_with("Storage")) word.remove_suffix(7);
        const TorchType* known = find_type(word);
        if (!known) corrupt("storage " + key.substr(0, 40) + " is of no known type");
        if (bytes.size() - at < 8) corrupt("storage " + key.substr(0, 40) + " is cut short");
        const auto elements = load<std::uint64_t>(bytes.data() + at);
        at += 8;
        if (elements > (bytes.size() - at) / known->size) corrupt("storage " + key.substr(0, 40) + " is cut short");
        storages_[key] = {at, elements};
        at += static_cast<std::size_t>(elements) * known->size;
    }
}

std::string TorchFile::type_name(const PickleValue& tensor) const {
    std::string word = (*document_)[tensor.items.front()].type;
    if (word.ends_with("Storage")) word.resize(word.size() - 7);
    return word;
}

bool TorchFile::floating(const std::string& type_name) {
    const TorchType* type = find_type(type_name);
    return type && type->floating;
}

void TorchFile::check(const PickleValue& tensor, const std::string& name) const {
    const PickleValue& storage = (*document_)[tensor.items.front()];
    const TorchType* type = find_type(type_name(tensor));
    if (!type) corrupt("\"" + name + "\" has the type " + storage.type.substr(0, 60) + ", which is not supported");
    std::uint64_t available = 0;
    if (zip_) {
        const ZipEntry* entry = zip_->find(folder_ + "data/" + storage.text);
        if (!entry) corrupt("the data of \"" + name + "\" are missing");
        available = entry->size / type->size;
    } else {
        const auto found = storages_.find(storage.text);
        if (found == storages_.end()) corrupt("the data of \"" + name + "\" are missing");
        available = found->second.elements;
    }
    const auto length = static_cast<std::uint64_t>(storage.integer);
    if (length > available)
        corrupt("the data of \"" + name + "\" have " + std::to_string(available) + " values, expected " +
                std::to_string(length));
    // Within the storage at every step, so that no product overflows.
    std::uint64_t elements = 1, last = static_cast<std::uint64_t>(tensor.integer);
    bool empty = false;
    for (const std::int64_t size : tensor.shape) empty = empty || size == 0;
    if (empty) return;
    for (std::size_t d = 0; d < tensor.shape.size(); ++d) {
        const auto size = static_cast<std::uint64_t>(tensor.shape[d]), stride = static_cast<std::uint64_t>(tensor.stride[d]);
        const bool fits = size <= length && elements <= length / size &&
                          (stride == 0 || size - 1 <= length / stride) && last <= length;
        if (!fits) corrupt("\"" + name + "\" reaches past its data");
        elements *= size;
        last += (size - 1) * stride;
    }
    if (last >= length) corrupt("\"" + name + "\" reaches past its data");
}

template <class T, class Convert>
std::vector<T> TorchFile::gather(const PickleValue& tensor, const std::string& name, Convert convert) const {
    check(tensor, name);
    const PickleValue& storage = (*document_)[tensor.items.front()];
    const std::size_t item = find_type(type_name(tensor))->size;
    std::vector<std::byte> unpacked;
    std::span<const std::byte> data;
    if (zip_) {
        const ZipEntry& entry = *zip_->find(folder_ + "data/" + storage.text);
        data = zip_->stored(entry);
        if (data.empty() && entry.size > 0) data = unpacked = zip_->read(entry);
    } else {
        const Storage& where = storages_.at(storage.text);
        data = stream_->bytes().subspan(static_cast<std::size_t>(where.begin), static_cast<std::size_t>(where.elements) * item);
    }
    std::size_t count = 1;
    for (const std::int64_t size : tensor.shape) count *= static_cast<std::size_t>(size);
    std::vector<T> values(count);
    std::size_t dense = 1;
    bool contiguous = sizeof(T) == item;
    for (std::size_t d = tensor.shape.size(); d-- > 0; dense *= static_cast<std::size_t>(tensor.shape[d]))
        contiguous = contiguous && (tensor.shape[d] == 1 || tensor.stride[d] == static_cast<std::int64_t>(dense));
    if (contiguous && count > 0) { // the stored type has T's size only where it is T
        std::memcpy(values.data(), data.data() + static_cast<std::size_t>(tensor.integer) * item, count * item);
        return values;
    }
    std::vector<std::int64_t> index(tensor.shape.size(), 0);
    auto at = static_cast<std::uint64_t>(tensor.integer);
    for (std::size_t i = 0; i < count; ++i) {
        values[i] = convert(data.data() + static_cast<std::size_t>(at) * item);
        for (std::size_t d = index.size(); d-- > 0;) {
            at += static_cast<std::uint64_t>(tensor.stride[d]);
            if (++index[d] < tensor.shape[d]) break;
            at -= static_cast<std::uint64_t>(tensor.stride[d]) * static_cast<std::uint64_t>(tensor.shape[d]);
            index[d] = 0;
        }
    }
    return values;
}

std::vector<float> TorchFile::floats(const PickleValue& tensor, const std::string& name) const {
    const std::string type = type_name(tensor);
    if (type == "Float") return gather<float>(tensor, name, load<float>);
    if (type == "Half")
        return gather<float>(tensor, name, [](const std::byte* from) { return float_from_half(load<std::uint16_t>(from)); });
    if (type == "BFloat16")
        return gather<float>(tensor, name,
                             [](const std::byte* from) { return float_from_bfloat16(load<std::uint16_t>(from)); });
    if (type == "Double")
        return gather<float>(tensor, name, [](const std::byte* from) { return static_cast<float>(load<double>(from)); });
    corrupt("\"" + name + "\" has the type " + type + ", expected a floating-point type");
}

std::vector<std::int64_t> TorchFile::integers(const PickleValue& tensor, const std::string& name) const {
    const std::string type = type_name(tensor);
    if (type == "Long") return gather<std::int64_t>(tensor, name, load<std::int64_t>);
    if (type == "Int")
        return gather<std::int64_t>(tensor, name, [](const std::byte* from) { return std::int64_t{load<std::int32_t>(from)}; });
    corrupt("\"" + name + "\" has the type " + type + ", expected integers");
}

} // namespace cdra::tensor_io
