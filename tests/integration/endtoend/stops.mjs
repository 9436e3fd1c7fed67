#!/usr/bin/env node
// Every way to stop, with bundles at the relay: TRIPPED in the signer, each of the bundles taken back, nothing sent or included afterwards. The same
// by HTTP with a disk that is really full, and with an audit anchor that hangs.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fill, on_its_disk, put_jitd_on_small_disk, small_disk } from "./lib/small_disk.mjs";
import { assert_withdrawn, live_bundles } from "./lib/withdrawn.mjs";
import { end_to_end, until } from "./lib/run.mjs";

const tripped = (appliance) =>
  until("TRIPPED", async () => {
    const status = await appliance.status();
    return status.state === "TRIPPED" && status.signer.reachable ? status : null;
  });

async function http_stop(appliance) {
  const { admin_port } = await appliance.status();
  return async () => {
    const answer = await fetch(`http://127.0.0.1:${admin_port}/admin/emergency-stop`, { method: "POST", signal: AbortSignal.timeout(5_000) });
    assert.equal(answer.status, 200);
    assert.deepEqual(await answer.json(), { signer: "TRIPPED" });
  };
}

/** A stop while bundles are out; then a reset, so that the next one can be tried. */
async function stopped(appliance, what, stop, cause) {
  await live_bundles(appliance);
  await stop();
  const status = await tripped(appliance);
  assert.match(status.cause, cause, what);
  assert.equal(status.risk.halted, true, `${what}: the gate is halted`);
  const count = await assert_withdrawn(appliance, what);
  assert.equal((await appliance.status()).signer.signed, status.signer.signed, `${what}: nothing is signed after it`);
  console.log(`  ${what}: TRIPPED, ${count} bundle(s) withdrawn`);
  return status;
}

/** The withdrawals meet HTTP 500: they are asked again. */
async function fail_then_stop(appliance) {
  await appliance.set_fault({ mode: "http_error", count: 6 });
  await appliance.jitctl("estop", "--reason", "smoke");
}

async function reset(appliance) {
  await appliance.jitctl("reset", "--reason", "a drill");
  await until("DISARMED", async () => (await appliance.status()).state === "DISARMED");
}

async function check_every_way(appliance) {
  const ways = [
    ["jitctl estop", () => appliance.jitctl("estop", "--reason", "smoke"), /smoke/],
    ["jitctl estop, a relay that fails at first", () => fail_then_stop(appliance), /smoke/],
    ["HTTP", await http_stop(appliance), /POST \/admin\/emergency-stop/],
    ["SIGUSR1 to jitd", async () => appliance.jitd.child.kill("SIGUSR1"), /SIGUSR1/],
    ["SIGUSR1 to jit-signer", async () => appliance.signer.child.kill("SIGUSR1"), /SIGUSR1/],
  ];
  for (const [what, stop, cause] of ways) {
    await stopped(appliance, what, stop, cause);
    await reset(appliance);
  }
}

/** No file of the signer's may grow any more either (signer_stop_test has its disk). */
function signer_files_may_grow(appliance, yes) {
  const limit = spawnSync("prlimit", ["--pid", String(appliance.signer.pid), `--fsize=${yes ? "unlimited" : "1"}:`], { encoding: "utf8" });
  assert.equal(limit.status, 0, limit.stderr);
}

async function check_full_disk(appliance) {
  const http = await http_stop(appliance);
  const ballast = on_its_disk(appliance, "ballast");
  await stopped(appliance, "HTTP, full disk", async () => {
    fill(ballast);
    signer_files_may_grow(appliance, false);
    await http();
  }, /POST \/admin\/emergency-stop/);
  const refused = await appliance.try_jitctl("reset", "--reason", "a drill");
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /free space/, "what loosens wants its record first");
  rmSync(ballast);
  signer_files_may_grow(appliance, true);
  await reset(appliance);
}

async function check_hung_anchor(appliance, anchor) {
  const http = await http_stop(appliance);
  const head = readFileSync(anchor);
  await stopped(appliance, "HTTP, an audit anchor that hangs", async () => {
    rmSync(anchor);
    assert.equal(spawnSync("mkfifo", [anchor]).status, 0); // whoever opens it to write waits for a reader that never comes
    await appliance.jitctl("risk", "acknowledge", "--reason", "a record that the anchor does not take");
    await http();
  }, /POST \/admin\/emergency-stop/);
  const records = readFileSync(on_its_disk(appliance, "audit.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(records.findLast(({ user, action }) => user === "http" && action === "estop"), "the stop is audited all the same");
  spawnSync("timeout", ["1", "cat", anchor]); // lets go of whoever waits
  rmSync(anchor);
  writeFileSync(anchor, head, { mode: 0o600 });
  await until("the anchor to have caught up", async () => (await appliance.jitctl("audit", "verify")).ok && readFileSync(anchor, "utf8") !== head.toString());
  await reset(appliance);
}

let anchor;
await end_to_end(
  "emergency stops",
  async (appliance, { seed }) => {
    appliance.swap({ seed, blocks: 400, per_block: 8, large_every: 3 });
    await check_every_way(appliance);
    if (small_disk) await check_full_disk(appliance);
    else console.log("  this machine lets us mount no tmpfs: without the full disk (control_test has one by a file size limit)");
    await check_hung_anchor(appliance, anchor);
    assert.ok((await appliance.jitctl("audit", "verify")).ok, "the audit log is intact");
  },
  {
    before: async (appliance) => {
      mkdirSync(join(appliance.dir, "elsewhere"));
      anchor = join(appliance.dir, "elsewhere", "head");
      appliance.overrides["audit.anchor"] = JSON.stringify(`file:${anchor}`);
      if (small_disk) put_jitd_on_small_disk(appliance);
    },
  },
);
