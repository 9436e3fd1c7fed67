#!/usr/bin/env node
// Random calldata of every router kind and form, encoded by ethers: jitctl decode must agree with the independent decoder.
// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keccak256, toBeHex } from "ethers";
import { Forms, transaction_with } from "./forms.mjs";
import { leg_difference, legs_of } from "./independent_decoder.mjs";
import { decode, option, report } from "./jitctl.mjs";
import { Random } from "./random.mjs";

const KINDS = ["swap_router", "swap_router02", "universal_router_v1_0", "universal_router", "universal_router_v2", "universal_router_v2_1"];
const seed = Number(option("seed", Date.now() % 1_000_000_000));
const cases = Number(option("cases", 2000));
console.log(`seed ${seed}`);

const random = new Random(seed);
const tokens = Array.from({ length: 12 }, () => toBeHex(random.bits(160) | (1n << 159n), 20));
const forms = new Forms(random, {
  tokens,
  hops: 8,
  amount: () => 1n + random.bits(254),
  limit: () => random.bits(256),
  deadline: () => random.bits(random.chance(90) ? 40 : 256),
  other_commands: [[0x0b, "0x"], [0x04, toBeHex(1n, 96)], [0x08, toBeHex(7n, 160)], [0x0a, "0x1234"], [0x10, "0xff"]],
  other_calls: ["0x12210e8a", "0x49404b7c" + "00".repeat(64), "0x472b43f3" + "00".repeat(64), "0xdf2ab5bb" + "11".repeat(96)],
});

const folder = mkdtempSync(join(tmpdir(), "jitbox-decode-"));
try {
  const routers = Object.fromEntries(KINDS.map((kind, i) => [toBeHex(0x1000n + BigInt(i), 20), { kind, factory: toBeHex(0xfac0n + BigInt(i), 20) }]));
  const file = join(folder, "routers.json");
  writeFileSync(file, JSON.stringify(routers, null, 2));
  const rows = Array.from({ length: cases }, (_, i) => {
    const at = i % KINDS.length;
    const data = forms.of(KINDS[at]);
    return { kind: KINDS[at], factory: toBeHex(0xfac0n + BigInt(at), 20), data, raw: transaction_with(toBeHex(0x1000n + BigInt(at), 20), data, BigInt(i)) };
  });
  const answers = decode(option("jitctl"), rows.map((row) => row.raw), ["--routers", file]);
  const differences = [];
  rows.forEach((row, i) => {
    const answer = answers[i];
    const expected = legs_of(row.kind, row.data, row.factory);
    let difference = leg_difference(expected, answer.legs);
    if (expected.length > 64) difference = answer.reason === "too_many_legs" ? null : `too many legs: ${answer.status}`;
    else if (answer.status !== (expected.length > 0 ? "ok" : "no_swap")) difference = `${answer.status} ${answer.reason}`;
    if (answer.hash !== keccak256(row.raw)) difference = "hash";
    if (difference !== null) differences.push(`case ${i} ${row.kind}: ${difference}\n  ${row.data}`);
  });
  report("calldata of every form", rows.length, differences);
  console.log(`legs: ${answers.reduce((sum, answer) => sum + answer.legs.length, 0)}`);
} finally {
  rmSync(folder, { recursive: true });
}
