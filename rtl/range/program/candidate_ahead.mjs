// A candidate in its range over the segments that the swap alone passed, three at a time: its liquidity is the passive one plus its own there, so the
// amounts and fees of three segments are asked for at once, and a step is then a subtraction. Ends, liquidity and all other state behind a segment are
// those of the swap alone's snapshots. Whatever else comes, a bound inside a segment for one, is left to run_swap.
// SPDX-License-Identifier: Apache-2.0
import {
  askLessFee, askPriceOf, askProduct, askWhole, fetchListed, fullAmounts, nextTick, nowhere, plannedAmounts, q128, tick_is_late,
} from './pool_swap.mjs';
import { snapshot, snapshot_words } from './snapshots.mjs';

/**
 * The segments' words. `end`: the price behind; `passive`, `end_tick`: of the snapshot before and behind; `liquidity`: with ours; `bad`: not such a segment;
 * `taken`: the fee, zero when the segment is not passed; `growth`: by it. What is known of the first without them is the step that is planned.
 */
function segmentsOf({ r, u }, way) {
  return [
    {
      ...{ end: u.fee_part, liquidity: r.liquidity, ...plannedAmounts({ u }, way), fee: u.fee_quotient },
      ...{ rest: r.t, sum: r.link, taken: r.y, growth: u.fee_growth, share: u.b },
    },
    {
      ...{ end: u.gross_lower, end_tick: u.quotient, passive: u.o, liquidity: r.x, paid: u.i, got: u.j, fee: u.k },
      ...{ bad: r.amount_out, rest: r.target, sum: r.stop, taken: r.z, growth: u.c, share: u.j },
    },
    {
      ...{ end: u.gross_upper, end_tick: u.l, passive: u.p, liquidity: r.spent, paid: u.e, got: u.f, fee: u.g },
      ...{ bad: r.next, rest: r.tick, sum: r.word_end, taken: r.fee, growth: u.d, share: u.f },
    },
  ];
}

/** Of a price: not in the range, from before its far bound on. */
const beyondFar = ({ r }, { down }) => (down ? ['<', r.lower_price] : ['>', r.upper_price]);

/** What the snapshots behind r.place say of the segments. */
export function loadAhead(p, regs, way) {
  segmentsOf(regs, way).forEach(({ end, end_tick, passive }, i) => {
    const at = (name, behind) => [regs.r.place, snapshot_words * BigInt(behind) + BigInt(snapshot[name])];
    p.load(end, ...at('price', i + 1));
    if (i === 0) return;
    p.load(passive, ...at('liquidity', i));
    if (!way.exact_in) p.load(end_tick, ...at('tick', i + 1));
  });
}

/** The amounts of the segments behind the first, as many as end in the range. */
export function askAhead(p, regs, way) {
  const { r } = regs;
  const none = p.label();
  const segments = segmentsOf(regs, way);
  segments.forEach(({ end, passive, liquidity, paid, got }, i) => {
    if (i === 0) return;
    p.jumpIf(end, ...beyondFar(regs, way), none);
    p.sub(liquidity, passive, r.bound_delta);
    fullAmounts(p, way, segments[i - 1].end, end, liquidity, paid, got);
  });
  p.here(none);
}

/** Which of the segments behind the first are none: they end in the range, at a tick. */
function markSegments(p, regs, way, segments) {
  for (const { end, end_tick, liquidity, bad, taken } of segments.slice(1)) {
    p.move(bad, 0);
    p.moveIf(bad, 1, end, ...beyondFar(regs, way));
    p.moveIf(bad, 1, liquidity, '>=', q128);
    if (!way.exact_in) p.moveIf(bad, 1, end_tick, '==', tick_is_late); // a rounded step that came short of its tick
    p.maximum(liquidity, 1); // of a segment that was not asked for: something to divide nothing by
    p.move(taken, 0);
  }
}

