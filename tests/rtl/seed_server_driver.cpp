// See seed_server_driver.hpp.
// SPDX-License-Identifier: Apache-2.0
#include "rtl/seed_server_driver.hpp"

#include "rtl/clocked.hpp"
#include "rtl/wide_port.hpp"

namespace jitbox::test {
namespace {

using namespace hlsk;

constexpr std::uint32_t unit_seed = 5;
constexpr std::uint32_t unit_tell = 15;

} // namespace

SeedServerDriver::SeedServerDriver(std::mt19937_64& random, bool eager) : port_(dut_, random, lanes) {
    port_.eager(eager);
    dut_.begin_leg = 0;
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

void SeedServerDriver::ask(unsigned lane, const SeedRequest& request) {
    const bool tells = request.ask < SeedAsk::most;
    const auto option = static_cast<unsigned>(request.ask) - (tells ? 0U : static_cast<unsigned>(SeedAsk::most));
    port_.ask(lane, {.unit = tells ? unit_tell : unit_seed,
                     .option = option,
                     .target = 0,
                     .thread = request.thread,
                     .d = request.d,
                     .a = UnitWord(request.a),
                     .b = UnitWord(request.b),
                     .c = request.c});
}

std::optional<SeedAnswer> SeedServerDriver::clock() {
    port_.offer();
    dut_.eval();
    std::optional<SeedAnswer> out;
    if (port_.answers()) {
        const UnitAnswer answer = port_.answer();
        out = SeedAnswer{.lane = answer.lane, .thread = answer.thread, .d = answer.d, .data = u256(answer.data)};
    }
    port_.taken(); // an answer says enough
    test::clock(dut_);
    return out;
}

} // namespace jitbox::test
