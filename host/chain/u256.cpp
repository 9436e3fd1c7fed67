// 256-bit integers of the EVM and their text forms.
// SPDX-License-Identifier: Apache-2.0
#include "chain/u256.hpp"

#include "base/hex.hpp"

#include <algorithm>

namespace jitbox::chain {
namespace {

constexpr u256 u256_max = ~static_cast<u256>(0);

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
    std::string out;
    out.reserve(78);
    constexpr std::uint64_t chunk = 10'000'000'000'000'000'000ULL; // 10^19: one wide division for 19 digits
    while (value != 0) {
        auto low = static_cast<std::uint64_t>(value % chunk);
        value /= chunk;
        for (int i = 0; i < 19 && (value != 0 || low != 0); ++i, low /= 10) out.push_back(static_cast<char>('0' + low % 10));
    }
    std::ranges::reverse(out);
    return out;
}

std::string to_decimal(i256 value) {
    const auto magnitude = static_cast<u256>(value);
    return value < 0 ? "-" + to_decimal(static_cast<u256>(0) - magnitude) : to_decimal(magnitude);
}

Result<u256> parse_u256(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X")) return parse_hex(text);
    if (text.empty()) return fail("number: empty text");
    u256 value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return fail("number: \"" + std::string(text) + "\" is not a decimal number");
        const auto next = static_cast<u256>(c - '0');
        if (value > (u256_max - next) / 10) return fail("number: \"" + std::string(text) + "\" does not fit 256 bits");
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
    Bytes32 out{};
    for (std::size_t i = 0; i < 32; ++i, value >>= 8) out[31 - i] = static_cast<std::uint8_t>(value & 0xff);
    return out;
}

u256 from_big_endian(BytesView bytes) {
    u256 value = 0;
    for (const std::uint8_t byte : bytes.first(std::min<std::size_t>(bytes.size(), 32))) value = (value << 8) | byte;
    return value;
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
