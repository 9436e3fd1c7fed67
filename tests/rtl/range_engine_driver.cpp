// See range_engine_driver.hpp.
// SPDX-License-Identifier: Apache-2.0
#include "rtl/range_engine_driver.hpp"

#include "hls/wide_math_hardware.hpp"
#include "rtl/packed_port.hpp"
#include "rtl/wide_port.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace jitbox::test {
namespace {

using namespace hlsk;

constexpr int job_bits =
    10 + (1 + 20 + 32 + 14 + 24 + 160 + 128 + 128) + (8 + 8 + 24 + 24 + 160 + 160) + (13 + 20 + 7 * 256) + 5 + 255 + 256 + 160;
constexpr int tick_bits = 24 + 128 + 128 + 160;
constexpr int result_bits = 3 * 16 + 2 * 24 + 128 + 2 * 24 + 2 * 160 + 13 * 256;

ap_uint<24> tick24(std::int32_t tick) {
    return ap_uint<24>(static_cast<std::uint32_t>(tick) & 0xffffffU);
}
std::int32_t tick_of(const ap_uint<24>& bits) {
    return static_cast<std::int32_t>(bits.to_uint() << 8) >> 8;
}

Reason check_result(const EngineLeg& leg, const SwapProgress& end) {
    if (leg.direct_pool) return Reason::none;
    if (!leg.request.exact_in && end.remaining != 0 && !leg.own_limit) return Reason::partial_fill;
    if (!leg.one_hop) return Reason::none;
    if (leg.request.exact_in) return end.calculated < leg.limit ? Reason::minimum_out : Reason::none;
    return end.calculated > leg.limit ? Reason::maximum_in : Reason::none;
}

void take_best(const SearchInput& input, const Evaluated& best, EngineResult& out) {
    const SwapEvent with = swap_event(input.request, best.outcome.end);
    const SwapEvent alone = swap_event(input.request, input.alone.end);
    out.tick_lower = best.tick_lower;
    out.tick_upper = best.tick_upper;
    out.liquidity = best.liquidity;
    out.tick_after = final_tick(best.outcome.end);
    out.tick_alone = input.alone.tick_after;
    out.price_after = best.outcome.end.sqrt_price_x96;
    out.price_alone = input.alone.end.sqrt_price_x96;
    out.amounts = {best.outcome.mint.amount0, best.outcome.mint.amount1, best.outcome.burn.amount0, best.outcome.burn.amount1,
                   best.outcome.fees.amount0, best.outcome.fees.amount1, u256(with.amount0),        u256(with.amount1),
                   u256(alone.amount0),       u256(alone.amount1)};
    out.profit_wei = u256(best.profit_wei);
    out.gross_wei = u256(best.gross_wei);
    out.tip_wei = best.tip_wei;
}

} // namespace

EngineResult reference_result(const EngineLeg& leg, RatioMemo& memo) {
    EngineResult out;
    SearchInput input;
    SearchResult found;
    WindowTicks ticks(leg.window, memo);
    input.pool = leg.pool;
    input.request = leg.request;
    input.params = leg.params;
    input.cursor = leg.window.below;
    out.reason = run_alone(input.pool, ticks, input.cursor, leg.request, input.alone);
    if (out.reason != Reason::none) return out;
    out.reason = check_result(leg, input.alone.end);
    if (out.reason != Reason::none) return out;
    search_ranges(input, ticks, found);
    out.candidates = found.candidates;
    out.profitable = found.profitable;
    out.reason = Reason::no_candidate;
    if (!found.best.ok) return out;
    const bool enough = found.best.profit_wei > 0 && u256(found.best.profit_wei) >= leg.params.min_profit_wei;
    out.reason = enough ? Reason::none : Reason::unprofitable;
    take_best(input, found.best, out);
    return out;
}

