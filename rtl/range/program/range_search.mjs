// kernels/hls/range_search.cpp `run` as microcode of the first thread: it offers the points of a round, each a thread of its own, and
// waits for all. Bounds are ticks here, cells (tick spacings) only where the rounds are planned.
// SPDX-License-Identifier: Apache-2.0
import { slot, slot_words } from './candidate.mjs';
import { beginFlow, endFlow } from './flow_round.mjs';

const min_tick = -887272n;
const max_tick = 887272n;
const batch = 64n; // candidates in flight, at most as many as wait in thread_pool
export const slots = 128n;
const finish_from = 128n; // K from which a search that had every narrow range goes on around the best

/** The first thread's names for its words. */
export function searchWords(p, { r }) {
  return {
    ...{ lower: r.lower, upper: r.upper }, // the point to offer
    ...{ lo: r.lower_price, hi: r.upper_price, spot: r.bound }, // ticks
    ...{ place: r.place, room: r.x, pinned: r.y, best: r.z }, // list places count slot_words each
    ...{ stride: r.stop, parts: r.stop_price, step: r.target, by: r.next, from_lower: r.amount_in, from_upper: r.amount_out },
    ...{ link: r.link, ask_room: p.label() },
    ...{ last: r.growth, cells: r.steps, start: r.cursor },
  };
}

/** bound_lattice and the coarse stride: lo, hi, spot, start and step (stride in ticks); to `empty` when there is no cell. */
function plan(p, regs, w, empty) {
  const { r, u } = regs;
  p.move(r.s, 'known_lower');
  p.maximum(r.s, min_tick);
  p.move(r.t, 'known_upper');
  p.minimum(r.t, max_tick);
  p.add(r.s, r.s, 'spacing_offset');
  p.add(r.t, r.t, 'spacing_offset');
  p.add(w.spot, 'tick', 'spacing_offset');
  p.add(w.start, r.tick, 'spacing_offset');
  p.mulDiv(u.a, w.spot, 1, 'spacing');
  p.mulDiv(u.b, w.start, 1, 'spacing');
  p.mulDiv(u.c, r.s, 1, 'spacing', { up: true });
  p.mulDiv(u.d, r.t, 1, 'spacing');
  p.half(r.s, 'candidates');
  p.add(r.s, r.s, 1); // share
  p.move(w.lo, u.a);
  p.minimum(w.lo, u.b);
  p.move(w.hi, u.a);
  p.maximum(w.hi, u.b);
  p.sub(w.lo, w.lo, 1);
  p.add(w.hi, w.hi, 2);
  p.maximum(w.lo, u.c);
  p.minimum(w.hi, u.d);
  p.subJumpIf(w.cells, w.hi, w.lo, '<=', empty);
  p.add(r.t, w.cells, r.s);
  p.sub(r.t, r.t, 1);
  const dense = p.label();
  p.move(w.stride, 1);
  p.jumpIf(w.cells, '<=', r.s, dense);
  p.mulDiv(u.e, r.t, 1, r.s);
  p.move(w.stride, u.e);
  p.here(dense);
  p.half(r.t, w.stride);
  p.add(r.t, r.t, w.lo);
  for (const [product, cells] of [[u.f, w.lo], [u.g, w.hi], [u.h, u.a], [u.i, r.t]]) p.mulShift(product, cells, 'spacing', 0);
  p.mulShift(u.j, w.stride, 'spacing', 0);
  for (const [ticks, product] of [[w.lo, u.f], [w.hi, u.g], [w.spot, u.h], [w.start, u.i]]) p.sub(ticks, product, 'spacing_offset');
  p.move(w.step, u.j);
}

