// What goes wrong around a bundle on a real chain: the burn replayed in another block, the block reorganised, a token that begins to take a fee.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { getCreateAddress, toQuantity } from "ethers";
import { DEPLOYER, GUARDIAN, wallet } from "../../../sim/chain/lib/accounts.mjs";
import { artifact, creation_code, pool_init_code_hash } from "../../../sim/chain/lib/artifacts.mjs";
import { burn_data, mint_data, next_plan, sign, weight_of } from "../../../sim/chain/lib/executor.mjs";
import { Testbed } from "../../../sim/chain/lib/testbed.mjs";
import { position_left } from "../../../sim/demo/lib/guardian.mjs";

const operator = wallet(15);
const guardian = wallet(GUARDIAN);
const deployer = wallet(DEPLOYER);
const UNISWAP_V3 = 0;
const ONE_X96 = 2n ** 96n;
const INVENTORY = 10n ** 24n;

describe("a bundle that something happens to", () => {
  let bed;
  let snapshot;
  let pool;
  before(async () => (bed = await Testbed.start({ operators: [operator.address], block_interval_s: 12 })));
  after(() => bed?.stop());
  beforeEach(async () => {
    snapshot = await bed.snapshot();
    [pool] = bed.manifest.pools.filter(({ fee }) => fee === 3000);
  });
  afterEach(() => bed.revert(snapshot));

  const executor = () => bed.manifest.executor.address;
  const to_executor = (signer, nonce, data) => sign(signer, { chain_id: bed.manifest.chain_id, nonce, to: executor(), data });
  const vault = (of = pool) => Promise.all([of.token0, of.token1].map((token) => bed.balance_of(token, executor())));
  const left = (plan, of = pool) => position_left(bed.rpc, executor(), of.address, plan.lower, plan.upper);
  const statuses = (receipts) => receipts.map(({ status }) => status);

  /** The custom error that this call would revert with now. */
  async function error_of(data, from = operator.address) {
    try {
      await bed.rpc.call("eth_call", { from, to: executor(), data }, "latest");
    } catch (error) {
      const [found] = /0x[0-9a-f]{8,}/.exec(JSON.stringify(error.data ?? error.message)) ?? [];
      assert.ok(found, error.message);
      return artifact("JitExecutor").abi.parseError(found)?.name ?? found;
    }
    return assert.fail("the call went through");
  }

  async function unwind(plan) {
    const args = [plan.pool_id, plan.lower, plan.upper, plan.liquidity];
    const data = artifact("JitExecutor").abi.encodeFunctionData("unwind", args);
    const [receipt] = await bed.mine_raw([to_executor(guardian, await bed.nonce(guardian.address), data)]);
    assert.equal(receipt.status, "0x1");
  }

  it("refuses the burn in any other block than its own; the position comes home by the guardian", async () => {
    const plan = await next_plan(bed, pool);
    const before = await vault();
    const nonce = await bed.nonce(operator.address);
    assert.deepEqual(statuses(await bed.mine_raw([to_executor(operator, nonce, mint_data(plan))])), ["0x1"]);
    const [replayed] = await bed.mine_raw([to_executor(operator, nonce + 1, burn_data(plan))]);
    assert.equal(replayed.status, "0x0");
    assert.equal(await error_of(burn_data(plan)), "WrongBlock");
    assert.equal(await left(plan), plan.liquidity);
    await unwind(plan);
    assert.equal(await left(plan), 0n);
    (await vault()).forEach((amount, at) => assert.ok(before[at] - amount <= 1n, `token${at}: at most the pool's rounding is gone`));
  });

  it("does nothing on another parent when the bundle's block is reorganised", async () => {
    const fork = await bed.snapshot();
    await bed.rpc.call("evm_mine");
    const plan = await next_plan(bed, pool);
    const before = await vault();
    const nonce = await bed.nonce(operator.address);
    const raws = [to_executor(operator, nonce, mint_data(plan)), to_executor(operator, nonce + 1, burn_data(plan))];
    const first = await bed.mine_raw(raws);
    assert.deepEqual(statuses(first), ["0x1", "0x1"]);

    // The two blocks were not: another parent, and the same two transactions in the block of the same number.
    await bed.revert(fork);
    const { timestamp } = await bed.head();
    await bed.rpc.call("evm_setNextBlockTimestamp", toQuantity(BigInt(timestamp) + 7n /* not 12, as before */));
    await bed.rpc.call("evm_mine");
    const head = await bed.head();
    assert.equal(BigInt(head.number) + 1n, plan.block_number);
    assert.notEqual(head.hash, plan.parent_hash);
    const again = await bed.mine_raw(raws);
    assert.deepEqual(again.map(({ transactionHash }) => transactionHash), first.map(({ transactionHash }) => transactionHash));
    assert.deepEqual(statuses(again), ["0x0", "0x0"]);
    assert.deepEqual(await vault(), before);
    assert.equal(await left(plan), 0n);
    const late = { ...(await next_plan(bed, pool)), parent_hash: plan.parent_hash };
    assert.equal(await error_of_next(mint_data(late)), "WrongParent");
  });

  /** As error_of, in the block after the head. */
  async function error_of_next(data) {
    const block = await bed.head();
    await bed.rpc.call("evm_mine");
    assert.equal(Number((await bed.head()).number), Number(block.number) + 1);
    return error_of(data);
  }

  describe("in a pool with a token that can take a fee of what is transferred", () => {
    let fee_pool;
    let fee_token;
    beforeEach(async () => {
      fee_token = await deploy("FeeOnTransferToken");
      const other = await deploy("Token");
      const [token0, token1] = [fee_token, other].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
      const factory = bed.manifest.contracts.v3_factory.address;
      await send("v3_factory", factory, "createPool", [token0, token1, 3000]);
      const [address] = await bed.view("v3_factory", factory, "getPool", [token0, token1, 3000]);
      await send("v3_pool", address, "initialize", [ONE_X96]);
      for (const token of [token0, token1]) {
        await send("FeeOnTransferToken", token, "mint", [executor(), INVENTORY]);
        await send("JitExecutor", executor(), "listToken", [token]);
      }
      await send("JitExecutor", executor(), "listPool", [address, factory, pool_init_code_hash(), UNISWAP_V3, weight_of(ONE_X96), weight_of(ONE_X96)]);
      fee_pool = { address, token0, token1, tick_spacing: 60, pool_id: bed.manifest.pools.length };
    });

    async function deploy(name) {
      const nonce = await bed.nonce(deployer.address);
      await bed.rpc.call("eth_sendTransaction", { from: deployer.address, data: creation_code(name), gas: toQuantity(3_000_000) });
      await bed.rpc.call("evm_mine");
      return getCreateAddress({ from: deployer.address, nonce });
    }

    async function send(kind, to, method, args) {
      const data = artifact(kind).abi.encodeFunctionData(method, args);
      const hash = await bed.rpc.call("eth_sendTransaction", { from: deployer.address, to, data, gas: toQuantity(8_000_000) });
      await bed.rpc.call("evm_mine");
      assert.equal((await bed.rpc.call("eth_getTransactionReceipt", hash)).status, "0x1", method);
    }

    const raws_of = async (plan) => {
      const nonce = await bed.nonce(operator.address);
      return [to_executor(operator, nonce, mint_data(plan)), to_executor(operator, nonce + 1, burn_data(plan))];
    };
    const fee_plan = () => next_plan(bed, fee_pool, { liquidity: 10n ** 18n });

    it("works while there is no fee, and reverts from the first block with one: nothing left the vault", async () => {
      assert.deepEqual(statuses(await bed.mine_raw(await raws_of(await fee_plan()))), ["0x1", "0x1"]);
      await send("FeeOnTransferToken", fee_token, "setFee", [true]);
      const before = await vault(fee_pool);
      assert.deepEqual(statuses(await bed.mine_raw(await raws_of(await fee_plan()))), ["0x0", "0x0"]);
      assert.deepEqual(await vault(fee_pool), before);
    });

    it("reverts at the burn when the fee begins after the mint; the guardian brings home what the token leaves of it", async () => {
      const plan = await fee_plan();
      const [mint, burn] = await raws_of(plan);
      const before = await vault(fee_pool);
      const fee_on = sign(deployer, { chain_id: bed.manifest.chain_id, nonce: await bed.nonce(deployer.address), to: fee_token, data: artifact("FeeOnTransferToken").abi.encodeFunctionData("setFee", [true]) });
      assert.deepEqual(statuses(await bed.mine_raw([mint, fee_on, burn])), ["0x1", "0x1", "0x0"]);
      assert.equal(await left(plan, fee_pool), plan.liquidity);
      await unwind(plan);
      assert.equal(await left(plan, fee_pool), 0n);
      const now = await vault(fee_pool);
      const at_fee = fee_pool.token0 === fee_token ? 0 : 1;
      const lost = now.map((amount, at) => before[at] - amount);
      assert.ok(lost[1 - at_fee] <= 1n, "of the other token only the rounding");
      assert.ok(lost[at_fee] > 0n && lost[at_fee] * 90n < before[at_fee], `the fee: ${lost[at_fee]}`);
    });
  });
});
