// One candidate as a thread: from its bounds to its report. kernels/hls/range_search.cpp `fill_prepared`, `evaluate` and `value`, and
// position_math.cpp. The swap begins at the last state of the swap alone before the range: until then the position makes no difference.
// SPDX-License-Identifier: Apache-2.0
import { mostLiquidity, seedLiquidity } from './candidate_seed.mjs';
import { addGrowth, amount0, amount1, fetchListed, runSwap } from './pool_swap.mjs';

/** Words of a candidate's slot. */
export const slot = {
  lower: 0, upper: 1, // ticks
  liquidity: 2, // minted
  mint0: 3, mint1: 4, burn0: 5, burn1: 6, fee: 7, price: 8, tick: 9, remaining: 10, calculated: 11, profit: 12, gross: 13, tip: 14,
  most: 15,
};
export const slot_words = 16n;
/** Words of a snapshot of the swap alone. */
export const snapshot = { price: 0, remaining: 1, liquidity: 2, calculated: 3, tick: 4, cursor: 5, steps: 6, word_end: 7 };
export const snapshot_words = 8n;
export const max_snapshots = 64n;
/** The finish round's liquidity, of the best one's. */
export const sixteenths = [8n, 12n, 14n, 15n, 17n, 18n, 20n, 24n];

const i255 = 1n << 255n;

/** r.place = the last snapshot whose price is strictly before `price`, from the one in r.place on. */
function lastBefore(p, { r, u }, { down }, price) {
  const next = p.label();
  const found = p.label();
  p.here(next);
  p.add(r.t, r.place, snapshot_words);
  p.load(u.quotient, r.t);
  p.jumpIf(r.t, '>=', 'snapshots', found);
  p.jumpIf(u.quotient, down ? '<=' : '>=', price, found);
  p.move(r.place, r.t);
  p.jump(next);
  p.here(found);
}

/** position_amounts: 'below', 'inside' or 'above' the range. token0 into one word, token1 into another; the absent one is zero. */
function positionAmounts(p, { r }, where, price, up, out0, half, out1) {
  if (where !== 'above') amount0(p, out0, half, r.upper_price, where === 'inside' ? price : r.lower_price, r.ours, up);
  else p.mulShift(out0, 0, 0, 0);
  if (where !== 'below') amount1(p, out1, where === 'inside' ? price : r.upper_price, r.lower_price, r.ours, up);
  else p.mulShift(out1, 0, 0, 0);
}

/** A point of the finish round: `part` sixteenths of the best one's liquidity, which the point before had `last` of. Its range is the best's. */
function scaled(p, { r, u }, dropped) {
  const scale = (product, part) => {
    p.mulShift(product, u.o, part, 0);
    p.mulShift(product, product, 1n << 12n, 16);
  };
  p.loadSlot(u.o, 'best_place', slot.liquidity);
  p.loadSlot(u.l, 'best_place', slot.most);
  scale(u.g, r.s);
  scale(u.h, r.t);
  p.move(r.ours, u.g);
  p.minimum(r.ours, u.l);
  p.move(r.x, u.h);
  p.minimum(r.x, u.l);
  p.jumpIf(r.ours, '==', 0, dropped);
  p.jumpIf(r.ours, '==', u.o, dropped);
  p.jumpIf(r.ours, '==', r.x, dropped);
}

/** Bounds from the slot in r.z, their prices, and whether the swap comes to the range: falls through outside of it, with r.place at the entry's
 * snapshot; else to `inside` or `dropped`. */
function prepare(p, regs, way, dropped, inside) {
  const { r, u } = regs;
  const { down } = way;
  p.loadSlot(u.a, r.z, slot.lower);
  p.loadSlot(u.b, r.z, slot.upper);
  p.ratioAt(u.m, u.a);
  p.ratioAt(u.n, u.b);
  p.grossAt(u.listed, u.a);
  p.grossAt(u.listed_net, u.b);
  p.move(r.lower, u.a);
  p.move(r.upper, u.b);
  p.move(r.place, 0);
  // A range that the swap moves away from earns nothing.
  if (down) p.jumpIf('tick', '<', r.lower, dropped);
  else p.jumpIf('tick', '>=', r.upper, dropped);
  p.move(r.lower_price, u.m);
  p.move(r.upper_price, u.n);
  if (down) p.jumpIf('tick', '<', r.upper, inside);
  else p.jumpIf('tick', '>=', r.lower, inside);
  const near = down ? r.upper_price : r.lower_price;
  p.jumpIf('end_price', down ? '>=' : '<=', near, dropped);
  lastBefore(p, regs, way, near);
}

