// jit-guardian on the sandbox chain: a position that outlived its block is back in the vault one block later; with the appliance dead.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { GUARDIAN, WHALES, wallet } from "../../../sim/chain/lib/accounts.mjs";
import { ROOT, artifact } from "../../../sim/chain/lib/artifacts.mjs";
import { burn_data, mint_data, next_plan, sign } from "../../../sim/chain/lib/executor.mjs";
import { Testbed } from "../../../sim/chain/lib/testbed.mjs";
import { until } from "../../../sim/demo/lib/appliance.mjs";
import { guardian_config, position_left } from "../../../sim/demo/lib/guardian.mjs";
import { Process, run_command } from "../../../sim/demo/lib/processes.mjs";
import { NodeProxy } from "../endtoend/lib/node_proxy.mjs";
import { SOFTHSM_MODULE, key_file, token_key } from "./people.mjs";

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

  /** key: lines that name another than the account's key file. */
  function write_config({ mode = "unwind", who = GUARDIAN, extra = "", node = bed.manifest.ws_url, limit, key } = {}) {
    const file = join(dir, "guardian.toml");
    const [, path] = key_file(dir, "guardian", wallet(who));
    const whole = guardian_config({ manifest: { ...bed.manifest, ws_url: node }, key: path, mode }) + extra;
    const text = limit ? whole.replace(/^max_fee_per_gas_wei = .*$/m, `max_fee_per_gas_wei = "${limit}"`) : whole;
    writeFileSync(file, key ? text.replace(/^key_file = .*\n/m, key) : text);
    return file;
  }

  async function start({ env, ...options } = {}) {
    guardian = new Process(PROGRAM, ["--config", write_config(options)], { name: "jit-guardian", log_dir: dir, env });
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

  it("bids again, so much higher that a node takes it in the first one's place, when the next block did not take it", async () => {
    await start();
    const { baseFeePerGas } = await bed.head();
    await bed.rpc.call("anvil_setNextBlockBaseFeePerGas", "0xba43b7400"); // 50 gwei: most of the bid, and less in the next block
    const position = await strand();
    await answered();
    const [first] = await pending();
    await bed.rpc.call("anvil_dropTransaction", first.hash);
    await bed.rpc.call("evm_mine");
    await answered();
    const [second] = await pending();
    for (const field of ["maxFeePerGas", "maxPriorityFeePerGas"])
      assert.ok(BigInt(second[field]) * 10n >= BigInt(first[field]) * 11n, `${field} ${BigInt(second[field])} after ${BigInt(first[field])}`);
    await bed.rpc.call("anvil_setNextBlockBaseFeePerGas", baseFeePerGas); // no snapshot takes this back
    await bed.rpc.call("evm_mine");
    assert.equal(await left(position), 0n);
  });

  it("never bids above its limit", async () => {
    const limit = 5_200_000_000n; // above the first bid's tip, below the second's
    await start({ limit });
    const position = await strand();
    for (let i = 0; i < 2; i += 1) {
      await answered();
      const [bid] = await pending();
      assert.ok(BigInt(bid.maxFeePerGas) <= limit && BigInt(bid.maxPriorityFeePerGas) <= limit, `${bid.maxFeePerGas}, ${bid.maxPriorityFeePerGas}`);
      if (i === 1) assert.equal(BigInt(bid.maxFeePerGas), limit);
      else await bed.rpc.call("anvil_dropTransaction", bid.hash);
      await bed.rpc.call("evm_mine");
    }
    assert.equal(await left(position), 0n);
  });

  async function pending() {
    const { transactions } = await bed.rpc.call("eth_getBlockByNumber", "pending", true);
    return transactions.filter(({ from }) => from.toLowerCase() === wallet(GUARDIAN).address.toLowerCase());
  }

  it("unwinds two positions in one block", async () => {
    await start();
    const narrow = await plan();
    const wide = { ...narrow, lower: narrow.lower - pool.tick_spacing };
    const nonce = await bed.nonce(operator.address);
    // The first changes what the second expects of the pool: its liquidity, when the price is in range.
    const second = { ...wide, pool_liquidity: wide.pool_liquidity + narrow.liquidity };
    const receipts = await bed.mine_raw([operator_raw(nonce, mint_data(narrow)), operator_raw(nonce + 1, mint_data(second))]);
    assert.deepEqual(receipts.map(({ status }) => status), ["0x1", "0x1"]);
    await until("both unwinds in the node's pool", async () => (await pending()).length === 2, 10_000);
    await bed.rpc.call("evm_mine");
    assert.deepEqual(await Promise.all([left(narrow), left(wide)]), [0n, 0n]);
  });

  it("finds a mint in a block that took the place of one that it had read", async () => {
    const read = new Set();
    const node = await NodeProxy.start(bed.manifest.ws_url);
    node.lie = ({ method, params }, _, answer) => {
      if (method === "eth_getLogs") read.add(params[0].blockHash);
      return answer;
    };
    try {
      await start({ node: node.url });
      const fork = await bed.snapshot();
      await bed.rpc.call("evm_mine");
      const { hash, number } = await bed.head();
      await until("the guardian to have read the block", () => read.has(hash), 10_000);
      guardian.child.kill("SIGSTOP"); // it sees nothing before there is a block on top
      await bed.revert(fork);
      const position = await strand();
      assert.equal((await bed.head()).number, number);
      await bed.rpc.call("evm_mine");
      guardian.child.kill("SIGCONT");
      await answered();
      await bed.rpc.call("evm_mine");
      assert.equal(await left(position), 0n);
    } finally {
      await node.stop();
    }
  });

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

  it("asks again at once what the node did not answer: the next block is not waited for", async () => {
    const node = await NodeProxy.start(bed.manifest.ws_url);
    try {
      let silent = 3;
      const positions = artifact("v3_pool").abi.getFunction("positions").selector;
      node.lie = ({ method, params }, _, answer) => {
        if (method !== "eth_call" || !params[0].data.startsWith(positions) || silent-- <= 0) return answer;
        return { jsonrpc: "2.0", id: answer.id, error: { code: -32000, message: "busy" } };
      };
      await start({ node: node.url });
      const position = await strand();
      await answered();
      await said(/"error".*busy/);
      await bed.rpc.call("evm_mine");
      assert.equal(await left(position), 0n);
    } finally {
      await node.stop();
    }
  });

  describe("with its key in a PKCS#11 token", () => {
    let env;
    let fault_file;
    beforeEach(async () => {
      fault_file = join(dir, "fault");
      env = { SOFTHSM2_CONF: join(dir, "softhsm2.conf"), JITBOX_FAULT_REAL: SOFTHSM_MODULE, JITBOX_FAULT_FILE: fault_file };
      const made = await run_command(join(ROOT, "scripts/softhsm.sh"), [dir, "guardian"]);
      assert.equal(made.code, 0, made.stderr);
      const { stdout, stderr, code } = await run_command(process.env.JITBOX_JITCTL, ["safe", "owner", "--generate", ...token_key(dir, "guardian", "key")], { env });
      assert.equal(code, 0, stderr);
      const account = stdout.trim();
      const data = artifact("JitExecutor").abi.encodeFunctionData("setGuardian", [account]);
      await bed.rpc.call("eth_sendTransaction", { from: bed.manifest.executor.owner, to: bed.manifest.executor.address, data });
      await bed.rpc.call("anvil_setBalance", account, "0xde0b6b3a7640000");
      await bed.rpc.call("evm_mine");
    });

    const in_token = () => `pkcs11_module = "${process.env.JITBOX_FAULT_MODULE}"\ntoken = "guardian"\nkey_label = "key"\npin_file = "${join(dir, "pin")}"\npkcs11_deadline_ms = 1000\n`;
    const fault = (line) => writeFileSync(fault_file, `${line}\n`);
    const logins = () => readFileSync(`${fault_file}.trace`, "utf8").split("\n").filter((name) => name === "C_Login").length;

    it("unwinds with it", async () => {
      await start({ key: in_token(), env });
      const position = await strand();
      await said(/"unwind_sent"/);
      await bed.rpc.call("evm_mine");
      assert.equal(await left(position), 0n);
    });

    it("ends with 3, which its unit does not restart, when the token refuses the PIN: one try", async () => {
      fault("C_Login error a0"); // CKR_PIN_INCORRECT
      const { code, stderr } = await run_command(PROGRAM, ["--config", write_config({ key: in_token() })], { env });
      assert.equal(code, 3, stderr);
      assert.match(stderr, /PIN/);
      assert.equal(logins(), 1);
      assert.match(readFileSync(join(ROOT, "deploy/systemd/jit-guardian.service"), "utf8"), /^RestartPreventExitStatus=2 3$/m);
    });

    it("leaves the token alone while the node is away", async () => {
      const { code } = await run_command(PROGRAM, ["--config", write_config({ key: in_token(), node: "ws://127.0.0.1:1" })], { env });
      assert.equal(code, 1);
      assert.ok(!existsSync(`${fault_file}.trace`), "no function of the module was called");
    });

    it("tries a PIN that is refused after a fault no second time", async () => {
      await start({ key: in_token(), env });
      const before = logins();
      fault("C_Sign hang");
      await strand();
      await said(/no answer in 1000 ms to signing/);
      fault("C_Login error a0");
      for (const message of [/"error".*PIN/, /it is not tried again/]) {
        await bed.rpc.call("evm_mine");
        await said(message);
      }
      fault("");
      const heads = readFileSync(guardian.log_file, "utf8").split("not tried again").length;
      await bed.rpc.call("evm_mine");
      await until("one more refusal", () => readFileSync(guardian.log_file, "utf8").split("not tried again").length > heads, 10_000);
      assert.equal(logins(), before + 1);
    });
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
