// kernels/hls/range_search.cpp `run` as microcode of the first thread: it offers the points of a round, each a thread of its own, and
// waits for all. Bounds are ticks here, cells (tick spacings) only where the rounds are planned.
// SPDX-License-Identifier: Apache-2.0
import { slot, slot_words } from './candidate.mjs';

const min_tick = -887272n;
const max_tick = 887272n;
const batch = 64n; // candidates in flight, at most as many as wait in thread_pool
const slots = 128n;
const sixteenths = [8n, 12n, 14n, 15n, 17n, 18n, 20n, 24n];

/** The first thread's names for its words. */
export function searchWords({ r, u }) {
  return {
    ...{ lower: r.lower, upper: r.upper, wanted: r.ours }, // the point to offer
    ...{ lo: r.lower_price, hi: r.upper_price, spot: r.bound }, // ticks
    ...{ place: r.place, room: r.x, pinned: r.y, best: r.z }, // list places count slot_words each
    ...{ stride: r.stop, parts: r.stop_price, step: r.target, by: r.next, from_lower: r.amount_in, from_upper: r.amount_out, had: r.fee, most: r.spent },
    ...{ last: r.growth, cells: r.steps, start: r.cursor },
    link: r.link, inner: r.bound_price,
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
  p.mulDiv(u.e, r.t, 1, r.s); // stride
  p.move(w.stride, u.e);
  p.half(r.t, w.stride);
  p.add(r.t, r.t, w.lo);
  for (const [product, cells] of [[u.f, w.lo], [u.g, w.hi], [u.h, u.a], [u.i, r.t]]) p.mulShift(product, cells, 'spacing', 0);
  p.mulShift(u.j, w.stride, 'spacing', 0);
  for (const [ticks, product] of [[w.lo, u.f], [w.hi, u.g], [w.spot, u.h], [w.start, u.i]]) p.sub(ticks, product, 'spacing_offset');
  p.move(w.step, u.j);
}

/** Subroutine: offers the point (lower, upper, wanted), when it is on the lattice and there are evaluations left. */
function offer(p, { r, u }, w, offer_label, candidate_label) {
  const end = p.label();
  const room = p.label();
  const free = p.label();
  p.here(offer_label);
  p.jumpIf(w.lower, '<', w.lo, end);
  p.jumpIf(w.upper, '>', w.hi, end);
  p.jumpIf(w.room, '>', 0, room);
  roomLeft(p, { r, u }, w);
  p.jumpIf(w.room, '<=', 0, end);
  p.here(room);
  p.jumpIf(w.place, '!=', w.pinned, free); // the best one's slot
  p.add(w.place, w.place, slot_words);
  p.add(w.pinned, w.pinned, slots * slot_words);
  p.here(free);
  p.storeSlot(w.lower, w.place, slot.lower);
  p.storeSlot(w.upper, w.place, slot.upper);
  p.storeSlot(w.wanted, w.place, slot.liquidity);
  p.spawn(candidate_label, w.place);
  p.add(w.place, w.place, slot_words);
  p.sub(w.room, w.room, 1);
  p.here(end);
  p.back(w.link);
}

/** Waits for all; room = how many may be offered before it has to be asked again: never so many that K could be passed. */
function roomLeft(p, { u, r }, w) {
  p.join(u.a);
  p.move(r.t, u.a);
  p.best(u.b, 'evaluated');
  p.best(u.c, 'place');
  p.sub(w.room, 'candidates', u.b);
  p.minimum(w.room, batch);
  const same = p.label();
  p.jumpIf(u.c, '==', w.best, same);
  p.move(w.best, u.c);
  p.add(w.pinned, w.best, slots * slot_words);
  p.here(same);
}

/** The end of a round: the best so far into from_lower, from_upper and had; to `none` when there is none. */
function endRound(p, regs, w, none) {
  const { u } = regs;
  roomLeft(p, regs, w);
  p.jumpIf(w.best, '<', 0, none);
  p.loadSlot(u.d, w.best, slot.lower);
  p.loadSlot(u.e, w.best, slot.upper);
  p.loadSlot(u.f, w.best, slot.liquidity);
  p.loadSlot(u.g, w.best, slot.most);
  p.move(w.from_lower, u.d);
  p.move(w.from_upper, u.e);
  p.move(w.had, u.f);
  p.move(w.most, u.g);
}

function coarseRound(p, regs, w, at) {
  const again = p.label();
  const wide = p.label();
  const end = p.label();
  p.move(w.lower, w.start);
  p.here(again);
  p.jumpIf(w.lower, '>=', w.hi, wide);
  p.add(w.upper, w.lower, 'spacing');
  p.call(w.link, at);
  p.add(w.lower, w.lower, w.step);
  p.jump(again);
  p.here(wide);
  p.jumpIf(w.stride, '>', 1, end);
  for (let width = 2; width <= 3; ++width) {
    for (let below = width - 1; below >= 0; --below) {
      p.move(w.lower, w.spot);
      for (let i = 0; i < below; ++i) p.sub(w.lower, w.lower, 'spacing');
      p.add(w.upper, w.lower, 'spacing');
      for (let i = 1; i < width; ++i) p.add(w.upper, w.upper, 'spacing');
      p.call(w.link, at);
    }
  }
  p.here(end);
}

function refineRounds(p, regs, w, at, none) {
  const { r, u } = regs;
  const again = p.label();
  const end = p.label();
  const point = p.label();
  const round_end = p.label();
  p.half(r.s, 'candidates');
  p.half(w.parts, r.s);
  p.maximum(w.parts, 2);
  p.minimum(w.parts, 16);
  p.here(again);
  p.jumpIf(w.stride, '<=', 1, end);
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
  p.call(w.link, at);
  p.add(w.lower, w.from_lower, w.by);
  p.add(w.upper, w.from_upper, w.by);
  p.call(w.link, at);
  p.add(w.by, w.by, w.step);
  p.jump(point);
  p.here(round_end);
  endRound(p, regs, w, none);
  p.jump(again);
  p.here(end);
}

/** Wider ranges that the coarse round did not have, then more and less liquidity. w.cells: 1 when the coarse round was dense. */
function finishRound(p, regs, w, at) {
  const { r, u } = regs;
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
    p.call(w.link, at);
    p.here(skip);
  }
  p.move(w.lower, w.from_lower);
  p.move(w.upper, w.from_upper);
  p.move(w.last, 0);
  const wanted = [u.d, u.e, u.f, u.g, u.h, u.i, u.j, u.k];
  sixteenths.forEach((part, i) => p.mulShift(wanted[i], w.had, part, 0));
  for (const word of wanted) p.mulShift(word, word, 1n << 12n, 16);
  sixteenths.forEach((part, i) => {
    const skip = p.label();
    p.move(w.wanted, wanted[i]);
    p.minimum(w.wanted, w.most);
    p.jumpIf(w.wanted, '==', w.had, skip);
    p.jumpIf(w.wanted, '==', w.last, skip);
    p.jumpIf(w.wanted, '==', 0, skip);
    p.call(w.link, at);
    p.here(skip);
    p.move(w.last, w.wanted);
  });
}

/** The whole search; ends with the best place in w.best (negative: none). */
export function searchRanges(p, regs, w, candidate_label) {
  const { r } = regs;
  const none = p.label();
  const start = p.label();
  const at = p.label();
  p.move(w.best, -1n);
  p.move(w.pinned, -1n);
  p.move(w.place, 0);
  p.move(w.wanted, 0);
  plan(p, regs, w, none);
  p.move(w.room, 'candidates');
  p.minimum(w.room, batch);
  p.move(w.cells, 0);
  p.moveIf(w.cells, 1, w.stride, '==', 1);
  p.jump(start);
  offer(p, regs, w, at, candidate_label);
  p.here(start);
  coarseRound(p, regs, w, at);
  endRound(p, regs, w, none);
  refineRounds(p, regs, w, at, none);
  finishRound(p, regs, w, at);
  roomLeft(p, regs, w);
  p.here(none);
  p.move(r.t, 0);
}
