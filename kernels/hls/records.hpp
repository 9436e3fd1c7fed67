// The record stream: kinds, field offsets and codes. The one definition of the layout: the HLS kernels, the host codecs and
// (generated from here) the SystemVerilog package use it. docs/kernel-contract.md is its prose.
// SPDX-License-Identifier: Apache-2.0
//
// A record is a whole number of 64-byte beats, little-endian. Bytes 0..15 are the header; the payload follows; the rest of the
// last beat is zero. Addresses and hashes are byte strings in their usual (big-endian) order; numbers are little-endian.
// Plain C++14 so that Vitis HLS reads it unchanged. No field crosses a beat.
#ifndef JITBOX_HLS_RECORDS_HPP
#define JITBOX_HLS_RECORDS_HPP

#include <cstddef>
#include <cstdint>

namespace jitbox {
namespace records {

// ---- capacity of one card image
constexpr std::uint32_t beat_bytes = 64;
constexpr std::uint32_t header_bytes = 16;
constexpr std::uint32_t max_transaction_bytes = 128 * 1024;
constexpr std::uint32_t max_payload_bytes =
    max_transaction_bytes; ///< a longer payload_bytes is malformed; such a record is one beat
constexpr std::uint32_t max_pools = 1024;
constexpr std::uint32_t max_routers = 32;
constexpr std::uint32_t window_ticks_each_side = 64;
constexpr std::uint32_t max_candidates = 4096;
constexpr std::uint32_t default_candidates = 64;
constexpr std::uint32_t max_legs = 64;         ///< SWAP records of one transaction; more is REJECT(too_many_legs)
constexpr std::uint32_t max_hops = 64;         ///< hops of one path
constexpr std::uint32_t max_calls = 4096;      ///< calls of multicalls and commands of plans in one transaction
constexpr std::uint32_t max_nesting = 4;       ///< multicalls within each other; sub-plans within each other
constexpr std::uint32_t max_swap_steps = 1024; ///< steps of one simulated swap on the card

enum class Kind : std::uint8_t {
    invalid = 0x00,
    tx = 0x01,
    pool = 0x02,
    ticks = 0x03,
    params = 0x04,
    routers = 0x05,
    block = 0x06,
    barrier = 0x07,
    tx_seen = 0x81,
    swap = 0x82,
    decision = 0x83,
    reject = 0x84,
    barrier_done = 0x87,
};

namespace header {
constexpr std::size_t kind = 0;          // u8
constexpr std::size_t flags = 1;         // u8, zero in every kind so far
constexpr std::size_t reserved = 2;      // u16, zero
constexpr std::size_t payload_bytes = 4; // u32, without the padding
constexpr std::size_t sequence = 8;      // u64, given by the host; outputs carry the sequence of the input that caused them
} // namespace header

/// Beats of a record whose header says `payload_bytes`. A length over max_payload_bytes frames as one beat.
constexpr std::uint32_t beats_of(std::uint32_t payload_bytes) {
    return payload_bytes > max_payload_bytes ? 1U : (header_bytes + payload_bytes + beat_bytes - 1U) / beat_bytes;
}

// ---- in: host -> card. Offsets count from the start of the record.
namespace tx {
constexpr std::size_t raw = 16; // payload_bytes bytes
} // namespace tx

namespace pool { // identity and full state; makes the pool's TICKS stale unless they carry the same state_version
constexpr std::size_t pool_index = 16;              // u16, chosen by the host, < max_pools
constexpr std::size_t pool_kind = 18;               // u8, PoolKind
constexpr std::size_t in_service = 19;              // u8, 0 or 1; 0: legs on it are REJECT(pool_out_of_service)
constexpr std::size_t fee = 20;                     // u32, parts per million
constexpr std::size_t tick_spacing = 24;            // i32
constexpr std::size_t tick = 28;                    // i32
constexpr std::size_t fee_protocol = 32;            // u32, as the pool stores it in slot0
constexpr std::size_t state_version = 40;           // u64, grows with every change of the pool's state
constexpr std::size_t block_number = 48;            // u64, the block after which this state holds
constexpr std::size_t address = 64;                 // 20
constexpr std::size_t token0 = 84;                  // 20
constexpr std::size_t token1 = 104;                 // 20
constexpr std::size_t factory = 128;                // 20
constexpr std::size_t sqrt_price_x96 = 160;         // u256 (uint160)
constexpr std::size_t liquidity = 192;              // u128
constexpr std::size_t max_liquidity_per_tick = 208; // u128
constexpr std::size_t total_bytes = 256;
} // namespace pool

namespace ticks { // the initialised ticks around the price: at most 64 at or below pool.tick and 64 above, ascending, one a beat
constexpr std::size_t pool_index = 16;    // u16
constexpr std::size_t count_below = 18;   // u16, entries with tick <= pool.tick
constexpr std::size_t count_above = 20;   // u16, entries with tick > pool.tick
constexpr std::size_t known_lower = 24;   // i32, every initialised tick in [known_lower, known_upper] is listed
constexpr std::size_t known_upper = 28;   // i32
constexpr std::size_t state_version = 32; // u64, must equal the POOL record's
constexpr std::size_t entries = 64;
constexpr std::size_t entry_bytes = 64;
namespace entry {
constexpr std::size_t tick = 0;             // i32
constexpr std::size_t liquidity_gross = 16; // u128
constexpr std::size_t liquidity_net = 32;   // i128
} // namespace entry
} // namespace ticks

namespace params {                          // valuation and budget of one pool
constexpr std::size_t pool_index = 16;      // u16
constexpr std::size_t candidates = 18;      // u16, K, 1..max_candidates
constexpr std::size_t tip_ppm = 20;         // u32, of the profit before tip, 0..1,000,000
constexpr std::size_t price0_x96 = 32;      // u256, wei a unit of token0, Q96
constexpr std::size_t price1_x96 = 64;      // u256
constexpr std::size_t budget0 = 96;         // u256, inventory of token0 that one position may use
constexpr std::size_t budget1 = 128;        // u256
constexpr std::size_t gas_cost_wei = 160;   // u256, mint + burn
constexpr std::size_t tip_floor_wei = 192;  // u256
constexpr std::size_t min_profit_wei = 224; // u256, a smaller profit is REJECT(unprofitable)
constexpr std::size_t total_bytes = 256;
} // namespace params

namespace routers {               // replaces the whole table
constexpr std::size_t count = 16; // u32
constexpr std::size_t entries = 64;
constexpr std::size_t entry_bytes = 64;
namespace entry {
constexpr std::size_t address = 0;  // 20
constexpr std::size_t kind = 20;    // u8, RouterKind
constexpr std::size_t factory = 24; // 20, whose pools this router swaps on
} // namespace entry
} // namespace routers

namespace block {                           // a new head
constexpr std::size_t number = 16;          // u64
constexpr std::size_t timestamp = 24;       // u64
constexpr std::size_t hash = 32;            // 32
constexpr std::size_t parent_hash = 64;     // 32
constexpr std::size_t base_fee_wei = 96;    // u128, of the next block
constexpr std::size_t next_timestamp = 112; // u64, expected timestamp of the next block: deadlines are judged by it
constexpr std::size_t total_bytes = 128;
} // namespace block

namespace barrier {
constexpr std::size_t token = 16; // u64, the host's; comes back in BARRIER_DONE
constexpr std::size_t total_bytes = 64;
} // namespace barrier

// ---- out: card -> host. For one TX: for each leg SWAP then DECISION or REJECT, and TX_SEEN last, so that the hash is never waited
// for before a decision and the host knows at TX_SEEN that no further leg of that transaction follows.
namespace tx_seen {
constexpr std::size_t tx_type = 16;                   // u8, 0..4
constexpr std::size_t status = 17;                    // u8, TxStatus
constexpr std::size_t reason = 18;                    // u16, Reason, when rejected
constexpr std::size_t leg_count = 20;                 // u8
constexpr std::size_t router_kind = 21;               // u8, RouterKind of `to`, none when it is no router
constexpr std::size_t has_to = 22;                    // u8, 0 for contract creation
constexpr std::size_t has_chain_id = 23;              // u8, 0 for legacy before EIP-155
constexpr std::size_t chain_id = 24;                  // u64
constexpr std::size_t hash = 32;                      // 32, keccak256 of the raw bytes, valid for every status
constexpr std::size_t nonce = 64;                     // u64
constexpr std::size_t gas_limit = 72;                 // u64
constexpr std::size_t to = 80;                        // 20
constexpr std::size_t v = 104;                        // u64, as in the envelope (y parity for typed transactions)
constexpr std::size_t max_fee_per_gas = 128;          // u256 (gasPrice for legacy and 0x01)
constexpr std::size_t max_priority_fee_per_gas = 160; // u256 (gasPrice for legacy and 0x01)
constexpr std::size_t value = 192;                    // u256
constexpr std::size_t signature_r = 224;              // u256
constexpr std::size_t signature_s = 256;              // u256
constexpr std::size_t total_bytes = 320;
} // namespace tx_seen

namespace swap {
constexpr std::size_t router_kind = 16; // u8
constexpr std::size_t leg_index = 17;   // u8, 0.. within the transaction, in the order of execution
constexpr std::size_t hop = 18;  // u8, 0 = the hop that executes first; an exact-output path executes from its last token backwards
constexpr std::size_t hops = 19; // u8
constexpr std::size_t flags = 20;                 // u32, SwapFlag
constexpr std::size_t fee = 24;                   // u32
constexpr std::size_t deadline = 32;              // u64, saturated; valid with has_deadline
constexpr std::size_t token_in = 64;              // 20
constexpr std::size_t token_out = 84;             // 20
constexpr std::size_t factory = 104;              // 20
constexpr std::size_t amount = 128;               // u256, amount in (exact in) or out (exact out) when amount_known
constexpr std::size_t limit = 160;                // u256, the user's minimum out or maximum in of the whole path
constexpr std::size_t sqrt_price_limit_x96 = 192; // u256, 0 = none
constexpr std::size_t pool_address = 224;         // 20, with direct_pool only
constexpr std::size_t total_bytes = 256;
} // namespace swap

enum SwapFlag : std::uint32_t {
    swap_zero_for_one = 1U << 0,
    swap_exact_in = 1U << 1,
    swap_amount_known = 1U << 2,
    swap_has_deadline = 1U << 3,
    swap_direct_pool = 1U << 4, ///< `to` is a pool of the pool table; tokens, fee and factory are that pool's
    swap_may_revert = 1U << 5,  ///< UniversalRouter command flag 0x80: the transaction goes on without this leg
};

namespace decision {
constexpr std::size_t pool_index = 16;            // u16
constexpr std::size_t leg_index = 18;             // u8
constexpr std::size_t flags = 19;                 // u8, bits 0..1 as SwapFlag
constexpr std::size_t candidates = 20;            // u16, evaluated
constexpr std::size_t profitable = 22;            // u16, of them with profit > 0
constexpr std::size_t tick_lower = 24;            // i32
constexpr std::size_t tick_upper = 28;            // i32
constexpr std::size_t state_version = 32;         // u64
constexpr std::size_t block_number = 40;          // u64
constexpr std::size_t liquidity = 48;             // u128, to mint
constexpr std::size_t pool_address = 64;          // 20
constexpr std::size_t tick_before = 84;           // i32
constexpr std::size_t tick_after = 88;            // i32, with us
constexpr std::size_t tick_alone = 92;            // i32, without us
constexpr std::size_t sqrt_price_before = 96;     // u256
constexpr std::size_t sqrt_price_after = 128;     // u256
constexpr std::size_t sqrt_price_alone = 160;     // u256
constexpr std::size_t mint0 = 192;                // u256
constexpr std::size_t mint1 = 224;                // u256
constexpr std::size_t burn0 = 256;                // u256
constexpr std::size_t burn1 = 288;                // u256
constexpr std::size_t fee0 = 320;                 // u256
constexpr std::size_t fee1 = 352;                 // u256
constexpr std::size_t swap0 = 384;                // i256, the pool's Swap event with us
constexpr std::size_t swap1 = 416;                // i256
constexpr std::size_t alone0 = 448;               // i256, the Swap event without us
constexpr std::size_t alone1 = 480;               // i256
constexpr std::size_t profit_wei = 512;           // i256, after gas and tip
constexpr std::size_t gross_profit_wei = 544;     // i256, V(burn + fees) - V(mint)
constexpr std::size_t tip_wei = 576;              // u256
constexpr std::size_t gas_cost_wei = 608;         // u256
constexpr std::size_t amount_specified = 640;     // i256, positive = exact in
constexpr std::size_t sqrt_price_limit_x96 = 672; // u256, as used by the swap
constexpr std::size_t total_bytes = 704;
} // namespace decision

namespace reject {
constexpr std::size_t stage = 16;           // u8, Stage
constexpr std::size_t leg_index = 17;       // u8
constexpr std::size_t reason = 18;          // u16, Reason
constexpr std::size_t pool_index = 20;      // u16, 0xffff = none
constexpr std::size_t input_kind = 22;      // u8, kind byte of the input record
constexpr std::size_t candidates = 24;      // u16, evaluated
constexpr std::size_t best_profit_wei = 32; // i256, with unprofitable
constexpr std::size_t total_bytes = 64;
} // namespace reject

// ---- codes
enum class PoolKind : std::uint8_t { removed = 0, uniswap_v3 = 1, pancake_v3 = 2 };

/// The ABI of a router; the factory beside it says whose pools. Forks with the same ABI share a kind.
enum class RouterKind : std::uint8_t {
    none = 0,
    swap_router = 1,           ///< v3-periphery SwapRouter (deadline in the struct), multicall(bytes[])
    swap_router02 = 2,         ///< swap-router-contracts (no deadline field; multicall with deadline or previous block hash)
    universal_router = 3,      ///< UniversalRouter 1.2: command mask 0x3f
    universal_router_v2 = 4,   ///< 2.0
    universal_router_v2_1 = 5, ///< 2.1.1: command mask 0x7f, sixth V3 argument
    pool = 6,                  ///< a pool called directly
    universal_router_v1_0 = 7, ///< UniversalRouter 1.0 and 1.1: command mask 0x1f, no sub-plans, strictly decoded inputs
};

enum class TxStatus : std::uint8_t { ok = 0, no_swap = 1, rejected = 2 };
enum class Stage : std::uint8_t { record = 1, parser = 2, range = 3 };

/// Why. 1..63 records, 64..191 transaction envelope and calldata, 192.. range_profit. Numbers are part of the contract: append
/// only.
enum class Reason : std::uint16_t {
    none = 0,
    // records
    unknown_kind = 1,
    bad_length = 2,
    bad_header = 3,
    bad_pool_index = 4,
    bad_field = 5,
    too_many_ticks = 6,
    ticks_unordered = 7,
    ticks_stale = 8,
    too_many_routers = 9,
    pool_table_full = 10,
    // envelope (RLP)
    tx_empty = 64,
    tx_unknown_type = 65,
    rlp_truncated = 66,
    rlp_trailing_bytes = 67,
    rlp_not_a_list = 68,
    rlp_unexpected_list = 69,
    rlp_non_canonical_length = 70,
    rlp_non_canonical_integer = 71,
    rlp_integer_too_large = 72,
    tx_field_count = 73,
    tx_bad_address_length = 74,
    tx_bad_hash_length = 75,
    tx_bad_signature = 76,
    tx_bad_access_list = 77,
    tx_bad_authorization = 78,
    tx_bad_blob_field = 79,
    tx_too_large = 80,
    tx_nonce_too_large = 81, ///< EIP-2681: 2^64 - 1
    tx_bad_v = 82,
    tx_signature_high_s = 83, ///< EIP-2
    tx_bad_chain_id = 84,
    tx_priority_above_max_fee = 85,
    tx_gas_cost_overflow = 86, ///< gas limit x gas price is 2^256 or more
    tx_bad_sidecar = 87,       ///< EIP-4844 / EIP-7594 network wrapper
    // calldata
    calldata_truncated = 128,
    calldata_bad_offset = 129,
    calldata_nested_too_deep = 130,
    calldata_bad_path = 131,
    too_many_legs = 132,
    calldata_bad_word = 133,
    calldata_same_token = 134,
    calldata_bad_command = 135,     ///< a UniversalRouter command that this version does not have
    calldata_length_mismatch = 136, ///< commands against inputs, hop prices against path
    calldata_too_complex = 137,     ///< more than max_calls calls and commands in one transaction
    calldata_amount_overflow = 138, ///< an amount of 2^255 or more
    calldata_bad_price_limit = 139,
    // range_profit
    pool_unknown = 192,
    pool_out_of_service = 193,
    pool_stale = 194,
    params_missing = 195,
    amount_unknown = 196,
    deadline_passed = 197,
    price_limit = 198,
    minimum_out = 199,
    maximum_in = 200,
    out_of_window = 201,
    too_many_steps = 202,
    no_candidate = 203,
    unprofitable = 204,
    amount_overflow = 205,
    value_overflow = 206,
    amount_zero = 207,
    frozen = 208,
    partial_fill = 209,
    liquidity_limit = 210, ///< over maxLiquidityPerTick: the pool's 'LO'
    bad_position = 211,    ///< ticks out of order, off the spacing or out of range, or no liquidity
};

} // namespace records
} // namespace jitbox

#endif
