// kernels/hls/candidate_seed.cpp as microcode: what seed_server is told and asked.
// SPDX-License-Identifier: Apache-2.0

/** seed_terms, for seed_server; publishes gain. */
export function seedTerms(p, { u }, { down }) {
  p.floatOf(u.a, 'keep');
  p.floatOf(u.b, 1000000n);
  p.float(u.c, u.a, '/', u.b);
  p.floatOf(u.d, 'whole_keep', 'kept_fee');
  p.floatOf(u.e, 'whole_keep');
  p.float(u.f, u.d, '/', u.e);
  p.floatOf(u.g, 'price0');
  p.floatOf(u.h, 'price1');
  // times price0 * 2^96 over price1 * 2^-96, or the other way up: by powers of two that only move the exponent
  p.float(u.i, u.f, '*', down ? u.g : u.h, { power: down ? 96 : -96 });
  p.float(u.j, u.i, '/', down ? u.h : u.g, { power: down ? 96 : -96 });
  p.tellTerms(u.c, u.j);
  p.publish('gain', u.j);
}

/**
 * What is known of a range before the swap alone ends: `before` is its state before the entry (null: the price is in the range, and nothing has been taken). Asks
 * what the budgets allow.
 */
export function tellRange(p, { r, u }, { entry, before }) {
  p.tellFrom(before ?? { price: 'sqrt_price', remaining: 'amount', liquidity: 'liquidity' });
  p.budgetsMost(u.l, entry, r.lower_price, r.upper_price);
}

/** The most that may be minted, by the budgets and by maxLiquidityPerTick, into `out`. */
export function mostLiquidity(p, { r, u }, out) {
  p.move(out, u.gross_lower);
  p.maximum(out, u.gross_upper);
  p.sub(out, 'max_liquidity', out);
  p.maximum(out, 0);
  p.minimum(out, u.l);
}
