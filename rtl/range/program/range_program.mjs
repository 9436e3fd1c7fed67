// The microprogram of range_engine: kernels/hls/range_profit.cpp `decide` and what is under it.
// SPDX-License-Identifier: Apache-2.0
import { Assembler } from './assembler.mjs';
import { candidate, max_snapshots, sixteenths, slot, snapshot, snapshot_words } from './candidate.mjs';
import { seedTerms, zero } from './candidate_seed.mjs';
import { done_word, leg_constants, published, result_words } from './leg_words.mjs';
import {
  askLessFee, askWhole, fetchListed, findWordEnd, nextTick, nowhere, runSwap, settleLast, tick_is_late,
} from './pool_swap.mjs';
import { searchRanges, searchWords } from './range_search.mjs';
import { makeRegisters } from './registers.mjs';

// records.hpp
const reasons = {
  none: 0, minimum_out: 199, maximum_in: 200, out_of_window: 201, too_many_steps: 202, no_candidate: 203, unprofitable: 204,
  amount_overflow: 205, partial_fill: 209,
};

const beyond = 1n << 255n; // a price above all

const out = (p, name, a, b = 0, op = 'OpAdd') => p.out(result_words.findIndex(([field]) => field === name), a, b, op);

function answer(p, reason) {
  out(p, 'reason', reason);
  p.out(done_word, 0);
  p.stop();
}

/** The pool's Swap event: positive into the pool. */
function outSwap(p, { r }, { down, exact_in }, names, remaining, calculated) {
  const [name_in, name_out] = down ? names : [names[1], names[0]];
  p.sub(r.t, 'amount', remaining);
  out(p, name_in, exact_in ? r.t : calculated);
  out(p, name_out, 0, exact_in ? calculated : r.t, 'OpSub');
}

/** run_alone: the swap to its last step, and the states before its first steps in memory. */
function runAlone(p, regs, way, exits) {
  const { r } = regs;
  p.move(r.price, 'sqrt_price');
  p.move(r.tick, 'tick');
  p.move(r.cursor, 'below');
  fetchListed(p, regs, way);
  findWordEnd(p, regs, way);
  p.move(r.remaining, 'amount');
  p.move(r.calculated, 0);
  p.move(r.liquidity, 'liquidity');
  p.move(r.steps, 0);
  p.move(r.bound, nowhere(way));
  p.move(r.bound_delta, 0);
  p.move(r.place, 0);
  askLessFee(p, regs, way);
  nextTick(p, regs, way);
  askWhole(p, regs, way);
  runSwap(p, regs, way, {
    ...exits,
    position: false,
    snapshot() {
      const full = p.label();
      p.jumpIf(r.place, '>=', max_snapshots * snapshot_words, full);
      for (const [name, offset] of Object.entries(snapshot)) p.store(r[name], r.place, offset);
      p.add(r.place, r.place, snapshot_words);
      p.here(full);
    },
  });
}

/** What is before no bound, behind the last snapshot: as many as a candidate looks at at once. */
function endSnapshots(p, { r }, { down }) {
  for (let i = 0n; i < 4n; ++i) p.store(down ? 0 : beyond, r.place, i * snapshot_words);
}

/** What the router checks after the swap. */
function checkResult(p, { r }, { exact_in }) {
  const filled = p.label();
  const ok = p.label();
  p.jumpIf('check_fill', '==', 0, filled);
  p.jumpIf(r.remaining, '==', 0, filled);
  answer(p, reasons.partial_fill);
  p.here(filled);
  p.jumpIf('check_limit', '==', 0, ok);
  p.jumpIf(r.calculated, exact_in ? '>=' : '<=', 'limit', ok);
  answer(p, exact_in ? reasons.minimum_out : reasons.maximum_in);
  p.here(ok);
}

