// The seed of a random test.
// SPDX-License-Identifier: Apache-2.0
import { randomInt } from "node:crypto";

/** That of JITBOX_SEED, or a new one. It is printed: whatever fails can be run again with the same. */
export function random_seed() {
  const seed = process.env.JITBOX_SEED ?? String(randomInt(2 ** 32));
  console.log(`seed ${seed} (JITBOX_SEED=${seed} repeats it)`);
  return seed;
}
