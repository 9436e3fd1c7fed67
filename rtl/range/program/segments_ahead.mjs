// The swap alone over steps that go all the way, three at a time: what such a step costs depends on its segment alone, so the amounts and fees of three
// segments are asked for at once, and a step is then a subtraction. Anything but a plain step (to a listed tick, the end of a word of the bitmap at most,
// within the price limit, with something left behind it) is left to run_swap.
// SPDX-License-Identifier: Apache-2.0
import { askLessFee, fullAmounts, plannedAmounts, q128 } from './pool_swap.mjs';
import { endSnapshots, max_snapshots, snapshot, snapshot_words } from './snapshots.mjs';

/**
 * The segments' words: where they end, the liquidity and the word's end behind, the amounts and the fee, what remains and what is calculated behind. `bad`: not a
 * plain step.
 */
function segmentsOf({ r, u }, way) {
  const words = [
    {
      ...{ tick: u.listed, price: u.listed_price, net: u.listed_net, ...plannedAmounts({ u }, way), fee: u.fee_quotient },
      ...{ behind: r.link, bad: r.z, word_behind: r.bound_price, rest: r.lower, sum: r.lower_price },
    },
    {
      ...{ tick: u.gross_lower, price: u.gross_upper, net: u.fee_part, paid: u.i, got: u.j, fee: u.k },
      ...{ behind: r.x, bad: r.next, word_behind: r.amount_in, rest: r.upper, sum: r.upper_price },
    },
    {
      ...{ tick: u.fee_growth, price: u.argument, net: u.l, paid: u.m, got: u.n, fee: u.o },
      ...{ behind: r.y, bad: r.fee, word_behind: r.amount_out, rest: r.growth, sum: r.spent },
    },
  ];
  const before = { price: r.price, behind: r.liquidity, word_behind: r.word_end };
  return words.map((segment, i) => {
    const { price: from, behind: liquidity, word_behind: word_end } = words[i - 1] ?? before;
    return { ...segment, from, liquidity, word_end };
  });
}

/** The listed ticks behind the next one. */
export function fetchAhead(p, regs, way) {
  segmentsOf(regs, way).forEach(({ tick, price, net }, i) => {
    if (i === 0) return;
    for (const [word, field] of [[tick, 'Tick'], [price, 'Ratio'], [net, 'Net']])
      p.window(word, field, regs.r.cursor, BigInt(way.down ? i + 1 : i), way.down ? 'OpSub' : 'OpAdd');
  });
}

/** The liquidity behind each segment, and the amounts of those behind the first. */
export function askAhead(p, regs, way) {
  segmentsOf(regs, way).forEach(({ from, price, net, liquidity, behind, paid, got }, i) => {
    if (i > 0) fullAmounts(p, way, from, price, liquidity, paid, got);
    if (way.down) p.sub(behind, liquidity, net);
    else p.add(behind, liquidity, net);
  });
}

/** What of `bad` is known before the amounts are. */
function markPlain(p, { r }, { down }, { tick, price, behind, word_end, word_behind, bad }) {
  (down ? p.sub : p.add).call(p, r.t, word_end, 'word_ticks');
  p.move(word_behind, word_end);
  p.moveIf(word_behind, r.t, tick, '==', word_end);
  p.move(bad, 0);
  p.moveIf(bad, 1, tick, down ? '<' : '>', word_end);
  p.moveIf(bad, 1, price, down ? '<=' : '>=', 'price_limit');
  p.moveIf(bad, 1, price, down ? '<' : '>', down ? 'known_low' : 'known_high');
  p.moveIf(bad, 1, behind, '<', 0);
  p.moveIf(bad, 1, behind, '>=', q128);
}

/** The states behind the segments, from the snapshot at r.place on. */
function storeSnapshots(p, { r }, way, segments) {
  const { down } = way;
  const ticks = [r.stop, r.stop_price, r.target];
  const [cursor, steps] = [r.z, r.s];
  const store = (i, name, value) => p.store(value, r.place, snapshot_words * BigInt(i) + BigInt(snapshot[name]));
  segments.forEach(({ tick, price }, i) => {
    p.add(ticks[i], tick, down ? -1n : 0n);
    store(i, 'price', price);
  });
  p.move(cursor, r.cursor);
  p.move(steps, r.steps);
  segments.forEach(({ rest, sum, behind, word_behind }, i) => {
    for (const [name, value] of Object.entries({ tick: ticks[i], remaining: rest, liquidity: behind, word_end: word_behind })) store(i, name, value);
    if (!sumsLate(way)) store(i, 'calculated', sum);
    p.add(cursor, cursor, down ? -1n : 1n);
    p.add(steps, steps, 1);
    store(i, 'cursor', cursor);
    store(i, 'steps', steps);
  });
  if (!sumsLate(way)) return;
  sumPaid(p, { r }, segments);
  segments.forEach(({ sum }, i) => store(i, 'calculated', sum));
  p.move(r.calculated, segments.at(-1).sum);
}

