// What an engine counts, and how it hands a record out: the same for every engine. Private to accel.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/engine.hpp"
#include "accel/frozen_reject.hpp"

#include <atomic>

namespace jitbox::accel {

/// The producer and the consumer each count their side; any thread may read.
class EngineTally {
public:
    void took(BytesView record) noexcept {
        records_in_.fetch_add(1, std::memory_order_relaxed);
        bytes_in_.fetch_add(record.size(), std::memory_order_relaxed);
    }

    /// Gives the record to `sink`; a DECISION of a frozen engine as REJECT(frozen).
    void hand_out(BytesView record, bool frozen, const Engine::Sink& sink) {
        const auto kind = static_cast<records::Kind>(record[records::header::kind]);
        records_out_.fetch_add(1, std::memory_order_relaxed);
        const bool decided = kind == records::Kind::decision;
        if (decided && !frozen) decisions_.fetch_add(1, std::memory_order_relaxed);
        if (kind == records::Kind::reject || (decided && frozen)) rejects_.fetch_add(1, std::memory_order_relaxed);
        if (decided && frozen)
            sink(frozen_reject(record));
        else
            sink(record);
    }

    [[nodiscard]] EngineCounters counters() const noexcept {
        return {.records_in = records_in_.load(std::memory_order_relaxed),
                .records_out = records_out_.load(std::memory_order_relaxed),
                .bytes_in = bytes_in_.load(std::memory_order_relaxed),
                .decisions = decisions_.load(std::memory_order_relaxed),
                .rejects = rejects_.load(std::memory_order_relaxed)};
    }

private:
    std::atomic<std::uint64_t> records_in_{0};
    std::atomic<std::uint64_t> records_out_{0};
    std::atomic<std::uint64_t> bytes_in_{0};
    std::atomic<std::uint64_t> decisions_{0};
    std::atomic<std::uint64_t> rejects_{0};
};

} // namespace jitbox::accel
