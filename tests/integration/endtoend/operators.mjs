#!/usr/bin/env node
// What operators do: arm and its refusals, dual control, renewals, disarm, signals, emergency stop with and without jitd, a signer that dies, a clean end.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build_until, end_to_end, included, until } from "./lib/run.mjs";

const state_is = (appliance, state) =>
  until(`state ${state}`, async () => {
    const status = await appliance.status();
    return status.state === state ? status : null;
  });

async function refused(appliance, message, ...arguments_) {
  const { code, stderr } = await appliance.try_jitctl(...arguments_);
  assert.notEqual(code, 0, `${arguments_.join(" ")} must be refused`);
  assert.match(stderr, message);
}

async function check_arming(appliance) {
  await refused(appliance, /is no configured pool/, "arm", "--ttl", "5m", "--max-notional", "1eth", "--pools", `0x${"11".repeat(20)}`);
  await refused(appliance, /'forever' is no duration/, "arm", "--ttl", "forever", "--max-notional", "1eth");
  await refused(appliance, /unknown unit/, "arm", "--ttl", "5m", "--max-notional", "1usd");
  const armed = await appliance.arm({ ttl: "5m" });
  assert.equal(armed.state, "ARMED");
  assert.equal((await appliance.jitctl("disarm", "--reason", "lunch")).state, "DISARMED");
  console.log("  arm, its refusals, disarm");
}

const APPROVERS = ["bob", "carol"];
// Of all that one person arms in the test (1,000,000 ether at a time) together.
const THRESHOLD_WEI = 200_000_000n * 10n ** 18n;
const LARGE = ["arm", "--ttl", "5m", "--max-notional", "300000000eth"];

const with_approvals = (files) => files.flatMap((file) => ["--approval", file]);

/** TRIPPED to DISARMED, by two people. */
async function reset(appliance, reason) {
  const files = await appliance.approvals(APPROVERS, "reset", "--reason", reason);
  return appliance.jitctl("reset", "--reason", reason, ...with_approvals(files));
}

async function check_dual_control(appliance) {
  await refused(appliance, /arm needs the approvals of 2 different people, there are 0/, ...LARGE);
  const [bob, carol] = await appliance.approvals(APPROVERS, ...LARGE);
  await refused(appliance, /there are 1/, ...LARGE, "--approval", bob);
  await refused(appliance, /two approvals by one person count once/, ...LARGE, ...with_approvals([bob, bob]));
  const other_terms = ["arm", "--ttl", "6m", "--max-notional", "300000000eth"];
  await refused(appliance, /approval of 'bob': is for another subject/, ...other_terms, ...with_approvals([bob, carol]));
  const armed = await appliance.arm_with(...LARGE, ...with_approvals([bob, carol]));
  assert.equal(armed.state, "ARMED");
  assert.deepEqual(armed.approvers, APPROVERS);
  await refused(appliance, /approval of 'bob': was used before/, ...LARGE, ...with_approvals([bob, carol]));

  const renewal = ["arm", "--renew", "--ttl", "20m"];
  await refused(appliance, /renew needs the approvals of 2 different people/, ...renewal);
  const files = await appliance.approvals(APPROVERS, ...renewal);
  const renewed = await appliance.jitctl(...renewal, ...with_approvals(files));
  assert.equal(renewed.lease_id, armed.lease_id);
  assert.ok(renewed.lease_left_ms > 19 * 60_000, `${renewed.lease_left_ms} ms left`);
  await appliance.jitctl("disarm", "--reason", "lunch");
  console.log("  dual control: one person, one person twice, other terms, replay are refused; two people arm and renew");
}

/** Runs `sql` on jitd's journal, as somebody with a shell and jitd's user could. */
function forge_journal(appliance, sql) {
  const script = "import sqlite3,sys\ndb=sqlite3.connect(sys.argv[1]); print(db.execute(sys.argv[2]).rowcount); db.commit()";
  return Number(execFileSync("python3", ["-c", script, join(appliance.dirs.state, "journal.db"), sql], { encoding: "utf8" }));
}

async function restart_with(appliance, settings, between) {
  await appliance.jitd.kill("SIGKILL");
  between();
  Object.assign(appliance.overrides, settings);
  appliance.write_config();
  await appliance.start_jitd();
  await appliance.ready();
  await appliance.build_block();
  await until("the vault's value to be known", async () => (await appliance.status()).risk.portfolio_value_wei);
}

