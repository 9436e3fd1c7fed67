// What the issue promises of jitctl without a daemon: every command has help, exit codes tell a script what happened, `decode` and `evaluate`
// answer line by line with the named fields, and a bad line is answered and passed over.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { Interface, Transaction, Wallet, id as keccak_of } from "ethers";

const Q96 = 2n ** 96n;
const ROUTER = "0x" + "a1".repeat(20);
const [WETH, USD] = ["0x" + "11".repeat(20), "0x" + "22".repeat(20)];

function jitctl(args, input = "") {
  const { status, stdout, stderr } = spawnSync(process.env.JITCTL, args, { input, encoding: "utf8", timeout: 60_000 });
  return { status, stdout, stderr, lines: stdout.split("\n").filter(Boolean) };
}

const json_lines = (result) => result.lines.map((line) => JSON.parse(line));

test("every command of the overview has help of its own, and says so with 0", () => {
  const overview = jitctl(["--help"]);
  assert.equal(overview.status, 0);
  const names = overview.lines.filter((line) => line.startsWith("  ")).map((line) => line.trim().split(/\s/)[0]);
  for (const wanted of ["arm", "disarm", "estop", "status", "pools", "decisions", "bundles", "audit", "decode", "evaluate", "replay"]) assert.ok(names.includes(wanted), wanted);
  for (const name of names) {
    const help = jitctl([name, "--help"]);
    assert.equal(help.status, 0, `${name} --help: ${help.stderr}`);
    assert.match(help.stdout, new RegExp(`Usage: jitctl ${name}`), name);
    assert.deepEqual(jitctl(["help", name]).stdout, help.stdout, `help ${name}`);
  }
  for (const option of ["--ttl", "--max-notional", "--pools", "--json"]) assert.match(jitctl(["arm", "--help"]).stdout, new RegExp(option));
});

test("a mistake in the command line is 2, a daemon that is not there is 1, and both say what to do", () => {
  const mistakes = [
    [["nonsense"], /unknown command 'nonsense'/],
    [["help", "nonsense"], /unknown command 'nonsense'/],
    [["status", "--nonsense"], /jitctl status: .*--nonsense[^]*jitctl status --help/],
    [["status", "--timeout-ms", "soon"], /--timeout-ms: 'soon' is not a number/],
    [["arm", "--ttl"], /jitctl arm: --ttl/],
    [["arm", "--ttl", "10m"], /--max-notional is missing/],
    [["arm", "--ttl", "10x", "--max-notional", "1eth"], /--ttl: '10x' is no duration[^]*10m/],
    [["arm", "--ttl", "10m", "--max-notional", "-1eth"], /--max-notional: '-1eth' is no amount/],
    [["arm", "--ttl", "10m", "--max-notional", "1eth", "--approval", "/nowhere"], /cannot read \/nowhere/],
    [["disarm", "--reason", ""], /--reason: .*say why/],
    [["risk"], /jitctl risk: a subcommand is missing, it is one of: status, events/],
    [["risk", "nonsense"], /unknown subcommand 'nonsense', it is one of: status/],
    [["risk", "level", "LOW", "--reason", "r"], /jitctl risk level: LEVEL: LOW[^]*EMERGENCY/],
    [["card"], /list, test, reset/],
    [["approve", "--key", "/nowhere", "--as", "bob"], /\/nowhere/],
    [["audit", "verify", "--file", "/nowhere"], /cannot read \/nowhere/],
    [["audit", "verify", "--file", tmpdir()], /Is a directory/],
    [["manifest", "verify", "--public-key", "/nowhere"], /'\/nowhere' is neither a file nor/],
    [["safe", "status", "--safe", "0x12"], /--safe: .*0x12/],
    [["key", "list", "--config", "/nowhere"], /\/nowhere/],
    [["decode", "--routers", "/nowhere"], /--routers: .*\/nowhere/],
    [["decode", "--engine", "abacus"], /abacus/],
    [["evaluate", "--engine", "abacus"], /abacus/],
    [["evaluate", "/nowhere"], /\/nowhere/],
    [["evaluate", tmpdir()], /cannot be read/],
    [["replay"], /RECORDS is required/],
    [["replay", "/nowhere"], /\/nowhere/],
    [["replay", tmpdir()], /is a directory/],
  ];
  assert.equal(jitctl([]).status, 2);
  for (const [args, what] of mistakes) {
    const { status, stderr } = jitctl(args);
    assert.equal(status, 2, `jitctl ${args.join(" ")}: ${status} ${stderr}`);
    assert.match(stderr, what);
  }
  const nobody = jitctl(["status", "--socket", "/nowhere/jitd.sock"]);
  assert.equal(nobody.status, 1);
  assert.match(nobody.stderr, /\/nowhere\/jitd\.sock[^]*--socket/);
  const unheard = jitctl(["estop", "--socket", "/nowhere/jitd.sock"]);
  assert.equal(unheard.status, 1);
  assert.match(unheard.stderr, /it still signs[^]*SIGUSR1/);
});

