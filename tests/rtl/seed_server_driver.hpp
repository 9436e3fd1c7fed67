// seed_server as the lanes see it: requests of each lane in their order, with pauses; answers, with stalls.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "Vseed_server.h"
#include "rtl/seed_cases.hpp"
#include "rtl/unit_port.hpp"

#include <optional>
#include <random>

namespace jitbox::test {

enum class SeedAsk { terms, end, stop, gross, most, from }; ///< options of UnitTell in range_isa_pkg.sv, then those of UnitSeed

struct SeedRequest {
    SeedAsk ask;
    unsigned thread;
    unsigned d; ///< word of the answer
    hlsk::u256 a;
    hlsk::u256 b;
    hlsk::u256 c;
};

struct SeedAnswer {
    unsigned lane;
    unsigned thread;
    unsigned d;
    hlsk::u256 data;
};

class SeedServerDriver {
public:
    static constexpr unsigned lanes = 4;
    static constexpr unsigned threads = 16;

    /// `eager`: no pauses and no stalls.
    explicit SeedServerDriver(std::mt19937_64& random, bool eager = false);
    void begin(const SeedLeg& leg); ///< nothing is under way
    void ask(unsigned lane, const SeedRequest& request);
    bool idle() const { return port_.idle(); } ///< all requests have been taken
    /// One clock; what is answered in it, if anything.
    std::optional<SeedAnswer> clock();

private:
    Vseed_server dut_;
    UnitPort<Vseed_server> port_;
};

} // namespace jitbox::test
