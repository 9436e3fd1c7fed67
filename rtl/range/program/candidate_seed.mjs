// kernels/hls/candidate_seed.cpp as microcode: what seed_server is told and asked.
// SPDX-License-Identifier: Apache-2.0

/** seed_terms, for seed_server; publishes gain. */
export function seedTerms(p) {
  p.tellTerms('kept', 'gain_float');
  p.publish('gain', 'gain_float');
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
