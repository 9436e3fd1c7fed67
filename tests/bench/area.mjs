// Area and depth of the RTL by yosys: the tables of docs/area.md.
// SPDX-License-Identifier: Apache-2.0
//
// node tests/bench/area.mjs BUILD_DIR [MODULE,...]. Every module is mapped by itself and once for each set of parameters; areas are summed over
// the instances, paths are followed through all modules. JITBOX_AREA_MINUTES: of the processor for one run of yosys (default 20), JITBOX_AREA_GIB: its memory (8).
// Mapped modules are cached in BUILD_DIR/area by the text of what yosys has elaborated. With MODULEs: only these and what they are made of.
// Exit code 1 when one of them is over the contract's limits or could not be mapped.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { areaOf, longestPath } from "./area_levels.mjs";
import { Netlists } from "./area_netlist.mjs";

const [build, wanted] = process.argv.slice(2);
if (build === undefined) throw new Error("usage: node tests/bench/area.mjs BUILD_DIR [MODULE,...]");
const folder = join(build, "area");
mkdirSync(folder, { recursive: true });
const root = "jitbox_card";
const tops = ["mempool_parser", "range_profit", root];
// Alveo U55C: XCU55C, the die of the XCVU37P and the U280's XCU280 (docs/area.md). The contract: half of it and 16 levels; aim: a quarter and 10.
const card = { lut: 1_303_680, ff: 2_607_360, dsp: 9_024, bram: 2_016, uram: 960 };
const mostLevels = 16;
const kinds = Object.keys(card);

const limits = { minutes: Number(process.env.JITBOX_AREA_MINUTES ?? 20), gib: Number(process.env.JITBOX_AREA_GIB ?? 8) };
const netlists = new Netlists("rtl", root, folder, limits);

/** Each module below `module` and itself, with how often it is there. */
function parts(module, times = 1, found = new Map()) {
  found.set(module, (found.get(module) ?? 0) + times);
  for (const [child, count] of netlists.children(module)) parts(child, times * count, found);
  return found;
}

/** What `module` occupies with all that is inside it, and which parts of it are not in the sum because they are not mapped. */
function whole(module) {
  const area = Object.fromEntries(kinds.map((kind) => [kind, 0]));
  const missing = [];
  for (const [part, times] of parts(module)) {
    const netlist = netlists.netlist(part);
    if (netlist.fault !== undefined) missing.push(`${times} ${Netlists.nameOf(part)}: ${netlist.fault}`);
    else {
      const own = areaOf(netlist.cells.map(({ type }) => type).filter((type) => netlists.netlist(type) === undefined));
      for (const kind of kinds) area[kind] += own[kind] * times;
    }
  }
  return { area, missing };
}

const all = [...netlists.modules()].filter((module) => wanted === undefined || wanted.split(",").includes(Netlists.nameOf(module)));
for (const name of wanted?.split(",") ?? []) {
  if (!all.some((module) => Netlists.nameOf(module) === name)) throw new Error(`area: there is no module ${name} below ${root}`);
}
netlists.map([...new Set(all.flatMap((module) => [...parts(module).keys()]))]);

const inCard = parts(root);
const rows = all.map((module) => {
  const { area, missing } = whole(module);
  const name = `\`${Netlists.nameOf(module)}\` ${netlists.parametersOf(module)}`.trim();
  const path = missing.length === 0 ? longestPath(module, (type) => netlists.netlist(type)) : undefined;
  return { module, name, area, missing, path, times: inCard.get(module) };
});

const header = ["| module | in the card | LUT | FF | DSP | BRAM36 | URAM | levels | from | to |", "|---|---:|---:|---:|---:|---:|---:|---:|---|---|"];
const lines = [...rows].sort((a, b) => a.name.localeCompare(b.name)).map(({ name, area, path, times, missing }) => {
  if (path === undefined) return `| ${name} | ${times} | not mapped: ${missing.length > 3 ? `${missing.length} of its parts` : missing.join("; ")} | | | | | | | |`;
  const levels = path.levels > mostLevels ? `**${path.levels}**` : path.levels;
  return `| ${name} | ${times} | ${kinds.map((kind) => area[kind]).join(" | ")} | ${levels} | \`${path.from}\` | \`${path.to}\` |`;
});
const shares = [];
for (const { module, area, missing, path } of rows.filter((row) => tops.includes(row.module))) {
  const share = (kind) => `${missing.length > 0 ? "at least " : ""}${area[kind]} (${((100 * area[kind]) / card[kind]).toFixed(1)} %)`;
  shares.push(`| \`${module}\` | ${kinds.map(share).join(" | ")} | ${path?.levels ?? ""} | ${missing.join("; ")} |`);
}
const table = [...(shares.length > 0 ? ["| top | LUT | FF | DSP | BRAM36 | URAM | levels | not in the sum |", "|---|---:|---:|---:|---:|---:|---:|---|", ...shares, ""] : []), ...header, ...lines];
console.log(table.join("\n"));
writeFileSync(join(folder, "table.md"), `${table.join("\n")}\n`);

const over = rows.filter(({ area, path }) => path === undefined || path.levels > mostLevels || kinds.some((kind) => area[kind] > card[kind] / 2));
for (const { name, missing, path } of over) {
  console.error(`area: ${name}: ${path === undefined ? `not mapped (${missing.join("; ")})` : `over half of a U55C or ${mostLevels} levels (${path.levels})`}`);
}
process.exitCode = over.length > 0 ? 1 : 0;