/** The limits of the last arming are the signer's to remember: whoever takes them out of the journal, or writes looser ones there, gains nothing. */
async function check_forged_journal(appliance, accept) {
  const arm = ["arm", "--ttl", "5m", "--max-notional", "1eth"];
  for (const [retries, sql] of [
    [102, "DELETE FROM risk_state WHERE key='limits'"],
    [103, `UPDATE risk_state SET value=replace(value,'"risk.max_retries":"101"','"risk.max_retries":"103"') WHERE key='limits'`],
  ]) {
    await restart_with(appliance, { "risk.max_retries": retries }, () => assert.equal(forge_journal(appliance, sql), 1, sql));
    await refused(appliance, /every limit: the journal does not hold those that the signer armed with/, ...arm);
    await refused(appliance, /loosen_limits needs the approvals of 2 different people/, ...accept);
    await restart_with(appliance, { "risk.max_retries": 101 }, () => {});
    await appliance.arm(); // the very limits of the last arming need nobody, whatever the journal says
    await appliance.jitctl("disarm", "--reason", "lunch");
  }
}

/** A tighter protection level is one person's; a lower one, and looser limits, are two people's, and each approval is for what stands. */
async function check_loosening(appliance) {
  const level = (name) => ["risk", "level", name, "--reason", "a drill"];
  await appliance.jitctl(...level("EMERGENCY"));
  await refused(appliance, /loosen_level needs the approvals of 2 different people, there are 0/, ...level("NONE"));
  const [bob, carol] = await appliance.approvals(APPROVERS, ...level("NONE"));
  await refused(appliance, /two approvals by one person count once/, ...level("NONE"), ...with_approvals([bob, bob]));
  await refused(appliance, /is for another subject/, ...level("CONSERVATIVE"), ...with_approvals([bob, carol]));
  assert.equal((await appliance.jitctl(...level("NONE"), ...with_approvals([bob, carol]))).level, "NONE");
  // The next emergency is another one: what is left over from this one does not end it.
  const spare = async () => {
    await appliance.jitctl(...level("EMERGENCY"));
    return appliance.approvals(APPROVERS, ...level("NONE"));
  };
  const [first, second] = await spare();
  await appliance.jitctl(...level("EMERGENCY"));
  await refused(appliance, /is for another subject/, ...level("NONE"), ...with_approvals([first, second]));
  const files = await appliance.approvals(APPROVERS, ...level("NONE"));
  assert.equal((await appliance.jitctl(...level("NONE"), ...with_approvals(files))).level, "NONE");

  await restart_with(appliance, { "risk.max_retries": 101 }, () => {});
  await refused(appliance, /1 limit\(s\) are looser than at the last arming: risk.max_retries: 100 -> 101/, "arm", "--ttl", "5m", "--max-notional", "1eth");
  const accept = ["risk", "limits", "--reason", "more patience"];
  await refused(appliance, /loosen_limits needs the approvals of 2 different people/, ...accept);
  await appliance.jitctl(...accept, ...with_approvals(await appliance.approvals(APPROVERS, ...accept)));
  await appliance.arm();
  await appliance.jitctl("disarm", "--reason", "lunch");
  await check_forged_journal(appliance, accept);
  console.log("  loosening: one person, one person twice, another level, an earlier episode are refused; two people loosen level and limits; a forged journal loosens nothing");
}

async function check_disarmed_does_not_sign(appliance, seed) {
  appliance.swap({ seed, blocks: 400, per_block: 8, large_every: 3 });
  await build_until(appliance, "decisions", async () => (await appliance.decisions()).filter((row) => row.kind === "decision").length >= 3);
  assert.equal((await appliance.bundles()).length, 0, "nothing is signed while DISARMED");
  await appliance.arm();
  await build_until(appliance, "a bundle", async () => (await included(appliance)).length > 0);
  console.log("  DISARMED decides and signs nothing; ARMED does");
}

async function check_stops(appliance) {
  appliance.jitd.kill("SIGUSR1");
  const tripped = await state_is(appliance, "TRIPPED");
  assert.match(tripped.cause, /SIGUSR1/);
  await refused(appliance, /TRIPPED/, "arm", "--ttl", "5m", "--max-notional", "1eth");
  await refused(appliance, /reset needs the approvals of 2 different people, there are 0/, "reset", "--reason", "a drill");
  assert.equal((await appliance.status()).state, "TRIPPED");
  await reset(appliance, "a drill");
  await state_is(appliance, "DISARMED");
  await appliance.arm();

  const stopped = await appliance.jitctl("estop", "--reason", "another drill");
  assert.equal(stopped.signer, "TRIPPED");
  assert.equal((await state_is(appliance, "TRIPPED")).risk.halted, true);
  await reset(appliance, "a drill");
  console.log("  SIGUSR1 and estop latch TRIPPED; two people's reset gives DISARMED");
}

