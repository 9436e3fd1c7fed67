// jitd's view of the pools against the node's.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { artifact } from "../../../../sim/chain/lib/artifacts.mjs";
import { until } from "./run.mjs";

/** Waits until jitd has seen the node's newest block. */
export function at_head(appliance) {
  return until("jitd to be at the node's head", async () => {
    const head = Number(await appliance.chain.rpc.call("eth_blockNumber"));
    return (await appliance.status()).node.head === head;
  });
}

/**
 * A pool that the node contradicted itself about (it answers about a block, at times, with the state after the next one) is out of service until an audit of a later
 * block agrees: such blocks are built.
 */
async function in_service(appliance) {
  const most_blocks = 5;
  for (let built = 0; ; built += 1) {
    await at_head(appliance);
    const { pools } = await appliance.jitctl("pools");
    if (built === most_blocks || pools.every(({ state }) => state === "in_service")) {
      const { node } = await appliance.status();
      assert.ok(built === 0 || node.node_contradictions + node.unconfirmed_readings > 0, `out of service though the node was of one mind: ${JSON.stringify(node)}`);
      return pools;
    }
    await appliance.build_block();
  }
}

/** Every pool as jitd has it against slot0 and liquidity of the node. */
export async function assert_pools_are_right(appliance) {
  const pool_abi = artifact("v3_pool").abi;
  const pools = await in_service(appliance);
  for (const pool of pools) {
    const call = (method) =>
      appliance.chain.rpc.call("eth_call", { to: pool.address, data: pool_abi.encodeFunctionData(method) }, "latest").then((data) => pool_abi.decodeFunctionResult(method, data));
    const [slot0, [liquidity]] = [await call("slot0"), await call("liquidity")];
    assert.equal(pool.sqrt_price_x96, String(slot0.sqrtPriceX96), `price of ${pool.pair}`);
    assert.equal(pool.liquidity, String(liquidity), `liquidity of ${pool.pair}`);
    assert.equal(pool.state, "in_service", `service of ${pool.pair}`);
  }
}
