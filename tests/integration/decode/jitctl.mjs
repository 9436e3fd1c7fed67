// Runs `jitctl decode` over raw transactions and gives its answers.
// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** One answer a raw transaction (hex text). */
export function decode(jitctl, raws, args = []) {
  const run = spawnSync(jitctl, ["decode", ...args], { input: `${raws.join("\n")}\n`, encoding: "utf8", maxBuffer: 1 << 30, timeout: 300_000 });
  if (run.status !== 0) throw new Error(`jitctl decode: exit ${run.status} ${run.signal ?? ""}: ${run.stderr}`);
  const answers = run.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  if (answers.length !== raws.length) throw new Error(`jitctl decode: ${raws.length} lines in, ${answers.length} out`);
  return answers;
}

/** The value of --jitctl, and of --<name> for the other options. */
export function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
}

/** Real data beside the repository; null, with a message, when it is not there. */
export function shared_lines(file) {
  const folder = process.env.JITBOX_SHARED_DATA ?? join(process.cwd(), "../shared/data");
  const path = join(folder, file);
  if (!existsSync(path)) {
    console.log(`SKIPPED: ${path} is not there (real transactions; set JITBOX_SHARED_DATA)`);
    return null;
  }
  return gunzipSync(readFileSync(path)).toString().trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** Prints the first differences and ends with code 1 when there are any. */
export function report(title, count, differences) {
  for (const difference of differences.slice(0, 10)) console.log(difference);
  console.log(`${title}: ${count} compared, ${differences.length} differ`);
  if (differences.length > 0) process.exitCode = 1;
}