/** Offers the seeded point (lower, upper), or one that `label` knows without them, when there are evaluations left; else to `spent`. */
function offer(p, regs, w, label, spent, bounds = true) {
  const room = p.label();
  p.jumpIf(w.room, '>', 0, room);
  p.call(w.link, w.ask_room);
  p.jumpIf(w.room, '<=', 0, spent);
  p.here(room);
  if (bounds) {
    p.storeSlot(w.lower, w.place, slot.lower);
    p.storeSlot(w.upper, w.place, slot.upper);
  }
  p.spawn(label, w.place);
  p.add(w.place, w.place, slot_words);
  p.sub(w.room, w.room, 1);
}

/** The same for a range that may be off the lattice. */
function offerOnLattice(p, regs, w, label, spent) {
  const off = p.label();
  p.jumpIf(w.lower, '<', w.lo, off);
  p.jumpIf(w.upper, '>', w.hi, off);
  offer(p, regs, w, label, spent);
  p.here(off);
}

/** The place behind `place` with the same slot, in two steps that are no literals. */
export function nextRound(p, w, place) {
  const half = slots * slot_words / 2n;
  p.add(w.pinned, place, half);
  p.add(w.pinned, w.pinned, half);
}

/**
 * Subroutine: waits for all; room = how many may be offered before it has to be asked again: never so many that K could be passed. The next places
 * leave the best one's slot alone.
 */
function roomLeft(p, { u, r }, w) {
  const same = p.label();
  const clear = p.label();
  p.here(w.ask_room);
  p.join(u.a, r.t);
  p.best(u.b, 'evaluated');
  p.best(u.c, 'place');
  p.sub(w.room, 'candidates', u.b);
  p.minimum(w.room, batch);
  p.jumpIf(u.c, '==', w.best, same);
  p.move(w.best, u.c);
  nextRound(p, w, w.best);
  p.here(same);
  p.sub(r.t, w.pinned, w.place);
  p.jumpIf(r.t, '>=', batch * slot_words, clear);
  p.jumpIf(w.best, '<', 0, clear);
  p.add(w.place, w.pinned, slot_words);
  nextRound(p, w, w.pinned);
  p.here(clear);
  p.back(w.link);
}

/** The end of a round: the best so far into from_lower and from_upper; to `none` when there is none. */
function endRound(p, regs, w, none) {
  const { u } = regs;
  p.call(w.link, w.ask_room);
  p.jumpIf(w.best, '<', 0, none);
  p.loadSlot(u.d, w.best, slot.lower);
  p.loadSlot(u.e, w.best, slot.upper);
  p.publish('best_place', w.best);
  p.move(w.from_lower, u.d);
  p.move(w.from_upper, u.e);
}

/** `flow`: range_flow may have its ranges of one spacing. */
function coarseRound(p, regs, way, w, label) {
  const [again, threads, wide, wide_end, end] = [p.label(), p.label(), p.label(), p.label(), p.label()];
  const flow = way.exact_in;
  if (flow) {
    beginFlow(p, regs, way, w, label, threads);
    p.jump(wide);
    p.here(threads);
    p.move(w.by, 0);
    p.move(w.place, 0);
    p.move(w.room, 'candidates');
    p.minimum(w.room, batch);
  }
  p.move(w.lower, w.start);
  p.add(w.upper, w.start, 'spacing');
  p.here(again);
  offer(p, regs, w, label, end);
  p.add(w.lower, w.lower, w.step);
  p.add(w.upper, w.upper, w.step);
  p.jumpIf(w.lower, '<', w.hi, again);
  p.here(wide);
  p.jumpIf(w.stride, '>', 1, wide_end);
  for (let width = 2; width <= 3; ++width) {
    for (let below = width - 1; below >= 0; --below) {
      p.move(w.lower, w.spot);
      for (let i = 0; i < below; ++i) p.sub(w.lower, w.lower, 'spacing');
      p.add(w.upper, w.lower, 'spacing');
      for (let i = 1; i < width; ++i) p.add(w.upper, w.upper, 'spacing');
      offerOnLattice(p, regs, w, label, end);
    }
  }
  p.here(wide_end);
  if (flow) {
    p.jumpIf(w.by, '==', 0, end);
    endFlow(p, regs, way, w, label, threads, end);
  }
  p.here(end);
}

