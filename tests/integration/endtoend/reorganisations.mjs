#!/usr/bin/env node
// Reorganisations of 1 and 5 blocks under trading: the pools are right afterwards and bundles are included again.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { artifact } from "../../../sim/chain/lib/artifacts.mjs";
import { build_until, end_to_end, included, until } from "./lib/run.mjs";

/** Every pool as jitd has it against slot0 and liquidity of the node. */
async function assert_pools_are_right(appliance) {
  const pool_abi = artifact("v3_pool").abi;
  await until("jitd to be at the node's head", async () => {
    const head = Number(await appliance.chain.rpc.call("eth_blockNumber"));
    return (await appliance.status()).node.head === head;
  });
  const { pools } = await appliance.jitctl("pools");
  for (const pool of pools) {
    const call = (method) =>
      appliance.chain.rpc.call("eth_call", { to: pool.address, data: pool_abi.encodeFunctionData(method) }, "latest").then((data) => pool_abi.decodeFunctionResult(method, data));
    const [slot0, [liquidity]] = [await call("slot0"), await call("liquidity")];
    assert.equal(pool.sqrt_price_x96, String(slot0.sqrtPriceX96), `price of ${pool.pair}`);
    assert.equal(pool.liquidity, String(liquidity), `liquidity of ${pool.pair}`);
    assert.equal(pool.state, "in_service", `service of ${pool.pair}`);
  }
}

/** Swappers whose nonces are the chain's: a reorganisation drops transactions that were mined, and their senders' nonces with them. */
async function trade(appliance, seed) {
  await appliance.swappers?.end();
  appliance.swap({ seed, blocks: 300, per_block: 8, large_every: 3 });
}

async function reorganise(appliance, depth) {
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
  assert.equal((await appliance.status()).node.audit_differences, 0);
});
