#!/usr/bin/env node
// Measures the executor's gas on the sandbox chain and keeps the table in docs/contracts.md: prints it, --write puts it there,
// --check fails when what stands there is not what was measured.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from "node:fs";
import { AbiCoder, concat, getCreateAddress, toQuantity } from "ethers";
import { DEPLOYER, PROVIDERS, WHALES, wallet } from "../../../sim/chain/lib/accounts.mjs";
import { ROOT, artifact } from "../../../sim/chain/lib/artifacts.mjs";
import { burn_data, mint_data, next_plan, sign } from "../../../sim/chain/lib/executor.mjs";
import { Testbed } from "../../../sim/chain/lib/testbed.mjs";

const DOCUMENT = `${ROOT}docs/contracts.md`;
const [BEGIN, END] = ["<!-- gas table: begin -->", "<!-- gas table: end -->"];
const OVERHEAD_LIMIT_PERCENT = 12;
const LIQUIDITY = 10n ** 13n;
const ETHER = 10n ** 18n;
const operator = wallet(15);
const whale = wallet(WHALES[0]);

class Bench {
  static async start() {
    const bench = new Bench();
    bench.bed = await Testbed.start({ operators: [operator.address] });
    bench.pool = bench.bed.manifest.pools.find(({ fee, fee_protocol }) => fee === 3000 && fee_protocol === 0);
    await bench.#deploy_direct();
    return bench;
  }

  /** The unchecked caller, with an inventory like the executor's. */
  async #deploy_direct() {
    const { bed, pool } = this;
    const deployer = wallet(DEPLOYER);
    const nonce = await bed.nonce(deployer.address);
    const code = concat([artifact("DirectCaller").bytecode, AbiCoder.defaultAbiCoder().encode(["address"], [pool.address])]);
    const send = (request) => bed.rpc.call("eth_sendTransaction", { from: deployer.address, gas: toQuantity(3_000_000), ...request });
    await send({ data: code });
    this.direct = getCreateAddress({ from: deployer.address, nonce });
    for (const token of [pool.token0, pool.token1]) {
      const stock = BigInt(bed.manifest.tokens.find(({ address }) => address === token).vault);
      const data = artifact("erc20").abi.encodeFunctionData("transfer", [this.direct, stock]);
      await bed.rpc.call("eth_sendTransaction", { from: wallet(PROVIDERS[0]).address, to: token, data, gas: toQuantity(100_000) });
    }
    await bed.rpc.call("evm_mine");
  }

  plan({ lower, upper }, tip_wei = 0n) {
    return next_plan(this.bed, this.pool, { lower, upper, liquidity: LIQUIDITY, tip_wei });
  }

  /** A swap between mint and burn, small enough to stay inside every range measured here. */
  async #swap() {
    const { contracts, chain_id } = this.bed.manifest;
    const weth = contracts.weth9.address;
    const out = this.pool.token0 === weth ? this.pool.token1 : this.pool.token0;
    const params = [weth, out, this.pool.fee, whale.address, ETHER / 100n, 0n, 0n];
    const data = artifact("swap_router02").abi.encodeFunctionData("exactInputSingle", [params]);
    return sign(whale, { chain_id, nonce: await this.bed.nonce(whale.address), to: contracts.swap_router02.address, data });
  }

  /** Gas of [mint, burn], with a swap between them, on a chain that is then as before. */
  async trip(to, mint, burn, { late = false } = {}) {
    const { bed } = this;
    const snapshot = await bed.snapshot();
    if (late) await bed.rpc.call("evm_mine");
    const nonce = await bed.nonce(operator.address);
    const { chain_id } = bed.manifest;
    const receipts = await bed.mine_raw([
      sign(operator, { chain_id, nonce, to, data: mint }),
      await this.#swap(),
      sign(operator, { chain_id, nonce: nonce + 1, to, data: burn }),
    ]);
    const wanted = late ? "0x0" : "0x1";
    if (receipts[0].status !== wanted || receipts[2].status !== wanted) throw new Error(`status ${receipts.map(({ status }) => status)}, wanted ${wanted}`);
    await bed.revert(snapshot);
    return [Number(receipts[0].gasUsed), Number(receipts[2].gasUsed)];
  }

  executor_trip(plan, options) {
    return this.trip(this.bed.manifest.executor.address, mint_data(plan), burn_data(plan), options);
  }

  direct_trip({ lower, upper }) {
    const { abi } = artifact("DirectCaller");
    const args = [lower, upper, LIQUIDITY];
    return this.trip(this.direct, abi.encodeFunctionData("mint", args), abi.encodeFunctionData("burn", args));
  }

  /** Ranges that hold the price: on ticks that are in use, on fresh ones in one word of the bitmap, and in two. */
  async ranges() {
    const { bed, pool } = this;
    const spacing = pool.tick_spacing;
    const slot0 = await bed.view("v3_pool", pool.address, "slot0");
    const [pool_liquidity] = await bed.view("v3_pool", pool.address, "liquidity");
    const base = Math.floor(Number(slot0.tick) / spacing);
    const logs = await bed.rpc.call("eth_getLogs", { address: pool.address, fromBlock: "0x0", toBlock: "latest" });
    const mints = bed.pool_events({ logs }, pool.address).filter(({ name }) => name === "Mint");
    const narrow = mints.map(({ args }) => ({ lower: Number(args.tickLower), upper: Number(args.tickUpper) }))
      .filter(({ lower, upper }) => lower <= base * spacing && upper > base * spacing)
      .sort((a, b) => a.upper - a.lower - (b.upper - b.lower))[0];
    const used = new Set(mints.flatMap(({ args }) => [Number(args.tickLower), Number(args.tickUpper)]));
    const fresh = (from, step) => {
      for (let tick = from; ; tick += step) if (!used.has(tick * spacing)) return tick * spacing;
    };
    const word_start = Math.floor(base / 256) * 256;
    const lower_other = fresh(word_start - 1, -1);
    return {
      "ticks in use": narrow,
      "fresh ticks, one bitmap word": { lower: fresh(base, -1), upper: fresh(base + 1, 1) },
      "fresh ticks, two bitmap words": { lower: lower_other, upper: fresh(base + 1, 1) },
    };
  }
}

