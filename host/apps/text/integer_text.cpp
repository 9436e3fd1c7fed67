// Decimal text of wide integers for the bulk tools. See integer_text.hpp.
// SPDX-License-Identifier: Apache-2.0
#include "apps/text/integer_text.hpp"

#include <array>
#include <charconv>
#include <cstring>

namespace jitbox::apps {
namespace {

using chain::i256;
using chain::u256;

using Limbs = std::array<std::uint64_t, 4>; // least significant first
using Wide = unsigned __int128;

constexpr std::size_t chunk_digits = 19;
constexpr std::uint64_t chunk = 10'000'000'000'000'000'000ULL; // 10^19

/// value = value * factor + add; false when it leaves 256 bits.
bool multiply_add(Limbs& value, std::uint64_t factor, std::uint64_t add) {
    std::uint64_t carry = add;
    for (std::uint64_t& limb : value) {
        const Wide next = static_cast<Wide>(limb) * factor + carry;
        limb = static_cast<std::uint64_t>(next);
        carry = static_cast<std::uint64_t>(next >> 64U);
    }
    return carry == 0;
}

/// value = value / 10^19; returns the remainder.
std::uint64_t divide_chunk(Limbs& value) {
    Wide rest = 0;
    for (std::size_t i = value.size(); i-- > 0;) {
        rest = (rest << 64U) | value[i];
        value[i] = static_cast<std::uint64_t>(rest / chunk);
        rest %= chunk;
    }
    return static_cast<std::uint64_t>(rest);
}

u256 value_of(const Limbs& limbs) {
    u256 out;
    std::memcpy(&out, limbs.data(), sizeof(out));
    return out;
}

} // namespace

std::optional<u256> unsigned_from_text(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X")) {
        if (auto number = chain::parse_u256(text)) return *number;
        return std::nullopt;
    }
    if (text.empty() || text.size() > 78) return std::nullopt;
    Limbs limbs{};
    while (!text.empty()) {
        const std::size_t take = (text.size() - 1) % chunk_digits + 1; // the odd digits first, then whole chunks
        std::uint64_t part = 0;
        const std::string_view digits = text.substr(0, take);
        const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), part);
        if (bad != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
        if (!multiply_add(limbs, chunk, part)) return std::nullopt;
        text.remove_prefix(take);
    }
    return value_of(limbs);
}

std::optional<i256> signed_from_text(std::string_view text) {
    const bool negative = text.starts_with('-');
    const auto magnitude = unsigned_from_text(negative ? text.substr(1) : text);
    if (!magnitude) return std::nullopt;
    const u256 limit = (static_cast<u256>(1) << 255) - (negative ? 0 : 1);
    if (*magnitude > limit) return std::nullopt;
    return static_cast<i256>(negative ? static_cast<u256>(0) - *magnitude : *magnitude);
}

void append_decimal(std::string& out, u256 value) {
    Limbs limbs{};
    std::memcpy(limbs.data(), &value, sizeof(value));
    std::array<std::uint64_t, 5> parts{};
    std::size_t count = 0;
    do {
        parts[count++] = divide_chunk(limbs);
    } while ((limbs[0] | limbs[1] | limbs[2] | limbs[3]) != 0);
    std::array<char, 24> digits{};
    for (std::size_t i = count; i-- > 0;) {
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), parts[i]).ptr;
        const auto size = static_cast<std::size_t>(end - digits.data());
        if (i + 1 != count) out.append(chunk_digits - size, '0');
        out.append(digits.data(), size);
    }
}

void append_decimal(std::string& out, i256 value) {
    if (value < 0) {
        out.push_back('-');
        append_decimal(out, static_cast<u256>(0) - static_cast<u256>(value));
    } else {
        append_decimal(out, static_cast<u256>(value));
    }
}

std::string decimal_text(i256 value) {
    std::string out;
    append_decimal(out, value);
    return out;
}

} // namespace jitbox::apps
