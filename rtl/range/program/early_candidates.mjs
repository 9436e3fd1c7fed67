// The candidates of whole_round.mjs that contain spot: spot's spacing, the two ranges of two, that of three around it, which every such round has, and the one
// of three that reaches farther on the way of the swap. They begin while the swap alone still runs, wait for its end where their seed needs it, and give up where the list turns out not to have them.
// SPDX-License-Identifier: Apache-2.0
import {
  askBounds, beginAtSpot, clampSeed, lastBefore, loadStop, planInside, rangeOf, slot_words, snapshot, stateInside, takePrices,
} from './candidate.mjs';
import { askBudgets, leftAtFar, mostLiquidity, seedLiquidity, seedOfPassage, seedOfRange } from './candidate_seed.mjs';
import { edge_offset, places } from './coarse_list.mjs';
import { askLessFee } from './pool_swap.mjs';

/**
 * Spawns them from u.e, the product of spot's cell and the spacing; those with the longest way first. The words used are free while the swap alone runs.
 */
export function spawnEarly(p, { r, u }, { down }, labels) {
  const [spot, step, value, below, limit, spacing] = [r.ours, r.growth, r.lower, r.lower_price, r.upper, r.upper_price];
  p.up32(spacing, 'spacing');
  p.add(step, spacing, slot_words);
  p.sub(spot, u.e, 'spacing_offset');
  p.up32(spot, spot);
  p.sub(below, spot, spacing);
  // of three spacings, [spot - 1, spot + 2) and the one further on the way
  p.add(value, below, places.three + (down ? 0n : slot_words));
  if (down) p.sub(value, value, spacing);
  p.add(limit, down ? below : spot, 1n << 32n);
  p.spawnRange(labels[2], value, limit, step);
  p.add(value, below, places.two);
  p.add(limit, spot, 1n << 32n);
  p.spawnRange(labels[1], value, limit, step);
  p.add(value, spot, places.spot);
  p.spawn(labels[0], value);
}

/** From its bounds to its liquidity in r.ours; the first step of the swap is asked for as far as it does not depend on that. */
function mintEarly(p, regs, way, dropped) {
  const { r, u } = regs;
  const { down } = way;
  const [terms, end, known, beyond, edge] = Array.from({ length: 5 }, () => p.label());
  askBounds(p, regs);
  stateInside(p, regs, way);
  askLessFee(p, regs, way);
  takePrices(p, regs);
  beginAtSpot(p, regs);
  p.here(terms);
  p.jumpIf('gain', '==', 0, terms);
  const range = rangeOf(regs, way, null);
  seedOfRange(p, regs, way, { ...range, spare: u.fee_part });
  askBudgets(p, regs, way, true);
  p.here(end);
  p.jumpIf('end_left', '==', 0, end);
  p.load(u.product, 0, snapshot.word_end);
  p.jumpIf('end_price', down ? '<' : '>', range.far, beyond);
  p.move(r.x, 'end_price');
  seedOfPassage(p, regs, way, { entry: range.entry, x: 'end_price', left: 'end_left' });
  p.jump(known);
  p.here(beyond);
  lastBefore(p, regs, way, null, range.far, [u.b, u.e, u.h, u.j]);
  p.move(r.x, range.far);
  leftAtFar(p, regs, way, u.b, loadStop(p, regs), range.far, [u.fee_quotient, u.other]);
  seedOfPassage(p, regs, way, { entry: range.entry, x: range.far, left: u.b });
  p.here(known);
  p.move(r.word_end, u.product);
  mostLiquidity(p, regs, way, true, r.z);
  seedLiquidity(p, regs, way, {
    ...range,
    root: () => planInside(p, regs, way),
    quotient() {
      p.add(r.t, down ? r.lower : r.upper, edge_offset(way));
      p.here(edge);
      p.jumpIf('edge', '==', 0, edge);
      p.jumpIf(r.t, down ? '<' : '>', 'edge', dropped);
    },
  });
  clampSeed(p, regs);
}

/** Their threads, from one of `labels` by width, the lower bound above the place in u.argument; on to one of `exits`. */
export function earlyCandidates(p, regs, way, labels, exits) {
  const { r, u } = regs;
  const bounds = p.label();
  labels.forEach((label, i) => {
    p.here(label);
    p.down32(r.lower, u.argument);
    p.add(r.upper, r.lower, 'spacing');
    for (let width = 1; width <= i; ++width) p.add(r.upper, r.upper, 'spacing');
    if (i + 1 < labels.length) p.jump(bounds);
  });
  p.here(bounds);
  p.move(r.ours, 0);
  mintEarly(p, regs, way, exits.dropped);
  p.jump(exits.known);
}
