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

export const burn = (p, regs, where) => positionAmounts(p, regs, where, regs.r.next, false, regs.u.j, regs.u.k);

/** close_position from r.next on: burn into u.j and u.k; `inside` adds what an end in the range asks for, `outside` the same for any other, `passed` comes first where the range is passed. */
export function askBurn(p, regs, { down }, { inside, outside, passed }) {
  const { r } = regs;
  const [in_range, through, out, asked] = [p.label(), p.label(), p.label(), p.label()];
  p.jumpIf(r.bound_delta, '<', 0, in_range);
  p.jumpIf(r.bound_delta, '==', 0, through);
  burn(p, regs, down ? 'above' : 'below'); // not reached
  p.jump(out);
  p.here(through);
  passed();
  burn(p, regs, down ? 'below' : 'above');
  p.here(out);
  outside();
  p.jump(asked);
  p.here(in_range);
  burn(p, regs, 'inside');
  inside();
  p.here(asked);
}

/**
 * Words of the end. `bad`: 0, or 2^255 when the candidate fails, which fails the last check; `cost`: of the mint.
 */
const endWords = ({ r }) => ({
  ...{ bad: r.amount_out, cost: r.stop, profitable: r.amount_in, back: r.s, net: r.x, margin: r.y, check: r.z },
});

/** The end of a candidate that has not failed so far. */
export const beginEnd = (p, regs) => p.move(endWords(regs).bad, 0);

/** What is known of the position while the swap ends: its words go to the slot and the values of what it costs are summed. */
export function mintValue(p, regs) {
  const { r, u } = regs;
  const { bad, cost, profitable } = endWords(regs);
  p.mulShift(u.e, u.m, 'price0', 96);
  p.mulShift(u.f, u.n, 'price1', 96);
  const words = { lower: r.lower, upper: r.upper, liquidity: r.ours, mint0: u.m, mint1: u.n };
  for (const [name, word] of Object.entries(words)) p.storeSlot(word, u.argument, slot[name]);
  p.move(profitable, 0);
  p.add(cost, u.e, u.f);
  p.moveIfOver(bad, i255, cost, 255);
}

/** The growth of a step's fee, which has been asked for. */
export function endGrowth(p, regs) {
  const { r, u } = regs;
  p.addWrapping(r.growth, r.growth, u.fee_growth);
  p.moveIfOver(endWords(regs).bad, i255, u.fee_growth, 256);
}

/**
 * What a step of run_swap's `ends` still has to do and the slot takes of it, everything but the growth, the tick, asked for into u.p, and the output: that comes late when it is
 * token0.
 */
export function endLast(p, regs, { down, exact_in }) {
  const { r, u } = regs;
  const { bad } = endWords(regs);
  p.moveIf(r.tick, tick_is_late, r.next, '!=', r.price);
  if (exact_in) p.moveIf(bad, i255, u.b, '>', r.remaining);
  p.moveIf(bad, i255, r.next, down ? '<' : '>', down ? 'known_low' : 'known_high');
  p.tickAt(u.p, r.next);
  for (const [name, word] of Object.entries({ price: r.next, remaining: 0 })) p.storeSlot(word, u.argument, slot[name]);
}

/** Its output, or the input where the output is counted. */
export function endOutput(p, regs, { exact_in }) {
  const { r, u } = regs;
  p.add(r.calculated, r.calculated, exact_in ? u.d : u.b);
  if (!exact_in) {
    p.add(r.calculated, r.calculated, u.fee_quotient);
    p.moveIfOver(endWords(regs).bad, i255, u.fee_quotient, 256);
  }
  p.moveIfOver(endWords(regs).bad, i255, r.calculated, 255);
  p.storeSlot(r.calculated, u.argument, slot.calculated);
}

/** The end of a swap that has ended; its tick is asked for into u.p. */
export function storeEnd(p, { r, u }) {
  p.tickAt(u.p, r.price);
  for (const name of ['price', 'remaining', 'calculated']) p.storeSlot(r[name], u.argument, slot[name]);
}

