// A candidate in its range over the segments that the swap alone passed, three at a time: its liquidity is the passive one plus its own there, so the
// amounts and fees of three segments are asked for at once, and a step is then a subtraction. Ends, liquidity and all other state behind a segment are
// those of the swap alone's snapshots. Whatever else comes, a bound inside a segment for one, is left to run_swap.
// SPDX-License-Identifier: Apache-2.0
import {
  askLessFee, askPrice, askWhole, fetchListed, fullAmounts, nextTick, nowhere, plannedAmounts, q128, tick_is_late,
} from './pool_swap.mjs';
import { max_snapshots, snapshot, snapshot_words } from './snapshots.mjs';

/**
 * The segments' words. `end`: the price behind; `passive`, `end_tick`: of the snapshot before and behind; `liquidity`: with ours; `spent`: 2^255 when it is no such segment, of the first one negative when it is the only one; then what
 * the amount that the swap counts pays there; `within`: the end, but no farther than the range's far bound; `rest`: what remains behind; `growth`: by the fee. What is known of
 * the first without them is the step that is planned.
 */
export function segmentsOf({ r, u }, way) {
  return [
    {
      ...{ end: u.fee_part, within: u.fee_part, liquidity: r.liquidity, ...plannedAmounts({ u }, way), fee: u.fee_quotient },
      ...{ spent: r.y, rest: r.t, growth: u.fee_growth, share: u.b },
    },
    {
      ...{ end: u.gross_lower, within: r.x, end_tick: u.quotient, passive: u.o, liquidity: r.z, paid: u.i, got: u.j, fee: u.k },
      ...{ spent: r.s, rest: r.target, growth: u.c, share: u.j },
    },
    {
      ...{ end: u.gross_upper, within: r.link, end_tick: u.l, passive: u.p, liquidity: r.spent, paid: u.e, got: u.f, fee: u.g },
      ...{ spent: r.fee, rest: r.tick, growth: u.d, share: u.f },
    },
  ];
}

const i255 = 1n << 255n; // above all that remains

/** What the snapshots behind r.place say of the segments: which are none, since they do not end in the range or not at a tick. */
export function loadAhead(p, regs, way) {
  const { r } = regs;
  const { down } = way;
  const far = down ? r.lower_price : r.upper_price;
  const segments = segmentsOf(regs, way);
  const none = p.label();
  const at = (name, behind) => [r.place, snapshot_words * BigInt(behind) + BigInt(snapshot[name])];
  segments.forEach(({ end, end_tick, passive }, i) => {
    p.load(end, ...at('price', i + 1));
    if (i === 0) return;
    p.load(passive, ...at('liquidity', i));
    if (!way.exact_in) p.load(end_tick, ...at('tick', i + 1));
  });
  p.move(segments[0].spent, i255);
  p.jumpIf(segments[0].end, '!=', r.stop_price, none);
  for (const { spent } of segments.slice(1)) p.move(spent, i255);
  p.move(segments[0].spent, -1n); // the only one
  p.jumpIf(segments[0].end, '==', far, none);
  p.move(segments[0].spent, 0);
  segments.forEach(({ end, end_tick, within, spent }, i) => {
    if (i === 0) return;
    p.moveIf(spent, 0, end, down ? '>=' : '<=', far);
    if (!way.exact_in) p.moveIf(spent, i255, end_tick, '==', tick_is_late); // a rounded step that came short of its tick
    p.move(within, far);
    (down ? p.maximum : p.minimum).call(p, within, end);
    if (!way.exact_in) (down ? p.maximum : p.minimum).call(p, within, 'came');
  });
  p.here(none);
}

/** The amounts of the segments behind the first; nothing is paid in those that are none. */
export function askAhead(p, regs, way) {
  const segments = segmentsOf(regs, way);
  const none = p.label();
  p.jumpIf(segments[0].spent, '!=', 0, none);
  segments.forEach(({ within, passive, liquidity, paid, got }, i) => {
    if (i === 0) return;
    p.sub(liquidity, passive, regs.r.bound_delta);
    fullAmounts(p, way, segments[i - 1].within, within, liquidity, paid, got);
  });
  p.here(none);
}

/** Asks for the growth by the fees of these segments. */
function askGrowths(p, segments) {
  const [whole, asked] = [p.label(), p.label()];
  p.jumpIf('protocol_part', '==', 0, whole);
  segments.forEach(({ fee, share }) => p.mulDiv(share, fee, 'protocol_part', 'protocol_whole'));
  segments.forEach(({ fee, share, spent }) => p.sub(spent, fee, share));
  segments.forEach(({ spent, liquidity, growth }) => p.mulDiv(growth, spent, q128, liquidity));
  p.jump(asked);
  p.here(whole);
  segments.forEach(({ fee, liquidity, growth }) => p.mulDiv(growth, fee, q128, liquidity));
  p.here(asked);
}

/** The growth in the segments behind the first; that in the first is added when the next is asked for. */
export function addGrowths(p, { r }, segments, fail) {
  for (const { growth } of segments.slice(1)) {
    p.addWrapping(r.growth, r.growth, growth);
    p.jumpOver(growth, 256, fail);
  }
}

/** The state at r.place's snapshot, its step asked for; r.remaining and r.calculated are the candidate's, and what is left without the fee has been asked for. */
export function askBehind(p, regs, way) {
  const { r, u } = regs;
  const far_price = way.down ? r.lower_price : r.upper_price;
  const words = { cursor: u.a, price: u.i, liquidity: u.o, tick: u.p, word_end: u.l, steps: u.product };
  for (const [name, word] of Object.entries(words)) p.load(word, r.place, snapshot[name]);
  for (const name of ['cursor', 'price', 'tick', 'word_end', 'steps']) p.move(r[name], words[name]);
  fetchListed(p, regs, way);
  p.moveIf(r.bound, nowhere(way), words.price, way.down ? '<=' : '>=', far_price);
  p.moveIf(r.bound_delta, 0, words.price, way.down ? '<=' : '>=', far_price);
  p.sub(r.liquidity, words.liquidity, r.bound_delta);
  askPrice(p, regs, way);
  nextTick(p, regs, way);
  askWhole(p, regs, way);
}

