// Starts and ends anvil, the local node, from the npm package. It mines only when told to, in the order of arrival.
// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MNEMONIC } from "./accounts.mjs";
import { Rpc } from "./rpc.mjs";

const ANVIL = fileURLToPath(new URL("../../../node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil", import.meta.url));

export const CHAIN_ID = 31337;
/** Genesis time: fixed, so that a deployment is the same on every day. */
export const GENESIS_TIMESTAMP = 1_790_000_000;
const START_TIMEOUT_MS = 30_000;

/**
 * @param {object} options port: 0 takes a free one; timestamp: of genesis;
 *   extra: more arguments for anvil
 * @returns {Promise<{rpc: Rpc, rpc_url: string, ws_url: string, pid: number, exited: Promise<number>, stop: () => Promise<void>}>}
 */
export async function start_anvil({ port = 0, timestamp = GENESIS_TIMESTAMP, extra = [] } = {}) {
  if (!existsSync(ANVIL)) throw new Error("anvil is not installed; run './run setup' first");
  const args = ["--host", "127.0.0.1", "--port", String(port), "--chain-id", String(CHAIN_ID), "--mnemonic", MNEMONIC]
    .concat(["--accounts", "20", "--balance", "1000000", "--order", "fifo", "--gas-limit", "60000000"])
    .concat(["--no-mining", "--hardfork", "osaka", "--timestamp", String(timestamp)], extra);
  const child = spawn(ANVIL, args, { stdio: ["ignore", "pipe", "pipe"] });
  const exited = new Promise((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal)));
  const bound_port = await listening_port(child, exited);
  const rpc_url = `http://127.0.0.1:${bound_port}`;
  return {
    rpc: new Rpc(rpc_url),
    rpc_url,
    ws_url: `ws://127.0.0.1:${bound_port}`,
    pid: child.pid,
    exited,
    stop: async () => {
      child.kill("SIGTERM");
      const killer = setTimeout(() => child.kill("SIGKILL"), 3_000);
      await exited;
      clearTimeout(killer);
    },
  };
}

/** anvil says where it listens; with port 0 that is the only way to know. */
function listening_port(child, exited) {
  return new Promise((resolve, reject) => {
    let seen = "";
    const timer = setTimeout(() => fail(`was not ready in ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
    const fail = (why) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      reject(new Error(`anvil ${why}\n${seen}`));
    };
    const read = (chunk) => {
      seen = (seen + chunk).slice(-8_192);
      const match = /Listening on 127\.0\.0\.1:(\d+)/.exec(seen);
      if (!match) return;
      clearTimeout(timer);
      // Keep both pipes flowing: a full pipe would stop the node.
      child.stdout.off("data", read).resume();
      child.stderr.off("data", read).resume();
      resolve(Number(match[1]));
    };
    child.stdout.setEncoding("utf8").on("data", read);
    child.stderr.setEncoding("utf8").on("data", read);
    exited.then((code) => fail(`ended with ${code} before it was ready`));
    child.once("error", (error) => fail(error.message));
  });
}