function refineRounds(p, regs, w, label, none) {
  const { r, u } = regs;
  const [again, end, point, round_end] = [p.label(), p.label(), p.label(), p.label()];
  p.jumpIf(w.stride, '<=', 1, end);
  p.half(r.s, 'candidates');
  p.half(w.parts, r.s);
  p.maximum(w.parts, 2);
  p.minimum(w.parts, 16);
  p.here(again);
  p.add(r.t, w.stride, w.parts);
  p.sub(r.t, r.t, 1);
  p.mulDiv(u.h, r.t, 1, w.parts);
  p.move(w.last, w.step); // the stride of the round before, in ticks
  p.move(w.stride, u.h);
  p.mulShift(u.i, w.stride, 'spacing', 0);
  p.move(w.step, u.i);
  p.move(w.by, w.step);
  p.here(point);
  p.jumpIf(w.by, '>=', w.last, round_end);
  p.sub(w.lower, w.from_lower, w.by);
  p.sub(w.upper, w.from_upper, w.by);
  offerOnLattice(p, regs, w, label, round_end);
  p.add(w.lower, w.from_lower, w.by);
  p.add(w.upper, w.from_upper, w.by);
  offerOnLattice(p, regs, w, label, round_end);
  p.add(w.by, w.by, w.step);
  p.jump(point);
  p.here(round_end);
  endRound(p, regs, w, none);
  p.jumpIf(w.stride, '>', 1, again);
  p.here(end);
}

/** Wider ranges that the coarse round did not have, then more and less liquidity. w.cells: 1 when the coarse round was dense. */
function finishRound(p, regs, w, label, scaled_labels) {
  const { r } = regs;
  const spent = p.label();
  for (const [lower, upper] of [[1, 0], [0, 1], [1, 1]]) {
    const offered = p.label();
    const skip = p.label();
    if (lower) p.sub(w.lower, w.from_lower, 'spacing');
    else p.move(w.lower, w.from_lower);
    if (upper) p.add(w.upper, w.from_upper, 'spacing');
    else p.move(w.upper, w.from_upper);
    p.jumpIf(w.cells, '==', 0, offered);
    p.add(r.t, w.lower, 'spacing');
    p.add(r.t, r.t, 'spacing');
    p.add(r.t, r.t, 'spacing');
    p.jumpIf(w.upper, '>', r.t, offered);
    p.jumpIf(w.lower, '>', w.spot, offered);
    p.jumpIf(w.spot, '<', w.upper, skip);
    p.here(offered);
    offerOnLattice(p, regs, w, label, spent);
    p.here(skip);
  }
  for (const scaled of scaled_labels) offer(p, regs, w, scaled, spent, false);
  p.here(spent);
}

/** The coarse round of a lattice that is not tried whole. */
export function sampledRound(p, regs, way, w, seeded_label, none) {
  p.move(w.place, 0);
  p.move(w.parts, regs.r.steps);
  plan(p, regs, w, none);
  p.move(w.room, 'candidates');
  p.minimum(w.room, batch);
  p.move(w.cells, 0);
  p.moveIf(w.cells, 1, w.stride, '==', 1);
  coarseRound(p, regs, way, w, seeded_label);
}

/** The search from the end of its coarse round on; on to `none`, behind it, as soon as all are offered. */
export function searchOn(p, regs, w, seeded_label, scaled_labels, none) {
  const round = p.label();
  p.jumpIf(w.cells, '==', 0, round);
  p.sub(regs.r.t, 'candidates', finish_from);
  p.jumpIf(regs.r.t, '<', 0, none);
  p.here(round);
  endRound(p, regs, w, none);
  refineRounds(p, regs, w, seeded_label, none);
  finishRound(p, regs, w, seeded_label, scaled_labels);
  p.jump(none);
  roomLeft(p, regs, w);
  p.here(none);
}
