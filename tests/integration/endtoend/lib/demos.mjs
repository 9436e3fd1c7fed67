// Demos that a test ends in its own ways, and what is left of them.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const DEMO = fileURLToPath(new URL("../../../../sim/demo/demo.mjs", import.meta.url));
const demos = [];

/** A demo with a temporary directory and a process group of its own. */
export function start_demo(bin, ...more) {
  const tmp = mkdtempSync(join(tmpdir(), "interrupted-"));
  const child = spawn("node", [DEMO, "--bin", bin, "--engine", "native", ...more], { detached: true, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, TMPDIR: tmp } });
  const demo = { tmp, child, said: "", exited: new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ?? code))) };
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (demo.said += chunk));
  demo.lines = createInterface({ input: child.stdout });
  demos.push(demo);
  return demo;
}

export const to_group = (demo, signal) => process.kill(-demo.child.pid, signal);

/** Processes, whoever their parent is, that have inherited this demo's temporary directory. */
export function processes_of(demo) {
  const needle = `TMPDIR=${demo.tmp}\0`;
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, "latin1").includes(needle);
    } catch {
      return false; // gone meanwhile
    }
  });
}

/** Sockets go with their processes, but for the files of those in the file system, which are in the directory. */
export function assert_nothing_left(demo, name) {
  assert.deepEqual(processes_of(demo), [], `${name}: processes are left\n${demo.said}`);
  assert.deepEqual(readdirSync(demo.tmp), [], `${name}: files are left\n${demo.said}`);
  rmSync(demo.tmp, { recursive: true });
}

/** What a test that failed has left. */
export function kill_all() {
  for (const demo of demos) processes_of(demo).forEach((pid) => process.kill(Number(pid), "SIGKILL"));
}
