// Little-endian fields of a record in memory. Private to accel.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "chain/u256.hpp"
#include "hls/records.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace jitbox::accel {

static_assert(std::endian::native == std::endian::little, "records are little-endian and copied as they are");

/// Copies the low bytes of an integer: 1, 2, 4, 8, 16 or 32 of them, by the type.
template <typename T>
void put(Bytes& record, std::size_t offset, T value) {
    static_assert(sizeof(T) <= 32);
    std::memcpy(record.data() + offset, &value, sizeof(T));
}

template <std::size_t N>
void put(Bytes& record, std::size_t offset, const std::array<std::uint8_t, N>& value) {
    std::ranges::copy(value, record.begin() + static_cast<std::ptrdiff_t>(offset));
}

template <typename T>
T get(BytesView record, std::size_t offset) {
    T value;
    std::memcpy(&value, record.data() + offset, sizeof(T));
    return value;
}

template <std::size_t N>
std::array<std::uint8_t, N> get_bytes(BytesView record, std::size_t offset) {
    std::array<std::uint8_t, N> out{};
    std::copy_n(record.begin() + static_cast<std::ptrdiff_t>(offset), N, out.begin());
    return out;
}

/// A zeroed record of `total_bytes` (header and payload), padded to whole beats, with its header written.
inline Bytes new_record(records::Kind kind, std::uint64_t sequence, std::size_t total_bytes) {
    const auto payload = static_cast<std::uint32_t>(total_bytes - records::header_bytes);
    Bytes out(static_cast<std::size_t>(records::beats_of(payload)) * records::beat_bytes);
    put(out, records::header::kind, static_cast<std::uint8_t>(kind));
    put(out, records::header::payload_bytes, payload);
    put(out, records::header::sequence, sequence);
    return out;
}

} // namespace jitbox::accel
