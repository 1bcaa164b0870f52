// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/tensor_io/pickle_calls.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace cdra::tensor_io {

namespace {

using Kind = PickleValue::Kind;
constexpr std::size_t most_dimensions = 16;

// Called: described by pickle_call. Storages and types are only named.
constexpr std::array<std::string_view, 14> called = {
    "collections.OrderedDict", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor",
    "torch._utils._rebuild_parameter", "torch.Size", "torch.device", "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar", "numpy.dtype", "_codecs.encode", "argparse.Namespace",
    "copy_reg._reconstructor", "copyreg._reconstructor", "__builtin__.set"};
constexpr std::array<std::string_view, 24> named = {
    "torch.FloatStorage", "torch.HalfStorage", "torch.BFloat16Storage", "torch.DoubleStorage", "torch.LongStorage",
    "torch.IntStorage", "torch.ShortStorage", "torch.CharStorage", "torch.ByteStorage", "torch.BoolStorage",
    "torch.float32", "torch.float16", "torch.bfloat16", "torch.float64", "torch.int64", "torch.int32", "torch.int16",
    "torch.int8", "torch.uint8", "torch.bool", "__builtin__.object", "builtins.object", "torch.strided",
    "torch.preserve_format"};

class Arguments {
  public:
    Arguments(const PickleDocument& document, const PickleValue& tuple) : document_(document), tuple_(tuple) {}
    std::size_t size() const { return tuple_.items.size(); }
    const PickleValue& operator[](std::size_t i) const { return document_[tuple_.items[i]]; }
    bool is(std::size_t i, Kind kind) const { return i < size() && (*this)[i].kind == kind; }
    // A tuple of sizes or strides; false if it is something else.
    bool sizes(std::size_t i, std::vector<std::int64_t>& out) const {
        if (!is(i, Kind::tuple) || (*this)[i].items.size() > most_dimensions) return false;
        for (const PickleIndex index : (*this)[i].items) {
            const PickleValue& value = document_[index];
            if (value.kind != Kind::integer || value.integer < 0) return false;
            out.push_back(value.integer);
        }
        return true;
    }

  private:
    const PickleDocument& document_;
    const PickleValue& tuple_;
};

PickleValue of_kind(Kind kind) {
    PickleValue value;
    value.kind = kind;
    return value;
}

std::optional<PickleValue> tensor(const PickleDocument& document, const PickleValue& tuple) {
    const Arguments arguments(document, tuple);
    PickleValue value = of_kind(Kind::tensor);
    if (arguments.size() < 4 || !arguments.is(0, Kind::storage) || !arguments.is(1, Kind::integer) ||
        arguments[1].integer < 0 || !arguments.sizes(2, value.shape) || !arguments.sizes(3, value.stride) ||
        value.shape.size() != value.stride.size())
        return std::nullopt;
    value.integer = arguments[1].integer;
    value.items = {tuple.items[0]};
    return value;
}

// numpy.float64(…) and the like: a type by name and the number's bytes.
std::optional<PickleValue> numpy_scalar(const Arguments& arguments) {
    if (arguments.size() != 2 || !arguments.is(0, Kind::opaque) || !arguments.is(1, Kind::bytes)) return std::nullopt;
    const std::string& type = arguments[0].text;
    const std::string& bytes = arguments[1].text;
    const auto bits = [&] {
        std::uint64_t value = 0;
        for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
        return value;
    };
    PickleValue value = of_kind(Kind::real);
    if (type == "f8" && bytes.size() == 8) value.real = std::bit_cast<double>(bits());
    else if (type == "f4" && bytes.size() == 4) value.real = std::bit_cast<float>(static_cast<std::uint32_t>(bits()));
    else if (type == "i8" && bytes.size() == 8)
        value.kind = Kind::integer, value.integer = std::bit_cast<std::int64_t>(bits());
    else if (type == "i4" && bytes.size() == 4)
        value.kind = Kind::integer, value.integer = std::bit_cast<std::int32_t>(static_cast<std::uint32_t>(bits()));
    else value.kind = Kind::opaque;
    return value;
}

// bytes as Python 2 pickles hold them: a text of the code points 0 to 255.
std::optional<PickleValue> encoded(const Arguments& arguments) {
    if (arguments.size() != 2 || !arguments.is(0, Kind::text) || !arguments.is(1, Kind::text) ||
        arguments[1].text != "latin1")
        return std::nullopt;
    PickleValue value = of_kind(Kind::bytes);
    const std::string& text = arguments[0].text;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x80) {
            value.text += text[i];
        } else {
            if ((byte != 0xC2 && byte != 0xC3) || i + 1 == text.size()) return std::nullopt;
            value.text += static_cast<char>((byte & 3U) << 6 | (static_cast<unsigned char>(text[++i]) & 0x3FU));
        }
    }
    return value;
}

