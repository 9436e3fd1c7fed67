// One candidate (mint, swap, burn, collect) in the kernels against the same in the canonical bytecode (revm in anvil), in one run.
// SPDX-License-Identifier: Apache-2.0
//
// Processor time on both sides, the best of several turns on both, so that a busy machine does not decide. Exits with 1 below the ratio that
// docs/kernel-contract.md asks for.
// node tests/bench/candidate_ratio.mjs [--bench build/release/bench/candidate_bench]
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { earned } from '../integration/exactness/compare.mjs';
import { start_judge } from '../integration/exactness/judge.mjs';
import { max_sqrt_ratio, min_sqrt_ratio, q96, sqrt_ratio_at_tick } from '../integration/exactness/tick_math.mjs';

const { values: options } = parseArgs({ options: { bench: { type: 'string', default: 'build/release/bench/candidate_bench' } } });
const ratio_must = 300;
const chain_rounds = 2000;
const native_rounds = 20000;
const turns = 5;
const e18 = 10n ** 18n;

// A pool with five overlapping positions; swaps that stay in a range, cross one tick, three ticks, and a bitmap word.
const positions = [[-60000, 60000, 900n], [-1200, 1200, 2500n], [-300, 240, 1700n], [-60, 120, 4000n], [180, 660, 3000n]]
  .map(([lower, upper, units]) => ({ lower, upper, liquidity: units * e18 }));
const swaps = [['within one range', true, 12n], ['one tick crossed', true, 60n], ['three ticks crossed', false, 160n], ['a bitmap word', true, 700n]];
const cases = swaps.map(([name, zero_for_one, units]) => ({
  name, fee: 3000, fee_protocol: [0, 0], sqrt_price: sqrt_ratio_at_tick(30) + 12345678901234567n, positions, history: [],
  swap: { zero_for_one, amount: units * e18, limit: null }, candidates: [{ lower: 0, upper: 60, liquidity: 5000n * e18 }],
}));

function native_line(c, state) {
  const [p] = c.candidates;
  return [native_rounds, c.fee, state.tick_spacing, state.fee_protocol, state.tick, state.sqrt_price, state.liquidity, state.ticks.length,
    ...state.ticks.flatMap((t) => [t.tick, t.gross, t.net]), Number(c.swap.zero_for_one), c.swap.amount,
    c.swap.zero_for_one ? min_sqrt_ratio + 1n : max_sqrt_ratio - 1n, p.lower, p.upper, p.liquidity, q96, q96].join(' ');
}

const chain = await start_judge();
const reports = await chain.judge_cases(cases);

/** Both sides by turns, so that a change of the machine's pace meets both; the best turn of each counts. */
async function measure(c, line) {
  const best = { native: null, chain_us: Infinity };
  for (let turn = 0; turn < turns; ++turn) {
    const answer = JSON.parse(execFileSync(options.bench, { input: `${line}\n`, encoding: 'utf8' }));
    if (!best.native || answer.ns < best.native.ns) best.native = answer;
    const one = await chain.time_repeat(c, 1);
    const many = await chain.time_repeat(c, chain_rounds + 1);
    best.chain_us = Math.min(best.chain_us, ((many - one) * 1000) / chain_rounds);
  }
  return best;
}

let failed = false;
let worst = Infinity;
console.log('swap                     steps   native us   revm us    ratio');
for (const [i, c] of cases.entries()) {
  const { native, chain_us } = await measure(c, native_line(c, reports[i].state));
  const life = reports[i].lives[0];
  const chain_numbers = { ...earned(life, c.candidates[0].liquidity), mint0: life.mint0, mint1: life.mint1, burn0: life.burn0, burn1: life.burn1 };
  const differs = ['mint0', 'mint1', 'burn0', 'burn1', 'fee0', 'fee1'].filter((name) => BigInt(native[name]) !== chain_numbers[name]);
  if (differs.length) console.log(`${c.name}: differs from the chain in ${differs.join(', ')}`);
  failed ||= differs.length > 0;
  const native_us = native.ns / 1000;
  worst = Math.min(worst, chain_us / native_us);
  console.log(`${c.name.padEnd(24)} ${String(native.steps).padStart(5)} ${native_us.toFixed(3).padStart(11)} ${chain_us.toFixed(1).padStart(9)} ${(chain_us / native_us).toFixed(0).padStart(8)}`);
}
chain.stop();
console.log(`lowest ratio ${worst.toFixed(0)} (must: >= ${ratio_must})`);
process.exit(failed || worst < ratio_must ? 1 : 0);
