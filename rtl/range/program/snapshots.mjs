// The states before the first steps of the swap alone, as they lie in the leg's memory.
// SPDX-License-Identifier: Apache-2.0

/** Words of a snapshot. */
export const snapshot = { price: 0, remaining: 1, liquidity: 2, calculated: 3, tick: 4, cursor: 5, steps: 6, word_end: 7 };
export const snapshot_words = 8n;
export const max_snapshots = 64n;
