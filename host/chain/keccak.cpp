// Keccak-256 as Ethereum uses it (the original padding, not SHA-3's).
// SPDX-License-Identifier: Apache-2.0
#include "chain/keccak.hpp"

#include <bit>
#include <cstring>

namespace jitbox::chain {
namespace {

using State = std::array<std::uint64_t, 25>;
constexpr std::size_t rate_bytes = 136;

constexpr std::array<std::uint64_t, 24> round_constants = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
    0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
    0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};
constexpr std::array<int, 24> rotations = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                           27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};
constexpr std::array<std::size_t, 24> lanes = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                               15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};

void permute(State& a) {
    for (const std::uint64_t constant : round_constants) {
        std::array<std::uint64_t, 5> parity{};
        for (std::size_t x = 0; x < 5; ++x) parity[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
        for (std::size_t x = 0; x < 5; ++x) {
            const std::uint64_t theta = parity[(x + 4) % 5] ^ std::rotl(parity[(x + 1) % 5], 1);
            for (std::size_t y = 0; y < 25; y += 5) a[y + x] ^= theta;
        }
        std::uint64_t moved = a[1];
        for (std::size_t i = 0; i < 24; ++i) {
            const std::uint64_t next = a[lanes[i]];
            a[lanes[i]] = std::rotl(moved, rotations[i]);
            moved = next;
        }
        for (std::size_t y = 0; y < 25; y += 5) {
            const std::array<std::uint64_t, 5> row = {a[y], a[y + 1], a[y + 2], a[y + 3], a[y + 4]};
            for (std::size_t x = 0; x < 5; ++x) a[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
        }
        a[0] ^= constant;
    }
}

void absorb(State& state, const std::uint8_t* block) {
    for (std::size_t i = 0; i < rate_bytes / 8; ++i) {
        std::uint64_t lane = 0;
        std::memcpy(&lane, block + 8 * i, 8);
        state[i] ^= lane;
    }
    permute(state);
}

} // namespace

Bytes32 keccak256(BytesView bytes) {
    static_assert(std::endian::native == std::endian::little, "lanes are read as they lie in memory");
    State state{};
    for (; bytes.size() >= rate_bytes; bytes = bytes.subspan(rate_bytes)) absorb(state, bytes.data());
    std::array<std::uint8_t, rate_bytes> last{};
    if (!bytes.empty()) std::memcpy(last.data(), bytes.data(), bytes.size());
    last[bytes.size()] = 0x01;
    last[rate_bytes - 1] |= 0x80;
    absorb(state, last.data());
    Bytes32 out{};
    std::memcpy(out.data(), state.data(), out.size());
    return out;
}

Bytes32 keccak256(std::string_view text) {
    Bytes bytes(text.begin(), text.end());
    return keccak256(BytesView(bytes));
}

} // namespace jitbox::chain
