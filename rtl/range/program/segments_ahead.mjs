// Steps that go all the way, three at a time: what such a step costs depends on its segment alone, so the amounts and fees of three segments are asked
// for at once, and a step is then a subtraction. Anything but a plain step (to a listed tick, the end of a word of the bitmap at most, the
// position's bound not between, within the price limit, with something left behind it) is left to run_swap.
// SPDX-License-Identifier: Apache-2.0
import { addGrowthOf, fullAmounts, nowhere, plannedAmounts, q128 } from './pool_swap.mjs';

const i255 = 1n << 255n;

/**
 * The segments' words: where they end, the liquidity and the word's end behind, the amounts, the fee and its growth. `bad`: not a plain step. `position`:
 * the price is in a position's range at the first segment.
 */
function segmentsOf({ r, u }, way, position) {
  const words = position ? [
    { part: u.fee_part, fee_growth: u.a },
    { tick: u.b, price: u.c, net: u.d, paid: u.e, got: u.f, fee: u.g, part: u.d, fee_growth: u.h },
    { tick: u.i, price: u.j, net: u.k, paid: u.l, got: u.o, fee: u.p, part: u.k, fee_growth: u.quotient },
  ] : [
    {},
    { tick: u.gross_lower, price: u.gross_upper, net: u.fee_part, paid: u.i, got: u.j, fee: u.k },
    { tick: u.fee_growth, price: u.argument, net: u.l, paid: u.m, got: u.n, fee: u.o },
  ];
  Object.assign(words[0], { tick: u.listed, price: u.listed_price, net: u.listed_net, ...plannedAmounts({ u }, way), fee: u.fee_quotient });
  const marks = [
    { behind: r.link, bad: r.z, word_behind: position ? r.place : r.bound_price },
    { behind: r.x, bad: r.next, word_behind: r.amount_in },
    { behind: r.y, bad: r.fee, word_behind: r.amount_out },
  ];
  const before = { price: r.price, behind: r.liquidity, word_behind: r.word_end };
  return words.map((segment, i) => {
    const { price: from, tick: from_tick } = words[i - 1] ?? before;
    const { behind: liquidity, word_behind: word_end } = marks[i - 1] ?? before;
    return { ...segment, ...marks[i], from, from_tick, liquidity, word_end };
  });
}

/** The listed ticks behind the next one. */
export function fetchAhead(p, regs, way, position) {
  segmentsOf(regs, way, position).forEach(({ tick, price, net }, i) => {
    if (i === 0) return;
    for (const [word, field] of [[tick, 'Tick'], [price, 'Ratio'], [net, 'Net']])
      p.window(word, field, regs.r.cursor, BigInt(way.down ? i + 1 : i), way.down ? 'OpSub' : 'OpAdd');
  });
}

/** The liquidity behind each segment, and the amounts of those behind the first. */
export function askAhead(p, regs, way, position) {
  const { r } = regs;
  const { down } = way;
  segmentsOf(regs, way, position).forEach(({ tick, from, price, net, liquidity, behind, paid, got }, i) => {
    if (i > 0) fullAmounts(p, way, from, price, liquidity, paid, got);
    if (down) p.sub(behind, liquidity, net);
    else p.add(behind, liquidity, net);
    if (!position) return;
    p.add(r.t, behind, r.bound_delta);
    p.moveIf(behind, r.t, tick, '==', r.bound);
  });
}

