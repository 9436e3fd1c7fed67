// kernels/hls/candidate_seed.cpp as microcode: what seed_server is told and asked.
// SPDX-License-Identifier: Apache-2.0

/** seed_terms, for seed_server; publishes gain. */
export function seedTerms(p) {
  p.tellTerms('kept', 'gain_float');
  p.publish('gain', 'gain_float');
}

/** Asks for the most that may be minted in a range, by the budgets and by maxLiquidityPerTick, into u.l; the gross liquidity at its bounds has been asked for. */
export function askMost(p, { u }, { entry, lower, upper }) {
  p.tellGross(u.gross_lower, u.gross_upper);
  p.mostLiquidity(u.l, entry, lower, upper);
}

/** Asks for a range's seed, at most that, which comes when its end or its stop is told; `before` is the swap alone's state before it (null: the price is in the range). */
export function askSeed(p, { u }, before) {
  p.seedFrom(u.k, before ?? { price: 'sqrt_price', remaining: 'amount', liquidity: 'liquidity' });
}