/** The tick that has been asked for. */
export function storeTick(p, { r, u }) {
  p.moveIf(r.tick, u.p, r.tick, '==', tick_is_late);
  p.storeSlot(r.tick, u.argument, slot.tick);
}

/** Asks for the fees, when the last growth has come. */
export function askFees(p, regs) {
  const { r, u } = regs;
  p.fence();
  endGrowth(p, regs);
  p.mulShift(u.c, r.growth, r.ours, 128);
  p.fence();
}

/**
 * Before its report a candidate that began before the swap alone had ended learns whether the list has it; one that was taken to end beyond its far bound begins `again` where the swap alone
 * ends there.
 */
export function verifyEarly(p, { r }, { down }, { dropped, again }) {
  const verified = p.label();
  p.jumpIf(r.place, '>=', 0, verified);
  p.await('edge');
  p.jumpIf(down ? r.lower : r.upper, down ? '<' : '>', 'edge', dropped);
  p.jumpIf('end_price', '==', down ? r.lower_price : r.upper_price, again);
  p.here(verified);
}

const firstValue = ({ u }, { down }) => (down ? u.g : u.h);

/** Of the values of what comes back the one that comes first, and what is known of the profit by it. */
function countFirst(p, regs, way) {
  const { bad, cost, net, margin } = endWords(regs);
  const first = firstValue(regs, way);
  p.sub(net, first, cost);
  p.sub(margin, net, 'beside');
  p.maximum(bad, first);
}

/** Value of what comes back of the token that bears no fees. */
function valueOther(p, regs, { down }) {
  const { u } = regs;
  const without = down ? u.k : u.j;
  p.mulShift(u.g, without, down ? 'price1' : 'price0', 96);
  p.moveIfOver(endWords(regs).bad, i255, without, 128);
}

/** What of it can be done before the fees are there, when it is not token0, which comes late. */
export function countEarly(p, regs, way) {
  if (!way.down) return;
  valueOther(p, regs, way);
  countFirst(p, regs, way);
}

/**
 * From the fees that askFees() asked for, and countEarly(): value, the report and what is left to store. Behind the value that comes last there is one check, for all that may
 * have failed. Then the thread ends, or goes on to `more` when r.steps is negative. Returns the rest, to stand behind.
 */
export function closeAndReport(p, regs, way, { failed, verify, more }) {
  const { r, u } = regs;
  const { down } = way;
  const { bad, profitable, back, net, margin, check } = endWords(regs);
  const last = down ? u.h : u.g;
  const [low, valued] = [p.label(), p.label()];
  p.add(back, down ? u.j : u.k, u.c);
  p.mulShift(u.h, back, down ? 'price0' : 'price1', 96);
  p.moveIfOver(bad, i255, u.c, 256);
  p.moveIfOver(bad, i255, back, 128);
  if (!down) {
    p.fence();
    valueOther(p, regs, way);
    countFirst(p, regs, way);
  }
  for (const [name, word] of Object.entries({ burn0: u.j, burn1: u.k, fee: u.c })) p.storeSlot(word, u.argument, slot[name]);
  storeTick(p, regs);
  verify();
  // profit_of fails when the profit is below -2^255: the tip's floor alone can make it so, and what is to come only adds.
  p.addJumpOver(check, margin, i255, 256, low);
  p.here(valued);
  p.add(margin, margin, last);
  p.add(net, net, last);
  p.moveIf(profitable, 1, margin, '>', 'least'); // a profit is above zero when it is before the tip, the tip's floor is less, and not all of it is tip
  p.addJumpOver(check, bad, last, 255, failed);
  p.report({ evaluated: true, known: true, gross: net, place: u.argument, profitable });
  p.jumpIf(r.steps, '<', 0, more);
  p.stop();
  return () => {
    p.here(low);
    p.add(check, margin, last);
    p.addJumpOver(check, check, i255, 256, failed);
    p.jump(valued);
  };
}
