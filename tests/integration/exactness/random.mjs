// A small seeded random source. One seed and one case number always give the same case.
// SPDX-License-Identifier: Apache-2.0

/** sfc32, seeded by two 32-bit numbers. */
export class Random {
  #s;

  constructor(seed, stream) {
    this.#s = [seed >>> 0, stream >>> 0, (seed ^ 0x9e3779b9) >>> 0, 1];
    for (let i = 0; i < 16; i++) this.u32();
  }

  u32() {
    const s = this.#s;
    const t = (s[0] + s[1] + s[3]) >>> 0;
    s[3] = (s[3] + 1) >>> 0;
    s[0] = (s[1] ^ (s[1] >>> 9)) >>> 0;
    s[1] = (s[2] + (s[2] << 3)) >>> 0;
    s[2] = (((s[2] << 21) | (s[2] >>> 11)) + t) >>> 0;
    return t;
  }

  /** In [0, 1). */
  unit() {
    return this.u32() / 2 ** 32;
  }

  chance(p) {
    return this.unit() < p;
  }

  /** An integer in [low, high]. */
  int(low, high) {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  pick(list) {
    return list[this.int(0, list.length - 1)];
  }

  /** One of [weight, value] pairs. */
  weighted(pairs) {
    let left = this.unit() * pairs.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of pairs) if ((left -= weight) < 0) return value;
    return pairs.at(-1)[1];
  }

  bits(count) {
    let value = 0n;
    for (let got = 0; got < count; got += 32) value = (value << 32n) | BigInt(this.u32());
    return count % 32 === 0 ? value : value & ((1n << BigInt(count)) - 1n);
  }

  /** In [low, high], uniform. */
  big(low, high) {
    const span = high - low + 1n;
    return low + (this.bits(span.toString(2).length + 32) % span);
  }

  /** At least 1, its number of bits uniform in [low_bits, high_bits]. */
  log_big(low_bits, high_bits) {
    const count = this.int(low_bits, high_bits);
    return count <= 1 ? 1n : (1n << BigInt(count - 1)) | this.bits(count - 1);
  }
}
