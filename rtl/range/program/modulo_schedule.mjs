// A modulo schedule: every candidate goes through the same operations at the same clocks after its beginning, and one begins every `interval` clocks. An operation
// that a unit does takes the unit at one of the phases, so a unit does as many of a candidate's. Emits the SystemVerilog.
// SPDX-License-Identifier: Apache-2.0

export const interval = 7;

export class Schedule {
  /** `units`: name -> { latency, taken: phases that others have }. */
  constructor(units) {
    this.units = new Map(Object.entries(units).map(([name, { latency, taken = [] }]) => [name, { latency, taken: new Set(taken), operations: [] }]));
    this.values = new Map(); // name -> { width, time, expression, frames: so many are kept, places: that are looked at }
    this.reset = new Set();
  }

  /** A value that is there at a clock. */
  input(name, width, time = 0) { this.add(name, width, time, name); }

  add(name, width, time, expression) {
    if (this.values.has(name)) throw new Error(`value '${name}' twice`);
    this.values.set(name, { width, time, expression, frames: 0, places: new Set() });
  }

  /** Names in braces. */
  uses(text) { return [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).filter((name) => !/^\d+$/.test(name)); }

  earliest(texts) {
    let time = 0;
    for (const name of texts.flatMap((text) => this.uses(text))) {
      const value = this.values.get(name);
      if (!value) throw new Error(`no value '${name}'`);
      time = Math.max(time, value.time + 1);
    }
    return time;
  }

  /** The text at a clock: each value from the place that it has come to. */
  at(text, time) {
    return text.replace(/\{(\w+)\}/g, (whole, name) => {
      if (/^\d+$/.test(name)) return whole;
      const value = this.values.get(name);
      const frames = Math.ceil((time - value.time) / interval);
      value.frames = Math.max(value.frames, frames);
      value.places.add(frames);
      return `${name}_${frames}`;
    });
  }

  /** Combinational, from values that are there a clock before. */
  let(name, width, text) {
    const time = this.earliest([text]);
    this.add(name, width, time, this.at(text, time));
  }

  /** An operation of a unit, whose ports take `operands`; the value is `part` of what the unit gives. */
  ask(name, width, unit_names, operands, part) {
    const from = this.earliest(Object.values(operands));
    for (let time = from; ; ++time) {
      if (time >= from + interval) throw new Error(`no place for '${name}'`);
      const unit_name = [].concat(unit_names).find((one) => !this.units.get(one).taken.has(time % interval));
      if (unit_name === undefined) continue;
      const unit = this.units.get(unit_name);
      unit.taken.add(time % interval);
      unit.operations.push({ phase: time % interval, name, operands: Object.fromEntries(Object.entries(operands).map(([port, text]) => [port, this.at(text, time)])) });
      this.add(name, width, time + unit.latency, `${unit_name}_${part}`);
      return;
    }
  }

  /** What leaves: all at one clock. Returns the phase. */
  finish(outputs) {
    const time = this.earliest(Object.values(outputs));
    this.last = time;
    this.outputs = Object.entries(outputs).map(([port, text]) => [port, this.at(text, time)]);
    return time % interval;
  }

  /** Declarations and assignments of the values. */
  valueText() {
    const lines = [];
    for (const [name, { width, time, expression, frames, places }] of this.values) {
      if (frames === 0) throw new Error(`value '${name}' is not used`);
      const range = width > 1 ? `[${width - 1}:0] ` : '';
      const wire = expression === name ? name : `${name}_w`;
      if (wire !== name) lines.push(`  logic ${range}${wire};`, `  assign ${wire} = ${expression};`);
      lines.push(`  logic [${frames * width - 1}:0] ${name}_q;  // from clock ${time + 1} on`);
      const next = frames === 1 ? wire : `{${name}_q[${(frames - 1) * width - 1}:0], ${wire}}`;
      const reset = this.reset.has(name) ? ` if (rst) ${name}_q <= '0; else` : '';
      lines.push(`  always_ff @(posedge clk)${reset} if (phase == 3'd${time % interval}) ${name}_q <= ${next};`);
      for (const place of [...places].toSorted((x, y) => x - y)) {
        lines.push(`  wire ${range}${name}_${place} = ${name}_q[${(place - 1) * width}${width > 1 ? `+:${width}` : ''}];`);
      }
    }
    return lines.join('\n');
  }

  /** What a unit's ports take at each phase. */
  unitText(unit_name, ports) {
    const { operations } = this.units.get(unit_name);
    const lines = [...Object.keys(ports)].map((port) => `  logic ${ports[port] > 1 ? `[${ports[port] - 1}:0] ` : ''}${unit_name}_${port};`);
    lines.push('  always_comb begin', ...Object.keys(ports).map((port) => `    ${unit_name}_${port} = ${ports[port] > 1 ? "'0" : "1'b0"};`), '    case (phase)');
    for (const { phase, name, operands } of operations.toSorted((x, y) => x.phase - y.phase)) {
      lines.push(`      3'd${phase}: begin  // ${name}`);
      for (const [port, text] of Object.entries(operands)) lines.push(`        ${unit_name}_${port} = ${text};`);
      lines.push('      end');
    }
    lines.push('      default: ;', '    endcase', '  end');
    return lines.join('\n');
  }
}
