// kernels/hls/pool_swap.hpp and sqrt_price_math.cpp as microcode: UniswapV3Pool.swap step by step. Each function is written out for a
// direction (`down`: token0 in) and a side (`exact_in`), so that no thread asks which it is.
// SPDX-License-Identifier: Apache-2.0

export const q96 = 1n << 96n;
export const q128 = 1n << 128n;
const min_tick = -887272n;
const max_tick = 887272n;
export const tick_is_late = 1n << 25n; // in place of a tick: it is to be computed from the price when needed
export const nowhere = (way) => (way.down ? -(1n << 24n) : 1n << 24n); // a bound that no swap comes to

/** The listed tick that comes next. */
export function fetchListed(p, { r, u }, { down }) {
  for (const [word, field] of [[u.listed, 'Tick'], [u.listed_price, 'Ratio'], [u.listed_net, 'Net']]) {
    p.window(word, field, r.cursor, down ? 1 : 0, down ? 'OpSub' : 'OpAdd');
  }
}

/** word_end for a tick: the first (or last) tick of its word of the bitmap. */
export function findWordEnd(p, { r, u }, { down }) {
  p.add(r.t, r.tick, 'word_offset');
  if (!down) p.add(r.t, r.t, 'spacing');
  p.mulDiv(u.quotient, r.t, 1, 'word_ticks');
  p.mulShift(u.product, u.quotient, 'word_ticks', 0);
  p.sub(r.word_end, u.product, 'word_offset');
  if (!down) p.add(r.word_end, r.word_end, 'last_in_word');
}

/** next_tick: stop and stop_price, the nearest of listed tick, bound and end of the word. */
function nextTick(p, { r, u }, { down }) {
  const have = p.label();
  const nearer = down ? '>' : '<';
  p.move(r.s, r.word_end);
  p.moveIf(r.s, down ? min_tick : max_tick, r.s, down ? '<' : '>', down ? min_tick : max_tick);
  p.move(r.stop, u.listed);
  p.move(r.stop_price, u.listed_price);
  p.moveIf(r.stop, r.bound, r.bound, nearer, u.listed);
  p.moveIf(r.stop_price, r.bound_price, r.bound, nearer, u.listed);
  p.jumpIf(r.stop, down ? '>=' : '<=', r.s, have);
  p.ratioAt(u.a, r.s);
  p.move(r.stop, r.s);
  p.move(r.stop_price, u.a);
  p.here(have);
}

/** token0 (or token1) between two prices: getAmount0Delta, getAmount1Delta. `half` is a word for what is between the two divisions. */
export function amount0(p, out, half, high, low, liquidity, up) {
  p.mulDivDelta(half, high, low, liquidity, up);
  p.mulDiv(out, half, 1, low, { up, impossible: 'Zero' });
}
export function amount1(p, out, high, low, liquidity, up) {
  p.mulShiftDelta(out, high, low, liquidity, up);
}

/** Both amounts of a step from price to `to`: input rounded up into `paid`, output down into `got`. */
function stepAmounts(p, { r }, { down }, to, paid, paid_half, got, got_half) {
  const [high, low] = down ? [r.price, to] : [to, r.price];
  if (down) {
    amount0(p, paid, paid_half, high, low, r.liquidity, true);
    amount1(p, got, high, low, r.liquidity, false);
  } else {
    amount1(p, paid, high, low, r.liquidity, true);
    amount0(p, got, got_half, high, low, r.liquidity, false);
  }
}

/** getNextSqrtPriceFromAmount1RoundingDown for `amount` into r.next, or to `fail`. */
function nextPriceByToken1(p, { r, u }, { exact_in }, amount, fail) {
  p.mulDiv(u.quotient, amount, q96, r.liquidity, { up: !exact_in });
  if (exact_in) p.addJumpOver(r.next, r.price, u.quotient, 160, fail);
  else p.subJumpIf(r.next, r.price, u.quotient, '<=', fail);
}

/**
 * getNextSqrtPriceFromAmount0RoundingUp in two halves: the division of the usual case is asked for before it is known whether the step ends
 * inside the segment; r.t keeps its divisor.
 */
