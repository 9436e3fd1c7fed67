#!/usr/bin/env node
// The sandbox chain: `up` starts and deploys it, `operators` gives signers the operator right. See README.md.
// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { getAddress } from "ethers";
import { GENESIS_TIMESTAMP, start_anvil } from "./lib/anvil.mjs";
import { add_operators, deploy } from "./lib/deploy.mjs";
import { Rpc } from "./lib/rpc.mjs";

const USAGE = `usage:
  sandbox.mjs up --manifest FILE [--port N] [--block-time SECONDS] [--timestamp N|now] [--die-with-parent]
      starts the chain, deploys, writes the manifest, prints one JSON line and stays until it is ended.
      --port        of the node; 0 (default) takes a free one
      --block-time  mine by the clock; 0 (default) mines only on evm_mine
      --die-with-parent  end when the process that started this one has ended
      --timestamp   of genesis: unix seconds or "now" (default ${GENESIS_TIMESTAMP}, the same every time)
  sandbox.mjs operators --manifest FILE ADDRESS...
      lets these accounts mint and burn, and gives each 10 ether for gas`;

/** Whole or not at all: a reader never sees half a manifest. */
function write_manifest(file, manifest) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(manifest, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

function whole_number(text, name, max) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > max) throw new Error(`--${name}: '${text}' is not a whole number from 0 to ${max}`);
  return value;
}

/** An orphan gets another parent. */
function watch_parent(stop) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, 500);
  timer.unref();
}

async function up(options) {
  const started = performance.now();
  const now = Math.floor(Date.now() / 1000);
  const timestamp = options.timestamp === "now" ? now : whole_number(options.timestamp, "timestamp", 2 ** 32);
  const node = await start_anvil({
    port: whole_number(options.port, "port", 65_535),
    timestamp,
  });
  let stopping = false;
  const stop = async () => {
    stopping = true;
    await node.stop();
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  if (options["die-with-parent"]) watch_parent(stop);
  try {
    const manifest = await deploy(node, { timestamp });
    const block_time = whole_number(options["block-time"], "block-time", 3_600);
    if (block_time > 0) await node.rpc.call("evm_setIntervalMining", block_time);
    write_manifest(options.manifest, manifest);
    const seconds = Number(((performance.now() - started) / 1000).toFixed(2));
    console.log(JSON.stringify({ ready: true, manifest: options.manifest, rpc_url: manifest.rpc_url, seconds }));
  } catch (error) {
    await node.stop();
    throw error;
  }
  const code = await node.exited;
  if (!stopping) throw new Error(`the node ended by itself (${code})`);
}

async function operators(options, accounts) {
  if (accounts.length === 0) throw new Error("no ADDRESS given");
  const manifest = JSON.parse(readFileSync(options.manifest, "utf8"));
  const checked = accounts.map((account) => getAddress(account));
  await add_operators(new Rpc(manifest.rpc_url), manifest, checked);
  write_manifest(options.manifest, manifest);
  console.log(JSON.stringify({ executor: manifest.executor.address, operators: manifest.executor.operators }));
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      manifest: { type: "string" },
      port: { type: "string", default: "0" },
      "block-time": { type: "string", default: "0" },
      timestamp: { type: "string", default: String(GENESIS_TIMESTAMP) },
      "die-with-parent": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [command, ...rest] = positionals;
  if (values.help) return console.log(USAGE);
  if (!["up", "operators"].includes(command)) throw new Error(`unknown command '${command ?? ""}'\n${USAGE}`);
  if (!values.manifest) throw new Error(`--manifest FILE is missing\n${USAGE}`);
  return command === "up" ? up(values) : operators(values, rest);
}

main().catch((error) => {
  console.error(`sandbox: ${error.message}`);
  process.exitCode = 1;
});
