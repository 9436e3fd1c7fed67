// Line coverage of rtl/ from what the benches wrote: a table a file, and every line that no bench came to.
// SPDX-License-Identifier: Apache-2.0
//
// node tests/soak/rtl_coverage.mjs BUILD_DIR: reads BUILD_DIR/coverage-*.dat; exit code 1 under 95 % in all, or without any of a module.
// A line counts as reached when each branch that begins on it has been taken: `if (ready) state <= Next;` needs a clock without `ready` too.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";

const must = 0.95;
// Generated text of a ROM: a line is an instruction of the microprogram, not hardware. It has its row, and no part in the sum.
const rom = join("rtl", "range", "range_program.sv");
const build = process.argv[2];
if (build === undefined) throw new Error("usage: node tests/soak/rtl_coverage.mjs BUILD_DIR");
const counts = readdirSync(build).filter((name) => /^coverage-.*\.dat$/.test(name)).map((name) => join(build, name));
if (counts.length === 0) throw new Error(`no coverage-*.dat in ${build}: run the benches of a build with JITBOX_RTL_COVERAGE=ON first`);
const info = join(build, "coverage.info");
execFileSync("verilator_coverage", ["--write-info", info, ...counts]);

const lines = new Map(); // file -> line -> count
let file;
for (const line of readFileSync(info, "utf8").split("\n")) {
  if (line.startsWith("SF:")) {
    file = relative(".", resolve(line.slice(3)));
    if (!lines.has(file)) lines.set(file, new Map());
  } else if (line.startsWith("DA:")) {
    const [number, count] = line.slice(3).split(",").map(Number);
    lines.get(file).set(number, Math.max(count, lines.get(file).get(number) ?? 0));
  }
}

/** 3, 4, 5, 9 -> "3-5, 9" */
function ranges(numbers) {
  const found = [];
  for (const number of numbers) {
    if (found.length > 0 && found.at(-1)[1] === number - 1) found.at(-1)[1] = number;
    else found.push([number, number]);
  }
  return found.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");
}

const modules = readdirSync("rtl", { recursive: true }).filter((name) => name.endsWith(".sv") && !name.endsWith("_pkg.sv")).map((name) => join("rtl", name)).sort();
let all = 0;
let reached = 0;
const silent = [];
console.log("| file | lines reached | of | not reached |\n|---|---:|---:|---|");
for (const module of modules) {
  const known = lines.get(module);
  if (known === undefined) {
    // Only continuous assignments and instances have no lines to count; what is there for proofs only is not built.
    const built = readFileSync(module, "utf8").replace(/`ifdef FORMAL[^]*?`endif/g, "");
    if (/\balways(_ff|_comb)?\b/.test(built)) silent.push(module);
    continue;
  }
  const missed = [...known].filter(([, count]) => count === 0).map(([number]) => number).sort((a, b) => a - b);
  if (module !== rom) {
    all += known.size;
    reached += known.size - missed.length;
  }
  console.log(`| \`${module}\` | ${known.size - missed.length} | ${known.size} | ${ranges(missed)} |`);
}
console.log(`all but ${rom}: ${((100 * reached) / all).toFixed(1)} % of ${all} lines (must be >= ${must * 100} %)`);
for (const module of silent) console.log(`no bench has ${module}`);
process.exitCode = reached >= must * all && silent.length === 0 ? 0 : 1;
