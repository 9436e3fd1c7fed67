#!/usr/bin/env node
// Every real transaction beside the repository: hash, type and status; every router transaction: its legs by an independent decoder.
// SPDX-License-Identifier: Apache-2.0
import { Transaction } from "ethers";
import { leg_difference, legs_of } from "./independent_decoder.mjs";
import { decode, option, report, shared_lines } from "./jitctl.mjs";

const UNISWAP = "0x1f98431c8ad98523631ae4a59f267346ea31f984";
const PANCAKE = "0x0bfbcf9fa4f9c56b0f40a671ad40e0805a091865";
const SUSHI = "0xbaceb8ec6b9355dfc0269c18bac9d6e2bdc29c4f";
const ROUTERS = {
  "0xe592427a0aece92de3edee1f18e0157c05861564": ["swap_router", UNISWAP],
  "0x68b3465833fb72a70ecdf485e0e4c7bd8665fc45": ["swap_router02", UNISWAP],
  "0xef1c6e67703c7bd7107eed8303fbe6ec2554bf6b": ["universal_router_v1_0", UNISWAP],
  "0x3fc91a3afd70395cd496c647d5a6cc9d4b2b7fad": ["universal_router", UNISWAP],
  "0x66a9893cc07d91d95644aedd05d03f95e1dba8af": ["universal_router_v2", UNISWAP],
  "0x4c82d1fbfe28c977cbb58d8c7ff8fcf9f70a2cca": ["universal_router_v2_1", UNISWAP],
  "0x1b81d678ffb9c0263b24a97847620c99d213eb14": ["swap_router", PANCAKE],
  "0x13f4ea83d0bd40e75c8222255bc855a974568dd4": ["swap_router02", PANCAKE],
  "0x2e6cd2d30aa43f40aa81619ff4b6e0a41479b13f": ["swap_router", SUSHI],
};

// Block 116,525 is of the Frontier, before EIP-2 forbade s above half the curve's order; nobody could send these today.
const HIGH_S_OF_FRONTIER = new Set([
  "0x9fcc6bc756eee5130a9bd19151defa46d5cd85cebce6eaf9f76b6e9c264518d3",
  "0xd278a11d3d81beb714c7989001492cba1177a0b5e3bca8bf2a4adb536a9acef8",
  "0xca5596a2c1e748b9cd7faf9b1a859fac38135d42c07d90e42e64e3fa66fd7ec3",
  "0x457766c6b413dabcd9afe3eda4052c305b955309e8b5aee25d2fc893b7304cf3",
]);

function compare(row, answer) {
  if (answer.hash !== row.hash || answer.type !== row.type) return `hash or type: ${answer.hash} ${answer.type}`;
  if (HIGH_S_OF_FRONTIER.has(row.hash)) return answer.reason === "tx_signature_high_s" ? null : `Frontier high s: ${answer.status}`;
  if (answer.status === "rejected") return `rejected: ${answer.reason}`;
  const [kind, factory] = ROUTERS[row.to] ?? [null, null];
  if (answer.from_router !== kind) return `from_router ${answer.from_router}, not ${kind}`;
  const expected = kind === null ? [] : legs_of(kind, Transaction.from(row.raw).data, factory);
  return leg_difference(expected, answer.legs) ?? (answer.status === (expected.length > 0 ? "ok" : "no_swap") ? null : answer.status);
}

let missing = true;
for (const file of ["mainnet/transactions.jsonl.gz", "mainnet/v3_router_transactions.jsonl.gz"]) {
  const rows = shared_lines(file);
  if (rows === null) continue;
  missing = false;
  const answers = decode(option("jitctl"), rows.map((row) => row.raw));
  const differences = rows.map((row, i) => [row.hash, compare(row, answers[i])]).filter(([, difference]) => difference !== null);
  report(file, rows.length, differences.map((pair) => pair.join(" ")));
}
if (missing) process.exitCode = 77;
