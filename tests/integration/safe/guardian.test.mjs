// jit-guardian on the sandbox chain: a position that outlived its block is back in the vault one block later; with the appliance dead.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { GUARDIAN, WHALES, wallet } from "../../../sim/chain/lib/accounts.mjs";
import { artifact } from "../../../sim/chain/lib/artifacts.mjs";
import { burn_data, mint_data, next_plan, sign } from "../../../sim/chain/lib/executor.mjs";
import { Testbed } from "../../../sim/chain/lib/testbed.mjs";
import { until } from "../../../sim/demo/lib/appliance.mjs";
import { guardian_config, position_left } from "../../../sim/demo/lib/guardian.mjs";
import { Process, run_command } from "../../../sim/demo/lib/processes.mjs";
import { key_file } from "./people.mjs";

const operator = wallet(14);
const PROGRAM = process.env.JITBOX_GUARDIAN;

describe("jit-guardian", () => {
  let bed;
  let dir;
  let pool;
  let guardian;
  let snapshot;
  before(async () => {
    bed = await Testbed.start({ operators: [operator.address] });
    [pool] = bed.manifest.pools.filter(({ fee }) => fee === 3000);
  });
  after(() => bed?.stop());
  beforeEach(async () => {
    snapshot = await bed.snapshot();
    dir = mkdtempSync(join(tmpdir(), "jitbox-guardian-"));
  });
  afterEach(async () => {
    await guardian?.end();
    await bed.revert(snapshot);
    rmSync(dir, { recursive: true, force: true });
  });

  function write_config({ mode = "unwind", who = GUARDIAN, extra = "" } = {}) {
    const file = join(dir, "guardian.toml");
    const [, key] = key_file(dir, "guardian", wallet(who));
    writeFileSync(file, guardian_config({ manifest: bed.manifest, key, mode }) + extra);
    return file;
  }

  async function start(options) {
    guardian = new Process(PROGRAM, ["--config", write_config(options)], { name: "jit-guardian", log_dir: dir });
    await guardian.line((text) => text.includes("ready"));
  }

  const plan = () => next_plan(bed, pool);

  const operator_raw = (nonce, data) => sign(operator, { chain_id: bed.manifest.chain_id, nonce, to: bed.manifest.executor.address, data });
  const left = (position) => position_left(bed.rpc, bed.manifest.executor.address, pool.address, position.lower, position.upper);
  const vault = () => Promise.all([pool.token0, pool.token1].map((token) => bed.balance_of(token, bed.manifest.executor.address)));

  async function strand() {
    const position = await plan();
    const [receipt] = await bed.mine_raw([operator_raw(await bed.nonce(operator.address), mint_data(position))]);
    assert.equal(receipt.status, "0x1");
    assert.equal(await left(position), position.liquidity);
    return position;
  }

  /** The guardian's transaction waits in the node's pool. */
  async function answered() {
    for (let i = 0; i < 300; i += 1) {
      if ((await bed.nonce(wallet(GUARDIAN).address)) > Number(await bed.rpc.call("eth_getTransactionCount", wallet(GUARDIAN).address, "latest"))) return;
      await sleep(50);
    }
    assert.fail("the guardian sent nothing in 15 s");
  }

  const said = (pattern) => until(`the guardian to say ${pattern}`, () => pattern.test(readFileSync(guardian.log_file, "utf8")), 10_000);

  it("unwinds a mint without its burn in the next block, to the vault", async () => {
    await start();
    const before = await vault();
    const position = await strand();
    await answered();
    await bed.rpc.call("evm_mine");
    assert.equal(await left(position), 0n);
    const now = await vault();
    now.forEach((amount, at) => assert.ok(before[at] - amount <= 1n, `token${at}: at most the rounding of the pool is gone`));
    await said(/"unwound"/);
  });

  it("unwinds also while the executor is paused, and finds what was left while it was down", async () => {
    const position = await strand();
    const data = artifact("JitExecutor").abi.encodeFunctionData("pause");
    await bed.rpc.call("eth_sendTransaction", { from: bed.manifest.executor.owner, to: bed.manifest.executor.address, data });
    for (let i = 0; i < 10; i += 1) await bed.rpc.call("evm_mine");
    await start();
    await answered();
    await bed.rpc.call("evm_mine");
    assert.equal(await left(position), 0n);
  });

  it("bids again, higher, when the next block did not take it", async () => {
    await start();
    const position = await strand();
    await answered();
    const [first] = await pending();
    await bed.rpc.call("anvil_dropTransaction", first.hash);
    await bed.rpc.call("evm_mine");
    await answered();
    const [second] = await pending();
    assert.ok(BigInt(second.maxFeePerGas) > BigInt(first.maxFeePerGas), `${second.maxFeePerGas} after ${first.maxFeePerGas}`);
    await bed.rpc.call("evm_mine");
    assert.equal(await left(position), 0n);
  });

  async function pending() {
    const { transactions } = await bed.rpc.call("eth_getBlockByNumber", "pending", true);
    return transactions.filter(({ from }) => from.toLowerCase() === wallet(GUARDIAN).address.toLowerCase());
  }

  it("leaves a bundle alone that burns in its own block", async () => {
    await start();
    const position = await plan();
    const nonce = await bed.nonce(operator.address);
    const receipts = await bed.mine_raw([operator_raw(nonce, mint_data(position)), operator_raw(nonce + 1, burn_data(position))]);
    assert.deepEqual(receipts.map(({ status }) => status), ["0x1", "0x1"]);
    await sleep(700);
    assert.equal(await bed.nonce(wallet(GUARDIAN).address), 0);
  });

  it("only reports when it is told so, and unwinds by hand", async () => {
    await start({ mode: "report" });
    const position = await strand();
    await said(new RegExp(`unwind_wanted.*--unwind ${pool.pool_id} ${position.lower} ${position.upper}`));
    assert.equal(await bed.nonce(wallet(GUARDIAN).address), 0);
    await bed.rpc.call("evm_setAutomine", true);
    const file = write_config();
    const done = await run_command(PROGRAM, ["--config", file, "--unwind", ...[pool.pool_id, position.lower, position.upper].map(String)]);
    await bed.rpc.call("evm_setAutomine", false);
    assert.equal(done.code, 0, done.stderr);
    assert.equal(await left(position), 0n);
  });

  it("refuses to start with another key, on another chain or with a mistake in its file", async () => {
    const refused = async (options, message, exit_code) => {
      const { code, stderr } = await run_command(PROGRAM, ["--config", write_config(options), "--check"]);
      assert.equal(code, exit_code);
      assert.match(stderr, message);
    };
    await refused({ who: WHALES[0] }, /the executor's guardian is 0x/, 1);
    await refused({ extra: "colour = 1\n" }, /guardian.colour: unknown key/, 2);
    await refused({ mode: "sleep" }, /must be "unwind" or "report"/, 2);
    await refused({ extra: 'token = "t"\n' }, /guardian.key_file: key: name exactly one key/, 2);
  });
});
