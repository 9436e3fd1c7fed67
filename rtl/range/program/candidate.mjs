// One candidate as a thread: from its bounds to its report. kernels/hls/range_search.cpp `fill_prepared`, `evaluate` and `value`, and
// position_math.cpp. The swap begins at the last state of the swap alone before the range: until then the position makes no difference.
// SPDX-License-Identifier: Apache-2.0
import { askAhead, goThrough, loadAhead } from './candidate_ahead.mjs';
import { findEnd, foundEnd, ifEndOnly, passedRange } from './passed_range.mjs';
import { askMost, askSeed } from './candidate_seed.mjs';
import {
  askGrowth, askLastFee, askLessFee, askPrice, askPriceOf, askProduct, askWhole, fetchListed, lastFee, nextTick, runSwap,
} from './pool_swap.mjs';
import { snapshot, snapshot_words } from './snapshots.mjs';
import { askBurn, askFees, beginEnd, closeAndReport, countEarly, endGrowth, endLast, endOutput, mintValue, positionAmounts, slot, storeEnd, verifyEarly } from './close_position.mjs';

export { slot, slot_words } from './close_position.mjs';
export { max_snapshots, snapshot, snapshot_words } from './snapshots.mjs';

/** The finish round's liquidity, of the best one's. */
export const sixteenths = [8n, 12n, 14n, 15n, 17n, 18n, 20n, 24n];

/**
 * r.place and r.y = the last snapshots whose prices are strictly before `near` (left alone when null) and `far`, which comes behind it. Four at a time:
 * behind the last one lie four prices that are before nothing. `words` take what is loaded.
 */
export function lastBefore(p, { r, u }, { down }, near, far, words = [u.a, u.b, u.c, u.d]) {
  const next = p.label();
  const before = down ? '>' : '<';
  const places = [r.s, r.t, r.fee, r.spent];
  p.move(r.x, 0);
  p.here(next);
  words.forEach((word, i) => {
    p.load(word, r.x, snapshot_words * BigInt(i + 1));
    p.add(places[i], r.x, snapshot_words * BigInt(i + 1));
    if (near !== null) p.moveIf(r.place, places[i], word, before, near);
    p.moveIf(r.y, places[i], word, before, far);
  });
  p.move(r.x, r.spent);
  p.jumpIf(words[3], before, far, next);
}

