// The boundaries by name: the chain confirms that each case is at its boundary, and the engine equals the chain there.
// SPDX-License-Identifier: Apache-2.0
//
// node exactness_boundaries.mjs --jitctl build/release/bin/jitctl [--pool pancake_v3]
import { parseArgs } from 'node:util';
import { boundaries } from './boundary_cases.mjs';
import { check_batch, Tally } from './check.mjs';
import { request_of, start_engine, to_json } from './engine.mjs';
import { fork_of } from './forks.mjs';
import { start_judge } from './judge.mjs';

const { values: options } = parseArgs({ options: {
  jitctl: { type: 'string', default: 'build/release/bin/jitctl' }, engine: { type: 'string', default: 'native' },
  pool: { type: 'string', default: 'uniswap_v3' },
} });
const fork = fork_of(options.pool);
const engine = start_engine(options.jitctl, options.engine);
const chain = await start_judge(fork);
const tally = new Tally();
let failed = 0;

for (const [name, make] of boundaries) {
  const cases = (await make(chain.judge_cases, fork)).map((c) => ({ kind: fork.kind, ...c }));
  const checked = await check_batch(chain, engine, cases, tally);
  const wrong = checked.map((result, i) => ({ ...result, c: cases[i], i }))
    .map((result) => ({ ...result, differences: [...(result.c.met(result.report) ? [] : ['the case is not at its boundary']), ...result.differences] }))
    .filter((result) => result.differences.length);
  console.log(`${wrong.length ? 'FAILED' : 'ok    '}  ${name} (${cases.length} cases)`);
  for (const { differences, c, i, report } of wrong.slice(0, 3)) {
    for (const text of differences) console.log(`    case ${i}: ${text}`);
    console.log(`    request: ${to_json(request_of(c, report.state))}\n    candidates: ${to_json(c.candidates)}`);
  }
  failed += wrong.length;
}
tally.print();
engine.stop();
chain.stop();
process.exit(failed ? 1 : 0);
