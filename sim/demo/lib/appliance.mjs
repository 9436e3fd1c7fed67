// The whole appliance on a sandbox chain: node, relay, HSM, signer, jitd, and jitctl to talk to it. For the demo and for tests.
// SPDX-License-Identifier: Apache-2.0
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { GUARDIAN, wallet } from "../../chain/lib/accounts.mjs";
import { artifact } from "../../chain/lib/artifacts.mjs";
import { SweptDirectory } from "../../chain/lib/bound.mjs";
import { Testbed } from "../../chain/lib/testbed.mjs";
import { add_operators } from "../../chain/lib/deploy.mjs";
import { card_environment } from "./card.mjs";
import { guardian_config } from "./guardian.mjs";
import { chain_profile, jitd_config, signer_config } from "./configs.mjs";
import { Process, run_command } from "./processes.mjs";

const NODE_IS_SLOW = /arm: (the node did not give its head|the pools are at block \d+, the node at)/;
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Polls `check` until it gives something; the error says what was waited for. */
export async function until(what, check, timeout_ms = 30_000, every_ms = 100) {
  const end = Date.now() + timeout_ms;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${timeout_ms} ms for ${what}`);
    await sleep(every_ms);
  }
}

export class SandboxAppliance {
  /**
   * @param {object} options bin: directory of the programs; lanes; relays: how many; say: progress; overrides: of jitd's configuration;
   *   with_safe: the executor belongs to a Safe; idle_sandbox: node, relay and swappers only get the CPU that the appliance leaves: in
   *   production they are on other machines; engine: native, or xrt with the card's model, jitbox-card-model beside `bin`;
   *   swept: its directory goes with this process, however that ends;
   *   approvers: names of people whose approvals the signer asks for above arm_threshold_wei; none: one person suffices
   */
  constructor({ bin, lanes = 4, relays = 1, say = () => {}, overrides = {}, with_safe = false, idle_sandbox = false, engine = "native", swept = false, approvers = [], arm_threshold_wei = 0n }) {
    this.approvers = approvers;
    this.arm_threshold_wei = arm_threshold_wei;
    this.bin = bin;
    this.engine = engine;
    this.lanes = lanes;
    this.relay_count = relays;
    this.say = say;
    this.overrides = overrides;
    this.with_safe = with_safe;
    this.idle_sandbox = idle_sandbox;
    this.swept = swept ? new SweptDirectory("jitbox-") : null;
    this.dir = this.swept?.path ?? mkdtempSync(join(tmpdir(), "jitbox-"));
    this.dirs = {};
    for (const name of ["runtime", "state", "signer", "hsm", "logs"]) {
      this.dirs[name] = join(this.dir, name);
      mkdirSync(this.dirs[name], { mode: 0o700 });
    }
    this.relays = [];
  }

  /** Everything, from the node to a jitd that could be armed. A stop() meanwhile ends it at its next step. */
  async start() {
    this.starting = this.#start();
    return this.starting;
  }

  async #start() {
    this.#step("starting the node and deploying the contracts");
    this.chain = await Testbed.start({ idle: this.idle_sandbox, with_safe: this.with_safe });
    this.manifest = this.chain.manifest;
    this.manifest_file = join(this.dir, "manifest.json");
    this.#step("making the keys in the HSM");
    await this.#prepare_signer();
    this.#step("starting relay, signer and jitd");
    for (let i = 0; i < this.relay_count; i += 1) this.relays.push(await this.#start_relay(`relay-${i}`, i > 0));
    await this.start_signer();
    this.write_config();
    await this.start_jitd();
    await this.build_block();
    await this.ready();
  }

  #step(what) {
    this.#go_on();
    this.say(what);
  }

  #go_on() {
    if (this.stopped) throw new Error("the appliance was stopped");
  }

  /** A process of the appliance: none is begun behind its end. */
  #process(command, args, options) {
    this.#go_on();
    return new Process(command, args, { log_dir: this.dirs.logs, ...options });
  }

  program(name) {
    return resolve(this.bin, name);
  }

  async #prepare_signer() {
    await this.#must("scripts/softhsm.sh", join(ROOT, "scripts/softhsm.sh"), [this.dirs.hsm, "jitbox"]);
    this.hsm_env = { SOFTHSM2_CONF: join(this.dirs.hsm, "softhsm2.conf") };
    this.signer_file = join(this.dir, "signer.toml");
    const people = [];
    for (const name of this.approvers) {
      const public_key = await this.#must("jitctl approve --new-key", this.program("jitctl"), ["approve", "--new-key", this.#approver_key(name)]);
      people.push({ name, public_key: public_key.trim() });
    }
    const { manifest, dirs, lanes, arm_threshold_wei } = this;
    writeFileSync(this.signer_file, signer_config({ manifest, dirs, lanes, people, arm_threshold_wei }));
    chmodSync(this.signer_file, 0o600);
    await this.#must("jit-signer --init-keys", this.program("jit-signer"), ["--config", this.signer_file, "--init-keys"], this.hsm_env);
    const addresses = await this.#must("jit-signer --addresses", this.program("jit-signer"), ["--config", this.signer_file, "--addresses"], this.hsm_env);
    this.operators = addresses.trim().split("\n");
    await add_operators(this.chain.rpc, this.manifest, this.operators);
    writeFileSync(this.manifest_file, JSON.stringify(this.manifest, null, 2));
  }

  async #must(what, command, args, env) {
    const { code, stdout, stderr } = await run_command(command, args, { env });
    if (code !== 0) throw new Error(`${what} ended with ${code}: ${stderr || stdout}`);
    return stdout;
  }

  async #start_relay(name, no_build) {
    const args = ["--node", this.manifest.rpc_url, "--die-with-parent", ...(no_build ? ["--no-build"] : [])];
    const child = this.#process(this.program("jit-relay-sim"), args, { name, idle: this.idle_sandbox });
    const port = await child.line((text) => text.includes('"listening"') && JSON.parse(text).port);
    const url = `http://127.0.0.1:${port}`;
    return { name, url, child };
  }

  async start_signer() {
    this.signer = this.#process(this.program("jit-signer"), ["--config", this.signer_file], { name: "jit-signer", env: this.hsm_env });
    await this.signer.line((text) => text.includes("ready"));
  }

  write_config() {
    this.config_file = join(this.dir, "jitd.toml");
    this.profile_file = join(this.dir, "chain.toml");
    writeFileSync(this.profile_file, chain_profile({ manifest: this.manifest, block_time_s: this.overrides["chain.block_time_s"] }));
    const relays = this.relays.map(({ name, url }) => ({ name, url }));
    const { manifest, dirs, profile_file: profile, overrides } = this;
    writeFileSync(this.config_file, jitd_config({ manifest, dirs, profile, relays, overrides }));
  }

  async start_jitd() {
    const card = this.engine === "xrt" ? this.#card() : {};
    const args = ["--config", this.config_file, "--engine", this.engine];
    this.jitd = this.#process(this.program("jitd"), args, { name: "jitd", ...card });
    await this.jitd.line((text) => text.includes("running, DISARMED"), this.engine === "xrt" ? 120_000 : 30_000);
  }

  /** XRT's load and close sleep ten seconds each; it keeps a folder where the program stands, and sockets in /tmp/$USER: they go with ours. */
  #card() {
    const env = { ...card_environment(join(this.bin, "../jitbox-card-model")), USER: relative("/tmp", this.dir) };
    return { env, cwd: this.dir, grace_ms: 30_000 };
  }

  /** Signer asked, lanes known, every pool in service, the vault's value read: nothing that a start brings by itself refuses an arming. */
  async ready(timeout_ms = 60_000) {
    return until("the pools, the lanes and the vault's value to be known", async () => {
      this.#go_on();
      const status = await this.status().catch(() => null);
      if (!status || status.lanes.length !== this.lanes || !status.signer.reachable) return null;
      if (!status.risk.portfolio_value_wei) return null;
      return status.pools.in_service === status.pools.total ? status : null;
    }, timeout_ms);
  }

  /** jitctl COMMAND with --json; throws with its words when it fails. */
  async jitctl(...args) {
    const { code, stdout, stderr } = await this.try_jitctl(...args);
    if (code !== 0) throw new Error(`jitctl ${args.join(" ")}: ${stderr.trim() || stdout.trim()}`);
    return JSON.parse(stdout);
  }

  try_jitctl(...args) {
    return run_command(this.program("jitctl"), [...args, "--json", "--socket", join(this.dirs.runtime, "jitd.sock")]);
  }

  status() {
    return this.jitctl("status");
  }

  arm({ ttl = "30m", max_notional = "1000000eth" } = {}) {
    return this.arm_with("arm", "--ttl", ttl, "--max-notional", max_notional);
  }

  /** Armed by this command. A node that is slower than jitd's questions on a busy machine is asked again; every other refusal throws. */
  arm_with(...args) {
    return until("an arming that the node answers for", async () => {
      const { code, stdout, stderr } = await this.try_jitctl(...args);
      if (code === 0) return JSON.parse(stdout);
      const reasons = stderr.split("\n").filter((line) => line.startsWith("  - "));
      if (reasons.length === 0 || !reasons.every((line) => NODE_IS_SLOW.test(line))) throw new Error(`jitctl arm: ${stderr.trim() || stdout.trim()}`);
      return null;
    });
  }

  #approver_key(name) {
    return join(this.dirs.hsm, `${name}.approver`);
  }

  /** What `jitctl ARGS --request-approval` asks for, approved by each of `names`; the files for --approval. */
  async approvals(names, ...args) {
    const request = join(this.dir, "request.json");
    writeFileSync(request, JSON.stringify(await this.jitctl(...args, "--request-approval")));
    const files = [];
    for (const name of names) {
      const file = join(this.dir, `${name}-${files.length}.approval`);
      writeFileSync(file, await this.#must("jitctl approve", this.program("jitctl"), ["approve", "--key", this.#approver_key(name), "--as", name, request]));
      files.push(file);
    }
    return files;
  }

  async bundles(limit = 1000) {
    return (await this.jitctl("bundles", "--limit", String(limit))).bundles;
  }

  async decisions(limit = 5000) {
    return (await this.jitctl("decisions", "--limit", String(limit))).decisions;
  }

  build_block() {
    return this.#relay_call(this.relays[0], "sim_buildBlock", []);
  }

  set_fault(fault, relay = 0) {
    return this.#relay_call(this.relays[relay], "sim_setFault", [fault]);
  }

  /** One request a body: the relay takes no batches. */
  async #relay_call({ url, name }, method, params) {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(30_000) });
    const answer = await response.json();
    if (answer.error) throw new Error(`${name}: ${method}: ${answer.error.message}`);
    return answer.result;
  }

  /** jit-guardian with the guardian's key; `more`: further keys of its configuration. */
  async start_guardian(more = {}) {
    const key = join(this.dir, "guardian.key");
    writeFileSync(key, `${wallet(GUARDIAN).privateKey}\n`, { mode: 0o600 });
    const file = join(this.dir, "guardian.toml");
    writeFileSync(file, guardian_config({ manifest: this.manifest, key, more }));
    this.guardian = this.#process(this.program("jit-guardian"), ["--config", file], { name: "jit-guardian" });
    await this.guardian.line((text) => text.includes("ready"));
  }

  /** The executor's Unwound events: [{pool, tick_lower, tick_upper, block}]. */
  async unwound() {
    const { abi } = artifact("JitExecutor");
    const filter = { address: this.manifest.executor.address, topics: [abi.getEvent("Unwound").topicHash], fromBlock: "0x0" };
    const logs = await this.chain.rpc.call("eth_getLogs", filter);
    return logs.map((log) => {
      const { poolId, tickLower, tickUpper } = abi.parseLog(log).args;
      const pool = this.manifest.pools.find(({ pool_id }) => pool_id === Number(poolId)).address;
      return { pool, tick_lower: Number(tickLower), tick_upper: Number(tickUpper), block: Number(log.blockNumber) };
    });
  }

  /** Live events of jitd as lines for people. */
  watch(on_line) {
    this.watcher = this.#process(this.program("jitctl"), ["watch", "--socket", join(this.dirs.runtime, "jitd.sock")], { name: "watch" });
    this.watcher.lines.on("line", on_line);
  }

  /** Traffic in the background: `per_block` transactions after each head, for `blocks` heads. */
  swap({ seed, blocks, per_block, large_every = 6, rate = 0, settle_ms = 0 }) {
    const args = ["--manifest", this.manifest_file, "--seed", seed, "--blocks", blocks, "--per-block", per_block, "--large-every", large_every, "--rate", rate, "--settle-ms", settle_ms];
    this.swappers = this.#process("node", [join(ROOT, "sim/chain/swappers.mjs"), ...args.map(String)], { name: "swappers", idle: this.idle_sandbox });
    return this.swappers;
  }

  async #end_processes() {
    for (const child of [this.watcher, this.swappers, this.guardian, this.jitd, this.signer, ...this.relays.map((relay) => relay.child)]) await child?.end();
  }

  log_files() {
    const inside = join(this.dirs.state, "logs");
    return [...readdirSync(this.dirs.logs).map((name) => join(this.dirs.logs, name)), ...(existsSync(inside) ? readdirSync(inside).map((name) => join(inside, name)) : [])];
  }

  /** Ends everything that was started, also in the middle of start(); `keep` leaves the directory. */
  async stop({ keep = false } = {}) {
    this.stopped = true;
    await this.#end_processes();
    await this.starting?.catch(() => {}); // the step that it is in may have begun another one
    await this.#end_processes();
    await this.chain?.stop();
    if (this.swept) await this.swept.end({ keep });
    else if (!keep) rmSync(this.dir, { recursive: true, force: true });
  }
}