function askPriceByToken0(p, { r, u }, { exact_in }, amount) {
  p.mulShift(u.quotient, r.liquidity, q96, 0);
  p.mulShift(u.product, amount, r.price, 0);
  if (exact_in) p.add(r.t, u.quotient, u.product);
  else p.sub(r.t, u.quotient, u.product);
  p.mulDiv(u.f, u.quotient, r.price, r.t, { up: true });
}
function takePriceByToken0(p, { r, u }, { exact_in }, amount, fail) {
  const done = p.label();
  p.move(r.next, r.price);
  p.jumpIf(amount, '==', 0, done);
  if (exact_in) {
    const wide = p.label();
    p.jumpOver(r.t, 256, wide);
    p.addJumpOver(r.next, u.f, 0, 256, fail);
    p.jump(done);
    p.here(wide); // the product does not fit: the contract divides twice
    p.mulDiv(u.f, u.quotient, 1, r.price, { impossible: 'Zero' });
    p.addJumpOver(r.t, u.f, amount, 256, fail);
    p.mulDiv(u.f, u.quotient, 1, r.t, { up: true, impossible: 'Zero' });
    p.addJumpOver(r.next, u.f, 0, 256, fail);
  } else {
    p.jumpOver(u.product, 256, fail);
    p.jumpIf(r.t, '<=', 0, fail);
    p.addJumpOver(r.next, u.f, 0, 160, fail);
  }
  p.here(done);
}

/** The growth of the last step's fee, asked for then, is added: feeGrowthInside wraps as the contract's counter does. */
export function addGrowth(p, { r, u }, fail) {
  p.jumpOver(u.fee_growth, 256, fail);
  p.addWrapping(r.growth, r.growth, u.fee_growth);
}

/** Growth by this step's fee when the price was in the position's range, less the protocol's part. */
function askGrowth(p, regs, was, fail) {
  const { r, u } = regs;
  const skip = p.label();
  const whole = p.label();
  p.jumpIf(was.delta, '>=', 0, skip); // not in the range
  addGrowth(p, regs, fail);
  p.jumpIf('protocol_part', '==', 0, whole);
  p.mulDiv(u.fee_part, r.fee, 'protocol_part', 'protocol_whole');
  p.sub(r.fee, r.fee, u.fee_part);
  p.here(whole);
  p.mulDiv(u.fee_growth, r.fee, q128, was.liquidity);
  p.here(skip);
}

/** What of a step does not depend on the amount that is left: where it goes, and both amounts of going there. */
function planStep(p, regs, way) {
  const { r, u } = regs;
  nextTick(p, regs, way);
  p.move(r.target, r.stop_price);
  p.moveIf(r.target, 'price_limit', r.stop_price, way.down ? '<' : '>', 'price_limit');
  const { paid, got } = plannedAmounts(regs, way);
  stepAmounts(p, regs, way, r.target, paid, way.exact_in ? u.whole_half : u.other_half, got, way.exact_in ? u.other_half : u.whole_half);
}

/** u.whole is the side that the amount counts. */
function plannedAmounts({ u }, { exact_in }) {
  return exact_in ? { paid: u.whole, got: u.other } : { paid: u.other, got: u.whole };
}

/** The step's amounts go to their sums; then what is asked for with the new rest. */
function settle(p, regs, way, was, { fail, leaves, position }) {
  const { r, u } = regs;
  const { down, exact_in } = way;
  p.jumpIf(r.price, down ? '<' : '>', down ? 'known_low' : 'known_high', leaves);
  p.add(r.spent, r.amount_in, r.fee);
  p.subJumpIf(r.remaining, r.remaining, exact_in ? r.spent : r.amount_out, '<', fail);
  if (exact_in) p.mulDiv(u.less_fee, r.remaining, 'keep', 1000000n);
  p.addJumpOver(r.calculated, r.calculated, exact_in ? r.amount_out : r.spent, 255, fail);
  p.add(r.steps, r.steps, 1);
  if (position) askGrowth(p, regs, was, fail);
}

/**
 * run_swap: from the state in r to `done`, or to fail (amount_overflow), leaves (out_of_window), too_many. While the fee of a whole step is
 * divided, the next step is already planned. `snapshot` is called before each step. r.y and r.z are used.
 */
