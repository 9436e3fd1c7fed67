// kernels/hls/candidate_seed.cpp as microcode, in short floats: without a jump, so that its divisions overlap.
// SPDX-License-Identifier: Apache-2.0

const float = (exponent, mantissa) => (BigInt(exponent) << 32n) + BigInt(mantissa);
export const zero = float(-2048, 0);
const one = float(-31, 0x80000000);
const least_seed = 1n << 16n;
const most_liquidity = (1n << 127n) - 1n;

/** seed_terms: publishes kept and gain. */
export function seedTerms(p, { u }, { down }) {
  p.floatOf(u.a, 'keep');
  p.floatOf(u.b, 1000000n);
  p.float(u.c, u.a, '/', u.b);
  p.publish('kept', u.c);
  p.floatOf(u.d, 'whole_keep', 'kept_fee');
  p.floatOf(u.e, 'whole_keep');
  p.float(u.f, u.d, '/', u.e);
  p.floatOf(u.g, 'price0');
  p.floatOf(u.h, 'price1');
  // times price0 * 2^96 over price1 * 2^-96, or the other way up: by powers of two that only move the exponent
  p.float(u.i, u.f, '*', down ? u.g : u.h, { power: down ? 96 : -96 });
  p.float(u.j, u.i, '/', down ? u.h : u.g, { power: down ? 96 : -96 });
  p.publish('gain', u.j);
}

/** liquidity_per_amount(a, b) of two floats; distance is the float of |a - b|, t a word to use. */
function liquidityPerAmount(p, token0, out, a, b, distance, t) {
  if (!token0) {
    p.float(out, one, '/', distance, { power: 96 });
    return;
  }
  p.float(t, a, '*', b);
  p.float(out, t, '/', distance, { power: -96 });
}

/** left_of what remains. */
export function leftOf(p, { exact_in }, out, remaining) {
  p.floatOf(out, remaining);
  if (exact_in) p.float(out, out, '*', 'kept');
}

/** left_at_price: what is left where the swap alone, from a state with this price, liquidity and rest, comes to `x`, whose float is x_float. */
function leftAtPrice(p, way, out, state, x, x_float, [s, t]) {
  const token0 = way.down === way.exact_in;
  p.floatOf(s, state.price, x, 'OpSub');
  p.floatOf(t, state.liquidity);
  p.float(s, t, '*', s, { power: token0 ? 0 : -96 });
  if (token0) {
    p.floatOf(t, state.price);
    p.float(t, t, '*', x_float);
    p.float(s, s, '/', t, { power: 96 });
  }
  leftOf(p, way, out, state.remaining);
  p.float(out, out, '-', s);
}

/**
 * What of seed_liquidity does not depend on where the swap alone ends, for the range from `entry` to `far`. `before` is the state before the entry (null: the
 * price is in the range, and nothing has been taken). Leaves floats in u.f (entry), u.i (far), u.a (left at the entry), u.g (gain over or times the entry's
 * square), u.d (the swap in units of liquidity) and u.c (liquidity per amount between entry and far bound); `spare`
 * is a word to use, as u.h is.
 */
export function seedOfRange(p, regs, way, { entry, far, before, spare }) {
  const { u } = regs;
  const { down, exact_in } = way;
  const token0 = down === exact_in;
  p.floatOf(u.f, entry);
  p.floatOf(u.i, far);
  if (before === null) leftOf(p, way, u.a, 'amount');
  else leftAtPrice(p, way, u.a, before, entry, u.f, [u.g, u.h]);
  p.float(u.g, u.f, '*', u.f);
  p.float(u.g, 'gain', down ? '/' : '*', u.g);
  if (token0) p.float(u.d, u.a, '*', u.f, { power: -96 });
  else p.float(u.d, u.a, '/', u.f, { power: 96 });
  p.floatOf(u.c, far, entry, 'OpSub');
  liquidityPerAmount(p, token0, u.c, u.f, u.i, u.c, spare);
}

/** What is left where the swap alone comes to the far bound, from `stop`, the state before it: into `out`; `words` are two to use. */
export const leftAtFar = (p, regs, way, out, stop, far, words) => leftAtPrice(p, way, out, stop, far, regs.u.i, words);

