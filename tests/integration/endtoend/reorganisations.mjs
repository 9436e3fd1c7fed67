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

/** Lanes that hold a bundle although the chain stands below its nonces. */
async function lanes_above_the_chain(appliance) {
  const { lanes } = await appliance.status();
  const nonces = await Promise.all(lanes.map(({ address }) => appliance.chain.rpc.call("eth_getTransactionCount", address, "latest")));
  return lanes.filter((lane, i) => lane.state !== "free" && Number(nonces[i]) < lane.next_nonce);
}

/**
 * The relay drops all, so that lanes are voided and sign again; a reorganisation then undoes the void transactions below what they have signed. They are to come free all the same.
 */
async function undo_voids(appliance) {
  await appliance.set_fault({ mode: "drop" });
  await build_until(appliance, "a lane that was voided twice and has signed again", async () => {
    const { lanes } = await appliance.status();
    return lanes.some((lane) => lane.state !== "free" && lane.next_nonce >= 4);
  });
  await appliance.chain.rpc.call("anvil_reorg", 5, []);
  const above = await lanes_above_the_chain(appliance);
  assert.ok(above.length > 0, "the reorganisation undid no void transaction of a lane that has signed since");
  await appliance.swappers.end(); // no bundle more: what is asked is whether these come free
  await build_until(appliance, "all lanes free", async () => (await appliance.status()).lanes.every((lane) => lane.state === "free"));
  console.log(`  void transactions of ${above.length} lane(s) undone behind a bundle: all lanes free again`);
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
  await undo_voids(appliance);
});
