// TickMath.getSqrtRatioAtTick and price moves in bigint: what case generation needs. Nothing is judged by these.
// SPDX-License-Identifier: Apache-2.0

export const min_tick = -887272;
export const max_tick = 887272;
export const min_sqrt_ratio = 4295128739n;
export const max_sqrt_ratio = 1461446703485210103287273052203988822378723970342n;
export const q96 = 1n << 96n;

const factors = [
  0xfffcb933bd6fad37aa2d162d1a594001n, 0xfff97272373d413259a46990580e213an, 0xfff2e50f5f656932ef12357cf3c7fdccn,
  0xffe5caca7e10e4e61c3624eaa0941cd0n, 0xffcb9843d60f6159c9db58835c926644n, 0xff973b41fa98c081472e6896dfb254c0n,
  0xff2ea16466c96a3843ec78b326b52861n, 0xfe5dee046a99a2a811c461f1969c3053n, 0xfcbe86c7900a88aedcffc83b479aa3a4n,
  0xf987a7253ac413176f2b074cf7815e54n, 0xf3392b0822b70005940c7a398e4b70f3n, 0xe7159475a2c29b7443b29c7fa6e889d9n,
  0xd097f3bdfd2022b8845ad8f792aa5825n, 0xa9f746462d870fdf8a65dc1f90e061e5n, 0x70d869a156d2a1b890bb3df62baf32f7n,
  0x31be135f97d08fd981231505542fcfa6n, 0x9aa508b5b7a84e1c677de54f3e99bc9n, 0x5d6af8dedb81196699c329225ee604n,
  0x2216e584f5fa1ea926041bedfe98n, 0x48a170391f7dc42444e8fa2n,
];

export function sqrt_ratio_at_tick(tick) {
  const magnitude = Math.abs(tick);
  let ratio = 1n << 128n;
  factors.forEach((factor, bit) => {
    if (magnitude & (1 << bit)) ratio = (ratio * factor) >> 128n;
  });
  if (tick > 0) ratio = ((1n << 256n) - 1n) / ratio;
  return (ratio >> 32n) + (ratio & 0xffffffffn ? 1n : 0n);
}

/** The largest multiple of spacing that is <= tick: floor, also below zero. */
export const floor_to = (tick, spacing) => Math.floor(tick / spacing) * spacing;
export const lowest_usable = (spacing) => -Math.floor(max_tick / spacing) * spacing;
export const highest_usable = (spacing) => Math.floor(max_tick / spacing) * spacing;

/** A tick at or next to the price; good enough to aim at, the chain says what it really is. */
export function tick_near(sqrt_price) {
  const bits = sqrt_price.toString(2).length;
  const mantissa = Number(sqrt_price >> BigInt(Math.max(0, bits - 60)));
  const log2_price = 2 * (Math.log2(mantissa) + Math.max(0, bits - 60) - 96);
  return Math.max(min_tick, Math.min(max_tick - 1, Math.floor(log2_price / Math.log2(1.0001))));
}

/** Roughly the amount of the in-token that moves `liquidity` from sqrt price a to b (before fees): token0 down, token1 up. */
export function amount_between(liquidity, a, b) {
  if (b > a) return (liquidity * (b - a)) / q96;
  return (liquidity * q96 * (a - b)) / (a * b);
}

/** TickMath.getTickAtSqrtRatio: the largest tick whose price is <= sqrt_price. */
export function tick_at(sqrt_price) {
  let tick = Math.min(max_tick - 1, tick_near(sqrt_price) + 1);
  while (sqrt_ratio_at_tick(tick) > sqrt_price) tick--;
  return tick;
}
