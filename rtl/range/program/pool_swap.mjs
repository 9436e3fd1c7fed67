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

/** next_tick: stop and stop_price, the nearest of listed tick, bound and end of the word; and target, where the price goes at most. */
export function nextTick(p, { r, u }, { down }) {
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
  p.move(r.target, r.stop_price);
  p.moveIf(r.target, 'price_limit', r.stop_price, down ? '<' : '>', 'price_limit');
}

/** token0 (or token1) between two prices: getAmount0Delta, getAmount1Delta. */
export const amount0 = (p, out, high, low, liquidity, up) => p.mulDivDelta(out, high, low, liquidity, up);
export const amount1 = (p, out, high, low, liquidity, up) => p.mulShiftDelta(out, high, low, liquidity, up);

/** Both amounts between two prices: input rounded up into `paid`, output down into `got`. */
export function fullAmounts(p, { down }, from, to, liquidity, paid, got) {
  const [high, low] = down ? [from, to] : [to, from];
  (down ? amount0 : amount1)(p, paid, high, low, liquidity, true);
  (down ? amount1 : amount0)(p, got, high, low, liquidity, false);
}

/** Of a step from price to `to`. */
const stepAmounts = (p, { r }, way, to, paid, got) => fullAmounts(p, way, r.price, to, r.liquidity, paid, got);

/** u.whole is the side that the amount counts. */
export const plannedAmounts = ({ u }, { exact_in }) => (exact_in ? { paid: u.whole, got: u.other } : { paid: u.other, got: u.whole });

/** Both amounts of going to the target. */
export function askWhole(p, regs, way) {
  const { paid, got } = plannedAmounts(regs, way);
  stepAmounts(p, regs, way, regs.r.target, paid, got);
}

/** The rest of the input less the fee, when the swap counts the input. */
export function askLessFee(p, { r, u }, { exact_in }) {
  if (exact_in) p.mulDiv(u.less_fee, r.remaining, 'keep', 1000000n);
}

/** Fee of going to the target. */
export function askWholeFee(p, regs, way) {
  p.mulDiv(regs.u.fee_quotient, plannedAmounts(regs, way).paid, 'fee', 'keep', { up: true });
}

/**
 * Where the amount that is left leads when no tick stops it, the division of the usual case: into u.next the price (token0) or the move of it
 * (token1). r.amount_in and r.amount_out keep what token0's came from. What does not fit leads beyond every target.
 */
export function askPrice(p, regs, way) {
  askProduct(p, regs, way);
  askPriceOf(p, regs, way);
}
/** What of it does not depend on the liquidity. */
export function askProduct(p, { r, u }, { down, exact_in }) {
  if (down === exact_in) p.mulShift(u.product, exact_in ? u.less_fee : r.remaining, r.price, 0);
}
/** The rest of it. */
export function askPriceOf(p, { r, u }, { down, exact_in }) {
  if (down !== exact_in) { // token1
    p.mulDiv(u.next, exact_in ? u.less_fee : r.remaining, q96, r.liquidity, { up: !exact_in, impossible: exact_in ? 'Most' : 'Marked' });
    return;
  }
  p.up96(r.amount_in, r.liquidity);
  if (exact_in) p.add(r.amount_out, r.amount_in, u.product);
  else p.sub(r.amount_out, r.amount_in, u.product);
  p.mulDiv(u.next, r.amount_in, r.price, r.amount_out, { up: true, impossible: exact_in ? 'Zero' : 'Marked' });
}

/**
 * The price after the step into r.next and on to `part` when it stays short of the target; falls through when the target is reached.
 * Exact input comes short of the target just when the amount to it, rounded up, is more than there is: no need to wait for that amount.
 * In `by_amount` (token0, where a product does not fit) both divisions of the contract's other formula are made, and `checked` follows.
 */
function takePrice(p, regs, { down, exact_in }, { part, by_amount, full, checked, fail }) {
  const { r, u } = regs;
  if (exact_in) {
    if (down) {
      p.jumpOver(r.amount_out, 256, by_amount);
      p.move(r.next, u.next);
    } else {
      p.add(r.next, r.price, u.next);
    }
    p.jumpIf(r.next, down ? '>' : '<', r.target, part);
    return;
  }
  p.jumpIf(r.remaining, '>=', u.whole, full);
  if (down) {
    p.subJumpIf(r.next, r.price, u.next, '<=', fail);
    p.jump(part);
    return;
  }
  p.move(r.next, r.price);
  p.jumpIf(r.remaining, '==', 0, checked);
  p.jumpOver(u.product, 256, fail);
  p.jumpIf(r.amount_out, '<=', 0, fail);
  p.addJumpOver(r.next, u.next, 0, 160, fail);
  p.jump(part);
}

const small_amount = 1n << 102n; // first_step.sv computes the first step's price for an amount below