export function runSwap(p, regs, way, { done, fail, leaves, too_many, position, snapshot = () => {} }) {
  const { r, u } = regs;
  const { down, exact_in } = way;
  const token0 = down === exact_in; // the side that the amount counts
  const was = { liquidity: r.y, delta: r.z }; // before the bound was crossed
  const [again, step, part, crossing, stay] = [p.label(), p.label(), p.label(), p.label(), p.label()];
  const spendable = exact_in ? u.less_fee : r.remaining;
  const { paid, got } = plannedAmounts(regs, way);
  if (exact_in) p.mulDiv(u.less_fee, r.remaining, 'keep', 1000000n);
  planStep(p, regs, way);

  p.here(again);
  p.jumpIf(r.remaining, '==', 0, done);
  p.jumpIf(r.price, '==', 'price_limit', done);
  p.here(step);
  p.jumpIf(r.steps, '>=', 1024n, too_many);
  snapshot();
  if (token0) askPriceByToken0(p, regs, way, spendable);
  p.jumpIf(spendable, '<', u.whole, part);

  // The whole way to the target.
  p.mulDiv(u.fee_quotient, paid, 'fee', 'keep', { up: true });
  p.move(r.amount_in, paid);
  p.move(r.amount_out, got);
  if (!exact_in) p.minimum(r.amount_out, r.remaining);
  p.jumpIf(r.target, '==', r.stop_price, crossing);
  p.move(r.next, r.target); // the price limit
  p.addJumpOver(r.fee, u.fee_quotient, 0, 256, fail);
  p.jump(stay);

  p.here(part);
  if (token0) takePriceByToken0(p, regs, way, spendable, fail);
  else nextPriceByToken1(p, regs, way, spendable, fail);
  stepAmounts(p, regs, way, r.next, u.b, u.c, u.d, u.e);
  p.move(r.amount_in, u.b);
  p.move(r.amount_out, u.d);
  if (exact_in) {
    const by_fee = p.label();
    p.jumpIf(r.next, '==', r.target, by_fee); // the amount happens to end exactly there
    p.subJumpIf(r.fee, r.remaining, r.amount_in, '<', fail);
    p.jump(stay);
    p.here(by_fee);
  }
  p.mulDiv(u.fee_quotient, r.amount_in, 'fee', 'keep', { up: true });
  if (!exact_in) p.minimum(r.amount_out, r.remaining);
  p.jumpIf(r.next, '==', r.stop_price, crossing);
  p.addJumpOver(r.fee, u.fee_quotient, 0, 256, fail);

  // Inside the segment: the tick is to be computed from the price when it is needed.
  p.here(stay);
  p.move(was.liquidity, r.liquidity);
  p.move(was.delta, r.bound_delta);
  p.moveIf(r.tick, tick_is_late, r.next, '!=', r.price);
  p.move(r.price, r.next);
  settle(p, regs, way, was, { fail, leaves, position });
  p.jumpIf(r.remaining, '==', 0, done);
  p.jumpIf(r.price, '==', 'price_limit', done);
  planStep(p, regs, way);
  p.jump(step);

  p.here(crossing);
  p.move(was.liquidity, r.liquidity);
  p.move(was.delta, r.bound_delta);
  p.move(r.price, r.stop_price);
  crossListed(p, regs, way);
  if (position) crossBound(p, regs, way);
  const word = p.label();
  p.jumpIf(r.stop, '!=', r.word_end, word);
  if (down) p.sub(r.word_end, r.word_end, 'word_ticks');
  else p.add(r.word_end, r.word_end, 'word_ticks');
  p.here(word);
  p.add(r.tick, r.stop, down ? -1n : 0n);
  planStep(p, regs, way);
  p.addJumpOver(r.fee, u.fee_quotient, 0, 256, fail);
  settle(p, regs, way, was, { fail, leaves, position });
  p.jumpOver(r.liquidity, 128, fail);
  p.jump(again);
}

/** An initialised tick brings its liquidityNet. */
function crossListed(p, regs, way) {
  const { r, u } = regs;
  const end = p.label();
  p.jumpIf(r.stop, '!=', u.listed, end);
  if (way.down) p.sub(r.liquidity, r.liquidity, u.listed_net);
  else p.add(r.liquidity, r.liquidity, u.listed_net);
  p.add(r.cursor, r.cursor, way.down ? -1n : 1n);
  fetchListed(p, regs, way);
  p.here(end);
}

/** The near bound brings our liquidity in, the far one takes it out. */
function crossBound(p, { r }, way) {
  const end = p.label();
  const far = p.label();
  p.jumpIf(r.stop, '!=', r.bound, end);
  p.add(r.liquidity, r.liquidity, r.bound_delta);
  p.jumpIf(r.bound_delta, '<', 0, far);
  p.move(r.bound, way.down ? r.lower : r.upper);
  p.move(r.bound_price, way.down ? r.lower_price : r.upper_price);
  p.sub(r.bound_delta, 0, r.ours);
  p.jump(end);
  p.here(far);
  p.move(r.bound, nowhere(way));
  p.move(r.bound_delta, 0);
  p.here(end);
}