std::string EngineResult::text() const {
    std::ostringstream out;
    const auto hex = [](const u256& x) {
        std::string digits;
        for (int i = 63; i >= 0; --i) digits += "0123456789abcdef"[ap_uint<4>(x >> (4 * i)).to_uint()];
        return digits.substr(std::min<std::size_t>(digits.find_first_not_of('0'), 63));
    };
    out << "reason " << static_cast<int>(reason) << " candidates " << candidates << " profitable " << profitable << " range "
        << tick_lower << ".." << tick_upper << " liquidity " << hex(u256(liquidity)) << " ticks " << tick_after << ' ' << tick_alone
        << " prices " << hex(price_after) << ' ' << hex(price_alone) << " amounts";
    for (const u256& amount : amounts) out << ' ' << hex(amount);
    out << " profit " << hex(profit_wei) << " gross " << hex(gross_wei) << " tip " << hex(tip_wei);
    return out.str();
}

RangeEngineDriver::RangeEngineDriver(std::mt19937_64& random) : random_(random) {
    dut_.job_valid = 0;
    dut_.result_ready = 0;
    dut_.shell_md_valid = 0;
    dut_.near_valid = 0;
    dut_.rst = 1;
    dut_.clk = 0;
    dut_.eval();
    dut_.clk = 1;
    dut_.eval();
    dut_.clk = 0;
    dut_.rst = 0;
    dut_.eval();
}

void RangeEngineDriver::put_job(const EngineLeg& leg) {
    const PoolState& pool = leg.pool;
    const TickWindow& window = leg.window;
    const PoolParams& params = leg.params;
    StructWriter<job_bits, sizeof(dut_.job) / 4> job(dut_.job);
    job.field(ap_uint<10>(static_cast<std::uint32_t>(random_() % 1024)));
    job.flag(pool.kind == PoolKind::pancake_v3).field(ap_uint<20>(pool.fee)).field(ap_uint<32>(pool.fee_protocol));
    job.field(ap_uint<14>(static_cast<std::uint32_t>(pool.tick_spacing))).field(tick24(pool.tick));
    job.field(ap_uint<160>(pool.sqrt_price_x96)).field(pool.liquidity).field(pool.max_liquidity_per_tick);
    job.field(ap_uint<8>(static_cast<std::uint32_t>(window.count))).field(ap_uint<8>(static_cast<std::uint32_t>(window.below)));
    job.field(tick24(window.known_lower)).field(tick24(window.known_upper));
    job.field(ap_uint<160>(window.known_low_x96)).field(ap_uint<160>(window.known_high_x96));
    job.field(ap_uint<13>(params.candidates)).field(ap_uint<20>(params.tip_ppm)).field(params.price0_x96).field(params.price1_x96);
    job.field(params.budget0)
        .field(params.budget1)
        .field(params.gas_cost_wei)
        .field(params.tip_floor_wei)
        .field(params.min_profit_wei);
    job.flag(leg.request.zero_for_one).flag(leg.request.exact_in).flag(leg.direct_pool).flag(leg.one_hop).flag(leg.own_limit);
    job.field(ap_uint<255>(leg.request.amount)).field(leg.limit).field(ap_uint<160>(leg.request.price_limit_x96));
}

EngineResult RangeEngineDriver::take_result() {
    StructReader<result_bits, sizeof(dut_.result) / 4> result(dut_.result);
    EngineResult out;
    out.reason = static_cast<Reason>(result.field<16>().to_uint());
    out.candidates = result.field<16>().to_uint();
    out.profitable = result.field<16>().to_uint();
    out.tick_lower = tick_of(result.field<24>());
    out.tick_upper = tick_of(result.field<24>());
    out.liquidity = result.field<128>();
    out.tick_after = tick_of(result.field<24>());
    out.tick_alone = tick_of(result.field<24>());
    out.price_after = u256(result.field<160>());
    out.price_alone = u256(result.field<160>());
    for (u256& amount : out.amounts) amount = result.field<256>();
    out.profit_wei = result.field<256>();
    out.gross_wei = result.field<256>();
    out.tip_wei = result.field<256>();
    if (!result.finished()) ADD_FAILURE() << "the result's layout";
    raw_ = out;
    const bool searched = out.reason == Reason::none || out.reason == Reason::unprofitable;
    if (searched) return out;
    EngineResult rejected; // the other fields mean nothing
    rejected.reason = out.reason;
    if (out.reason == Reason::no_candidate) {
        rejected.candidates = out.candidates;
        rejected.profitable = out.profitable;
    }
    return rejected;
}

