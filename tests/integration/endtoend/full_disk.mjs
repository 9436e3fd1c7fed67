#!/usr/bin/env node
// jitd's disk is full while it trades: it disarms itself and says which file and what to do, nothing is signed after it and nothing armed, a stop is always
// taken. With space again it goes on as if nothing had been, without a restart. The signer's disk: signer_chaos_test, signer_audit_rule_test.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { fill, on_its_disk, put_jitd_on_small_disk, small_disk } from "./lib/small_disk.mjs";
import { build_until, end_to_end, included, until } from "./lib/run.mjs";

const includes_more = async (appliance, than) => (await included(appliance)).length > than;

/** Everything that loosens is refused with the full file's name and what helps; the signer has neither signed nor armed. */
async function assert_shut(appliance) {
  const { signer } = await appliance.status();
  for (let i = 0; i < 3; i += 1) {
    const { code, stderr } = await appliance.try_jitctl("arm", "--ttl", "30m", "--max-notional", "1000000eth");
    assert.notEqual(code, 0);
    assert.match(stderr, /(audit\.jsonl|journal\.db)[^]*free space/);
    await appliance.build_block();
  }
  const after = await appliance.status();
  assert.equal(after.state, "DISARMED");
  assert.equal(after.signer.signed, signer.signed, "nothing is signed on a full disk");
}

async function case_full_disk(appliance, { seed }) {
  const traffic = () => appliance.swap({ seed, blocks: 400, per_block: 8, large_every: 3 });
  let swappers = traffic();
  await appliance.arm();
  await build_until(appliance, "an included bundle", () => includes_more(appliance, 0));
  const ballast = on_its_disk(appliance, "ballast");
  fill(ballast);
  const status = await build_until(appliance, "a jitd that disarms itself", async () => {
    const now = await appliance.status();
    return now.state === "DISARMED" && now;
  });
  assert.match(status.cause, /journal: .*journal\.db.*free space/);
  await assert_shut(appliance);
  await appliance.jitctl("estop", "--reason", "a drill on a full disk");
  await swappers.end(); // no decision comes by whose record would show that there is space again
  rmSync(ballast);
  await appliance.jitctl("reset", "--reason", "space is there");
  await until("DISARMED", async () => (await appliance.status()).state === "DISARMED");
  await appliance.jitctl("risk", "acknowledge", "--reason", "space is there");
  await appliance.arm();
  swappers = traffic();
  const before = (await included(appliance)).length;
  await build_until(appliance, "a bundle after the full disk", () => includes_more(appliance, before));
  const verified = await appliance.jitctl("audit", "verify");
  assert.ok(verified.ok, verified.problem);
}

if (small_disk) await end_to_end("full_disk", case_full_disk, { before: async (appliance) => put_jitd_on_small_disk(appliance) });
else console.log("full_disk: SKIPPED: this machine lets us mount no tmpfs (control_test and signer_audit_rule_test have a file size limit)");