/** The best candidate's numbers, and the verdict. */
function decide(p, regs, way, w) {
  const { r, u } = regs;
  const found = p.label();
  const enough = p.label();
  const unprofitable = p.label();
  p.best(u.a, 'evaluated');
  p.best(u.b, 'profitable');
  out(p, 'candidates', u.a);
  out(p, 'profitable', u.b);
  p.jumpIf(w.best, '>=', 0, found);
  answer(p, reasons.no_candidate);
  p.here(found);
  const words = {
    price: u.m, gross: u.g, tick: u.n, lower: u.c, upper: u.d, liquidity: u.e, mint0: u.h, mint1: u.i, burn0: u.j, burn1: u.k, fee: u.l, remaining: u.o,
    calculated: u.p,
  };
  for (const [name, word] of Object.entries(words)) p.loadSlot(word, w.best, slot[name]);
  p.tickAt(u.f, words.price);
  // profit_of
  const [before_tip, profit, tip] = [r.s, r.x, r.y];
  p.sub(before_tip, words.gross, 'gas_cost');
  p.move(r.t, before_tip);
  p.maximum(r.t, 0);
  p.mulDiv(u.whole, r.t, 'tip_ppm', 1000000n);
  const { lower, upper, liquidity, mint0, mint1, burn0, burn1, price, gross } = words;
  for (const [name, word] of Object.entries({ tick_lower: lower, tick_upper: upper, liquidity, mint0, mint1, burn0, burn1, price_after: price, gross_wei: gross })) out(p, name, word);
  out(p, way.down ? 'fee0' : 'fee1', words.fee);
  out(p, way.down ? 'fee1' : 'fee0', 0);
  outSwap(p, regs, way, ['swap0', 'swap1'], words.remaining, words.calculated);
  p.move(tip, u.whole);
  p.maximum(tip, 'tip_floor');
  p.sub(profit, before_tip, tip);
  out(p, 'profit_wei', profit);
  out(p, 'tip_wei', tip);
  p.move(r.tick, words.tick);
  const known = p.label();
  p.jumpIf(r.tick, '!=', tick_is_late, known);
  p.move(r.tick, u.f);
  p.here(known);
  out(p, 'tick_after', r.tick);
  p.jumpIf(profit, '<=', 0, unprofitable);
  p.jumpIf(profit, '>=', 'min_profit', enough);
  p.here(unprofitable);
  answer(p, reasons.unprofitable);
  p.here(enough);
  answer(p, reasons.none);
}

/** A leg from its first step to its answer. */
function leg(p, regs, way, seeded_label, scaled_labels) {
  const { r, u } = regs;
  const [fail, leaves, too_many, terms, done, ends, over] = Array.from({ length: 7 }, () => p.label());
  const w = searchWords(p, regs);
  p.spawn(terms, 0);
  runAlone(p, regs, way, { done, ends, fail, leaves, too_many });
  if (way.exact_in) {
    p.here(ends);
    p.tickAt(u.p, r.next);
    p.publish('end_price', r.next);
    p.publish('end_left', zero);
    endSnapshots(p, regs, way);
    settleLast(p, regs, way, { fail, leaves });
    p.jump(over);
  }
  p.here(done);
  p.tickAt(u.p, r.price);
  p.publish('end_price', r.price);
  p.floatOf(u.a, r.remaining);
  p.publish('end_left', u.a);
  endSnapshots(p, regs, way);
  p.here(over);
  checkResult(p, regs, way);
  out(p, 'price_alone', r.price);
  outSwap(p, regs, way, ['alone0', 'alone1'], r.remaining, r.calculated);
  p.join(u.b, r.t); // the terms are there
  const known = p.label();
  p.jumpIf(r.tick, '!=', tick_is_late, known);
  p.move(r.tick, u.p);
  p.here(known);
  out(p, 'tick_alone', r.tick);
  searchRanges(p, regs, w, seeded_label, scaled_labels);
  decide(p, regs, way, w);

  p.here(fail);
  answer(p, reasons.amount_overflow);
  p.here(leaves);
  answer(p, reasons.out_of_window);
  p.here(too_many);
  answer(p, reasons.too_many_steps);
  p.here(terms);
  seedTerms(p, regs, way);
  p.stop();
}

export function makeProgram() {
  const p = new Assembler([...leg_constants.map(([name]) => name), ...published]);
  const regs = makeRegisters(p);
  const ways = [0, 1, 2, 3].map((variant) => ({
    variant,
    exact_in: (variant & 2) !== 0,
    down: (variant & 1) !== 0,
    name: `${variant & 1 ? 'down' : 'up'}_${variant & 2 ? 'exact_in' : 'exact_out'}`,
  }));
  const legs = ways.map(({ name }) => p.label(`leg_${name}`));
  const seeded = ways.map(({ name }) => p.label(`candidate_${name}`));
  const scaled = ways.map(({ name }) => sixteenths.map((part) => p.label(`scaled_${part}_${name}`)));
  for (const leg_of_way of legs) p.jump(leg_of_way); // a leg begins at the address that is its variant
  for (const way of ways) {
    p.here(legs[way.variant]);
    leg(p, regs, way, seeded[way.variant], scaled[way.variant]);
    candidate(p, regs, way, seeded[way.variant], scaled[way.variant]);
  }
  return p;
}
