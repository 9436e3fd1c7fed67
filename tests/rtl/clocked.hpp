// What every bench needs of a Verilated module: clock and reset, wide ports as bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <random>

namespace jitbox::test {

/// One rising edge; inputs were set and eval()ed before, outputs are settled after it.
template <typename Dut>
void clock(Dut& dut) {
    dut.clk = 1;
    dut.eval();
    dut.clk = 0;
    dut.eval();
}

template <typename Dut>
void reset(Dut& dut) {
    dut.clk = 0;
    dut.rst = 1;
    dut.eval();
    clock(dut);
    dut.rst = 0;
    dut.eval();
}

using BeatBytes = std::array<std::uint8_t, 64>;

/// Bytes into a wide port, byte 0 lowest.
template <typename Port, std::size_t N>
void put(Port& port, const std::array<std::uint8_t, N>& bytes) {
    static_assert(sizeof(port) >= N);
    std::memcpy(&port, bytes.data(), N);
}

template <std::size_t N, typename Port>
std::array<std::uint8_t, N> get(const Port& port) {
    std::array<std::uint8_t, N> bytes{};
    static_assert(sizeof(port) >= N);
    std::memcpy(bytes.data(), &port, N);
    return bytes;
}

/// How often one side of a stream stands still, in percent.
class Stalls {
public:
    Stalls(std::mt19937_64& random, unsigned percent) : random_(random), percent_(percent) {}
    bool operator()() { return random_() % 100 < percent_; }

private:
    std::mt19937_64& random_;
    unsigned percent_;
};

} // namespace jitbox::test
