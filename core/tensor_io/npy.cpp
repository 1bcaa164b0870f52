// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/tensor_io/npy.h"

#include "core/base/error.h"
#include "core/tensor_io/half.h"

#include <array>
#include <charconv>
#include <cstring>

namespace cdra::tensor_io {

namespace {

struct NpyType {
    std::string_view word;
    std::size_t size;
    bool floating;
};
constexpr std::array<NpyType, 12> types = {{{"<f4", 4, true},
                                            {"<f2", 2, true},
                                            {"<f8", 8, true},
                                            {"|V2", 2, true},
                                            {"<i4", 4, false},
                                            {"<i8", 8, false},
                                            {"<u4", 4, false},
                                            {"<u8", 8, false},
                                            {"|u1", 1, false},
                                            {"|i1", 1, false},
                                            {"|b1", 1, false},
                                            {"<i2", 2, false}}};

const NpyType* find(std::string_view word) {
    for (const NpyType& type : types)
        if (type.word == word) return &type;
    return nullptr;
}

// {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }: that and no other Python.
class Reader {
  public:
    Reader(std::string_view text, const std::string& name) : text_(text), name_(name) {}

    NpyHeader run() {
        NpyHeader header;
        expect('{');
        bool type = false, order = false, shape = false;
        while (!take('}')) {
            const std::string key = quoted();
            expect(':');
            if (key == "descr") {
                header.type = quoted();
                type = true;
            } else if (key == "fortran_order") {
                header.fortran_order = boolean();
                order = true;
            } else if (key == "shape") {
                header.shape = sizes();
                shape = true;
            } else {
                bad();
            }
            if (!take(',')) {
                expect('}');
                break;
            }
        }
        if (!type || !order || !shape) bad();
        return header;
    }

  private:
    [[noreturn]] void bad() const {
        throw CorruptFile(name_ + ": its .npy header is not a dict of descr, fortran_order and shape; the file is "
                                  "damaged: fetch or make it again");
    }
    void skip() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    }
    bool take(char c) {
        skip();
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    void expect(char c) {
        if (!take(c)) bad();
    }
    std::string quoted() {
        skip();
        if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) bad();
        const char mark = text_[at_++];
        const std::size_t end = text_.find(mark, at_);
        if (end == std::string_view::npos || end - at_ > 64) bad();
        const std::string value(text_.substr(at_, end - at_));
        at_ = end + 1;
        return value;
    }
    bool boolean() {
        skip();
        for (const std::string_view word : {"True", "False"})
            if (text_.substr(at_).starts_with(word)) {
                at_ += word.size();
                return word == "True";
            }
        bad();
    }
    std::vector<std::int64_t> sizes() {
        expect('(');
        std::vector<std::int64_t> shape;
        while (!take(')')) {
            skip();
            std::int64_t value = -1;
            const auto [stop, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
            if (error != std::errc() || value < 0 || shape.size() >= 16) bad();
            at_ = static_cast<std::size_t>(stop - text_.data());
            shape.push_back(value);
            if (!take(',')) {
                expect(')');
                break;
            }
        }
        return shape;
    }

    std::string_view text_;
    const std::string& name_;
    std::size_t at_ = 0;
};

} // namespace

std::uint64_t NpyHeader::elements() const noexcept {
    std::uint64_t product = 1;
    for (const std::int64_t size : shape) product *= static_cast<std::uint64_t>(size);
    return product;
}
bool NpyHeader::floating() const noexcept {
    const NpyType* known = find(type);
    return known != nullptr && known->floating;
}
std::size_t NpyHeader::item_size() const noexcept {
    const NpyType* known = find(type);
    return known != nullptr ? known->size : 0;
}

NpyHeader parse_npy_header(std::span<const std::byte> front, std::uint64_t size, const std::string& name) {
    const auto corrupt = [&](const std::string& what) -> void {
        throw CorruptFile(name + ": " + what + "; the file is damaged: fetch or make it again");
    };
    if (front.size() < 12 || std::memcmp(front.data(), "\x93NUMPY", 6) != 0) corrupt("not a .npy array");
    const auto byte = [&](std::size_t at) { return std::to_integer<std::size_t>(front[at]); };
    const std::size_t version = byte(6);
    if (version < 1 || version > 3) corrupt(".npy version " + std::to_string(version) + ", expected 1 to 3");
    const std::size_t begin = version == 1 ? 10 : 12;
    const std::size_t length =
        version == 1 ? byte(8) | byte(9) << 8 : byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24;
    if (length > longest_npy_header - begin || length > front.size() - begin)
        corrupt("its .npy header claims " + std::to_string(length) + " bytes");
    NpyHeader header =
        Reader({reinterpret_cast<const char*>(front.data() + begin), length}, name).run();
    header.data_begin = begin + length;
    const std::uint64_t data = size - header.data_begin;
    std::uint64_t bytes = header.item_size();
    if (bytes == 0) return header; // a type nobody reads: its size is not our concern
    bool empty = false;
    for (const std::int64_t one : header.shape) empty = empty || one == 0;
    for (const std::int64_t one : header.shape) {
        if (empty) break;
        if (static_cast<std::uint64_t>(one) > data / bytes + 1) corrupt("its shape needs more bytes than there are");
        bytes *= static_cast<std::uint64_t>(one);
    }
    if (empty) bytes = 0;
    if (bytes != data)
        corrupt("has " + std::to_string(data) + " bytes of data, its shape and type need " + std::to_string(bytes));
    return header;
}

std::vector<float> npy_floats(std::span<const std::byte> data, const NpyHeader& header) {
    const std::size_t count = static_cast<std::size_t>(header.elements()), item = header.item_size();
    if (!header.floating() || data.size() != count * item) throw Error("npy: not an array of floats");
    std::vector<float> stored(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::byte* from = data.data() + i * item;
        if (item == 4) {
            std::memcpy(&stored[i], from, 4);
        } else if (item == 8) {
            double value;
            std::memcpy(&value, from, 8);
            stored[i] = static_cast<float>(value);
        } else {
            std::uint16_t bits;
            std::memcpy(&bits, from, 2);
            stored[i] = header.type == "|V2" ? float_from_bfloat16(bits) : float_from_half(bits);
        }
    }
    if (!header.fortran_order || header.shape.size() < 2) return stored;
    // Row-major order: step through the indices, the last fastest.
    std::vector<float> values(count);
    std::vector<std::size_t> index(header.shape.size(), 0), stride(header.shape.size(), 1);
    for (std::size_t d = 1; d < stride.size(); ++d)
        stride[d] = stride[d - 1] * static_cast<std::size_t>(header.shape[d - 1]);
    for (std::size_t i = 0; i < count; ++i) {
        std::size_t at = 0;
        for (std::size_t d = 0; d < index.size(); ++d) at += index[d] * stride[d];
        values[i] = stored[at];
        for (std::size_t d = index.size(); d-- > 0;) {
            if (++index[d] < static_cast<std::size_t>(header.shape[d])) break;
            index[d] = 0;
        }
    }
    return values;
}

} // namespace cdra::tensor_io
