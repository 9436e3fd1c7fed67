#!/usr/bin/env node
// kill -9 of jitd, of jit-signer and of both at random moments of a trading sandbox: always back DISARMED, and never two digests for one nonce.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "../../../sim/chain/lib/random.mjs";
import { run_command } from "../../../sim/demo/lib/processes.mjs";
import { end_to_end, included, until } from "./lib/run.mjs";

/** Every digest that ever left the signer went through the journal or the ledger; the ledger's rows, and the journal's hashes by nonce. */
function ledger_rows(appliance) {
  const script = `import sqlite3,sys
db=sqlite3.connect("file:"+sys.argv[1]+"?mode=ro",uri=True)
print(db.execute("select count(*) from signatures").fetchone()[0], db.execute("select count(*) from (select distinct address, nonce from signatures)").fetchone()[0])`;
  const output = execFileSync("python3", ["-c", script, join(appliance.dirs.signer, "ledger.db")], { encoding: "utf8" });
  return output.trim().split(" ").map(Number);
}

const MOST_ROWS = 10_000; // that jitd gives
const signed = { of_nonce: new Map(), bundles: new Set() };

/** The newest bundles that reach back to one that was seen before, or all of them: a round reads what it has brought, not all there ever was. */
async function new_bundles(appliance) {
  for (let limit = 100; ; limit = Math.min(4 * limit, MOST_ROWS)) {
    const newest = await appliance.bundles(limit);
    if (newest.length < limit || limit === MOST_ROWS || newest.some(({ uuid, version }) => signed.bundles.has(`${uuid}/${version}`))) return newest;
  }
}

async function assert_one_digest_a_nonce(appliance, round, bundles) {
  const [digests, nonces] = ledger_rows(appliance);
  assert.equal(digests, nonces, `round ${round}: digests and nonces in the ledger`);
  const seen = signed.of_nonce;
  for (const bundle of bundles) {
    signed.bundles.add(`${bundle.uuid}/${bundle.version}`);
    for (const [nonce, hash] of [[bundle.mint_nonce, bundle.mint_hash], [bundle.mint_nonce + 1, bundle.burn_hash]]) {
      const key = `${bundle.lane_address}/${nonce}`;
      assert.equal(seen.get(key) ?? hash, hash, `round ${round}: two transactions were signed for ${key}`);
      seen.set(key, hash);
    }
  }
  return digests;
}

async function sleep_in_blocks(appliance, total_ms) {
  for (let left = total_ms; left > 0; left -= 250) {
    await sleep(Math.min(left, 250));
    if (left > 250) await appliance.build_block();
  }
}

/** Who dies in a round. */
const VICTIMS = [["jitd"], ["jit-signer"], ["jitd", "jit-signer"]];

/** Arms; waits while the pools are behind a block that was just built, and acknowledges what the last kill left unacknowledged. */
function arm(appliance) {
  return until("arming", async () => {
    const { code, stderr } = await appliance.try_jitctl("arm", "--ttl", "30m", "--max-notional", "1000000eth");
    if (code === 0) return true;
    if (/critical risk event is not acknowledged/.test(stderr)) await appliance.jitctl("risk", "acknowledge", "--reason", "a kill of the test");
    else assert.match(stderr, /wait until they have caught up/);
    return null;
  });
}

async function kill_and_restart(appliance, victims) {
  const signer = victims.includes("jit-signer");
  const jitd = victims.includes("jitd");
  await Promise.all([...(signer ? [appliance.signer.kill("SIGKILL")] : []), ...(jitd ? [appliance.jitd.kill("SIGKILL")] : [])]);
  if (signer) await appliance.start_signer();
  if (jitd) await appliance.start_jitd();
}

/** Status once jitd has heard from the signer that runs now; a jitd that was not killed hears of its successor with the next beat. */
function disarmed(appliance, round) {
  return until(`round ${round}: DISARMED once the signer has answered`, async () => {
    const status = await appliance.ready();
    return status.state === "DISARMED" ? status : null;
  }, 2000, 50);
}

/** Every start's capture, most of them cut by a kill, answered by a fresh engine byte for byte as it was by the one that died. */
async function replay_captures(appliance) {
  const names = readdirSync(captures(appliance)).filter((name) => name.endsWith(".records"));
  let [records, compared] = [0, 0];
  for (const name of names) {
    const file = join(captures(appliance), name);
    const { code, stdout, stderr } = await run_command(appliance.program("jitctl"), ["replay", file, "--answers", file.replace(/records$/, "answers"), "--json"]);
    assert.equal(code, 0, `${name}: ${stderr}${stdout}`);
    const summary = JSON.parse(stdout);
    records += summary.records;
    compared += summary.compared;
  }
  assert.ok(compared > 0, "answers were captured");
  console.log(`  ${names.length} captures replayed: ${records} records, ${compared} answers equal`);
}

const captures = (appliance) => join(appliance.dirs.state, "captures");

await end_to_end(
  "kills of jitd and jit-signer",
  async (appliance, { seed, rounds }) => {
    const random = new Random(Number(seed));
    const count = Number(rounds);
    appliance.swap({ seed, blocks: 100_000, per_block: 6, large_every: 2 });
    for (let round = 1; round <= count; round += 1) {
      await arm(appliance);
      await sleep_in_blocks(appliance, 100 + random.between(0, 600));
      const victims = VICTIMS[random.between(0, VICTIMS.length - 1)];
      await kill_and_restart(appliance, victims);
      if (victims.includes("jitd")) assert.equal((await appliance.status()).state, "DISARMED", `round ${round}: state after the restart`);
      await appliance.build_block();
      const status = await disarmed(appliance, round);
      const digests = await assert_one_digest_a_nonce(appliance, round, await new_bundles(appliance));
      console.log(`  round ${round}: DISARMED after the kill of ${victims.join(" and ")}, ${digests} digests in the ledger, one a nonce; jitd ${Math.round(status.resident_kib / 1024)} MiB`);
      assert.ok(status.resident_kib < 300 * 1024, "jitd uses less than 300 MB");
    }
    await assert_one_digest_a_nonce(appliance, "after the last", await appliance.bundles(MOST_ROWS));
    console.log(`  ${(await included(appliance)).length} bundles were included on the way`);
    await replay_captures(appliance);
    const audit = await appliance.jitctl("audit", "verify");
    assert.ok(audit.ok, audit.problem);
  },
  { before: (appliance) => void (appliance.overrides["capture.dir"] = captures(appliance)), options: { rounds: { type: "string", default: "50" } } },
);
