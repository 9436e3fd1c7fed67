// The coarse round of kernels/hls/range_search.cpp where K has room for every range of one spacing, and for those of two and three around
// spot: planned while the swap alone ends, and spawned at once, less those that began before (early_candidates.mjs). Each thread finds its lower bound in its
// argument.
// SPDX-License-Identifier: Apache-2.0
import { slot_words } from './candidate.mjs';
import { places, publishEdge } from './coarse_list.mjs';
import { q128 } from './pool_swap.mjs';

const min_tick = -887272n;
const max_tick = 887272n;
const at_once = 64n; // points of one round at most
const wider = 5n; // of them two or three spacings wide
const never = -(1n << 24n);

/** Divisions that a plan needs whatever the swap does: cells of spot and of the known ticks, and 2^128 over the spacing. */
export function askLattice(p, { r, u }) {
  p.move(r.amount_in, 'known_lower');
  p.maximum(r.amount_in, min_tick);
  p.add(r.amount_in, r.amount_in, 'spacing_offset');
  p.move(r.amount_out, 'known_upper');
  p.minimum(r.amount_out, max_tick);
  p.add(r.amount_out, r.amount_out, 'spacing_offset');
  p.add(r.fee, 'tick', 'spacing_offset');
  p.mulDiv(u.e, r.fee, 1, 'spacing');
  p.mulDiv(u.f, r.amount_in, 1, 'spacing', { up: true });
  p.mulDiv(u.g, r.amount_out, 1, 'spacing');
  p.mulDiv(u.h, q128, 1, 'spacing');
  p.mulShift(u.e, u.e, 'spacing', 0);
}

/** What follows from them: w.spot, the limits of the lattice in w.lo and w.hi, the longest lattice that is tried whole in w.last, and a point's step. */
export function takeLattice(p, { r, u }, w) {
  p.mulShift(u.f, u.f, 'spacing', 0);
  p.mulShift(u.g, u.g, 'spacing', 0);
  p.add(r.y, u.h, 1);
  p.half(r.s, 'candidates');
  p.add(r.s, r.s, 1);
  p.move(r.z, 'candidates');
  p.minimum(r.z, at_once);
  p.sub(r.z, r.z, wider);
  p.minimum(r.s, r.z);
  p.mulShift(u.a, r.s, 'spacing', 0);
  p.up32(w.step, 'spacing');
  p.add(w.step, w.step, slot_words);
  p.sub(w.spot, u.e, 'spacing_offset');
  p.sub(w.lo, u.f, 'spacing_offset');
  p.sub(w.hi, u.g, 'spacing_offset');
  p.move(w.last, u.a);
  p.moveIf(w.last, never, r.s, '<', 0);
  p.sub(r.s, w.spot, 'spacing');
  p.moveIf(w.last, never, w.lo, '>', r.s);
  p.add(r.s, w.spot, 'spacing');
  p.add(r.s, r.s, 'spacing');
  p.moveIf(w.last, never, w.hi, '<', r.s);
}

/**
 * Spawns the points that the swap comes to after spot, when the swap that ends at r.tick allows the round; else to `sampled`. Those that contain spot are under way (early_candidates.mjs), and those on its other side earn nothing. The swap ends at spot
 * or on its way from there.
 */
export function wholeRound(p, { r, u }, way, w, narrow, sampled) {
  const { down } = way;
  p.add(r.t, r.tick, 'spacing_offset');
  p.mulShift(u.e, r.t, r.y, 128); // the cell, exact: the offset tick is below 2^36
  p.mulShift(u.e, u.e, 'spacing', 0);
  if (down) {
    p.add(r.s, w.spot, 'spacing');
    p.add(r.s, r.s, 'spacing');
    p.minimum(w.hi, r.s);
    p.sub(w.last, w.hi, w.last);
    p.add(r.s, 'spacing_offset', 'spacing');
    p.sub(r.t, u.e, r.s);
    p.maximum(w.lo, r.t);
    p.jumpIf(w.lo, '<', w.last, sampled);
    p.up32(r.s, w.lo);
    p.up32(r.t, w.spot);
  } else {
    p.sub(r.s, w.spot, 'spacing');
    p.maximum(w.lo, r.s);
    p.add(w.last, w.lo, w.last);
    p.sub(r.s, 'spacing_offset', 'spacing');
    p.sub(r.s, r.s, 'spacing');
    p.sub(r.t, u.e, r.s);
    p.minimum(w.hi, r.t);
    p.jumpIf(w.hi, '>', w.last, sampled);
    p.add(r.s, w.spot, 'spacing');
    p.up32(r.s, r.s);
    p.add(r.s, r.s, places.above);
    p.up32(r.t, w.hi);
  }
  p.spawnRange(narrow, r.s, r.t, w.step);
  publishEdge(p, way, down ? w.lo : w.hi);
  p.move(w.place, places.next);
  p.move(w.stride, 1);
  p.move(w.cells, 1);
}
