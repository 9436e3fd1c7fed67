#!/usr/bin/env node
// Line and branch coverage of src/ by the unit tests, which reach the same every time: prints it, names what no test reaches, and fails
// below 98 %.
// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const CONTRACTS = fileURLToPath(new URL("../", import.meta.url));
const LEAST_PERCENT = 98;

/** lcov's text of every source under src/: {file, lines: Map(line, hits), branches: [{line, hits}]}. */
export function parse_lcov(text) {
  const files = [];
  for (const line of text.split("\n")) {
    const [key, value] = [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)];
    const file = files.at(-1);
    if (key === "SF") files.push({ file: value, lines: new Map(), branches: [] });
    else if (key === "DA") file.lines.set(...value.split(",").map(Number));
    else if (key === "BRDA") {
      const [at, , , hits] = value.split(",");
      file.branches.push({ line: Number(at), hits: hits === "-" ? 0 : Number(hits) });
    }
  }
  return files.filter(({ file }) => file.startsWith("src/"));
}

function lcov() {
  const dir = mkdtempSync(join(tmpdir(), "jitbox-coverage-"));
  try {
    const report = join(dir, "lcov.info");
    const args = ["coverage", "--report", "lcov", "--report-file", report, "--no-match-contract", "InvariantTest", "--no-match-test", "testFuzz"];
    const { status, stdout, stderr } = spawnSync(`${CONTRACTS}tools/forge.sh`, args, { encoding: "utf8", maxBuffer: 1 << 28 });
    if (status !== 0) throw new Error(`forge coverage ended with ${status}:\n${(stdout + stderr).slice(-3000)}`);
    return readFileSync(report, "utf8");
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const percent = (hit, all) => (all === 0 ? 100 : (hit / all) * 100);

function main() {
  const files = parse_lcov(lcov());
  if (files.length === 0) throw new Error("no source under src/ was measured");
  const total = { lines: [0, 0], branches: [0, 0] };
  const missed = [];
  for (const { file, lines, branches } of files) {
    const hit = [[...lines.values()].filter(Boolean).length, lines.size];
    const taken = [branches.filter(({ hits }) => hits > 0).length, branches.length];
    for (const at of [0, 1]) {
      total.lines[at] += hit[at];
      total.branches[at] += taken[at];
    }
    for (const [line, hits] of lines) if (!hits) missed.push(`${file}:${line}: line`);
    for (const { line, hits } of branches) if (!hits) missed.push(`${file}:${line}: branch: ${readFileSync(CONTRACTS + file, "utf8").split("\n")[line - 1].trim()}`);
    console.log(`${file.padEnd(24)} lines ${hit.join("/")}, branches ${taken.join("/")}`);
  }
  const [lines, branches] = [percent(...total.lines), percent(...total.branches)];
  console.log(`${"src".padEnd(24)} lines ${lines.toFixed(1)} %, branches ${branches.toFixed(1)} %`);
  for (const name of missed) console.log(`not reached: ${name}`);
  if (lines < LEAST_PERCENT || branches < LEAST_PERCENT) throw new Error(`below ${LEAST_PERCENT} %`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    main();
  } catch (error) {
    console.error(`coverage: ${error.message}`);
    process.exitCode = 1;
  }
}
