#!/usr/bin/env node
// Measures through jitd's own stage clocks: many bundles, one at a time, nothing else running. Fails when a bound of the issue is missed.
// SPDX-License-Identifier: Apache-2.0
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { SandboxAppliance } from "../../sim/demo/lib/appliance.mjs";

const BOUND_US = { "frame to post": 3000, "without signing": 300 };
const BOUND_KIB = 300 * 1024;

const { values } = parseArgs({ options: { bin: { type: "string", default: "build/release/bin" }, bundles: { type: "string", default: "40" }, seed: { type: "string", default: "3" } } });
const appliance = new SandboxAppliance({ bin: values.bin, lanes: 4, overrides: { "risk.max_orders_per_second": 100 } });
let status;
try {
  await appliance.start();
  await appliance.arm();
  appliance.swap({ seed: values.seed, blocks: 2000, per_block: 6, large_every: 2 });
  for (let block = 0; block < 600; block += 1) {
    await sleep(300);
    await appliance.build_block();
    status = await appliance.status();
    if (status.latency.find((row) => row.stage === "frame to post").count >= Number(values.bundles)) break;
  }
} finally {
  await appliance.stop();
}

console.log(`${cpus()[0].model}, ${cpus().length} CPUs; seed ${values.seed}; microseconds`);
console.log("stage              count     p50     p90     p99");
for (const row of status.latency) {
  const cell = (us) => String(Math.round(us)).padStart(8);
  console.log(`${row.stage.padEnd(18)}${String(row.count).padStart(6)}${cell(row.p50_us)}${cell(row.p90_us)}${cell(row.p99_us)}`);
}
console.log(`jitd resident: ${Math.round(status.resident_kib / 1024)} MiB (bound 300)`);
for (const [stage, bound] of Object.entries(BOUND_US)) {
  const { p50_us, count } = status.latency.find((row) => row.stage === stage);
  const kept = count > 0 && p50_us <= bound;
  console.log(`${stage}: p50 ${Math.round(p50_us)} us, bound ${bound} us: ${kept ? "kept" : "MISSED"}`);
  if (!kept) process.exitCode = 1;
}
if (status.resident_kib > BOUND_KIB) process.exitCode = 1;
