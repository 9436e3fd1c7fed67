// The engine's side of range_profit in C++: jobs and results as the ports of the Verilated modules carry them
// (rtl/range/range_pkg.sv), and the HLS functions that answer a job. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hls/range_search.hpp"
#include "hls/records.hpp"

#include <cstddef>
#include <cstdint>

namespace jitbox::test {

constexpr int job_bits = 10 + 507 + 384 + 1825 + 5 + 255 + 256 + 160;
constexpr int result_bits = 3 * 16 + 4 * 24 + 128 + 2 * 160 + 13 * 256;
constexpr int tick_bits = 24 + 128 + 128 + 160;

/// A packed structure, read from its first field, which has the highest bits.
class BitReader {
public:
    BitReader(const std::uint32_t* words, int bits) : words_(words), at_(bits) {}
    template <int Bits>
    ap_uint<Bits> take() {
        at_ -= Bits;
        ap_uint<Bits> out = 0;
        for (int i = Bits; i-- > 0;)
            out = ap_uint<Bits>((out << 1) | ap_uint<Bits>((words_[(at_ + i) / 32] >> static_cast<unsigned>((at_ + i) % 32)) & 1U));
        return out;
    }
    std::uint32_t number(int bits) {
        std::uint32_t out = 0;
        for (int i = 0; i < bits; ++i) out = (out << 1U) | take<1>().to_uint();
        return out;
    }
    std::int32_t signed24() { return static_cast<std::int32_t>(number(24) << 8U) >> 8; }

private:
    const std::uint32_t* words_;
    int at_;
};

/// The other way.
class BitWriter {
public:
    BitWriter(std::uint32_t* words, int bits) : words_(words), at_(bits) {}
    template <int Bits, typename Value>
    void put(const Value& value) {
        at_ -= Bits;
        const ap_uint<Bits> bits(value);
        for (int i = 0; i < Bits; ++i) {
            const std::uint32_t mask = 1U << static_cast<unsigned>((at_ + i) % 32);
            std::uint32_t& word = words_[(at_ + i) / 32];
            word = ap_uint<1>(bits >> i).to_uint() != 0 ? word | mask : word & ~mask;
        }
    }

private:
    std::uint32_t* words_;
    int at_;
};

/// leg_job_t. The window's ticks are read from the shell one by one.
struct LegJob {
    std::uint32_t pool_index = 0;
    hlsk::SearchInput input{};
    hlsk::TickWindow window{};
    bool direct_pool = false;
    bool one_hop = false;
    bool own_limit = false;
    hlsk::u256 limit = 0;
};

LegJob job_from(const std::uint32_t* words);
hlsk::WindowTick tick_from(const std::uint32_t* words);

/// leg_result_t of a job whose window is whole, from the HLS source.
void answer_job(LegJob& job, hlsk::RatioMemo& memo, std::uint32_t* result_words);

} // namespace jitbox::test
