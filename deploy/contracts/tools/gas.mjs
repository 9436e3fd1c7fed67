#!/usr/bin/env node
// Measures the executor's gas on the sandbox chain and keeps the table in docs/contracts.md: prints it, --write puts it there,
// --check fails when what stands there is not what was measured.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from "node:fs";
import { WHALES, wallet } from "../../../sim/chain/lib/accounts.mjs";
import { ROOT, artifact } from "../../../sim/chain/lib/artifacts.mjs";
import { burn_data, mint_data, next_plan, sign } from "../../../sim/chain/lib/executor.mjs";
import { Testbed } from "../../../sim/chain/lib/testbed.mjs";
import { Forks, mints } from "./forks.mjs";

const DOCUMENT = `${ROOT}docs/contracts.md`;
const [BEGIN, END] = ["<!-- gas table: begin -->", "<!-- gas table: end -->"];
const OVERHEAD_LIMIT_PERCENT = 12;
const LIQUIDITY = 10n ** 13n;
const BLOCK_INTERVAL_S = 12; // a pool's oracle costs more or less gas by the seconds since its last block
const ETHER = 10n ** 18n;
const operator = wallet(15);
const whale = wallet(WHALES[0]);

class Bench {
  static async start(bed) {
    const bench = new Bench();
    bench.bed = bed;
    const uniswap = bed.manifest.pools.find(({ fee, fee_protocol }) => fee === 3000 && fee_protocol === 0);
    const forks = new Forks(bed, uniswap);
    bench.pools = { Uniswap: uniswap, PancakeSwap: await forks.pancake(), SushiSwap: await forks.sushi() };
    bench.trader = await forks.make("Trader");
    await forks.stock(bench.trader);
    bench.direct = new Map(); // the unchecked caller of each pool, with an inventory like the executor's
    for (const { address } of Object.values(bench.pools)) {
      bench.direct.set(address, await forks.make("DirectCaller", [address]));
      await forks.stock(bench.direct.get(address));
    }
    return bench;
  }

  /** A swap between mint and burn, small enough to stay inside every range measured here. */
  async #swap(pool) {
    const { contracts, chain_id } = this.bed.manifest;
    const data = artifact("Trader").abi.encodeFunctionData("swap", [pool.address, pool.token0 === contracts.weth9.address, ETHER / 100n]);
    return sign(whale, { chain_id, nonce: await this.bed.nonce(whale.address), to: this.trader, data });
  }

  /** Gas of [mint, burn], with a swap between them, on a chain that is then as before. */
  async #trip(pool, to, mint, burn, { late = false } = {}) {
    const { bed } = this;
    const snapshot = await bed.snapshot();
    if (late) await bed.rpc.call("evm_mine");
    const nonce = await bed.nonce(operator.address);
    const { chain_id } = bed.manifest;
    const receipts = await bed.mine_raw([
      sign(operator, { chain_id, nonce, to, data: mint }),
      await this.#swap(pool),
      sign(operator, { chain_id, nonce: nonce + 1, to, data: burn }),
    ]);
    const states = receipts.map(({ status }) => Number(status)).join("");
    if (states !== (late ? "010" : "111")) throw new Error(`mint, swap, burn: ${states} in pool ${pool.address}`);
    await bed.revert(snapshot);
    return [Number(receipts[0].gasUsed), Number(receipts[2].gasUsed)];
  }

  async executor_trip(pool, { lower, upper }, { tip_wei = 0n, late = false } = {}) {
    const plan = await next_plan(this.bed, pool, { lower, upper, liquidity: LIQUIDITY, tip_wei });
    return this.#trip(pool, this.bed.manifest.executor.address, mint_data(plan), burn_data(plan), { late });
  }

  direct_trip(pool, { lower, upper }) {
    const { abi } = artifact("DirectCaller");
    const args = [lower, upper, LIQUIDITY];
    return this.#trip(pool, this.direct.get(pool.address), abi.encodeFunctionData("mint", args), abi.encodeFunctionData("burn", args));
  }

  /** Ranges that hold the price: on ticks that are in use, on fresh ones in one word of the bitmap, and in two. */
  async ranges(pool) {
    const spacing = pool.tick_spacing;
    const slot0 = await this.bed.view("v3_pool", pool.address, "slot0");
    const base = Math.floor(Number(slot0.tick) / spacing);
    const positions = (await mints(this.bed, pool.address)).map(({ tickLower, tickUpper }) => ({ lower: Number(tickLower), upper: Number(tickUpper) }));
    const narrow = positions.filter(({ lower, upper }) => lower <= base * spacing && upper > base * spacing)
      .sort((a, b) => a.upper - a.lower - (b.upper - b.lower))[0];
    const used = new Set(positions.flatMap(({ lower, upper }) => [lower, upper]));
    const fresh = (from, step) => {
      for (let tick = from; ; tick += step) if (!used.has(tick * spacing)) return tick * spacing;
    };
    const word_of = (tick) => Math.floor(tick / spacing / 256);
    const one_word = { lower: fresh(base, -1), upper: fresh(base + 1, 1) };
    const two_words = { lower: fresh(Math.floor(base / 256) * 256 - 1, -1), upper: one_word.upper };
    if (word_of(one_word.lower) !== word_of(one_word.upper) || word_of(two_words.lower) === word_of(two_words.upper))
      throw new Error(`the price of pool ${pool.address} is at the end of a bitmap word`);
    return { "ticks in use": narrow, "fresh ticks, one bitmap word": one_word, "fresh ticks, two bitmap words": two_words };
  }
}

