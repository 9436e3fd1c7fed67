#!/usr/bin/env node
// The card's emergency-stop line while the appliance is armed: jitd trips the signer, says so everywhere, decides nothing more, and cannot be
// armed before the line is off and an operator has reset it.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { model_of } from "../../../sim/demo/lib/card.mjs";
import { build_until, end_to_end, until } from "./lib/run.mjs";

const CAUSE = /the card's stop line/;

/** The wire to the model's pin, which jitbox-card-model takes as signals. */
const set_line = (appliance, on) => process.kill(model_of(appliance.jitd.pid), on ? "SIGUSR1" : "SIGUSR2");

const tripped = (appliance) =>
  until("state TRIPPED", async () => {
    const status = await appliance.status();
    return status.state === "TRIPPED" ? status : null;
  }, 20_000, 50);

async function decides(appliance) {
  await appliance.arm();
  const before = (await appliance.status()).engine.decisions;
  await build_until(appliance, "a decision of the card", async () => (await appliance.status()).engine.decisions > before);
}

async function check_what_is_said(appliance, status) {
  assert.match(status.cause, CAUSE);
  assert.equal(status.risk.halted, true);
  const records = readFileSync(join(appliance.dirs.state, "audit.jsonl"), "utf8").trim().split("\n").map(JSON.parse);
  assert.ok(records.some(({ user, action, resource }) => user === "jitd" && action === "estop" && CAUSE.test(resource)), "jitd's audit log has it");
  await until("the alert among the risk events", async () => {
    const { events } = await appliance.jitctl("risk", "events", "--limit", "1000");
    return events.some(({ text }) => /emergency stop/.test(text) && CAUSE.test(text));
  });
}

async function check_nothing_is_decided(appliance) {
  const { decisions, rejects } = (await appliance.status()).engine;
  await build_until(appliance, "legs that the card has answered", async () => (await appliance.status()).engine.rejects > rejects + 5);
  assert.equal((await appliance.status()).engine.decisions, decisions, "stopped, it answers without a DECISION");
  const { code, stdout, stderr } = await appliance.try_jitctl("arm", "--ttl", "5m", "--max-notional", "1eth");
  assert.notEqual(code, 0, "a tripped appliance cannot be armed");
  assert.match(stdout + stderr, /TRIPPED/);
}

await end_to_end(
  "the card's stop line",
  async (appliance, { seed }) => {
    appliance.swap({ seed, blocks: 100_000, per_block: 4, large_every: 2 });
    await decides(appliance);
    const begin = Date.now();
    set_line(appliance, true);
    const status = await tripped(appliance);
    console.log(`  TRIPPED after ${Date.now() - begin} ms: ${status.cause}`);
    await check_what_is_said(appliance, status);
    await check_nothing_is_decided(appliance);

    const early = await appliance.try_jitctl("reset", "--reason", "too early: the line is still on");
    assert.notEqual(early.code, 0);
    assert.match(early.stdout + early.stderr, /stop line is on/);
    await tripped(appliance);
    console.log("  a reset with the line on is refused");

    set_line(appliance, false);
    await until("a reset, once the line is off", async () => (await appliance.try_jitctl("reset", "--reason", "the line is off")).code === 0);
    await decides(appliance);
    assert.equal((await appliance.status()).state, "ARMED");
    const audit = await appliance.jitctl("audit", "verify");
    assert.ok(audit.ok, "the audit log is intact");
  },
  { settings: { engine: "xrt" } },
);
