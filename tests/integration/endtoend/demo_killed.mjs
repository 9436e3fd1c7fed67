#!/usr/bin/env node
// ./run demo ended by SIGKILL at random moments, alone or with its whole process group: nobody can end anything any more, and all the same no process,
// no socket and no file stays behind. With the card's model too (the last round).
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Random } from "../../../sim/chain/lib/random.mjs";
import { until } from "../../../sim/demo/lib/appliance.mjs";
import { random_seed } from "../../support/seed.mjs";
import { assert_nothing_left, kill_all, processes_of, start_demo, to_group } from "./lib/demos.mjs";

const { values: options } = parseArgs({ options: { bin: { type: "string", default: "build/release/bin" }, rounds: { type: "string", default: "6" } } });
const WHOLE_MS = { native: 7_000, xrt: 20_000 }; // of a demo until its bundles are posted; a quick one may have ended by itself before

async function round(random, number, engine) {
  const demo = start_demo(options.bin, "--engine", engine);
  const alone = random.chance(50);
  const after_ms = random.between(0, WHOLE_MS[engine]);
  await sleep(after_ms);
  const steps = demo.said.split("==> ").length - 1;
  const had = processes_of(demo).length;
  const running = demo.child.exitCode === null;
  if (running && alone) demo.child.kill("SIGKILL");
  else if (running) to_group(demo, "SIGKILL");
  const name = `${number}: ${engine}, SIGKILL ${alone ? "alone" : "to its group"} after ${after_ms} ms, at step ${steps}, with ${had} processes`;
  assert.ok([0, "SIGKILL"].includes(await demo.exited), `${name}\n${demo.said}`);
  await until(`${name}: the end of its processes`, () => processes_of(demo).length === 0 && readdirSync(demo.tmp).length === 0).catch(() => {}); // said below
  assert_nothing_left(demo, name);
  console.log(`${name}: nothing is left`);
}

try {
  const random = new Random(random_seed());
  const rounds = Number(options.rounds);
  for (let number = 1; number <= rounds; number += 1) await round(random, number, number < rounds ? "native" : "xrt");
  console.log("demo_killed: ok");
} catch (error) {
  console.error(`demo_killed: FAILED: ${error.stack}`);
  process.exitCode = 1;
  kill_all();
}