test("the programs: --version and --help with 0, an unknown option and a configuration that is not there with 2", () => {
  const bin = dirname(process.env.JITCTL);
  for (const program of ["jitd", "jit-signer", "jit-guardian"]) {
    const run = (...args) => spawnSync(join(bin, program), args, { encoding: "utf8", timeout: 60_000 });
    assert.match(run("--version").stdout, new RegExp(`^${program} \\d+\\.\\d+\\.\\d+\n$`));
    assert.equal(run("--help").status, 0);
    for (const [args, what] of [[["--nonsense"], /--nonsense/], [["--config", "/nowhere"], /cannot read \/nowhere/], [["--config", tmpdir()], /Is a directory/]]) {
      const { status, stderr } = run(...args);
      assert.equal(status, 2, `${program} ${args.join(" ")}: ${stderr}`);
      assert.match(stderr, what);
    }
  }
  assert.match(jitctl(["--version"]).stdout, /^jitctl \d+\.\d+\.\d+\n$/);
});

test("audit verify: a file without a record and without a head is no proof of anything", () => {
  const directory = mkdtempSync(join(tmpdir(), "jitbox-cli-"));
  try {
    const file = join(directory, "audit.jsonl");
    writeFileSync(file, "");
    const { status, stdout } = jitctl(["audit", "verify", "--file", file]);
    assert.equal(status, 1);
    assert.match(stdout, /NOT INTACT.*no record and no head file/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

const router = new Interface(["function exactInputSingle((address tokenIn,address tokenOut,uint24 fee,address recipient,uint256 amountIn,uint256 amountOutMinimum,uint160 sqrtPriceLimitX96))"]);

async function swap(to) {
  const data = router.encodeFunctionData("exactInputSingle", [[WETH, USD, 500, WETH, 7n, 3n, 0n]]);
  const wallet = new Wallet(keccak_of("somebody"));
  return wallet.signTransaction({ type: 2, chainId: 1, nonce: 1, gasLimit: 200_000n, maxFeePerGas: 2n, maxPriorityFeePerGas: 1n, to, value: 0n, data });
}

test("decode: one object a line in order, with the issue's fields, by the table that --routers names", async () => {
  const directory = mkdtempSync(join(tmpdir(), "jitbox-cli-"));
  try {
    const file = join(directory, "routers.json");
    writeFileSync(file, JSON.stringify({ [ROUTER]: "SwapRouter02" }));
    const raw = await swap(ROUTER);
    const input = [raw, "zz", raw.slice(2), "0x02"].join("\n");
    const result = jitctl(["decode", "--routers", file], `${input}\n`);
    assert.equal(result.status, 0);
    const [first, bad, same, short] = json_lines(result);
    assert.deepEqual(same, first, "0x is optional");
    assert.equal(first.hash, Transaction.from(raw).hash);
    assert.deepEqual([first.type, first.status, first.from_router], [2, "ok", "swap_router02"]);
    const [leg] = first.legs;
    assert.equal(first.legs.length, 1);
    assert.deepEqual(
      [leg.token_in, leg.token_out, leg.fee, leg.zero_for_one, leg.exact_in, leg.amount, leg.limit, leg.hop, leg.hops],
      [WETH, USD, 500, true, true, "7", "3", 0, 1],
    );
    assert.match(leg.factory, /^0x[0-9a-f]{40}$/);
    assert.deepEqual([bad.status, bad.reason, bad.hash, bad.legs], ["rejected", "bad_hex", null, []]);
    assert.equal(short.status, "rejected");
    const [unknown] = json_lines(jitctl(["decode"], `${raw}\n`));
    assert.deepEqual([unknown.status, unknown.from_router, unknown.legs], ["no_swap", null, []], "mainnet's routers do not know this one");
  } finally {
    rmSync(directory, { recursive: true });
  }
});

/** A pool at price 1 whose ticks stand every `step` from -count to count, each side adding `each`. */
function pool(count, step = 60, each = 10n ** 21n) {
  const ticks = [];
  for (let i = -count; i <= count; i += 1) if (i !== 0) ticks.push({ tick: i * step, liquidity_net: String(i < 0 ? each : -each) });
  return { token0: WETH, token1: USD, fee: 3000, tick_spacing: step, sqrt_price_x96: String(Q96), tick: 0, liquidity: String(each * BigInt(count)), fee_protocol: 0, ticks };
}

const params = { price0_x96: String(Q96), price1_x96: String(Q96), gas_cost_wei: "0", budget0: String(10n ** 24n), budget1: String(10n ** 24n), candidates: 64 };
const request = (changes = {}) => ({ pool: pool(3), swap: { zero_for_one: true, amount_specified: "1000000000000000000", sqrt_price_limit_x96: null }, params, ...changes });

test("evaluate: swap, position and decision have the issue's fields; numbers and strings are the same", () => {
  const position = { tick_lower: -60, tick_upper: 60, liquidity: "1000000000000000000" };
  const as_text = request();
  as_text.pool = { ...as_text.pool, fee: "3000", tick: "0" };
  const [decided, texts, placed] = json_lines(jitctl(["evaluate"], [request(), as_text, request({ position })].map((line) => JSON.stringify(line)).join("\n")));
  assert.deepEqual(texts, decided);
  for (const field of ["amount0", "amount1", "sqrt_price_x96", "tick", "liquidity", "crossings"]) assert.ok(field in decided.swap, field);
  assert.equal(decided.swap.amount0, "1000000000000000000");
  assert.ok(BigInt(decided.swap.amount1) < 0n, "signed as in the pool's event");
  assert.ok(decided.decision ?? decided.reject, "one of both without a position");
  for (const field of ["mint0", "mint1", "swap0", "swap1", "burn0", "burn1", "fee0", "fee1", "profit_wei"]) assert.ok(field in placed.position, field);
});

test("evaluate: any number of ticks; what does not fit the card's window is a reject beside the exact swap", () => {
  const many = request({ pool: pool(1400, 60, 10n ** 18n), swap: { zero_for_one: true, amount_specified: "100000000000000000000000", sqrt_price_limit_x96: null } });
  const [answer] = json_lines(jitctl(["evaluate"], JSON.stringify(many)));
  assert.ok(answer.swap.crossings > 128, `${answer.swap.crossings} crossings`);
  assert.equal(answer.reject.reason, "out_of_window");
});

test("evaluate: a malformed line is answered with its number and what is wrong, the next ones are answered, and the exit code is 1", () => {
  const good = JSON.stringify(request());
  const wrong = [
    ["not json", /JSON/],
    ["[1]", /object/],
    [JSON.stringify({ ...request(), pool: undefined }), /pool/],
    [JSON.stringify(request({ pool: { ...pool(3), ticks: undefined } })), /pool\.ticks is missing/],
    [JSON.stringify(request({ swap: { zero_for_one: "yes", amount_specified: "1" } })), /swap\.zero_for_one/],
    [JSON.stringify(request({ swap: { zero_for_one: true, amount_specified: "1.5" } })), /swap\.amount_specified/],
    [JSON.stringify(request({ pool: { ...pool(3), tick: 887_273 } })), /tick/],
  ];
  const result = jitctl(["evaluate"], [good, ...wrong.map(([line]) => line), good].join("\n"));
  assert.equal(result.status, 1);
  const answers = json_lines(result);
  assert.equal(answers.length, wrong.length + 2);
  wrong.forEach(([line, what], i) => {
    assert.equal(answers[i + 1].line, i + 2, line);
    assert.match(answers[i + 1].error, what, line);
  });
  assert.deepEqual(answers.at(-1), answers[0]);
});