const number = (value) => value.toLocaleString("en-US");

async function measure() {
  const bench = await Bench.start();
  try {
    const rows = [
      "| case | mint | burn + collect | both | the pool called directly | executor's overhead |",
      "|---|---:|---:|---:|---:|---:|",
    ];
    const above = [];
    for (const [name, range] of Object.entries(await bench.ranges())) {
      const [mint, burn] = await bench.executor_trip(await bench.plan(range));
      const direct = (await bench.direct_trip(range)).reduce((sum, gas) => sum + gas);
      const overhead = ((mint + burn) / direct - 1) * 100;
      if (overhead > OVERHEAD_LIMIT_PERCENT) above.push(`${name}: ${overhead.toFixed(1)} %`);
      rows.push(`| ${name} | ${number(mint)} | ${number(burn)} | ${number(mint + burn)} | ${number(direct)} | ${overhead.toFixed(1)} % |`);
    }
    const { "ticks in use": range } = await bench.ranges();
    const [, burn] = await bench.executor_trip(await bench.plan(range));
    const [, tipped] = await bench.executor_trip(await bench.plan(range, 1n));
    rows.push(`| tip, besides | | ${number(tipped - burn)} | ${number(tipped - burn)} | | |`);
    const [late_mint, late_burn] = await bench.executor_trip(await bench.plan(range), { late: true });
    rows.push(`| voided (the block has passed) | ${number(late_mint)} | ${number(late_burn)} | ${number(late_mint + late_burn)} | | |`);
    if (above.length > 0) throw new Error(`overhead above ${OVERHEAD_LIMIT_PERCENT} % (${above.join("; ")})\n${rows.join("\n")}`);
    return rows.join("\n");
  } finally {
    await bench.bed.stop();
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
