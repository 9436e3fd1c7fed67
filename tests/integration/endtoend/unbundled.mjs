#!/usr/bin/env node
// A relay that includes only the mint: jitd trips and keeps the record, the guardian has the position back in the vault in the next block.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { position_left } from "../../../sim/demo/lib/guardian.mjs";
import { build_until, end_to_end, until } from "./lib/run.mjs";

/** What the guardian has until the next block: a sixth of a real one. */
const BLOCK_MS = 2000;

const events = (appliance, rule) => appliance.seen.filter((event) => event.kind === rule);

await end_to_end("unbundled", async (appliance, { seed }) => {
  await appliance.start_guardian();
  appliance.seen = [];
  appliance.watch((line) => appliance.seen.push({ line, kind: line.split(/\s+/).find((word) => ["stranded", "unwound"].includes(word)) }));
  await appliance.arm();
  appliance.swap({ seed, blocks: 200, per_block: 8, large_every: 3 });
  await appliance.set_fault({ mode: "partial", transactions: 1 });
  await build_until(appliance, "an emergency stop after unbundling", async () => (await appliance.status()).state === "TRIPPED", { pace_ms: BLOCK_MS });

  // Blocks were built until the stop was seen: the chain tells in which block each mint and each unwind was.
  const stranded = await until("the journal to have the outcomes", async () => {
    const bundles = await appliance.bundles();
    const open = bundles.some(({ outcome }) => outcome === "pending");
    const found = bundles.filter(({ outcome, reason }) => outcome === "partial" && /mint at \d+, succeeded/.test(reason));
    return !open && found.length > 0 ? found : null;
  });
  const left = () => Promise.all(stranded.map((bundle) => position_left(appliance.chain.rpc, appliance.manifest.executor.address, bundle.pool, bundle.tick_lower, bundle.tick_upper)));
  await until("the positions to be gone", async () => {
    if ((await left()).every((liquidity) => liquidity === 0n)) return true;
    await sleep(BLOCK_MS);
    await appliance.build_block();
    return false;
  }, 30_000);
  const unwound = await appliance.unwound();
  for (const bundle of stranded) {
    const found = unwound.filter(({ tick_lower, tick_upper, pool }) => tick_lower === bundle.tick_lower && tick_upper === bundle.tick_upper && pool.toLowerCase() === bundle.pool.toLowerCase());
    assert.deepEqual(found.map(({ block }) => block), [bundle.target_block + 1], `minted in block ${bundle.target_block}`);
  }

  await appliance.build_block();
  await until("jitd to have seen it", async () => events(appliance, "unwound").length === unwound.length);
  assert.equal(events(appliance, "stranded").length, unwound.length);
  console.log(`  ${unwound.length} mints without their burns in block ${stranded[0].target_block}, back in the vault in block ${unwound[0].block}; jitd is TRIPPED`);
});
