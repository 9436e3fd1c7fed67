// A ring of whole records between two threads: one writes, one reads, neither takes a lock. Private to accel.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

namespace jitbox::accel {

/// Positions count bytes for ever; the capacity is a power of two. A record may wrap around the end.
class ByteRing {
public:
    explicit ByteRing(std::size_t capacity)
        : capacity_(capacity), bytes_(std::make_unique_for_overwrite<std::uint8_t[]>(capacity)) {}

    [[nodiscard]] std::size_t capacity() const { return capacity_; }

    /// Writer: false when there is no room now.
    bool try_push(BytesView record) {
        const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
        if (record.size() > capacity_ - static_cast<std::size_t>(tail - head_.load(std::memory_order_acquire))) return false;
        copy_in(tail, record);
        tail_.store(tail + record.size(), std::memory_order_release);
        return true;
    }

    /// Writer: bytes that the reader has not taken yet.
    [[nodiscard]] std::size_t readable_from_writer() const {
        return static_cast<std::size_t>(tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_acquire));
    }

    /// Reader: bytes that are ready.
    [[nodiscard]] std::size_t readable() const {
        return static_cast<std::size_t>(tail_.load(std::memory_order_acquire) - head_.load(std::memory_order_relaxed));
    }
    /// Reader: copies `out.size()` ready bytes without taking them.
    void peek(std::span<std::uint8_t> out) const {
        const auto at = static_cast<std::size_t>(head_.load(std::memory_order_relaxed) & (capacity_ - 1));
        const std::size_t first = std::min(out.size(), capacity_ - at);
        std::memcpy(out.data(), bytes_.get() + at, first);
        if (first < out.size()) std::memcpy(out.data() + first, bytes_.get(), out.size() - first);
    }
    /// Reader: gives the room back.
    void pop(std::size_t count) { head_.store(head_.load(std::memory_order_relaxed) + count, std::memory_order_release); }

private:
    void copy_in(std::uint64_t tail, BytesView record) {
        const auto at = static_cast<std::size_t>(tail & (capacity_ - 1));
        const std::size_t first = std::min(record.size(), capacity_ - at);
        std::memcpy(bytes_.get() + at, record.data(), first);
        if (first < record.size()) std::memcpy(bytes_.get(), record.data() + first, record.size() - first);
    }

    const std::size_t capacity_;
    std::unique_ptr<std::uint8_t[]> bytes_; // NOLINT(modernize-avoid-c-arrays): a raw buffer that is never copied
    alignas(64) std::atomic<std::uint64_t> head_{0};
    alignas(64) std::atomic<std::uint64_t> tail_{0};
};

} // namespace jitbox::accel
