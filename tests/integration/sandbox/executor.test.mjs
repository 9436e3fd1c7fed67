// The executor on the sandbox chain: mint, target and burn in one block, to the unit; and what happens to a plan that came late.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, beforeEach, afterEach, describe, it } from "node:test";
import { GUARDIAN, WHALES, wallet } from "../../../sim/chain/lib/accounts.mjs";
import { artifact } from "../../../sim/chain/lib/artifacts.mjs";
import { burn_data, mint_data, next_plan, sign } from "../../../sim/chain/lib/executor.mjs";
import { Testbed } from "../../../sim/chain/lib/testbed.mjs";

const ETHER = 10n ** 18n;
const TIP_WEI = ETHER / 50n;
const operator = wallet(15);
const whale = wallet(WHALES[0]);
const guardian = wallet(GUARDIAN);

describe("executor on the sandbox chain", () => {
  let bed;
  let snapshot;
  let pool;
  before(async () => (bed = await Testbed.start({ operators: [operator.address] })));
  after(() => bed?.stop());
  beforeEach(async () => {
    snapshot = await bed.snapshot();
    [pool] = bed.manifest.pools.filter(({ fee }) => fee === 3000);
  });
  afterEach(() => bed.revert(snapshot));

  const to_executor = (signer, nonce, data) => sign(signer, { chain_id: bed.manifest.chain_id, nonce, to: bed.manifest.executor.address, data });

  const plan = () => next_plan(bed, pool, { tip_wei: TIP_WEI });

  async function whale_swap() {
    const { swap_router02 } = bed.manifest.contracts;
    const weth = bed.manifest.contracts.weth9.address;
    const out = pool.token0 === weth ? pool.token1 : pool.token0;
    const args = [[weth, out, pool.fee, whale.address, 20n * ETHER, 0n, 0n]];
    const data = artifact("swap_router02").abi.encodeFunctionData("exactInputSingle", args);
    return sign(whale, { chain_id: bed.manifest.chain_id, nonce: await bed.nonce(whale.address), to: swap_router02.address, data });
  }

  const vault = () => Promise.all([pool.token0, pool.token1].map((token) => bed.balance_of(token, bed.manifest.executor.address)));
  const event = (receipt, name) => bed.pool_events(receipt, pool.address).find((one) => one.name === name).args;

  it("mints before the swap and burns after it in one block, and every unit is accounted for", async () => {
    const going = await plan();
    const nonce = await bed.nonce(operator.address);
    const before = await vault();
    const producer = await bed.ether_of(bed.manifest.coinbase);
    const ether = await bed.ether_of(bed.manifest.executor.address);
    const receipts = await bed.mine_raw([
      to_executor(operator, nonce, mint_data(going)),
      await whale_swap(),
      to_executor(operator, nonce + 1, burn_data(going)),
    ]);
    assert.deepEqual(receipts.map(({ status, transactionIndex }) => [status, transactionIndex]), [["0x1", "0x0"], ["0x1", "0x1"], ["0x1", "0x2"]]);
    assert.equal(new Set(receipts.map(({ blockHash }) => blockHash)).size, 1);

    const [mint, burn, collect] = [event(receipts[0], "Mint"), event(receipts[2], "Burn"), event(receipts[2], "Collect")];
    assert.equal(mint.owner, bed.manifest.executor.address);
    assert.equal(collect.recipient, bed.manifest.executor.address);
    const after = await vault();
    assert.equal(after[0] - before[0], collect.amount0 - mint.amount0);
    assert.equal(after[1] - before[1], collect.amount1 - mint.amount1);
    const fees = [collect.amount0 - burn.amount0, collect.amount1 - burn.amount1];
    const weth_side = pool.token0 === bed.manifest.contracts.weth9.address ? 0 : 1;
    assert.ok(fees[weth_side] > 0n && fees[1 - weth_side] === 0n, `fees ${fees}`);

    const block = await bed.head();
    const priority = receipts.reduce((sum, { gasUsed, effectiveGasPrice }) => sum + BigInt(gasUsed) * (BigInt(effectiveGasPrice) - BigInt(block.baseFeePerGas)), 0n);
    assert.equal((await bed.ether_of(bed.manifest.coinbase)) - producer, priority + TIP_WEI);
    assert.equal(ether - (await bed.ether_of(bed.manifest.executor.address)), TIP_WEI);
  });

  it("gives the swapper a better price than without us", async () => {
    const swap = await whale_swap();
    const alone = await bed.snapshot();
    const [without] = await bed.mine_raw([swap]);
    await bed.revert(alone);
    const nonce = await bed.nonce(operator.address);
    const going = await plan();
    const [, target] = await bed.mine_raw([to_executor(operator, nonce, mint_data(going)), swap, to_executor(operator, nonce + 1, burn_data(going))]);
    const output = (receipt) => {
      const { amount0, amount1 } = event(receipt, "Swap");
      return amount0 < 0n ? -amount0 : -amount1;
    };
    assert.ok(output(target) > output(without));
  });

  it("voids a plan whose block has passed: both transactions revert for little gas and free their nonces", async () => {
    const going = await plan();
    const nonce = await bed.nonce(operator.address);
    const before = await vault();
    await bed.rpc.call("evm_mine");
    const receipts = await bed.mine_raw([to_executor(operator, nonce, mint_data(going)), to_executor(operator, nonce + 1, burn_data(going))]);
    for (const { status, gasUsed } of receipts) {
      assert.equal(status, "0x0");
      assert.ok(BigInt(gasUsed) < 30_000n, `${BigInt(gasUsed)} gas`);
    }
    assert.equal(await bed.nonce(operator.address), nonce + 2);
    assert.deepEqual(await vault(), before);
  });

  it("mints nothing when somebody moved the price first: it and its burn revert, and cost their gas and no more", async () => {
    const going = await plan();
    const nonce = await bed.nonce(operator.address);
    const before = await vault();
    const ether = await Promise.all([operator.address, bed.manifest.executor.address].map((account) => bed.ether_of(account)));
    const receipts = await bed.mine_raw([await whale_swap(), to_executor(operator, nonce, mint_data(going)), to_executor(operator, nonce + 1, burn_data(going))]);
    assert.deepEqual(receipts.map(({ status }) => status), ["0x1", "0x0", "0x0"]);
    assert.match(await reason(receipts[1]), /^WrongPrice/);
    assert.deepEqual(await vault(), before);
    const gas = receipts.slice(1).reduce((sum, { gasUsed, effectiveGasPrice }) => sum + BigInt(gasUsed) * BigInt(effectiveGasPrice), 0n);
    assert.equal(ether[0] - (await bed.ether_of(operator.address)), gas);
    assert.equal(await bed.ether_of(bed.manifest.executor.address), ether[1]);
  });

  /** The custom error that a mined transaction of the executor reverted with. */
  async function reason({ transactionHash }) {
    const { returnValue } = await bed.rpc.call("debug_traceTransaction", transactionHash, { disableStorage: true, disableStack: true });
    const { name, args } = artifact("JitExecutor").abi.parseError(`0x${returnValue.replace(/^0x/, "")}`);
    return `${name}(${args})`;
  }

  it("brings a position that was left behind back to the vault, by the guardian, while paused", async () => {
    const going = await plan();
    const before = await vault();
    const [mint] = await bed.mine_raw([to_executor(operator, await bed.nonce(operator.address), mint_data(going)), await whale_swap()]);
    assert.equal(mint.status, "0x1");
    const { abi } = artifact("JitExecutor");
    const nonce = await bed.nonce(guardian.address);
    const unwind = abi.encodeFunctionData("unwind", [going.pool_id, going.lower, going.upper, going.liquidity]);
    const receipts = await bed.mine_raw([to_executor(guardian, nonce, abi.encodeFunctionData("pause")), to_executor(guardian, nonce + 1, unwind)]);
    assert.deepEqual(receipts.map(({ status }) => status), ["0x1", "0x1"]);
    const [paid, collected] = [event(mint, "Mint"), event(receipts[1], "Collect")];
    const after = await vault();
    assert.equal(after[0] - before[0], collected.amount0 - paid.amount0);
    assert.equal(after[1] - before[1], collected.amount1 - paid.amount1);
  });
});
