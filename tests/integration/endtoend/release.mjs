#!/usr/bin/env node
// What arming wants of the machine: a signed manifest that fits what runs. And the admin port: metrics, health, emergency stop by HTTP.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run_command } from "../../../sim/demo/lib/processes.mjs";
import { build_until, end_to_end, included, until } from "./lib/run.mjs";

const dir = mkdtempSync(join(tmpdir(), "jitbox-release-"));
const manifest = join(dir, "manifest.json");
const ARM = ["arm", "--ttl", "5m", "--max-notional", "100000eth"];

/** The release key, made by minisign itself; its public line goes into jitd's configuration. */
async function make_release_key() {
  const made = await run_command("minisign", ["-G", "-W", "-p", join(dir, "release.pub"), "-s", join(dir, "release.key")]);
  assert.equal(made.code, 0, made.stderr);
  return readFileSync(join(dir, "release.pub"), "utf8").split("\n")[1];
}

async function sign(appliance) {
  const { code, stderr } = await run_command(appliance.program("jitctl"), ["manifest", "sign", "--key", join(dir, "release.key"), "--bin-dir", appliance.bin,
    "--config", appliance.config_file, "--more-config", appliance.signer_file, "--node", appliance.manifest.ws_url, "--out", manifest]);
  assert.equal(code, 0, stderr);
}

/** Another manifest, signed by minisign itself. */
async function publish(content) {
  writeFileSync(manifest, JSON.stringify(content));
  const signed = await run_command("minisign", ["-S", "-s", join(dir, "release.key"), "-m", manifest]);
  assert.equal(signed.code, 0, signed.stderr);
}

async function refused(appliance, message) {
  const { code, stderr } = await appliance.try_jitctl(...ARM);
  assert.notEqual(code, 0, `arm must be refused: ${message}`);
  assert.match(stderr, message);
}

async function check_manifest(appliance) {
  await refused(appliance, /arm: manifest: cannot read .*manifest\.json/);
  await sign(appliance);
  const verified = await run_command(appliance.program("jitctl"), ["manifest", "verify", manifest, "--public-key", join(dir, "release.pub"), "--bin-dir", appliance.bin]);
  assert.equal(verified.code, 0, verified.stderr);
  const judged = await run_command("minisign", ["-V", "-p", join(dir, "release.pub"), "-m", manifest]);
  assert.equal(judged.code, 0, `minisign itself: ${judged.stderr}`);
  await appliance.jitctl(...ARM);
  await appliance.jitctl("disarm", "--reason", "a drill");

  const released = readFileSync(manifest, "utf8");
  appendFileSync(manifest, " ");
  await refused(appliance, /arm: manifest: .* the signature does not verify/);
  writeFileSync(manifest, released);

  const listed = JSON.parse(released);
  assert.deepEqual(Object.keys(listed.binaries).sort(), ["jit-guardian", "jit-signer", "jitctl", "jitd"]);
  assert.deepEqual(Object.keys(listed.configuration).sort(), ["chain.toml", "jitd.toml", "signer.toml"]);
  const { contracts, factories, routers, tokens, pools, executor } = appliance.manifest;
  for (const address of [executor.address, contracts.permit2.address, ...[...factories, ...routers, ...tokens, ...pools].map((entry) => entry.address)])
    assert.match(listed.contracts[address.toLowerCase()] ?? "", /^0x[0-9a-f]{64}$/, `${address} is listed`);

  // A pool whose code is another one than what was released, and a contract that was not released at all.
  const swapped = structuredClone(listed);
  swapped.contracts[pools[0].address.toLowerCase()] = `0x${"4".repeat(64)}`;
  delete swapped.contracts[routers[0].address.toLowerCase()];
  swapped.configuration["chain.toml"] = "5".repeat(64);
  swapped.binaries.jitctl = "6".repeat(64);
  await publish(swapped);
  for (const message of [/contract of the manifest\) is not the configured one/, /the contract 0x[0-9a-f]{40} is not in the manifest/, /the configuration chain\.toml is not the manifest's/, /the binary jitctl is not the manifest's/])
    await refused(appliance, message);

  const other = JSON.parse(released);
  other.binaries.jitd = "0".repeat(64);
  other.binaries["jit-signer"] = "1".repeat(64);
  other.configuration["signer.toml"] = "2".repeat(64);
  other.contracts = Object.fromEntries(Object.keys(other.contracts).map((address) => [address, `0x${"3".repeat(64)}`]));
  await publish(other);
  for (const message of [/the binary jitd is not the manifest's/, /the binary jit-signer is not the manifest's/, /the configuration signer\.toml is not the manifest's/, /contract of the manifest\) is not the configured one/])
    await refused(appliance, message);
  writeFileSync(manifest, released);
  await sign(appliance);
  console.log("  armed only by a manifest that is signed and fits binaries, configurations and contracts");
}

async function check_admin_port(appliance, seed) {
  const { admin_port } = await appliance.status();
  const get = async (path, options) => fetch(`http://127.0.0.1:${admin_port}${path}`, { ...options, signal: AbortSignal.timeout(5_000) });
  await appliance.build_block();
  const health = await until("health", async () => {
    const answer = await get("/healthz");
    return answer.status === 200 ? answer.json() : null;
  });
  assert.equal(health.state, "DISARMED");
  assert.match(await (await get("/metrics")).text(), /^jitbox_armed 0$/m);

  await appliance.jitctl(...ARM);
  appliance.swap({ seed, blocks: 100, per_block: 8, large_every: 3 });
  await build_until(appliance, "a bundle", async () => (await included(appliance)).length > 0);
  const signed = async () => (await appliance.status()).signer.signed;
  const stopped = await get("/admin/emergency-stop", { method: "POST", headers: { "user-agent": "drill/1" } });
  assert.equal(stopped.status, 200);
  assert.deepEqual(await stopped.json(), { signer: "TRIPPED" });
  const status = await until("TRIPPED", async () => {
    const now = await appliance.status();
    return now.state === "TRIPPED" ? now : null;
  });
  assert.match(status.cause, /POST \/admin\/emergency-stop from 127\.0\.0\.1:/);
  assert.equal(status.risk.halted, true);
  const before = status.signer.signed; // the signer's own word, after it had latched
  for (let i = 0; i < 3; i += 1) await appliance.build_block();
  assert.equal(await signed(), before, "nothing is signed after the stop");
  const records = readFileSync(join(appliance.dirs.state, "audit.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
  const stop = records.find((record) => record.user === "http");
  assert.equal(stop?.action, "estop");
  assert.equal(stop.agent, "drill/1");
  assert.match(stop.source, /^127\.0\.0\.1:\d+$/);
  console.log("  the admin port: metrics, health, and a stop that latches in the signer and is audited");
}

const public_key = await make_release_key();
await end_to_end("release", async (appliance, { seed }) => {
  await check_manifest(appliance);
  await check_admin_port(appliance, seed);
}, { settings: { overrides: { "arming.manifest": manifest, "arming.manifest_public_key": public_key } } });
