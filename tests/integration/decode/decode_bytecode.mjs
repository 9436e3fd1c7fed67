#!/usr/bin/env node
// The routers' own bytecode is the judge: calldata, whole and damaged, runs on a local node; what the routers ask of pools must be the
// legs of jitctl decode, and what they refuse to decode must be rejected.
// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getBytes, hexlify, toBeHex } from "ethers";
import { Forms, transaction_with } from "./forms.mjs";
import { SWAP_ROUTER, SWAP_ROUTER02 } from "./independent_decoder.mjs";
import { decode, option, report } from "./jitctl.mjs";
import { Random } from "./random.mjs";
import { POOL_AMOUNT, start_router_chain } from "./router_chain.mjs";

const seed = Number(option("seed", Date.now() % 1_000_000_000));
const cases = Number(option("cases", 1500));
console.log(`seed ${seed}`);
const random = new Random(seed);
const TWO_256 = 1n << 256n;

/** Damages calldata as a hostile or broken sender would: words, bytes, length. The selector and command bytes stay what they are. */
function damage(data) {
  const bytes = getBytes(data);
  for (let times = 1 + random.below(2); times > 0; --times) {
    const words = Math.floor((bytes.length - 4) / 32);
    if (words === 0) break;
    const at = 4 + 32 * random.below(words);
    const near = [0n, 1n, 31n, 32n, 33n, 64n, 96n, 128n, 160n, 192n, BigInt(bytes.length), BigInt(bytes.length - 4), BigInt(bytes.length - 36)];
    const far = [1n << 24n, 1n << 32n, 1n << 64n, 1n << 160n, 1n << 255n, (1n << 255n) - 1n, TWO_256 - 1n, TWO_256 - 32n, TWO_256 - 64n, TWO_256 - 33n];
    switch (random.below(4)) {
      case 0: bytes.set(getBytes(toBeHex(random.pick(near), 32)), at); break;
      case 1: bytes.set(getBytes(toBeHex(random.pick(far), 32)), at); break;
      case 2: bytes[at + random.below(32)] ^= 1 << random.below(8); break;
      default: bytes.set(bytes.slice(4 + 32 * random.below(words)).slice(0, 32), at);
    }
  }
  if (random.chance(20)) return hexlify(bytes.slice(0, 4 + random.below(bytes.length - 3)));
  return random.chance(10) ? hexlify(bytes) + "ab".repeat(1 + random.below(70)) : hexlify(bytes);
}

function leg_against_swap(leg, swap) {
  const [token_in, token_out] = swap.zero_for_one ? [swap.token0, swap.token1] : [swap.token1, swap.token0];
  if (leg.token_in !== token_in || leg.token_out !== token_out || leg.fee !== swap.fee) return "pool";
  if (leg.zero_for_one !== swap.zero_for_one) return "direction";
  if (swap.amount !== 0n && leg.exact_in !== swap.amount > 0n) return "exact_in";
  const amount = swap.amount < 0n ? -swap.amount : swap.amount;
  if (leg.amount !== null && BigInt(leg.amount) !== amount) return `amount ${leg.amount} ${amount}`;
  if (leg.sqrt_price_limit_x96 !== "0" && BigInt(leg.sqrt_price_limit_x96) !== swap.price_limit) return "price limit";
  return null;
}

// TransactionDeadlinePassed(), Permit2's UnsafeCast() of what the pool asked for, and Error(string) of the checks of time and block.
const STATE_ERRORS = ["5bf6f916", "c4bd89a9", ...["Transaction too old", "Blockhash"].map((text) => Buffer.from(text).toString("hex"))];

/** Reverts that are no matter of decoding: on this chain the call fails although its calldata is well formed. */
function refused_for_other_reasons(answer, real, chain) {
  if (STATE_ERRORS.some((text) => (real.output ?? "").includes(text))) return true;
  const known = new Set([...chain.pools.values()].map((pool) => `${pool.token0}${pool.token1}${pool.fee}`));
  return answer.legs.some((leg) => {
    const [token0, token1] = leg.zero_for_one ? [leg.token_in, leg.token_out] : [leg.token_out, leg.token_in];
    if (!known.has(`${token0}${token1}${leg.fee}`)) return true; // no such pool
    if (leg.deadline !== null && BigInt(leg.deadline) < chain.timestamp) return true;
    if (leg.amount === "0") return true; // a real pool refuses it ('AS'), the recording one answers what it likes
    return leg.exact_in ? BigInt(leg.limit) > POOL_AMOUNT : BigInt(leg.limit) < POOL_AMOUNT;
  });
}

const OTHER_CALLS = ["0x12210e8a", "0xdf2ab5bb"]; // refundETH(), sweepToken(address,uint256,address)
const KNOWN = new Set([...OTHER_CALLS, ...[SWAP_ROUTER, SWAP_ROUTER02].flatMap((abi) => abi.fragments.map((fragment) => fragment.selector))]);

