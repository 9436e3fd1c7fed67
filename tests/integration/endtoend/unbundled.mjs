#!/usr/bin/env node
// A relay that includes only the mint: jitd trips and keeps the record, the guardian has the position back in the vault in the next block.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { position_left } from "../../../sim/demo/lib/guardian.mjs";
import { build_until, end_to_end, until } from "./lib/run.mjs";

const events = (appliance, rule) => appliance.seen.filter((event) => event.kind === rule);

await end_to_end("unbundled", async (appliance, { seed }) => {
  await appliance.start_guardian();
  appliance.seen = [];
  appliance.watch((line) => appliance.seen.push({ line, kind: line.split(/\s+/).find((word) => ["stranded", "unwound"].includes(word)) }));
  await appliance.arm();
  appliance.swap({ seed, blocks: 200, per_block: 8, large_every: 3 });
  await appliance.set_fault({ mode: "partial", transactions: 1 });
  await build_until(appliance, "an emergency stop after unbundling", async () => (await appliance.status()).state === "TRIPPED", { pace_ms: 2500 }); // a fifth of a real block: what the guardian has on a busy machine

  // Blocks were built until the stop was seen: the chain tells in which block each mint and each unwind was.
  const stranded = (await appliance.bundles()).filter(({ outcome, reason }) => outcome === "partial" && /mint at \d+, succeeded/.test(reason));
  assert.ok(stranded.length > 0);
  const left = () => Promise.all(stranded.map((bundle) => position_left(appliance.chain.rpc, appliance.manifest.executor.address, bundle.pool, bundle.tick_lower, bundle.tick_upper)));
  await until("the positions to be gone", async () => {
    if ((await left()).every((liquidity) => liquidity === 0n)) return true;
    await appliance.build_block();
    return false;
  }, 40_000, 2500);
  const unwound = await appliance.unwound();
  for (const bundle of stranded) {
    const found = unwound.filter(({ tick_lower, tick_upper, pool }) => tick_lower === bundle.tick_lower && tick_upper === bundle.tick_upper && pool.toLowerCase() === bundle.pool.toLowerCase());
    // The next block; one more when, on a busy machine, the guardian's transaction came after the next block was begun.
    const late = found.map(({ block }) => block - bundle.target_block);
    assert.ok(late.length === 1 && late[0] >= 1 && late[0] <= 2, `minted in block ${bundle.target_block}, unwound ${late.join(", ")} blocks later`);
  }

  await appliance.build_block();
  await until("jitd to have seen it", async () => events(appliance, "unwound").length === unwound.length);
  assert.equal(events(appliance, "stranded").length, unwound.length);
  console.log(`  ${unwound.length} mints without their burns in block ${stranded[0].target_block}, back in the vault in block ${unwound[0].block}; jitd is TRIPPED`);
});
