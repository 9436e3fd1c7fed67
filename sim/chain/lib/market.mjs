// What is traded on the sandbox chain: tokens with their fair prices, pools, and the liquidity in them.
// SPDX-License-Identifier: Apache-2.0

export const Q96 = 1n << 96n;
const ETHER = 10n ** 18n;

/** price_wei: wei for one whole token. vault: what the executor starts with, in whole tokens. */
export const TOKENS = [
  { symbol: "WETH", decimals: 18, price_wei: ETHER, vault: 400n },
  { symbol: "USDX", decimals: 6, price_wei: ETHER / 2500n, vault: 1_000_000n },
  { symbol: "DAIX", decimals: 18, price_wei: ETHER / 2500n, vault: 1_000_000n },
  { symbol: "BTCX", decimals: 8, price_wei: 25n * ETHER, vault: 16n },
];

/** Every fee tier of the factory; depth scales the liquidity; fee_protocol: [token0's, token1's] divisor of the fee. */
export const POOLS = [
  { tokens: ["WETH", "USDX"], fee: 500, depth: 4n },
  { tokens: ["WETH", "USDX"], fee: 3000, depth: 2n, fee_protocol: [4, 6] },
  { tokens: ["USDX", "DAIX"], fee: 100, depth: 4n },
  { tokens: ["WETH", "BTCX"], fee: 3000, depth: 2n },
  { tokens: ["WETH", "DAIX"], fee: 10000, depth: 1n },
  { tokens: ["BTCX", "USDX"], fee: 500, depth: 1n },
];

export const TICK_SPACING = { 100: 1, 500: 10, 3000: 60, 10000: 200 };

/** Overlapping positions of every pool: ticks below and above the price, and the value put on each side, in ether. */
export const POSITIONS = [
  { below: 887_220, above: 887_220, side_wei: 100n * ETHER },
  { below: 1_800, above: 1_800, side_wei: 100n * ETHER },
  { below: 600, above: 600, side_wei: 60n * ETHER },
  { below: 200, above: 200, side_wei: 15n * ETHER },
  { below: -400, above: 1_200, side_wei: 20n * ETHER }, // only above the price: one token
  { below: 1_400, above: -200, side_wei: 20n * ETHER }, // only below it
];

/** Wei for the smallest unit of a token, times 2^96: the form in which the kernels take prices. */
export const price_x96 = (token) => (token.price_wei * Q96) / 10n ** BigInt(token.decimals);

/** Smallest units of a token that are worth `wei`. */
export const units_for = (token, wei) => (wei * 10n ** BigInt(token.decimals)) / token.price_wei;

/** Integer square root, rounded down. */
export function sqrt(value) {
  if (value < 2n) return value;
  let x = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const y = (x + value / x) >> 1n;
    if (y >= x) return x;
    x = y;
  }
}

/** The pool price at which both tokens have their fair values. */
export function fair_sqrt_price_x96(token0, token1) {
  const numerator = token0.price_wei * 10n ** BigInt(token1.decimals);
  const denominator = token1.price_wei * 10n ** BigInt(token0.decimals);
  return sqrt((numerator << 192n) / denominator);
}

const MAX_TICK = 887_272;

/** A position's ticks around `tick`, on the spacing and inside the legal range. */
export function position_ticks(tick, spacing, { below, above }) {
  const limit = Math.floor(MAX_TICK / spacing) * spacing;
  // At least one spacing away on each side of the range, whatever the tier.
  const lower = Math.floor((tick - below) / spacing) * spacing;
  const upper = Math.ceil((tick + above) / spacing) * spacing;
  return { lower: Math.max(lower, -limit), upper: Math.min(Math.max(upper, lower + spacing), limit) };
}
