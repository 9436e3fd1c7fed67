// Jobs and results of range_profit's engine. See range_job.hpp.
// SPDX-License-Identifier: Apache-2.0
#include "range_job.hpp"

#include <memory>

namespace jitbox::test {
namespace {

using records::Reason;

/// What the router checks after the swap: docs/kernel-contract.md, "one leg", 7.
Reason check_result(const LegJob& job) {
    if (job.direct_pool) return Reason::none;
    const hlsk::SwapProgress& end = job.input.alone.end;
    if (!job.input.request.exact_in && end.remaining != 0 && !job.own_limit) return Reason::partial_fill;
    if (!job.one_hop) return Reason::none;
    if (job.input.request.exact_in) return end.calculated < job.limit ? Reason::minimum_out : Reason::none;
    return end.calculated > job.limit ? Reason::maximum_in : Reason::none;
}

Reason decide(LegJob& job, hlsk::RatioMemo& memo, hlsk::SearchResult& found) {
    hlsk::WindowTicks ticks(job.window, memo);
    job.input.cursor = job.window.below;
    const Reason failed = hlsk::run_alone(job.input.pool, ticks, job.input.cursor, job.input.request, job.input.alone);
    if (failed != Reason::none) return failed;
    const Reason refused = check_result(job);
    if (refused != Reason::none) return refused;
    hlsk::search_ranges(job.input, ticks, found);
    if (!found.best.ok) return Reason::no_candidate;
    const bool enough = found.best.profit_wei > 0 && hlsk::u256(found.best.profit_wei) >= job.input.params.min_profit_wei;
    return enough ? Reason::none : Reason::unprofitable;
}

} // namespace

LegJob job_from(const std::uint32_t* words) {
    BitReader in(words, job_bits);
    LegJob job;
    job.pool_index = in.number(10);
    hlsk::PoolState& pool = job.input.pool;
    pool.kind = in.number(1) != 0 ? hlsk::PoolKind::pancake_v3 : hlsk::PoolKind::uniswap_v3;
    pool.fee = in.number(20);
    pool.fee_protocol = in.number(32);
    pool.tick_spacing = static_cast<std::int32_t>(in.number(14));
    pool.tick = in.signed24();
    pool.sqrt_price_x96 = hlsk::u256(in.take<160>());
    pool.liquidity = in.take<128>();
    pool.max_liquidity_per_tick = in.take<128>();
    job.window.count = static_cast<int>(in.number(8));
    job.window.below = static_cast<int>(in.number(8));
    job.window.known_lower = in.signed24();
    job.window.known_upper = in.signed24();
    job.window.known_low_x96 = hlsk::u256(in.take<160>());
    job.window.known_high_x96 = hlsk::u256(in.take<160>());
    job.window.valid = true;
    hlsk::PoolParams& params = job.input.params;
    params.valid = true;
    params.candidates = in.number(13);
    params.tip_ppm = in.number(20);
    params.price0_x96 = in.take<256>();
    params.price1_x96 = in.take<256>();
    params.budget0 = in.take<256>();
    params.budget1 = in.take<256>();
    params.gas_cost_wei = in.take<256>();
    params.tip_floor_wei = in.take<256>();
    params.min_profit_wei = in.take<256>();
    job.input.request.zero_for_one = in.number(1) != 0;
    job.input.request.exact_in = in.number(1) != 0;
    job.direct_pool = in.number(1) != 0;
    job.one_hop = in.number(1) != 0;
    job.own_limit = in.number(1) != 0;
    job.input.request.amount = hlsk::u256(in.take<255>());
    job.limit = in.take<256>();
    job.input.request.price_limit_x96 = hlsk::u256(in.take<160>());
    return job;
}

hlsk::WindowTick tick_from(const std::uint32_t* words) {
    BitReader in(words, tick_bits);
    hlsk::WindowTick out;
    out.tick = in.signed24();
    out.gross = in.take<128>();
    out.net = hlsk::i128(in.take<128>());
    out.ratio_x96 = hlsk::u256(in.take<160>());
    return out;
}

void answer_job(LegJob& job, hlsk::RatioMemo& memo, std::uint32_t* result_words) {
    const auto found = std::make_unique<hlsk::SearchResult>();
    found->candidates = 0;
    found->profitable = 0;
    found->best = hlsk::Evaluated{};
    const Reason reason = decide(job, memo, *found);
    const hlsk::Evaluated& best = found->best;
    BitWriter out(result_words, result_bits);
    out.put<16>(static_cast<std::uint32_t>(reason));
    out.put<16>(found->candidates);
    out.put<16>(found->profitable);
    out.put<24>(static_cast<std::uint32_t>(best.tick_lower));
    out.put<24>(static_cast<std::uint32_t>(best.tick_upper));
    out.put<128>(best.liquidity);
    out.put<24>(static_cast<std::uint32_t>(reason == Reason::none ? hlsk::final_tick(best.outcome.end) : 0));
    out.put<24>(static_cast<std::uint32_t>(job.input.alone.tick_after));
    out.put<160>(best.outcome.end.sqrt_price_x96);
    out.put<160>(job.input.alone.end.sqrt_price_x96);
    out.put<256>(best.outcome.mint.amount0);
    out.put<256>(best.outcome.mint.amount1);
    out.put<256>(best.outcome.burn.amount0);
    out.put<256>(best.outcome.burn.amount1);
    out.put<256>(best.outcome.fees.amount0);
    out.put<256>(best.outcome.fees.amount1);
    const hlsk::SwapEvent with = hlsk::swap_event(job.input.request, best.outcome.end);
    const hlsk::SwapEvent alone = hlsk::swap_event(job.input.request, job.input.alone.end);
    for (const auto& amount : {with.amount0, with.amount1, alone.amount0, alone.amount1}) out.put<256>(hlsk::u256(amount));
    out.put<256>(hlsk::u256(best.profit_wei));
    out.put<256>(hlsk::u256(best.gross_wei));
    out.put<256>(best.tip_wei);
}

} // namespace jitbox::test
