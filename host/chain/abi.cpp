// Contract ABI: words of calldata, return data and event data, written and read strictly.
// SPDX-License-Identifier: Apache-2.0
#include "chain/abi.hpp"

#include "chain/keccak.hpp"

#include <algorithm>

namespace jitbox::chain {

Selector selector_of(std::string_view signature) {
    const Bytes32 hash = keccak256(signature);
    return {hash[0], hash[1], hash[2], hash[3]};
}

AbiWriter& AbiWriter::word(const Bytes32& value) {
    out_.insert(out_.end(), value.begin(), value.end());
    return *this;
}

AbiWriter& AbiWriter::uint(u256 value) {
    return word(to_big_endian(value));
}

AbiWriter& AbiWriter::sint(i256 value) {
    return word(to_big_endian(static_cast<u256>(value)));
}

AbiWriter& AbiWriter::address(const Address& value) {
    out_.insert(out_.end(), 12, 0);
    out_.insert(out_.end(), value.begin(), value.end());
    return *this;
}

AbiWriter& AbiWriter::bytes_tail(BytesView value) {
    uint(value.size());
    out_.insert(out_.end(), value.begin(), value.end());
    out_.insert(out_.end(), (32 - value.size() % 32) % 32, 0);
    return *this;
}

Bytes32 AbiReader::word(const char* field) {
    Bytes32 out{};
    if (failed()) return out;
    if (rest_.size() < out.size()) {
        set_error(std::string(field) + " is cut off");
        return out;
    }
    std::ranges::copy(rest_.first(out.size()), out.begin());
    rest_ = rest_.subspan(out.size());
    return out;
}

u256 AbiReader::uint(const char* field, unsigned bits) {
    const u256 value = from_big_endian(word(field));
    if (bits < 256 && (value >> bits) != 0) {
        set_error(std::string(field) + " does not fit uint" + std::to_string(bits));
        return 0;
    }
    return value;
}

i256 AbiReader::sint(const char* field, unsigned bits) {
    const auto value = static_cast<i256>(from_big_endian(word(field)));
    const i256 sign = value >> (bits - 1); // all zeros or all ones when the value fits
    if (sign != 0 && sign != -1) {
        set_error(std::string(field) + " does not fit int" + std::to_string(bits));
        return 0;
    }
    return value;
}

Address AbiReader::address(const char* field) {
    const Bytes32 value = word(field);
    Address out{};
    if (std::ranges::any_of(BytesView(value).first(12), [](std::uint8_t byte) { return byte != 0; })) {
        set_error(std::string(field) + " is not an address: upper bytes are set");
        return out;
    }
    std::copy(value.begin() + 12, value.end(), out.begin());
    return out;
}

BytesView AbiReader::bytes(const char* field) {
    const u256 offset = uint(field);
    if (failed()) return {};
    if (all_.size() < 32 || offset > all_.size() - 32) {
        set_error(std::string(field) + " lies outside of the data");
        return {};
    }
    const BytesView tail = all_.subspan(static_cast<std::size_t>(offset));
    const u256 length = from_big_endian(tail.first(32));
    if (length > tail.size() - 32) {
        set_error(std::string(field) + " is longer than the data");
        return {};
    }
    return tail.subspan(32, static_cast<std::size_t>(length));
}

Result<void> AbiReader::finish(bool exact) const {
    if (failed()) return fail("abi: " + error_);
    if (exact && !rest_.empty()) return fail("abi: " + std::to_string(rest_.size()) + " bytes after the last argument");
    return {};
}

} // namespace jitbox::chain