/** The liquidity to mint into r.ours, by the seed unless the search gave it; to `dropped` when there is none. */
function chooseLiquidity(p, regs, way, where, before, dropped) {
  const { r, u } = regs;
  const { down } = way;
  const inside = where === 'inside';
  const near = down ? r.upper_price : r.lower_price;
  const far = down ? r.lower_price : r.upper_price;
  const given = p.label();
  p.jumpIf(r.ours, '!=', 0, given);
  seedLiquidity(p, regs, way, {
    entry: inside ? 'sqrt_price' : near,
    far,
    before,
    loadStop() {
      p.move(r.y, r.place);
      lastBefore(p, regs, way, far);
      p.load(u.k, r.place, snapshot.price);
      p.load(u.l, r.place, snapshot.liquidity);
      p.load(u.c, r.place, snapshot.remaining);
      p.move(r.place, r.y);
    },
  });
  mostLiquidity(p, regs, way, inside, u.listed, u.listed_net);
  p.storeSlot(r.y, u.argument, slot.most);
  p.move(r.ours, r.z);
  p.minimum(r.ours, r.y);
  p.jumpIf(r.ours, '==', 0, dropped);
  p.here(given);
}

/** The swap's state at r.place's snapshot, the position minted. */
function beginSwap(p, regs, way, where, before, failed) {
  const { r, u } = regs;
  const { down } = way;
  p.load(u.d, r.place, snapshot.calculated);
  p.load(u.e, r.place, snapshot.tick);
  p.load(u.f, r.place, snapshot.cursor);
  p.load(u.g, r.place, snapshot.steps);
  p.load(u.h, r.place, snapshot.word_end);
  p.move(r.price, before.price);
  p.move(r.remaining, before.remaining);
  p.move(r.liquidity, before.liquidity);
  p.move(r.growth, 0);
  p.mulShift(u.fee_growth, 0, 0, 0);
  const near_then_far = down ? [r.upper, r.upper_price] : [r.lower, r.lower_price];
  const [bound, price] = where === 'inside' ? (down ? [r.lower, r.lower_price] : [r.upper, r.upper_price]) : near_then_far;
  p.move(r.bound, bound);
  p.move(r.bound_price, price);
  if (where === 'inside') {
    p.sub(r.bound_delta, 0, r.ours);
  } else {
    p.move(r.bound_delta, r.ours);
  }
  p.move(r.calculated, u.d);
  p.move(r.tick, u.e);
  p.move(r.cursor, u.f);
  p.move(r.steps, u.g);
  p.move(r.word_end, u.h);
  fetchListed(p, regs, way);
  if (where === 'inside') p.addJumpOver(r.liquidity, r.liquidity, r.ours, 128, failed);
}

/** close_position: burn into u.a, u.b; the fee into u.c. */
function closePosition(p, regs, way, failed) {
  const { r, u } = regs;
  const { down } = way;
  const inside = p.label();
  const through = p.label();
  const closed = p.label();
  p.mulDiv(u.m, u.i, 1, r.x, { up: true, impossible: 'Zero' }); // mint's second division
  p.jumpIf(r.bound_delta, '<', 0, inside);
  p.jumpIf(r.bound_delta, '==', 0, through);
  positionAmounts(p, regs, down ? 'above' : 'below', r.price, false, u.a, u.d, u.b); // not reached
  p.jump(closed);
  p.here(inside);
  positionAmounts(p, regs, 'inside', r.price, false, u.a, u.d, u.b);
  p.jump(closed);
  p.here(through);
  positionAmounts(p, regs, down ? 'below' : 'above', r.price, false, u.a, u.d, u.b);
  p.here(closed);
  addGrowth(p, regs, failed);
  p.mulShift(u.c, r.growth, r.ours, 128);
  p.jumpOver(u.c, 256, failed);
  const [with_fee, without] = down ? [u.a, u.b] : [u.b, u.a];
  p.addJumpOver(r.s, with_fee, u.c, 128, failed);
  p.jumpOver(without, 128, failed);
}