/** What remains is known before the input, which is token0: the states behind are stored while that and its fees come. */
const sumsLate = ({ down, exact_in }) => down && !exact_in;

/** Asks for the fees. */
function askFees(p, segments) {
  for (const { paid, fee } of segments) p.mulDiv(fee, paid, 'fee', 'keep', { up: true });
}

/** What is calculated behind each segment of an exact output. */
function sumPaid(p, { r }, segments) {
  segments.forEach(({ paid, fee, sum }, i) => {
    p.add(sum, paid, fee);
    p.add(sum, segments[i - 1]?.sum ?? r.calculated, sum);
  });
}

/** The swap stands behind so many segments, whose states go to the snapshots; `passed` counts them, and words of snapshots. */
function standBehind(p, regs, way, segments, passed) {
  const { r } = regs;
  const { down } = way;
  const { tick, rest, sum, price, behind, word_behind } = segments.at(-1);
  p.move(r.remaining, rest);
  askLessFee(p, regs, way);
  if (sumsLate(way)) askFees(p, segments);
  else p.move(r.calculated, sum);
  p.move(r.price, price);
  p.move(r.liquidity, behind);
  p.move(r.word_end, word_behind);
  p.add(r.tick, tick, down ? -1n : 0n);
  p.move(passed.steps, BigInt(segments.length));
  p.move(passed.words, snapshot_words * BigInt(segments.length));
  storeSnapshots(p, regs, way, segments);
}

/** The snapshots up to where the swap stands, and what is before no bound behind them, for candidates that begin now. */
function keepSnapshots(p, regs, way, passed) {
  const { r } = regs;
  (way.down ? p.sub : p.add).call(p, r.cursor, r.cursor, passed.steps);
  p.add(r.steps, r.steps, passed.steps);
  p.add(r.place, r.place, passed.words);
  p.minimum(r.place, max_snapshots * snapshot_words);
  endSnapshots(p, way, r.place);
}

/**
 * The first step goes all the way: as many plain steps as there are, then on to `next_step` with the step behind them asked for; falls through when the
 * first is not plain. `ask` asks for a step.
 */
export function goAhead(p, regs, way, { next_step, ask }) {
  const { r } = regs;
  const { down, exact_in } = way;
  const [one, two, taken, ordinary] = Array.from({ length: 4 }, () => p.label());
  const segments = segmentsOf(regs, way);
  const passed = { steps: r.fee, words: r.next };
  const mark = (segment) => markPlain(p, regs, way, segment);
  if (sumsLate(way)) {
    segments.forEach(mark);
  } else if (down) { // amounts of token0 come late
    segments.slice(0, 2).forEach(mark);
    p.fence();
    askFees(p, segments);
    mark(segments[2]);
  } else {
    askFees(p, segments);
    segments.forEach(mark);
  }
  if (!exact_in && !sumsLate(way)) sumPaid(p, regs, segments);
  segments.forEach(({ paid, got, fee, rest, sum, bad }, i) => {
    const before = segments[i - 1] ?? { rest: r.remaining, sum: r.calculated };
    if (exact_in) {
      p.add(rest, paid, fee);
      p.sub(rest, before.rest, rest);
      p.add(sum, before.sum, got);
    } else {
      p.sub(rest, before.rest, got);
    }
    p.moveIf(bad, 1, rest, '<=', 0);
  });
  p.jumpIf(segments[0].bad, '!=', 0, ordinary);
  p.jumpIf(segments[1].bad, '!=', 0, one);
  p.jumpIf(segments[2].bad, '!=', 0, two);
  standBehind(p, regs, way, segments, passed);
  p.jump(taken);
  p.here(two);
  standBehind(p, regs, way, segments.slice(0, 2), passed);
  p.jump(taken);
  p.here(one);
  standBehind(p, regs, way, segments.slice(0, 1), passed);
  p.here(taken);
  keepSnapshots(p, regs, way, passed);
  p.publish('came', r.price);
  ask();
  p.jump(next_step);
  p.here(ordinary);
}