/// The shell divides now and then, and must get what it asked for.
void RangeEngineDriver::serve_shell() {
    if (dut_.shell_md_out_valid) {
        EXPECT_TRUE(dividing_);
        EXPECT_TRUE(take_wide<256>(dut_.shell_md_quotient) == hardware::div_floor(u256(~u256(0)), divisor_));
        dividing_ = false;
    }
    if (!dividing_ && random_() % 64 == 0) {
        divisor_ = u256(random_()) << static_cast<int>(random_() % 128);
        divisor_ = u256(divisor_ + 1);
        put_wide(dut_.shell_md_d, divisor_);
        dut_.shell_md_valid = 1;
        dividing_ = true;
    }
}

void RangeEngineDriver::clock(const EngineLeg& leg) {
    const int due = reads_[2];
    StructWriter<tick_bits, sizeof(dut_.tick_entry) / 4> entry(dut_.tick_entry);
    if (due >= 0) {
        const WindowTick& tick = leg.window.ticks[due];
        entry.field(tick24(tick.tick)).field(tick.gross).field(ap_uint<128>(tick.net)).field(ap_uint<160>(tick.ratio_x96));
    } else {
        entry.field(tick24(static_cast<std::int32_t>(random_()))).field(ap_uint<128>(random_())).field(ap_uint<128>(random_()));
        entry.field(ap_uint<160>(random_()));
    }
    serve_shell();
    dut_.eval();
    const bool granted = dut_.shell_md_valid && dut_.shell_md_ready;
    reads_ = {dut_.tick_read ? static_cast<int>(dut_.tick_at) : -1, reads_[0], reads_[1]};
    dut_.clk = 1;
    dut_.eval();
    dut_.clk = 0;
    elapsed_ += 1;
    if (granted) dut_.shell_md_valid = 0;
    dut_.eval();
}

void RangeEngineDriver::tell_state(const EngineLeg& leg, std::uint64_t clocks) {
    dut_.near_tick = static_cast<std::uint32_t>(leg.pool.tick) & 0xffffffU;
    dut_.near_spacing = static_cast<std::uint16_t>(leg.pool.tick_spacing);
    dut_.near_fee = leg.pool.fee;
    dut_.near_valid = 1;
    clock(leg);
    dut_.near_valid = 0;
    for (; clocks > 0; --clocks) clock(leg);
}

/// Clocks from the job's handshake to the result. False when it does not come within `deadline` clocks.
bool RangeEngineDriver::run_to_result(const EngineLeg& leg, std::uint64_t deadline) {
    put_job(leg);
    dut_.job_valid = 1;
    dut_.eval();
    while (!dut_.job_ready) clock(leg);
    clock(leg);
    dut_.job_valid = 0;
    for (clocks_ = 1; !dut_.result_valid; ++clocks_) {
        if (clocks_ > deadline) return false;
        clock(leg);
    }
    return true;
}

EngineResult RangeEngineDriver::accept(const EngineLeg& leg) {
    const EngineResult out = take_result();
    dut_.result_ready = 1;
    clock(leg);
    dut_.result_ready = 0;
    return out;
}

std::optional<EngineResult> RangeEngineDriver::run(const EngineLeg& leg, std::uint64_t deadline) {
    if (!run_to_result(leg, deadline)) return std::nullopt;
    for (auto wait = random_() % 4; wait > 0; --wait) clock(leg);
    return accept(leg);
}

std::optional<RangeEngineDriver::Streamed> RangeEngineDriver::stream(const std::vector<EngineLeg>& legs) {
    constexpr std::uint64_t deadline = 5'000'000;
    Streamed out;
    while (!dut_.job_ready) clock(legs.front());
    const std::uint64_t begin = elapsed_;
    for (const EngineLeg& leg : legs) {
        if (!run_to_result(leg, deadline)) return std::nullopt;
        out.candidates += accept(leg).candidates;
    }
    out.clocks = elapsed_ - begin;
    return out;
}

} // namespace jitbox::test
