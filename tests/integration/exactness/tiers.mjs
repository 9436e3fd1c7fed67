// The fee tiers that the judge opens pools for: Uniswap's four, and odd ones that enableFeeAmount allows.
// SPDX-License-Identifier: Apache-2.0

/** fee (ppm), tick spacing, and how often (out of the sum of weights) a random case uses the tier. */
export const tiers = [
  { fee: 100, spacing: 1, weight: 16 },
  { fee: 500, spacing: 10, weight: 20 },
  { fee: 3000, spacing: 60, weight: 20 },
  { fee: 10000, spacing: 200, weight: 20 },
  { fee: 777, spacing: 1, weight: 4 },
  { fee: 2500, spacing: 50, weight: 6 },
  { fee: 12345, spacing: 200, weight: 6 },
  { fee: 0, spacing: 7, weight: 2 },
  { fee: 999999, spacing: 13, weight: 2 },
  { fee: 250000, spacing: 16383, weight: 2 },
  { fee: 1, spacing: 887, weight: 2 },
];

export const tier_of = (fee) => tiers.find((tier) => tier.fee === fee);
