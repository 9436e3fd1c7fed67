// One leg through the Verilated range_engine, and through the HLS source that it has to equal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "Vrange_engine.h"
#include "hls/range_search.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace jitbox::test {

/// What leg_job_t carries.
struct EngineLeg {
    hlsk::PoolState pool{};
    hlsk::TickWindow window{};
    hlsk::PoolParams params{};
    hlsk::SwapRequest request{};
    bool direct_pool = true;
    bool one_hop = true;
    bool own_limit = false;
    hlsk::u256 limit;
};

/// What leg_result_t carries; fields that the reason leaves open are zero.
struct EngineResult {
    records::Reason reason = records::Reason::none;
    std::uint32_t candidates = 0;
    std::uint32_t profitable = 0;
    std::int32_t tick_lower = 0;
    std::int32_t tick_upper = 0;
    hlsk::u128 liquidity;
    std::int32_t tick_after = 0;
    std::int32_t tick_alone = 0;
    hlsk::u256 price_after;
    hlsk::u256 price_alone;
    std::array<hlsk::u256, 10> amounts; ///< mint0 .. alone1, in the struct's order
    hlsk::u256 profit_wei;
    hlsk::u256 gross_wei;
    hlsk::u256 tip_wei;

    std::string text() const;
};

/// `decide` of kernels/hls/range_profit.cpp.
EngineResult reference_result(const EngineLeg& leg, hlsk::RatioMemo& memo);

class RangeEngineDriver {
public:
    explicit RangeEngineDriver(std::mt19937_64& random);

    /// The engine is told of the leg's pool, as the shell does when a state is taken, and has so many clocks for the prices near
    /// its tick.
    void tell_state(const EngineLeg& leg, std::uint64_t clocks);
    /// Runs the leg to its result. Nothing when it does not come within `deadline` clocks.
    std::optional<EngineResult> run(const EngineLeg& leg, std::uint64_t deadline = 5'000'000);
    /// The result as it stands on the port, with what its reason leaves open.
    const EngineResult& raw() const { return raw_; }
    /// Clocks from the job's handshake to the result's valid, of the last leg.
    std::uint64_t clocks() const { return clocks_; }
    /// Runs the legs one after the other, each offered as soon as the engine takes one and its result taken at once. Clocks from
    /// the first handshake to the last result, and what was evaluated; nothing when a leg does not end.
    struct Streamed {
        std::uint64_t clocks = 0;
        std::uint64_t candidates = 0;
    };
    std::optional<Streamed> stream(const std::vector<EngineLeg>& legs);

private:
    void clock(const EngineLeg& leg);
    bool run_to_result(const EngineLeg& leg, std::uint64_t deadline);
    EngineResult accept(const EngineLeg& leg);
    void put_job(const EngineLeg& leg);
    EngineResult take_result();
    void serve_shell();

    std::mt19937_64& random_;
    Vrange_engine dut_;
    std::uint64_t clocks_ = 0;
    std::uint64_t elapsed_ = 0; ///< clocks since the reset
    EngineResult raw_;
    std::array<int, 3> reads_{-1, -1, -1}; ///< window reads on their way
    bool dividing_ = false;
    hlsk::u256 divisor_;
};

} // namespace jitbox::test
