#!/usr/bin/env node
// Takes the executor's checks away one by one and says which of them no test misses. Exit code 0: every mutant was found out.
// usage: mutate.mjs [NAME-PART... | --short | --by-thief]      --short: a handful, one of each kind
// Judges are the unit tests alone, whose verdict is no luck; --by-thief: for what a thief of the key is after, the invariant test alone.
// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const CONTRACTS = fileURLToPath(new URL("../", import.meta.url));
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PLACE = `${ROOT}build/mutants/`;
const COPY = `${PLACE}deploy/contracts/`;
const SOURCES = ["src/JitExecutor.sol", "src/Listing.sol", "src/Rights.sol", "src/Words.sol"];
const SHORT = ["without require(tick == expectedTick", "withdraw to somebody else", "setOperator by anybody", "burn without lock", "weights round down"];

/** What the campaign of Invariant.t.sol has to find by itself, in a part of its calls and from one seed. */
const THIEF_FINDS = [
  "listToken by anybody", "listPool by anybody", "unlistPool by anybody", "setWeights by anybody", "setOperator by anybody",
  "setGuardian by anybody", "setCaps by anybody", "schedule by anybody", "unpause by anybody", "withdraw by anybody",
  "pause by anybody", "cancel by anybody", "unwind by anybody",
  "without require(block.number == expected", "without require(!_settings.paused()", "without require(parent == parentHash",
  "without require(msg.sender == pool", "without require(gwei_ <= cap, TipAboveCap", "without require(spent <= cap", "a mint counts against no block",
  "a tip counts against no block", "spending is not kept", "pausing does nothing", "the position belongs to the caller", "the caller collects",
];
const THIEF_SEED = "1";

const OWNER_FUNCTIONS = [
  "listToken", "unlistToken", "listPool", "unlistPool", "setWeights", "setOperator", "setGuardian", "setCaps", "schedule", "unpause", "withdraw",
];

