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
const beside_flow = 26n; // where range_flow is faster with more (flow_round.mjs)
const wider = 5n; // of them two or three spacings wide
const never = -(1n << 24n);

/** Where a plan lies in the leg's memory, behind the snapshots: the end of the lattice that the swap does not move, and how far the other one may go. */
const plan = { behind: 1024n, farthest: 1025n };

/** A division that the first thread needs: 2^128 over the spacing into u.h. */
export function askSpot(p, { u }) {
  p.mulDiv(u.h, q128, 1, 'spacing');
}

/**
 * What a plan needs whatever the swap does, by a thread beside it: into the memory, and `longest`, beyond which a lattice is not tried whole. `between`: what is to be
 * done while it divides.
 */
export function planLattice(p, { r, u }, { down, exact_in }, between) {
  const [low, high, cells, most, lo, hi, length, edge] = [r.lower, r.upper, r.t, r.x, r.z, r.link, r.place, r.growth];
  p.move(low, 'known_lower');
  p.maximum(low, min_tick);
  p.add(low, low, 'spacing_offset');
  p.move(high, 'known_upper');
  p.minimum(high, max_tick);
  p.add(high, high, 'spacing_offset');
  p.mulDiv(u.l, low, 1, 'spacing', { up: true });
  p.mulDiv(u.m, high, 1, 'spacing');
  p.fence();
  between();
  p.fence();
  p.half(cells, 'candidates');
  p.add(cells, cells, 1);
  p.move(most, 'candidates');
  p.minimum(most, exact_in ? beside_flow : at_once);
  p.sub(most, most, wider);
  p.minimum(cells, most);
  p.mulShift(u.n, cells, 'spacing', 0);
  for (const [tick, word] of [[lo, u.l], [hi, u.m]]) {
    p.mulShift(word, word, 'spacing', 0);
    p.sub(tick, word, 'spacing_offset');
  }
  p.move(length, u.n);
  p.moveIf(length, never, cells, '<', 0);
  p.sub(edge, 'spot', 'spacing');
  p.moveIf(length, never, lo, '>', edge);
  if (!down) p.maximum(lo, edge);
  p.add(edge, 'spot', 'spacing');
  p.add(edge, edge, 'spacing');
  p.moveIf(length, never, hi, '<', edge);
  if (down) p.minimum(hi, edge);
  p.store(down ? hi : lo, 0, plan.behind);
  p.store(down ? lo : hi, 0, plan.farthest);
  p.publish('beside', 'gas_cost', 'tip_floor');
  p.move(r.ours, 0);
  p.moveIf(r.ours, 1n << 255n, 'tip_ppm', '>=', 1000000n);
  p.publish('least', r.ours);
  p.publish('longest', down ? hi : lo, length, down ? 'OpSub' : 'OpAdd');
}

/**
 * Spawns the points that the swap comes to after spot, when the swap that ends at r.tick allows the round; else to `sampled`. Those that contain spot are under way (early_candidates.mjs), so are those up to the one of
 * the argument in r.ours (outer_candidates.mjs), and those on spot's other side earn nothing. The swap ends at spot or on its way from there.
 */
export function wholeRound(p, { r, u }, way, w, narrow, sampled) {
  const { down } = way;
  const [behind, farthest] = down ? [w.hi, w.lo] : [w.lo, w.hi];
  p.await('longest'); // it comes behind the rest of the plan
  p.load(u.g, 0, plan.behind);
  p.load(u.f, 0, plan.farthest);
  p.add(r.y, u.h, 1);
  p.add(r.t, r.tick, 'spacing_offset');
  p.mulShift(u.e, r.t, r.y, 128); // the cell, exact: the offset tick is below 2^36
  p.mulShift(u.e, u.e, 'spacing', 0);
  p.up32(w.step, 'spacing');
  p.add(w.step, w.step, slot_words);
  p.move(w.spot, 'spot');
  p.move(behind, u.g);
  p.move(farthest, u.f);
  if (down) {
    p.add(r.s, 'spacing_offset', 'spacing');
    p.sub(r.t, u.e, r.s);
    p.maximum(w.lo, r.t);
    p.jumpIf(w.lo, '<', 'longest', sampled);
    p.up32(r.s, w.lo);
    p.down32(r.t, r.ours);
    p.up32(r.t, r.t);
  } else {
    p.sub(r.s, 'spacing_offset', 'spacing');
    p.sub(r.s, r.s, 'spacing');
    p.sub(r.t, u.e, r.s);
    p.minimum(w.hi, r.t);
    p.jumpIf(w.hi, '>', 'longest', sampled);
    p.add(r.s, r.ours, w.step);
    p.up32(r.t, w.hi);
  }
  p.spawnRange(narrow, r.s, r.t, w.step);
  publishEdge(p, down ? w.lo : w.hi);
  p.move(w.place, places.next);
  p.move(w.stride, 1);
  p.move(w.cells, 1);
}
