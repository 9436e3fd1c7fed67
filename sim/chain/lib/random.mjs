// Random numbers that depend on the seed and on nothing else.
// SPDX-License-Identifier: Apache-2.0

const MASK64 = (1n << 64n) - 1n;

/** splitmix64 (Steele, Lea, Flood 2014): small, good enough for traffic, the same on every machine. */
export class Random {
  #state;

  constructor(seed) {
    this.#state = BigInt(seed) & MASK64;
  }

  u64() {
    this.#state = (this.#state + 0x9e3779b97f4a7c15n) & MASK64;
    let z = this.#state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK64;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK64;
    return z ^ (z >> 31n);
  }

  /** An integer of [low, high]. */
  between(low, high) {
    return low + Number(this.u64() % BigInt(high - low + 1));
  }

  /** A bigint of [low, high]. */
  between_big(low, high) {
    return low + (((this.u64() << 64n) | this.u64()) % (high - low + 1n));
  }

  chance(percent) {
    return this.between(0, 99) < percent;
  }

  pick(list) {
    return list[this.between(0, list.length - 1)];
  }

  bytes(count) {
    return Uint8Array.from({ length: count }, () => this.between(0, 255));
  }
}
