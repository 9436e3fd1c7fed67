#!/usr/bin/env node
// The chain as the second price source: jitctl prices observe writes the time-weighted prices of three pools. A first source that lies is found; a spot
// price that somebody moves for a block is not believed; a pool that remembers too little is named.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { toQuantity } from "ethers";
import { WHALES, wallet } from "../../../sim/chain/lib/accounts.mjs";
import { artifact } from "../../../sim/chain/lib/artifacts.mjs";
import { FAR_DEADLINE } from "../../../sim/chain/lib/deploy.mjs";
import { Process, run_command } from "../../../sim/demo/lib/processes.mjs";
import { PriceSources } from "./lib/prices.mjs";
import { end_to_end, until } from "./lib/run.mjs";

const WINDOW_S = 60;
const ETHER = 10n ** 18n;

let prices;
let file;

const pool_of = (appliance, symbols, fee) => {
  const found = appliance.manifest.pools.find((pool) => pool.fee === fee && symbols.every((symbol) => pool.symbols.includes(symbol)));
  assert.ok(found, `${symbols} ${fee}`);
  return found;
};

async function send(appliance, from, kind, to, method, args) {
  const data = artifact(kind).abi.encodeFunctionData(method, args);
  const hash = await appliance.chain.rpc.call("eth_sendTransaction", { from, to, data, gas: toQuantity(2_000_000), gasPrice: toQuantity(200n * 10n ** 9n) });
  await appliance.build_block();
  const receipt = await appliance.chain.rpc.call("eth_getTransactionReceipt", hash);
  assert.equal(receipt?.status, "0x1", method);
}

/** A whale sells `amount` of the symbol's smallest units into the pool. */
function sell(appliance, pool, symbol, amount) {
  const token_in = appliance.manifest.tokens.find((token) => token.symbol === symbol).address;
  const tokenOut = token_in === pool.token0 ? pool.token1 : pool.token0;
  const from = wallet(WHALES[0]).address;
  const params = { tokenIn: token_in, tokenOut, fee: pool.fee, recipient: from, deadline: FAR_DEADLINE, amountIn: amount, amountOutMinimum: 0n, sqrtPriceLimitX96: 0n };
  return send(appliance, from, "swap_router", appliance.manifest.contracts.swap_router.address, "exactInputSingle", [params]);
}

const spot = async (appliance, pool) => Number((await appliance.chain.view("v3_pool", pool.address, "slot0")).tick);

const arguments_of = (appliance, pools) => ["prices", "observe", "--config", appliance.config_file, "--base", "WETH", "--window", `${WINDOW_S}s`, ...pools.flatMap(({ address }) => ["--pool", address])];

const observe_once = (appliance, pools) => run_command(appliance.program("jitctl"), arguments_of(appliance, pools));

const observed = (text) => new Map(JSON.parse(text).prices.map(({ token, price_wei }) => [token.toLowerCase(), Number(price_wei)]));

async function check_document(appliance, pools) {
  const { code, stdout, stderr } = await observe_once(appliance, pools);
  assert.equal(code, 0, stderr);
  const found = observed(stdout);
  for (const { address, symbol, decimals, price_x96 } of appliance.manifest.tokens) {
    const fair = Number((BigInt(price_x96) * 10n ** BigInt(decimals)) >> 96n);
    assert.ok(Math.abs(found.get(address.toLowerCase()) / fair - 1) < 0.002, `${symbol}: ${found.get(address.toLowerCase())} for ${fair}`);
  }
  const alone = await observe_once(appliance, pools.slice(0, 1));
  assert.notEqual(alone.code, 0);
  assert.match(alone.stderr, /is in none of the reference pools that lead to the base/);
  console.log("  the pools' mean prices are the tokens' fair ones; a token without a way to the base is named");
}

/** With room for one observation only, a swap makes the pool forget what was before. */
async function check_memory(appliance, pools) {
  await sell(appliance, pools[0], "WETH", 10n * ETHER); // enough for another tick, which is when a pool writes
  const short = await observe_once(appliance, pools);
  assert.notEqual(short.code, 0);
  assert.match(short.stderr, /does not observe 60 s back[\s\S]*increaseObservationCardinalityNext/);
  for (const pool of pools) await send(appliance, wallet(WHALES[1]).address, "v3_pool", pool.address, "increaseObservationCardinalityNext", [20]);
  await sell(appliance, pools[0], "USDX", 25_000n * 10n ** 6n); // and back
  for (let i = 0; i < 2 + WINDOW_S / 12; i += 1) await appliance.build_block();
  console.log("  a pool that remembers too little is named, with what to do");
}

