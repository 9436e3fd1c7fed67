// The microprogram of range_engine: kernels/hls/range_profit.cpp `decide` and what is under it.
// SPDX-License-Identifier: Apache-2.0
import { Assembler } from './assembler.mjs';
import { candidate, max_snapshots, sixteenths, slot_words, snapshot, snapshot_words } from './candidate.mjs';
import { seedTerms } from './candidate_seed.mjs';
import { publishNoRound } from './coarse_list.mjs';
import { earlyCandidates, spawnEarly } from './early_candidates.mjs';
import { done_word, first_step_clocks, leg_constants, published, result_words } from './leg_words.mjs';
import {
  askPrice, askWhole, fetchListed, nextTick, nowhere, q96, runSwap, settleLast, tick_is_late,
} from './pool_swap.mjs';
import { nextRound, sampledRound, searchOn, searchWords } from './range_search.mjs';
import { askOuter, beginOuter, spawnOuter } from './outer_candidates.mjs';
import { makeRegisters } from './registers.mjs';
import { askAhead, fetchAhead, goAhead } from './segments_ahead.mjs';
import { endSnapshots } from './snapshots.mjs';
import { askSpot, planLattice, wholeRound } from './whole_round.mjs';

// records.hpp
const reasons = {
  minimum_out: 199, maximum_in: 200, out_of_window: 201, too_many_steps: 202, amount_overflow: 205, partial_fill: 209,
};

const out = (p, name, a, b = 0, op = 'OpAdd') => p.out(result_words.findIndex(([field]) => field === name), a, b, op);

function answer(p, reason) {
  out(p, 'reason', reason);
  p.out(done_word, 0);
  p.stop();
}

/** The answer is that of the best candidate when all have stopped; range_engine adds it. */
function answerBest(p) {
  p.out(done_word, 1);
  p.stop();
}

/** The pool's Swap event of the swap alone: positive into the pool. */
function outSwap(p, { r }, { down, exact_in }) {
  const [name_in, name_out] = down ? ['alone0', 'alone1'] : ['alone1', 'alone0'];
  p.sub(r.t, 'amount', r.remaining);
  out(p, name_in, exact_in ? r.t : r.calculated);
  out(p, name_out, 0, exact_in ? r.calculated : r.t, 'OpSub');
}

/** The swap alone's state before its first step, into the memory. */
function storeFirst(p, way) {
  const state = { price: 'sqrt_price', remaining: 'amount', liquidity: 'liquidity', calculated: 0, tick: 'tick', cursor: 'below', steps: 0, word_end: 'word_end' };
  for (const [name, offset] of Object.entries(snapshot)) p.store(state[name], 0, offset);
  endSnapshots(p, way, 0, snapshot_words);
}

