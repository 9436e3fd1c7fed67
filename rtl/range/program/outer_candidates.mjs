// The candidates of whole_round.mjs on the swap's way behind spot's spacing, as far as they begin before the swap alone has ended: each as soon as the swap has
// come to its range (early_candidates.mjs says how they go on). Their list places count from spot's, so that each is known from its cell.
// SPDX-License-Identifier: Apache-2.0
import { slot_words } from './candidate.mjs';

const at_most = 8n; // so many; with the early ones and the first thread they fit in one lane

/**
 * r.ours: the argument of the last one that has begun, spot's at first, and u.c spot's cell times what an argument grows by from cell to cell; r.bound_delta, which a swap without a position does not read: what a cell's product is more than its argument.
 */
export const beginOuter = (p, { r, u }) => p.sub(r.bound_delta, u.c, r.ours);

const words = ({ r }) => ({ step: r.growth, cell: r.lower, inverse: r.upper, argument: r.lower_price, last: r.upper_price });

/** Asks for the argument of the cell that the swap alone has come to: it stands behind a listed tick. */
export function askOuter(p, regs) {
  const { r, u } = regs;
  const { step, cell, inverse } = words(regs);
  p.up32(step, 'spacing');
  p.add(step, step, slot_words);
  p.mulShift(u.b, step, at_most, 0);
  p.add(inverse, u.h, 1);
  p.add(cell, r.tick, 'spacing_offset');
  p.mulShift(u.p, cell, inverse, 128); // the cell, as in whole_round.mjs
  p.mulShift(u.p, u.p, step, 0);
}

/** Spawns those that the swap alone has come to since the last time, in other lanes than its. */
export function spawnOuter(p, regs, { down }, label) {
  const { r, u } = regs;
  const { step, cell, argument, last } = words(regs);
  p.sub(argument, u.p, r.bound_delta);
  p.sub(last, u.c, r.bound_delta);
  (down ? p.sub : p.add).call(p, last, last, u.b);
  (down ? p.maximum : p.minimum).call(p, argument, last);
  if (down) {
    p.spawnRange(label, argument, r.ours, step, { aside: true });
  } else {
    p.add(cell, r.ours, step);
    p.add(last, argument, 1);
    p.spawnRange(label, cell, last, step, { aside: true });
  }
  p.move(r.ours, argument);
}