/** The passage to x, the price at which the swap leaves the range, where `left` is left: into u.b the liquidity that takes it. */
export function seedOfPassage(p, { u }, way, { entry, x, left }) {
  p.floatOf(u.h, x, entry, 'OpSub');
  p.floatOf(u.j, x);
  liquidityPerAmount(p, way.down === way.exact_in, u.h, u.f, u.j, u.h, u.j);
  p.float(u.b, u.a, '-', left);
  p.float(u.b, u.b, '*', u.h);
}

/**
 * seed_liquidity of a range, as a float into u.k, from what seedOfRange and seedOfPassage left; r.spent > 0 when more is always better. r.x is the price at
 * which the swap leaves the range. `root` and `quotient` add what can be done while those are computed. Words that are free afterwards: all that are named
 * in these functions.
 */
export function seedLiquidity(p, regs, { exact_in }, { entry, before, root, quotient }) {
  const { r, u } = regs;
  const [passive, without, most] = [r.fee, r.spent, r.next];
  p.float(u.c, u.a, '*', u.c);
  p.floatOf(u.e, before === null ? 'liquidity' : before.liquidity);
  p.move(passive, u.e);
  p.moveIf(passive, u.b, r.x, '!=', entry);
  // u.e: S, u.g: Q
  if (exact_in) {
    p.float(u.e, u.d, '+', passive);
    p.float(u.g, u.g, '*', passive);
  } else {
    p.float(u.e, passive, '+', 0);
    p.float(u.h, passive, '-', u.d);
    p.float(u.g, u.g, '*', u.h);
  }
  p.add(without, u.g, 1);
  p.sub(without, without, u.e); // Q >= S
  p.moveIf(without, 0, passive, '==', zero);
  p.float(u.h, u.g, '*', u.e);
  p.squareRoot(u.h, u.h);
  root();
  p.float(u.b, u.e, '-', u.h);
  p.float(u.h, u.d, '*', exact_in ? u.h : u.e);
  p.float(u.h, u.h, '/', u.b);
  quotient();
  // T contains what is left between entry and far bound
  p.move(most, zero);
  if (!exact_in) p.moveIf(most, u.d, passive, '==', zero);
  p.moveIf(most, u.h, passive, '!=', zero);
  p.maximum(most, u.c);
  p.float(u.k, most, '-', passive);
}

/** The seed as an amount of liquidity into `out`: 2^127 - 1 for any from there on. */
export function takeSeed(p, { r, u }, out) {
  p.floatFloor(u.k, u.k);
  p.move(out, u.k);
  p.moveIf(out, most_liquidity, r.spent, '>', 0);
  p.moveIf(out, least_seed, out, '==', 0);
}

/** What liquidity_for_budgets divides: quotients into u.l and u.p. `inside`: the price is in the range; else it is before it. */
export function askBudgets(p, { r, u }, { down }, inside) {
  if (inside || !down) {
    const from = inside ? 'sqrt_price' : r.lower_price;
    p.floatOf(u.l, 'budget0');
    p.floatOf(u.m, from);
    p.floatOf(u.n, r.upper_price);
    p.floatOf(u.o, r.upper_price, from, 'OpSub');
    p.float(u.l, u.l, '*', u.m);
    p.float(u.l, u.l, '*', u.n, { power: -96 });
    p.float(u.l, u.l, '/', u.o, { next: true });
  }
  if (inside || down) {
    p.floatOf(u.p, 'budget1');
    p.floatOf(u.quotient, inside ? 'sqrt_price' : r.upper_price, r.lower_price, 'OpSub');
    p.float(u.p, u.p, '/', u.quotient, { power: 96, next: true });
  }
}

/** liquidity_for_budgets from askBudgets' quotients, and maxLiquidityPerTick, into `out`. */
export function mostLiquidity(p, { r, u }, { down }, inside, out) {
  p.move(out, most_liquidity);
  if (inside || !down) {
    p.floatFloor(u.l, u.l);
    p.move(r.link, u.l);
    if (inside) p.moveIf(r.link, most_liquidity, 'sqrt_price', '>=', r.upper_price);
    p.minimum(out, r.link);
  }
  if (inside || down) {
    p.floatFloor(u.p, u.p);
    p.move(r.link, u.p);
    if (inside) p.moveIf(r.link, most_liquidity, 'sqrt_price', '<=', r.lower_price);
    p.minimum(out, r.link);
  }
  for (const gross of [u.gross_lower, u.gross_upper]) {
    p.sub(r.link, 'max_liquidity', gross);
    p.moveIf(r.link, 0, r.link, '<', 0);
    p.minimum(out, r.link);
  }
}