/** takePrice for the swap alone's first step, from what first_step.sv has published; to `slow` where the thread has to ask itself. */
function takeFirst(p, { r, u }, { down, exact_in }, { part, full, slow, fail }) {
  if (exact_in && down) p.jumpOver('first_divisor', 256, slow);
  else p.jumpIf('amount', '>=', small_amount, slow);
  if (exact_in) {
    p.move(r.next, 'first_price');
    p.jumpIf('first_price', down ? '>' : '<', r.target, part);
    p.jump(full);
    return;
  }
  p.jumpIf(r.remaining, '>=', u.whole, full);
  if (down) {
    p.subJumpIf(r.next, r.price, 'first_price', '<=', fail);
  } else {
    p.jumpIf('first_divisor', '<=', 0, fail);
    p.addJumpOver(r.next, 'first_price', 0, 160, fail);
  }
  p.jump(part);
}

/** getNextSqrtPriceFromAmount0RoundingUp where amount * price does not fit: the contract divides twice. */
function priceByTwoDivisions(p, { r, u }, fail) {
  p.mulDiv(u.next, r.amount_in, 1, r.price, { impossible: 'Zero' });
  p.addJumpOver(r.t, u.next, u.less_fee, 256, fail);
  p.mulDiv(u.next, r.amount_in, 1, r.t, { up: true, impossible: 'Zero' });
  p.addJumpOver(r.next, u.next, 0, 256, fail);
}

/** The growth of the last step's fee, asked for then, is added: feeGrowthInside wraps as the contract's counter does. */
export function addGrowth(p, { r, u }, fail) {
  p.jumpOver(u.fee_growth, 256, fail);
  p.addWrapping(r.growth, r.growth, u.fee_growth);
}

/** Asks for the growth by the fee in r.fee, which `fee` computes, less the protocol's part. */
export function askGrowth(p, { r, u }, liquidity, fee = () => {}) {
  const [whole, end] = [p.label(), p.label()];
  p.jumpIf('protocol_part', '==', 0, whole);
  fee();
  p.mulDiv(u.fee_part, r.fee, 'protocol_part', 'protocol_whole');
  p.sub(r.fee, r.fee, u.fee_part);
  p.mulDiv(u.fee_growth, r.fee, q128, liquidity);
  p.jump(end);
  p.here(whole);
  fee();
  p.mulDiv(u.fee_growth, r.fee, q128, liquidity);
  p.here(end);
}

/** The step's amounts go to their sums; then what is asked for with the new rest. */
function settle(p, regs, way, was, { fail, leaves, position }) {
  const { r } = regs;
  const { down, exact_in } = way;
  p.jumpIf(r.price, down ? '<' : '>', down ? 'known_low' : 'known_high', leaves);
  p.add(r.spent, r.amount_in, r.fee);
  p.subJumpIf(r.remaining, r.remaining, exact_in ? r.spent : r.amount_out, '<', fail);
  askLessFee(p, regs, way);
  p.addJumpOver(r.calculated, r.calculated, exact_in ? r.amount_out : r.spent, 255, fail);
  p.add(r.steps, r.steps, 1);
  if (!position) return;
  const skip = p.label();
  p.jumpIf(was.delta, '>=', 0, skip); // not in the range
  addGrowth(p, regs, fail);
  askGrowth(p, regs, was.liquidity);
  p.here(skip);
}

/**
 * run_swap from the state in r, which is not finished and whose first step has been asked for (nextTick, askWhole, with a position also askLessFee and askPrice; without one, `begin` asks for the amounts and what is behind): to `done`, or to
 * fail (amount_overflow), leaves (out_of_window), too_many. While the fee of a whole step is divided, the next
 * step is already planned. `snapshot` is called before each step but the first. A swap that ends short of its target goes to `ends` instead, with r.next the price there
 * and its amounts asked for in u.b (paid) and, where the input is counted, u.d (got); everything but the price is then still as before that step. r.y and r.z are used.
 * `ahead` comes where the first step is known to go all the way: it falls through, or ends at the label that it is given with another first step asked
 * for, or with a position at the second one with any later step, or at the third one with a step that is known to end short of its target at r.next.
 */
