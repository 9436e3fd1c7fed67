#!/usr/bin/env node
// ./run demo, ended by Ctrl-C (its whole process group, as a terminal does it, and once more because it takes a moment), by a signal to itself alone, by
// a terminal or a reader that is gone, at each of its steps: no process and no file stays behind. Beside these another demo goes its way undisturbed.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { assert_nothing_left, kill_all, start_demo, to_group } from "./lib/demos.mjs";

const { values: options } = parseArgs({ options: { bin: { type: "string", default: "build/release/bin" } } });

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
  const whole = start_demo(options.bin, "--quiet", "--bundles", "5", "--slot-ms", "1500", "--seed", "2");
  for (const [step, end] of cases) {
    const name = `${end.name} at '${step}'`;
    const demo = start_demo(options.bin);
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
  kill_all();
});
