// What the swappers meant is what `jitctl decode` reads, for every form and every damage. Prints the seed.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { flow } from "../../../sim/chain/lib/flow.mjs";
import { FORMS } from "../../../sim/chain/lib/forms.mjs";
import { Testbed } from "../../../sim/chain/lib/testbed.mjs";
import { random_seed } from "../../support/seed.mjs";

const JITCTL = process.env.JITBOX_JITCTL;
const SEED = Number(random_seed());
const COUNT = 600;

describe(`decoding of the swappers' traffic, seed ${SEED}`, () => {
  const directory = mkdtempSync(join(tmpdir(), "jitbox-decode-"));
  let manifest;
  let pairs; // [{intent, decoded}]

  before(async () => {
    if (!JITCTL) throw new Error("JITBOX_JITCTL does not name the jitctl program");
    const bed = await Testbed.start();
    manifest = bed.manifest;
    await bed.stop();
    const items = flow(manifest, SEED, new Map(), { malformed_percent: 15 });
    const sent = Array.from({ length: COUNT }, () => items.next().value);
    const routers = join(directory, "routers");
    writeFileSync(routers, manifest.routers.map(({ address, kind, factory }) => `${address} ${kind} ${factory}\n`).join(""));
    const input = sent.map(({ raw }) => `${raw}\n`).join("");
    const output = execFileSync(JITCTL, ["decode", "--routers", routers], { input, maxBuffer: 2 ** 28, encoding: "utf8" });
    const lines = output.trim().split("\n").map((line) => JSON.parse(line));
    assert.equal(lines.length, sent.length, "one answer for each line");
    pairs = sent.map(({ intent }, index) => ({ intent, decoded: lines[index] }));
  });
  after(() => rmSync(directory, { recursive: true }));

  const of_kind = (what) => pairs.filter(({ intent }) => intent.what === what);

  it("finds the leg of every swap, as it was meant", () => {
    const seen = new Set();
    for (const { intent, decoded } of of_kind("swap")) {
      assert.equal(decoded.hash, intent.hash);
      assert.equal(decoded.type, intent.type);
      assert.equal(decoded.status, "ok", intent.form);
      assert.equal(decoded.legs.length, intent.hops, intent.form);
      const leg = decoded.legs.find(({ amount }) => amount !== null);
      const pool = manifest.pools[intent.pool_id];
      const wanted = { fee: pool.fee, factory: pool.factory.toLowerCase(), zero_for_one: intent.zero_for_one, exact_in: intent.exact_in, amount: intent.amount };
      const { fee, factory, zero_for_one, exact_in, amount } = leg;
      assert.deepEqual({ fee, factory, zero_for_one, exact_in, amount }, wanted, intent.form);
      const ends = [intent.token_in, intent.token_out].map((token) => token.toLowerCase());
      // Hops are numbered as the contracts execute them: an exact output begins at the end of the path.
      const along = [...decoded.legs].sort((a, b) => (intent.exact_in ? a.hop - b.hop : b.hop - a.hop));
      const path = [along[0].token_in, along.at(-1).token_out];
      assert.deepEqual(path, ends, intent.form);
      if (intent.hops === 1) assert.equal(leg.limit, intent.limit, intent.form);
      seen.add(intent.form);
    }
    assert.deepEqual(seen, new Set(FORMS.map(({ name }) => name)));
  });

  it("finds no swap in a transfer", () => {
    for (const { intent, decoded } of of_kind("transfer")) {
      assert.deepEqual([decoded.hash, decoded.status, decoded.legs], [intent.hash, "no_swap", []]);
    }
  });

  it("rejects what is damaged, each with a reason", () => {
    const damaged = of_kind("malformed");
    assert.ok(damaged.length > 30);
    for (const { intent, decoded } of damaged) {
      assert.equal(decoded.status, "rejected", intent.damage);
      assert.ok(decoded.reason, intent.damage);
    }
  });
});
