// The candidates of whole_round.mjs that contain spot: spot's spacing, the two ranges of two, that of three around it, which every such round has, and the one
// of three that reaches farther on the way of the swap. They begin while the swap alone still runs, wait for its end where their seed needs it, and give up where the list turns out not to have them.
// SPDX-License-Identifier: Apache-2.0
import {
  askBounds, askMint, beginAtSpot, comeTo, enter, lastBefore, loadStop, mintBefore, planBehind, planStep, rangeOf, slot_words, stateInside, takePrices,
  takeSeed,
} from './candidate.mjs';
import { askAhead } from './candidate_ahead.mjs';
import { askMost, askSeed } from './candidate_seed.mjs';
import { places } from './coarse_list.mjs';
import { askLessFee } from './pool_swap.mjs';

/**
 * Spawns them, in other lanes than this thread's, which has a long way to go, those with the shortest way first: the next lane to be used twice is then the first's. Leaves what
 * beginOuter() needs: u.c and r.ours. The other words used are free while the swap alone runs.
 */
export function spawnEarly(p, regs, { down }, labels) {
  const { r, u } = regs;
  const [spot, step, value, below, limit, spacing, own] = [r.ours, r.growth, r.lower, r.lower_price, r.upper, r.upper_price, r.bound_price];
  p.up32(spacing, 'spacing');
  p.add(step, spacing, slot_words);
  p.mulShift(u.c, 'spot_cell', step, 0);
  p.up32(spot, 'spot');
  p.sub(below, spot, spacing);
  p.add(own, spot, places.spot);
  p.spawn(labels[0], own, { aside: true });
  p.add(value, below, places.two);
  p.add(limit, spot, 1n << 32n);
  p.spawnRange(labels[1], value, limit, step, { aside: true });
  // of three spacings, [spot - 1, spot + 2) and the one further on the way
  p.add(value, below, places.three + (down ? 0n : slot_words));
  if (down) p.sub(value, value, spacing);
  p.add(limit, down ? below : spot, 1n << 32n);
  p.spawnRange(labels[2], value, limit, step, { aside: true });
  p.move(spot, own);
}

/** Added to the place of its snapshot, which counts modulo as much: the candidate has to be verified before its report. */
const unverified = -2048n;

/** The state of the swap alone before the range, and what can be asked for from there; returns the words of candidate_seed.mjs for it, null when the price is in the range. */
function stateBefore(p, regs, way, outside) {
  const { r } = regs;
  askBounds(p, regs);
  if (outside) {
    beginAtSpot(p, regs);
    takePrices(p, regs);
    lastBefore(p, regs, way, null, way.down ? r.upper_price : r.lower_price);
    p.move(r.place, r.y);
    return comeTo(p, regs, way);
  }
  stateInside(p, regs, way);
  askLessFee(p, regs, way);
  takePrices(p, regs);
  beginAtSpot(p, regs);
  return null;
}

/**
 * From its bounds to its liquidity in r.ours, in a range that contains spot, or `outside`, which the swap alone has come to; what of the first step does not depend on
 * the liquidity is asked for. Where the swap alone has come to the far bound it is taken to end beyond it; one that ends there begins `again`.
 */
function mintEarly(p, regs, way, outside, { dropped, minted }) {
  const { r, u } = regs;
  const { down } = way;
  const [known, beyond] = [p.label(), p.label()];
  const range = rangeOf(regs, way, stateBefore(p, regs, way, outside));
  askMost(p, regs, range);
  p.await('gain');
  askSeed(p, regs, range.before);
  if (!outside) {
    p.move(r.word_end, 'word_end');
    planStep(p, regs, way);
  }
  p.await('came');
  p.jumpIf('came', down ? '<=' : '>=', range.far, beyond);
  p.await('end_left');
  if (outside) p.jumpIf('end_price', down ? '>=' : '<=', range.entry, dropped);
  p.jumpIf('end_price', down ? '>=' : '<=', range.far, known);
  p.here(beyond);
  p.add(r.place, r.place, unverified);
  lastBefore(p, regs, way, null, range.far, [u.b, u.e, u.h, u.j]);
  p.tellStop(loadStop(p, regs));
  p.here(known);
  if (outside) planStep(p, regs, way);
  planBehind(p, regs, way);
  takeSeed(p, regs);
  if (outside) {
    mintBefore(p, regs, way);
  } else {
    enter(p, regs, way);
    askMint(p, regs);
    askAhead(p, regs, way);
  }
  p.jumpIf(r.place, '<', 0, minted);
  p.await('edge');
  p.jumpIf(down ? r.lower : r.upper, down ? '<' : '>', 'edge', dropped);
}

/**
 * Their threads, from `labels.widths` those that contain spot, from `labels.outer` those of outer_candidates.mjs, the lower bound above the place in u.argument; on to one
 * of `exits`.
 */
export function earlyCandidates(p, regs, way, labels, exits) {
  const { r, u } = regs;
  const bounds = p.label();
  labels.widths.forEach((label, i) => {
    p.here(label);
    p.down32(r.lower, u.argument);
    p.add(r.upper, r.lower, 'spacing');
    for (let width = 1; width <= i; ++width) p.add(r.upper, r.upper, 'spacing');
    if (i + 1 < labels.widths.length) p.jump(bounds);
  });
  p.here(bounds);
  p.move(r.ours, 0);
  mintEarly(p, regs, way, false, { dropped: exits.dropped, minted: exits.minted });
  p.jump(exits.minted);
  p.here(labels.outer);
  p.down32(r.lower, u.argument);
  p.add(r.upper, r.lower, 'spacing');
  p.move(r.ours, 0);
  mintEarly(p, regs, way, true, { dropped: exits.dropped, minted: exits.minted_outside });
  p.jump(exits.minted_outside);
}