/** ARM-3: a jitd that stands still sends no heartbeats; the signer disarms by itself and jitd, when it is back, says why. */
async function check_dead_man(appliance) {
  await appliance.arm();
  appliance.jitd.child.kill("SIGSTOP");
  await sleep(4_000); // the sandbox's max_beat_gap_ms is 3000
  appliance.jitd.child.kill("SIGCONT");
  const disarmed = await state_is(appliance, "DISARMED");
  assert.match(disarmed.cause, /heartbeats missed: none for \d+ ms/);
  console.log("  a jitd that stands still is disarmed by the signer");
}

async function check_signer_loss(appliance) {
  await appliance.arm();
  await appliance.signer.kill("SIGKILL");
  const lost = await state_is(appliance, "DISARMED");
  assert.match(lost.cause, /signer not reachable/);
  await refused(appliance, /signer is not reachable/, "arm", "--ttl", "5m", "--max-notional", "1eth");
  await appliance.start_signer();
  await until("the signer to be reachable", async () => (await appliance.status()).signer.reachable);
  assert.equal((await appliance.status()).state, "DISARMED");
  await appliance.build_block(); // a fresh head
  const before = (await included(appliance)).length;
  await appliance.arm();
  await build_until(appliance, "a bundle with the new signer", async () => (await included(appliance)).length > before);
  console.log("  a dead signer disarms; armed anew it signs again");
}

/** A stop while the signer is dead: the signer hears of it when it is back, and only two people end it. */
async function check_stop_without_signer(appliance) {
  await appliance.signer.kill("SIGKILL");
  await until("the signer to be missed", async () => !(await appliance.status()).signer.reachable);
  appliance.jitd.child.kill("SIGUSR1");
  await until("a halt", async () => (await appliance.status()).risk.halted);
  await refused(appliance, /signer/, "reset", "--reason", "a drill");
  await appliance.start_signer();
  const tripped = await state_is(appliance, "TRIPPED");
  assert.match(tripped.cause, /a stop that had not reached the signer: SIGUSR1/);
  await refused(appliance, /reset needs the approvals of 2 different people, there are 0/, "reset", "--reason", "a drill");
  await reset(appliance, "a drill");
  console.log("  a stop that the signer did not hear of trips it when it is back");
}

/** A stop that the dead signer did not hear of, and then jitd dies as well: whichever of them is back first, the signer is TRIPPED in the end. */
async function check_stop_that_jitd_does_not_outlive(appliance) {
  const http = async () => {
    const { admin_port } = await appliance.status(); // another one after each start
    const answer = await fetch(`http://127.0.0.1:${admin_port}/admin/emergency-stop`, { method: "POST", signal: AbortSignal.timeout(10_000) });
    assert.equal(answer.status, 503);
    return answer.text();
  };
  const command = async () => (await appliance.try_jitctl("estop", "--reason", "smoke")).stdout;
  for (const [what, stop, cause, first] of [
    ["jitctl estop", command, /smoke/, "signer"],
    ["HTTP", http, /POST/, "jitd"],
  ]) {
    await appliance.signer.kill("SIGKILL");
    assert.match(await stop(), /also after a restart/, "the answer comes when the stop is durable");
    await appliance.jitd.kill("SIGKILL");
    if (first === "signer") await appliance.start_signer();
    await appliance.start_jitd();
    assert.equal((await appliance.status()).risk.halted, true, `${what}: jitd comes up halted`);
    if (first === "jitd") {
      await refused(appliance, /stopped by an alert: .*POST.* \(the signer has not confirmed this stop yet\)/, "arm", "--ttl", "5m", "--max-notional", "1eth");
      await appliance.start_signer();
    }
    assert.match((await state_is(appliance, "TRIPPED")).cause, cause);
    await refused(appliance, /TRIPPED/, "arm", "--ttl", "5m", "--max-notional", "1eth");
    await refused(appliance, /reset needs the approvals of 2 different people, there are 0/, "reset", "--reason", "a drill");
    await reset(appliance, "a drill");
    assert.equal((await state_is(appliance, "DISARMED")).risk.halted, false);
  }
  await appliance.jitd.kill("SIGKILL");
  await appliance.start_jitd();
  assert.equal((await appliance.status()).risk.halted, false, "a stop that two people have ended does not come back");
  await appliance.ready();
  console.log("  a stop that neither the signer nor jitd outlives trips the signer all the same, whichever is back first");
}

