// `jitctl evaluate`: one long-lived process, one JSON object a line each way, answers in the order of the questions.
// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';

const answer_deadline_ms = 300_000; // a simulated card is slow

/** bigint as a decimal string: how integers travel in every JSON of these tests. */
export const to_json = (value, indent) => JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? String(v) : v), indent);

/** Starts `jitctl evaluate --engine <engine>`. Resolves to {evaluate, stop}. */
export function start_engine(jitctl, engine = 'native') {
  if (!existsSync(jitctl)) throw new Error(`no jitctl at ${jitctl}: build it, or say where it is with --jitctl PATH`);
  const child = spawn(jitctl, ['evaluate', '--engine', engine], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = [];
  let ended = null;
  const fail_all = (error) => {
    ended = error;
    for (const { reject, timer } of waiting.splice(0)) {
      clearTimeout(timer);
      reject(error);
    }
  };
  child.once('error', fail_all);
  child.once('exit', (code, signal) => fail_all(new Error(`jitctl evaluate ended (${signal ?? code}) before it answered`)));
  child.stdin.on('error', () => {}); // the exit handler tells more
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { resolve, timer } = waiting.shift();
    clearTimeout(timer);
    resolve(JSON.parse(line));
  });
  const evaluate = (request) => new Promise((resolve, reject) => {
    if (ended) return reject(ended);
    const line = to_json(request);
    const timer = setTimeout(() => fail_all(new Error(`jitctl evaluate did not answer in 300 s: ${line}`)), answer_deadline_ms);
    waiting.push({ resolve, reject, timer });
    child.stdin.write(`${line}\n`);
  });
  const stop = () => child.kill('SIGKILL'); // an engine that hangs in a case must not outlive the test
  process.once('exit', stop);
  return { evaluate, stop };
}

/** The question to the engine about a case whose pool is in `state` (as the chain reports it). */
export function request_of(c, state, position) {
  const request = {
    pool: {
      kind: c.kind, token0: '0x0000000000000000000000000000000000000001', token1: '0x0000000000000000000000000000000000000002',
      fee: c.fee, tick_spacing: state.tick_spacing, sqrt_price_x96: state.sqrt_price, tick: state.tick, liquidity: state.liquidity,
      fee_protocol: state.fee_protocol, ticks: state.ticks.map((t) => ({ tick: t.tick, liquidity_net: t.net, liquidity_gross: t.gross })),
    },
    swap: { zero_for_one: c.swap.zero_for_one, amount_specified: c.swap.amount, sqrt_price_limit_x96: c.swap.limit },
    params: c.params,
  };
  if (position) request.position = { tick_lower: position.lower, tick_upper: position.upper, liquidity: position.liquidity };
  return request;
}
