// Random pools, swaps and positions: the engine equals the canonical bytecode on anvil in every number.
// SPDX-License-Identifier: Apache-2.0
//
// node exactness_random.mjs --jitctl build/release/bin/jitctl [--seed N] [--cases 5000] [--case K] [--pool pancake_v3]
// (--case: only that one, in full)
import { parseArgs } from 'node:util';
import { random_case } from './cases.mjs';
import { check_batch, Tally } from './check.mjs';
import { request_of, start_engine, to_json } from './engine.mjs';
import { fork_of } from './forks.mjs';
import { start_judge } from './judge.mjs';

const batch_size = 20;
const batches_in_flight = 3;
const failures_shown = 5;
const least_decisions = 0.15; // of the cases: fewer would mean that the search is no longer exercised

const { values: options } = parseArgs({ options: {
  jitctl: { type: 'string', default: 'build/release/bin/jitctl' }, engine: { type: 'string', default: 'native' },
  seed: { type: 'string', default: '20261122' }, cases: { type: 'string', default: '5000' }, case: { type: 'string' },
  pool: { type: 'string', default: 'uniswap_v3' },
} });
const fork = fork_of(options.pool);
const seed = Number(options.seed);
const indices = options.case === undefined ? Array.from({ length: Number(options.cases) }, (_, i) => i) : [Number(options.case)];
console.log(`${fork.kind}, seed ${seed}, ${indices.length} cases`);

const engine = start_engine(options.jitctl, options.engine);
const chain = await start_judge(fork);
const tally = new Tally();
const failures = [];
const started = performance.now();
let next = 0;

async function work() {
  while (next < indices.length && failures.length < failures_shown) {
    const batch = indices.slice(next, (next += batch_size));
    const cases = batch.map((index) => random_case(fork, seed, index));
    const checked = await check_batch(chain, engine, cases, tally);
    checked.forEach(({ differences, report, answers }, i) => {
      if (differences.length) failures.push({ index: batch[i], c: cases[i], differences, report });
      if (options.case !== undefined) console.log(to_json({ case: cases[i], chain: report, engine: answers }, 2));
    });
  }
}

function print_failure({ index, c, differences, report }) {
  const candidate = c.candidates[Number(/^candidate (\d+)/.exec(differences[0])?.[1] ?? NaN)];
  console.log(`\nFAILED: seed ${seed}, case ${index} (again: --pool ${fork.kind} --seed ${seed} --case ${index})`);
  for (const text of differences) console.log(`  ${text}`);
  console.log(`  request: ${to_json(request_of(c, report.state, candidate))}`);
  console.log(`  case: ${to_json(c)}`);
}

await Promise.all(Array.from({ length: batches_in_flight }, work));
tally.print();
console.log(`${((performance.now() - started) / 1000).toFixed(1)} s`);
failures.sort((a, b) => a.index - b.index).slice(0, failures_shown).forEach(print_failure);
const idle = indices.length >= 500 && tally.counts.decisions < least_decisions * indices.length;
if (idle) console.log(`FAILED: only ${tally.counts.decisions} decisions: the engine declines what it should decide`);
engine.stop();
chain.stop();
process.exit(failures.length || idle ? 1 : 0);