const number = (value) => value.toLocaleString("en-US");

/** A row for each range of each fork; throws when the executor costs too much in one. */
async function fork_rows(bench) {
  const rows = [];
  const above = [];
  for (const [fork, pool] of Object.entries(bench.pools)) {
    for (const [name, range] of Object.entries(await bench.ranges(pool))) {
      const [mint, burn] = await bench.executor_trip(pool, range);
      const direct = (await bench.direct_trip(pool, range)).reduce((sum, gas) => sum + gas);
      const overhead = ((mint + burn) / direct - 1) * 100;
      if (overhead > OVERHEAD_LIMIT_PERCENT) above.push(`${fork}, ${name}: ${overhead.toFixed(1)} %`);
      rows.push(`| ${fork}, ${name} | ${number(mint)} | ${number(burn)} | ${number(mint + burn)} | ${number(direct)} | ${overhead.toFixed(1)} % |`);
    }
  }
  if (above.length > 0) throw new Error(`overhead above ${OVERHEAD_LIMIT_PERCENT} % (${above.join("; ")})\n${rows.join("\n")}`);
  return rows;
}

async function measure() {
  const bed = await Testbed.start({ operators: [operator.address], block_interval_s: BLOCK_INTERVAL_S });
  try {
    const bench = await Bench.start(bed);
    const rows = [
      "| case | mint | burn + collect | both | the pool called directly | executor's overhead |",
      "|---|---:|---:|---:|---:|---:|",
      ...(await fork_rows(bench)),
    ];
    const pool = bench.pools.Uniswap;
    const { "ticks in use": range } = await bench.ranges(pool);
    const [, burn] = await bench.executor_trip(pool, range);
    const [, tipped] = await bench.executor_trip(pool, range, { tip_wei: 1n });
    rows.push(`| tip, besides | | ${number(tipped - burn)} | ${number(tipped - burn)} | | |`);
    const [late_mint, late_burn] = await bench.executor_trip(pool, range, { late: true });
    rows.push(`| voided (the block has passed) | ${number(late_mint)} | ${number(late_burn)} | ${number(late_mint + late_burn)} | | |`);
    return rows.join("\n");
  } finally {
    await bed.stop();
  }
}

async function main(option) {
  if (option && !["--write", "--check"].includes(option)) throw new Error("usage: gas.mjs [--write|--check]");
  const table = await measure();
  if (!option) return console.log(table);
  const text = readFileSync(DOCUMENT, "utf8");
  const [start, stop] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (start < 0 || stop < start) throw new Error(`${DOCUMENT} has no place for the table`);
  const renewed = `${text.slice(0, start + BEGIN.length)}\n${table}\n${text.slice(stop)}`;
  if (option === "--write") writeFileSync(DOCUMENT, renewed);
  else if (renewed !== text) throw new Error(`docs/contracts.md is not what was measured; run deploy/contracts/tools/gas.mjs --write\n${table}`);
  console.log(option === "--write" ? "gas table written" : "gas table is what was measured");
}

main(process.argv[2]).catch((error) => {
  console.error(`gas: ${error.message}`);
  process.exitCode = 1;
});
