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

/** liquidity_between(amount, a, b) into `out`; distance is the float of |a - b|, t a word to use. */
function liquidityBetween(p, token0, out, amount, a, b, distance, t) {
  if (!token0) {
    p.float(out, amount, '/', distance, { power: 96 });
    return;
  }
  p.float(t, amount, '*', a);
  p.float(t, t, '*', b);
  p.float(out, t, '/', distance, { power: -96 });
}

/** left_at_price: what is left where the swap alone, from a state with this price, liquidity and rest, comes to `x`, whose float is x_float. */
function leftAtPrice(p, { down, exact_in }, out, state, x, x_float, [s, t]) {
  const token0 = down === exact_in;
  p.floatOf(s, state.price, x, 'OpSub');
  p.floatOf(t, state.liquidity);
  p.float(s, t, '*', s, { power: token0 ? 0 : -96 });
  if (token0) {
    p.floatOf(t, state.price);
    p.float(t, t, '*', x_float);
    p.float(s, s, '/', t, { power: 96 });
  }
  if (exact_in) p.float(s, s, '/', 'kept');
  p.floatOf(t, state.remaining);
  p.float(out, t, '-', s);
}

/**
 * seed_liquidity of a range, as a float into u.k, the square of A into r.spent. `before` is the state before the entry (null: the price is in the range, and
 * nothing has been taken), `stop` the one before the far bound. Words that are free afterwards: all that are named here.
 */
export function seedLiquidity(p, regs, way, { entry, far, before, stop }) {
  const { r, u } = regs;
  const { down, exact_in } = way;
  const token0 = down === exact_in;
  const inside_end = ['end_price', down ? '>=' : '<=', far]; // the swap alone ends in the range
  p.floatOf(u.f, entry);
  p.floatOf(u.i, far);
  if (before === null) p.floatOf(u.a, 'amount');
  else leftAtPrice(p, way, u.a, before, entry, u.f, [u.g, u.h]);
  leftAtPrice(p, way, u.b, stop, far, u.i, [u.c, u.d]);
  // x: the price at which the swap leaves the range, and what is left there
  p.move(r.x, far);
  p.moveIf(r.x, 'end_price', ...inside_end);
  p.move(r.s, u.b);
  p.moveIf(r.s, 'end_left', ...inside_end);
  p.float(u.g, u.f, '*', u.f);
  p.float(u.g, 'gain', down ? '/' : '*', u.g);
  p.float(u.b, u.a, '-', r.s); // taken
  if (exact_in) {
    p.float(u.a, u.a, '*', 'kept');
    p.float(u.b, u.b, '*', 'kept');
  }
  // passive liquidity
  p.floatOf(u.h, r.x, entry, 'OpSub');
  p.floatOf(u.j, r.x);
  liquidityBetween(p, token0, u.c, u.b, u.f, u.j, u.h, u.d);
  p.floatOf(u.e, before === null ? 'liquidity' : before.liquidity);
  p.move(r.fee, u.c);
  p.moveIf(r.fee, u.e, r.x, '==', entry);
  const passive = r.fee;
  // u.d: the swap in units of liquidity
  if (token0) p.float(u.d, u.a, '*', u.f, { power: -96 });
  else p.float(u.d, u.a, '/', u.f, { power: 96 });
  // the square of A
  if (exact_in) {
    p.float(u.e, u.g, '*', passive);
    p.float(u.h, u.d, '+', passive);
    p.float(u.e, u.e, '/', u.h);
  } else {
    p.float(u.h, passive, '-', u.d);
    p.float(u.e, u.g, '*', u.h);
    p.float(u.e, u.e, '/', passive);
  }
  p.move(r.spent, u.e);
  p.moveIf(r.spent, zero, passive, '==', zero);
  p.squareRoot(u.e, r.spent);
  p.float(u.h, one, '-', u.e);
  if (exact_in) p.float(u.d, u.d, '*', u.e);
  p.float(u.d, u.d, '/', u.h);
  // T contains what is left between entry and far bound
  p.floatOf(u.j, far, entry, 'OpSub');
  liquidityBetween(p, token0, u.c, u.a, u.f, u.i, u.j, u.k);
  p.move(r.t, u.d);
  p.moveIf(r.t, u.c, u.c, '>', u.d);
  p.float(u.k, r.t, '-', passive);
}

/** The seed as an amount of liquidity into `out`: of any from 2^127 - 1 on, that. */
export function takeSeed(p, { r, u }, out) {
  p.floatFloor(u.k, u.k);
  p.move(out, u.k);
  p.moveIf(out, most_liquidity, r.spent, '>=', one);
  p.moveIf(out, least_seed, out, '==', 0);
}

/** liquidity_for_budgets, and maxLiquidityPerTick, into `out`. `inside`: the price is in the range; else it is before it. */
export function mostLiquidity(p, { r, u }, { down }, inside, out) {
  p.move(out, most_liquidity);
  if (inside || !down) {
    const from = inside ? 'sqrt_price' : r.lower_price;
    p.floatOf(u.l, 'budget0');
    p.floatOf(u.m, from);
    p.floatOf(u.n, r.upper_price);
    p.floatOf(u.o, r.upper_price, from, 'OpSub');
    p.float(u.l, u.l, '*', u.m);
    p.float(u.l, u.l, '*', u.n, { power: -96 });
    p.float(u.l, u.l, '/', u.o, { next: true });
    p.floatFloor(u.l, u.l);
    p.move(r.link, u.l);
    if (inside) p.moveIf(r.link, most_liquidity, from, '>=', r.upper_price);
    p.minimum(out, r.link);
  }
  if (inside || down) {
    const to = inside ? 'sqrt_price' : r.upper_price;
    p.floatOf(u.p, 'budget1');
    p.floatOf(u.quotient, to, r.lower_price, 'OpSub');
    p.float(u.p, u.p, '/', u.quotient, { power: 96, next: true });
    p.floatFloor(u.p, u.p);
    p.move(r.link, u.p);
    if (inside) p.moveIf(r.link, most_liquidity, to, '<=', r.lower_price);
    p.minimum(out, r.link);
  }
  for (const gross of [u.gross_lower, u.gross_upper]) {
    p.sub(r.link, 'max_liquidity', gross);
    p.moveIf(r.link, 0, r.link, '<', 0);
    p.minimum(out, r.link);
  }
}