async function check_manipulation(appliance, pools) {
  const before = observed((await observe_once(appliance, pools)).stdout);
  const tick = await spot(appliance, pools[0]);
  await sell(appliance, pools[0], "WETH", 600n * ETHER);
  const moved = Math.abs(1.0001 ** ((await spot(appliance, pools[0])) - tick) - 1);
  assert.ok(moved > 0.05, `the spot price moved by ${moved}`);
  const { code, stdout, stderr } = await observe_once(appliance, pools);
  assert.equal(code, 0, stderr);
  for (const [token, price] of observed(stdout)) assert.ok(Math.abs(price / before.get(token) - 1) < 1e-6, "in its own block it moves nothing");
  console.log(`  a spot price moved by ${(moved * 100).toFixed(0)} % in a block moves no observed price`);
}

async function check_liar(appliance) {
  await until("both sources to be believed", async () => (await appliance.status()).risk.price_problem === "");
  await appliance.build_block();
  await until("an armed state", async () => (await appliance.try_jitctl("arm", "--ttl", "30m", "--max-notional", "1000eth")).code === 0);
  prices.skew_ppm[0] = 30_000n;
  const status = await until("the lie to disarm", async () => {
    const now = await appliance.status();
    return now.state === "DISARMED" ? now : null;
  });
  assert.match(status.cause, /the two sources differ on \w+ by \d+ ppm/);
  prices.skew_ppm[0] = 0n;
  await until("both sources to be believed again", async () => (await appliance.status()).risk.price_problem === "");
  console.log(`  a first source that lies by 3 % is found: ${status.cause}`);
}

/** jitd restarted with what it shall observe itself; nobody runs jitctl prices observe any more. */
async function observing(appliance, pools, window_s) {
  await appliance.jitd.end();
  delete appliance.overrides["prices.second_file"];
  const settings = { observe_base: '"WETH"', observe_window_s: window_s, observe_every_ms: 1000 };
  for (const [key, value] of Object.entries(settings)) appliance.overrides[`prices.${key}`] = value;
  appliance.overrides["pools.reference"] = pools.map(({ address }) => address);
  appliance.write_config();
  await appliance.start_jitd();
  await appliance.ready();
}

const ARM = ["arm", "--ttl", "30m", "--max-notional", "1000eth"];

/** The same without a command: jitd observes by itself. What it cannot observe is no source, and without a second source nothing is armed. */
async function check_own_observer(appliance, pools) {
  await observing(appliance, pools, 86_400);
  await until("the pools' memory being named", async () => (await appliance.jitctl("risk", "events")).events.some(({ rule, text }) => rule === "price_observer" && /does not observe 86400 s back/.test(text)));
  const { code, stderr } = await appliance.try_jitctl(...ARM);
  assert.notEqual(code, 0);
  assert.match(stderr, /prices-observed\.json/);
  await observing(appliance, pools, WINDOW_S);
  await until("both sources to be believed", async () => (await appliance.status()).risk.price_problem === "");
  await appliance.jitctl("risk", "acknowledge", "--reason", "seen to");
  await check_liar(appliance);
  await appliance.jitctl("risk", "acknowledge", "--reason", "seen to");
  const own = observed(readFileSync(join(appliance.dirs.runtime, "prices-observed.json"), "utf8"));
  const command = observed((await observe_once(appliance, pools)).stdout);
  for (const [token, price] of own) assert.ok(Math.abs(price / command.get(token) - 1) < 1e-6, "as the command has it");
  console.log("  jitd observes by itself; a pool that remembers too little is named and refuses arming");
}

await end_to_end(
  "reference prices",
  async (appliance) => {
    const pools = [pool_of(appliance, ["WETH", "USDX"], 500), pool_of(appliance, ["USDX", "DAIX"], 100), pool_of(appliance, ["WETH", "BTCX"], 3000)];
    // The chain's clock to some minutes ago: every block here is 12 s, and prices from the future are refused.
    await appliance.chain.rpc.call("evm_mine", toQuantity(Math.floor(Date.now() / 1000) - 600));
    await check_document(appliance, pools);
    await check_memory(appliance, pools);
    appliance.observer = new Process(appliance.program("jitctl"), [...arguments_of(appliance, pools), "--every", "1s", "--out", file], { name: "observer", log_dir: appliance.dirs.logs });
    await until("the observer's file", () => existsSync(file) && observed(readFileSync(file, "utf8")).size === appliance.manifest.tokens.length);
    await check_liar(appliance);
    await appliance.observer.end();
    await check_own_observer(appliance, pools);
    await check_manipulation(appliance, pools);
  },
  {
    before: async (appliance) => {
      prices = new PriceSources(appliance, { max_age_ms: 3_600_000 });
      file = join(appliance.dir, "prices-observed.json");
      appliance.overrides["prices.second_file"] = JSON.stringify(file);
    },
  },
);
prices.stop();
