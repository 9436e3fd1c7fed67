#!/usr/bin/env node
// Limits that are really hit: a loss, prices that lie or grow old, a changed configuration, a pool that nobody has approved. Each time the
// appliance is disarmed or holds the plan, says why in status and audit log, and goes on when an operator has dealt with it.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PriceSources } from "./lib/prices.mjs";
import { build_until, end_to_end, included, until } from "./lib/run.mjs";

const MAX_AGE_MS = 5000;

const state_is = (appliance, state) =>
  until(`state ${state}`, async () => {
    const status = await appliance.status();
    return status.state === state ? status : null;
  });

const audit_records = (appliance) => readFileSync(join(appliance.dirs.state, "audit.jsonl"), "utf8").trim().split("\n").map(JSON.parse);

const risk = (appliance, ...args) => appliance.jitctl("risk", ...args);

async function refused(appliance, message) {
  const { code, stderr } = await appliance.try_jitctl("arm", "--ttl", "5m", "--max-notional", "1000eth");
  assert.notEqual(code, 0, "arming must be refused");
  assert.match(stderr, message);
}

/** jitd itself has disarmed: the cause stands in the status, in the audit log, in the risk events, and arming wants it acknowledged. */
async function disarmed_by(appliance, rule, cause) {
  const status = await state_is(appliance, "DISARMED");
  assert.match(status.cause, cause);
  assert.match(status.risk.unacknowledged, cause);
  const record = audit_records(appliance).findLast(({ user, action }) => user === "jitd" && action === "disarm");
  assert.match(record.resource, cause);
  await until(`a CRITICAL ${rule} event in the journal`, async () => {
    const { events } = await risk(appliance, "events", "--limit", "1000");
    return events.some((event) => event.level === "CRITICAL" && event.rule === rule && cause.test(event.text));
  });
  await refused(appliance, /a critical risk event is not acknowledged/);
  console.log(`  disarmed: ${status.cause}`);
}

async function arm_again(appliance) {
  assert.equal((await risk(appliance, "acknowledge", "--reason", "looked at it")).unacknowledged, "");
  await appliance.build_block();
  return appliance.arm();
}

async function check_review(appliance) {
  await appliance.arm();
  const waiting = await build_until(appliance, "a plan being held for review", async () => {
    const { reviews } = await appliance.jitctl("review", "list");
    return reviews.length > 0 ? reviews : null;
  });
  assert.deepEqual([waiting[0].rule, waiting[0].state], ["unusual_destination", "waiting"]);
  assert.equal((await appliance.bundles()).length, 0, "nothing is signed for a pool that nobody has approved");
  const { code, stderr } = await appliance.try_jitctl("review", "approve", "999", "--reason", "drill");
  assert.notEqual(code, 0);
  assert.match(stderr, /there is no review 999/);
  await build_until(appliance, "a bundle on an approved pool", async () => {
    for (const { id, state } of (await appliance.jitctl("review", "list")).reviews) {
      if (state === "waiting") await appliance.jitctl("review", "approve", String(id), "--reason", "a pool of ours");
    }
    return (await included(appliance)).length > 0;
  });
  console.log(`  ${waiting.length} pool(s) were held until they were approved`);
}

