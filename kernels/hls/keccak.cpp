// Keccak-256: the permutation with its lanes unrolled (registers on a CPU, one round of logic on the card) and the sponge.
// SPDX-License-Identifier: Apache-2.0
#include "hls/keccak.hpp"

namespace jitbox {
namespace hlsk {
namespace {

// FIPS 202, section 3.2.5.
constexpr std::uint64_t round_constants[keccak_rounds] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
    0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
    0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

inline std::uint64_t rotate(std::uint64_t x, int n) {
    return (x << n) | (x >> (64 - n));
}

/// chi over one plane of five lanes.
inline void chi(std::uint64_t* out, std::uint64_t b0, std::uint64_t b1, std::uint64_t b2, std::uint64_t b3, std::uint64_t b4) {
#pragma HLS inline
    out[0] = b0 ^ (~b1 & b2);
    out[1] = b1 ^ (~b2 & b3);
    out[2] = b2 ^ (~b3 & b4);
    out[3] = b3 ^ (~b4 & b0);
    out[4] = b4 ^ (~b0 & b1);
}

/// One round: theta, rho, pi, chi, iota (FIPS 202, section 3.3), every lane written out so that none is ever indexed by a variable.
inline void keccak_round(const std::uint64_t a[keccak_lanes], std::uint64_t e[keccak_lanes], std::uint64_t constant) {
#pragma HLS inline
    const std::uint64_t c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20];
    const std::uint64_t c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21];
    const std::uint64_t c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22];
    const std::uint64_t c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23];
    const std::uint64_t c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24];
    const std::uint64_t d0 = c4 ^ rotate(c1, 1);
    const std::uint64_t d1 = c0 ^ rotate(c2, 1);
    const std::uint64_t d2 = c1 ^ rotate(c3, 1);
    const std::uint64_t d3 = c2 ^ rotate(c4, 1);
    const std::uint64_t d4 = c3 ^ rotate(c0, 1);
    chi(e, a[0] ^ d0, rotate(a[6] ^ d1, 44), rotate(a[12] ^ d2, 43), rotate(a[18] ^ d3, 21), rotate(a[24] ^ d4, 14));
    e[0] ^= constant;
    chi(e + 5, rotate(a[3] ^ d3, 28), rotate(a[9] ^ d4, 20), rotate(a[10] ^ d0, 3), rotate(a[16] ^ d1, 45), rotate(a[22] ^ d2, 61));
    chi(e + 10, rotate(a[1] ^ d1, 1), rotate(a[7] ^ d2, 6), rotate(a[13] ^ d3, 25), rotate(a[19] ^ d4, 8), rotate(a[20] ^ d0, 18));
    chi(e + 15, rotate(a[4] ^ d4, 27), rotate(a[5] ^ d0, 36), rotate(a[11] ^ d1, 10), rotate(a[17] ^ d2, 15),
        rotate(a[23] ^ d3, 56));
    chi(e + 20, rotate(a[2] ^ d2, 62), rotate(a[8] ^ d3, 55), rotate(a[14] ^ d4, 39), rotate(a[15] ^ d0, 41),
        rotate(a[21] ^ d1, 2));
}

/// Little-endian lane; compilers make one load of it.
inline std::uint64_t load_lane(const std::uint8_t* p) {
#pragma HLS inline
    return std::uint64_t{p[0]} | std::uint64_t{p[1]} << 8 | std::uint64_t{p[2]} << 16 | std::uint64_t{p[3]} << 24 |
           std::uint64_t{p[4]} << 32 | std::uint64_t{p[5]} << 40 | std::uint64_t{p[6]} << 48 | std::uint64_t{p[7]} << 56;
}

} // namespace

void keccak_f1600(std::uint64_t state[keccak_lanes]) {
#pragma HLS array_partition variable = state complete
    std::uint64_t a[keccak_lanes];
    std::uint64_t e[keccak_lanes];
#pragma HLS array_partition variable = a complete
#pragma HLS array_partition variable = e complete
    for (int i = 0; i < keccak_lanes; ++i) {
#pragma HLS unroll
        a[i] = state[i];
    }
    for (int round = 0; round < keccak_rounds; round += 2) {
#pragma HLS pipeline II = 2
        keccak_round(a, e, round_constants[round]);
        keccak_round(e, a, round_constants[round + 1]);
    }
    for (int i = 0; i < keccak_lanes; ++i) {
#pragma HLS unroll
        state[i] = a[i];
    }
}

void keccak256(const std::uint8_t* data, std::size_t size, std::uint8_t out[32]) {
    constexpr int rate_lanes = static_cast<int>(keccak_rate_bytes / 8);
    std::uint64_t state[keccak_lanes];
#pragma HLS array_partition variable = state complete
    for (int i = 0; i < keccak_lanes; ++i) {
#pragma HLS unroll
        state[i] = 0;
    }
    std::size_t at = 0;
    for (; size - at >= keccak_rate_bytes; at += keccak_rate_bytes) {
#pragma HLS loop_tripcount min = 0 max = 964
        for (int i = 0; i < rate_lanes; ++i) {
#pragma HLS unroll
            state[i] ^= load_lane(data + at + static_cast<std::size_t>(i) * 8);
        }
        keccak_f1600(state);
    }
    const std::size_t tail = size - at;
    for (std::size_t i = 0; i < tail / 8; ++i) {
#pragma HLS loop_tripcount min = 0 max = 16
        state[i] ^= load_lane(data + at + i * 8);
    }
    std::uint64_t last = std::uint64_t{1} << (8 * (tail % 8)); // pad10*1 of original Keccak: no domain bits before the first 1
    for (std::size_t i = 0; i < tail % 8; ++i) {
#pragma HLS loop_tripcount min = 0 max = 7
        last |= std::uint64_t{data[at + tail / 8 * 8 + i]} << (8 * i);
    }
    state[tail / 8] ^= last;
    state[rate_lanes - 1] ^= std::uint64_t{1} << 63;
    keccak_f1600(state);
    for (int i = 0; i < 32; ++i) {
#pragma HLS unroll
        out[i] = static_cast<std::uint8_t>(state[i / 8] >> (8 * (i % 8)));
    }
}

} // namespace hlsk
} // namespace jitbox