/** Asks for the growth by the fees that were taken. */
function askGrowths(p, segments) {
  const [whole, asked] = [p.label(), p.label()];
  const grow = () => segments.forEach(({ taken, liquidity, growth }) => p.mulDiv(growth, taken, q128, liquidity));
  p.jumpIf('protocol_part', '==', 0, whole);
  segments.forEach(({ taken, share }) => p.mulDiv(share, taken, 'protocol_part', 'protocol_whole'));
  segments.forEach(({ taken, share }) => p.sub(taken, taken, share));
  grow();
  p.jump(asked);
  p.here(whole);
  grow();
  p.here(asked);
}

/** The growth in the segments behind the first; that in the first is added when the next is asked for. */
function addGrowths(p, { r }, segments, fail) {
  p.move(r.t, 0);
  for (const { growth } of segments.slice(1)) {
    p.maximum(r.t, growth);
    p.addWrapping(r.growth, r.growth, growth);
  }
  p.jumpOver(r.t, 256, fail);
}

/** The state at r.place's snapshot, its step asked for; r.remaining and r.calculated are the candidate's. */
function askBehind(p, regs, way, segments) {
  const { r, u } = regs;
  const far_price = way.down ? r.lower_price : r.upper_price;
  const words = { cursor: u.a, price: u.b, liquidity: u.c, tick: u.d, word_end: u.l, steps: u.product };
  const first = { ...segments[0], liquidity: r.s };
  const [one, grown] = [p.label(), p.label()];
  askLessFee(p, regs, way);
  for (const [name, word] of Object.entries(words)) p.load(word, r.place, snapshot[name]);
  for (const name of ['cursor', 'price', 'tick', 'word_end', 'steps']) p.move(r[name], words[name]);
  fetchListed(p, regs, way);
  p.moveIf(r.bound, nowhere(way), words.price, '==', far_price);
  p.moveIf(r.bound_delta, 0, words.price, '==', far_price);
  p.move(first.liquidity, r.liquidity);
  p.sub(r.liquidity, words.liquidity, r.bound_delta);
  askProduct(p, regs, way);
  p.jumpIf(segments[1].taken, '==', 0, one);
  askGrowths(p, [first, ...segments.slice(1)]);
  p.jump(grown);
  p.here(one);
  askGrowths(p, [first]);
  p.here(grown);
  askPriceOf(p, regs, way);
  nextTick(p, regs, way);
  askWhole(p, regs, way);
}

/**
 * The first step goes all the way, and has been asked for with those behind it: as many segments as there are, then on to `behind` with the step behind
 * them asked for. Falls through when the first is none.
 */
export function goThrough(p, regs, way, { behind, fail }) {
  const { r } = regs;
  const { exact_in } = way;
  const [stop, ordinary] = [p.label(), p.label()];
  const segments = segmentsOf(regs, way);
  for (const { paid, fee } of segments) p.mulDiv(fee, paid, 'fee', 'keep', { up: true });
  markSegments(p, regs, way, segments);
  p.jumpIf(segments[0].end, '!=', r.stop_price, ordinary);
  segments.forEach(({ paid, got, fee, bad, rest, sum, taken }, i) => {
    const none = i === 0 ? ordinary : stop;
    const spent = r.amount_in;
    if (i > 0) p.jumpIf(bad, '!=', 0, none);
    p.add(spent, paid, fee);
    p.subJumpIf(rest, r.remaining, exact_in ? spent : got, '<=', none);
    p.addJumpOver(sum, r.calculated, exact_in ? got : spent, 255, none);
    p.move(r.remaining, rest);
    p.move(r.calculated, sum);
    p.add(r.place, r.place, snapshot_words);
    p.move(taken, fee);
  });
  p.here(stop);
  askBehind(p, regs, way, segments);
  p.jumpIf(segments[1].taken, '==', 0, behind);
  addGrowths(p, regs, segments, fail);
  p.jump(behind);
  p.here(ordinary);
}
