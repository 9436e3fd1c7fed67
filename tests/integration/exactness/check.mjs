// One batch of cases through the chain and the engine: positions as given, then the engine's own decisions sent back to the chain.
// SPDX-License-Identifier: Apache-2.0
import { compare_decision, compare_position, compare_swap } from './compare.mjs';
import { request_of } from './engine.mjs';

/** How often each pair (chain's revert, engine's reason) was seen, and how much was compared. */
export class Tally {
  refusals = new Map();
  counts = { swaps: 0, positions: 0, decisions: 0, unprofitable: 0 };

  refusal(chain, engine) {
    const key = `${chain}  |  ${engine}`;
    this.refusals.set(key, (this.refusals.get(key) ?? 0) + 1);
  }

  print() {
    console.log(`equal: ${this.counts.swaps} swaps, ${this.counts.positions} positions, ${this.counts.decisions} decisions`);
    console.log('refusals (chain | engine):');
    for (const [key, count] of [...this.refusals].sort((a, b) => b[1] - a[1])) console.log(`  ${String(count).padStart(7)}  ${key}`);
  }
}

/** Resolves to [{index, differences, report}] for the cases of the batch. */
export async function check_batch(chain, engine, cases, tally) {
  const reports = await chain.judge_cases(cases);
  const checked = await Promise.all(cases.map((c, i) => check_case(engine, c, reports[i], tally)));
  const decided = checked.map(({ decision }, i) => ({ decision, i })).filter(({ decision }) => decision);
  const again = await chain.judge_cases(decided.map(({ decision, i }) => ({ ...cases[i], candidates: [decided_position(decision)] })));
  decided.forEach(({ decision, i }, k) => {
    tally.counts.decisions++;
    checked[i].differences.push(...compare_decision(reports[i], again[k].lives[0], cases[i].params, decision));
  });
  return checked;
}

const decided_position = (d) => ({ lower: Number(d.tick_lower), upper: Number(d.tick_upper), liquidity: BigInt(d.liquidity) });

async function check_case(engine, c, report, tally) {
  const [free, ...fixed] = await Promise.all([undefined, ...c.candidates].map((p) => engine.evaluate(request_of(c, report.state, p))));
  const differences = compare_swap(report.alone, free);
  if (free.swap) tally.counts.swaps++;
  else tally.refusal(`swap: ${report.alone.revert ?? 'ok'}`, free.reject?.reason);
  if (!free.decision && !free.reject) differences.push('decision: neither DECISION nor REJECT');
  if (!free.decision && free.swap) tally.refusal('no decision', free.reject?.reason);
  fixed.forEach((answer, k) => {
    const life = report.lives[k];
    if (answer.position) tally.counts.positions++;
    else tally.refusal(`position: ${life.revert ?? 'ok'}`, answer.reject?.reason);
    differences.push(...compare_swap(report.alone, answer), ...compare_position(report.alone, life, c.candidates[k], c.params, answer)
      .map((text) => `candidate ${k}: ${text}`));
  });
  return { differences, decision: free.decision, report, answers: [free, ...fixed] };
}
