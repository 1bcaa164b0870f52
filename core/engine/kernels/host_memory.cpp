// SPDX-FileCopyrightText: The CDRA workbench authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/kernels/host_memory.h"

#include <algorithm>
#include <c10/core/CPUAllocator.h>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <sys/mman.h>
#include <unordered_map>

namespace cdra::engine::kernels {
namespace {

// Smaller tensors are the C library's, which keeps such memory itself.
constexpr std::size_t large = std::size_t{512} << 10;
constexpr std::size_t huge_page = std::size_t{2} << 20;
constexpr std::size_t slack = std::size_t{64} << 20;

// So that tensors of nearly one size share memory; those of several pages begin and end on huge ones.
std::size_t rounded(std::size_t bytes) {
    const std::size_t step = bytes >= 4 * huge_page ? huge_page : std::size_t{64} << 10;
    return (bytes + step - 1) / step * step;
}

void* map_pages(std::size_t bytes) {
    const std::size_t align = bytes >= 4 * huge_page ? huge_page : 0;
    void* begin = ::mmap(nullptr, bytes + align, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (begin == MAP_FAILED) return nullptr;
    if (align == 0) return begin;
    // What stands over on either side goes back at once.
    const auto address = reinterpret_cast<std::uintptr_t>(begin);
    const std::uintptr_t start = (address + align - 1) / align * align;
    if (start > address) ::munmap(begin, start - address);
    if (const auto end = address + align + bytes; end > start + bytes)
        ::munmap(reinterpret_cast<void*>(start + bytes), end - start - bytes);
    ::madvise(reinterpret_cast<void*>(start), bytes, MADV_HUGEPAGE); // advice: without it all goes on as before
    return reinterpret_cast<void*>(start);
}

class Keeper final : public c10::Allocator {
  public:
    explicit Keeper(c10::Allocator* small) : small_(small) {}

    c10::DataPtr allocate(std::size_t bytes) override {
        if (bytes < large) return small_->allocate(bytes);
        void* data = take(rounded(bytes));
        return {data, data, &give_back, c10::Device(c10::DeviceType::CPU)};
    }
    c10::DeleterFnPtr raw_deleter() const override { return &give_back; }
    void copy_data(void* to, const void* from, std::size_t bytes) const override { default_copy_data(to, from, bytes); }

    HostMemory memory() const noexcept {
        const std::lock_guard guard(mutex_);
        return {static_cast<std::int64_t>(in_use_), static_cast<std::int64_t>(kept_)};
    }
    void release() noexcept {
        const std::lock_guard guard(mutex_);
        shrink_to(0);
    }

  private:
    static void give_back(void* data);

    void* take(std::size_t bytes) {
        const std::lock_guard guard(mutex_);
        // The smallest that is large enough, unless more than an eighth of it would lie idle.
        auto found = idle_.lower_bound(bytes);
        void* data = nullptr;
        if (found != idle_.end() && found->first <= bytes + bytes / 8) {
            bytes = found->first;
            data = found->second;
            idle_.erase(found);
            kept_ -= bytes;
        } else {
            const std::size_t most = std::max(most_in_use_, in_use_ + bytes);
            const std::size_t allowed = most + most / 4 + slack;
            shrink_to(allowed > in_use_ + bytes ? allowed - in_use_ - bytes : 0);
            data = map_pages(bytes);
            if (data == nullptr) { // the last reserve, then as LibTorch's own allocator fails
                shrink_to(0);
                data = map_pages(bytes);
            }
            if (data == nullptr)
                C10_THROW_ERROR(Error, "not enough memory: tried to allocate " + std::to_string(bytes) + " bytes");
        }
        sizes_[data] = bytes;
        in_use_ += bytes;
        most_in_use_ = std::max(most_in_use_, in_use_);
        return data;
    }

    bool keep(void* data) {
        const std::lock_guard guard(mutex_);
        const auto found = sizes_.find(data);
        if (found == sizes_.end()) return false;
        idle_.emplace(found->second, data);
        in_use_ -= found->second;
        kept_ += found->second;
        sizes_.erase(found);
        return true;
    }

    // The largest go first: they are the fewest calls.
    void shrink_to(std::size_t bytes) noexcept {
        while (kept_ > bytes && !idle_.empty()) {
            const auto last = std::prev(idle_.end());
            ::munmap(last->second, last->first);
            kept_ -= last->first;
            idle_.erase(last);
        }
    }

    c10::Allocator* small_;
    mutable std::mutex mutex_;
    std::multimap<std::size_t, void*> idle_;      // by size
    std::unordered_map<void*, std::size_t> sizes_; // in use
    std::size_t in_use_ = 0, kept_ = 0, most_in_use_ = 0;
};

// Never destroyed: tensors of static life may outlive it.
Keeper& keeper() {
    static Keeper& only = *std::make_unique<Keeper>(c10::GetDefaultCPUAllocator()).release();
    return only;
}

void Keeper::give_back(void* data) {
    if (data == nullptr || keeper().keep(data)) return;
    keeper().small_->raw_deleter()(data);
}

} // namespace

void keep_host_memory() {
    c10::SetCPUAllocator(&keeper(), /*priority=*/50);
}

HostMemory host_memory() noexcept {
    return keeper().memory();
}

void release_host_memory() noexcept {
    keeper().release();
}

} // namespace cdra::engine::kernels
