// The depth that `./run bench area` reports, on modules whose depth is known by hand.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { areaOf, longestPath } from "../bench/area_levels.mjs";
import { Netlists } from "../bench/area_netlist.mjs";

const folder = mkdtempSync(join(tmpdir(), "jitbox-area-"));
after(() => rmSync(folder, { recursive: true }));

// One top over all, so that yosys reads its library once.
const modules = {
  adder: `module adder(input logic clk, input logic [127:0] a, input logic [127:0] b, output logic [127:0] sum);
    logic [127:0] a_q, b_q;
    always_ff @(posedge clk) begin a_q <= a; b_q <= b; sum <= a_q + b_q; end
  endmodule`,
  inverse: "module inverse(input logic [3:0] a, output logic y); assign y = ~&a; endmodule",
  through: `module through(input logic clk, input logic [9:0] a, output logic y);
    logic first, second;
    logic [9:0] a_q;
    inverse i_first(.a(a_q[3:0]), .y(first));
    inverse i_second(.a({a_q[6:4], first}), .y(second));
    always_ff @(posedge clk) begin a_q <= a; y <= second ^ a_q[9] ^ a_q[8]; end
  endmodule`,
  lookup: `module lookup(input logic clk, input logic write, input logic [4:0] at, input logic [7:0] data, output logic [7:0] found);
    logic [7:0] words[0:31];
    logic [4:0] at_q;
    always_ff @(posedge clk) begin if (write) words[at] <= data; at_q <= at; found <= ~words[at_q]; end
  endmodule`,
  circle: "module circle(input logic a, output logic y); logic back; inverse i_back(.a({3'b111, back}), .y(y)); assign back = y & a; endmodule",
  store: `module store(input logic clk, input logic write, input logic [15:0] at, input logic [15:0] to, input logic [71:0] data, output logic [71:0] found);
    (* ram_style = "ultra" *) logic [71:0] words[0:4095];
    always_ff @(posedge clk) begin if (write) words[to[11:0]] <= data; found <= words[at[11:0]]; end
  endmodule`,
  everything: `module everything(input logic clk, input logic w, input logic [127:0] a, input logic [127:0] b, output logic [127:0] s, output logic [2:0] y,
      output logic [7:0] f, output logic [71:0] u);
    typedef struct packed { logic high; logic [6:0] low; } parts_t;
    adder i_adder(.clk(clk), .a(a), .b(b), .sum(s));
    through i_through(.clk(clk), .a(a[9:0]), .y(y[0]));
    lookup i_lookup(.clk(clk), .write(w), .at(a[4:0]), .data(b[7:0]), .found(f));
    circle i_circle(.a(a[0]), .y(y[1]));
    store i_store(.clk(clk), .write(w), .at(a[15:0]), .to(b[15:0]), .data(b[71:0]), .found(u));
    for (genvar i = 0; i < 1; i = i + 1) begin : g_part
      parts_t parts;
      assign parts = a[$bits(parts_t)-1:0];
      assign y[2] = parts.high;
    end
  endmodule`,
};
mkdirSync(join(folder, "rtl"));
for (const [name, text] of Object.entries(modules)) writeFileSync(join(folder, "rtl", `${name}.sv`), text);
const netlists = new Netlists(join(folder, "rtl"), "everything", folder, { minutes: 4, gib: 4 });
netlists.map([...netlists.modules()]);
const netlistOf = (type) => netlists.netlist(type);
const areaIn = (module) => areaOf(netlistOf(module).cells.map(({ type }) => type).filter((type) => netlistOf(type) === undefined));

test("a sum of 128 bits is a LUT, the way into the chain, and a level for each 64 bits along it", () => {
  assert.equal(longestPath("adder", netlistOf).levels, 4);
  assert.deepEqual(areaIn("adder"), { lut: 128, ff: 384, dsp: 0, bram: 0, uram: 0 });
});

test("a path goes on through the modules that it crosses, and is named by its ends", () => {
  assert.deepEqual(longestPath("through", netlistOf), { levels: 3, from: "a_q", to: "y" });
});

test("a LUT memory that is read is a level, and occupies its LUTs", () => {
  assert.equal(longestPath("lookup", netlistOf).levels, 2);
  assert.ok(areaIn("lookup").lut >= 8 && areaIn("lookup").bram === 0);
});

test("a large memory is UltraRAM", () => {
  assert.deepEqual(areaIn("store"), { lut: 0, ff: 0, dsp: 0, bram: 0, uram: 1 });
});

test("a loop without a register is refused", () => {
  assert.throws(() => longestPath("circle", netlistOf), /circle: \d+ cells are on or behind a loop without a register/);
});

test("a member of a structure inside a block is the part of the vector that it names", () => {
  const { ports } = netlistOf("everything");
  assert.equal(ports.y.bits[2], ports.a.bits[7]);
});

test("a constant that yosys would take for undefined bits ends the run", () => {
  writeFileSync(join(folder, "rtl", "everything.sv"), "module everything(input logic a, output logic y); assign y = a[3]; endmodule");
  assert.throws(() => new Netlists(join(folder, "rtl"), "everything", folder, { minutes: 4, gib: 4 }), /everything cannot be elaborated: .*out of bounds/);
});
