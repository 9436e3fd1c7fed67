// Hexadecimal text to bytes and back.
// SPDX-License-Identifier: Apache-2.0
#include "base/hex.hpp"

#include <algorithm>

namespace jitbox {
namespace {

constexpr auto digit_values = [] {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < 10; ++i) table[std::size_t{'0'} + i] = static_cast<std::int8_t>(i);
    for (std::size_t i = 0; i < 6; ++i) {
        table[std::size_t{'a'} + i] = static_cast<std::int8_t>(10 + i);
        table[std::size_t{'A'} + i] = static_cast<std::int8_t>(10 + i);
    }
    return table;
}();

int digit(char c) {
    return digit_values[static_cast<unsigned char>(c)];
}

std::string_view without_prefix(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
    return text;
}

} // namespace

namespace {

void append_digits(std::string& text, BytesView bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::size_t at = text.size();
    text.resize(at + bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        text[at++] = digits[byte >> 4];
        text[at++] = digits[byte & 15];
    }
}

} // namespace

std::string to_hex_plain(BytesView bytes) {
    std::string out;
    append_digits(out, bytes);
    return out;
}

std::string to_hex(BytesView bytes) {
    std::string out;
    out.reserve(2 + bytes.size() * 2);
    append_hex(out, bytes);
    return out;
}

void append_hex(std::string& text, BytesView bytes) {
    text += "0x";
    append_digits(text, bytes);
}

bool from_hex_into(std::string_view text, Bytes& out) {
    text = without_prefix(text);
    out.resize(text.size() / 2);
    if (text.size() % 2 != 0) return false;
    int bad = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const int high = digit(text[2 * i]);
        const int low = digit(text[2 * i + 1]);
        bad |= high | low; // negative once any digit was not hex
        out[i] = static_cast<std::uint8_t>((high << 4) | (low & 15));
    }
    return bad >= 0;
}

Result<Bytes> from_hex(std::string_view text) {
    Bytes out;
    if (from_hex_into(text, out)) return out;
    const std::string_view digits = without_prefix(text);
    const auto wrong = std::ranges::find_if(digits, [](char c) { return digit(c) < 0; });
    if (wrong != digits.end())
        return fail("hex: character '" + std::string(1, *wrong) + "' at position " + std::to_string(wrong - digits.begin()) +
                    " is not a hex digit");
    return fail("hex: odd number of digits (" + std::to_string(digits.size()) + ")");
}

} // namespace jitbox
