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
 * seed_liquidity of a range, as a float into u.k; r.spent > 0 when more is always better. `before` is the state before the entry (null: the price is in the
 * range, and nothing has been taken), `stop` the one before the far bound. Words that are free afterwards: all that are named here. What comes
 * late is moved last.
 */
export function seedLiquidity(p, regs, way, { entry, far, before, stop }) {
  const { r, u } = regs;
  const { down, exact_in } = way;
  const token0 = down === exact_in;
  const [passive, without] = [r.fee, r.spent];
  p.floatOf(u.f, entry);
  p.floatOf(u.i, far);
  if (before === null) leftOf(p, way, u.a, 'amount');
  else leftAtPrice(p, way, u.a, before, entry, u.f, [u.g, u.h]);
  leftAtPrice(p, way, u.b, stop, far, u.i, [u.c, u.d]);
  // x: the price at which the swap leaves the range, and what is left there
  p.move(r.x, far);
  p.moveIf(r.x, 'end_price', 'end_price', down ? '>=' : '<=', far);
  p.move(r.s, 'end_left');
  p.moveIf(r.s, u.b, 'end_price', down ? '<' : '>', far);
  p.float(u.g, u.f, '*', u.f);
  p.float(u.g, 'gain', down ? '/' : '*', u.g);
  p.floatOf(u.h, r.x, entry, 'OpSub');
  p.floatOf(u.j, r.x);
  liquidityPerAmount(p, token0, u.h, u.f, u.j, u.h, u.j);
  p.float(u.b, u.a, '-', r.s);
  p.float(u.b, u.b, '*', u.h);
  p.floatOf(u.e, before === null ? 'liquidity' : before.liquidity);
  p.move(passive, u.e);
  p.moveIf(passive, u.b, r.x, '!=', entry);
  // u.d: the swap in units of liquidity
  if (token0) p.float(u.d, u.a, '*', u.f, { power: -96 });
  else p.float(u.d, u.a, '/', u.f, { power: 96 });
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
  p.float(u.b, u.e, '-', u.h);
  p.float(u.h, u.d, '*', exact_in ? u.h : u.e);
  p.float(u.h, u.h, '/', u.b);
  // T contains what is left between entry and far bound
  p.floatOf(u.j, far, entry, 'OpSub');
  liquidityPerAmount(p, token0, u.c, u.f, u.i, u.j, u.k);
  p.float(u.c, u.a, '*', u.c);
  p.move(r.s, zero);
  if (!exact_in) p.moveIf(r.s, u.d, passive, '==', zero);
  p.moveIf(r.s, u.h, passive, '!=', zero);
  p.maximum(r.s, u.c);
  p.float(u.k, r.s, '-', passive);
}

/** The seed as an amount of liquidity into `out`: 2^127 - 1 for any from there on. */
export function takeSeed(p, { r, u }, out) {
  p.floatFloor(u.k, u.k);
  p.move(out, u.k);
  p.moveIf(out, most_liquidity, r.spent, '>', 0);
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
