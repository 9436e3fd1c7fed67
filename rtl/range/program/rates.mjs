// Ratios of a leg that ratio_rate.sv has, so that a mul_div by one takes as long as a mul_shift.
// SPDX-License-Identifier: Apache-2.0

const rates = [
  { name: 'Fee', part: 'fee', whole: 'keep', up: true },
  { name: 'Keep', part: 'keep', whole: 1000000n, up: false },
  { name: 'Share', part: 'protocol_part', whole: 'protocol_whole', up: false },
];
const rate_bit = 5; // MulDivRate of range_isa_pkg.sv

/** A mul_div's option for its ratio: 0 when it is none of them. */
export function rateOption(codes, part, whole, up) {
  const found = rates.find((ratio) => ratio.part === part && ratio.whole === whole && ratio.up === up);
  return codes[`Rate${found?.name ?? 'None'}`] << rate_bit;
}

export const byRate = (option) => ((option >> rate_bit) & 3) !== 0;
