// The end of a candidate: what it gives back and earns, its words for the leg's result, and its report. kernels/hls/position_math.cpp, close_position of
// pool_swap.hpp, and range_search.cpp `value`.
// SPDX-License-Identifier: Apache-2.0
import { amount0, amount1, tick_is_late } from './pool_swap.mjs';

/** Words of a candidate's slot; those before `most` are copied into the leg's result when it is the best (best_copy.sv). */
export const slot = {
  lower: 0, upper: 1, // ticks
  liquidity: 2, // minted
  mint0: 3, mint1: 4, burn0: 5, burn1: 6, fee: 7, price: 8, tick: 9, remaining: 10, calculated: 11,
  most: 12, // liquidity by budgets and maxLiquidityPerTick
};
export const slot_words = 16n;
const i255 = 1n << 255n;

/** position_amounts: 'below', 'inside' or 'above' the range. token0 into one word, token1 into another; the absent one is zero. */
export function positionAmounts(p, { r }, where, price, up, out0, out1) {
  if (where !== 'above') amount0(p, out0, r.upper_price, where === 'inside' ? price : r.lower_price, r.ours, up);
  else p.mulShift(out0, 0, 0, 0);
  if (where !== 'below') amount1(p, out1, where === 'inside' ? price : r.upper_price, r.lower_price, r.ours, up);
  else p.mulShift(out1, 0, 0, 0);
}

const burn = (p, regs, where) => positionAmounts(p, regs, where, regs.r.next, false, regs.u.j, regs.u.k);

/** close_position from r.next on: burn into u.j and u.k; `inside` adds what an end in the range asks for, `outside` the same for any other. */
export function askBurn(p, regs, { down }, inside, outside) {
  const { r } = regs;
  const [in_range, through, out, asked] = [p.label(), p.label(), p.label(), p.label()];
  p.jumpIf(r.bound_delta, '<', 0, in_range);
  p.jumpIf(r.bound_delta, '==', 0, through);
  burn(p, regs, down ? 'above' : 'below'); // not reached
  p.jump(out);
  p.here(through);
  burn(p, regs, down ? 'below' : 'above');
  p.here(out);
  outside();
  p.jump(asked);
  p.here(in_range);
  burn(p, regs, 'inside');
  inside();
  p.here(asked);
}

/** Fees into u.c, value, the report and what is left to store, the tick with us among it; r.x gross. */
export function closeAndReport(p, regs, { down }, failed) {
  const { r, u } = regs;
  const [with_fee, without, price_with, price_without] = down ? [u.j, u.k, 'price0', 'price1'] : [u.k, u.j, 'price1', 'price0'];
  const store = (word, name) => p.storeSlot(word, u.argument, slot[name]);
  p.addWrapping(r.growth, r.growth, u.fee_growth);
  p.mulShift(u.c, r.growth, r.ours, 128);
  p.mulShift(u.g, without, price_without, 96);
  store(u.j, 'burn0');
  store(u.k, 'burn1');
  p.jumpOver(u.fee_growth, 256, failed);
  p.jumpOver(without, 128, failed);
  p.addJumpOver(r.t, u.e, u.f, 255, failed);
  // Its profit is above zero when it is before the tip, the tip's floor is less, and not all of it is tip. profit_of fails when the profit is below
  // -2^255: the tip's floor alone can make it so. r.y: of that sum what is known before u.h.
  p.sub(r.y, u.g, r.t);
  p.sub(r.y, r.y, 'gas_cost');
  p.sub(r.y, r.y, 'tip_floor');
  p.add(r.s, with_fee, u.c);
  p.mulShift(u.h, r.s, price_with, 96);
  p.jumpOver(u.c, 256, failed);
  p.jumpOver(r.s, 128, failed);
  store(u.c, 'fee');
  p.moveIf(r.tick, u.p, r.tick, '==', tick_is_late);
  store(r.tick, 'tick');
  p.addJumpOver(r.x, u.g, u.h, 255, failed);
  p.add(r.y, r.y, u.h);
  p.sub(r.x, r.x, r.t);
  p.move(r.t, 0);
  p.moveIf(r.t, 1, r.y, '>', 0);
  p.moveIf(r.t, 0, 'tip_ppm', '>=', 1000000n);
  p.addJumpOver(r.s, r.y, i255, 256, failed);
  p.report({ evaluated: true, known: true, gross: r.x, place: u.argument, profitable: r.t });
}

/** What is known of the position while the swap ends, and the values of what it costs into u.e and u.f. */
export function storeMint(p, { r, u }) {
  p.mulShift(u.e, u.m, 'price0', 96);
  p.mulShift(u.f, u.n, 'price1', 96);
  const words = { lower: r.lower, upper: r.upper, liquidity: r.ours, mint0: u.m, mint1: u.n };
  for (const [name, word] of Object.entries(words)) p.storeSlot(word, u.argument, slot[name]);
}

/** What is known of the end of the swap before its fees are; asks for the price's tick into u.p. */
export function storeEnd(p, { r, u }) {
  p.tickAt(u.p, r.price);
  for (const name of ['price', 'remaining', 'calculated']) p.storeSlot(r[name], u.argument, slot[name]);
}