/** One line to the signer's own control socket. */
const ask_signer = (appliance, request) =>
  new Promise((done, failed) => {
    const socket = connect(join(appliance.dirs.runtime, "signer-control.sock"), () => socket.write(`${JSON.stringify({ id: 1, ...request })}\n`));
    socket.setEncoding("utf8").once("data", (line) => done(JSON.parse(line)) ?? socket.end()).once("error", failed);
  });

/** Approvals of both that the next ones do not overwrite. */
const kept_approvals = async (appliance, name, command) =>
  (await appliance.approvals(APPROVERS, ...command)).map((file) => {
    copyFileSync(file, `${file}.${name}`);
    return `${file}.${name}`;
  });

const read_all = (files) => files.map((file) => JSON.parse(readFileSync(file, "utf8")));

/** jitd is halted and the signer is not TRIPPED, because two people reset it at its own socket: that has not ended jitd's halt. */
async function check_halt_alone(appliance) {
  await appliance.jitctl("estop", "--reason", "a drill");
  await state_is(appliance, "TRIPPED");
  const command = ["reset", "--reason", "seen to"];
  const for_the_trip = await kept_approvals(appliance, "trip", command);
  const beside = (files) => ask_signer(appliance, { op: "reset", operator: "bob", reason: "beside jitd", approvals: read_all(files) });
  assert.equal((await beside(for_the_trip)).ok, true);
  const halted = await state_is(appliance, "DISARMED");
  assert.equal(halted.risk.halted, true);
  await refused(appliance, /stopped by an alert: a drill/, "arm", "--ttl", "5m", "--max-notional", "1eth");
  await restart_with(appliance, {}, () => assert.equal(forge_journal(appliance, "DELETE FROM risk_state WHERE key='halt'"), 1));
  assert.equal((await appliance.status()).risk.halted, true, "the audit log knows of it");
  await state_is(appliance, "TRIPPED"); // and so does the signer, which is told what this jitd does not know to have arrived
  assert.equal((await beside(await appliance.approvals(APPROVERS, ...command))).ok, true);
  await state_is(appliance, "DISARMED");
  await refused(appliance, /resume_halted needs the approvals of 2 different people, there are 0/, ...command);
  const [bob, carol] = await kept_approvals(appliance, "halt", command);
  await refused(appliance, /two approvals by one person count once/, ...command, ...with_approvals([bob, bob]));
  await refused(appliance, /is for 'reset'/, ...command, ...with_approvals(for_the_trip));
  appliance.jitd.child.kill("SIGUSR1"); // the next stop is another one
  await state_is(appliance, "TRIPPED");
  await refused(appliance, /is for 'resume_halted'/, ...command, ...with_approvals([bob, carol]));
  assert.equal((await beside(await appliance.approvals(APPROVERS, ...command))).ok, true);
  await state_is(appliance, "DISARMED");
  await refused(appliance, /is for another subject/, ...command, ...with_approvals([bob, carol]));
  const files = await appliance.approvals(APPROVERS, ...command);
  assert.equal((await appliance.jitctl(...command, ...with_approvals(files))).state, "DISARMED");
  assert.equal((await appliance.status()).risk.halted, false);
  await appliance.build_block(); // a fresh head
  await appliance.arm();
  await appliance.jitctl("disarm", "--reason", "lunch");
  console.log("  a halt that the signer does not hold is ended by two people, for just that stop, and by nobody who takes it out of the journal");
}

async function check_end(appliance) {
  await appliance.arm();
  appliance.jitd.child.kill("SIGTERM");
  assert.equal(await appliance.jitd.exited, 0, "jitd ends with 0");
  const { stdout } = await appliance.try_jitctl("estop", "--reason", "jitd is gone");
  const answer = JSON.parse(stdout);
  assert.equal(answer.signer, "TRIPPED", "the signer latches without jitd");
  assert.match(answer.jitd_error, /cannot reach jitd/);
  await appliance.start_jitd();
  await state_is(appliance, "TRIPPED");
  const audit = await appliance.jitctl("audit", "verify");
  assert.ok(audit.ok && audit.records > 10, "the audit log is intact");
  console.log(`  SIGTERM ends cleanly; estop works without jitd; ${audit.records} audit records verify`);
}

await end_to_end("operators", async (appliance, { seed }) => {
  await check_arming(appliance);
  await check_dual_control(appliance);
  await check_loosening(appliance);
  await check_disarmed_does_not_sign(appliance, seed);
  await check_stops(appliance);
  await check_dead_man(appliance);
  await check_signer_loss(appliance);
  await check_stop_without_signer(appliance);
  await check_stop_that_jitd_does_not_outlive(appliance);
  await check_halt_alone(appliance);
  await check_end(appliance);
}, { settings: { approvers: APPROVERS, arm_threshold_wei: THRESHOLD_WEI } });
