// A candidate that passes its range over whole segments of the swap alone. What it earns does not depend on what is behind the range, so it reports there. Only the best
// one's end is asked for: one that is not the best so far stops, another one goes on, and reports once more when its end is in its slot. That cannot fail: behind the range the swap has the liquidity of the swap
// alone and no more left than that, so each step there is one that the swap alone has done, or ends before it. For an exact output the contract's two requirements hold in such a step because what is left
// is less than the output of going to its end: L 2^96 (1 / price - 1 / end) of token0 times the price is below L 2^96, and of token1 no more than the way to the end.
// SPDX-License-Identifier: Apache-2.0
import { addGrowths, segmentsOf } from './candidate_ahead.mjs';
import { askFees, beginEnd, burn, countEarly, mintValue, storeTick } from './close_position.mjs';
import { askLessFee } from './pool_swap.mjs';
import { snapshot, snapshot_words } from './snapshots.mjs';

const u160 = 1n << 160n;

/** A liquidity that no position has: the candidate has reported, and only the end of its swap is to be found. */
const end_only = -1n;
export const ifEndOnly = (p, { r }, target) => p.jumpIf(r.ours, '<', 0, target);

/**
 * From `labels`, behind so many segments of which the last ends at the far bound: on to `close`, or to `stand`, with what is left without the fee asked for, where the swap is not sure to end as the swap
 * alone does.
 */
export function passedRange(p, regs, way, { labels, close, stand, failed }) {
  const { r, u } = regs;
  const [asked, unsure] = [p.label(), p.label()];
  const segments = segmentsOf(regs, way);
  for (let count = 3; count > 0; --count) {
    p.here(labels[count - 1]);
    burn(p, regs, way.down ? 'below' : 'above');
    addGrowths(p, regs, segments.slice(0, count), failed);
    if (count > 1) p.jump(asked);
  }
  p.here(asked);
  beginEnd(p, regs);
  mintValue(p, regs);
  askFees(p, regs);
  countEarly(p, regs, way);
  p.move(r.steps, -1n); // more is to be done behind the report
  p.addJumpOver(r.z, r.calculated, 'behind', 255, unsure);
  p.jump(close);
  p.here(unsure);
  p.mulShift(u.fee_growth, 0, 0, 0); // it is in r.growth
  p.jump(stand);
}

/** Behind its range the swap goes the segments of the swap alone, at the same costs, as long as something is left: to the last of their snapshots. */
function goBehind(p, regs, { down }) {
  const { r, u } = regs;
  const next = p.label();
  const [more, looked] = [r.t, r.x]; // what the candidate has spent more than the swap alone
  const words = [[u.b, u.e], [u.d, u.f], [u.g, u.h], [u.i, u.l]];
  const places = [r.s, r.z, r.fee, r.spent];
  p.load(u.j, r.place, snapshot.remaining);
  p.load(u.k, r.place, snapshot.calculated);
  p.move(looked, r.place);
  p.sub(more, u.j, r.remaining);
  p.here(next);
  words.forEach(([price, remaining], i) => {
    const offset = snapshot_words * BigInt(i + 1);
    p.load(price, looked, offset + BigInt(snapshot.price));
    p.load(remaining, looked, offset + BigInt(snapshot.remaining));
    p.add(places[i], looked, offset);
    p.move(r.y, remaining);
    p.moveIf(r.y, 0, price, down ? '<=' : '>', down ? 0 : u160); // behind the last snapshot
    p.moveIf(r.place, places[i], r.y, '>', more);
  });
  p.move(looked, r.spent);
  p.jumpIf(r.y, '>', more, next);
  p.load(u.j, r.place, snapshot.remaining);
  p.load(u.a, r.place, snapshot.calculated);
  p.sub(r.remaining, u.j, more);
  p.add(r.calculated, r.calculated, u.a);
  p.sub(r.calculated, r.calculated, u.k);
}

/** To `dropped` where another candidate is the best so far. */
function whileBest(p, { r, u }, dropped) {
  p.best(u.a, 'place');
  p.down32(r.t, u.argument);
  p.up32(r.t, r.t);
  p.sub(r.t, u.argument, r.t); // its own place
  p.jumpIf(u.a, '!=', r.t, dropped);
}

/** Behind the report, with the gross in r.x: the best so far goes on to `stand`, and at its end to foundEnd(). */
export function findEnd(p, regs, way, { stand, dropped }) {
  const { r } = regs;
  p.giveWay();
  whileBest(p, regs, dropped);
  p.move(r.growth, r.x);
  p.move(r.ours, end_only);
  p.move(r.bound_delta, 0);
  goBehind(p, regs, way);
  askLessFee(p, regs, way);
  whileBest(p, regs, dropped);
  p.jump(stand);
}

/** The end is in the slot, but for the tick: its report once more, so that the slot is read again. */
export function foundEnd(p, regs) {
  const { r, u } = regs;
  storeTick(p, regs);
  p.report({ evaluated: false, known: true, gross: r.growth, place: u.argument });
  p.stop();
}
