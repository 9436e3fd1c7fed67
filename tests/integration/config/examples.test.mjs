// The example configurations of deploy/config: what is left to fill in is named by the programs, all of it and nothing else; filled in, they
// are valid; every key that there is stands in them, and every default that they show is the program's.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { run_command } from "../../../sim/demo/lib/processes.mjs";

const ROOT = join(import.meta.dirname, "../../..");
const program = (name) => join(process.env.JITBOX_BIN, name);
const ADDRESS = "0x000000000000000000000000000000000000dEaD";

/** The section of each line of a TOML file, with the key that it sets (`shown`: behind a comment sign), its value and the line's number. */
function entries(text) {
  let section = "";
  return text.split("\n").flatMap((line, at) => {
    const head = /^(?:# )?\[+(\w+)\]+$/.exec(line);
    if (head) section = head[1];
    const entry = /^(# )?(\w+) = ("[^"]*"|[^ ]+)/.exec(line);
    return entry ? [{ name: section ? `${section}.${entry[2]}` : entry[2], shown: entry[1] !== undefined, value: entry[3], at }] : [];
  });
}

/** {key: default} of the tables of a document: `### `[section]`` and rows of key, type, default. */
function reference(text) {
  const keys = new Map();
  let section = "";
  for (const line of text.split("\n")) {
    const head = /^### `\[+(\w+)\]+`/.exec(line);
    if (head) section = `${head[1]}.`;
    const row = /^\| `(\w+)` \| .*? \| (.*?) \| .* \|$/.exec(line);
    if (row) keys.set(section + row[1], /^`([^`]*)`/.exec(row[2])?.[1] ?? "");
  }
  return keys;
}

describe("deploy/config", () => {
  let dir;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), "jitbox-config-"));
    for (const state of ["lib/jitbox", "lib/jit-signer"]) mkdirSync(join(dir, state), { recursive: true, mode: 0o700 });
    cpSync(join(ROOT, "deploy/chains"), join(dir, "etc/chains"), { recursive: true });
    writeFileSync(join(dir, "etc/pin"), "49151623", { mode: 0o600 });
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  /** As installed below the test's own directory; `fill` gives the values for the empty ones, by key, one after the other. */
  function install(name, fill = {}) {
    let text = readFileSync(join(ROOT, "deploy/config", name), "utf8")
      .replaceAll("/etc/jitbox/", `${dir}/etc/`).replaceAll("/var/lib/", `${dir}/lib/`);
    for (const [key, values] of Object.entries(fill))
      for (const value of [values].flat()) {
        const empty = new RegExp(`^((?:  \\{.* )?${key} = )""`, "m");
        assert.match(text, empty, `${key} is not left to be filled in`);
        text = text.replace(empty, `$1"${value}"`);
      }
    const file = join(dir, "etc", name);
    writeFileSync(file, text, { mode: 0o644 });
    return file;
  }

  const check = (who, file) => run_command(program(who), ["--check-config", "--config", file]);

  async function valid(who, file) {
    const { code, stdout, stderr } = await check(who, file);
    assert.equal(code, 0, stderr);
    assert.match(stdout, / is valid/);
  }

  /** Every message of the untouched file is about one of these, and each of these is in a message. */
  async function asks_for(who, name, fields) {
    const { code, stderr } = await check(who, install(name));
    assert.equal(code, 2, stderr);
    const messages = stderr.split("\n").filter((line) => line !== "" && !/^ +->|mistake\(s\)/.test(line));
    for (const message of messages) assert.ok(fields.some((field) => message.includes(field)), message);
    for (const field of fields) assert.ok(messages.some((message) => message.includes(field)), `${field} is not asked for\n${stderr}`);
  }

  function names_every_key(name, keys) {
    const found = entries(readFileSync(join(ROOT, "deploy/config", name), "utf8"));
    const names = new Set(found.map((entry) => entry.name));
    for (const key of keys.keys()) assert.ok(names.has(key), `${name} does not name ${key}`);
    for (const key of names) assert.ok(keys.has(key), `${name} names ${key}, which is none`);
    return found;
  }

  it("jitd.toml asks for what is yours, and is valid with it", async () => {
    const yours = { executor: ADDRESS, executor_code_hash: `0x${"5a".repeat(32)}`, owner: ADDRESS, guardian: ADDRESS };
    const release = Buffer.concat([Buffer.from("Ed"), Buffer.alloc(8, 7), ed25519()]).toString("base64");
    await asks_for("jitd", "jitd.toml", [...Object.keys(yours).map((key) => `chain.${key}`), "arming.manifest_public_key"]);
    await valid("jitd", install("jitd.toml", { ...yours, manifest_public_key: release }));
  });

  it("jitd.toml names every key, and shows the defaults that jitd has", async () => {
    const keys = reference((await run_command(program("jitd"), ["--config-reference"])).stdout);
    assert.ok(keys.size > 100, `${keys.size} keys`);
    const lists = /^(tokens|pools|routers|relays)\./;
    for (const { name, shown, value, at } of names_every_key("jitd.toml", keys)) {
      if (!shown || lists.test(name)) continue;
      assert.equal(value.replaceAll('"', ""), keys.get(name), `jitd.toml:${at + 1}: ${name}`);
    }
  });

  it("signer.toml asks for what is yours, is valid with it, and names every key", async () => {
    await asks_for("jit-signer", "signer.toml", ["signer.executor", "approvals.people"]);
    const people = [0, 1, 2].map(() => ed25519().toString("base64"));
    await valid("jit-signer", install("signer.toml", { executor: ADDRESS, public_key: people }));
    const text = readFileSync(join(ROOT, "docs/signer.md"), "utf8");
    const named = text.split("\n").flatMap((line) => (line.startsWith("| `") ? [...line.split("|")[1].matchAll(/`((?:signer|limits|approvals|prices|audit|hsm|menu)\.\w+)`/g)] : []));
    const keys = new Map(named.map(([, key]) => [key, ""]));
    keys.delete("hsm.key_file"); // for development only
    assert.ok(keys.size > 30, `${keys.size} keys`);
    names_every_key("signer.toml", keys);
  });

  it("guardian.toml asks for what is yours, is valid with it, and names every key", async () => {
    await asks_for("jit-guardian", "guardian.toml", ["guardian.executor"]);
    await valid("jit-guardian", install("guardian.toml", { executor: ADDRESS }));
    const source = readFileSync(join(ROOT, "host/apps/custody/guardian_config.cpp"), "utf8");
    const list = /known_keys = \{([^}]*)\}/.exec(source)[1];
    names_every_key("guardian.toml", new Map([...list.matchAll(/"(\w+)"/g)].map(([, key]) => [`guardian.${key}`, ""])));
  });

  it("the three agree on chain, sockets and tips", () => {
    const all = ["jitd.toml", "signer.toml", "guardian.toml"].map((name) =>
      new Map(entries(readFileSync(join(ROOT, "deploy/config", name), "utf8")).map(({ name: key, value }) => [key, value])));
    const [jitd, signer, guardian] = all;
    assert.equal(jitd.get("chain.id"), signer.get("signer.chain_id"));
    assert.equal(jitd.get("chain.id"), guardian.get("guardian.chain_id"));
    assert.equal(jitd.get("signer.signing_socket"), signer.get("signer.signing_socket"));
    assert.equal(jitd.get("signer.control_socket"), signer.get("signer.control_socket"));
    assert.equal(jitd.get("strategy.max_tip_wei"), signer.get("limits.max_tip_wei"));
    assert.equal(jitd.get("risk.max_gas_price_wei"), signer.get("limits.max_fee_per_gas_wei"));
    for (const gas of ["mint_gas", "burn_gas"]) assert.ok(Number(jitd.get(`strategy.${gas}`)) <= Number(signer.get("limits.max_gas_limit")), gas);
  });
});

/** A public key of 32 bytes. */
function ed25519() {
  return generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "der" }).subarray(-32);
}
