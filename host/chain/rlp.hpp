// Recursive length prefix (yellow paper, appendix B): an appending encoder and a strict decoder.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "chain/u256.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace jitbox::chain {

/// Appends items to a byte vector. Lists are opened and closed; closing puts the length in front of what was written meanwhile.
class RlpWriter {
public:
    explicit RlpWriter(Bytes& out) : out_(out) {}

    void string(BytesView bytes);
    /// Big-endian without leading zeros; zero is the empty string.
    void integer(u256 value);
    void integer(std::uint64_t value);
    /// Bytes that are RLP already (for example an item taken over from a decoder).
    void raw(BytesView item);
    /// The position to give to close_list.
    [[nodiscard]] std::size_t open_list() const { return out_.size(); }
    void close_list(std::size_t position);

private:
    Bytes& out_;
};

/// One decoded item: a view into the input.
struct RlpItem {
    bool is_list = false;
    BytesView payload; ///< the string, or the items of the list
    BytesView whole;   ///< with its prefix
};

/// Reads items one after the other. Strict: shortest-form lengths, single bytes below 0x80 as themselves, nothing beyond the end.
/// The first error is kept and every later read gives an empty item, so that a caller may read all fields and look once.
class RlpReader {
public:
    explicit RlpReader(BytesView bytes) : rest_(bytes) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] bool failed() const { return !error_.empty(); }
    /// Error unless everything so far was right and nothing is left over.
    [[nodiscard]] Result<void> finish() const;

    RlpItem item();
    /// A list whose items the result reads; its errors are its own (see adopt).
    RlpReader list(const char* field);
    BytesView string(const char* field);
    /// No leading zero, at most `max_bytes` bytes.
    u256 integer(const char* field, std::size_t max_bytes = 32);
    std::uint64_t integer64(const char* field) { return static_cast<std::uint64_t>(integer(field, 8)); }
    template <std::size_t N>
    std::array<std::uint8_t, N> fixed(const char* field) {
        std::array<std::uint8_t, N> out{};
        const BytesView bytes = string(field);
        if (failed()) return out;
        if (bytes.size() != N) {
            set_error(std::string(field) + " has " + std::to_string(bytes.size()) + " bytes, not " + std::to_string(N));
            return out;
        }
        std::ranges::copy(bytes, out.begin());
        return out;
    }
    /// Takes over the error of a reader that list() made, and the error of what it left unread.
    void adopt(const RlpReader& inner, const char* field);
    void set_error(std::string what) {
        if (error_.empty()) error_ = std::move(what);
        rest_ = {};
    }

private:
    BytesView rest_;
    std::string error_;
};

} // namespace jitbox::chain
