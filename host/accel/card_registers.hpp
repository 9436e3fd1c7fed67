// The card's registers and the page that it writes into host memory, as rtl/card/card_pkg.sv has them (a test compares the two).
// Both forms of the card, HLS and RTL, have them at these addresses. Private to accel, the card's model and their tests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace jitbox::accel::card {

constexpr std::uint32_t version = 0x6a620001; ///< "jb", then the version of this map
constexpr std::uint32_t contract_version = 1;

// Byte addresses. 64-bit registers: low word here, high word at + 4.
constexpr std::uint32_t reg_control = 0x000; ///< bit 0: run
constexpr std::uint32_t reg_in_ring = 0x010;
constexpr std::uint32_t reg_out_ring = 0x020;
constexpr std::uint32_t reg_page = 0x030;
constexpr std::uint32_t reg_in_tail = 0x040;
constexpr std::uint32_t reg_out_head = 0x050;
constexpr std::uint32_t reg_ring_beats = 0x060;
constexpr std::uint32_t reg_freeze = 0x070;
constexpr std::uint32_t reg_soft_reset = 0x080;
constexpr std::uint32_t reg_status = 0x090;
constexpr std::uint32_t reg_error = 0x0a0;
constexpr std::uint32_t reg_version = 0x0b0;
constexpr std::uint32_t reg_contract = 0x0c0;
constexpr std::uint32_t reg_cycles = 0x0d0; ///< 64 bits; reading the low word holds the high one
constexpr std::uint32_t reg_records_in = 0x0e0;
constexpr std::uint32_t reg_records_out = 0x0f0;
constexpr std::uint32_t reg_decisions = 0x100;
constexpr std::uint32_t reg_in_head = 0x110;
constexpr std::uint32_t reg_out_tail = 0x120;

// Bits of reg_status.
constexpr std::uint32_t status_running = 0;
constexpr std::uint32_t status_frozen = 1; ///< acknowledged: no DECISION leaves any more
constexpr std::uint32_t status_error = 2;
constexpr std::uint32_t status_resetting = 3;
constexpr std::uint32_t status_stop_pin = 4;

constexpr std::uint32_t error_none = 0;
constexpr std::uint32_t error_ring_beats = 1;
constexpr std::uint32_t error_address = 2;
constexpr std::uint32_t error_in_tail = 3;
constexpr std::uint32_t error_out_head = 4;
constexpr std::uint32_t error_read = 5;
constexpr std::uint32_t error_write = 6;

constexpr std::uint32_t min_ring_beats = 4096;
constexpr std::uint32_t max_ring_beats = 1U << 20U;

/// First beat of the page. Positions count beats modulo 2^32.
namespace page {
constexpr std::size_t out_tail = 0;    // u64, the output ring is written up to here, always between two records
constexpr std::size_t in_head = 8;     // u64, the input ring is taken up to here
constexpr std::size_t records_in = 16; // u64
constexpr std::size_t status = 24;     // u64, reg_status
} // namespace page

} // namespace jitbox::accel::card