/** Every `require`, `_loosen` and event of the sources, and what is not written as one. */
function mutants(sources) {
  const all = [];
  for (const [file, source] of sources) {
    for (const match of source.matchAll(/^ *(require\([^;]*|if \([^;{]*\) _loosen\(\)|_loosen\(\)|emit [^;]*);\n/gm)) {
      const line = source.slice(0, match.index).split("\n").length;
      all.push({ name: `${file}:${line} without ${match[0].trim().replace(/\s+/g, " ")}`, file, from: match[0], to: "", at: match.index });
    }
  }
  const holder = (text) => [...sources].find(([, source]) => source.includes(text));
  const swap = (name, from, to) => {
    const found = holder(from);
    if (!found) throw new Error(`mutant '${name}' does not fit the sources any more`);
    all.push({ name, file: found[0], from, to, at: found[1].indexOf(from) });
  };
  const head_of = (name) => {
    const pattern = new RegExp(`function ${name}\\([^{]*\\{`);
    const found = [...sources.values()].map((source) => pattern.exec(source)).find(Boolean);
    if (!found) throw new Error(`there is no function ${name} any more`);
    return found[0];
  };
  for (const name of OWNER_FUNCTIONS) {
    const head = head_of(name);
    swap(`${name} by anybody`, head, head.replace("onlyOwner", ""));
  }
  for (const name of ["pause", "cancel", "unwind"]) {
    const head = head_of(name);
    swap(`${name} by anybody`, head, head.replace("onlyGuardian", ""));
  }
  for (const name of ["mint", "burn", "unwind", "withdraw"]) {
    const head = head_of(name);
    swap(`${name} without lock`, head, head.replace("nonReentrant", ""));
  }
  swap("more than one callback a mint", "        _inFlight = PoolWord.wrap(0);\n        uint256 maximums", "        uint256 maximums");
  swap("pool in flight not forgotten", "        // A pool that took nothing made no callback.\n        _inFlight = PoolWord.wrap(0);\n", "");
  swap("a mint counts against no block", "        _spend(settings, gwei_);\n    }\n\n    /// A token that takes", "    }\n\n    /// A token that takes");
  swap("a tip counts against no block", "        _spend(settings, gwei_);\n        require(_send", "        require(_send");
  swap("spending is not kept", "_settings = settings.withSpent(spent);", "");
  swap("mint in a pool that is not listed", "PoolWord word = _listed(head.poolId());\n        IV3Pool pool", "PoolWord word = _known(head.poolId());\n        IV3Pool pool");
  swap("burn in a pool that is not listed", "PoolWord word = _listed(head.poolId());\n        (uint256", "PoolWord word = _known(head.poolId());\n        (uint256");
  swap("pausing does nothing", "_settings = _settings.withPaused(true);", "");
  swap("a token stays listed", "isToken[token] = false;", "");
  swap("a token's pools stay listed", "if (_pools[ids[i]].listed()) _unlist(ids[i]);", "");
  swap("the owner is no guardian", "msg.sender == guardian || msg.sender == OWNER", "msg.sender == guardian");
  swap("unlisting does nothing", "word.fork(), false);", "word.fork(), true);");
  swap("tip not paid", "require(_send(block.coinbase, tipWei), TipFailed(tipWei));", "");
  swap("a burn's balances are not compared", "_close(IV3Pool(word.pool()), head", "_collect(IV3Pool(word.pool()), head");
  swap("PancakeSwap's pools proved by the factory", "fork == Fork.PancakeV3 ? IPancakeFactory(factory).poolDeployer() : factory", "factory");
  swap("a higher transaction cap waits for nothing", "transactionGwei > settings.transactionCapGwei() || ", "");
  swap("a higher block cap waits for nothing", "|| blockGwei > settings.blockCapGwei()", "");
  swap("a higher tip cap waits for nothing", "|| tipGwei > settings.tipCapGwei()", "");
  swap("a lower weight of token0 waits for nothing", "weight0.below(word.weight0()) || ", "");
  swap("a lower weight of token1 waits for nothing", " || weight1.below(word.weight1())", "");
  swap("an announcement is good more than once", "        delete readyAt[callId];\n    }\n\n    /// Counts", "    }\n\n    /// Counts");
  swap("cancelling does nothing", "delete readyAt[callId];\n        emit Cancelled", "emit Cancelled");
  swap("weights round down", "((amount * mantissa(weight) << 32) + (1 << by) - 1) >> by", "(amount * mantissa(weight) << 32) >> by");
  swap("gwei round down", "(wei_ + (1 gwei - 1)) / 1 gwei", "wei_ / 1 gwei");
  swap("the spending of earlier blocks counts", "uint40(word >> 208) == uint40(block.number) ? uint56(word >> 152) : 0", "uint56(word >> 152)");
  swap("the spending of the block does not count", "uint40(word >> 208) == uint40(block.number) ? uint56(word >> 152) : 0", "0");
  swap("the position belongs to the caller", "pool.mint(address(this), ", "pool.mint(msg.sender, ");
  swap("the caller collects", "pool.collect(address(this), ", "pool.collect(msg.sender, ");
  swap("the least of token0 does not count", "amount0 >= minimums >> 128 && ", "");
  swap("the least of token1 does not count", " && amount1 >= uint128(minimums)", "");
  swap("token1 has token0's maximum", "amount1, uint128(maximums));", "amount1, maximums >> 128);");
  swap("token0 has token1's maximum", "amount0, maximums >> 128);", "amount0, uint128(maximums));");
  swap("a mint's balances are not compared", "        _requireBalance(token, before - amount);\n", "");
  swap("a burn's balance of token0 is not compared", "        _requireBalance(token0, before0 + amount0);\n", "");
  swap("a burn's balance of token1 is not compared", "        _requireBalance(token1, before1 + amount1);\n", "");
  swap("token0 counts against no cap", "word.weight0().up(amount0) + ", "");
  swap("token1 counts against no cap", " + word.weight1().up(amount1)", "");
  swap("token0 is no part of the proceeds", "price0.down(amount0) + ", "");
  swap("token1 is no part of the proceeds", " + price1.down(amount1)", "");
  swap("a transfer that reverts is none", "ok := and(ok, eq(mload(0), 1))", "ok := eq(mload(0), 1)");
  swap("a transfer that reverts without a word is none", "ok := and(ok, iszero(iszero(extcodesize(token))))", "ok := iszero(iszero(extcodesize(token)))");
  swap("a token without code", "and(ok, iszero(iszero(extcodesize(token))))", "ok");
  swap("a token that answers false", "and(ok, eq(mload(0), 1))", "ok");
  swap("what was never announced is ready", "timestamp != 0 && ", "");
  swap("an announcement need not wait", " && block.timestamp >= timestamp", "");
  swap("unpausing does nothing", "_settings = _settings.withPaused(false);", "");
  swap("a pool of a listed token is listed again under another number", "if (idPlusOne != 0) {", "if (false) {");
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

const UNIT_TESTS = ["--no-match-contract", "InvariantTest", "--no-match-test", "testFuzz"];
const THIEF = ["--match-contract", "InvariantTest", "--fuzz-seed", THIEF_SEED];

/** Without the optimiser, which changes nothing that the tests look at, and compiling only the executor again, not every test. */
function tests_pass(judge) {
  const args = ["test", "--fail-fast", ...judge];
  const env = { ...process.env, FOUNDRY_OPTIMIZER: "false", FOUNDRY_DENY: "never", FOUNDRY_DYNAMIC_TEST_LINKING: "true", FOUNDRY_INVARIANT_RUNS: "12" };
  const { status, stdout, stderr } = spawnSync(`${COPY}tools/forge.sh`, args, { env, encoding: "utf8" });
  if (!/tests? passed|Failing tests/.test(stdout)) throw new Error(`the tests did not run:\n${(stdout + stderr).slice(-2000)}`);
  return status === 0;
}

function main(parts) {
  prepare();
  const sources = new Map(SOURCES.map((file) => [file, readFileSync(COPY + file, "utf8")]));
  const [judge, wanted] = { "--short": [UNIT_TESTS, SHORT], "--by-thief": [THIEF, THIEF_FINDS] }[parts[0]] ?? [UNIT_TESTS, parts];
  if (!tests_pass(judge)) throw new Error("the tests fail without any mutation");
  const survivors = [];
  const all = mutants(sources);
  const chosen = all.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
  const missing = wanted.filter((part) => !all.some(({ name }) => name.includes(part)));
  if (missing.length > 0) throw new Error(`no mutant is called ${missing.join(" or ")}`);
  for (const { name, file, from, to, at } of chosen) {
    const source = sources.get(file);
    writeFileSync(COPY + file, source.slice(0, at) + to + source.slice(at + from.length));
    const survived = tests_pass(judge);
    writeFileSync(COPY + file, source);
    if (survived) survivors.push(name);
    console.log(`${survived ? "SURVIVED" : "found out"}  ${name}`);
  }
  console.log(`${chosen.length - survivors.length} of ${chosen.length} mutants found out`);
  if (existsSync(PLACE)) rmSync(PLACE, { recursive: true });
  process.exitCode = survivors.length === 0 ? 0 : 1;
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(`mutate: ${error.message}`);
  process.exitCode = 2;
}
