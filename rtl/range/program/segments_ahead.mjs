// The swap alone over steps that go all the way, three at a time: what such a step costs depends on its segment alone, so the amounts and fees of three
// segments are asked for at once, and a step is then a subtraction. Anything but a plain step (to a listed tick, the end of a word of the bitmap at most,
// within the price limit, with something left behind it) is left to run_swap.
// SPDX-License-Identifier: Apache-2.0
import { fullAmounts, plannedAmounts, q128 } from './pool_swap.mjs';

const i255 = 1n << 255n;

/** The segments' words: where they end, the liquidity and the word's end behind, the amounts and the fee. `bad`: not a plain step. */
function segmentsOf({ r, u }, way) {
  const words = [
    {
      ...{ tick: u.listed, price: u.listed_price, net: u.listed_net, ...plannedAmounts({ u }, way), fee: u.fee_quotient },
      ...{ behind: r.link, bad: r.z, word_behind: r.bound_price },
    },
    {
      ...{ tick: u.gross_lower, price: u.gross_upper, net: u.fee_part, paid: u.i, got: u.j, fee: u.k },
      ...{ behind: r.x, bad: r.next, word_behind: r.amount_in },
    },
    {
      ...{ tick: u.fee_growth, price: u.argument, net: u.l, paid: u.m, got: u.n, fee: u.o },
      ...{ behind: r.y, bad: r.fee, word_behind: r.amount_out },
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

/**
 * The first step goes all the way: as many plain steps as there are, then on to `next_step` with the step behind them asked for; falls through when the
 * first is not plain. `snapshot` keeps the state before a step, `ask` asks for a step.
 */
export function goAhead(p, regs, way, { next_step, snapshot, ask }) {
  const { r } = regs;
  const { down, exact_in } = way;
  const [stop, ordinary] = [p.label(), p.label()];
  const segments = segmentsOf(regs, way);
  const askFee = ({ paid, fee }) => p.mulDiv(fee, paid, 'fee', 'keep', { up: true });
  askFee(segments[0]);
  for (const segment of segments) markPlain(p, regs, way, segment);
  p.jumpIf(segments[0].bad, '!=', 0, ordinary);
  segments.slice(1).forEach(askFee);
  segments.forEach(({ tick, price, paid, got, fee, behind, word_behind, bad }, i) => {
    p.add(r.spent, paid, fee);
    p.sub(r.s, r.remaining, exact_in ? r.spent : got);
    p.add(r.t, r.calculated, exact_in ? got : r.spent);
    p.moveIf(bad, 1, r.s, '<=', 0);
    p.moveIf(bad, 1, r.t, '>=', i255);
    p.jumpIf(bad, '!=', 0, i === 0 ? ordinary : stop);
    p.move(r.remaining, r.s);
    p.move(r.calculated, r.t);
    p.move(r.price, price);
    p.move(r.liquidity, behind);
    p.move(r.word_end, word_behind);
    p.add(r.tick, tick, down ? -1n : 0n);
    p.add(r.cursor, r.cursor, down ? -1n : 1n);
    p.add(r.steps, r.steps, 1);
    snapshot();
  });
  p.here(stop);
  ask();
  p.jump(next_step);
  p.here(ordinary);
}
