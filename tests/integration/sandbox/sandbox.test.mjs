// The sandbox chain is what it says: the real contracts, answering, with traffic that is the same for the same seed.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { keccak256 } from "ethers";
import { SWAPPERS, wallet } from "../../../sim/chain/lib/accounts.mjs";
import { artifact } from "../../../sim/chain/lib/artifacts.mjs";
import { sign, weight_of } from "../../../sim/chain/lib/executor.mjs";
import { flow } from "../../../sim/chain/lib/flow.mjs";
import { FORMS } from "../../../sim/chain/lib/forms.mjs";
import { TOKENS, fair_sqrt_price_x96 } from "../../../sim/chain/lib/market.mjs";
import { Testbed } from "../../../sim/chain/lib/testbed.mjs";

const take = (items, count) => Array.from({ length: count }, () => items.next().value);
const trader = wallet(SWAPPERS[0]);

describe("sandbox chain", () => {
  let bed;
  before(async () => (bed = await Testbed.start()));
  after(() => bed?.stop());

  it("has every contract, with the code that the manifest says", async () => {
    const { contracts, executor, pools } = bed.manifest;
    for (const { address, code_hash } of [...Object.values(contracts), executor, ...pools]) {
      assert.equal(keccak256(await bed.rpc.call("eth_getCode", address, "latest")), code_hash, address);
    }
    const { v3_factory, weth9, swap_router, swap_router02, quoter_v2, position_manager } = contracts;
    for (const [kind, contract] of Object.entries({ swap_router, swap_router02, quoter_v2, position_manager })) {
      assert.deepEqual([...(await bed.view(kind, contract.address, "factory"))], [v3_factory.address], kind);
      assert.deepEqual([...(await bed.view(kind, contract.address, "WETH9"))], [weth9.address], kind);
    }
    assert.deepEqual([...(await bed.view("weth9", weth9.address, "symbol"))], ["WETH"]);
  });

  it("has pools over all fee tiers, at their fair prices, with overlapping positions, one with the protocol fee", async () => {
    const { pools, contracts } = bed.manifest;
    assert.deepEqual([...new Set(pools.map((pool) => pool.fee))].sort((a, b) => a - b), [100, 500, 3000, 10000]);
    assert.equal(pools.filter((pool) => pool.fee_protocol !== 0).length, 1);
    const token = (symbol) => TOKENS.find((candidate) => candidate.symbol === symbol);
    for (const pool of pools) {
      const args = [pool.token0, pool.token1, pool.fee];
      assert.deepEqual([...(await bed.view("v3_factory", contracts.v3_factory.address, "getPool", args))], [pool.address]);
      const slot0 = await bed.view("v3_pool", pool.address, "slot0");
      assert.equal(slot0.sqrtPriceX96, fair_sqrt_price_x96(token(pool.symbols[0]), token(pool.symbols[1])));
      assert.equal(Number(slot0.feeProtocol), pool.fee_protocol);
      const [all] = await bed.view("v3_pool", pool.address, "liquidity");
      assert.ok(all > 0n);
      const events = await bed.rpc.call("eth_getLogs", { address: pool.address, fromBlock: "0x0", toBlock: "latest" });
      const mints = events.map((log) => artifact("v3_pool").abi.parseLog(log)).filter(({ name }) => name === "Mint");
      const covering = mints.filter(({ args: mint }) => mint.tickLower <= slot0.tick && slot0.tick < mint.tickUpper);
      assert.ok(covering.length >= 3 && mints.length > covering.length, `${covering.length} of ${mints.length} in range`);
    }
  });

  it("gives the executor its pools, inventory and rights", async () => {
    const { executor, pools, tokens } = bed.manifest;
    for (const pool of pools) {
      const listed = await bed.view("JitExecutor", executor.address, "pools", [pool.pool_id]);
      const weights = [pool.price0_x96, pool.price1_x96].map((price) => weight_of(BigInt(price)));
      assert.deepEqual([...listed], [pool.address, true, 0n, ...weights]);
    }
    for (const token of tokens) assert.equal(String(await bed.balance_of(token.address, executor.address)), token.vault);
    assert.equal(String(await bed.ether_of(executor.address)), executor.eth_wei);
    assert.deepEqual([...(await bed.view("JitExecutor", executor.address, "guardian"))], [executor.guardian]);
    assert.deepEqual([...(await bed.view("JitExecutor", executor.address, "OWNER"))], [executor.owner]);
    const caps = [...(await bed.view("JitExecutor", executor.address, "caps"))].map((gwei) => String(gwei * 10n ** 9n));
    assert.deepEqual(caps, [executor.transaction_cap_wei, executor.block_cap_wei, executor.tip_cap_wei]);
  });

  it("has a quoter that agrees with the swap that is mined, in every pool and both directions", async () => {
    const { pools, contracts, chain_id } = bed.manifest;
    for (const pool of pools) {
      for (const [token_in, token_out] of [[pool.token0, pool.token1], [pool.token1, pool.token0]]) {
        const amount = (BigInt(bed.manifest.tokens.find(({ address }) => address === token_in).vault)) / 100n;
        const quote = await bed.view("quoter_v2", contracts.quoter_v2.address, "quoteExactInputSingle", [[token_in, token_out, amount, pool.fee, 0n]]);
        const data = artifact("swap_router02").abi.encodeFunctionData("exactInputSingle", [[token_in, token_out, pool.fee, trader.address, amount, 0n, 0n]]);
        const nonce = await bed.nonce(trader.address);
        const [receipt] = await bed.mine_raw([sign(trader, { chain_id, nonce, to: contracts.swap_router02.address, data })]);
        assert.equal(receipt.status, "0x1");
        const [{ args: swap }] = bed.pool_events(receipt, pool.address);
        const out = token_out === pool.token1 ? swap.amount1 : swap.amount0;
        assert.equal(-out, quote.amountOut);
        assert.equal(swap.sqrtPriceX96, quote.sqrtPriceX96After);
      }
    }
  });

  it("mines a swap of every form, for the exact amount and in the pool that the swapper meant", async () => {
    const snapshot = await bed.snapshot();
    const nonces = new Map();
    for (const index of SWAPPERS) nonces.set(index, await bed.nonce(wallet(index).address));
    const only_good = { large_every: Infinity, transfer_percent: 0, malformed_percent: 0, slippage_percent: 0, expired_percent: 0 };
    const orders = take(flow(bed.manifest, 11, nonces, only_good), 200);
    assert.deepEqual(new Set(orders.map(({ intent }) => intent.form)), new Set(FORMS.map(({ name }) => name)));
    const receipts = await bed.mine_raw(orders.map(({ raw }) => raw));
    for (const [index, { intent }] of orders.entries()) {
      const receipt = receipts[index];
      assert.equal(receipt.transactionHash, intent.hash);
      assert.equal(receipt.status, "0x1", intent.form);
      const swaps = bed.pool_events(receipt, bed.manifest.pools[intent.pool_id].address).filter(({ name }) => name === "Swap");
      const { amount0, amount1 } = swaps[0].args;
      const [paid, got] = intent.zero_for_one ? [amount0, -amount1] : [amount1, -amount0];
      assert.equal(String(intent.exact_in ? paid : got), intent.amount, intent.form);
    }
    await bed.revert(snapshot);
  });

  it("has swappers whose faults are refused by the contracts, and damaged bytes that do not stop the others", async () => {
    const snapshot = await bed.snapshot();
    const nonces = new Map();
    for (const index of SWAPPERS) nonces.set(index, await bed.nonce(wallet(index).address));
    const items = take(flow(bed.manifest, 5, nonces, { slippage_percent: 20, expired_percent: 20, malformed_percent: 20 }), 150);
    const refused = { malformed: 0 };
    const hashes = [];
    for (const { raw, intent } of items) {
      await bed.rpc.call("eth_sendRawTransaction", raw).catch(() => (refused[intent.what] = (refused[intent.what] ?? 0) + 1));
    }
    for (let block = 0; block < 5; block += 1) await bed.rpc.call("evm_mine");
    for (const { intent } of items.filter(({ intent }) => intent.fault)) {
      const receipt = await bed.rpc.call("eth_getTransactionReceipt", intent.hash);
      // Also with UniversalRouter's "may revert" flag: a V3 swap reverts inside the router itself, which the flag does not catch.
      assert.equal(receipt.status, "0x0", `${intent.form} ${intent.fault}`);
      hashes.push(intent.hash);
    }
    assert.ok(hashes.length >= 20, `${hashes.length} faults`);
    assert.ok(refused.malformed > 5, "malformed bytes were refused");
    assert.deepEqual(Object.keys(refused), ["malformed"]);
    await bed.revert(snapshot);
  });

  it("is the same every time: addresses, hashes and traffic depend on the seed only", async () => {
    const other = await Testbed.start();
    try {
      const without_place = ({ rpc_url, ws_url, anvil_pid, ...rest }) => rest;
      assert.deepEqual(without_place(other.manifest), without_place(bed.manifest));
      const hashes = (manifest, seed) => take(flow(manifest, seed, new Map()), 100).map(({ raw }) => keccak256(raw));
      assert.deepEqual(hashes(other.manifest, 7), hashes(bed.manifest, 7));
      assert.notDeepEqual(hashes(other.manifest, 8), hashes(bed.manifest, 7));
    } finally {
      await other.stop();
    }
  });
});
