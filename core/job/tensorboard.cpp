// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/job/tensorboard.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"

#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <unistd.h>

namespace cdra::job {
namespace {

constexpr std::string_view file_prefix = "events.out.tfevents.";
constexpr std::size_t longest_record = std::size_t{1} << 20; // ours have some fifty bytes

constexpr std::array<std::uint32_t, 256> crc_table = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t crc = i;
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78U : 0U);
        table[i] = crc;
    }
    return table;
}();

template <class T>
void put(std::string& out, T value) {
    for (std::size_t i = 0; i < sizeof value; ++i) out += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 255U);
}
void put_varint(std::string& out, std::uint64_t value) {
    for (; value >= 128; value >>= 7) out += static_cast<char>(value | 128);
    out += static_cast<char>(value);
}
void put_bytes(std::string& out, int field, std::string_view bytes) {
    put_varint(out, static_cast<std::uint64_t>(field) << 3 | 2);
    put_varint(out, bytes.size());
    out += bytes;
}

double now() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}
// Event: wall_time = 1 (double), step = 2 (int64).
std::string event_head(std::int64_t step) {
    std::string event;
    event += static_cast<char>(1 << 3 | 1);
    put(event, std::bit_cast<std::uint64_t>(now()));
    if (step != 0) {
        event += static_cast<char>(2 << 3 | 0);
        put_varint(event, static_cast<std::uint64_t>(step));
    }
    return event;
}

std::string record(std::string_view message) {
    std::string bytes;
    put(bytes, static_cast<std::uint64_t>(message.size()));
    put(bytes, masked_crc32c(std::string_view(bytes).substr(0, 8)));
    bytes += message;
    put(bytes, masked_crc32c(message));
    return bytes;
}

template <class T>
T get(std::string_view bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = sizeof(T); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return static_cast<T>(value);
}

// The message at the start of `rest`; nullopt for a torn or damaged one.
std::optional<std::string_view> message_at(std::string_view rest) {
    if (rest.size() < 16) return std::nullopt;
    const auto size = get<std::uint64_t>(rest);
    if (size > longest_record || size > rest.size() - 16 || get<std::uint32_t>(rest.substr(8)) != masked_crc32c(rest.substr(0, 8)))
        return std::nullopt;
    const auto message = rest.substr(12, static_cast<std::size_t>(size));
    if (get<std::uint32_t>(rest.substr(12 + message.size())) != masked_crc32c(message)) return std::nullopt;
    return message;
}

// Field 2 of the messages that this file writes: it follows the wall time.
std::int64_t step_of(std::string_view message) {
    if (message.size() < 11 || message[9] != (2 << 3 | 0)) return 0;
    std::uint64_t step = 0;
    for (std::size_t i = 10, shift = 0; i < message.size() && shift < 64; ++i, shift += 7) {
        step |= static_cast<std::uint64_t>(message[i] & 127) << shift;
        if ((message[i] & 128) == 0) break;
    }
    return static_cast<std::int64_t>(step);
}

std::string host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
    std::string text(name.data());
    for (char& c : text)
        if (c == '/') c = '-';
    return text;
}

} // namespace

std::uint32_t masked_crc32c(std::string_view bytes) noexcept {
    std::uint32_t crc = ~0U;
    for (const char c : bytes) crc = crc >> 8 ^ crc_table[(crc ^ static_cast<unsigned char>(c)) & 255U];
    crc = ~crc;
    return std::rotr(crc, 15) + 0xA282EAD8U;
}

void TensorBoardWriter::append(std::string_view message) {
    const std::string bytes = record(message);
    std::string_view rest = bytes;
    while (!rest.empty()) {
        const ssize_t written = ::write(file_.get(), rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw IoError(path_.string() + ": cannot append: " + std::strerror(errno));
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
}

void TensorBoardWriter::scalar(std::int64_t step, std::string_view tag, double value) {
    if (!file_) {
        static std::atomic<int> count{0};
        path_ = folder_ / (std::string(file_prefix) + std::to_string(static_cast<std::int64_t>(now())) + "." + host_name() +
                           "." + std::to_string(::getpid()) + "." + std::to_string(count++));
        file_ = FileDescriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
        if (!file_) throw IoError(path_.string() + ": cannot open: " + std::strerror(errno));
        std::string first = event_head(0);
        put_bytes(first, 3, "brain.Event:2"); // file_version
        append(first);
    }
    std::string item; // Summary.Value: tag = 1, simple_value = 2 (float)
    put_bytes(item, 1, tag);
    item += static_cast<char>(2 << 3 | 5);
    put(item, std::bit_cast<std::uint32_t>(static_cast<float>(value)));
    std::string summary; // Summary: value = 1
    put_bytes(summary, 1, item);
    std::string event = event_head(step);
    put_bytes(event, 5, summary);
    append(event);
}

void cut_tensorboard_after(const std::filesystem::path& folder, std::int64_t step) {
    std::error_code code;
    for (const auto& entry : std::filesystem::directory_iterator(folder, code)) {
        if (!entry.path().filename().string().starts_with(file_prefix)) continue;
        const std::string all = read_text_file(entry.path(), std::size_t{1} << 30);
        std::string kept;
        std::size_t at = 0;
        while (const auto message = message_at(std::string_view(all).substr(at))) {
            const std::size_t size = message->size() + 16;
            if (step_of(*message) <= step) kept.append(all, at, size);
            at += size;
        }
        if (kept.size() != all.size()) write_file_atomically(entry.path(), kept);
    }
}

} // namespace cdra::job
