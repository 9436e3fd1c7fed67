#!/usr/bin/env node
// Traffic for the sandbox chain: signed raw transactions through all routers, deterministic by seed. See --help.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { BABBLER, BYSTANDERS, SWAPPERS, wallet } from "./lib/accounts.mjs";
import { DEFAULTS, flow } from "./lib/flow.mjs";
import { Rpc } from "./lib/rpc.mjs";

const USAGE = `usage: swappers.mjs --manifest FILE [options]
  Sends swaps through SwapRouter, SwapRouter02 and UniversalRouter, most of them small, among transfers and malformed bytes; prints a JSON
  line for each: what it was meant to be, and whether the node took it.
  --seed N          same seed and same chain: same transactions (default 1)
  --count N         how many to send (default 100)
  --blocks N        instead: go on for N new heads, --per-block at each
  --per-block N     how many after each head (default 8)
  --rate R          at most R a second; 0 (default) is no limit
  --settle-ms N     with --blocks: how long to wait after a head before the first (default 0)
  --large-every N   every so many one swap is large enough to be worth joining (default ${DEFAULTS.large_every})
  --mine            mine a block after every --per-block transactions (when nobody else builds blocks)
  --dry-run         print, with the raw bytes, and send nothing (nonces start at 0 unless --online)
  --online          with --dry-run: take the nonces from the node
  --raw             print the raw bytes too`;

const HEAD_POLL_MS = 50;

function whole_number(values, name) {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name}: '${values[name]}' is not a whole number`);
  return value;
}

async function account_nonces(rpc) {
  const accounts = [...SWAPPERS, ...BYSTANDERS, BABBLER];
  const counts = await rpc.batch(accounts.map((index) => ["eth_getTransactionCount", wallet(index).address, "pending"]));
  return new Map(accounts.map((index, at) => [index, Number(counts[at])]));
}

/** Resolves when the head is higher than `known`. */
async function next_head(rpc, known) {
  for (;;) {
    const head = Number(await rpc.call("eth_blockNumber"));
    if (head > known) return head;
    await sleep(HEAD_POLL_MS);
  }
}

async function settled_head(rpc, known, settle_ms) {
  const head = await next_head(rpc, known);
  if (settle_ms > 0) await sleep(settle_ms);
  return head;
}

async function send(rpc, { raw, intent }, settings) {
  const line = { ...intent };
  if (settings.raw) line.raw = raw;
  if (!settings.dry_run) {
    try {
      await rpc.call("eth_sendRawTransaction", raw);
      line.sent = true;
    } catch (error) {
      line.sent = false;
      line.error = error.message;
    }
  }
  console.log(JSON.stringify(line));
}

async function run(manifest, settings) {
  const rpc = new Rpc(manifest.rpc_url);
  const nonces = settings.dry_run && !settings.online ? new Map() : await account_nonces(rpc);
  const items = flow(manifest, settings.seed, nonces, { large_every: settings.large_every });
  const limit = settings.blocks > 0 ? settings.blocks * settings.per_block : settings.count;
  const gap_ms = settings.rate > 0 ? 1000 / settings.rate : 0;
  let head = settings.dry_run ? 0 : Number(await rpc.call("eth_blockNumber"));
  for (let sent = 0; sent < limit; sent += 1) {
    const started = performance.now();
    await send(rpc, items.next().value, settings);
    if (settings.mine && (sent + 1) % settings.per_block === 0) await rpc.call("evm_mine");
    if (settings.blocks > 0 && (sent + 1) % settings.per_block === 0 && sent + 1 < limit) head = await settled_head(rpc, head, settings.settle_ms);
    if (gap_ms > 0) await sleep(Math.max(0, gap_ms - (performance.now() - started)));
  }
  if (settings.mine && limit % settings.per_block !== 0) await rpc.call("evm_mine");
}

async function main() {
  const text = (value) => ({ type: "string", default: value });
  const flag = { type: "boolean", default: false };
  const { values } = parseArgs({
    options: {
      manifest: { type: "string" },
      seed: text("1"),
      count: text("100"),
      blocks: text("0"),
      "per-block": text("8"),
      rate: text("0"),
      "settle-ms": text("0"),
      "large-every": text(String(DEFAULTS.large_every)),
      mine: flag,
      "dry-run": flag,
      online: flag,
      raw: flag,
      help: { ...flag, short: "h" },
    },
  });
  if (values.help) return console.log(USAGE);
  if (!values.manifest) throw new Error(`--manifest FILE is missing\n${USAGE}`);
  const rate = Number(values.rate);
  if (!(rate >= 0)) throw new Error(`--rate: '${values.rate}' is not a number from 0 on`);
  const settings = {
    seed: whole_number(values, "seed"),
    count: whole_number(values, "count"),
    blocks: whole_number(values, "blocks"),
    per_block: Math.max(1, whole_number(values, "per-block")),
    large_every: Math.max(1, whole_number(values, "large-every")),
    rate,
    settle_ms: whole_number(values, "settle-ms"),
    mine: values.mine,
    dry_run: values["dry-run"],
    online: values.online,
    raw: values.raw || values["dry-run"],
  };
  return run(JSON.parse(readFileSync(values.manifest, "utf8")), settings);
}

main().catch((error) => {
  console.error(`swappers: ${error.message}`);
  process.exitCode = 1;
});