/** What of `bad` is known before the amounts are. */
function markPlain(p, { r }, { down }, position, { tick, price, from_tick, behind, word_end, word_behind, bad }) {
  (down ? p.sub : p.add).call(p, r.t, word_end, 'word_ticks');
  p.move(word_behind, word_end);
  p.moveIf(word_behind, r.t, tick, '==', word_end);
  p.move(bad, 0);
  p.moveIf(bad, 1, tick, down ? '<' : '>', word_end);
  p.moveIf(bad, 1, price, down ? '<=' : '>=', 'price_limit');
  p.moveIf(bad, 1, price, down ? '<' : '>', down ? 'known_low' : 'known_high');
  p.moveIf(bad, 1, behind, '<', 0);
  p.moveIf(bad, 1, behind, '>=', q128);
  if (!position) return;
  p.move(r.t, bad); // the bound is no end of a segment
  p.moveIf(r.t, 1, tick, down ? '<' : '>', r.bound);
  if (from_tick !== undefined) p.moveIf(r.t, bad, from_tick, down ? '<=' : '>=', r.bound);
  p.move(bad, r.t);
}

/** Asks for what the fees add to the growth: nothing outside the range. */
function askGrowths(p, { r }, { down }, segments) {
  for (const { fee, part } of segments) p.mulDiv(part, fee, 'protocol_part', 'protocol_whole');
  for (const { fee, part, fee_growth, from_tick, liquidity } of segments) {
    p.sub(r.s, fee, part);
    p.move(r.t, liquidity);
    if (from_tick !== undefined) {
      p.moveIf(r.s, 0, from_tick, down ? '<=' : '>=', r.bound);
      p.moveIf(r.t, 1, from_tick, down ? '<=' : '>=', r.bound);
    }
    p.mulDiv(fee_growth, r.s, q128, r.t);
  }
}

/**
 * The first step goes all the way: as many plain steps as there are, then on to `next_step` with the step behind them asked for; falls through when the
 * first is not plain. `snapshot` keeps the state before a step, `ask` asks for a step.
 */
export function goAhead(p, regs, way, position, { next_step, fail, snapshot, ask }) {
  const { r } = regs;
  const { down, exact_in } = way;
  const [stop, ordinary] = [p.label(), p.label()];
  const segments = segmentsOf(regs, way, position);
  for (const segment of segments) markPlain(p, regs, way, position, segment);
  p.jumpIf(segments[0].bad, '!=', 0, ordinary);
  for (const { paid, fee } of segments) p.mulDiv(fee, paid, 'fee', 'keep', { up: true });
  segments.forEach(({ tick, price, paid, got, fee, behind, word_behind, bad }, i) => {
    p.add(r.spent, paid, fee);
    p.sub(r.s, r.remaining, exact_in ? r.spent : got);
    p.add(r.t, r.calculated, exact_in ? got : r.spent);
    p.moveIf(bad, 1, r.s, '<=', 0);
    p.moveIf(bad, 1, r.t, '>=', i255);
    p.jumpIf(bad, '!=', 0, i === 0 ? ordinary : stop);
    p.move(r.remaining, r.s);
    p.move(r.calculated, r.t);
    if (i === 0 && position) askGrowths(p, regs, way, segments);
    p.move(r.price, price);
    p.move(r.liquidity, behind);
    p.move(r.word_end, word_behind);
    p.add(r.tick, tick, down ? -1n : 0n);
    p.add(r.cursor, r.cursor, down ? -1n : 1n);
    p.add(r.steps, r.steps, 1);
    snapshot();
  });
  p.here(stop);
  if (position) leaveRange(p, regs, way);
  ask();
  if (position) {
    segments.forEach(({ fee_growth }, i) => {
      p.move(r.t, fee_growth);
      for (const { bad } of segments.slice(0, i + 1)) p.moveIf(r.t, 0, bad, '!=', 0);
      addGrowthOf(p, regs, r.t, fail);
    });
  }
  p.jump(next_step);
  p.here(ordinary);
}

/** The far bound is behind the price. */
function leaveRange(p, { r }, way) {
  p.add(r.t, r.tick, way.down ? 1n : 0n);
  p.moveIf(r.bound_delta, 0, r.t, way.down ? '<=' : '>=', r.bound);
  p.moveIf(r.bound, nowhere(way), r.t, way.down ? '<=' : '>=', r.bound);
}
