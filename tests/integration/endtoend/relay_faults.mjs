#!/usr/bin/env node
// Relays that hang, drop and unbundle. Hanging and dropping cost a bundle; unbundling stops the appliance.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { build_until, end_to_end, included, until } from "./lib/run.mjs";

const missed = async (appliance) => (await appliance.bundles()).filter((bundle) => !["included", "pending"].includes(bundle.outcome));
const outcomes = (bundles) => [...new Set(bundles.map((bundle) => bundle.outcome))].join(", ");

await end_to_end("relay faults", async (appliance, { seed }) => {
  await appliance.arm();
  appliance.swap({ seed, blocks: 400, per_block: 8, large_every: 3 });
  await build_until(appliance, "a bundle before the faults", async () => (await included(appliance)).length > 0);

  await appliance.set_fault({ mode: "drop" });
  const dropped = await build_until(appliance, "a dropped bundle", async () => {
    const list = await missed(appliance);
    return list.length > 0 ? list : null;
  });
  console.log(`  dropping: ${outcomes(dropped)}`);
  await appliance.set_fault({ mode: "none" });
  await build_until(appliance, "voided lanes", async () => (await appliance.status()).lanes.every((lane) => lane.state === "free"));
  console.log("  the lanes of dropped bundles are free again");

  await appliance.set_fault({ mode: "hang", count: 2 });
  await build_until(appliance, "a submission that timed out", async () => (await appliance.bundles()).some((bundle) => bundle.submissions.some((sent) => !sent.accepted && /timeout/.test(sent.answer))), { pace_ms: 1500 });
  console.log("  hanging: the submission ended at its deadline");
  await appliance.set_fault({ mode: "none" });
  const before = (await included(appliance)).length;
  await build_until(appliance, "a bundle after the relay recovered", async () => (await included(appliance)).length > before);

  await appliance.set_fault({ mode: "partial", transactions: 1 });
  const tripped = await build_until(appliance, "an emergency stop after unbundling", async () => {
    const status = await appliance.status();
    return status.state === "TRIPPED" ? status : null;
  });
  assert.match(tripped.cause, /unbundled/);
  assert.ok(tripped.risk.halted);
  assert.ok((await appliance.bundles()).some((bundle) => bundle.outcome === "partial"));
  const refused = await appliance.try_jitctl("arm", "--ttl", "5m", "--max-notional", "1000eth");
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /TRIPPED/);
  await appliance.jitctl("reset", "--reason", "looked at it");
  await until("DISARMED after reset", async () => (await appliance.status()).state === "DISARMED");
  console.log(`  unbundling: ${tripped.cause}`);
});
