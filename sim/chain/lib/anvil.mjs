// Starts and ends anvil, the local node, from the npm package. It mines only when told to, in the order of arrival.
// SPDX-License-Identifier: Apache-2.0
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { MNEMONIC } from "./accounts.mjs";
import { spawn_bound } from "./bound.mjs";
import { Rpc } from "./rpc.mjs";

const ANVIL = fileURLToPath(new URL("../../../node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil", import.meta.url));

export const CHAIN_ID = 31337;
/** Genesis time: fixed, so that a deployment is the same on every day. */
export const GENESIS_TIMESTAMP = 1_790_000_000;
const START_TIMEOUT_MS = 30_000;

/**
 * @param {object} options port: 0 takes a free one; timestamp: of genesis;
 *   extra: more arguments for anvil; idle: it runs only when nobody else wants the CPU
 * @returns {Promise<{rpc: Rpc, rpc_url: string, ws_url: string, pid: number, exited: Promise<number>, stop: () => Promise<void>}>}
 */
export async function start_anvil({ port = 0, timestamp = GENESIS_TIMESTAMP, extra = [], idle = false } = {}) {
  if (!existsSync(ANVIL)) throw new Error("anvil is not installed; run './run setup' first");
  const args = ["--host", "127.0.0.1", "--port", String(port), "--chain-id", String(CHAIN_ID), "--mnemonic", MNEMONIC]
    .concat(["--accounts", "20", "--balance", "1000000", "--order", "fifo", "--gas-limit", "60000000"])
    .concat(["--no-mining", "--hardfork", "osaka", "--timestamp", String(timestamp)], extra);
  // anvil writes a line a request. Into a file: through a pipe each would wake this process, which measurements would see.
  const directory = mkdtempSync(join(tmpdir(), "anvil-"));
  const fd = openSync(join(directory, "output"), "w");
  rmSync(directory, { recursive: true }); // nothing is left of it, however this process ends
  const command = idle ? ["chrt", "--idle", "0", ANVIL, ...args] : [ANVIL, ...args];
  const child = spawn_bound(command[0], command.slice(1), { stdio: ["ignore", fd, fd] });
  const exited = new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve(code ?? signal));
    child.once("error", (error) => resolve(error.message));
  });
  const bound_port = await listening_port(child, exited, `/proc/self/fd/${fd}`).finally(() => closeSync(fd));
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
async function listening_port(child, exited, output) {
  let ended = null;
  exited.then((why) => (ended = why));
  for (const started = Date.now(); ; await sleep(20)) {
    const text = readFileSync(output, "utf8");
    const match = /Listening on 127\.0\.0\.1:(\d+)/.exec(text);
    if (match) return Number(match[1]);
    if (ended !== null) throw new Error(`anvil ended with ${ended} before it was ready\n${text.slice(-8_192)}`);
    if (Date.now() - started < START_TIMEOUT_MS) continue;
    child.kill("SIGKILL");
    throw new Error(`anvil was not ready in ${START_TIMEOUT_MS} ms\n${text.slice(-8_192)}`);
  }
}
