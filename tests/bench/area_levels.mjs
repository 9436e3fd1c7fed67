// What a mapped netlist is made of, and its longest path from register to register in levels of LUTs.
// SPDX-License-Identifier: Apache-2.0

const sequential = /^(FD[RSCP]E|RAMB|URAM|SRL|DSP|RAM\d)/; // a path ends in them and begins behind them
const luts = { LUT1: 1, LUT2: 1, LUT3: 1, LUT4: 1, LUT5: 1, LUT6: 1, RAM32M16: 8, RAM64M8: 8, RAM32M: 4, RAM64M: 4, RAM32X1D: 2,
  RAM64X1D: 2, RAM128X1D: 4, RAM64X1S: 1, RAM32X1S: 1, RAM256X1S: 4, RAM512X1S: 8, SRL16E: 1, SRLC32E: 1, INV: 0 };

/** Cells by what they occupy. A LUT as memory or shift register counts as the LUTs that it takes. */
export function areaOf(counts) {
  const area = { lut: 0, ff: 0, dsp: 0, bram: 0, uram: 0 };
  for (const [type, n] of Object.entries(counts)) {
    if (type in luts) area.lut += luts[type] * n;
    else if (/^FD[RSCP]E$/.test(type)) area.ff += n;
    else if (/^DSP/.test(type)) area.dsp += n;
    else if (/^RAMB36/.test(type)) area.bram += n;
    else if (/^RAMB18/.test(type)) area.bram += n / 2;
    else if (/^URAM/.test(type)) area.uram += n;
    else if (!/^(MUXF|CARRY|BUF|OBUF|IBUF|\$scopeinfo)/.test(type)) throw new Error(`area: cell type ${type} is not in the table`);
  }
  return area;
}

/**
 * Longest path of one flat module of a yosys JSON netlist. A LUT is a level; the way into a carry chain is one and along it none; wide
 * multiplexers behind a LUT are none. A DSP is a register on both sides: yosys does not move registers into it, Vivado does.
 */
export function levelsOf(module) {
  const cells = Object.values(module.cells).filter((cell) => !sequential.test(cell.type));
  const driver = new Map(); // net -> cell
  for (const cell of cells) {
    for (const [port, bits] of Object.entries(cell.connections)) {
      if (cell.port_directions[port] === "output") for (const bit of bits) driver.set(bit, cell);
    }
  }
  const readers = new Map(cells.map((cell) => [cell, []])); // with the levels that the way into the reader costs
  const waiting = new Map(cells.map((cell) => [cell, 0]));
  const depth = new Map();
  for (const cell of cells) {
    const entry = (port) => (/^(LUT|INV)/.test(cell.type) || (/^CARRY/.test(cell.type) && !/^CI/.test(port)) ? 1 : 0);
    depth.set(cell, 0);
    for (const [port, bits] of Object.entries(cell.connections)) {
      if (cell.port_directions[port] !== "input") continue;
      depth.set(cell, Math.max(depth.get(cell), entry(port)));
      for (const bit of bits) {
        const from = driver.get(bit);
        if (from === undefined) continue;
        readers.get(from).push([cell, entry(port)]);
        waiting.set(cell, waiting.get(cell) + 1);
      }
    }
  }
  const ready = cells.filter((cell) => waiting.get(cell) === 0);
  for (let cell = ready.pop(); cell !== undefined; cell = ready.pop()) {
    for (const [reader, levels] of readers.get(cell)) {
      depth.set(reader, Math.max(depth.get(reader), depth.get(cell) + levels));
      waiting.set(reader, waiting.get(reader) - 1);
      if (waiting.get(reader) === 0) ready.push(reader);
    }
  }
  let longest = 0;
  for (const levels of depth.values()) longest = Math.max(longest, levels);
  return longest;
}
