// The microprogram of range_engine: kernels/hls/range_profit.cpp `decide` and what is under it.
// SPDX-License-Identifier: Apache-2.0
import { Assembler } from './assembler.mjs';
import { done_word, leg_constants, result_words } from './leg_words.mjs';
import { fetchListed, findWordEnd, nowhere, swapStep, tick_is_late } from './pool_swap.mjs';
import { makeRegisters } from './registers.mjs';

// records.hpp
const reasons = { minimum_out: 199, maximum_in: 200, out_of_window: 201, too_many_steps: 202, no_candidate: 203, unprofitable: 204, amount_overflow: 205, partial_fill: 209 };
const max_swap_steps = 1024n;

const out = (p, name, a, b = 0, op = 'OpAdd') => p.out(result_words.findIndex(([field]) => field === name), a, b, op);

function answer(p, reason) {
  out(p, 'reason', reason);
  p.out(done_word, 0);
  p.stop();
}

/** The pool's Swap event: positive into the pool. */
function outSwap(p, { r }, { down, exact_in }, names) {
  const [name_in, name_out] = down ? names : [names[1], names[0]];
  p.sub(r.t, 'amount', r.remaining);
  out(p, name_in, exact_in ? r.t : r.calculated);
  out(p, name_out, 0, exact_in ? r.calculated : r.t, 'OpSub');
}

/** run_alone, check_result, then the search. */
function leg(p, regs, way) {
  const { r, u } = regs;
  const fail = p.label();
  const leaves = p.label();
  const too_many = p.label();
  const done = p.label();
  const again = p.label();
  p.move(r.remaining, 'amount');
  p.move(r.calculated, 0);
  p.move(r.price, 'sqrt_price');
  p.move(r.tick, 'tick');
  p.move(r.liquidity, 'liquidity');
  p.move(r.cursor, 'below');
  p.move(r.steps, 0);
  fetchListed(p, regs, way);
  findWordEnd(p, regs, way);
  p.move(r.bound, nowhere(way));
  p.move(r.bound_delta, 0);

  p.here(again);
  p.jumpIf(r.remaining, '==', 0, done);
  p.jumpIf(r.price, '==', 'price_limit', done);
  p.jumpIf(r.steps, '>=', max_swap_steps, too_many);
  swapStep(p, regs, way, { again, fail, leaves, position: false });

  p.here(fail);
  answer(p, reasons.amount_overflow);
  p.here(leaves);
  answer(p, reasons.out_of_window);
  p.here(too_many);
  answer(p, reasons.too_many_steps);

  p.here(done);
  const known = p.label();
  p.jumpIf(r.tick, '!=', tick_is_late, known);
  p.tickAt(u.a, r.price);
  p.move(r.tick, u.a);
  p.here(known);
  checkResult(p, regs, way);
  out(p, 'tick_alone', r.tick);
  out(p, 'price_alone', r.price);
  outSwap(p, regs, way, ['alone0', 'alone1']);
  answer(p, reasons.no_candidate);
}

/** What the router checks after the swap. */
function checkResult(p, { r }, { exact_in }) {
  const filled = p.label();
  const ok = p.label();
  const refused = p.label();
  p.jumpIf('check_fill', '==', 0, filled);
  p.jumpIf(r.remaining, '==', 0, filled);
  answer(p, reasons.partial_fill);
  p.here(filled);
  p.jumpIf('check_limit', '==', 0, ok);
  p.jumpIf(r.calculated, exact_in ? '>=' : '<=', 'limit', ok);
  p.here(refused);
  answer(p, exact_in ? reasons.minimum_out : reasons.maximum_in);
  p.here(ok);
}

export function makeProgram() {
  const p = new Assembler(leg_constants.map(([name]) => name));
  const regs = makeRegisters(p);
  const ways = [0, 1, 2, 3].map((variant) => ({ variant, exact_in: (variant & 2) !== 0, down: (variant & 1) !== 0, name: `${variant & 1 ? 'down' : 'up'}_${variant & 2 ? 'exact_in' : 'exact_out'}` }));
  const legs = ways.map(({ name }) => p.label(`leg_${name}`));
  for (const way of ways) p.jumpIf('variant', '==', way.variant, legs[way.variant]);
  for (const way of ways) {
    p.here(legs[way.variant]);
    leg(p, regs, way);
  }
  return p;
}