/** A point of the finish round: `part` sixteenths of the best one's liquidity, which the point before had `last` of. Its range is the best's. */
function scaled(p, { r, u }, dropped) {
  const scale = (product, part) => {
    p.mulShift(product, u.o, part, 0);
    p.mulShift(product, product, 1n << 92n, 96);
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

/** Asks for the prices of r.lower and r.upper, and for the gross liquidity there. */
export function askBounds(p, { r, u }) {
  p.ratioAt(u.m, r.lower);
  p.ratioAt(u.n, r.upper);
  p.grossAt(u.gross_lower, r.lower);
  p.grossAt(u.gross_upper, r.upper);
}

/** The swap alone's first snapshot, until a later one is looked for, and no fees yet. */
export function beginAtSpot(p, { r, u }) {
  p.move(r.place, 0);
  p.move(r.y, 0);
  p.move(r.growth, 0);
  p.mulShift(u.fee_growth, 0, 0, 0);
}

/** The prices that askBounds() asked for. */
export function takePrices(p, { r, u }) {
  p.move(r.lower_price, u.m);
  p.move(r.upper_price, u.n);
}

/** Asks for the bounds' prices, and whether the swap comes to the range: falls through outside of it, else to `inside` or `dropped`. */
function prepare(p, regs, { down }, dropped, inside) {
  const { r } = regs;
  askBounds(p, regs);
  beginAtSpot(p, regs);
  // A range that the swap moves away from earns nothing.
  if (down) p.jumpIf('tick', '<', r.lower, dropped);
  else p.jumpIf('tick', '>=', r.upper, dropped);
  if (down) p.jumpIf('tick', '<', r.upper, inside);
  else p.jumpIf('tick', '>=', r.lower, inside);
  takePrices(p, regs);
  p.jumpIf('end_price', down ? '>=' : '<=', down ? r.upper_price : r.lower_price, dropped);
}

/** The swap's state before its first step, which the price begins in the range with; the end of its word of the bitmap is left out. */
export function stateInside(p, regs, way) {
  const { r, u } = regs;
  const { down } = way;
  p.move(r.cursor, 'below');
  fetchListed(p, regs, way);
  p.move(r.price, 'sqrt_price');
  p.move(r.remaining, 'amount');
  p.move(r.liquidity, 'liquidity');
  p.move(r.calculated, 0);
  p.move(r.tick, 'tick');
  p.move(r.steps, 0);
  p.move(r.bound, down ? r.lower : r.upper);
  p.move(r.bound_price, down ? u.m : u.n);
}

/** The swap's state at r.place's snapshot. */
function stateAt(p, regs, way) {
  const { r, u } = regs;
  const words = { cursor: u.b, price: u.l, remaining: u.m, liquidity: u.n, calculated: u.o, tick: u.p, steps: u.c, word_end: u.product };
  for (const [name, word] of Object.entries(words)) p.load(word, r.place, snapshot[name]);
  for (const [name, word] of Object.entries(words)) p.move(r[name], word);
  fetchListed(p, regs, way);
}

/** The range of r.lower_price and r.upper_price as candidate_seed.mjs knows it, `before` the swap's state before it (null: the price is in the range). */
export const rangeOf = ({ r }, { down }, before) => ({
  lower: r.lower_price,
  upper: r.upper_price,
  entry: before === null ? 'sqrt_price' : down ? r.upper_price : r.lower_price,
  far: down ? r.lower_price : r.upper_price,
  before,
});

/** Asks for the snapshot at r.y, which the swap alone comes from to the far bound. */
export function loadStop(p, { r, u }) {
  const stop = { price: u.j, liquidity: u.h, remaining: u.e };
  for (const [name, word] of Object.entries(stop)) p.load(word, r.y, snapshot[name]);
  return stop;
}

/** The liquidity to mint into r.ours. */
export function takeSeed(p, { r, u }) {
  p.fence(); // nothing else waits for the seed
  p.move(r.ours, u.k);
}

/** What the first step in the range needs before the liquidity is known. */
export function planStep(p, regs, way) {
  askProduct(p, regs, way);
  nextTick(p, regs, way);
}

/** What the steps behind it need, when the swap alone has been there; the most that may be minted goes to the slot, which a given liquidity has no use for. */
export function planBehind(p, regs, way) {
  p.storeSlot(regs.u.l, regs.u.argument, slot.most);
  loadAhead(p, regs, way);
}

/** The liquidity comes in where the swap is: its first step in the range is asked for. */
export function enter(p, regs, way) {
  const { r } = regs;
  p.add(r.liquidity, r.liquidity, r.ours);
  p.sub(r.bound_delta, 0, r.ours);
  askPriceOf(p, regs, way);
  askWhole(p, regs, way);
}

/**
 * Asks for the liquidity to mint by the seed, `before` the swap's state before the range (null: the price is in it). What a step of the swap has asked for
 * stays.
 */
function askLiquidity(p, regs, way, before) {
  const { down } = way;
  const range = rangeOf(regs, way, before);
  const asked = p.label();
  askMost(p, regs, range);
  askSeed(p, regs, before);
  p.jumpIf('end_price', down ? '>=' : '<=', range.far, asked);
  p.tellStop(loadStop(p, regs));
  p.here(asked);
}

/** The first step in the range is planned while the seed comes; r.ours is given, or 0 and that. */
function planLiquidity(p, regs, way) {
  const known = p.label();
  planStep(p, regs, way);
  planBehind(p, regs, way);
  p.jumpIf(regs.r.ours, '!=', 0, known);
  takeSeed(p, regs);
  p.here(known);
}

/** What minting costs at a price in the range: into u.m and u.n. */
export const askMint = (p, regs) => positionAmounts(p, regs, 'inside', 'sqrt_price', true, regs.u.m, regs.u.n);

/** Where mints meet: a position of nothing is dropped, one that the pool cannot hold fails; then the segments of the range are asked for. */
function beginAhead(p, regs, way, minted, dropped, failed) {
  const { r } = regs;
  p.here(minted);
  p.jumpIf(r.ours, '==', 0, dropped);
  p.jumpOver(r.liquidity, 128, failed);
}

/** The position minted at a price in its range, the first step of the swap asked for; others come to it at `minted`, with that asked for. */
function mintInside(p, regs, way, minted, dropped, failed) {
  const { r, u } = regs;
  const { down } = way;
  const [given, far_known] = [p.label(), p.label()];
  const far = down ? r.lower_price : r.upper_price;
  stateInside(p, regs, way);
  p.load(u.product, 0, snapshot.word_end);
  p.move(r.word_end, u.product);
  askLessFee(p, regs, way);
  takePrices(p, regs);
  p.jumpIf(r.ours, '!=', 0, given);
  p.jumpIf('end_price', down ? '>=' : '<=', far, far_known);
  lastBefore(p, regs, way, null, far);
  p.here(far_known);
  askLiquidity(p, regs, way, null);
  p.here(given);
  planLiquidity(p, regs, way);
  enter(p, regs, way);
  askMint(p, regs);
  askAhead(p, regs, way);
  beginAhead(p, regs, way, minted, dropped, failed);
}

/**
 * The swap before a range that it comes to from outside, from the last snapshot before its near bound in r.place: until then the position makes no difference. Where
 * a step of the swap alone ends at the near bound, the swap begins behind it. Returns the state before as candidate_seed.mjs knows it.
 */
export function comeTo(p, regs, way) {
  const { r, u } = regs;
  const { down } = way;
  const [within, begun] = [p.label(), p.label()];
  const [near, far] = down ? [r.upper_price, r.lower_price] : [r.lower_price, r.upper_price];
  const before = { price: u.fee_quotient, liquidity: u.fee_part, remaining: u.quotient };
  p.load(u.a, r.place, snapshot_words + BigInt(snapshot.price));
  for (const [name, word] of Object.entries(before)) p.load(word, r.place, snapshot[name]);
  p.jumpIf(u.a, '!=', near, within);
  p.add(r.place, r.place, snapshot_words);
  stateAt(p, regs, way);
  askLessFee(p, regs, way);
  p.move(r.bound, down ? r.lower : r.upper);
  p.move(r.bound_price, far);
  p.move(r.bound_delta, -1n);
  p.jump(begun);
  p.here(within); // the near bound is to come
  stateAt(p, regs, way);
  p.move(r.bound, down ? r.upper : r.lower);
  p.move(r.bound_price, near);
  p.move(r.bound_delta, 0);
  nextTick(p, regs, way);
  askLessFee(p, regs, way);
  askWhole(p, regs, way);
  askPrice(p, regs, way);
  p.here(begun);
  return before;
}

/** What minting costs before the price comes to the range; where the swap begins in it, its first step is asked for. */
export function mintBefore(p, regs, way) {
  const { r, u } = regs;
  const [entered, minted] = [p.label(), p.label()];
  p.jumpIf(r.bound_delta, '!=', 0, entered);
  p.move(r.bound_delta, r.ours);
  p.jump(minted);
  p.here(entered);
  enter(p, regs, way);
  p.here(minted);
  positionAmounts(p, regs, way.down ? 'above' : 'below', null, true, u.m, u.n);
  askAhead(p, regs, way);
}

/** mintInside for a range that the swap comes to from outside. */
function mintOutside(p, regs, way, minted, dropped, failed) {
  const { r } = regs;
  const given = p.label();
  const [near, far] = way.down ? [r.upper_price, r.lower_price] : [r.lower_price, r.upper_price];
  lastBefore(p, regs, way, near, far);
  const before = comeTo(p, regs, way);
  p.jumpIf(r.ours, '!=', 0, given);
  askLiquidity(p, regs, way, before);
  p.here(given);
  planLiquidity(p, regs, way);
  mintBefore(p, regs, way);
  beginAhead(p, regs, way, minted, dropped, failed);
}

/** From an exact input that ends short of its target to what closeAndReport() needs. */
function endInput(p, regs, way, { found }) {
  const { r } = regs;
  const last = () => {
    if (!way.down) mintValue(p, regs);
    endLast(p, regs, way);
    if (way.down) endOutput(p, regs, way);
    countEarly(p, regs, way);
  };
  askBurn(p, regs, way, {
    inside() {
      if (way.down) mintValue(p, regs); // the amount paid comes late
      endGrowth(p, regs);
      askGrowth(p, regs, r.liquidity, () => lastFee(p, regs, way));
      last();
      askFees(p, regs);
    },
    outside() {
      if (way.down) mintValue(p, regs);
      askFees(p, regs);
      last();
    },
    passed: () => ifEndOnly(p, regs, found),
  });
  if (!way.down) endOutput(p, regs, way); // it comes late
}

/** The same for an exact output. The fee waits for the input, and the growth for the fee: what else is to be done is done between. */
function endOfOutput(p, regs, way, { found }) {
  const { r } = regs;
  const mintAndFee = () => {
    if (way.down) mintValue(p, regs); // the amount paid comes late
    askLastFee(p, regs, way);
    p.fence();
    if (!way.down) mintValue(p, regs);
  };
  const last = () => {
    endLast(p, regs, way);
    countEarly(p, regs, way);
    endOutput(p, regs, way);
  };
  askBurn(p, regs, way, {
    inside() {
      endGrowth(p, regs);
      mintAndFee();
      askGrowth(p, regs, r.liquidity, () => lastFee(p, regs, way));
      last();
      askFees(p, regs);
    },
    outside() {
      askFees(p, regs);
      mintAndFee();
      last();
    },
    passed: () => ifEndOnly(p, regs, found),
  });
}

/**
 * The thread of a candidate, its place in the list in u.argument: seeded from `entries.seeded`, its bounds in its slot; from `entries.narrow`, one
 * spacing wide, its lower bound above the place in u.argument; scaled from one of `entries.scaled`. Returns where a thread of early_candidates.mjs goes on
 * when its first step with its liquidity is asked for, the price in its range or not, where it ends that has none, and where it goes from its bounds when all of the swap
 * alone is known.
 */
export function candidate(p, regs, way, entries) {
  const { r, u } = regs;
  const [dropped, failed] = [p.label(), p.label()]; // not evaluated; evaluated, and would revert or has no value
  const [scale, ready, inside, minted, minted_outside, again, swap, done, ends, close] = Array.from({ length: 10 }, () => p.label());
  const passed = Array.from({ length: 3 }, () => p.label());
  const [stand, found, found_done, more] = Array.from({ length: 4 }, () => p.label());
  entries.scaled.forEach((label, i) => {
    p.here(label);
    p.move(r.s, sixteenths[i]);
    p.move(r.t, i === 0 ? 0 : sixteenths[i - 1]);
    if (i + 1 < entries.scaled.length) p.jump(scale);
  });
  p.here(scale);
  scaled(p, regs, dropped);
  p.loadSlot(u.a, 'best_place', slot.lower);
  p.loadSlot(u.b, 'best_place', slot.upper);
  p.move(r.lower, u.a);
  p.move(r.upper, u.b);
  p.jump(ready);
  p.here(entries.seeded);
  p.loadSlot(u.a, u.argument, slot.lower);
  p.loadSlot(u.b, u.argument, slot.upper);
  p.move(r.ours, 0);
  p.move(r.lower, u.a);
  p.move(r.upper, u.b);
  p.jump(ready);
  p.here(entries.narrow);
  p.down32(r.lower, u.argument);
  p.add(r.upper, r.lower, 'spacing');
  p.here(again);
  p.move(r.ours, 0);
  p.here(ready);
  prepare(p, regs, way, dropped, inside);
  mintOutside(p, regs, way, minted_outside, dropped, failed);
  p.jump(swap);
  p.here(inside);
  mintInside(p, regs, way, minted, dropped, failed);
  p.here(swap);
  runSwap(p, regs, way, {
    done, ends, fail: failed, leaves: failed, too_many: failed, position: true,
    ahead: (_, behind, part) => goThrough(p, regs, way, { behind, part, stand, passed, fail: failed }),
  });
  p.here(ends);
  beginEnd(p, regs);
  (way.exact_in ? endInput : endOfOutput)(p, regs, way, { found });
  p.jump(close);
  p.here(done);
  p.move(r.next, r.price);
  beginEnd(p, regs);
  askBurn(p, regs, way, { inside() {}, outside() {}, passed: () => ifEndOnly(p, regs, found_done) });
  askFees(p, regs);
  mintValue(p, regs);
  storeEnd(p, regs);
  countEarly(p, regs, way);
  p.here(close);
  const verify = () => verifyEarly(p, regs, way, { dropped, again });
  const rest = closeAndReport(p, regs, way, { failed, verify, more });
  rest();
  passedRange(p, regs, way, { labels: passed, close, stand, failed });
  p.here(more);
  findEnd(p, regs, way, { stand, dropped });
  p.here(found);
  endLast(p, regs, way);
  askLastFee(p, regs, way);
  endOutput(p, regs, way);
  foundEnd(p, regs);
  p.here(found_done);
  storeEnd(p, regs);
  foundEnd(p, regs);
  p.here(failed);
  verify();
  p.report({ evaluated: true, known: false });
  p.here(dropped);
  p.stop();
  return { minted, minted_outside, dropped, again };
}
