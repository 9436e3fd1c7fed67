// The coarse round of kernels/hls/range_search.cpp where many of its ranges lie behind spot's on the swap's way: range_flow has those, threads the few others.
// SPDX-License-Identifier: Apache-2.0
import { slot, slot_words } from './close_position.mjs';

const least = 16n; // ranges that are worth it
const least_candidates = 30n; // K for a list of so many
const most_steps = 62n; // of the swap alone: all its states are in memory
const most_wide = 8n; // ranges of two and three spacings
const after = 8n * slot_words; // places of what follows
const none = 1n << 24n; // in place of a range's lower bound
const abandoned = 1n << 25n;

/** What range_flow is told of a leg, in this order; the last starts it. */
const tell = (p, field, a) => p.out(p.codes[`Flow${field}`], a);

/** Near bound of the first range on the way, and how many there are, into r.t and w.by; the one of the list before it, spot's own if any, into w.lower. */
function findRow(p, { r, u }, { down }, w, threads) {
  if (down) {
    p.sub(r.s, w.spot, w.start);
    p.sub(r.s, r.s, 'spacing');
    p.add(r.s, r.s, w.step);
    p.jumpIf(r.s, '<', 0, threads);
    p.mulDiv(u.a, r.s, 1, w.step);
    p.mulShift(u.b, u.a, w.step, 0);
    p.move(w.by, u.a);
    p.add(w.lower, w.start, u.b);
    p.sub(r.t, w.lower, w.step);
    p.add(r.t, r.t, 'spacing');
    p.sub(w.last, 0, w.step);
  } else {
    p.add(r.s, w.spot, 'spacing');
    p.sub(r.s, r.s, w.start);
    p.maximum(r.s, 0);
    p.mulDiv(u.a, r.s, 1, w.step, { up: true });
    p.mulShift(u.b, u.a, w.step, 0);
    p.add(r.t, w.start, u.b);
    p.sub(w.lower, r.t, w.step);
    p.sub(r.s, w.hi, r.t);
    p.jumpIf(r.s, '<=', 0, threads);
    p.mulDiv(u.c, r.s, 1, w.step, { up: true });
    p.move(w.by, u.c);
    p.move(w.last, w.step);
  }
}

/** The range from `lower` on, one spacing wide, at a place in the list. */
function spawnNarrow(p, w, label, lower, place) {
  p.move(w.place, place);
  p.add(w.upper, lower, 'spacing');
  p.storeSlot(lower, w.place, slot.lower);
  p.storeSlot(w.upper, w.place, slot.upper);
  p.spawn(label, w.place);
}

/** Starts range_flow on the ranges behind spot's, and spot's own, if the list has it; to `threads` when all are left to them. w.parts: steps of the swap alone. */
export function beginFlow(p, regs, way, w, label, threads) {
  const { r } = regs;
  const not_spot = p.label();
  p.sub(r.s, 'candidates', least_candidates);
  p.jumpIf(r.s, '<', 0, threads);
  p.sub(r.s, w.parts, most_steps);
  p.jumpIf(r.s, '>=', 0, threads);
  findRow(p, regs, way, w, threads);
  p.sub(r.s, w.by, least);
  p.jumpIf(r.s, '<', 0, threads);
  tell(p, 'First', r.t);
  tell(p, 'Step', w.last);
  tell(p, 'Count', w.by);
  // Only the order of places counts, and what is below spot comes before it. K has room for the whole list: it has K / 2 + 7 points at most.
  p.jumpIf(w.lower, '!=', w.spot, not_spot);
  p.jumpIf(w.lower, '>=', w.hi, not_spot);
  if (!way.down) p.jumpIf(w.lower, '<', w.start, not_spot);
  spawnNarrow(p, w, label, w.lower, way.down ? slot_words : 0n);
  p.here(not_spot);
  p.move(w.place, 2n * slot_words);
  p.move(w.room, most_wide);
}

/** The best of range_flow's ranges goes to a thread. To `threads` when they have to do it all again, and nothing has been reported. */
export function endFlow(p, regs, way, w, label, threads, end) {
  const took = p.label();
  p.await('flow_best');
  p.jumpIf('flow_best', '<', abandoned, took);
  p.join(regs.u.a, regs.r.t);
  tell(p, 'Forget', 0);
  p.jump(threads);
  p.here(took);
  p.jumpIf('flow_best', '==', none, end);
  p.move(w.from_lower, 'flow_best');
  spawnNarrow(p, w, label, w.from_lower, way.down ? 0n : slot_words);
  p.move(w.place, after);
}
