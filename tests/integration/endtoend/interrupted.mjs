#!/usr/bin/env node
// ./run demo, ended by Ctrl-C (its whole process group, as a terminal does it, and once more because it takes a moment), by a signal to itself alone, by
// a terminal or a reader that is gone, at each of its steps: no process and no file stays behind. Beside these another demo goes its way undisturbed.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const DEMO = fileURLToPath(new URL("../../../sim/demo/demo.mjs", import.meta.url));
const { values: options } = parseArgs({ options: { bin: { type: "string", default: "build/release/bin" } } });

const demos = [];

/** A demo with a temporary directory and a process group of its own. */
function start_demo(...more) {
  const tmp = mkdtempSync(join(tmpdir(), "interrupted-"));
  const child = spawn("node", [DEMO, "--bin", options.bin, "--engine", "native", ...more], { detached: true, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, TMPDIR: tmp } });
  const demo = { tmp, child, said: "", exited: new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ?? code))) };
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (demo.said += chunk));
  demo.lines = createInterface({ input: child.stdout });
  demos.push(demo);
  return demo;
}

/** Processes, whoever their parent is, that have inherited this demo's temporary directory. */
function processes_of(demo) {
  const needle = `TMPDIR=${demo.tmp}\0`;
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, "latin1").includes(needle);
    } catch {
      return false; // gone meanwhile
    }
  });
}

function assert_nothing_left(demo, name) {
  assert.deepEqual(processes_of(demo), [], `${name}: processes are left\n${demo.said}`);
  assert.deepEqual(readdirSync(demo.tmp), [], `${name}: files are left\n${demo.said}`);
  rmSync(demo.tmp, { recursive: true });
}

const to_group = (demo, signal) => process.kill(-demo.child.pid, signal);
const ctrl_c_twice = (demo) => {
  to_group(demo, "SIGINT");
  setTimeout(() => demo.child.exitCode === null && to_group(demo, "SIGINT"), 200);
};
const terminal_gone = (demo) => to_group(demo, "SIGHUP");
const to_itself = (demo) => demo.child.kill("SIGTERM");
const reader_gone = (demo) => demo.child.stdout.destroy();

const cases = [
  ["starting the node", ctrl_c_twice],
  ["making the keys", to_itself],
  ["starting relay", ctrl_c_twice],
  ["starting relay", terminal_gone],
  ["arming", reader_gone],
  ["posted", ctrl_c_twice],
];

async function main() {
  const whole = start_demo("--quiet", "--bundles", "5", "--slot-ms", "1500", "--seed", "2");
  for (const [step, end] of cases) {
    const name = `${end.name} at '${step}'`;
    const demo = start_demo();
    demo.lines.on("line", (line) => line.includes(step) && !demo.hit && ((demo.hit = true), end(demo)));
    const how = await demo.exited;
    assert.ok(demo.hit, `${name}: it never came so far\n${demo.said}`);
    assert.equal(how, 1, `${name}: ended with ${how}\n${demo.said}`);
    assert_nothing_left(demo, name);
    console.log(`${name}: nothing is left`);
  }
  assert.equal(await whole.exited, 0, whole.said);
  assert_nothing_left(whole, "the demo beside them");
  console.log("interrupted: ok");
}

main().catch((error) => {
  console.error(`interrupted: FAILED: ${error.stack}`);
  process.exitCode = 1;
  for (const demo of demos) processes_of(demo).forEach((pid) => process.kill(Number(pid), "SIGKILL"));
});
