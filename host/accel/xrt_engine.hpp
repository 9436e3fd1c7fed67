// The engine on a card: two rings in host memory, doorbells, and one thread that is the only one to touch the card. Private to
// accel. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/card_port.hpp"
#include "accel/engine.hpp"

#include <functional>

namespace jitbox::accel {

constexpr std::uint32_t card_ring_beats = 1U << 16U; // 4 MiB a ring
constexpr std::size_t card_memory_bytes = std::size_t{card_ring_beats} * 64 * 2 + 4096;

/// `open` runs on the engine's own thread, which stays: a simulator that it starts dies with that thread, not with the caller's.
Result<std::unique_ptr<Engine>> make_card_engine(std::function<std::unique_ptr<CardPort>()> open,
                                                 std::chrono::milliseconds deadline);

} // namespace jitbox::accel
