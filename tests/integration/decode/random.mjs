// Seeded choices, so that a failure can be repeated.
// SPDX-License-Identifier: Apache-2.0

/** xorshift128+ from a small seed. */
export class Random {
  #a;
  #b;

  constructor(seed) {
    this.#a = (BigInt(seed) + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
    this.#b = 0xbf58476d1ce4e5b9n;
    for (let i = 0; i < 16; ++i) this.u64();
  }

  u64() {
    let x = this.#a;
    const y = this.#b;
    this.#a = y;
    x ^= (x << 23n) & 0xffffffffffffffffn;
    this.#b = x ^ y ^ (x >> 17n) ^ (y >> 26n);
    return (this.#b + y) & 0xffffffffffffffffn;
  }

  below(n) {
    return Number(this.u64() % BigInt(n));
  }

  chance(percent) {
    return this.below(100) < percent;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** 0 .. 2^bits - 1 with an even choice of size. */
  bits(bits) {
    const size = BigInt(this.below(bits) + 1);
    const wide = (this.u64() << 192n) | (this.u64() << 128n) | (this.u64() << 64n) | this.u64();
    return wide & ((1n << size) - 1n);
  }
}