export function runSwap(p, regs, way, { done, ends, fail, leaves, too_many, position, begin, snapshot = () => {}, ahead = () => {} }) {
  const { r, u } = regs;
  const { down, exact_in } = way;
  const was = { liquidity: r.y, delta: r.z }; // before the bound was crossed
  const [first, slow, whole, again, step, behind, part, short, by_amount, checked, unasked, full, crossing, stay] = Array.from({ length: 14 }, () => p.label());
  const { paid, got } = plannedAmounts(regs, way);
  const take = { part, by_amount, full: exact_in ? full : unasked, checked, fail };
  if (!position) {
    const begun = p.label();
    takeFirst(p, regs, way, { part, full: begun, slow, fail });
    p.here(slow);
    askLessFee(p, regs, way);
    askPrice(p, regs, way);
    begin();
    p.jump(first);
    p.here(begun);
    begin();
    p.jump(whole);
  }
  p.here(first);
  takePrice(p, regs, way, { ...take, full: whole });
  p.here(whole);
  ahead(first, behind, part);
  p.here(unasked); // the fee of going to the target
  askWholeFee(p, regs, way);
  p.jump(full);
  if (position) {
    p.here(behind);
    takePrice(p, regs, way, { ...take, full: unasked });
    p.jump(unasked);
  }

  p.here(again);
  p.jumpIf(r.remaining, '==', 0, done);
  p.jumpIf(r.price, '==', 'price_limit', done);
  p.here(step);
  p.jumpIf(r.steps, '>=', 1024n, too_many);
  askPrice(p, regs, way);
  snapshot();
  if (exact_in) askWholeFee(p, regs, way);
  takePrice(p, regs, way, take);
  if (!exact_in) p.jump(unasked);

  // The whole way to the target.
  p.here(full);
  p.move(r.amount_in, paid);
  p.move(r.amount_out, got);
  if (!exact_in) p.minimum(r.amount_out, r.remaining);
  p.jumpIf(r.target, '==', r.stop_price, crossing);
  p.move(r.next, r.target); // the price limit
  p.addJumpOver(r.fee, u.fee_quotient, 0, 256, fail);
  p.jump(stay);

  if (down && exact_in) {
    p.here(by_amount);
    p.jumpIf(u.less_fee, '>=', u.whole, unasked);
    p.move(r.next, r.price);
    p.jumpIf(u.less_fee, '==', 0, checked);
    priceByTwoDivisions(p, regs, fail);
  }
  if (exact_in) {
    p.here(checked);
    p.jumpIf(r.next, '!=', r.target, part); // else the amount happens to end exactly there
    stepAmounts(p, regs, way, r.next, u.b, u.d);
    p.move(r.amount_in, u.b);
    p.move(r.amount_out, u.d);
  } else {
    p.here(part);
    p.here(checked);
    p.jumpIf(r.next, '!=', r.target, short);
    stepAmounts(p, regs, way, r.next, u.b, u.d);
    p.move(r.amount_in, u.b);
    p.move(r.amount_out, u.d);
    p.minimum(r.amount_out, r.remaining);
  }
  p.mulDiv(u.fee_quotient, r.amount_in, 'fee', 'keep', { up: true });
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
  nextTick(p, regs, way);
  askWhole(p, regs, way);
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
  nextTick(p, regs, way);
  askWhole(p, regs, way);
  p.addJumpOver(r.fee, u.fee_quotient, 0, 256, fail);
  settle(p, regs, way, was, { fail, leaves, position });
  p.jumpOver(r.liquidity, 128, fail);
  p.jump(again);

  p.here(exact_in ? part : short);
  if (exact_in) stepAmounts(p, regs, way, r.next, u.b, u.d);
  else askPaid(p, regs, way);
  p.jump(ends);
}

/** The input of a step of `ends` whose amount is the output: all that is left, since the price is rounded so that no less comes out. */
function askPaid(p, { r, u }, { down }) {
  if (down) amount0(p, u.b, r.price, r.next, r.liquidity, true);
  else amount1(p, u.b, r.next, r.price, r.liquidity, true);
}

/** Asks for the fee of a step of `ends`, where it is not what is left of the input. */
export function askLastFee(p, { u }, { exact_in }) {
  if (!exact_in) p.mulDiv(u.fee_quotient, u.b, 'fee', 'keep', { up: true });
}

/** The fee of a step of `ends`; it is negative, or does not fit, when the step fails. */
export function lastFee(p, { r, u }, { exact_in }) {
  if (exact_in) p.sub(r.fee, r.remaining, u.b);
  else p.move(r.fee, u.fee_quotient);
}

/** What a step of `ends` still has to do, everything but the growth and the tick. */
export function settleLast(p, regs, way, { fail, leaves }) {
  const { r, u } = regs;
  const { down, exact_in } = way;
  askLastFee(p, regs, way);
  if (exact_in) p.subJumpIf(r.t, r.remaining, u.b, '<', fail);
  else p.addJumpOver(r.t, u.fee_quotient, 0, 256, fail);
  p.jumpIf(r.next, down ? '<' : '>', down ? 'known_low' : 'known_high', leaves);
  if (!exact_in) p.add(r.t, u.b, r.t);
  p.addJumpOver(r.calculated, r.calculated, exact_in ? u.d : r.t, 255, fail);
  p.move(r.price, r.next);
  p.move(r.remaining, 0);
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
