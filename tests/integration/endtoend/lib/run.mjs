// One end-to-end case: starts the appliance, runs the case, stops everything, and keeps logs and configuration when it failed.
// SPDX-License-Identifier: Apache-2.0
import { parseArgs } from "node:util";
import { SandboxAppliance } from "../../../../sim/demo/lib/appliance.mjs";

export { until } from "../../../../sim/demo/lib/appliance.mjs";

/** @param {(appliance: SandboxAppliance, options: object) => Promise<void>} body; `settings` go to the appliance */
export async function end_to_end(name, body, { settings = {}, before = async () => ({}), options: extra = {} } = {}) {
  const { values } = parseArgs({ options: { bin: { type: "string", default: "build/release/bin" }, seed: { type: "string", default: "1" }, ...extra } });
  console.log(`${name}: seed ${values.seed}`);
  const appliance = new SandboxAppliance({ bin: values.bin, say: (text) => console.log(`  ${text}`), ...settings });
  let failed = true;
  try {
    await before(appliance, values);
    await appliance.start();
    await body(appliance, values);
    failed = false;
    console.log(`${name}: ok`);
  } catch (error) {
    console.error(`${name}: FAILED: ${error.stack}\nlogs: ${appliance.log_files().join("\n      ")}`);
    process.exitCode = 1;
  } finally {
    await appliance.stop({ keep: failed });
    await appliance.proxy?.stop(); // or a case that failed would not end before its time
  }
}

/** Builds a block every `pace_ms` until `enough` gives something; throws with `what` after `blocks` blocks. */
export async function build_until(appliance, what, enough, { blocks = 60, pace_ms = 500 } = {}) {
  for (let i = 0; i < blocks; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, pace_ms));
    await appliance.build_block();
    const found = await enough();
    if (found) return found;
  }
  throw new Error(`${blocks} blocks were built without ${what}`);
}

export const included = async (appliance) => (await appliance.bundles()).filter((bundle) => bundle.outcome === "included");
