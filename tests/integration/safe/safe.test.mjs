// jitctl safe against the real Safe 1.4.1: hashes, what is refused here and on chain, and owner actions from proposal to effect.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ZeroAddress, concat, dataSlice, getAddress, toQuantity } from "ethers";
import { DEPLOYER, SAFE_OWNERS, WHALES, wallet } from "../../../sim/chain/lib/accounts.mjs";
import { ROOT, artifact, creation_code } from "../../../sim/chain/lib/artifacts.mjs";
import { SAFE_ABI, exec_data, safe_view } from "../../../sim/chain/lib/safe.mjs";
import { Testbed } from "../../../sim/chain/lib/testbed.mjs";
import { until } from "../../../sim/demo/lib/appliance.mjs";
import { run_command } from "../../../sim/demo/lib/processes.mjs";
import { NodeProxy } from "../endtoend/lib/node_proxy.mjs";
import { random_seed } from "../../support/seed.mjs";
import { SOFTHSM_MODULE, SafeDesk, key_file, token_key } from "./people.mjs";

const SEED = random_seed();
const HASHES = Number(process.env.JITBOX_SAFE_HASHES ?? 1000);
const NEW_OPERATOR = wallet(WHALES[0]).address;
const STRANGER = wallet(WHALES[3]).address;
const SENTINEL = "0x0000000000000000000000000000000000000001";
const GROUP_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