/** run_alone: the swap to its last step, and the states before its first steps in memory. The threads of `terms` and `early` begin beside. */
function runAlone(p, regs, way, { terms, early }, exits) {
  const { r, u } = regs;
  p.spawn(terms, 0, { aside: true });
  spawnEarly(p, regs, way, early.widths);
  p.move(r.cursor, 'below');
  fetchListed(p, regs, way);
  p.move(r.price, 'sqrt_price');
  p.move(r.tick, 'tick');
  p.move(r.bound, nowhere(way));
  p.move(r.word_end, 'word_end');
  nextTick(p, regs, way);
  p.move(r.liquidity, 'liquidity');
  p.move(r.remaining, 'amount');
  p.move(r.calculated, 0);
  p.move(r.steps, 0);
  askSpot(p, regs);
  p.move(r.place, snapshot_words); // behind the first one, which the thread of `terms` stores
  const askAmounts = () => {
    fetchAhead(p, regs, way);
    askWhole(p, regs, way);
    askAhead(p, regs, way);
    beginOuter(p, regs);
  };
  if (!way.exact_in) askAmounts();
  const snapshot_now = () => {
    for (const [name, offset] of Object.entries(snapshot)) p.store(r[name], r.place, offset);
    p.add(r.place, r.place, snapshot_words);
  };
  const keep = () => {
    const full = p.label();
    p.await('gain'); // the first snapshot is there
    p.jumpIf(r.place, '>=', max_snapshots * snapshot_words, full);
    snapshot_now();
    endSnapshots(p, way, r.place);
    p.here(full);
  };
  runSwap(p, regs, way, {
    ...exits,
    position: false,
    begin: way.exact_in ? askAmounts : () => {},
    snapshot: keep,
    ahead(next_step) {
      p.await('gain');
      const ask = () => {
        fetchListed(p, regs, way);
        fetchAhead(p, regs, way);
        askPrice(p, regs, way);
        askOuter(p, regs);
        spawnOuter(p, regs, way, early.outer);
        nextTick(p, regs, way);
        askWhole(p, regs, way);
        askAhead(p, regs, way);
      };
      goAhead(p, regs, way, { next_step, ask });
    },
  });
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

const i255 = 1n << 255n;

/** The end of the swap alone, at `price` with `remaining` left: for all candidates, and its tick into r.tick. */
function endAlone(p, regs, way, price, remaining) {
  const { u } = regs;
  p.tickAt(u.p, price);
  p.tellEnd(price, remaining);
  p.publish('end_price', price);
  p.publish('came', price);
  p.publish('end_left', remaining);
}

/** What passed_range.mjs needs of the end of the swap alone. */
function publishBehind(p, { r }, { down, exact_in }) {
  p.move(r.t, r.calculated);
  p.moveIf(r.t, i255, r.steps, '>=', 1000n);
  if (down && exact_in) p.moveIf(r.t, i255, 'amount', '>=', q96);
  p.publish('behind', r.t);
}

/** A leg that fails: its early candidates find what they wait for, and that there is no list. */
function fails(p, regs, way, reason) {
  publishNoRound(p, way);
  p.tellEnd('sqrt_price', 0);
  p.publish('end_price', 'sqrt_price');
  p.publish('came', 'sqrt_price');
  p.publish('end_left', 0);
  p.publish('behind', i255);
  answer(p, reason);
}

/** A leg from its first step to its answer. The search begins before it is known whether the last step holds. */
function leg(p, regs, way, entries) {
  const { r, u } = regs;
  const [fail, leaves, too_many, terms, done, ends, over, sampled, settle, settled, spawned, none] = Array.from({ length: 12 }, () => p.label());
  const w = searchWords(p, regs);
  const unsettled = r.link;
  const was_spawned = r.spent;
  runAlone(p, regs, way, { terms, early: entries.early }, { done, ends, fail, leaves, too_many });
  p.here(done);
  p.move(unsettled, 0);
  p.move(r.x, r.tick);
  endAlone(p, regs, way, r.price, r.remaining);
  p.jump(over);
  p.here(ends);
  p.move(unsettled, 1);
  p.move(r.x, r.tick);
  p.moveIf(r.x, tick_is_late, r.next, '!=', r.price);
  endAlone(p, regs, way, r.next, 0);
  p.here(over);
  p.move(r.tick, r.x);
  p.moveIf(r.tick, u.p, r.x, '==', tick_is_late);
  wholeRound(p, regs, way, w, entries.narrow, sampled);
  p.move(was_spawned, 1);
  p.jump(settle);
  p.here(sampled);
  publishNoRound(p, way);
  p.move(was_spawned, 0);

  p.here(settle);
  p.jumpIf(unsettled, '==', 0, settled);
  settleLast(p, regs, way, { fail, leaves });
  p.here(settled);
  publishBehind(p, regs, way);
  checkResult(p, regs, way);
  out(p, 'price_alone', r.price);
  outSwap(p, regs, way);
  out(p, 'tick_alone', r.tick);
  p.move(w.best, -1n);
  nextRound(p, w, 0);
  p.jumpIf(was_spawned, '!=', 0, spawned);
  sampledRound(p, regs, way, w, entries.seeded, none);
  p.here(spawned);
  searchOn(p, regs, w, entries.seeded, entries.scaled, none);
  answerBest(p);

  p.here(fail);
  fails(p, regs, way, reasons.amount_overflow);
  p.here(leaves);
  fails(p, regs, way, reasons.out_of_window);
  p.here(too_many);
  fails(p, regs, way, reasons.too_many_steps);
  p.here(terms);
  planLattice(p, regs, way, () => {
    storeFirst(p, way);
    seedTerms(p);
  });
  p.stop();
}

export function makeProgram() {
  const p = new Assembler([...leg_constants.map(([name]) => name), ...published], first_step_clocks);
  const regs = makeRegisters(p);
  const ways = [0, 1, 2, 3].map((variant) => ({
    variant,
    exact_in: (variant & 2) !== 0,
    down: (variant & 1) !== 0,
    name: `${variant & 1 ? 'down' : 'up'}_${variant & 2 ? 'exact_in' : 'exact_out'}`,
  }));
  const named = (name) => ways.map((way) => p.label(`${name}_${way.name}`));
  const legs = named('leg');
  const widths = ['one', 'two', 'three'].map((width) => named(`early_${width}`));
  const outer = named('early_outer');
  const [seeded, narrow, scaled] = [named('candidate'), named('candidate_narrow'), sixteenths.map((part) => named(`scaled_${part}`))];
  for (const leg_of_way of legs) p.jump(leg_of_way); // a leg begins at the address that is its variant
  for (const way of ways) {
    const of = (labels) => labels[way.variant];
    const entries = { seeded: of(seeded), narrow: of(narrow), early: { widths: widths.map(of), outer: of(outer) }, scaled: scaled.map(of) };
    p.here(of(legs));
    leg(p, regs, way, entries);
    earlyCandidates(p, regs, way, entries.early, candidate(p, regs, way, entries));
  }
  return p;
}
