#!/usr/bin/env node
// The appliance on the card's model: it decides there; a model that stands still disarms it, and it comes back with its pools; a killed one is
// noticed within the deadline, and every refusal says what to do. The card's stop line trips, and takes back what is at the relay.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { model_of } from "../../../sim/demo/lib/card.mjs";
import { build_until, end_to_end, until } from "./lib/run.mjs";
import { assert_withdrawn, live_bundles } from "./lib/withdrawn.mjs";

const DEADLINE_MS = 2000; // engine.deadline_ms: longer is a lost card

async function disarmed_by_engine(appliance, what) {
  const begin = Date.now();
  const status = await until(`${what} to be noticed`, async () => {
    const now = await appliance.status();
    return now.state === "DISARMED" ? now : null;
  }, 20_000, 50);
  console.log(`  ${what}: DISARMED after ${Date.now() - begin} ms: ${status.engine.health}`);
  const { code, stdout, stderr } = await appliance.try_jitctl("arm", "--ttl", "30m", "--max-notional", "1000000eth");
  assert.notEqual(code, 0, "a lost engine cannot be armed");
  assert.match(stdout + stderr, /the engine has failed: .*\n?.*->? ?.*resets it|jitctl card test/s, "it says what is wrong and what to do");
}

/** Arms, and waits for decisions of the card. */
async function decides(appliance) {
  await appliance.arm();
  const before = (await appliance.status()).engine.decisions;
  await build_until(appliance, "a decision of the card", async () => (await appliance.status()).engine.decisions > before);
  assert.equal((await appliance.status()).state, "ARMED");
}

/** ARM-4: the wire to the card, which SIGUSR1 to the model raises and SIGUSR2 lowers. */
async function check_stop_line(appliance, model) {
  await appliance.jitctl("disarm", "--reason", "armed again by the next step");
  await live_bundles(appliance);
  process.kill(model, "SIGUSR1");
  const status = await until("the stop line to trip", async () => {
    const now = await appliance.status();
    return now.state === "TRIPPED" ? now : null;
  });
  assert.match(status.cause, /the card's stop line/);
  const count = await assert_withdrawn(appliance, "the card's stop line");
  process.kill(model, "SIGUSR2");
  await until("a reset, once the line is off", async () => (await appliance.try_jitctl("reset", "--reason", "the line is off again")).code === 0);
  console.log(`  the card's stop line: TRIPPED, ${count} bundle(s) withdrawn`);
}

await end_to_end(
  "a lost card",
  async (appliance, { seed }) => {
    assert.equal((await appliance.status()).engine.name, "xrt");
    appliance.swap({ seed, blocks: 100_000, per_block: 4, large_every: 2 });
    await decides(appliance);

    const model = model_of(appliance.jitd.pid);
    process.kill(model, "SIGSTOP");
    await disarmed_by_engine(appliance, "a model that stands still");
    process.kill(model, "SIGCONT");
    await until("the card to come back", async () => (await appliance.status()).engine.health === "ok", 60_000);
    await appliance.jitctl("risk", "acknowledge", "--reason", "the card was stopped by this test"); // what disarmed was a critical event
    await build_until(appliance, "an engine that may be armed", async () => (await appliance.try_jitctl("arm", "--ttl", "30m", "--max-notional", "1000000eth")).code === 0);
    await appliance.jitctl("disarm", "--reason", "armed again below");
    await decides(appliance);

    await check_stop_line(appliance, model);
    await decides(appliance);

    process.kill(model, "SIGKILL");
    await disarmed_by_engine(appliance, "a killed model");
  },
  { settings: { engine: "xrt", overrides: { "engine.deadline_ms": DEADLINE_MS } } },
);
