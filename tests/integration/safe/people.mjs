// The owners of a sandbox Safe as people: each with a key of its own (a file, or a PKCS#11 token) and a copy of jitctl.
// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run_command } from "../../../sim/demo/lib/processes.mjs";

export const SOFTHSM_MODULE = "/usr/lib/softhsm/libsofthsm2.so";

/** A key file as `jitctl safe --key-file` wants it; gives the options that name it. */
export function key_file(dir, name, wallet, mode = 0o600) {
  const file = join(dir, `${name}.key`);
  writeFileSync(file, `${wallet.privateKey}\n`, { mode });
  return ["--key-file", file];
}

/** The options that name a key in a SoftHSM token. */
export const token_key = (dir, token, label) => ["--pkcs11-module", SOFTHSM_MODULE, "--token", token, "--key-label", label, "--pin-file", join(dir, "pin")];

export class SafeDesk {
  /** @param {{jitctl: string, dir: string, manifest: object, env?: object}} options env: SOFTHSM2_CONF of the owners' token */
  constructor({ jitctl, dir, manifest, env = {} }) {
    Object.assign(this, { jitctl, dir, manifest, env });
    this.count = 0;
  }

  path(name) {
    return join(this.dir, name);
  }

  /** jitctl safe VERB ...: {code, stdout, stderr}. */
  run(verb, ...args) {
    return run_command(this.jitctl, ["safe", verb, "--json", ...args], { env: this.env });
  }

  async must(verb, ...args) {
    const { code, stdout, stderr } = await this.run(verb, ...args);
    if (code !== 0) throw new Error(`jitctl safe ${verb}: ${stderr}`);
    return JSON.parse(stdout);
  }

  get #target() {
    return ["--executor", this.manifest.executor.address];
  }

  /** Prepares an action; gives the proposal's file. */
  async propose(action, ...args) {
    const file = this.path(`proposal-${this.count++}.json`);
    await this.must("propose", "--node", this.manifest.ws_url, "--safe", this.manifest.safe.address, ...this.#target, "--out", file, "--action", action, ...args);
    return file;
  }

  show(file) {
    return run_command(this.jitctl, ["safe", "show", ...this.#target, file]);
  }

  try_sign(file, key, ...more) {
    return this.run("sign", ...this.#target, "--out", this.path(`signature-${this.count++}.json`), ...key, ...more, file);
  }

  /** An owner's signature; gives the signature's file. */
  async sign(file, key) {
    const out = this.path(`signature-${this.count++}.json`);
    await this.must("sign", ...this.#target, "--out", out, ...key, file);
    return out;
  }

  try_collect(file, ...signatures) {
    return this.run("collect", ...this.#target, file, ...signatures);
  }

  /** Every key signs, and the signatures are put into the proposal. */
  async gather(file, keys) {
    const signatures = [];
    for (const key of keys) signatures.push(await this.sign(file, key));
    await this.must("collect", ...this.#target, file, ...signatures);
  }

  try_execute(file, payer, ...more) {
    return this.run("execute", "--node", this.manifest.ws_url, ...this.#target, ...payer, ...more, file);
  }

  /** safeTxHash of each proposal, in one run. */
  async hashes(proposals) {
    const { code, stdout, stderr } = await this.hash_lines(proposals.map((proposal) => `${JSON.stringify(proposal)}\n`).join(""));
    if (code !== 0) throw new Error(`jitctl safe hash ended with ${code}: ${stderr}`);
    return stdout.trim().split("\n");
  }

  /** jitctl safe hash with this as its standard input: {code, stdout, stderr}. */
  hash_lines(text) {
    return new Promise((resolve, reject) => {
      const child = spawn(this.jitctl, ["safe", "hash"], { stdio: ["pipe", "pipe", "pipe"] });
      let [stdout, stderr] = ["", ""];
      child.stdout.on("data", (chunk) => (stdout += chunk));
      child.stderr.on("data", (chunk) => (stderr += chunk));
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, stdout, stderr }));
      child.stdin.on("error", () => {}); // it may end at the first bad line
      child.stdin.end(text);
    });
  }
}
