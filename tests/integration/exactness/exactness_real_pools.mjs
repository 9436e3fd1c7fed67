// Real mainnet swaps: the ENS/WETH pool from its creation, and single swaps with the state just before them.
// SPDX-License-Identifier: Apache-2.0
//
// node exactness_real_pools.mjs --jitctl build/release/bin/jitctl [--data ../shared/data]
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { check_batch, Tally } from './check.mjs';
import { start_engine, to_json } from './engine.mjs';
import { start_judge } from './judge.mjs';
import { highest_usable, lowest_usable, q96, tick_at } from './tick_math.mjs';

const skipped = 77; // ctest's SKIP_RETURN_CODE
const { values: options } = parseArgs({ options: {
  jitctl: { type: 'string', default: 'build/release/bin/jitctl' }, engine: { type: 'string', default: 'native' },
  data: { type: 'string', default: process.env.JITBOX_SHARED_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url)) },
} });
const pool_file = join(options.data, 'pools/pool_ens_weth_3000_from_creation.json');
const pairs_file = join(options.data, 'pools/swap_pairs.jsonl');
for (const file of [pool_file, pairs_file]) {
  if (existsSync(file)) continue;
  console.log(`SKIPPED: ${file} is missing; say where the data is with --data or JITBOX_SHARED_DATA`);
  process.exit(skipped);
}

let failed = 0;

function expect_swap(what, request, expected, answer) {
  const equal = ([name, value]) => answer.swap?.[name] !== undefined && BigInt(answer.swap[name]) === BigInt(value);
  if (Object.entries(expected).every(equal)) return;
  failed++;
  console.log(`FAILED ${what}: mainnet ${to_json(expected)}, engine ${to_json(answer)}\n  request: ${to_json(request)}`);
}

const swap_event = (e) => ({ amount0: e.amount0, amount1: e.amount1, sqrt_price_x96: e.sqrtPriceX96, liquidity: e.liquidity, tick: e.tick });

/** Keeps the pool's price, liquidity and ticks by its events alone. */
class Replayed {
  #net = new Map();

  constructor(sqrt_price) {
    this.sqrt_price = BigInt(sqrt_price);
    this.tick = tick_at(this.sqrt_price);
    this.liquidity = 0n;
  }

  move({ tickLower, tickUpper }, amount) {
    this.#net.set(tickLower, (this.#net.get(tickLower) ?? 0n) + amount);
    this.#net.set(tickUpper, (this.#net.get(tickUpper) ?? 0n) - amount);
    if (tickLower <= this.tick && this.tick < tickUpper) this.liquidity += amount;
  }

  swapped(event) {
    [this.sqrt_price, this.tick, this.liquidity] = [BigInt(event.sqrtPriceX96), event.tick, BigInt(event.liquidity)];
  }

  ticks() {
    return [...this.#net].filter(([, net]) => net !== 0n).sort(([a], [b]) => a - b).map(([tick, liquidity_net]) => ({ tick, liquidity_net }));
  }
}

async function replay_pool(engine) {
  const pool = JSON.parse(readFileSync(pool_file, 'utf8'));
  const now = new Replayed(pool.initialSqrtPriceX96);
  const count = { mint: 0, burn: 0, swap: 0 };
  for (const event of pool.events) {
    count[event.kind]++;
    if (event.kind === 'mint') now.move(event, BigInt(event.amount));
    if (event.kind === 'burn') now.move(event, -BigInt(event.amount));
    if (event.kind !== 'swap') continue;
    const request = {
      pool: { token0: pool.token0, token1: pool.token1, fee: pool.fee, tick_spacing: pool.tickSpacing, sqrt_price_x96: now.sqrt_price, tick: now.tick,
        liquidity: now.liquidity, fee_protocol: 0, ticks: now.ticks() },
      swap: { zero_for_one: event.call.zeroForOne, amount_specified: event.call.amountSpecified, sqrt_price_limit_x96: event.call.sqrtPriceLimitX96 },
      params: params_at(now.sqrt_price),
    };
    const answer = await engine.evaluate(request);
    expect_swap(`ENS/WETH swap ${count.swap}`, request, { ...swap_event(event), crossings: event.call.ticksCrossed }, answer);
    now.swapped(event);
  }
  console.log(`ENS/WETH from creation: ${count.mint} mints, ${count.burn} burns, ${count.swap} swaps`);
}

const params_at = (sqrt_price) =>
  ({ price0_x96: (sqrt_price * sqrt_price) / q96, price1_x96: q96, gas_cost_wei: 0n, tip_ppm: 0n, tip_floor_wei: 0n, budget0: 10n ** 24n, budget1: 10n ** 24n, candidates: 64 });

/** The pool around one swap that crossed nothing: its liquidity, everywhere. */
function case_of_pair(row) {
  const spacing = row.tickSpacing;
  const everywhere = { lower: lowest_usable(spacing), upper: highest_usable(spacing), liquidity: BigInt(row.start.liquidity) };
  const sqrt_price = BigInt(row.start.sqrtPriceX96);
  const here = Math.floor(row.start.tick / spacing) * spacing;
  return {
    fee: row.fee, fee_protocol: [0, 0], sqrt_price, positions: [everywhere], history: [],
    swap: { zero_for_one: row.swap.zeroForOne, amount: BigInt(row.swap.amountSpecified), limit: row.swap.sqrtPriceLimitX96 && BigInt(row.swap.sqrtPriceLimitX96) },
    candidates: [{ lower: here, upper: here + spacing, liquidity: everywhere.liquidity }, { lower: here - spacing, upper: here, liquidity: everywhere.liquidity }],
    params: params_at(sqrt_price),
  };
}

async function replay_pairs(engine, chain) {
  const rows = readFileSync(pairs_file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const cases = rows.map(case_of_pair);
  const tally = new Tally();
  const checked = await check_batch(chain, engine, cases, tally);
  checked.forEach(({ differences, answers }, i) => {
    expect_swap(`swap of ${rows[i].swap.tx}`, cases[i], swap_event(rows[i].expect), answers[0]);
    for (const text of differences) console.log(`FAILED swap of ${rows[i].swap.tx}: ${text}\n  case: ${to_json(cases[i])}`);
    failed += differences.length;
  });
  console.log(`single swaps: ${rows.length}; with positions around them, against the bytecode:`);
  tally.print();
}

const engine = start_engine(options.jitctl, options.engine);
const chain = await start_judge();
await replay_pool(engine);
await replay_pairs(engine, chain);
engine.stop();
chain.stop();
process.exit(failed ? 1 : 0);
