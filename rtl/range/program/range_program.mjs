// The microprogram of range_engine: kernels/hls/range_profit.cpp `decide` and what is under it.
// SPDX-License-Identifier: Apache-2.0
import { Assembler } from './assembler.mjs';
import { candidate, max_snapshots, sixteenths, slot, snapshot, snapshot_words } from './candidate.mjs';
import { seedTerms } from './candidate_seed.mjs';
import { done_word, leg_constants, published, result_words } from './leg_words.mjs';
import { fetchListed, findWordEnd, nowhere, runSwap, tick_is_late } from './pool_swap.mjs';
import { searchRanges, searchWords } from './range_search.mjs';
import { makeRegisters } from './registers.mjs';

// records.hpp
const reasons = {
  none: 0, minimum_out: 199, maximum_in: 200, out_of_window: 201, too_many_steps: 202, no_candidate: 203, unprofitable: 204,
  amount_overflow: 205, partial_fill: 209,
};

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

/** run_alone: the state of the swap after its last step, and the states before its first steps in memory. */
function runAlone(p, regs, way, fail, leaves, too_many) {
  const { r } = regs;
  const done = p.label();
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
  runSwap(p, regs, way, {
    done, fail, leaves, too_many, position: false,
    snapshot() {
      const full = p.label();
      p.jumpIf(r.place, '>=', max_snapshots * snapshot_words, full);
      for (const [name, offset] of Object.entries(snapshot)) p.store(r[name], r.place, offset);
      p.add(r.place, r.place, snapshot_words);
      p.here(full);
    },
  });
  p.here(done);
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
  const words = [u.c, u.d, u.e, u.f, u.g, u.h, u.i, u.j, u.k, u.l, u.m, u.n, u.o, u.p, u.whole];
  Object.values(slot).forEach((offset, i) => { if (offset !== slot.most) p.loadSlot(words[i], w.best, offset); });
  const [lower, upper, liquidity, mint0, mint1, burn0, burn1, fee, price, tick, remaining, calculated, profit, gross, tip] = words;
  p.tickAt(u.a, price);
  for (const [name, word] of Object.entries({ tick_lower: lower, tick_upper: upper, liquidity, mint0, mint1, burn0, burn1, price_after: price, profit_wei: profit, gross_wei: gross, tip_wei: tip })) out(p, name, word);
  out(p, way.down ? 'fee0' : 'fee1', fee);
  out(p, way.down ? 'fee1' : 'fee0', 0);
  p.move(r.tick, tick);
  const known = p.label();
  p.jumpIf(r.tick, '!=', tick_is_late, known);
  p.move(r.tick, u.a);
  p.here(known);
  out(p, 'tick_after', r.tick);
  outSwap(p, regs, way, ['swap0', 'swap1'], remaining, calculated);
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
  const [fail, leaves, too_many, terms] = [p.label(), p.label(), p.label(), p.label()];
  const w = searchWords(p, regs);
  p.spawn(terms, 0);
  runAlone(p, regs, way, fail, leaves, too_many);
  p.tickAt(u.p, r.price);
  checkResult(p, regs, way);
  out(p, 'price_alone', r.price);
  outSwap(p, regs, way, ['alone0', 'alone1'], r.remaining, r.calculated);
  p.publish('end_price', r.price);
  p.floatOf(u.a, r.remaining);
  p.publish('end_left', u.a);
  p.publish('snapshots', r.place);
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
  for (const way of ways) p.jumpIf('variant', '==', way.variant, legs[way.variant]);
  for (const way of ways) {
    p.here(legs[way.variant]);
    leg(p, regs, way, seeded[way.variant], scaled[way.variant]);
    candidate(p, regs, way, seeded[way.variant], scaled[way.variant]);
  }
  return p;
}
