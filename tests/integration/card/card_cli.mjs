#!/usr/bin/env node
// jitctl with a card: decode and evaluate on it give the native one's text, its self-test passes, and a machine without a card is told so.
// The card is the Verilated model behind XRT's stock driver, which sleeps ten seconds when it loads and when it closes: the three commands
// run beside each other, each on a model and in a folder of its own.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toBeHex } from "ethers";
import { Forms, transaction_with } from "../decode/forms.mjs";
import { card_environment } from "../../../sim/demo/lib/card.mjs";
import { option } from "../decode/jitctl.mjs";
import { Random } from "../decode/random.mjs";

const KINDS = ["swap_router", "swap_router02", "universal_router_v1_0", "universal_router", "universal_router_v2", "universal_router_v2_1"];
const seed = Number(option("seed", Date.now() % 1_000_000_000));
const jitctl = option("jitctl");
console.log(`seed ${seed}`);

function run(args, { input = "", cwd } = {}) {
  return spawnSync(jitctl, args, { input, cwd, encoding: "utf8", timeout: 120_000 });
}

/** The same on a card; XRT keeps its files where the program stands. */
function run_on_card(args, input = "") {
  const cwd = join(folder, `${args[0]}-on-card`);
  mkdirSync(cwd);
  const child = spawn(jitctl, args, { cwd, env, timeout: 120_000 });
  child.stdin.on("error", () => {}).end(input); // one that ends early says why with its exit code
  const out = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) child[name].setEncoding("utf8").on("data", (text) => (out[name] += text));
  return new Promise((resolve) => child.on("close", (status) => resolve({ status, ...out })));
}

function transactions(random) {
  const tokens = Array.from({ length: 5 }, () => toBeHex(random.bits(160) | (1n << 159n), 20));
  const forms = new Forms(random, {
    tokens,
    hops: 4,
    amount: () => 1n + random.bits(254),
    limit: () => random.bits(256),
    deadline: () => random.bits(40),
    other_commands: [[0x0b, "0x"], [0x0a, "0x1234"]],
    other_calls: ["0x12210e8a"],
  });
  const whole = Array.from({ length: 240 }, (_, i) => transaction_with(toBeHex(0x1000n + BigInt(i % KINDS.length), 20), forms.of(KINDS[i % KINDS.length]), BigInt(i)));
  const cut = whole.slice(0, 30).map((raw) => raw.slice(0, 2 + 2 * (1 + random.below(raw.length / 2 - 2))));
  return [...whole, ...cut, "not hex"];
}

/** A pool and a swap, in a few sizes, directions and forms. */
function evaluate_line(i) {
  const liquidity = 10n ** BigInt(18 + (i % 5));
  const amount = liquidity / BigInt(10 + 37 * i);
  const edge = (tick, sign) => ({ tick, liquidity_net: String(sign * liquidity) });
  return JSON.stringify({
    pool: { fee: [500, 3000, 10000][i % 3], tick_spacing: [10, 60, 200][i % 3], sqrt_price_x96: "79228162514264337593543950336", tick: 0, liquidity: String(liquidity), ticks: [edge(-6000, 1n), edge(6000, -1n)] },
    swap: { zero_for_one: i % 2 === 0, amount_specified: String(i % 4 === 3 ? -amount : amount) },
  });
}

const env = card_environment(option("model"));
const folder = mkdtempSync(join(tmpdir(), "jitbox-card-"));
try {
  const routers = join(folder, "routers.json");
  writeFileSync(routers, JSON.stringify(Object.fromEntries(KINDS.map((kind, i) => [toBeHex(0x1000n + BigInt(i), 20), { kind, factory: toBeHex(0xfac0n, 20) }]))));
  const input = `${transactions(new Random(seed)).join("\n")}\n`;
  const decode = ["decode", "--routers", routers];

  const missing = run([...decode, "--engine", "xrt"], { input, cwd: folder });
  assert.notEqual(missing.status, 0, "without a card there is no answer");
  assert.equal(missing.stdout, "", "and no line that could be taken for one");
  assert.match(missing.stderr, /xclbin|device|XRT/);

  const questions = `${Array.from({ length: 60 }, (_, i) => evaluate_line(i)).join("\n")}\n`;
  const [card, there, test] = await Promise.all([
    run_on_card([...decode, "--engine", "xrt"], input),
    run_on_card(["evaluate", "--engine", "xrt"], questions),
    run_on_card(["card", "test"]),
  ]);

  const native = run(decode, { input });
  assert.equal(card.status, native.status, card.stderr);
  assert.equal(card.stdout, native.stdout, "the card's parser says what the native one says");
  console.log(`  ${native.stdout.trimEnd().split("\n").length} answers, the same text from both`);

  const here = run(["evaluate"], { input: questions });
  assert.equal(there.status, 0, there.stderr + there.stdout);
  assert.equal(there.stdout, here.stdout, "the card decides what the kernel on the CPU decides");
  assert.match(there.stdout, /"decision"/);
  console.log(`  ${there.stdout.match(/"decision"/g).length} decisions of 60, the same text from both`);

  assert.equal(test.status, 0, test.stderr + test.stdout);
  assert.match(test.stdout, /self-test: every figure as expected/);
  console.log(`  card test: ${test.stdout.trim().split("\n").at(-1)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
