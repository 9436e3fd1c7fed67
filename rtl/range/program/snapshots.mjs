// The states before the first steps of the swap alone, as they lie in the leg's memory.
// SPDX-License-Identifier: Apache-2.0

/** Words of a snapshot. */
export const snapshot = { price: 0, remaining: 1, liquidity: 2, calculated: 3, tick: 4, cursor: 5, steps: 6, word_end: 7 };
export const snapshot_words = 8n;
export const max_snapshots = 64n;

const beyond = 1n << 255n; // a price above all

/** What is before no bound, behind the last snapshot, from place + offset on: as many as a candidate looks at at once. */
export function endSnapshots(p, { down }, place, offset = 0n) {
  for (let i = 0n; i < 4n; ++i) p.store(down ? 0 : beyond, place, offset + i * snapshot_words);
}
