// Recursive length prefix (yellow paper, appendix B): an appending encoder and a strict decoder.
// SPDX-License-Identifier: Apache-2.0
#include "chain/rlp.hpp"

namespace jitbox::chain {
namespace {

/// Prefix of a string (base 0x80) or list (base 0xc0) of `length` bytes; returns how many bytes of `out` it takes.
std::size_t make_prefix(std::array<std::uint8_t, 9>& out, std::uint8_t base, std::size_t length) {
    if (length < 56) {
        out[0] = static_cast<std::uint8_t>(base + length);
        return 1;
    }
    std::size_t bytes = 0;
    for (std::size_t rest = length; rest != 0; rest >>= 8) ++bytes;
    out[0] = static_cast<std::uint8_t>(base + 55 + bytes);
    for (std::size_t i = 0; i < bytes; ++i) out[bytes - i] = static_cast<std::uint8_t>(length >> (8 * i));
    return 1 + bytes;
}

} // namespace

void RlpWriter::raw(BytesView item) {
    out_.insert(out_.end(), item.begin(), item.end());
}

void RlpWriter::string(BytesView bytes) {
    if (bytes.size() == 1 && bytes[0] < 0x80) {
        out_.push_back(bytes[0]);
        return;
    }
    std::array<std::uint8_t, 9> prefix{};
    raw(BytesView(prefix).first(make_prefix(prefix, 0x80, bytes.size())));
    raw(bytes);
}

void RlpWriter::integer(u256 value) {
    const Bytes32 bytes = to_big_endian(value);
    std::size_t zeros = 0;
    while (zeros < 32 && bytes[zeros] == 0) ++zeros;
    string(BytesView(bytes).subspan(zeros));
}

void RlpWriter::integer(std::uint64_t value) {
    std::array<std::uint8_t, 8> bytes{};
    std::size_t first = bytes.size();
    for (; value != 0; value >>= 8) bytes[--first] = static_cast<std::uint8_t>(value);
    string(BytesView(bytes).subspan(first));
}

void RlpWriter::close_list(std::size_t position) {
    std::array<std::uint8_t, 9> prefix{};
    const std::size_t size = make_prefix(prefix, 0xc0, out_.size() - position);
    out_.insert(out_.begin() + static_cast<std::ptrdiff_t>(position), prefix.begin(),
                prefix.begin() + static_cast<std::ptrdiff_t>(size));
}

Result<void> RlpReader::finish() const {
    if (failed()) return fail("rlp: " + error_);
    if (!at_end()) return fail("rlp: " + std::to_string(rest_.size()) + " bytes after the last field");
    return {};
}

RlpItem RlpReader::item() {
    if (failed()) return {};
    if (rest_.empty()) {
        set_error("a field is missing");
        return {};
    }
    const BytesView input = rest_;
    const std::uint8_t first = input[0];
    RlpItem out{.is_list = first >= 0xc0, .payload = {}, .whole = {}};
    const auto take = [&](std::size_t prefix, std::size_t length) {
        if (length > input.size() - prefix) return set_error("an item is longer than what is left of its list");
        out.payload = input.subspan(prefix, length);
        out.whole = input.first(prefix + length);
        rest_ = input.subspan(prefix + length);
    };
    if (first < 0x80) {
        out.payload = out.whole = input.first(1);
        rest_ = input.subspan(1);
        return out;
    }
    const std::uint8_t code = first - (out.is_list ? 0xc0 : 0x80);
    if (code < 56) {
        take(1, code);
        if (!out.is_list && out.payload.size() == 1 && out.payload[0] < 0x80) set_error("a byte below 0x80 carries a prefix");
        return out;
    }
    const std::size_t bytes = code - 55U;
    if (bytes > input.size() - 1) {
        set_error("a length is cut off");
        return {};
    }
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < bytes; ++i) length = (length << 8) | input[1 + i];
    if (length < 56 || input[1] == 0) {
        set_error("a length is not in its shortest form");
        return {};
    }
    take(1 + bytes, length);
    return out;
}

RlpReader RlpReader::list(const char* field) {
    const RlpItem read = item();
    if (!failed() && !read.is_list) set_error(std::string(field) + " is not a list");
    return RlpReader(failed() ? BytesView{} : read.payload);
}

BytesView RlpReader::string(const char* field) {
    const RlpItem read = item();
    if (!failed() && read.is_list) set_error(std::string(field) + " is a list");
    return failed() ? BytesView{} : read.payload;
}

u256 RlpReader::integer(const char* field, std::size_t max_bytes) {
    const BytesView bytes = string(field);
    if (failed()) return 0;
    if (bytes.size() > max_bytes)
        set_error(std::string(field) + " is an integer of more than " + std::to_string(max_bytes) + " bytes");
    else if (!bytes.empty() && bytes[0] == 0)
        set_error(std::string(field) + " is an integer with a leading zero");
    return failed() ? 0 : from_big_endian(bytes);
}

void RlpReader::adopt(const RlpReader& inner, const char* field) {
    if (inner.failed()) return set_error(std::string(field) + ": " + inner.error_);
    if (!inner.at_end()) set_error(std::string(field) + " has too many fields");
}

} // namespace jitbox::chain
