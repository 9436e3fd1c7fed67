// kernels/hls/candidate_seed.cpp as microcode, in short floats.
// SPDX-License-Identifier: Apache-2.0

const float = (exponent, mantissa) => (BigInt(exponent) << 32n) + BigInt(mantissa);
const one = float(-31, 0x80000000);
const unlimited = float(511, 0xffffffff);
const least_seed = 1n << 16n;

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

/** left_at_price: what is left where the swap alone, from a state with this price, liquidity and rest, comes to `x`. */
function leftAtPrice(p, { u }, { down, exact_in }, out, state, x, [s, t, v]) {
  const token0 = down === exact_in;
  p.floatOf(s, state.price, x, 'OpSub');
  p.floatOf(t, state.liquidity);
  p.float(s, t, '*', s, { power: token0 ? 0 : -96 });
  if (token0) {
    p.floatOf(t, state.price);
    p.floatOf(v, x);
    p.float(t, t, '*', v);
    p.float(s, s, '/', t, { power: 96 });
  }
  if (exact_in) p.float(s, s, '/', 'kept');
  p.floatOf(t, state.remaining);
  p.float(out, t, '-', s);
}

/**
 * seed_liquidity of a range into r.z, as an amount of liquidity. `before` is the state before the entry; loadStop loads the one before the
 * far bound into u.k (price), u.l (liquidity) and u.c (remaining).
 */
export function seedLiquidity(p, regs, way, { entry, far, before, loadStop }) {
  const { r, u } = regs;
  const { down, exact_in } = way;
  const token0 = down === exact_in;
  const stops_inside = p.label();
  const stop_known = p.label();
  const limited = p.label();
  const no_square = p.label();
  const rooted = p.label();
  const done = p.label();
  leftAtPrice(p, regs, way, u.a, before, entry, [u.h, u.i, u.j]);
  p.floatOf(u.f, entry);
  // x: the price at which the swap leaves the range; b: what is left there
  p.jumpIf('end_price', down ? '>=' : '<=', far, stops_inside);
  loadStop();
  p.move(r.x, far);
  leftAtPrice(p, regs, way, u.b, { price: u.k, liquidity: u.l, remaining: u.c }, far, [u.h, u.i, u.j]);
  p.jump(stop_known);
  p.here(stops_inside);
  p.move(r.x, 'end_price');
  p.float(u.b, 'end_left', '+', 0);
  p.here(stop_known);

  p.float(u.g, u.f, '*', u.f);
  p.float(u.g, 'gain', down ? '/' : '*', u.g);
  p.float(u.b, u.a, '-', u.b); // taken
  if (exact_in) {
    p.float(u.a, u.a, '*', 'kept');
    p.float(u.b, u.b, '*', 'kept');
  }
  // c: passive liquidity
  const moves = p.label();
  p.jumpIf(r.x, '!=', entry, moves);
  p.floatOf(u.c, before.liquidity);
  const passive_known = p.label();
  p.jump(passive_known);
  p.here(moves);
  p.floatOf(u.h, r.x, entry, 'OpSub');
  p.floatOf(u.i, r.x);
  liquidityBetween(p, token0, u.c, u.b, u.f, u.i, u.h, u.j);
  p.here(passive_known);
  // d: the swap in units of liquidity
  if (token0) p.float(u.d, u.a, '*', u.f, { power: -96 });
  else p.float(u.d, u.a, '/', u.f, { power: 96 });
  // e: the square of A
  p.jumpIf(u.c, '<', -(1024n << 32n), no_square); // passive is zero
  if (exact_in) {
    p.float(u.e, u.g, '*', u.c);
    p.float(u.h, u.d, '+', u.c);
  } else {
    p.float(u.h, u.c, '-', u.d);
    p.float(u.e, u.g, '*', u.h);
    p.float(u.h, u.c, '+', 0);
  }
  p.float(u.e, u.e, '/', u.h);
  p.jumpIf(u.e, '<', one, limited);
  p.float(u.e, unlimited, '+', 0);
  p.jump(done);
  p.here(limited);
  p.squareRoot(u.e, u.e);
  p.jump(rooted);
  p.here(no_square);
  p.float(u.e, 0, '+', 0);
  p.here(rooted);
  p.float(u.h, one, '-', u.e);
  if (exact_in) p.float(u.d, u.d, '*', u.e);
  p.float(u.d, u.d, '/', u.h);
  // T contains what is left between entry and far bound
  p.floatOf(u.h, far, entry, 'OpSub');
  p.floatOf(u.i, far);
  liquidityBetween(p, token0, u.j, u.a, u.f, u.i, u.h, u.k);
  p.move(r.t, u.d);
  p.moveIf(r.t, u.j, u.j, '>', u.d);
  p.float(u.e, r.t, '-', u.c);
  p.here(done);
  p.floatFloor(u.d, u.e);
  p.move(r.z, u.d);
  p.moveIf(r.z, least_seed, r.z, '==', 0);
}

/** liquidity_for_budgets, and maxLiquidityPerTick, into r.y. `inside`: the price is in the range; else it is before it. */
export function mostLiquidity(p, { r, u }, { down }, inside, gross_lower, gross_upper) {
  p.move(r.y, (1n << 127n) - 1n);
  if (inside || !down) {
    const from = inside ? 'sqrt_price' : r.lower_price;
    const none = p.label();
    if (inside) p.jumpIf('sqrt_price', '>=', r.upper_price, none);
    p.floatOf(u.a, 'budget0');
    p.floatOf(u.b, from);
    p.floatOf(u.c, r.upper_price);
    p.floatOf(u.d, r.upper_price, from, 'OpSub');
    p.float(u.a, u.a, '*', u.b);
    p.float(u.a, u.a, '*', u.c, { power: -96 });
    p.float(u.a, u.a, '/', u.d, { next: true });
    p.floatFloor(u.a, u.a);
    p.minimum(r.y, u.a);
    p.here(none);
  }
  if (inside || down) {
    const to = inside ? 'sqrt_price' : r.upper_price;
    const none = p.label();
    if (inside) p.jumpIf('sqrt_price', '<=', r.lower_price, none);
    p.floatOf(u.e, 'budget1');
    p.floatOf(u.f, to, r.lower_price, 'OpSub');
    p.float(u.e, u.e, '/', u.f, { power: 96, next: true });
    p.floatFloor(u.e, u.e);
    p.minimum(r.y, u.e);
    p.here(none);
  }
  for (const gross of [gross_lower, gross_upper]) {
    p.sub(r.t, 'max_liquidity', gross);
    p.moveIf(r.t, 0, r.t, '<', 0);
    p.minimum(r.y, r.t);
  }
}
