// JSON by appending to one buffer: what `jitctl decode` writes a million times must not allocate or format through streams.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace jitbox::apps {

/// A growing text buffer. reserve() makes room, the append functions then write without checks of their own.
class JsonBuffer {
public:
    [[nodiscard]] std::string_view text() const { return {bytes_.data(), size_}; }
    [[nodiscard]] std::size_t size() const { return size_; }
    void clear() { size_ = 0; }
    void reserve(std::size_t more) {
        if (bytes_.size() < size_ + more) bytes_.resize((size_ + more) * 2);
    }

    void append(std::string_view text) {
        std::memcpy(bytes_.data() + size_, text.data(), text.size());
        size_ += text.size();
    }
    void append_number(std::uint64_t value) {
        const auto result = std::to_chars(bytes_.data() + size_, bytes_.data() + size_ + 20, value);
        size_ = static_cast<std::size_t>(result.ptr - bytes_.data());
    }
    /// "0x..." with its quotes.
    void append_hex(const std::uint8_t* data, std::size_t size) {
        append("\"0x");
        for (std::size_t i = 0; i < size; ++i) std::memcpy(bytes_.data() + size_ + 2 * i, digits()[data[i]].data(), 2);
        size_ += 2 * size;
        append("\"");
    }
    /// A little-endian 256-bit number as a decimal string with its quotes.
    void append_decimal(const std::uint8_t* little_endian);

private:
    using Pair = std::array<char, 2>;
    static const std::array<Pair, 256>& digits() {
        static constexpr auto table = [] {
            constexpr std::string_view hex = "0123456789abcdef";
            std::array<Pair, 256> out{};
            for (std::size_t i = 0; i < 256; ++i) out[i] = {hex[i >> 4], hex[i & 15]};
            return out;
        }();
        return table;
    }

    std::vector<char> bytes_ = std::vector<char>(std::size_t{1} << 20);
    std::size_t size_ = 0;
};

inline void JsonBuffer::append_decimal(const std::uint8_t* little_endian) {
    __extension__ using u128 = unsigned __int128;
    constexpr std::uint64_t chunk = 10'000'000'000'000'000'000ULL; // 10^19, the largest power of ten in 64 bits
    std::array<std::uint64_t, 4> limb{};
    std::memcpy(limb.data(), little_endian, 32);
    append("\"");
    std::array<std::uint64_t, 5> part{}; // base 10^19, least significant first
    std::size_t parts = 0;
    std::size_t top = 4;
    while (top > 0 && limb[top - 1] == 0) --top;
    while (top > 1) {
        u128 rest = 0;
        for (std::size_t i = top; i-- > 0;) {
            const u128 value = rest << 64 | limb[i];
            limb[i] = static_cast<std::uint64_t>(value / chunk);
            rest = value % chunk;
        }
        part[parts++] = static_cast<std::uint64_t>(rest);
        while (top > 0 && limb[top - 1] == 0) --top;
    }
    if (limb[0] >= chunk) { // one limb, but twenty digits
        part[parts++] = limb[0] % chunk;
        limb[0] /= chunk;
    }
    append_number(limb[0]);
    while (parts-- > 0) {
        std::uint64_t value = part[parts];
        for (std::size_t i = 19; i-- > 0; value /= 10) bytes_[size_ + i] = static_cast<char>('0' + value % 10);
        size_ += 19;
    }
    append("\"");
}

} // namespace jitbox::apps
