#!/usr/bin/env node
// pause() on the chain when the appliance trips: asked for or sent, heard from jitd or from the signer, sent again when a block does not take it, once a
// trip. Who answers rubbish in jitd's place, or not at all, pauses nothing.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GUARDIAN, wallet } from "../../../sim/chain/lib/accounts.mjs";
import { artifact } from "../../../sim/chain/lib/artifacts.mjs";
import { run_command } from "../../../sim/demo/lib/processes.mjs";
import { end_to_end, until } from "./lib/run.mjs";

const quoted = JSON.stringify;
const paused = async (appliance) => (await appliance.chain.view("JitExecutor", appliance.manifest.executor.address, "paused"))[0];

const said = (appliance, pattern) => until(`the guardian to say ${pattern}`, () => pattern.test(readFileSync(appliance.guardian.log_file, "utf8").slice(appliance.said_before ?? 0)), 10_000);

async function start_guardian(appliance, more) {
  await appliance.guardian?.end();
  if (appliance.guardian) appliance.said_before = readFileSync(appliance.guardian.log_file, "utf8").length;
  await appliance.start_guardian(more);
}

/** The guardian's transactions in the node's pool. */
async function waiting(appliance) {
  const { transactions } = await appliance.chain.rpc.call("eth_getBlockByNumber", "pending", true);
  return transactions.filter(({ from }) => from.toLowerCase() === wallet(GUARDIAN).address.toLowerCase());
}

const pause_waits = (appliance) => until("pause() to be in the pool", async () => (await waiting(appliance))[0]);

/** The owner's act, which the sandbox's node signs. */
async function unpause(appliance) {
  const { owner, address } = appliance.manifest.executor;
  const hash = await appliance.chain.rpc.call("eth_sendTransaction", { from: owner, to: address, data: artifact("JitExecutor").abi.encodeFunctionData("unpause") });
  await appliance.build_block();
  assert.equal((await appliance.chain.rpc.call("eth_getTransactionReceipt", hash)).status, "0x1");
  assert.equal(await paused(appliance), false);
}

async function check_mistakes(appliance) {
  const file = join(appliance.dir, "guardian.toml");
  await start_guardian(appliance, {});
  await appliance.guardian.end();
  const refused = async (change, message) => {
    const text = readFileSync(file, "utf8");
    writeFileSync(file, change(text));
    const { code, stderr } = await run_command(appliance.program("jit-guardian"), ["--config", file, "--check"]);
    writeFileSync(file, text);
    assert.equal(code, 2);
    assert.match(stderr, message);
  };
  await refused((text) => `${text}on_trip = "auto"\n`, /on_trip: nobody would tell that the appliance has tripped/);
  await refused((text) => `${text}on_trip = "perhaps"\n`, /must be "off", "ask" or "auto"/);
  await refused((text) => `${text}on_trip = "ask"\nappliance_url = "https://example.org"\n`, /appliance_url 'https:\/\/example.org' is no http/);
  await refused((text) => `${text.replace('"unwind"', '"report"')}on_trip = "auto"\nsigner_socket = "/run/x"\n`, /"auto" needs a key/);
  console.log("  mistakes in its configuration are refused");
}

/** Somebody on jitd's port who is not jitd: rubbish, then silence. */
async function check_imposter(appliance) {
  let hang = false;
  const imposter = createServer((request, response) => (hang ? null : response.end('{"state": 17}')));
  await new Promise((resolve) => imposter.listen(0, "127.0.0.1", resolve));
  await start_guardian(appliance, { on_trip: quoted("auto"), appliance_url: quoted(`http://127.0.0.1:${imposter.address().port}`) });
  await said(appliance, /is no jitd: a trip would not be seen/);
  hang = true;
  for (let i = 0; i < 3; i += 1) await appliance.build_block();
  await sleep(1000);
  assert.deepEqual([await waiting(appliance), await paused(appliance)], [[], false]);
  imposter.closeAllConnections();
  imposter.close();
  console.log("  rubbish and silence in jitd's place pause nothing, and are told");
}

async function check_jitd(appliance) {
  const url = quoted(`http://127.0.0.1:${(await appliance.status()).admin_port}`);
  await start_guardian(appliance, { on_trip: quoted("ask"), appliance_url: url });
  await appliance.arm();
  await appliance.jitctl("estop", "--reason", "smoke");
  await said(appliance, /pause_wanted.*jit-guardian --config FILE --pause/);
  await appliance.build_block();
  assert.equal(await paused(appliance), false, "asked for, not done");

  await start_guardian(appliance, { on_trip: quoted("auto"), appliance_url: url });
  await pause_waits(appliance);
  await appliance.build_block();
  assert.equal(await paused(appliance), true);
  await said(appliance, /the executor is paused/);

  // The owner who unpauses is not fought, neither while the trip stands nor after its end.
  await unpause(appliance);
  await appliance.build_block();
  await appliance.jitctl("reset", "--reason", "a drill");
  await sleep(500);
  await appliance.build_block();
  assert.deepEqual([await waiting(appliance), await paused(appliance)], [[], false]);
  console.log("  heard from jitd: asked for, or paused in the next block; the owner's unpause stands");
}

/** jitd is dead; the stop is latched in the signer, and its socket says so. The first transaction is lost. */
async function check_signer(appliance) {
  await start_guardian(appliance, { on_trip: quoted("auto"), signer_socket: quoted(`${appliance.dirs.runtime}/signer-control.sock`) });
  await appliance.jitd.kill("SIGKILL");
  await appliance.try_jitctl("estop", "--reason", "jitd is gone");
  const first = await pause_waits(appliance);
  await appliance.chain.rpc.call("anvil_dropTransaction", first.hash);
  await appliance.build_block();
  const second = await pause_waits(appliance);
  assert.ok(BigInt(second.maxFeePerGas) > BigInt(first.maxFeePerGas), `${second.maxFeePerGas} after ${first.maxFeePerGas}`);
  assert.equal(second.nonce, first.nonce);
  await appliance.build_block();
  assert.equal(await paused(appliance), true);
  console.log("  heard from the signer with jitd dead: a lost transaction is sent again, higher");
}

await end_to_end("pause on a trip", async (appliance) => {
  await check_mistakes(appliance);
  await check_imposter(appliance);
  await check_jitd(appliance);
  await check_signer(appliance);
});
