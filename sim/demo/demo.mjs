#!/usr/bin/env node
// The appliance end to end on the sandbox chain: see --help. Started by ./run demo.
// SPDX-License-Identifier: Apache-2.0
import { parseArgs } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { SandboxAppliance } from "./lib/appliance.mjs";
import { Judge } from "./lib/judge.mjs";
import { bundle_lines, closing_line, summary_table, verdict } from "./lib/report.mjs";

const USAGE = `usage: ./run demo [options]
  Starts node, relay, HSM, signer and jitd, arms through jitctl, lets swappers trade, builds blocks, and checks every included bundle
  against the chain. Ends with 0 only when enough bundles of enough router forms were included and every wei was as predicted.
  Nothing of it outlives it, however it ends (kill -9 too). A second one beside it is no trouble: each has its own ports and directory.
  --blocks N     build at most so many blocks (default 60)
  --bundles N    stop after so many included bundles (default 8); at least 5 of 3 router forms are needed for success
  --seed N       of the traffic (default 1)
  --slot-ms N    time between blocks (default 700)
  --engine NAME  xrt (default): the Verilated card behind XRT's stock driver; native: the kernels on this CPU
  --keep         leave configuration, journal and logs where they are
  --quiet        no live lines
  --json         print the result as one JSON line at the end
  --bin DIR      the built programs (default build/release/bin)`;

const PER_BLOCK = 8;

function parse_options() {
  const text = (value) => ({ type: "string", default: value });
  const flag = { type: "boolean", default: false };
  const { values } = parseArgs({
    options: {
      blocks: text("60"), bundles: text("8"), seed: text("1"), "slot-ms": text("700"), engine: text("xrt"),
      bin: text("build/release/bin"), keep: flag, quiet: flag, json: flag, help: { ...flag, short: "h" },
    },
  });
  for (const name of ["blocks", "bundles", "seed", "slot-ms"]) {
    if (!/^\d+$/.test(values[name])) throw new Error(`--${name}: '${values[name]}' is not a whole number`);
    values[name] = Number(values[name]);
  }
  if (!["native", "xrt"].includes(values.engine)) throw new Error(`--engine: '${values.engine}' is unknown; use native or xrt`);
  return values.help ? null : values;
}

/** Builds blocks at the pace of --slot-ms until there are enough included bundles; their list. */
async function trade(appliance, options, say) {
  appliance.swap({ seed: options.seed, blocks: options.blocks + 2, per_block: PER_BLOCK, large_every: 4 });
  let included = [];
  for (let block = 1; block <= options.blocks; block += 1) {
    await sleep(options["slot-ms"]);
    await appliance.build_block();
    included = (await appliance.bundles()).filter((bundle) => bundle.outcome === "included");
    if (included.length >= options.bundles) break;
  }
  say(`${included.length} bundles included`);
  return included.sort((a, b) => a.time_ns - b.time_ns);
}

async function examine(appliance, included) {
  const judge = new Judge(appliance.chain.rpc, appliance.manifest);
  const rows = [];
  for (const bundle of included) rows.push({ bundle, found: await judge.examine(bundle) });
  return rows;
}

async function print_result(appliance, rows, options) {
  const say = (text) => options.json || console.log(text);
  say("");
  rows.forEach(({ bundle, found }, at) => bundle_lines(bundle, found, at + 1).forEach(say));
  say("");
  summary_table(rows).forEach(say);
  const status = await appliance.status();
  const whole = status.latency.find((row) => row.stage === "frame to post");
  const unsigned = status.latency.find((row) => row.stage === "without signing");
  say(`\nframe to POST: p50 ${Math.round(whole.p50_us)} us, p99 ${Math.round(whole.p99_us)} us; without signing p50 ${Math.round(unsigned.p50_us)} us; jitd uses ${Math.round(status.resident_kib / 1024)} MiB`);
  return status;
}

async function run(options) {
  const say = (text) => options.json || console.log(`==> ${text}`);
  const appliance = new SandboxAppliance({ bin: options.bin, say, engine: options.engine, swept: !options.keep });
  let failed = true;
  let ended_by = null;
  const interrupted = new Promise((_, reject) => {
    const end = (why) => {
      if (ended_by === null) say(`${why}: ending what was started`);
      ended_by = why;
      reject(new Error(`ended by ${why}`));
    };
    // Listened to until the end: a second Ctrl-C would leave behind what the first one is still ending.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => end(signal));
    process.stdout.on("error", () => end("a closed output")); // `| head`
    process.on("uncaughtException", reject); // a failure like any other: what was started is ended
  });
  const work = async () => {
    await appliance.start();
    if (!options.quiet && !options.json) appliance.watch((line) => console.log(line));
    say("arming: 30 minutes, every pool");
    await appliance.arm();
    const rows = await examine(appliance, await trade(appliance, options, say));
    const status = await print_result(appliance, rows, options);
    const missed = (await appliance.bundles()).filter((bundle) => bundle.outcome !== "included");
    const result = verdict(rows, missed);
    await appliance.jitctl("disarm", "--reason", "the demo is over");
    const audit = await appliance.jitctl("audit", "verify");
    if (!audit.ok) result.reasons.push(`the audit log does not verify: ${audit.problem}`);
    result.ok = result.reasons.length === 0;
    failed = !result.ok;
    if (options.json) console.log(JSON.stringify({ ...result, status }));
    else console.log(`\n${closing_line(result, missed)}`);
  };
  try {
    await Promise.race([work(), interrupted]);
  } finally {
    const keep = options.keep || (failed && ended_by === null);
    await appliance.stop({ keep });
    if (keep && !options.json) console.log(`configuration, journal and logs are in ${appliance.dir}`);
  }
  return failed ? 1 : 0;
}

try {
  const options = parse_options();
  if (options === null) console.log(USAGE);
  else process.exitCode = await run(options);
} catch (error) {
  console.error(`demo: ${error.message}`);
  process.exitCode = 1;
}
