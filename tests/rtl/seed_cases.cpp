// See seed_cases.hpp.
// SPDX-License-Identifier: Apache-2.0
#include "rtl/seed_cases.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace jitbox::test {
namespace {

using namespace hlsk;

/// Of the token that is counted, between two prices.
u256 amount_of(bool token0, const u256& liquidity, const u256& a, const u256& b) {
    const u256 way = a > b ? u256(a - b) : u256(b - a);
    if (!token0) return u256((liquidity * u256(way >> 40)) >> 56);
    return u256(u256(u256(u256(liquidity << 96) / a) * u256(way >> 40)) / u256(u256(b >> 40) + u256(1)));
}

const u256& far_bound(const SeedLeg& leg, const SeedCandidate& candidate) {
    return leg.terms.zero_for_one ? candidate.lower : candidate.upper;
}

} // namespace

bool passes(const SeedLeg& leg, const SeedCandidate& candidate) {
    const u256& far = far_bound(leg, candidate);
    return leg.terms.zero_for_one ? leg.end_price < far : leg.end_price > far;
}

u128 reference_most(const SeedLeg& leg, const SeedCandidate& candidate) {
    Position range{};
    range.lower_x96 = candidate.lower;
    range.upper_x96 = candidate.upper;
    const u128 budget = liquidity_for_budgets(range, in_range, candidate.entry, leg.budget0, leg.budget1);
    const u256 gross = std::max(candidate.gross_lower, candidate.gross_upper);
    const u256 limit = u256(leg.max_liquidity);
    const u256 room = gross < limit ? u256(limit - gross) : u256(0);
    return u256(budget) < room ? budget : u128(room);
}

u128 reference_optimum(const SeedLeg& leg, const SeedCandidate& candidate) {
    const bool ends = !passes(leg, candidate);
    RangeTransit transit;
    transit.entry_x96 = candidate.entry;
    transit.exit_x96 = far_bound(leg, candidate);
    transit.stop_x96 = ends ? leg.end_price : transit.exit_x96;
    transit.left_at_entry = left_at_price(leg.terms, candidate.from, transit.entry_x96);
    transit.left_at_stop =
        ends ? left_of(leg.terms, leg.end_remaining) : left_at_price(leg.terms, candidate.stop, transit.exit_x96);
    transit.entry_liquidity = candidate.from.liquidity;
    return short_floor(seed_liquidity(leg.terms, transit));
}

u128 reference_seed(const SeedLeg& leg, const SeedCandidate& candidate) {
    constexpr std::uint64_t least = 1U << 16U;
    const u128 seed = reference_optimum(leg, candidate);
    return std::min(seed == 0 ? u128(least) : seed, reference_most(leg, candidate));
}

/// Few bits as often as many, all ones and none.
u256 SeedCases::number(int most_bits) {
    u256 x = 0;
    for (int i = 0; i < 4; ++i) x = u256((x << 64) | u256(random_()));
    const int bits = static_cast<int>(random_() % static_cast<unsigned>(most_bits + 1));
    if (bits == 0) return 0;
    return random_() % 8 == 0 ? u256((u256(1) << bits) - u256(1)) : u256(x >> (256 - bits));
}

u256 SeedCases::price() {
    const u256 x = u256(min_sqrt_ratio() + number(160));
    return x < max_sqrt_ratio() ? x : u256(max_sqrt_ratio() - 1);
}

/// On the swap's way from there: what the contract's numbers look like.
u256 SeedCases::price_behind(const u256& from, bool down) {
    const u256 way = u256(u256(from >> near_digits()) + u256(random_() % 3));
    const u256 to = down ? u256(from - way) : u256(from + way);
    return to > min_sqrt_ratio() && to < max_sqrt_ratio() ? to : from;
}

SwapProgress SeedCases::state(const u256& at) {
    SwapProgress out{};
    out.sqrt_price_x96 = at;
    out.remaining = number(255);
    out.liquidity = u128(number(128));
    return out;
}

SeedLeg SeedCases::leg(bool zero_for_one, bool exact_in) {
    SeedLeg out;
    PoolState pool{};
    pool.kind = often() ? PoolKind::pancake_v3 : PoolKind::uniswap_v3;
    near_ = static_cast<int>(2 + random_() % 20);
    pool.fee = static_cast<std::uint32_t>(random_() % (often() ? 1000000U : std::max(1000000U >> near_, 1U)));
    pool.fee_protocol = pool.kind == PoolKind::pancake_v3 ? 0x0c800c80U : often() ? 0x44U : 0;
    SwapRequest request{};
    request.zero_for_one = zero_for_one;
    request.exact_in = exact_in;
    market_ = price();
    u256 price0 = number(256);
    u256 price1 = number(256);
    if (!often()) { // the pool's price, or a little above or below
        price1 = u256(u256(1) << 128);
        price0 = u256(u256(market_ >> 32) * u256(market_ >> 32));
        price0 = u256(price0 + u256(price0 >> near_digits()) - u256(price0 >> near_digits()));
    }
    out.terms = seed_terms(pool, request, price0, price1);
    out.budget0 = often() ? number(256) : u256(~u256(0));
    out.budget1 = often() ? number(256) : u256(~u256(0));
    out.max_liquidity = u128(often() ? number(128) : u256(~u128(0)));
    out.end_price = often() ? price() : price_behind(market_, zero_for_one);
    out.end_remaining = often() ? number(255) : u256(0);
    return out;
}

SeedCandidate SeedCases::candidate(const SeedLeg& leg) {
    SeedCandidate out;
    const bool down = leg.terms.zero_for_one;
    const bool token0 = leg.terms.counts_token0;
    const bool any = often();
    out.from = state(any && often() ? price() : price_behind(market_, !down));
    out.entry = random_() % 2 == 0 ? out.from.sqrt_price_x96 : price_behind(out.from.sqrt_price_x96, down);
    u256 far = price_behind(out.entry, down);
    u256 other = random_() % 2 == 0 ? out.entry : price_behind(out.entry, !down);
    if (any) far = often() ? out.entry : price();
    if (random_() % 8 == 0) far = leg.end_price; // ends at its bound
    if (down ? far > out.entry : far < out.entry) std::swap(far, out.entry);
    if (down ? other < out.entry : other > out.entry) other = out.entry;
    out.lower = down ? far : other;
    out.upper = down ? other : far;
    out.gross_lower = often() ? number(128) : u256(0);
    out.gross_upper = often() ? number(128) : u256(0);
    const u256 way = u256(out.entry > far ? u256(out.entry - far) : u256(far - out.entry));
    out.stop = state(u256(std::min(out.entry, far) + u256(u256(way * u256(random_() % 1024)) >> 10)));
    if (any) return out;
    // about what the passage takes, so that the seed is neither nothing nor everything
    const u256 liquidity = u256(number(90) + u256(1));
    out.from.liquidity = u128(liquidity);
    out.stop.liquidity = out.from.liquidity;
    const u256 taken = amount_of(token0, liquidity, out.entry, passes(leg, out) ? far : leg.end_price);
    out.from.remaining = u256(u256(amount_of(token0, liquidity, out.from.sqrt_price_x96, out.entry) + taken) +
                              u256(taken >> static_cast<int>(random_() % 8)));
    out.stop.remaining = u256(taken >> static_cast<int>(random_() % 8));
    return out;
}

} // namespace jitbox::test
