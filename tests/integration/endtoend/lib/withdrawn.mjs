// What the relay saw of our bundles: which of them wait there for a block to come, and that a stop takes every one of them back.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "./run.mjs";

/** The relay's own log: a line for each bundle that it took, replaced or cancelled. */
const relay_events = (appliance) =>
  readFileSync(appliance.relays[0].child.log_file, "utf8").split("\n").filter((line) => line.startsWith("{") && line.endsWith("}")).map((line) => JSON.parse(line));

const head_of = async (appliance) => Number(await appliance.chain.rpc.call("eth_blockNumber"));

/** Bundles for blocks to come, as {sent: uuids, waiting: uuids that were not cancelled since}. A late one for a block that is there can do nothing. */
function bundles_after(appliance, head) {
  const events = relay_events(appliance);
  const sent = [...new Set(events.filter(({ event, block }) => event === "bundle" && block > head).map(({ uuid }) => uuid))];
  const last = (kind, uuid) => events.findLastIndex((line) => line.event === kind && line.uuid === uuid);
  return { sent, waiting: sent.filter((uuid) => last("cancelled", uuid) < last("bundle", uuid)) };
}

/** What a busy machine has disarmed (a heartbeat or a head that came late) is armed again; a refusal may be over after the next block. */
async function keep_armed(appliance) {
  const { state, risk } = await appliance.status();
  if (state === "ARMED") return;
  if (risk.unacknowledged) await appliance.jitctl("risk", "acknowledge", "--reason", "a drill");
  await appliance.try_jitctl("arm", "--ttl", "30m", "--max-notional", "1000000eth");
}

/** Armed, with bundles at the relay that the next block would include: builds blocks until it is so. */
export async function live_bundles(appliance) {
  for (let i = 0; i < 60; i += 1) {
    await keep_armed(appliance);
    await appliance.build_block();
    const head = await head_of(appliance);
    for (let ms = 0; ms < 1500; ms += 50) {
      if (bundles_after(appliance, head).waiting.length > 0) return;
      await sleep(50);
    }
  }
  throw new Error(`60 blocks were built and no bundle waits at the relay: ${JSON.stringify(await appliance.status())}`);
}

/** Every bundle for a block to come was withdrawn by eth_cancelBundle after it was sent, and the next block has none of ours. */
export async function assert_withdrawn(appliance, what) {
  const head = await head_of(appliance);
  await until(`${what}: every bundle to be withdrawn`, () => bundles_after(appliance, head).waiting.length === 0, 5_000, 20);
  await sleep(300); // what was being signed or posted at the stop would come now
  const { sent, waiting } = bundles_after(appliance, head);
  assert.ok(sent.length > 0, `${what}: bundles were at the relay`);
  assert.deepEqual(waiting, [], `${what}: none is sent again`);
  const { bundles } = await appliance.build_block();
  assert.deepEqual(bundles.filter(({ included }) => included), [], `${what}: the next block`);
  return sent.length;
}