/** value and profit_of; r.x gross, r.y profit, r.z tip. */
function value(p, regs, way, failed) {
  const { r, u } = regs;
  const { down } = way;
  const [back0, back1] = down ? [r.s, u.b] : [u.a, r.s];
  p.mulShift(u.e, u.m, 'price0', 96);
  p.mulShift(u.f, u.n, 'price1', 96);
  p.mulShift(u.g, back0, 'price0', 96);
  p.mulShift(u.h, back1, 'price1', 96);
  p.addJumpOver(r.t, u.e, u.f, 255, failed);
  p.addJumpOver(r.x, u.g, u.h, 255, failed);
  p.sub(r.x, r.x, r.t);
  // profit_of
  const loss = p.label();
  const tipped = p.label();
  p.subJumpIf(r.y, r.x, 'gas_cost', '<=', loss);
  p.mulDiv(u.d, r.y, 'tip_ppm', 1000000n);
  p.move(r.z, u.d);
  p.jump(tipped);
  p.here(loss);
  p.move(r.z, 0);
  p.here(tipped);
  p.maximum(r.z, 'tip_floor');
  p.sub(r.y, r.y, r.z);
  p.addJumpOver(r.t, r.y, i255, 256, failed); // it fits an int256
}

/** mint's amounts: token1 into u.n, the first of token0's two divisions into u.i; the second, by r.x, is left for later. */
function askMint(p, { r, u }, where) {
  if (where === 'above') {
    p.mulShift(u.i, 0, 0, 0);
    p.move(r.x, 1);
  } else {
    p.move(r.x, where === 'inside' ? 'sqrt_price' : r.lower_price);
    p.mulDivDelta(u.i, r.upper_price, r.x, r.ours, true);
  }
  if (where === 'below') p.mulShift(u.n, 0, 0, 0);
  else amount1(p, u.n, where === 'inside' ? 'sqrt_price' : r.upper_price, r.lower_price, r.ours, true);
}

/** The position minted, the swap's state before it comes to the range. */
function mint(p, regs, way, where, dropped, failed) {
  const { r, u } = regs;
  const before = { price: u.p, liquidity: u.whole_half, remaining: u.other_half };
  p.load(before.price, r.place, snapshot.price);
  p.load(before.liquidity, r.place, snapshot.liquidity);
  p.load(before.remaining, r.place, snapshot.remaining);
  chooseLiquidity(p, regs, way, where, before, dropped);
  askMint(p, regs, where);
  beginSwap(p, regs, way, where, before, failed);
}

function store(p, { r, u }) {
  const words = { lower: r.lower, upper: r.upper, liquidity: r.ours, mint0: u.m, mint1: u.n, burn0: u.a, burn1: u.b, fee: u.c, price: r.price, tick: r.tick, remaining: r.remaining, calculated: r.calculated, profit: r.y, gross: r.x, tip: r.z };
  for (const [name, word] of Object.entries(words)) p.storeSlot(word, u.argument, slot[name]);
}

/** The thread of a candidate, its place in the list in u.argument: seeded from `entry`, scaled from one of `scaled_entries`. */
export function candidate(p, regs, way, entry, scaled_entries) {
  const { r, u } = regs;
  const [dropped, failed] = [p.label(), p.label()]; // not evaluated; evaluated, and would revert or has no value
  const [scale, ready, inside, swap, close] = [p.label(), p.label(), p.label(), p.label(), p.label()];
  scaled_entries.forEach((label, i) => {
    p.here(label);
    p.move(r.s, sixteenths[i]);
    p.move(r.t, i === 0 ? 0 : sixteenths[i - 1]);
    if (i + 1 < scaled_entries.length) p.jump(scale);
  });
  p.here(scale);
  scaled(p, regs, dropped);
  p.move(r.z, 'best_place');
  p.jump(ready);
  p.here(entry);
  p.move(r.z, u.argument);
  p.move(r.ours, 0);
  p.here(ready);
  prepare(p, regs, way, dropped, inside);
  mint(p, regs, way, way.down ? 'above' : 'below', dropped, failed);
  p.jump(swap);
  p.here(inside);
  mint(p, regs, way, 'inside', dropped, failed);
  p.here(swap);
  runSwap(p, regs, way, { done: close, fail: failed, leaves: failed, too_many: failed, position: true });
  p.here(close);
  closePosition(p, regs, way, failed);
  value(p, regs, way, failed);
  p.move(r.t, 0);
  p.moveIf(r.t, 1, r.y, '>', 0);
  p.report({ evaluated: true, known: true, gross: r.x, place: u.argument, profitable: r.t });
  store(p, regs);
  p.stop();
  p.here(failed);
  p.report({ evaluated: true, known: false });
  p.here(dropped);
  p.stop();
}
