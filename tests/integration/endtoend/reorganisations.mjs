#!/usr/bin/env node
// Reorganisations of 1 and 5 blocks under trading: the pools are right afterwards and bundles are included again.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { assert_pools_are_right, at_head } from "./lib/pools.mjs";
import { build_until, end_to_end, included, until } from "./lib/run.mjs";

/** Swappers whose nonces are the chain's: a reorganisation drops transactions that were mined, and their senders' nonces with them. */
async function trade(appliance, seed) {
  await appliance.swappers?.end();
  appliance.swap({ seed, blocks: 300, per_block: 8, large_every: 3 });
}

async function reorganise(appliance, depth) {
  await at_head(appliance); // a block that jitd has not seen cannot be undone to it: it would count one less
  const before = await appliance.status();
  await appliance.chain.rpc.call("anvil_reorg", depth, []);
  await appliance.build_block();
  const after = await until(`a reorganisation of ${depth}`, async () => {
    const status = await appliance.status();
    return status.node.reorganisations > before.node.reorganisations ? status : null;
  });
  assert.ok(after.node.deepest_reorganisation >= depth, `depth ${after.node.deepest_reorganisation}`);
  await assert_pools_are_right(appliance);
  console.log(`  ${depth} block(s) undone: pools equal the node's`);
}

await end_to_end("reorganisations", async (appliance, { seed }) => {
  await appliance.arm();
  await trade(appliance, seed);
  await build_until(appliance, "two bundles", async () => (await included(appliance)).length >= 2);
  for (let i = 0; i < 5; i += 1) await appliance.build_block();
  await assert_pools_are_right(appliance);
  for (const depth of [1, 5]) {
    await reorganise(appliance, depth);
    await trade(appliance, Number(seed) + depth);
    const before = (await included(appliance)).length;
    await build_until(appliance, `a bundle after ${depth} undone block(s)`, async () => (await included(appliance)).length > before);
  }
  await assert_pools_are_right(appliance);
});
