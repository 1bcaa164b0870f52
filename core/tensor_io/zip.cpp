// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/tensor_io/zip.h"

#include "core/base/error.h"

#include <algorithm>
#include <cstring>
#include <zlib.h>

namespace cdra::tensor_io {

namespace {

constexpr std::uint32_t local_signature = 0x04034b50, central_signature = 0x02014b50, end_signature = 0x06054b50,
                        end64_signature = 0x06064b50, locator64_signature = 0x07064b50;
constexpr std::size_t local_size = 30, central_size = 46, end_size = 22, end64_size = 56, locator64_size = 20;
// The archive's comment, which stands behind the end record, has at most 65,535 bytes.
constexpr std::size_t longest_comment = 65535;
constexpr std::uint64_t most_entries = 1'000'000;
constexpr std::uint64_t best_compression = 1100; // deflate's own limit is 1032

template <class T>
T number(std::span<const std::byte> bytes, std::size_t at) {
    T value = 0;
    for (std::size_t i = sizeof(T); i-- > 0;)
        value = static_cast<T>(static_cast<std::uint64_t>(value) << 8 | std::to_integer<std::uint64_t>(bytes[at + i]));
    return value;
}

// Is there room for `size` bytes at `at`?
bool fits(std::span<const std::byte> bytes, std::uint64_t at, std::uint64_t size) {
    return at <= bytes.size() && size <= bytes.size() - at;
}

// The z_stream that ends itself.
struct Inflater {
    z_stream stream{};
    bool ready = inflateInit2(&stream, -MAX_WBITS) == Z_OK;
    Inflater() = default;
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    ~Inflater() {
        if (ready) inflateEnd(&stream);
    }
};

} // namespace

void ZipFile::corrupt(const std::string& what) const {
    throw CorruptFile(path().string() + ": " + what + "; the archive is damaged: fetch or make it again");
}

ZipFile ZipFile::open(const std::filesystem::path& path) {
    ZipFile file{MappedFile(path)};
    const auto bytes = file.file_.bytes();
    // An empty archive has no member, hence an end record first.
    if (bytes.size() < 4 || (number<std::uint32_t>(bytes, 0) != local_signature &&
                             number<std::uint32_t>(bytes, 0) != end_signature))
        throw UnrecognisedFormat(path.string() + ": not a ZIP archive (its signature is missing)");
    file.read_directory();
    return file;
}

void ZipFile::read_directory() {
    const auto bytes = file_.bytes();
    if (bytes.size() < end_size) corrupt("the directory at its end is missing");
    std::size_t end = bytes.size() - end_size;
    const std::size_t last = end > longest_comment ? end - longest_comment : 0;
    while (number<std::uint32_t>(bytes, end) != end_signature) {
        if (end == last) corrupt("the directory at its end is missing; it is cut short");
        --end;
    }
    std::uint64_t count = number<std::uint16_t>(bytes, end + 10), size = number<std::uint32_t>(bytes, end + 12),
                  at = number<std::uint32_t>(bytes, end + 16);
    const bool wide = count == 0xFFFF || size == 0xFFFFFFFF || at == 0xFFFFFFFF;
    if (wide && end >= locator64_size &&
        number<std::uint32_t>(bytes, end - locator64_size) == locator64_signature) {
        const auto end64 = number<std::uint64_t>(bytes, end - locator64_size + 8);
        if (!fits(bytes, end64, end64_size) ||
            number<std::uint32_t>(bytes, static_cast<std::size_t>(end64)) != end64_signature)
            corrupt("the ZIP64 directory is not where the file says");
        const auto place = static_cast<std::size_t>(end64);
        count = number<std::uint64_t>(bytes, place + 32);
        size = number<std::uint64_t>(bytes, place + 40);
        at = number<std::uint64_t>(bytes, place + 48);
    }
    if (!fits(bytes, at, size)) corrupt("the directory lies outside the file");
    if (count > most_entries || count > size / central_size)
        corrupt("the directory claims " + std::to_string(count) + " members in " + std::to_string(size) + " bytes");
    const auto directory = bytes.subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(size));
    std::size_t place = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        if (!fits(directory, place, central_size) || number<std::uint32_t>(directory, place) != central_signature)
            corrupt("member " + std::to_string(i) + " of the directory is unreadable");
        const std::size_t name = number<std::uint16_t>(directory, place + 28),
                          extra = number<std::uint16_t>(directory, place + 30),
                          comment = number<std::uint16_t>(directory, place + 32);
        if (!fits(directory, place, central_size + name + extra + comment))
            corrupt("member " + std::to_string(i) + " of the directory reaches past it");
        ZipEntry entry;
        entry.name.assign(reinterpret_cast<const char*>(directory.data() + place + central_size), name);
        const auto flags = number<std::uint16_t>(directory, place + 8);
        entry.method = number<std::uint16_t>(directory, place + 10);
        entry.crc = number<std::uint32_t>(directory, place + 16);
        entry.stored_size = number<std::uint32_t>(directory, place + 20);
        entry.size = number<std::uint32_t>(directory, place + 24);
        entry.header = number<std::uint32_t>(directory, place + 42);
        if (flags & 1U) corrupt("member \"" + entry.name.substr(0, 200) + "\" is encrypted");
        // ZIP64's extra field holds, in this order, those of the three that did not fit.
        std::size_t field = place + central_size + name;
        const std::size_t extra_end = field + extra;
        while (field + 4 <= extra_end) {
            const auto id = number<std::uint16_t>(directory, field);
            const std::size_t length = number<std::uint16_t>(directory, field + 2);
            if (field + 4 + length > extra_end) break;
            std::size_t value = field + 4;
            const std::size_t value_end = value + length;
            if (id == 1)
                for (std::uint64_t* wanted : {&entry.size, &entry.stored_size, &entry.header})
                    if (*wanted == 0xFFFFFFFF && value + 8 <= value_end) {
                        *wanted = number<std::uint64_t>(directory, value);
                        value += 8;
                    }
            field += 4 + length;
        }
        place += central_size + name + extra + comment;
        raw(entry); // its place is checked here, not when it is read
        if (!entries_.emplace(entry.name, entry).second)
            corrupt("member \"" + entry.name.substr(0, 200) + "\" is there twice");
    }
}

