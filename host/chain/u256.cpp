// 256-bit integers of the EVM and their text forms.
// SPDX-License-Identifier: Apache-2.0
#include "chain/u256.hpp"

#include "base/hex.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace jitbox::chain {
namespace {

constexpr u256 u256_max = ~static_cast<u256>(0);
constexpr std::uint64_t chunk = 10'000'000'000'000'000'000ULL; // 10^19: one division of a limb for 19 digits
constexpr int chunk_digits = 19;

__extension__ using Wide = unsigned __int128;
using Limbs = std::array<std::uint64_t, 4>; ///< the lowest first

Limbs limbs_of(const u256& value) {
    return std::bit_cast<Limbs>(value);
}

/// Limbs up to the highest that is not zero.
std::size_t significant(const Limbs& limbs) {
    std::size_t count = limbs.size();
    while (count != 0 && limbs[count - 1] == 0) --count;
    return count;
}

/// Divides the number in place; returns the remainder.
std::uint64_t divide_by_chunk(Limbs& limbs, std::size_t count) {
    std::uint64_t rest = 0;
    while (count-- != 0) {
        const Wide part = static_cast<Wide>(rest) << 64U | limbs[count];
        limbs[count] = static_cast<std::uint64_t>(part / chunk);
        rest = static_cast<std::uint64_t>(part % chunk);
    }
    return rest;
}

Result<u256> parse_hex(std::string_view text) {
    const std::string_view digits = text.substr(2);
    if (digits.empty() || digits.size() > 64)
        return fail("number: \"" + std::string(text) + "\" is not a hex number of 1 to 64 digits");
    auto bytes = from_hex(digits.size() % 2 == 0 ? std::string(digits) : "0" + std::string(digits));
    if (!bytes) return std::unexpected(bytes.error());
    return from_big_endian(*bytes);
}

} // namespace

std::string to_decimal(u256 value) {
    if (value == 0) return "0";
    std::array<char, 78> digits{}; // of 2^256 - 1
    std::size_t first = digits.size();
    Limbs limbs = limbs_of(value);
    for (std::size_t count = significant(limbs); count != 0; count = significant(limbs)) {
        std::uint64_t low = divide_by_chunk(limbs, count);
        const bool last = significant(limbs) == 0;
        for (int i = 0; i < chunk_digits && (!last || low != 0); ++i, low /= 10)
            digits[--first] = static_cast<char>('0' + low % 10);
    }
    return {digits.begin() + static_cast<std::ptrdiff_t>(first), digits.end()};
}

std::string to_decimal(i256 value) {
    const auto magnitude = static_cast<u256>(value);
    return value < 0 ? "-" + to_decimal(static_cast<u256>(0) - magnitude) : to_decimal(magnitude);
}

Result<u256> parse_u256(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X")) return parse_hex(text);
    if (text.empty()) return fail("number: empty text");
    static const u256 before_the_last_digit = u256_max / 10;
    static const u256 last_digit = u256_max % 10;
    u256 value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return fail("number: \"" + std::string(text) + "\" is not a decimal number");
        const auto next = static_cast<u256>(c - '0');
        if (value > before_the_last_digit || (value == before_the_last_digit && next > last_digit))
            return fail("number: \"" + std::string(text) + "\" does not fit 256 bits");
        value = value * 10 + next;
    }
    return value;
}

Result<i256> parse_i256(std::string_view text) {
    const bool negative = text.starts_with('-');
    auto magnitude = parse_u256(negative ? text.substr(1) : text);
    if (!magnitude) return std::unexpected(magnitude.error());
    const u256 limit = static_cast<u256>(1) << 255;
    if (*magnitude > limit || (!negative && *magnitude == limit))
        return fail("number: \"" + std::string(text) + "\" does not fit a signed 256-bit integer");
    return static_cast<i256>(negative ? static_cast<u256>(0) - *magnitude : *magnitude);
}

Bytes32 to_big_endian(u256 value) {
    Limbs limbs = limbs_of(value);
    std::ranges::reverse(limbs);
    for (std::uint64_t& limb : limbs) limb = std::byteswap(limb);
    return std::bit_cast<Bytes32>(limbs);
}

u256 from_big_endian(BytesView bytes) {
    const BytesView given = bytes.first(std::min<std::size_t>(bytes.size(), 32));
    Bytes32 padded{};
    std::ranges::copy(given, padded.end() - static_cast<std::ptrdiff_t>(given.size()));
    auto limbs = std::bit_cast<Limbs>(padded);
    for (std::uint64_t& limb : limbs) limb = std::byteswap(limb);
    std::ranges::reverse(limbs);
    return std::bit_cast<u256>(limbs);
}

double to_double(u256 value) {
    double out = 0;
    double scale = 1;
    for (int limb = 0; limb < 4; ++limb, value >>= 64, scale *= 18446744073709551616.0)
        out += static_cast<double>(static_cast<std::uint64_t>(value)) * scale;
    return out;
}

double to_double(i256 value) {
    const auto magnitude = static_cast<u256>(value);
    return value < 0 ? -to_double(static_cast<u256>(0) - magnitude) : to_double(magnitude);
}

} // namespace jitbox::chain
