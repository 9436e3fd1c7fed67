// jitctl chain check on the sandbox chain: all holds, and each thing that is not as configured is the check that fails, alone.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { getAddress, toQuantity } from "ethers";
import { GUARDIAN, WHALES, wallet } from "../../../sim/chain/lib/accounts.mjs";
import { artifact } from "../../../sim/chain/lib/artifacts.mjs";
import { impersonate_safe } from "../../../sim/chain/lib/safe.mjs";
import { Testbed } from "../../../sim/chain/lib/testbed.mjs";
import { chain_profile, jitd_config } from "../../../sim/demo/lib/configs.mjs";
import { run_command } from "../../../sim/demo/lib/processes.mjs";
import { NodeProxy } from "../endtoend/lib/node_proxy.mjs";

const operator = wallet(14);
const STRANGER = wallet(WHALES[0]).address;
const WRONG_HASH = `0x${"ab".repeat(32)}`;

describe("jitctl chain check", () => {
  let bed;
  let dir;
  let snapshot;
  before(async () => {
    bed = await Testbed.start({ operators: [operator.address], with_safe: true });
    await impersonate_safe(bed.rpc, bed.manifest.executor.owner);
    dir = mkdtempSync(join(tmpdir(), "jitbox-chain-"));
  });
  after(async () => {
    await bed?.stop();
    if (dir) rmSync(dir, { recursive: true, force: true });
  });
  beforeEach(async () => (snapshot = await bed.snapshot()));
  afterEach(() => bed.revert(snapshot));

  /** Writes configuration and profile, each after a change of its text. */
  function files({ config = (text) => text, profile = (text) => text } = {}) {
    const file = join(dir, "jitd.toml");
    const profile_file = join(dir, "chain.toml");
    const dirs = { runtime: dir, state: dir };
    const relays = [{ name: "relay", url: "http://127.0.0.1:1" }];
    writeFileSync(profile_file, profile(chain_profile({ manifest: bed.manifest })));
    writeFileSync(file, config(jitd_config({ manifest: bed.manifest, dirs, profile: profile_file, relays })));
    return { file, profile_file };
  }

  const jitctl = (...args) => run_command(process.env.JITBOX_JITCTL, ["chain", ...args]);

  /** {code, checks, against: names of the checks against arming}. */
  async function check(changes = {}, { who = operator.address, more = [] } = {}) {
    const { file } = files(changes);
    const { code, stdout, stderr } = await jitctl("check", "--config", file, "--operator", who, "--json", ...more);
    assert.notEqual(code, 2, stderr);
    const { checks } = JSON.parse(stdout);
    return { code, checks, against: checks.filter(({ objects }) => objects).map(({ name }) => name) };
  }

  const replace = (from, to) => (text) => {
    assert.ok(text.includes(from), `${from} is not in the file`);
    return text.replace(from, to);
  };

  /** The check that fails names what was found and what to do. */
  async function fails(name, message, changes, options) {
    const { code, checks, against } = await check(changes, options);
    assert.deepEqual(against, [name]);
    assert.equal(code, 1);
    const found = checks.find((one) => one.name === name);
    assert.match(found.what, message);
    assert.notEqual(found.hint, "");
  }

  async function by_owner(method, args) {
    const { address, owner } = bed.manifest.executor;
    const hash = await bed.rpc.call("eth_sendTransaction", { from: owner, to: address, data: artifact("JitExecutor").abi.encodeFunctionData(method, args), gas: "0x100000" });
    await bed.rpc.call("evm_mine");
    assert.equal((await bed.rpc.call("eth_getTransactionReceipt", hash)).status, "0x1");
  }

  it("holds on the sandbox, as strictly as in production: every code hash is pinned, the owner is a Safe with its guard", async () => {
    const { code, checks, against } = await check({}, { more: ["--strict"] });
    assert.deepEqual(against, []);
    assert.equal(code, 0);
    const { pools, tokens, routers } = bed.manifest;
    assert.ok(checks.length > 8 * pools.length + 3 * tokens.length + routers.length);
    for (const name of ["chain.id", "chain.finality", "executor.code", "executor.owner", "executor.guardian", "executor.paused", "owner.threshold", "owner.modules", "owner.guard"])
      assert.ok(checks.some((one) => one.name === name && one.state === "ok"), name);
  });

  it("prints a line a check for people, and ends with a count", async () => {
    const { file } = files();
    const { code, stdout } = await jitctl("check", "--config", file, "--operator", operator.address);
    assert.equal(code, 0);
    assert.match(stdout, /^ok +executor\.code +0x[0-9A-Fa-f]{40}: code hash 0x/m);
    assert.match(stdout, /^\d+ checks, 0 against arming in development\n$/m);
  });

  it("finds another chain", () => fails("chain.id", /on chain 31337, configured is 31338/, { config: replace("id = 31337", "id = 31338"), profile: replace("id = 31337", "id = 31338") }));

  it("finds another executor's code", () => fails("executor.code", /configured is 0xabab/, { config: replace(bed.manifest.executor.code_hash, WRONG_HASH) }));

  it("finds another owner or guardian than configured", async () => {
    await fails("executor.guardian", /expected 0x/, { config: replace(`guardian = "${bed.manifest.executor.guardian}"`, `guardian = "${STRANGER}"`) });
    const { against } = await check({ config: replace(`owner = "${bed.manifest.executor.owner}"`, `owner = "${STRANGER}"`) }, { more: ["--strict"] });
    assert.deepEqual(against, ["executor.owner", "owner.threshold", "owner.modules", "owner.guard"]);
  });

  it("finds that the guardian has paused the executor", async () => {
    await bed.rpc.call("eth_sendTransaction", { from: wallet(GUARDIAN).address, to: bed.manifest.executor.address, data: artifact("JitExecutor").abi.encodeFunctionData("pause") });
    await bed.rpc.call("evm_mine");
    await fails("executor.paused", /on chain 1, expected 0/, {});
  });

  it("finds a lane that is no operator", () => fails(`executor.operator ${STRANGER}`, /on chain 0, expected 1/, {}, { who: STRANGER }));

  it("finds a tip cap below what the strategy may tip", async () => {
    await by_owner("setCaps", [1000n, 1000n, 1000n]);
    await fails("executor.tip_cap", /1000000000000 wei, below strategy.max_tip_wei/, {});
  });

  it("finds a pool that another factory would have made, or that says something else of itself", async () => {
    const [pool] = bed.manifest.pools;
    const { against } = await check({ config: replace(`fee = ${pool.fee}\ntick_spacing = ${pool.tick_spacing}`, `fee = ${pool.fee + 1}\ntick_spacing = ${pool.tick_spacing}`) });
    assert.deepEqual(against, ["pools[0].create2", "pools[0].fee"]);
    await fails("pools[0].tick_spacing", /on chain \d+, expected \d+/, { config: replace(`tick_spacing = ${pool.tick_spacing}`, `tick_spacing = ${pool.tick_spacing + 1}`) });
  });

  it("finds a pool under another number in the executor, and one that was unlisted", async () => {
    const { against } = await check({ config: (text) => text.replace("executor_pool_id = 0\n", "executor_pool_id = 99\n") });
    assert.deepEqual(against, ["pools[0].executor_pool_id"]);
    await by_owner("unlistPool", [0]);
    await fails("pools[0].executor_pool_id", /unlisted/, {});
  });

  it("finds an unlisted token and every pool of it", async () => {
    const [token] = bed.manifest.tokens.slice(-1);
    await by_owner("unlistToken", [token.address]);
    const { against } = await check();
    const pools = bed.manifest.pools.flatMap(({ token0, token1 }, i) => ([token0, token1].includes(token.address) ? [`pools[${i}].executor_pool_id`] : []));
    assert.deepEqual(against, [`tokens[${bed.manifest.tokens.length - 1}].executor`, ...pools]);
  });

  it("finds other decimals, and code that is not the profile's", async () => {
    const [token] = bed.manifest.tokens;
    const decimals = (text) => text.replace(`address = "${token.address}"\ndecimals = ${token.decimals}`, `address = "${token.address}"\ndecimals = 7`);
    const in_profile = (text) => text.replace(`decimals = ${token.decimals}`, "decimals = 7");
    await fails("tokens[0].decimals", new RegExp(`on chain ${token.decimals}, expected 7`), { config: decimals, profile: in_profile });
    const [factory] = bed.manifest.factories;
    const hash = bed.manifest.contracts.v3_factory.code_hash;
    assert.equal(bed.manifest.contracts.v3_factory.address, factory.address);
    await fails("profile.factories[0].code", /configured is 0xabab/, { profile: replace(hash, WRONG_HASH) });
  });

  it("takes what is not pinned in development, and not as in production", async () => {
    const unpinned = { profile: replace(`code_hash = "${bed.manifest.contracts.permit2.code_hash}"\n`, "") };
    const { checks, against } = await check(unpinned);
    assert.deepEqual(against, []);
    assert.match(checks.find(({ name }) => name === "profile.contracts[0].code").what, /code hash 0x[0-9a-f]{64}, none is configured/);
    assert.deepEqual((await check(unpinned, { more: ["--strict"] })).against, ["profile.contracts[0].code"]);
  });

  it("checks a profile alone against a node, and fails on a chain where nothing is deployed", async () => {
    const { profile_file } = files();
    const alone = (...args) => jitctl("check", "--profile", profile_file, "--node", bed.manifest.ws_url, ...args);
    assert.equal((await alone("--strict")).code, 0);
    const ethereum = await jitctl("check", "--profile", "deploy/chains/ethereum.toml", "--node", bed.manifest.ws_url, "--json");
    assert.equal(ethereum.code, 1);
    const { checks } = JSON.parse(ethereum.stdout);
    assert.equal(checks.find(({ name }) => name === "chain.id").state, "failed");
    assert.match(checks.find(({ name }) => name === "profile.routers[0].code").what, /there is no contract/);
  });

  it("names every mistake of the files with its field, exit code 2", async () => {
    const { address } = bed.manifest.contracts.permit2;
    const { file } = files({ config: replace("[strategy]\n", "[strategy]\ncolour = 1\n"), profile: replace(getAddress(address), address.toLowerCase()) });
    const { code, stderr } = await jitctl("check", "--config", file);
    assert.equal(code, 2);
    assert.match(stderr, /strategy.colour is not a known key/);
    assert.match(stderr, /profile: contracts\[0\].address = 0x\w+ has no EIP-55 checksum/);
    assert.equal((await jitctl("check", "--profile", "nowhere.toml", "--node", bed.manifest.ws_url)).code, 2);
    assert.equal((await jitctl("check")).code, 2);
  });

  it("says once that the node is not there", async () => {
    const { file } = files();
    const away = ["check", "--config", file, "--operator", operator.address, "--node", "ws://127.0.0.1:1"];
    const { code, stdout } = await jitctl(...away, "--json");
    assert.equal(code, 1);
    const failed = JSON.parse(stdout).checks.filter(({ name }) => !name.endsWith("create2"));
    assert.deepEqual(failed.map(({ name, state }) => [name, state]), [["chain.id", "failed"]]);
    assert.match(failed[0].what, /not connected within the deadline; \d\d+ more have no answer/);
    assert.equal((await jitctl(...away)).stdout.match(/not connected/g).length, 1);
  });

  describe("with a node that lies", () => {
    let node;
    before(async () => (node = await NodeProxy.start(bed.manifest.ws_url)));
    after(() => node?.stop());
    beforeEach(() => bed.rpc.call("anvil_mine", "0x80"));
    /** The sandbox's finalised head is 64 behind; no distance is left to spare. */
    const tight = { profile: replace("finality_blocks = 128", "finality_blocks = 64") };
    const through = (lie) => {
      node.lie = lie;
      return check(tight, { more: ["--strict", "--node", node.url] });
    };
    const flipped = (hex) => `${hex.slice(0, -1)}${(Number(`0x${hex.slice(-1)}`) ^ 1).toString(16)}`;
    const word = (value) => BigInt(value).toString(16).padStart(64, "0");
    const words = (hex) => hex.slice(2).match(/.{64}/g);
    /** The lies about a check that are not "one bit is another". */
    const lies_about = (name) => {
      if (name === "chain.head") return [({ result }) => ({ ...result, number: toQuantity(BigInt(result.number) + 1n) })];
      if (name === "chain.finality") return [({ result }) => ({ ...result, number: toQuantity(BigInt(result.number) - 1n) })];
      if (name === "executor.tip_cap") return [({ result }) => `0x${words(result).slice(0, 2).join("")}${word(1)}`];
      if (name === "owner.threshold") return [() => `0x${word(2)}`];
      if (name === "owner.modules") return [() => `0x${word(64)}${word(1)}${word(1)}${word(STRANGER)}`];
      if (name === "owner.guard") return [() => `0x${word(32)}${word(32)}${word(0)}`, () => `0x${word(32)}${word(32)}${word(STRANGER)}`];
      if (/^pools.*code$/.test(name)) return [() => "0x"];
      if (name.endsWith("executor_pool_id"))
        return [[0, STRANGER], [1, 0], [2, 1]].map(([at, value]) => ({ result }) => `0x${words(result).with(at, word(value)).join("")}`);
      return [({ result }) => flipped(result)];
    };

    it("believes it about nothing: one wrong answer is that one check", async () => {
      const { checks, against } = await through((_, __, answer) => answer);
      assert.deepEqual(against, []);
      const asked = checks.map(({ name }) => name).filter((name) => !name.endsWith("create2")); // that one asks nobody
      for (const [at, name] of asked.entries()) {
        for (const lie of lies_about(name)) {
          let told = 0;
          const found = await through((_, number, answer) => (number === at ? (told++, { ...answer, result: lie(answer) }) : answer));
          assert.equal(told, 1, name);
          assert.deepEqual(found.against, [name === "chain.head" ? "chain.finality" : name]);
          assert.equal(found.code, 1);
        }
      }
    });

    it("takes no answer at all, an empty one and an error for no check that holds", async () => {
      const asked = (checks) => checks.filter(({ name }) => !name.endsWith("create2"));
      for (const nothing of [(answer) => ({ ...answer, result: "0x" }), ({ id }) => ({ jsonrpc: "2.0", id, error: { code: -32000, message: "no" } }), (answer) => ({ ...answer, result: null })]) {
        const { checks, code } = await through((_, __, answer) => nothing(answer));
        assert.deepEqual(asked(checks).filter(({ objects }) => !objects).map(({ name }) => name), []);
        assert.equal(code, 1);
      }
    });
  });
});
