// See seed_server_driver.hpp.
// SPDX-License-Identifier: Apache-2.0
#include "rtl/seed_server_driver.hpp"

#include "rtl/clocked.hpp"
#include "rtl/packed_port.hpp"
#include "rtl/wide_port.hpp"

#include <algorithm>

namespace jitbox::test {
namespace {

using namespace hlsk;

constexpr int word_bits = 260;
constexpr int request_bits = 4 + 8 + 13 + 4 + 5 + 2 * word_bits + 256;
constexpr std::uint32_t unit_seed = 5;
constexpr std::uint32_t unit_tell = 15;

} // namespace

SeedServerDriver::SeedServerDriver(std::mt19937_64& random, bool eager) : random_(random), eager_(eager) {
    dut_.in_valid = 0;
    dut_.begin_leg = 0;
    dut_.out_ready = 1;
    reset(dut_);
}

void SeedServerDriver::begin(const SeedLeg& leg) {
    dut_.zero_for_one = leg.terms.zero_for_one;
    dut_.exact_in = leg.terms.exact_in;
    put_wide(dut_.budget0, leg.budget0);
    put_wide(dut_.budget1, leg.budget1);
    put_wide(dut_.max_liquidity, leg.max_liquidity);
    dut_.begin_leg = 1;
    clock();
    dut_.begin_leg = 0;
    clock(); // the budgets stand for two clocks before
}

bool SeedServerDriver::idle() const {
    return std::all_of(waiting_.begin(), waiting_.end(), [](const auto& queue) { return queue.empty(); });
}

/// The first request of each lane, now or later; one that is offered stands.
void SeedServerDriver::offer() {
    for (unsigned lane = 0; lane < lanes; ++lane) {
        if (waiting_.at(lane).empty() || (offered_ >> lane & 1U) != 0 || (!eager_ && random_() % 3 == 0)) continue;
        offered_ |= 1U << lane;
        const SeedRequest& request = waiting_.at(lane).front();
        const bool tells = request.ask < SeedAsk::most;
        const auto option = static_cast<std::uint32_t>(request.ask) - (tells ? 0U : static_cast<std::uint32_t>(SeedAsk::most));
        int at = static_cast<int>(lane + 1) * request_bits;
        const auto put = [&]<int Width>(const ap_uint<Width>& value) { put_bits(dut_.in_data, at -= Width, value); };
        put(ap_uint<4>(tells ? unit_tell : unit_seed));
        put(ap_uint<8>(option));
        put(ap_uint<13>(0));
        put(ap_uint<4>(request.thread));
        put(ap_uint<5>(request.d));
        put(ap_uint<4>(0));
        put(request.a);
        put(ap_uint<4>(0));
        put(request.b);
        put(request.c);
    }
    dut_.in_valid = static_cast<std::uint8_t>(offered_);
}

std::optional<SeedAnswer> SeedServerDriver::clock() {
    offer();
    if (!eager_) dut_.out_ready = dut_.out_ready ? random_() % 4 != 0 : random_() % 8 == 0;
    dut_.eval();
    std::optional<SeedAnswer> out;
    if (dut_.out_valid && dut_.out_ready) {
        const auto field = [&]<int Width>(int low, ap_uint<Width>) { return take_bits<Width>(dut_.out_data, low).to_uint(); };
        out = SeedAnswer{.lane = field(word_bits + 9, ap_uint<3>()),
                         .thread = field(word_bits + 5, ap_uint<4>()),
                         .d = field(word_bits, ap_uint<5>()),
                         .data = take_bits<256>(dut_.out_data, 0)};
    }
    const unsigned taken = dut_.in_valid & dut_.in_ready;
    test::clock(dut_);
    for (unsigned lane = 0; lane < lanes; ++lane) {
        if ((taken >> lane & 1U) != 0) waiting_.at(lane).pop_front();
    }
    offered_ &= ~taken;
    return out;
}

} // namespace jitbox::test
