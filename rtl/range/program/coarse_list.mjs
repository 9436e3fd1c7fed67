// The list of a coarse round that is tried whole (whole_round.mjs): where its points stand, and how far it goes on the side that the swap goes to.
// SPDX-License-Identifier: Apache-2.0
import { slot_words } from './candidate.mjs';

/**
 * Places of spot's own range, of those above it, of the first of two and of three spacings, and of what follows the round. Those below spot begin at 0. Only
 * their order means something: of equals the first is the best.
 */
export const places = { spot: 59n * slot_words, above: 60n * slot_words, two: 120n * slot_words, three: 122n * slot_words, next: 127n * slot_words };

/** Tells the candidates that began early the lattice's last tick on the way of the swap. */
export const publishEdge = (p, tick) => p.publish('edge', tick);

/** Tells them that there is no such round. */
export const publishNoRound = (p, { down }) => p.publish('edge', down ? 1n << 24n : -(1n << 24n));
