#!/usr/bin/env node
// Takes the executor's checks away one by one and says which of them no test misses. Exit code 0: every mutant was found out.
// usage: mutate.mjs [NAME-PART]
// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const CONTRACTS = fileURLToPath(new URL("../", import.meta.url));
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PLACE = `${ROOT}build/mutants/`;
const COPY = `${PLACE}deploy/contracts/`;
const EXECUTOR = "src/JitExecutor.sol";

const OWNER_FUNCTIONS = ["listPool", "unlistPool", "setOperator", "setGuardian", "setTipCap", "unpause", "withdraw"];

/** Every `require` of the source, and what is not written as one. */
function mutants(source) {
  const all = [];
  for (const match of source.matchAll(/^ *require\([^;]*;\n/gm)) {
    const line = source.slice(0, match.index).split("\n").length;
    all.push({ name: `line ${line}: without ${match[0].trim().replace(/\s+/g, " ")}`, from: match[0], to: "", at: match.index });
  }
  const swap = (name, from, to) => {
    const at = source.indexOf(from);
    if (at < 0) throw new Error(`mutant '${name}' does not fit the source any more`);
    all.push({ name, from, to, at });
  };
  for (const name of OWNER_FUNCTIONS) {
    const [head] = new RegExp(`function ${name}\\([^{]*\\{`).exec(source);
    swap(`${name} by anybody`, head, head.replace("onlyOwner", ""));
  }
  for (const name of ["pause", "unwind"]) {
    const [head] = new RegExp(`function ${name}\\([^{]*\\{`).exec(source);
    swap(`${name} by anybody`, head, head.replace("onlyGuardian", ""));
  }
  for (const name of ["mint", "burn", "unwind"]) {
    const [head] = new RegExp(`function ${name}\\([^{]*\\{`).exec(source);
    swap(`${name} without lock`, head, head.replace("nonReentrant", ""));
  }
  swap("more than one callback a mint", "        _poolInFlight = address(0);\n        if (amount0Owed", "        if (amount0Owed");
  swap("pool in flight not forgotten", '        // A pool that took nothing made no callback.\n        _poolInFlight = address(0);\n', "");
  swap("the owner is no guardian", "msg.sender == guardian || msg.sender == OWNER", "msg.sender == guardian");
  swap("unlisting does nothing", "_pools[poolId].listed = false;", "");
  swap("tip not paid", "require(_send(block.coinbase, tipWei), TipFailed(tipWei));", "");
  swap("withdraw to somebody else", "_transfer(IERC20(token), OWNER, amount);", "_transfer(IERC20(token), token, amount);");
  return all;
}

function prepare() {
  rmSync(PLACE, { recursive: true, force: true });
  mkdirSync(COPY, { recursive: true });
  const outside = (path) => !/\/(out|cache)(\/|$)/.test(path.slice(CONTRACTS.length - 1));
  cpSync(CONTRACTS, COPY, { recursive: true, filter: outside });
  symlinkSync(`${ROOT}node_modules`, `${PLACE}node_modules`);
}

/** Without the optimiser, which changes nothing that the tests look at, and compiling only the executor again, not every test. */
function tests_pass() {
  const args = ["test", "--fail-fast", "--no-match-contract", "InvariantTest", "--fuzz-runs", "32"];
  const env = { ...process.env, FOUNDRY_OPTIMIZER: "false", FOUNDRY_DENY: "never", FOUNDRY_DYNAMIC_TEST_LINKING: "true" };
  const { status, stdout, stderr } = spawnSync(`${COPY}tools/forge.sh`, args, { env, encoding: "utf8" });
  if (!/tests? passed|Failing tests/.test(stdout)) throw new Error(`the tests did not run:\n${(stdout + stderr).slice(-2000)}`);
  return status === 0;
}

function main(part) {
  prepare();
  const source = readFileSync(COPY + EXECUTOR, "utf8");
  if (!tests_pass()) throw new Error("the tests fail without any mutation");
  const survivors = [];
  const chosen = mutants(source).filter(({ name }) => !part || name.includes(part));
  for (const { name, from, to, at } of chosen) {
    writeFileSync(COPY + EXECUTOR, source.slice(0, at) + to + source.slice(at + from.length));
    const survived = tests_pass();
    if (survived) survivors.push(name);
    console.log(`${survived ? "SURVIVED" : "found out"}  ${name}`);
  }
  console.log(`${chosen.length - survivors.length} of ${chosen.length} mutants found out`);
  if (existsSync(PLACE)) rmSync(PLACE, { recursive: true });
  process.exitCode = survivors.length === 0 ? 0 : 1;
}

try {
  main(process.argv[2]);
} catch (error) {
  console.error(`mutate: ${error.message}`);
  process.exitCode = 2;
}