std::optional<PickleValue> ordered_dict(const PickleDocument& document, const Arguments& arguments) {
    PickleValue value = of_kind(Kind::dict);
    if (arguments.size() == 0) return value;
    if (arguments.size() != 1 || !arguments.is(0, Kind::list)) return std::nullopt;
    for (const PickleIndex index : arguments[0].items) {
        const PickleValue& pair = document[index];
        if ((pair.kind != Kind::tuple && pair.kind != Kind::list) || pair.items.size() != 2) return std::nullopt;
        value.items.insert(value.items.end(), pair.items.begin(), pair.items.end());
    }
    return value;
}

} // namespace

bool pickle_name_allowed(const std::string& name) {
    return std::ranges::find(called, name) != called.end() || std::ranges::find(named, name) != named.end();
}

std::optional<PickleValue> pickle_call(const PickleDocument& document, const std::string& name,
                                       const PickleValue& tuple) {
    const Arguments arguments(document, tuple);
    if (name == "torch._utils._rebuild_tensor_v2" || name == "torch._utils._rebuild_tensor")
        return tensor(document, tuple);
    if (name == "torch._utils._rebuild_parameter")
        return arguments.is(0, Kind::tensor) ? std::optional(arguments[0]) : std::nullopt;
    if (name == "collections.OrderedDict") return ordered_dict(document, arguments);
    if (name == "torch.Size") return arguments.is(0, Kind::tuple) ? std::optional(arguments[0]) : std::nullopt;
    if (name == "_codecs.encode") return encoded(arguments);
    if (name.ends_with("multiarray.scalar")) return numpy_scalar(arguments);
    if (name == "numpy.dtype") {
        if (!arguments.is(0, Kind::text)) return std::nullopt;
        PickleValue value = of_kind(Kind::opaque);
        value.text = arguments[0].text;
        return value;
    }
    // Settings and the like: something is there, and nobody looks at it.
    if (std::ranges::find(called, name) != called.end()) return of_kind(Kind::opaque);
    return std::nullopt;
}

std::optional<PickleValue> pickle_storage(const PickleDocument& document, const PickleValue& id) {
    const Arguments arguments(document, id);
    if (id.kind != Kind::tuple || arguments.size() < 5 || !arguments.is(0, Kind::text) ||
        arguments[0].text != "storage" || !arguments.is(1, Kind::name) || !arguments.is(2, Kind::text) ||
        !arguments.is(4, Kind::integer) || arguments[4].integer < 0)
        return std::nullopt;
    if (arguments.size() > 5 && !arguments.is(5, Kind::none)) return std::nullopt; // a view of another storage
    constexpr std::string_view prefix = "torch.";
    PickleValue value = of_kind(Kind::storage);
    value.type = arguments[1].text.starts_with(prefix) ? arguments[1].text.substr(prefix.size()) : arguments[1].text;
    value.text = arguments[2].text;
    value.integer = arguments[4].integer;
    return value;
}

} // namespace cdra::tensor_io
