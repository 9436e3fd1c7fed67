// Area and depth of the RTL by yosys synth_xilinx -family xcup: one row a module, as the table of docs/area.md.
// SPDX-License-Identifier: Apache-2.0
//
// node tests/bench/area.mjs BUILD_DIR. JITBOX_AREA_ONLY: modules, with commas (default all); JITBOX_AREA_MINUTES: for one of them (default 20).
// Rows are cached in BUILD_DIR/area by the text of all sources that a module is made of. A module that yosys cannot finish in its time, or cannot
// read, is a row that says so. Exit code 1 when a row is over the contract's limits.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { areaOf, levelsOf } from "./area_levels.mjs";
import { resolvePackages, rtlSources } from "./area_packages.mjs";

const build = process.argv[2];
if (build === undefined) throw new Error("usage: node tests/bench/area.mjs BUILD_DIR");
const only = process.env.JITBOX_AREA_ONLY?.split(",");
const folder = join(build, "area");
const minutes = Number(process.env.JITBOX_AREA_MINUTES ?? 20); // for one module
const limits = { lut: 1_303_680 / 2, ff: 2_607_360 / 2, dsp: 9_024 / 2, bram: 2_016 / 2, uram: 960 / 2, levels: 16 }; // half of a U55C

const { packages, modules } = rtlSources("rtl");
const texts = new Map(modules.map((file) => [basename(file, ".sv"), readFileSync(file, "utf8")]));
const files = new Map(modules.map((file) => [basename(file, ".sv"), file]));

/** Every module that `top` is made of, itself included. */
function parts(top, found = new Set()) {
  if (found.has(top)) return found;
  found.add(top);
  for (const name of texts.keys()) if (new RegExp(`^\\s*${name}\\s*(#|\\w+\\s*\\()`, "m").test(texts.get(top))) parts(name, found);
  return found;
}

function synthesise(top, sources) {
  const netlist = join(folder, `${top}.json`);
  const script = [
    `read_verilog -sv -noassert ${sources.join(" ")}`,
    `synth_xilinx -family xcup -noiopad -noclkbuf -flatten -top ${top}`,
    `write_json ${netlist}`,
  ].join("; ");
  const run = spawnSync("yosys", ["-q", "-p", script], { timeout: minutes * 60_000, encoding: "utf8" });
  if (run.error?.code === "ETIMEDOUT") return { note: `no result in ${minutes} minutes` };
  if (run.status !== 0) return { note: `yosys: ${(run.stderr || run.stdout).trim().split("\n").at(-1)}` };
  const module = JSON.parse(readFileSync(netlist, "utf8")).modules[top];
  rmSync(netlist);
  const counts = {};
  for (const cell of Object.values(module.cells)) counts[cell.type] = (counts[cell.type] ?? 0) + 1;
  return { ...areaOf(counts), levels: levelsOf(module) };
}

function rowOf(top) {
  const names = [...parts(top)].sort();
  const own = names.map((name) => files.get(name));
  const sources = [...resolvePackages(packages, own, join(folder, `${top}.packages`)), ...own];
  const hash = createHash("sha256");
  for (const file of [...sources, "tests/bench/area.mjs", "tests/bench/area_levels.mjs"]) hash.update(readFileSync(file));
  const cache = join(folder, `${top}.row`);
  const digest = hash.digest("hex");
  if (existsSync(cache)) {
    const known = JSON.parse(readFileSync(cache, "utf8"));
    if (known.digest === digest && known.row.note === undefined) return known.row;
  }
  const row = { module: top, ...synthesise(top, sources) };
  writeFileSync(cache, JSON.stringify({ digest, row }));
  return row;
}

mkdirSync(folder, { recursive: true });
const order = [...texts.keys()].sort((a, b) => parts(a).size - parts(b).size || a.localeCompare(b));
const lines = ["| module | LUT | FF | DSP | BRAM36 | URAM | levels |", "|---|---:|---:|---:|---:|---:|---:|"];
let over = false;
for (const top of order.filter((name) => only === undefined || only.includes(name))) {
  const row = rowOf(top);
  const broken = Object.keys(limits).filter((name) => row[name] > limits[name]);
  over ||= broken.length > 0;
  const cell = (name) => (broken.includes(name) ? `**${row[name]}**` : row[name]);
  const line = row.note === undefined
    ? `| \`${top}\` | ${["lut", "ff", "dsp", "bram", "uram", "levels"].map(cell).join(" | ")} |`
    : `| \`${top}\` | ${row.note} | | | | | |`;
  console.log(line);
  lines.push(line);
}
writeFileSync(join(folder, "table.md"), `${lines.join("\n")}\n`);
console.log(`table: ${join(folder, "table.md")}; bold is over half of a U55C or 16 levels`);
process.exitCode = over ? 1 : 0;