describe(`jitctl safe (seed ${SEED})`, () => {
  let bed;
  let dir;
  let desk;
  let keys; // of the five owners, the last one in a token
  let payer;
  before(async () => {
    bed = await Testbed.start({ with_safe: true });
    await bed.rpc.call("evm_setAutomine", true);
    dir = mkdtempSync(join(tmpdir(), "jitbox-safe-"));
    desk = new SafeDesk({ jitctl: process.env.JITBOX_JITCTL, dir, manifest: bed.manifest, env: { SOFTHSM2_CONF: join(dir, "softhsm2.conf") } });
    keys = SAFE_OWNERS.slice(0, 4).map((index) => key_file(dir, `owner-${index}`, wallet(index)));
    payer = [...key_file(dir, "payer", wallet(DEPLOYER)), "--no-appliance"];
    keys.push(await owner_in_a_token());
  });
  after(async () => {
    await bed?.stop();
    if (dir) rmSync(dir, { recursive: true, force: true });
  });

  /** Replaces the fifth owner by one whose key is in a token (a change of the Safe itself, which is not jitctl's). */
  async function owner_in_a_token() {
    const made = await run_command(join(ROOT, "scripts/softhsm.sh"), [dir, "owners"]);
    assert.equal(made.code, 0, made.stderr);
    const key = token_key(dir, "owners", "owner-5");
    const { address } = await desk.must("owner", "--generate", ...key);
    const [previous, old] = SAFE_OWNERS.slice(-2).map((index) => wallet(index).address);
    await on_chain({ to: bed.manifest.safe.address, data: SAFE_ABI.encodeFunctionData("swapOwner", [previous, old, address]) }, SAFE_OWNERS.slice(0, 3));
    return key;
  }

  async function on_chain(call, signers) {
    const data = await exec_data(bed.rpc, bed.manifest.safe, signers, call);
    const transaction = { from: wallet(DEPLOYER).address, to: bed.manifest.safe.address, data, gas: toQuantity(2_000_000) };
    await bed.rpc.call("eth_call", transaction, "latest"); // says why it would revert
    return mined(await bed.rpc.call("eth_sendTransaction", transaction));
  }

  /** The receipt: a node that mines at once still answers first. */
  const mined = (hash) => until("the receipt", () => bed.rpc.call("eth_getTransactionReceipt", hash), 10_000, 10);

  const view = (method, args = []) => bed.view("JitExecutor", bed.manifest.executor.address, method, args);
  const proposal_of = (file) => JSON.parse(readFileSync(file, "utf8"));

  /** A changed copy of a proposal, with the hash that belongs to it. */
  async function changed(file, change) {
    const proposal = proposal_of(file);
    change(proposal.transaction);
    proposal.signatures = [];
    [proposal.safeTxHash] = await desk.hashes([proposal]);
    const copy = desk.path(`changed-${desk.count++}.json`);
    writeFileSync(copy, JSON.stringify(proposal));
    return copy;
  }

  function junk_signature() {
    const file = desk.path("junk-signature.json");
    writeFileSync(file, JSON.stringify({ owner: STRANGER, signature: "0x1234" }));
    return file;
  }

  async function refused_by_every_step(file, message) {
    for (const answer of [await desk.show(file), await desk.try_sign(file, keys[0]), await desk.try_collect(file, junk_signature()), await desk.try_execute(file, payer)]) {
      assert.equal(answer.code, 1);
      assert.match(answer.stderr, message);
    }
  }

  async function done(action, ...args) {
    const file = await desk.propose(action, ...args);
    await desk.gather(file, keys.slice(2));
    const answer = await desk.try_execute(file, payer);
    assert.equal(answer.code, 0, answer.stderr);
    return file;
  }

  it("computes the safeTxHash that the contract computes, for random transactions", async () => {
    const draw = generator(SEED);
    const proposals = Array.from({ length: HASHES }, () => random_proposal(draw, bed.manifest));
    const ours = await desk.hashes(proposals);
    const calls = proposals.map(({ transaction: t }) => {
      const fields = [t.to, t.value, t.data, t.operation, t.safeTxGas, t.baseGas, t.gasPrice, t.gasToken, t.refundReceiver, t.nonce];
      return ["eth_call", { to: bed.manifest.safe.address, data: SAFE_ABI.encodeFunctionData("getTransactionHash", fields) }, "latest"];
    });
    const theirs = [];
    for (let at = 0; at < calls.length; at += 100) theirs.push(...(await bed.rpc.batch(calls.slice(at, at + 100))));
    assert.deepEqual(ours, theirs);
    assert.equal(ours.length, HASHES);
  });

  it("rotates an operator with three of five owners, one of them with a PKCS#11 token", async () => {
    const file = await desk.propose("setOperator", NEW_OPERATOR, "true");
    const shown = await desk.show(file);
    assert.match(shown.stdout, new RegExp(`setOperator\\(account = ${NEW_OPERATOR}, allowed = true\\)`));
    assert.match(shown.stdout, new RegExp(proposal_of(file).safeTxHash));
    await desk.gather(file, keys.slice(2));
    const owners = proposal_of(file).signatures.map(({ owner }) => BigInt(owner));
    assert.deepEqual(owners, [...owners].sort((a, b) => (a < b ? -1 : 1)), "ascending, as the Safe wants them");
    const answer = await desk.try_execute(file, payer);
    assert.equal(answer.code, 0, answer.stderr);
    assert.deepEqual([...(await view("isOperator", [NEW_OPERATOR]))], [true]);
    const again = await desk.try_execute(file, payer);
    assert.match(again.stderr, /executed or replaced/);
  });

  it("rotates a set of operators: taking waits for nothing, giving for the executor's delay", async () => {
    const executor = await executor_with_delay(3600n);
    const slow = new SafeDesk({ jitctl: process.env.JITBOX_JITCTL, dir, manifest: { ...bed.manifest, executor: { address: executor } } });
    const [old, fresh] = [WHALES[1], WHALES[2]].map((index) => wallet(index).address);
    const is_operator = async (account) => (await bed.view("JitExecutor", executor, "isOperator", [account]))[0];
    const rotate = (...args) => slow.run("rotate", "--node", bed.manifest.ws_url, "--safe", bed.manifest.safe.address, "--executor", executor, "--out", join(dir, "rotation"), ...args);
    async function done_all(answer) {
      assert.equal(answer.code, 0, answer.stderr);
      const { proposals } = JSON.parse(answer.stdout);
      for (const { file } of proposals) {
        await slow.gather(file, keys.slice(0, 3));
        const executed = await slow.try_execute(file, payer);
        assert.equal(executed.code, 0, executed.stderr);
      }
      return proposals.map(({ action }) => action);
    }

    const [announced] = await done_all(await rotate("--give", old));
    assert.match(announced, /announces, .*setOperator/);
    assert.match((await rotate("--give", old)).stderr, /nothing to propose: .* is announced and may be given in \d+ s/);
    await bed.rpc.call("evm_increaseTime", 3600);
    await bed.rpc.call("evm_mine");
    await done_all(await rotate("--give", old));
    assert.ok(await is_operator(old));

    const actions = await done_all(await rotate("--take", old, "--give", fresh));
    assert.match(actions[0], /^setOperator\(account = 0x\w+, allowed = false\)/);
    assert.match(actions[1], /announces, /);
    assert.deepEqual([await is_operator(old), await is_operator(fresh)], [false, false], "taken at once, not yet given");
    assert.match((await rotate("--take", old, "--give", old)).stderr, /named twice/);
    assert.match((await rotate("--take", old)).stderr, /nothing to propose: .* is no operator/);
  });

  /** An executor of the same Safe whose loosening waits. */
  async function executor_with_delay(seconds) {
    const from = wallet(DEPLOYER).address;
    const data = creation_code("JitExecutor", [bed.manifest.safe.address, ZeroAddress, 1n, 1n, 1n, seconds]);
    const receipt = await mined(await bed.rpc.call("eth_sendTransaction", { from, data, gas: toQuantity(5_000_000) }));
    return receipt.contractAddress;
  }

  it("gives a PKCS#11 module that hangs its deadline and no more, also in the middle of opening the token", async () => {
    const env = { SOFTHSM2_CONF: join(dir, "softhsm2.conf"), JITBOX_FAULT_REAL: SOFTHSM_MODULE, JITBOX_FAULT_FILE: join(dir, "fault") };
    const faulty = new SafeDesk({ jitctl: process.env.JITBOX_JITCTL, dir, manifest: bed.manifest, env });
    const key = keys.at(-1).map((option) => (option === SOFTHSM_MODULE ? process.env.JITBOX_FAULT_MODULE : option));
    const file = await desk.propose("unpause");
    for (const [call, what] of [["C_Sign", /no answer in 2000 ms to signing; the module was killed/], ["C_Login", /no answer in 2000 ms to opening the token/]]) {
      writeFileSync(env.JITBOX_FAULT_FILE, `${call} hang\n`);
      const begin = performance.now();
      const answer = await faulty.try_sign(file, key, "--pkcs11-deadline-ms", "2000");
      assert.equal(answer.code, 1);
      assert.match(answer.stderr, what);
      assert.ok(performance.now() - begin < 10_000, "the module would have hung for a minute");
    }
    writeFileSync(env.JITBOX_FAULT_FILE, "");
    assert.equal((await faulty.try_sign(file, key)).code, 0);
  });

  it("refuses two of five, and so does the Safe", async () => {
    const file = await desk.propose("setOperator", NEW_OPERATOR, "false");
    await desk.gather(file, keys.slice(0, 2));
    const answer = await desk.try_execute(file, payer);
    assert.equal(answer.code, 1);
    assert.match(answer.stderr, /2 of 3 needed signatures/);
    const call = { to: bed.manifest.executor.address, data: artifact("JitExecutor").abi.encodeFunctionData("setOperator", [NEW_OPERATOR, false]) };
    await assert.rejects(on_chain(call, SAFE_OWNERS.slice(0, 2)), /GS020/);
    assert.deepEqual([...(await view("isOperator", [NEW_OPERATOR]))], [true], "nothing changed");
  });

  it("refuses a delegatecall, and so does the guard, although three owners signed it", async () => {
    const file = await desk.propose("pause");
    await refused_by_every_step(await changed(file, (t) => (t.operation = "1")), /delegatecall/);
    const call = { to: bed.manifest.executor.address, data: artifact("JitExecutor").abi.encodeFunctionData("pause"), operation: 1 };
    await assert.rejects(on_chain(call, SAFE_OWNERS.slice(0, 3)), /This call is restricted/); // the guard's words
    await on_chain({ ...call, operation: 0 }, SAFE_OWNERS.slice(0, 3)); // the same as a plain call passes
    assert.deepEqual([...(await view("paused"))], [true]);
    await done("unpause");
    assert.deepEqual([...(await view("paused"))], [false]);
    assert.equal((await status()).guard, bed.manifest.safe.guard);
  });

  const status = () => desk.must("status", "--node", bed.manifest.ws_url, "--safe", bed.manifest.safe.address);

  it("shows modules, which would move the Safe without its owners", async () => {
    assert.deepEqual((await status()).modules, []);
    const { address } = bed.manifest.safe;
    await on_chain({ to: address, data: SAFE_ABI.encodeFunctionData("enableModule", [STRANGER]) }, SAFE_OWNERS.slice(0, 3));
    assert.deepEqual((await status()).modules, [STRANGER]);
    await on_chain({ to: address, data: SAFE_ABI.encodeFunctionData("disableModule", [SENTINEL, STRANGER]) }, SAFE_OWNERS.slice(0, 3));
  });

  it("refuses any other target, ether, refunds and calls that are no owner action", async () => {
    const file = await desk.propose("pause");
    const cases = [
      [(t) => (t.to = bed.manifest.safe.address), /is not the executor/],
      [(t) => (t.value = "1"), /sends some/],
      [(t) => (t.gasPrice = "1"), /refund/],
      [(t) => (t.refundReceiver = NEW_OPERATOR), /refund/],
      [(t) => (t.data = "0xdeadbeef"), /no owner action/],
      [(t) => (t.data = concat([t.data, "0x00"])), /pause/],
      [(t) => (t.data = "0x"), /no selector/],
    ];
    for (const [change, message] of cases) await refused_by_every_step(await changed(file, change), message);
    const text = readFileSync(file, "utf8").replace('"nonce":"', '"nonce":"1');
    writeFileSync(file, text);
    await refused_by_every_step(file, /the file was changed/);
  });

  it("ends with 2 for what cannot be read: the caller's mistake, nothing was tried", async () => {
    const file = await desk.propose("unpause");
    const broken = desk.path("broken.json");
    const mistake = async (answer, message) => {
      const { code, stderr } = await answer;
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    };
    const without = (field) => {
      const { [field]: _, ...transaction } = proposal_of(file).transaction;
      return JSON.stringify({ ...proposal_of(file), transaction });
    };
    const signatures = (value) => JSON.stringify({ ...proposal_of(file), signatures: value });
    const cases = [
      ["not json", /broken.json: proposal: .*JSON/],
      ["[]", /broken.json: proposal/],
      [without("nonce"), /broken.json: proposal: transaction: .*nonce/],
      [signatures({}), /broken.json: proposal: signatures is no array/],
      [signatures(["0x"]), /broken.json: proposal: an entry of signatures is no object/],
      [signatures([{ owner: "0x12", signature: "0x" }]), /broken.json: proposal: signatures: owner/],
      [signatures([{ owner: STRANGER, signature: "0x1" }]), /broken.json: proposal: signatures: signature/],
      [JSON.stringify({ ...proposal_of(file), safeTxHash: 5 }), /broken.json: proposal: safeTxHash/],
    ];
    for (const [text, message] of cases) {
      writeFileSync(broken, text);
      for (const answer of [desk.show(broken), desk.try_sign(broken, keys[0]), desk.try_collect(broken, junk_signature()), desk.try_execute(broken, payer)]) await mistake(answer, message);
    }
    await mistake(desk.show(desk.path("nowhere.json")), /nowhere.json/);
    await mistake(desk.try_collect(file, file), /no JSON object with owner and signature/);
    await mistake(desk.try_sign(file, [...keys[0], ...keys.at(-1)]), /name exactly one key/);
    const propose = (...action) => desk.run("propose", "--node", "ws://127.0.0.1:1", "--safe", bed.manifest.safe.address, "--executor", bed.manifest.executor.address, "--out", broken, "--action", ...action);
    await mistake(propose("selfDestruct"), /selfDestruct/);
    await mistake(propose("setOperator", "0x12", "true"), /account: "0x12"/);
    await mistake(desk.hash_lines(`${readFileSync(file, "utf8").trim()}\nnot json\n`), /line 2: proposal: .*JSON/);

    // A signature that can be read and is not this owner's is no mistake in the form: refused.
    writeFileSync(broken, signatures([{ owner: STRANGER, signature: `0x${"11".repeat(64)}1b` }]));
    assert.equal((await desk.show(broken)).code, 1);
  });

  it("takes only owners' own signatures of this hash", async () => {
    const [file, other] = [await desk.propose("pause"), await desk.propose("unpause")];
    const for_other = await desk.sign(other, keys[0]);
    assert.match((await desk.try_collect(file, for_other)).stderr, /over this safeTxHash/);

    const good = JSON.parse(readFileSync(await desk.sign(file, keys[0]), "utf8"));
    const bad = desk.path("bad.json");
    const write = (signature) => writeFileSync(bad, JSON.stringify({ ...good, signature }));
    const s = BigInt(dataSlice(good.signature, 32, 64));
    const high = `0x${(GROUP_ORDER - s).toString(16).padStart(64, "0")}`;
    const v = dataSlice(good.signature, 64) === "0x1b" ? "0x1c" : "0x1b";
    write(concat([dataSlice(good.signature, 0, 32), high, v]));
    assert.match((await desk.try_collect(file, bad)).stderr, /high s/);
    write(concat([dataSlice(good.signature, 0, 64), "0x01"])); // "approved hash" of the Safe: no signature at all
    assert.match((await desk.try_collect(file, bad)).stderr, /27 or 28/);

    const stranger = await desk.sign(file, key_file(dir, "stranger", wallet(WHALES[1])));
    assert.equal((await desk.try_collect(file, stranger)).code, 0, "who the owners are is asked of the chain");
    await desk.gather(file, keys.slice(0, 3));
    assert.match((await desk.try_execute(file, payer)).stderr, /signed but is no owner/);
    assert.match((await desk.try_sign(file, keys[0], "--expect-hash", `0x${"00".repeat(32)}`)).stderr, /not the proposal that you were told about/);
    assert.match((await desk.try_sign(file, key_file(dir, "open", wallet(SAFE_OWNERS[0]), 0o644))).stderr, /others than its owner can read it/);
  });

  it("announces what the executor delays, and nothing else", async () => {
    const file = await desk.propose("setGuardian", NEW_OPERATOR, "--announce");
    assert.match((await desk.show(file)).stdout, /announces, .*setGuardian\(guardian_ = 0x.* \[callId 0x/);
    await desk.gather(file, keys.slice(2));
    assert.equal((await desk.try_execute(file, payer)).code, 0);
    const refused = await desk.run("propose", "--node", bed.manifest.ws_url, "--safe", bed.manifest.safe.address, "--executor", bed.manifest.executor.address, "--out", desk.path("x"), "--action", "pause", "--announce");
    assert.match(refused.stderr, /waits for nothing/);
  });

  it("believes a node neither another safeTxHash, nor another chain, nor a failed action", async () => {
    const node = await NodeProxy.start(bed.manifest.ws_url);
    const lying = new SafeDesk({ jitctl: process.env.JITBOX_JITCTL, dir, manifest: { ...bed.manifest, ws_url: node.url } });
    try {
      const hash_selector = SAFE_ABI.getFunction("getTransactionHash").selector;
      node.lie = ({ method, params }, _, answer) => (method === "eth_call" && params[0].data.startsWith(hash_selector) ? { ...answer, result: `0x${"ab".repeat(32)}` } : answer);
      await assert.rejects(lying.propose("unpause"), /the contract computes safeTxHash 0xabab/);
      node.lie = null;

      const file = await lying.propose("unpause");
      await lying.gather(file, keys.slice(0, 3));
      node.lie = ({ method }, _, answer) => (method === "eth_chainId" ? { ...answer, result: "0x1" } : answer);
      assert.match((await lying.try_execute(file, payer)).stderr, /the proposal is for chain 31337, the node is on 1/);
      const failure = { address: bed.manifest.safe.address, topics: [SAFE_ABI.getEvent("ExecutionFailure").topicHash], data: "0x" };
      node.lie = ({ method }, _, answer) => (method === "eth_getTransactionReceipt" && answer.result ? { ...answer, result: { ...answer.result, logs: [{ ...answer.result.logs[0], ...failure }] } } : answer);
      assert.match((await lying.try_execute(file, payer)).stderr, /the owner action failed inside of 0x/);
    } finally {
      await node.stop();
    }
  });

  it("sends nothing while jitd does not say that it is disarmed, but for announcements", async () => {
    const nobody = [...payer.filter((option) => option !== "--no-appliance"), "--socket", join(dir, "nobody.sock")];
    const file = await desk.propose("unpause");
    await desk.gather(file, keys.slice(0, 3));
    const answer = await desk.try_execute(file, nobody);
    assert.equal(answer.code, 1);
    assert.match(answer.stderr, /could not be disarmed, nothing was sent/);
    assert.equal((await safe_view(bed.rpc, bed.manifest.safe, "nonce")).toString(), proposal_of(file).transaction.nonce);
    const announcement = await desk.propose("setOperator", STRANGER, "true", "--announce");
    await desk.gather(announcement, keys.slice(0, 3));
    assert.equal((await desk.try_execute(announcement, nobody)).code, 0);
  });

  it("takes the vault's tokens to the Safe only", async () => {
    const [token] = bed.manifest.tokens;
    await done("withdraw", token.address, "1000");
    assert.equal(await bed.balance_of(token.address, bed.manifest.safe.address), 1000n);
    await done("unlistPool", "0");
    assert.equal((await view("pools", [0])).listed, false);
  });

  it("refuses a proposal of a Safe that does not own the executor", async () => {
    const from = wallet(DEPLOYER).address;
    const data = creation_code("JitExecutor", [from, ZeroAddress, 1n, 1n, 1n, 0n]);
    const { contractAddress } = await mined(await bed.rpc.call("eth_sendTransaction", { from, data, gas: toQuantity(5_000_000) }));
    const of_another = await desk.run("propose", "--node", bed.manifest.ws_url, "--safe", bed.manifest.safe.address, "--executor", getAddress(contractAddress), "--out", desk.path("z"), "--action", "pause");
    assert.equal(of_another.code, 1);
    assert.match(of_another.stderr, new RegExp(`the executor's owner is ${from}, not the Safe`));
    assert.ok(!existsSync(desk.path("z")));

    const other = await Testbed.start();
    try {
      const [safe, ...rest] = ["--safe", bed.manifest.safe.address];
      const answer = await desk.run("propose", "--node", other.manifest.ws_url, safe, ...rest, "--executor", bed.manifest.executor.address, "--out", desk.path("y"), "--action", "pause");
      assert.match(answer.stderr, /there is no Safe at/);
    } finally {
      await other.stop();
    }
  });
});

/** Deterministic bytes: sha256 of seed and counter. */
function generator(seed) {
  let count = 0;
  return (length) => {
    const parts = [];
    for (let size = 0; size < length; size += 32) parts.push(createHash("sha256").update(`${seed}:${count++}`).digest());
    return `0x${Buffer.concat(parts).subarray(0, length).toString("hex")}`;
  };
}

/** Every field of the transaction with its extremes; chain and Safe are the sandbox's, as the contract knows no others. */
function random_proposal(draw, manifest) {
  const byte = () => Number(draw(1));
  const number = () => BigInt([draw(32), draw(8), draw(1), "0x0", `0x${"ff".repeat(32)}`][byte() % 5]).toString();
  const address = () => getAddress([draw(20), ZeroAddress, SENTINEL, manifest.executor.address][byte() % 4]);
  const data = draw([0, 1, 31, 32, 33, 4, 68, byte() * 8 + 1][byte() % 8]);
  const transaction = { to: address(), value: number(), data, operation: String(byte() % 2), safeTxGas: number(), baseGas: number(), gasPrice: number(), gasToken: address(), refundReceiver: address(), nonce: number() };
  return { chainId: String(manifest.chain_id), safe: manifest.safe.address, transaction };
}
