// A packed struct's port of a Verilator model, field by field in the order of its declaration (the first field highest).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ap_int.h>
#include <verilated.h>

#include <cstdlib>

namespace jitbox::test {

/// Bits [low, low + Width) of a wide port.
template <int Width, std::size_t Words>
void put_bits(VlWide<Words>& port, int low, const ap_uint<Width>& value) {
    for (int done = 0; done < Width;) {
        const int word = (low + done) / 32;
        const int bit = (low + done) % 32;
        const int take = std::min(32 - bit, Width - done);
        const std::uint32_t mask = (take == 32 ? 0xffffffffU : ((1U << take) - 1U)) << bit;
        const std::uint32_t bits = ap_uint<32>(value >> done).to_uint() << bit;
        std::uint32_t& target = port[static_cast<std::size_t>(word)];
        target = (target & ~mask) | (bits & mask);
        done += take;
    }
}

template <int Width, std::size_t Words>
ap_uint<Width> take_bits(const VlWide<Words>& port, int low) {
    ap_uint<Width> out = 0;
    for (int done = 0; done < Width;) {
        const int word = (low + done) / 32;
        const int bit = (low + done) % 32;
        const int take = std::min(32 - bit, Width - done);
        const std::uint32_t mask = take == 32 ? 0xffffffffU : ((1U << take) - 1U);
        const std::uint32_t bits = (port[static_cast<std::size_t>(word)] >> bit) & mask;
        out = ap_uint<Width>(out | (ap_uint<Width>(bits) << done));
        done += take;
    }
    return out;
}

/// Writes a struct of `Total` bits from its first field on.
template <int Total, std::size_t Words>
class StructWriter {
public:
    static_assert(Words == (Total + 31) / 32);
    explicit StructWriter(VlWide<Words>& port) : port_(port) {}
    ~StructWriter() {
        if (at_ != 0) std::abort(); // not every field was written
    }
    StructWriter(const StructWriter&) = delete;
    StructWriter& operator=(const StructWriter&) = delete;

    template <int Width>
    StructWriter& field(const ap_uint<Width>& value) {
        at_ -= Width;
        put_bits(port_, at_, value);
        return *this;
    }
    StructWriter& flag(bool value) { return field(ap_uint<1>(value ? 1 : 0)); }

private:
    VlWide<Words>& port_;
    int at_ = Total;
};

/// Reads it.
template <int Total, std::size_t Words>
class StructReader {
public:
    static_assert(Words == (Total + 31) / 32);
    explicit StructReader(const VlWide<Words>& port) : port_(port) {}

    template <int Width>
    ap_uint<Width> field() {
        at_ -= Width;
        return take_bits<Width>(port_, at_);
    }
    bool finished() const { return at_ == 0; }

private:
    const VlWide<Words>& port_;
    int at_ = Total;
};

} // namespace jitbox::test
