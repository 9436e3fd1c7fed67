// Where the time of one transaction goes: a monotonic timestamp for each stage on the way from the frame to the POST.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace jitbox::telemetry {

/// Nanoseconds of the monotonic clock; only differences mean anything.
[[nodiscard]] inline std::int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// In the order of the way of one swap (architecture.md).
enum class Stage : std::uint8_t {
    frame,   ///< the feed's frame has arrived
    parsed,  ///< its JSON is read, the raw bytes are rebuilt and their hash is checked
    decided, ///< the engine's DECISION is drained
    planned, ///< the bundle is composed, unsigned
    gated,   ///< the risk gate has approved it
    signed_, ///< both transactions are signed
    posted,  ///< the request is written to the first relay
};
constexpr std::size_t stage_count = 7;

[[nodiscard]] constexpr std::string_view name_of(Stage stage) {
    constexpr std::array<std::string_view, stage_count> names{"frame", "parsed", "decided", "planned", "gated", "signed", "posted"};
    return names[static_cast<std::size_t>(stage)];
}

/// Timestamps of one transaction. A stage that was not reached is zero.
class StageClock {
public:
    void mark(Stage stage) { mark(stage, now_ns()); }
    void mark(Stage stage, std::int64_t at_ns) { at_ns_[static_cast<std::size_t>(stage)] = at_ns; }
    [[nodiscard]] std::int64_t at(Stage stage) const { return at_ns_[static_cast<std::size_t>(stage)]; }
    /// Nanoseconds from `from` to `to`; -1 when either was not reached.
    [[nodiscard]] std::int64_t between(Stage from, Stage to) const { return at(from) == 0 || at(to) == 0 ? -1 : at(to) - at(from); }
    /// Duration of `stage` itself, counted from the stage before it.
    [[nodiscard]] std::int64_t duration(Stage stage) const {
        return stage == Stage::frame ? 0 : between(static_cast<Stage>(static_cast<std::uint8_t>(stage) - 1), stage);
    }

private:
    std::array<std::int64_t, stage_count> at_ns_{};
};

} // namespace jitbox::telemetry
