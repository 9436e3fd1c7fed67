// The RTL module by module through yosys: elaborated once as a whole, then each module mapped by itself with its children as black boxes.
// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { join } from "node:path";
import { Sources } from "./area_sources.mjs";

const mapping = "synth_xilinx -family xcup -uram -noiopad -noclkbuf";
const version = spawnSync("yosys", ["-V"], { encoding: "utf8" }).stdout;
const batchBytes = 150_000; // of small modules in one run: yosys reads its library for each

function yosys(script, { minutes, gib }, options = []) {
  const limited = `ulimit -v ${gib * 1024 * 1024}; ulimit -t ${minutes * 60}; exec yosys "$@"`;
  const run = spawnSync("bash", ["-c", limited, "yosys", "-q", ...options, "-p", script], { encoding: "utf8", maxBuffer: 1 << 28 });
  if (run.status === 0) return undefined;
  if (run.signal === "SIGXCPU" || run.signal === "SIGKILL") return `no result in ${minutes} minutes of the processor`;
  return (run.stderr + run.stdout).trim().split("\n").at(-1) || `yosys ended with ${run.status ?? run.signal}: more than ${gib} GiB?`;
}

/**
 * A module's text without what depends on where it stands in its source, in the hierarchy and in the design, so that the cache knows it again:
 * yosys numbers its own names through the whole design.
 */
function settled(text) {
  const numbers = new Map();
  const renumbered = (found) => numbers.get(found) ?? numbers.set(found, `$${numbers.size}`).get(found);
  return text
    .replace(/^ *attribute \\(?:src|top) .*\n/gm, "")
    .replace(/[^\s$]*\/(\w+\.sv):\d+/g, "$1")
    .replace(/\$\d+(?![0-9a-z\\])/g, renumbered);
}

/** The ports of a module alone: a black box. */
function blackBox(text) {
  const lines = text.split("\n").filter((line) => /^module |^  wire .*\b(input|output|inout)\b/.test(line));
  return `attribute \\blackbox 1\n${lines.join("\n")}\nend\n`;
}

export class Netlists {
  /**
   * Elaborates `top` and what is below it from the sources under `rtl`; work and cache go to `folder`. `limits` are of one run of yosys:
   * `minutes` of the processor and `gib` of memory.
   */
  constructor(rtl, top, folder, limits) {
    this.folder = folder;
    this.limits = limits;
    this.top = top;
    const files = new Sources(rtl).write(join(folder, "sources"));
    const rtlil = join(folder, `${top}.il`);
    // What 0.23 does not understand it takes for undefined bits, with a warning: no figure comes from that.
    const fault = yosys(`read_verilog -sv -noassert ${files.join(" ")}; hierarchy -check -top ${top}; write_rtlil ${rtlil}`, limits,
      ["-e", "out of bounds|implicitly declared|to undef"]);
    if (fault !== undefined) throw new Error(`area: ${top} cannot be elaborated: ${fault}`);
    this.texts = new Map(readFileSync(rtlil, "utf8").split(/^end$/m).map((text) => [text.match(/^module \\?(.*)$/m)?.[1], settled(text)]));
    this.texts.delete(undefined);
    this.mapped = new Map();
    this.faults = new Map();
  }

  modules() {
    return this.texts.keys();
  }

  /** Source name of an elaborated module: `divide_digit`, `$paramod\\mul_div\\TagWidth=...` or `$paramod$0123...\\delay_line`. */
  static nameOf(module) {
    return module.startsWith("$") ? module.split("\\")[1] : module;
  }

  parametersOf(module) {
    return [...this.texts.get(module).matchAll(/^ {2}parameter \\(\w+) (\d+)$/gm)].map(([, name, value]) => `${name}=${value}`).join(" ");
  }

  /** Modules that `module` is made of, each with how often. */
  children(module) {
    const counts = new Map();
    for (const [, type] of this.texts.get(module).matchAll(/^ {2}cell \\?(\S+) /gm)) {
      if (this.texts.has(type)) counts.set(type, (counts.get(type) ?? 0) + 1);
    }
    return counts;
  }

  /** `module` mapped, { ports, cells, names } in yosys's JSON form, or { fault }; undefined for what is no module of the RTL. */
  netlist(module) {
    if (!this.texts.has(module)) return undefined;
    if (!this.mapped.has(module)) {
      const file = this.cacheOf(module);
      this.mapped.set(module, existsSync(file) ? JSON.parse(gunzipSync(readFileSync(file))) : { fault: this.faults.get(module) ?? "not mapped" });
    }
    return this.mapped.get(module);
  }

  /** Maps `modules` that the cache does not know, small ones together. */
  map(modules) {
    const missing = modules.filter((module) => !existsSync(this.cacheOf(module)));
    const batches = [];
    let room = 0;
    for (const module of missing.sort((a, b) => this.texts.get(a).length - this.texts.get(b).length)) {
      const bytes = this.texts.get(module).length;
      if (bytes > room) {
        batches.push([]);
        room = batchBytes;
      }
      room -= bytes;
      batches.at(-1).push(module);
    }
    for (const batch of batches) {
      if (!this.run(batch) && batch.length > 1) for (const module of batch) this.run([module]);
    }
  }

  /** One run of yosys: whether it has finished. */
  run(batch) {
    const children = new Set(batch.flatMap((module) => [...this.children(module).keys()]).filter((child) => !batch.includes(child)));
    const [input, output] = [join(this.folder, "batch.il"), join(this.folder, "batch.json")];
    writeFileSync(input, [...children].map((child) => blackBox(this.texts.get(child))).join("") + batch.map((module) => `${this.texts.get(module)}end\n`).join(""));
    const started = Date.now();
    const library = "read_verilog -lib -specify +/xilinx/cells_sim.v; read_verilog -lib +/xilinx/cells_xtra.v"; // what synth_xilinx begins with
    const fault = yosys(`${library}; read_rtlil ${input}; ${mapping} -run prepare:; write_json ${output}`, this.limits);
    const names = batch.map((module) => `${Netlists.nameOf(module)} ${this.parametersOf(module)}`.trim()).join(", ");
    process.stderr.write(`${names}: ${fault ?? "mapped"}, ${Math.round((Date.now() - started) / 1000)} s\n`);
    if (fault !== undefined) {
      for (const module of batch) this.faults.set(module, fault);
      return false;
    }
    const netlists = JSON.parse(readFileSync(output, "utf8")).modules;
    for (const module of batch.filter((name) => name in netlists)) writeFileSync(this.cacheOf(module), gzipSync(JSON.stringify(lean(netlists[module]))));
    rmSync(output);
    return true;
  }

  /** The cache's file of a module: named by all that its netlist depends on. */
  cacheOf(module) {
    const digest = createHash("sha256").update(this.texts.get(module).replace(/^module .*$/m, "")).update(mapping).update(version).digest("hex");
    return join(this.folder, `${Netlists.nameOf(module)}.${digest.slice(0, 24)}.json.gz`);
  }
}

/** What area and levels need of a netlist. */
function lean(netlist) {
  const cells = Object.entries(netlist.cells).map(([name, { type, connections, port_directions: directions }]) => ({ name, type, connections, directions }));
  const names = Object.entries(netlist.netnames).filter(([, net]) => !net.hide_name).map(([name, { bits }]) => [name, bits]);
  return { ports: netlist.ports, cells, names };
}