async function check_prices(appliance, prices) {
  prices.skew_ppm[1] = 20_000n;
  await disarmed_by(appliance, "price", /the two sources differ on \w+ by \d+ ppm/);
  await refused(appliance, /the two sources differ/);
  prices.skew_ppm[1] = 0n;
  await until("the sources to agree", async () => (await appliance.status()).risk.price_problem === "");
  await arm_again(appliance);

  prices.rubbish[0] = true; // first a warning, then, when what was read before is old, the end
  await disarmed_by(appliance, "price", /prices-first.json is \d+ ms old, at most 5000 are allowed \(.*not JSON/);
  const { events } = await risk(appliance, "events", "--limit", "1000");
  assert.ok(events.some(({ level, rule }) => level === "WARNING" && rule === "price_file"));
  prices.rubbish[0] = false;
  await until("the first source to be young again", async () => (await appliance.status()).risk.price_problem === "");
  await arm_again(appliance);
}

async function check_configuration(appliance) {
  const text = readFileSync(appliance.config_file, "utf8");
  appendFileSync(appliance.config_file, "# a limit could have been raised here\n");
  await disarmed_by(appliance, "configuration_change", /jitd.toml is not any more what jitd read at its start/);
  await refused(appliance, /restart jitd, or put the file back/);
  writeFileSync(appliance.config_file, text);
  await until("the file to be seen as it was", async () => {
    const { stderr } = await appliance.try_jitctl("arm", "--ttl", "5m", "--max-notional", "1eth");
    return !/put the file back/.test(stderr);
  });
  await arm_again(appliance);
}

/** Guesses and floods at the doors: told at once, and in the audit log. */
async function check_access(appliance) {
  const { admin_port } = await appliance.status();
  for (let i = 0; i < 30; i += 1) assert.equal((await fetch(`http://127.0.0.1:${admin_port}/admin/${i}`)).status, 404);
  for (let i = 0; i < 5; i += 1) assert.notEqual((await appliance.try_jitctl("review", "approve", "9999", "--reason", "a guess")).code, 0);
  await until("the guesses to be noticed", async () => {
    const { events } = await risk(appliance, "events", "--limit", "1000");
    return events.some(({ level, rule, text }) => level === "WARNING" && rule === "access_pattern" && /requests were refused in a minute/.test(text));
  });
  assert.ok(audit_records(appliance).some(({ user, action }) => user === "jitd" && action === "access_pattern"));
  console.log("  refused requests at control socket and admin port are noticed");
}

/** jitd is killed, gets other limits, and starts again. */
async function restart_with(appliance, overrides) {
  await appliance.jitd.kill("SIGKILL");
  Object.assign(appliance.overrides, overrides);
  appliance.write_config();
  await appliance.start_jitd();
  await appliance.ready();
  await appliance.build_block();
  return until("the portfolio to be known", async () => {
    const found = await risk(appliance, "status");
    return found.portfolio_value_wei ? found : null;
  });
}

/** DISARMED, nothing open, and more earned than lost: a bundle that is out when the lease ends may still be lost, then once more. */
async function settle_at_a_peak(appliance, tries = 8) {
  for (let i = 0; i < tries; i += 1) {
    await build_until(appliance, "a new peak of the profit", async () => (await appliance.status()).risk.drawdown_ppm === 0);
    await appliance.jitctl("disarm", "--reason", "other limits");
    let quiet_blocks = 0; // what voiding a lane cost is only known some blocks after its bundle ended
    const settled = await build_until(appliance, "every bundle to have ended", async () => {
      const status = await appliance.status();
      // A lane that was being signed when the lease ended stays uncertain until the next: its recall needs an armed signer.
      const quiet = status.lanes.every(({ state }) => ["free", "uncertain"].includes(state));
      quiet_blocks = status.risk.open_bundles === 0 && quiet ? quiet_blocks + 1 : 0;
      return quiet_blocks === 4 ? status : null;
    });
    if (settled.risk.drawdown_ppm === 0) return;
    await appliance.arm();
  }
  throw new Error(`no peak after ${tries} tries`);
}

/** The portfolio is what executor and lanes hold, ether and tokens, as the node says it. */
async function check_portfolio(appliance) {
  const accounts = [appliance.manifest.executor.address, ...appliance.operators];
  const ether = (await Promise.all(accounts.map((account) => appliance.chain.ether_of(account)))).reduce((sum, wei) => sum + wei);
  const { holdings, portfolio_value_wei } = await until("the ether to be read", async () => {
    const found = await risk(appliance, "status");
    const sum = found.holdings.reduce((total, { value_wei }) => total + BigInt(value_wei), 0n);
    return BigInt(found.portfolio_value_wei ?? 0) === sum ? found : null;
  });
  const row = holdings.find(({ token }) => token === "ether");
  assert.deepEqual([row.amount, row.value_wei], [String(ether), String(ether)]);
  assert.ok(BigInt(portfolio_value_wei) > ether);
  console.log(`  the portfolio holds ${ether / 10n ** 18n} ether beside its tokens`);
}

/** Bundles that are never included are voided: that costs gas, and the limit is a millionth of the portfolio. */
async function check_drawdown(appliance) {
  await settle_at_a_peak(appliance);
  const start = await restart_with(appliance, { "risk.max_drawdown_ppm": 1 });
  assert.deepEqual([start.level, start.drawdown_ppm], ["NONE", 0]);
  await check_portfolio(appliance);
  await appliance.set_fault({ mode: "drop" });
  await appliance.arm();
  await build_until(appliance, "the loss to be seen", async () => (await appliance.status()).state === "DISARMED");
  await disarmed_by(appliance, "protection", /protection level EMERGENCY: max_drawdown_ppm is used to \d+.0 %/);
  const before = await risk(appliance, "status");
  assert.equal(before.level, "EMERGENCY");
  assert.ok(before.limits.find(({ limit }) => limit === "max_drawdown_ppm").use_ppm >= 1_000_000);

  // A restart in the middle of the drawdown forgets neither the loss nor the level nor that nobody has looked.
  const after = await restart_with(appliance, {});
  assert.equal(after.level, "EMERGENCY");
  assert.ok(after.drawdown_ppm >= before.drawdown_ppm);
  assert.match(after.unacknowledged, /max_drawdown_ppm/);
  await refused(appliance, /the protection level is EMERGENCY: max_drawdown_ppm/);

  // Loosening does not help against a limit that is used up: only another limit does.
  await risk(appliance, "level", "NONE", "--reason", "go on");
  await until("the level to tighten by itself", async () => (await risk(appliance, "status")).level === "EMERGENCY");
  console.log("  a drawdown over the limit: EMERGENCY, also after kill -9 and after an operator's NONE");
}

async function check_new_limits(appliance) {
  const status = await restart_with(appliance, { "risk.max_drawdown_ppm": 150_000 });
  await refused(appliance, /1 limit\(s\) are looser than at the last arming: risk.max_drawdown_ppm: 1 -> 150000/);
  await risk(appliance, "limits", "--reason", "the limit was a drill");
  const again = await appliance.try_jitctl("risk", "limits", "--reason", "again");
  assert.match(again.stderr, /no limit is looser than at the last arming/);
  assert.equal(status.level, "EMERGENCY", "a higher limit alone loosens nothing");
  const decided = (await appliance.jitctl("review", "list")).reviews.filter(({ state }) => state === "approved");
  assert.ok(decided.length > 0, "what was approved before two kills is approved");
  const noted = audit_records(appliance).filter(({ action, resource }) => action === "configuration" && /is not the configuration of the last run/.test(resource));
  assert.equal(noted.length, 2, "both changes stand in the audit log");
  assert.equal((await risk(appliance, "level", "NONE", "--reason", "the limit was a drill")).level, "NONE");
  await appliance.set_fault({ mode: "none" });
  const before = (await included(appliance)).length;
  await arm_again(appliance);
  await build_until(appliance, "a bundle on a pool that was approved before", async () => (await included(appliance)).length > before);
  console.log("  other limits and an operator's level: it goes on");
}

let prices;
await end_to_end(
  "risk limits",
  async (appliance, { seed }) => {
    appliance.swap({ seed, blocks: 400, per_block: 8, large_every: 3 });
    await check_review(appliance);
    await check_prices(appliance, prices);
    await check_configuration(appliance);
    await check_access(appliance);
    await check_drawdown(appliance);
    await check_new_limits(appliance);
    assert.ok((await appliance.jitctl("audit", "verify")).ok);
  },
  {
    settings: { overrides: { "risk.unusual_destination": '"review"' } },
    before: async (appliance) => {
      prices = new PriceSources(appliance, { max_age_ms: MAX_AGE_MS });
    },
  },
);
prices.stop();