/** The swap stands behind these segments: what remains, their growth asked for. */
function standBehind(p, regs, way, segments) {
  const { r } = regs;
  p.move(r.remaining, segments.at(-1).rest);
  askLessFee(p, regs, way);
  for (const { paid, fee, got } of segments) {
    if (way.exact_in) {
      p.add(r.calculated, r.calculated, got);
    } else {
      p.add(r.calculated, r.calculated, paid);
      p.add(r.calculated, r.calculated, fee);
    }
  }
  p.add(r.place, r.place, snapshot_words * BigInt(segments.length));
  askGrowths(p, segments);
}

/**
 * An exact input behind these segments, when it ends short of the end of `next`: on to `part`; falls through when it is not sure to. Where the swap alone ends in that segment its price
 * does for the segment's end, which it has not come to.
 */
function endInputIn(p, regs, way, segments, next, part, fail) {
  const { r, u } = regs;
  const { down } = way;
  const slow = p.label();
  p.move(r.price, segments.at(-1).end);
  p.move(r.liquidity, next.liquidity);
  askPrice(p, regs, way);
  p.load(u.p, r.place, snapshot.tick);
  p.move(r.target, next.within);
  (down ? p.maximum : p.minimum).call(p, r.target, 'came');
  p.moveIf(r.target, down ? i255 : 0, r.place, '>=', (max_snapshots - 1n) * snapshot_words); // nothing is known behind the last snapshot
  p.moveIf(r.target, down ? i255 : 0, r.liquidity, '>=', q128);
  p.move(r.tick, u.p);
  addGrowths(p, regs, segments, fail);
  p.jumpOver(r.calculated, 255, fail);
  if (down) p.jumpOver(r.amount_out, 256, slow);
  if (down) p.move(r.next, u.next);
  else p.add(r.next, r.price, u.next);
  p.jumpIf(r.next, down ? '>' : '<', r.target, part);
  p.here(slow);
}

/**
 * The same for an exact output, which ends short where more than what is left would come out on the way to `next`'s end, or to where the swap alone has come if that is nearer: the step goes that far at least.
 */
function endOutputIn(p, regs, way, segments, next, part, fail) {
  const { r, u } = regs;
  const { down } = way;
  const slow = p.label();
  p.move(r.price, segments.at(-1).end);
  p.move(r.liquidity, next.liquidity);
  askPrice(p, regs, way);
  p.load(u.p, r.place, snapshot.tick);
  p.move(r.target, next.within);
  p.moveIf(r.target, down ? i255 : 0, r.place, '>=', (max_snapshots - 1n) * snapshot_words); // nothing is known behind the last snapshot
  p.moveIf(r.target, down ? i255 : 0, r.liquidity, '>=', q128);
  p.moveIf(r.target, down ? i255 : 0, r.remaining, '>=', next.got);
  p.move(r.tick, u.p);
  addGrowths(p, regs, segments, fail);
  p.jumpOver(r.calculated, 255, fail);
  if (down) {
    p.sub(r.next, r.price, u.next);
  } else {
    p.jumpOver(u.product, 256, slow);
    p.jumpIf(r.amount_out, '<=', 0, slow);
    p.move(r.next, u.next);
  }
  p.jumpIf(r.next, down ? '>' : '<', r.target, part);
  p.here(slow);
}

/**
 * The first step goes all the way, and has been asked for with those behind it: as many segments as there are, then on to `part`, run_swap's step that ends short of its target, or to `behind` with the step behind
 * them asked for. Falls through when the first is none.
 */
export function goThrough(p, regs, way, { behind, part, stand, passed, fail }) {
  const { r } = regs;
  const { down, exact_in } = way;
  const far = down ? r.lower_price : r.upper_price;
  const [one, two, ordinary] = Array.from({ length: 3 }, () => p.label());
  const segments = segmentsOf(regs, way);
  p.jumpIf(segments[0].spent, '>', 0, ordinary);
  for (const { liquidity, spent } of segments.slice(1)) p.moveIf(spent, i255, liquidity, '>=', q128);
  p.fence();
  for (const { paid, fee } of segments) p.mulDiv(fee, paid, 'fee', 'keep', { up: true });
  for (const { paid, got, spent } of segments) p.maximum(spent, exact_in ? paid : got);
  if (exact_in) for (const { spent, fee } of segments) p.add(spent, spent, fee);
  segments.forEach(({ spent, rest }, i) => p.subJumpIf(rest, segments[i - 1]?.rest ?? r.remaining, spent, '<=', [ordinary, one, two][i]));
  const stop = (count) => {
    const through = segments.slice(0, count);
    standBehind(p, regs, way, through);
    p.jumpIf(through.at(-1).end, '==', far, passed[count - 1]);
    if (count < 3) {
      (exact_in ? endInputIn : endOutputIn)(p, regs, way, through, segments[count], part, fail);
    } else {
      addGrowths(p, regs, through, fail);
    }
    if (count > 1) p.jump(stand);
  };
  stop(3);
  p.here(two);
  stop(2);
  p.here(one);
  stop(1);
  p.here(stand);
  askBehind(p, regs, way);
  p.jumpOver(r.liquidity, 128, fail);
  p.jumpOver(r.calculated, 255, fail);
  p.jump(behind);
  p.here(ordinary);
}
