#!/usr/bin/env node
// A node behind wss:// that lies about a hash or about senders, and that disappears for longer than two blocks, comes back as somebody whose
// certificate is not trusted, and then as itself.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { NodeProxy, self_signed } from "./lib/node_proxy.mjs";
import { assert_pools_are_right } from "./lib/pools.mjs";
import { build_until, end_to_end, included, until } from "./lib/run.mjs";

const BLOCK_TIME_S = 2;

/** What was told without a lie, by announcement or when jitd asked for the pool (which it does after a lie): the hashes. */
const told = new Set();
function honest(text) {
  for (const [, hash] of text.matchAll(/"hash":"(0x[0-9a-f]{64})"/g)) told.add(hash);
  return text;
}

/** Changes the nonce of the next pending transaction without changing its hash. */
function lie_once(proxy) {
  proxy.tamper = (text) => {
    if (!text.includes("eth_subscription") || !text.includes('"gasPrice"') && !text.includes('"maxFeePerGas"')) return honest(text);
    const message = JSON.parse(text);
    if (!message.params?.result?.hash || !message.params.result.nonce) return honest(text);
    message.params.result.nonce = `0x${(Number(message.params.result.nonce) + 1).toString(16)}`;
    proxy.tamper = honest;
    return JSON.stringify(message);
  };
}

/** Says that every swap is from somebody else; the hash does not show it, the signature does. One that jitd has heard of is known to it. */
function lie_about_senders(text, lied) {
  if (!text.includes("eth_subscription") || !text.includes('"from"')) return honest(text);
  const message = JSON.parse(text);
  if (!message.params?.result?.from) return honest(text);
  message.params.result.from = `0x${"11".repeat(20)}`;
  if (!told.has(message.params.result.hash)) lied.add(message.params.result.hash);
  return JSON.stringify(message);
}

function log_has(appliance, words) {
  return appliance.log_files().some((file) => readFileSync(file, "utf8").includes(words));
}

await end_to_end(
  "node faults",
  async (appliance, { seed }) => {
    const { proxy } = appliance;
    proxy.tamper = honest;
    await appliance.arm();
    appliance.swap({ seed, blocks: 200, per_block: 8, large_every: 3 });
    await build_until(appliance, "a bundle before the faults", async () => (await included(appliance)).length > 0);

    lie_once(proxy);
    await build_until(appliance, "a lie being noticed", async () => (await appliance.status()).node.lying_hashes > 0);
    console.log("  a transaction that does not hash to its hash was refused");

    const lied = new Set();
    proxy.tamper = (text) => lie_about_senders(text, lied);
    await build_until(appliance, "a signed bundle being withheld", async () => log_has(appliance, "not posted: the target's sender"));
    assert.ok(log_has(appliance, "the node says it is from"), "the alert says what the node claimed");
    proxy.tamper = honest;
    const included_before = (await included(appliance)).length;
    await build_until(appliance, "a bundle after the lies", async () => (await included(appliance)).length > included_before);
    assert.deepEqual((await included(appliance)).filter(({ target }) => lied.has(target)), [], "none of them was joined");
    console.log("  lies about senders: signed bundles were withheld, their lanes came back");

    await proxy.vanish();
    const lost = await until("disarming by the lost node", async () => {
      const status = await appliance.status();
      return status.state === "DISARMED" ? status : null;
    }, 20_000);
    assert.match(lost.cause, /no head/, "the cause names the lost node");
    assert.equal(lost.node.state, "disconnected");
    console.log(`  disarmed: ${lost.cause}`);
    const refused = await appliance.try_jitctl("arm", "--ttl", "5m", "--max-notional", "1000eth");
    assert.notEqual(refused.code, 0, "arming without a node is refused");
    assert.match(refused.stderr, /node is not connected/);

    for (let i = 0; i < 3; i += 1) await appliance.build_block(); // what happens while nobody looks
    const trusted = proxy.tls;
    proxy.tls = self_signed(appliance.dir, "somebody-else");
    await proxy.return_to_service();
    await until("an untrusted certificate being refused", () => log_has(appliance, "TLS: certificate verify failed"), 20_000);
    assert.equal((await appliance.status()).node.state, "disconnected", "nothing is asked of whom the certificate does not name");
    await proxy.vanish();
    proxy.tls = trusted;
    await proxy.return_to_service();
    await until("the node to be connected again", async () => (await appliance.status()).node.state === "connected", 20_000);
    await appliance.build_block();
    await until("jitd to have caught up", async () => {
      const head = Number(await appliance.chain.rpc.call("eth_blockNumber"));
      return (await appliance.status()).node.head === head;
    }, 20_000);
    const unseen = await appliance.try_jitctl("arm", "--ttl", "5m", "--max-notional", "1000eth");
    assert.match(unseen.stderr, /a critical risk event is not acknowledged: no head/);
    await appliance.jitctl("risk", "acknowledge", "--reason", "the node is back");
    await appliance.arm();
    const before = (await included(appliance)).length;
    await build_until(appliance, "a bundle after the node came back", async () => (await included(appliance)).length > before);
    await appliance.ready(); // a pool that was read while a block was being mined may have been quarantined and read again
    await assert_pools_are_right(appliance);
    const status = await appliance.status();
    console.log(`  back: ${status.node.connects} connects, ${status.node.gaps} gap(s) filled, ${(await included(appliance)).length} bundles`);
    await proxy.stop();
  },
  {
    settings: { overrides: { "chain.block_time_s": BLOCK_TIME_S } },
    before: async (appliance) => {
      // The proxy needs the node's address, which is known when the chain is up: it is put in between just before jitd's file is written.
      const write = appliance.write_config.bind(appliance);
      const start = appliance.start_jitd.bind(appliance);
      appliance.start_jitd = async () => {
        if (!appliance.proxy) {
          const tls = self_signed(appliance.dir, "node");
          appliance.proxy = await NodeProxy.start(appliance.manifest.ws_url, tls);
          appliance.overrides["chain.node_ca_file"] = tls.file;
          appliance.overrides["chain.node_ws"] = appliance.proxy.url;
          write();
        }
        return start();
      };
    },
  },
);