std::span<const std::byte> ZipFile::raw(const ZipEntry& entry) const {
    const auto bytes = file_.bytes();
    const std::string name = "member \"" + entry.name.substr(0, 200) + "\"";
    if (!fits(bytes, entry.header, local_size) ||
        number<std::uint32_t>(bytes, static_cast<std::size_t>(entry.header)) != local_signature)
        corrupt(name + " is not where the directory says");
    const auto header = static_cast<std::size_t>(entry.header);
    const std::uint64_t begin = entry.header + local_size + number<std::uint16_t>(bytes, header + 26) +
                                number<std::uint16_t>(bytes, header + 28);
    if (!fits(bytes, begin, entry.stored_size)) corrupt(name + " reaches past the end of the file");
    if (entry.method != 0 && entry.method != 8)
        corrupt(name + " is packed by method " + std::to_string(entry.method) + ", expected stored or deflated");
    if (entry.method == 0 && entry.size != entry.stored_size) corrupt(name + " has two different sizes");
    if (entry.size / best_compression > entry.stored_size)
        corrupt(name + " claims " + std::to_string(entry.size) + " bytes from " + std::to_string(entry.stored_size));
    return bytes.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(entry.stored_size));
}

const ZipEntry* ZipFile::find(std::string_view name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second;
}

std::span<const std::byte> ZipFile::stored(const ZipEntry& entry) const {
    return entry.method == 0 ? raw(entry) : std::span<const std::byte>{};
}

std::vector<std::byte> ZipFile::inflate(const ZipEntry& entry, std::size_t count) const {
    const auto packed = raw(entry);
    std::vector<std::byte> bytes(count);
    Inflater inflater;
    if (!inflater.ready) throw Error(path().string() + ": zlib can't be started");
    z_stream& stream = inflater.stream;
    std::size_t taken = 0, made = 0;
    int status = Z_OK;
    // zlib counts in 32 bits: large members go through in parts.
    constexpr std::size_t most = std::size_t{1} << 30;
    while (made < count && status != Z_STREAM_END) {
        const std::size_t in = std::min(most, packed.size() - taken), out = std::min(most, count - made);
        stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data() + taken));
        stream.avail_in = static_cast<uInt>(in);
        stream.next_out = reinterpret_cast<Bytef*>(bytes.data() + made);
        stream.avail_out = static_cast<uInt>(out);
        status = ::inflate(&stream, Z_NO_FLUSH);
        const std::size_t used = in - stream.avail_in, got = out - stream.avail_out;
        taken += used, made += got;
        if ((status != Z_OK && status != Z_STREAM_END) || (used == 0 && got == 0))
            corrupt("member \"" + entry.name.substr(0, 200) + "\" can't be unpacked");
    }
    if (made != count) corrupt("member \"" + entry.name.substr(0, 200) + "\" is shorter than it says");
    return bytes;
}

std::vector<std::byte> ZipFile::read(const ZipEntry& entry) const {
    std::vector<std::byte> bytes;
    if (entry.method == 0) {
        const auto where = raw(entry);
        bytes.assign(where.begin(), where.end());
    } else {
        bytes = inflate(entry, static_cast<std::size_t>(entry.size));
    }
    const auto sum = ::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
    if (sum != entry.crc) corrupt("member \"" + entry.name.substr(0, 200) + "\" fails its check sum");
    return bytes;
}

std::vector<std::byte> ZipFile::read_front(const ZipEntry& entry, std::size_t count) const {
    count = static_cast<std::size_t>(std::min<std::uint64_t>(count, entry.size));
    if (entry.method != 0) return inflate(entry, count);
    const auto where = raw(entry).first(count);
    return {where.begin(), where.end()};
}

} // namespace cdra::tensor_io
