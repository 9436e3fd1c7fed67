// The words of a thread by name. `r` are written by the ALU, `u` by the units.
// SPDX-License-Identifier: Apache-2.0

const alu_names = [
  // SwapProgress
  'remaining', 'calculated', 'price', 'tick', 'liquidity', 'cursor', 'steps', 'word_end',
  // the position: the bound that comes next on the way and what crossing it adds to the liquidity, then the other one
  'bound', 'bound_price', 'bound_delta', 'growth', 'ours', 'lower', 'upper', 'lower_price', 'upper_price',
  // one step
  'stop', 'stop_price', 'target', 'next', 'amount_in', 'amount_out', 'fee', 'spent',
  // between functions
  'place', 'link', 's', 't', 'x', 'y', 'z',
];
const unit_names = [
  'argument', // what the thread was spawned with
  'listed', 'listed_net', 'listed_price', // the listed tick that comes next
  'less_fee', 'whole', 'other', 'next', // one step
  'product', 'quotient', 'fee_quotient', 'fee_part', 'fee_growth', 'gross_lower', 'gross_upper',
  'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p',
];

export function makeRegisters(p) {
  if (alu_names.length > 32 || unit_names.length > 32) throw new Error('more than 32 words in a file');
  return {
    r: Object.fromEntries(alu_names.map((name, i) => [name, p.alu(i)])),
    u: Object.fromEntries(unit_names.map((name, i) => [name, p.unit(i)])),
  };
}