// What docs/kernel-contract.md states as the capacity of one card image.
const CAPACITY = ["too_many_legs", "calldata_too_complex", "calldata_nested_too_deep"];

function compare(row, answer, real, chain, tally) {
  const swap_count = `${answer.legs.length} legs, ${real.swaps.length} swaps`;
  if (!real.ok) {
    if (answer.status === "rejected") return tally("refused by both"), null;
    if (refused_for_other_reasons(answer, real, chain)) return tally("refused by the chain for other reasons"), null;
    // 50,000,000 gas are more than any transaction may have (EIP-7825): damaged lengths that use them up say nothing about decoding.
    if (/out of gas/i.test(real.error ?? "")) return tally("refused by the chain, out of gas"), null;
    // Damage turned a command into V4_SWAP, which the parser passes over: this chain has no V4 pool manager.
    if (real.asks_v4) return tally("refused by the chain, no V4 pool manager"), null;
    // jitctl passes over functions it does not know, so that forks may have more of them; these routers do not have this one.
    if (real.inner_selectors.some((selector) => !KNOWN.has(selector))) return tally("refused by the chain, unknown function"), null;
    return `the router reverts (${real.output ?? real.error}), jitctl says ${answer.status}, ${swap_count}`;
  }
  if (CAPACITY.includes(answer.reason)) return tally("beyond the card's capacity"), null;
  if (answer.status === "rejected") return `the router accepts, jitctl says ${answer.reason}`;
  const failed_inside = real.inner_failures.some((output) => STATE_ERRORS.some((text) => output.includes(text)));
  const may_be_less = answer.legs.some((leg) => leg.may_revert) && (failed_inside || refused_for_other_reasons(answer, real, chain));
  if (answer.legs.length > real.swaps.length && may_be_less) return tally("a sub-plan that may fail failed for other reasons"), null;
  if (answer.legs.length !== real.swaps.length) return swap_count;
  tally(answer.legs.length > 0 ? "same legs" : "no legs on both sides");
  const wrong = answer.legs.map((leg, i) => leg_against_swap(leg, real.swaps[i])).find((difference) => difference !== null);
  return wrong ?? null;
}

function settings(chain, tokens) {
  return {
    tokens,
    hops: 4,
    amount: () => 1n + random.bits(100),
    limit: (exact_in) => (exact_in ? random.bits(9) : POOL_AMOUNT + random.bits(200)),
    deadline: () => chain.timestamp + 1000n + random.bits(random.chance(90) ? 40 : 250),
    previous_block_hash: chain.previous_hash,
    other_commands: [[0x0b, toBeHex(2n, 32) + "00".repeat(32)], [0x04, toBeHex(BigInt(tokens[0]), 32) + toBeHex(1n, 32).slice(2) + "00".repeat(32)]],
    other_calls: [OTHER_CALLS[0], `${OTHER_CALLS[1]}${toBeHex(BigInt(tokens[0]), 32).slice(2)}${"00".repeat(32)}${toBeHex(1n, 32).slice(2)}`],
  };
}

async function judge(chain, tokens, file) {
  const options = settings(chain, tokens);
  const whole = new Forms(random, options);
  const to_damage = new Forms(random, { ...options, other_commands: [], other_calls: [] });
  const kinds = Object.keys(chain.routers);
  const rows = Array.from({ length: cases }, (_, i) => {
    const kind = kinds[i % kinds.length];
    const damaged = random.chance(70);
    const original = (damaged ? to_damage : whole).of(kind);
    return { kind, damaged, data: damaged ? damage(original) : original };
  });
  const raws = rows.map((row) => transaction_with(chain.routers[row.kind], row.data));
  const answers = decode(option("jitctl"), raws, ["--routers", file]);
  const counts = new Map();
  const tally = (what) => counts.set(what, (counts.get(what) ?? 0) + 1);
  const differences = [];
  for (const [i, row] of rows.entries()) {
    const real = await chain.swaps_of(row.kind, row.data);
    const difference = compare(row, answers[i], real, chain, tally);
    if (difference !== null) differences.push(`case ${i} ${row.kind}${row.damaged ? " damaged" : ""}: ${difference}\n  ${row.data}`);
  }
  report("calldata against the routers' bytecode", rows.length, differences);
  for (const [what, count] of counts) console.log(`  ${what}: ${count}`);
}

const tokens = Array.from({ length: 4 }, () => toBeHex(random.bits(160) | (1n << 159n), 20)).sort();
const folder = mkdtempSync(join(tmpdir(), "jitbox-decode-"));
const chain = await start_router_chain(tokens);
try {
  const file = join(folder, "routers.json");
  const table = Object.entries(chain.routers).map(([kind, address]) => [address, { kind, factory: chain.factory }]);
  writeFileSync(file, JSON.stringify(Object.fromEntries(table)));
  await judge(chain, tokens, file);
} finally {
  await chain.stop();
  rmSync(folder, { recursive: true });
}
