// What mapped netlists are made of, and the longest path from register to register in levels of LUTs, through all modules on its way.
// SPDX-License-Identifier: Apache-2.0
//
// A LUT is a level, a LUT memory that is read is one, and the way into a carry chain is one. Along a chain 64 bits are a level: in a routed design
// on UltraScale+ (Vivado 2021.2, speed grade -1) a CARRY8 and the net to the next take 0.055 ns, and a LUT and its net 0.38 ns on average on the
// same path, so eight of them are 1.15 LUTs (gussmith23/lakeroad-evaluation, no-matches.futil-ultrascale-timing-route.v). Wide multiplexers
// behind a LUT are none. Paths end in DSPs and begin behind them: yosys does not move the registers beside a product into it, Vivado does.

const luts = { LUT1: 1, LUT2: 1, LUT3: 1, LUT4: 1, LUT5: 1, LUT6: 1, RAM32M16: 8, RAM64M8: 8, RAM32M: 4, RAM64M: 4, RAM32X1D: 2,
  RAM64X1D: 2, RAM128X1D: 4, RAM64X1S: 1, RAM32X1S: 1, RAM256X1D: 8, RAM256X1S: 4, RAM512X1S: 8, SRL16E: 1, SRLC32E: 1, INV: 1 };
const perLevel = 16; // a level in units of one CARRY4, which is what yosys builds chains of

/** Cells by what they occupy. A LUT as memory or shift register counts as the LUTs that it takes. */
export function areaOf(types) {
  const area = { lut: 0, ff: 0, dsp: 0, bram: 0, uram: 0 };
  for (const type of types) {
    if (type in luts) area.lut += luts[type];
    else if (/^FD[RSCP]E$/.test(type)) area.ff += 1;
    else if (/^DSP/.test(type)) area.dsp += 1;
    else if (/^RAMB36/.test(type)) area.bram += 1;
    else if (/^RAMB18/.test(type)) area.bram += 0.5;
    else if (/^URAM/.test(type)) area.uram += 1;
    else if (!/^(MUXF|CARRY|BUF|\$scopeinfo)/.test(type)) throw new Error(`area: cell type ${type} is not in the table`);
  }
  return area;
}

/** Cost of the way from an input port to the outputs of its cell; undefined: the path ends there. */
function cost(type, port) {
  if (/^(LUT|INV)/.test(type)) return perLevel;
  if (/^CARRY/.test(type)) return port === "CI" ? 1 : perLevel;
  if (/^(MUXF|BUF)/.test(type)) return 0;
  if (/^(RAM\d|SRL)/.test(type) && /^(ADDR|DPRA|A\d?$)/.test(port)) return perLevel;
  return undefined;
}
const keeps = (type) => /^(FD[RSCP]E|RAMB|URAM|DSP)/.test(type); // nothing goes through

/** The netlist of `top` with all modules below it: cells that paths go through, and the nets as numbers. */
function flatten(top, netlistOf) {
  const flat = { parent: [], cells: [], ends: [], places: [] };
  const fresh = () => flat.parent.push(flat.parent.length) - 1;
  const root = (net) => {
    let at = net;
    while (flat.parent[at] !== at) at = flat.parent[at] = flat.parent[flat.parent[at]];
    return at;
  };
  const place = (module, path, outside) => {
    const netlist = netlistOf(module);
    const nets = new Map();
    const net = (bit) => (typeof bit === "string" ? -1 : nets.get(bit) ?? nets.set(bit, fresh()).get(bit));
    flat.places.push({ path, netlist, nets });
    for (const [port, bits] of Object.entries(outside)) {
      netlist.ports[port].bits.forEach((bit, i) => {
        const [inner, outer] = [net(bit), bits[i]];
        if (inner >= 0 && outer >= 0) flat.parent[root(inner)] = root(outer);
      });
    }
    for (const cell of netlist.cells) {
      const connections = Object.entries(cell.connections).map(([port, bits]) => [port, bits.map(net)]);
      if (netlistOf(cell.type) !== undefined) place(cell.type, `${path}${cell.name}.`, Object.fromEntries(connections));
      else (keeps(cell.type) ? flat.ends : flat.cells).push({ ...cell, connections });
    }
  };
  place(top, "", {});
  return { ...flat, root };
}

/**
 * The longest path of `top`, whose inputs and outputs count as registers: { levels, from, to }, the ends by name. `netlistOf` gives a
 * module's netlist, and undefined for a primitive.
 */
export function longestPath(top, netlistOf) {
  const { cells, ends, places, root } = flatten(top, netlistOf);
  const driver = new Map();
  cells.forEach((cell, index) => {
    for (const [port, bits] of cell.connections) {
      if (cell.directions[port] === "output") for (const bit of bits) driver.set(root(bit), index);
    }
  });
  const readers = cells.map(() => []);
  const waiting = new Int32Array(cells.length);
  const depth = new Int32Array(cells.length);
  const before = new Int32Array(cells.length).fill(-1); // net by which the longest path comes
  cells.forEach((cell, index) => {
    for (const [port, bits] of cell.connections) {
      const way = cell.directions[port] === "input" ? cost(cell.type, port) : undefined;
      if (way === undefined) continue;
      for (const bit of bits.filter((one) => one >= 0)) {
        const from = driver.get(root(bit));
        if (way > depth[index] || before[index] < 0) [depth[index], before[index]] = [Math.max(way, depth[index]), bit];
        if (from === undefined) continue;
        readers[from].push([index, way, bit]);
        waiting[index] += 1;
      }
    }
  });
  const ready = [...cells.keys()].filter((index) => waiting[index] === 0);
  let settled = 0;
  for (let from = ready.pop(); from !== undefined; from = ready.pop()) {
    settled += 1;
    for (const [index, way, bit] of readers[from]) {
      if (depth[from] + way > depth[index]) [depth[index], before[index]] = [depth[from] + way, bit];
      waiting[index] -= 1;
      if (waiting[index] === 0) ready.push(index);
    }
  }
  if (settled !== cells.length) throw new Error(`area: ${top}: ${cells.length - settled} cells are on or behind a loop without a register`);

  let last = -1;
  depth.forEach((levels, index) => { if (last < 0 || levels > depth[last]) last = index; });
  if (last < 0) return { levels: 0, from: "", to: "" };
  let first = last;
  for (let at = last; at !== undefined; at = driver.get(root(before[at]))) first = at;
  const reached = new Set(cells[last].connections.filter(([port]) => cells[last].directions[port] === "output").flatMap(([, bits]) => bits.map(root)));
  const end = ends.find((cell) => cell.connections.some(([port, bits]) => cell.directions[port] === "input" && bits.some((bit) => bit >= 0 && reached.has(root(bit)))));
  const behind = end?.connections.find(([port]) => end.directions[port] === "output")?.[1].filter((bit) => bit >= 0).map(root);
  const nameOf = (roots) => {
    for (const { path, netlist, nets } of places) {
      for (const [name, bits] of netlist.names) if (bits.some((bit) => nets.has(bit) && roots.has(root(nets.get(bit))))) return path + name;
    }
    return "a net without a name";
  };
  return { levels: Math.ceil(depth[last] / perLevel), from: nameOf(new Set([root(before[first])])), to: nameOf(behind === undefined ? reached : new Set(behind)) };
}
