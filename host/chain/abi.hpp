// Contract ABI: words of calldata, return data and event data, written and read strictly.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "chain/address.hpp"
#include "chain/u256.hpp"

#include <array>
#include <string>
#include <string_view>

namespace jitbox::chain {

using Selector = std::array<std::uint8_t, 4>;

/// First four bytes of keccak256("name(type,...)").
[[nodiscard]] Selector selector_of(std::string_view signature);
/// A fixed byte string from plain hex digits, at compile time: `constexpr auto topic = hex_constant<32>("c42079...")`.
template <std::size_t N>
consteval std::array<std::uint8_t, N> hex_constant(std::string_view digits) {
    if (digits.size() != 2 * N) throw "hex_constant: wrong number of digits"; // a compile error
    const auto value = [](char c) -> std::uint8_t {
        if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
        if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
        if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
        throw "hex_constant: not a hex digit";
    };
    std::array<std::uint8_t, N> out{};
    for (std::size_t i = 0; i < N; ++i) out[i] = static_cast<std::uint8_t>(value(digits[2 * i]) << 4 | value(digits[2 * i + 1]));
    return out;
}

/// Builds calldata word by word.
class AbiWriter {
public:
    AbiWriter() = default;
    explicit AbiWriter(const Selector& selector) : out_(selector.begin(), selector.end()) {}

    AbiWriter& uint(u256 value);
    AbiWriter& sint(i256 value);
    AbiWriter& address(const Address& value);
    AbiWriter& word(const Bytes32& value);
    AbiWriter& boolean(bool value) { return uint(value ? 1 : 0); }
    /// The tail of a `bytes` argument: length, then the bytes padded to whole words. The caller wrote its offset before.
    AbiWriter& bytes_tail(BytesView value);
    [[nodiscard]] Bytes take() { return std::move(out_); }

private:
    Bytes out_;
};

/// Reads words in order. Strict: a value that does not fit its declared width is an error, as in solc's decoder. The first error
/// is kept; later reads give zero.
class AbiReader {
public:
    explicit AbiReader(BytesView bytes) : all_(bytes), rest_(bytes) {}

    u256 uint(const char* field, unsigned bits = 256);
    i256 sint(const char* field, unsigned bits = 256);
    Address address(const char* field);
    Bytes32 word(const char* field);
    bool boolean(const char* field) { return uint(field, 1) != 0; }
    /// A `bytes` argument: reads its offset here and gives the bytes it points to (offsets count from the start of the reader).
    BytesView bytes(const char* field);
    [[nodiscard]] bool failed() const { return !error_.empty(); }
    /// Error unless every read was right. With `exact`, also when bytes are left over (for static arguments only).
    [[nodiscard]] Result<void> finish(bool exact = true) const;

private:
    void set_error(std::string what) {
        if (error_.empty()) error_ = std::move(what);
    }

    BytesView all_;
    BytesView rest_;
    std::string error_;
};

} // namespace jitbox::chain
