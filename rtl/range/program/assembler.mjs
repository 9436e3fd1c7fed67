// Builds the microprogram of range_engine: one method an instruction, and labels. The codes are those of range_isa_pkg.sv.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { rateOption } from './rates.mjs';
import { schedule } from './schedule.mjs';

const isa_file = new URL('../range_isa_pkg.sv', import.meta.url);

/** Field names and widths of instruction_t, first field highest, and the named codes. */
export function readIsa() {
  const text = readFileSync(isa_file, 'utf8');
  const codes = {};
  for (const [, name, value] of text.matchAll(/(\w+)\s*=\s*\d+'d(\d+)/g)) codes[name] = Number(value);
  const pc_bits = Number(text.match(/PcBits\s*=\s*(\d+)/)[1]);
  const body = text.match(/typedef struct packed \{([^}]*)\} instruction_t;/)[1];
  const fields = [...body.matchAll(/logic\s+(?:\[(.+?)-?1?:0\])?\s*(\w+);/g)].map(([, high = '0', name]) => ({
    name,
    width: high.startsWith('PcBits') ? pc_bits : Number(high) + 1,
  }));
  return { codes, fields };
}

const conditions = { '<': 'CondLess', '>=': 'CondNotLess', '==': 'CondZero', '!=': 'CondNotZero', '>': 'CondMore', '<=': 'CondNotMore' };

export class Assembler {
  /** `late`: of constants that first_step.sv computes, the clocks from a leg's first instruction on until they are there. */
  constructor(constants, late) {
    const { codes, fields } = readIsa();
    this.codes = codes;
    this.fields = fields;
    this.pc_bits = fields.find(({ name }) => name === 'target').width;
    this.rows = [];
    this.labels = new Map();
    this.next_label = 0;
    this.fences = new Set(); // rows that nothing is moved across
    this.constants = new Map(constants.map((name, i) => [name, { constant: i }]));
    this.late = new Map(Object.entries(late).map(([name, clocks]) => [this.constants.get(name).constant, clocks]));
    this.literals = new Map(); // value -> constant
    this.first_literal = codes.FirstLiteral;
    if (constants.length > this.first_literal) throw new Error(`more than ${this.first_literal} constants of a leg`);
    this.zero = this.literal(0n);
  }

  // ---- operands
  alu(n) { return { file: 'FileAlu', n }; }
  unit(n) { return { file: 'FileUnit', n }; }
  constant(name) {
    const found = this.constants.get(name);
    if (!found) throw new Error(`no constant '${name}'`);
    return found;
  }
  literal(value) {
    const key = BigInt(value);
    if (!this.literals.has(key)) {
      if (this.first_literal + this.literals.size === this.codes.Immediate) throw new Error('more literals than constants are left');
      this.literals.set(key, { constant: this.first_literal + this.literals.size });
    }
    return this.literals.get(key);
  }
  operand(x) {
    if (typeof x === 'number' || typeof x === 'bigint') x = this.literal(x);
    if (typeof x === 'string') x = this.constant(x);
    if (x.constant !== undefined) return 64 + x.constant;
    if (!(x.n >= 0 && x.n < 32)) throw new Error('no such register');
    return this.codes[x.file] * 32 + x.n;
  }

  // ---- labels
  label(name = `.${this.next_label++}`) { return { name }; }
  /** Nothing is moved across. */
  fence() { this.fences.add(this.rows.length); }
  here(label) {
    if (this.labels.has(label.name)) throw new Error(`label '${label.name}' twice`);
    this.labels.set(label.name, this.rows.length);
  }

  emit({ unit = 'UnitNone', option = 0, a = 0, b = 0, c = 0, d = null, op = 'OpAdd', write = 'WriteNone', jump = 'JumpNo', condition = 'CondLess', target = null }) {
    const k = this.codes;
    const operands = [a, b, c].map((operand) => (typeof operand === 'number' ? BigInt(operand) : operand));
    if (target === null) { // the field is free for a small number
      const small = operands.find((operand) => typeof operand === 'bigint' && operand !== 0n && operand >= -2048n && operand < 2048n);
      if (small !== undefined) {
        target = Number(BigInt.asUintN(this.pc_bits, small));
        operands.forEach((operand, i) => { if (operand === small) operands[i] = { constant: k.Immediate }; });
      }
    }
    const [x, y, z] = operands.map((operand) => this.operand(operand));
    if (d !== null && (d.file === 'FileUnit') !== (k[unit] > 0 && k[unit] <= k.UnitJoin)) throw new Error(`row ${this.rows.length}: wrong file for the result`);
    this.rows.push({
      unit: k[unit], option, a: x, b: y, c: z, d: d === null ? 0 : d.n, op: k[op], write: k[write], jump: k[jump],
      condition: k[condition], target,
    });
  }

  // ---- the ALU
  add(d, a, b) { this.emit({ d, a, b, write: 'WriteResult' }); }
  sub(d, a, b) { this.emit({ d, a, b, op: 'OpSub', write: 'WriteResult' }); }
  addWrapping(d, a, b) { this.emit({ d, a, b, op: 'OpAddWrap', write: 'WriteResult' }); }
  half(d, a) { this.emit({ d, a, op: 'OpHalf', write: 'WriteResult' }); }
  up96(d, a) { this.emit({ d, a, op: 'OpUp96', write: 'WriteResult' }); }
  up32(d, a) { this.emit({ d, a, op: 'OpUp32', write: 'WriteResult' }); }
  down32(d, a) { this.emit({ d, a, op: 'OpDown32', write: 'WriteResult' }); }
  move(d, a) { this.add(d, a, 0); }
  /** d = value if a <relation> b */
  moveIf(d, value, a, relation, b) { this.emit({ d, a, b, c: value, op: 'OpSub', write: 'WriteIf', condition: conditions[relation] }); }
  /** d = value if a is negative or has more than so many bits */
  moveIfOver(d, value, a, bits) { this.emit({ d, a, c: value, write: 'WriteIf', condition: `CondOver${bits}` }); }
  maximum(d, b) { this.moveIf(d, b, b, '>', d); }
  minimum(d, b) { this.moveIf(d, b, b, '<', d); }
  jump(target) { this.emit({ jump: 'JumpAlways', target }); }
  jumpIf(a, relation, b, target) { this.emit({ a, b, op: 'OpSub', jump: 'JumpIf', condition: conditions[relation], target }); }
  /** Jumps when a is negative or has more than so many bits. */
  jumpOver(a, bits, target) { this.emit({ a, jump: 'JumpIf', condition: `CondOver${bits}`, target }); }
  /** d = a + b (or a - b); jumps when that is negative or has more than so many bits. */
  addJumpOver(d, a, b, bits, target) { this.emit({ d, a, b, write: 'WriteResult', jump: 'JumpIf', condition: `CondOver${bits}`, target }); }
  subJumpOver(d, a, b, bits, target) { this.emit({ d, a, b, op: 'OpSub', write: 'WriteResult', jump: 'JumpIf', condition: `CondOver${bits}`, target }); }
  subJumpIf(d, a, b, relation, target) { this.emit({ d, a, b, op: 'OpSub', write: 'WriteResult', jump: 'JumpIf', condition: conditions[relation], target }); }
  /** From here on the thread gives way to all others of its lane. */
  giveWay() {
    this.fence();
    this.emit({ option: 1 });
    this.fence();
  }
  call(link, target) { this.emit({ d: link, write: 'WriteLink', jump: 'JumpAlways', target }); }
  back(link) { this.emit({ a: link, jump: 'JumpBack' }); }

  // ---- the units; `impossible` is what a quotient that does not fit becomes: Marked (2^256), Zero or Most (2^256 - 1)
  mulDiv(d, a, b, c, { up = false, impossible = 'Marked' } = {}) {
    const impossible_option = this.codes[`Impossible${impossible}`] << 1;
    this.emit({ unit: 'UnitMulDiv', d, a, b, c, option: (up ? 1 : 0) | impossible_option | rateOption(this.codes, b, c, up) });
  }
  /** liquidity * 2^96 * (high - low) / (high * low) */
  mulDivDelta(d, high, low, liquidity, up) { this.emit({ unit: 'UnitMulDiv', d, a: high, b: low, c: liquidity, option: (up ? 1 : 0) | 16 }); }
  mulShift(d, a, b, shift, { up = false, impossible = 'Marked' } = {}) {
    this.emit({ unit: 'UnitMulShift', d, a, b, option: (up ? 1 : 0) | ([0, 276, 96, 128].indexOf(shift) << 1) | (this.codes[`Impossible${impossible}`] << 3) });
  }
  /** liquidity * (high - low) / 2^96 */
  mulShiftDelta(d, high, low, liquidity, up) {
    this.emit({ unit: 'UnitMulShift', d, a: high, b: low, c: liquidity, op: 'OpSub', option: (up ? 1 : 0) | (2 << 1) | 128 });
  }
  /** A field (Tick, Net, Ratio) of the listed tick a + b or a - b. */
  window(d, field, a, b = 0, op = 'OpAdd') { this.emit({ unit: 'UnitWindow', d, a, b, op, option: this.codes[`Window${field}`] | 128 }); }
  grossAt(d, tick) { this.emit({ unit: 'UnitWindow', d, a: tick, option: this.codes.WindowGrossAt | 128 }); }
  ratioAt(d, tick) { this.emit({ unit: 'UnitTickMath', d, a: tick, option: 128 }); }
  tickAt(d, price) { this.emit({ unit: 'UnitTickMath', d, a: price, option: 129 }); }
  load(d, a, b = 0) { this.emit({ unit: 'UnitLoad', d, a, b, option: 128 }); }
  store(value, a, b = 0) { this.emit({ unit: 'UnitStore', a, b, c: value, option: 128 }); }
  loadSlot(d, a, b = 0) { this.emit({ unit: 'UnitLoad', d, a, b, option: 129 }); }
  storeSlot(value, a, b = 0) { this.emit({ unit: 'UnitStore', a, b, c: value, option: 129 }); }
  /** seed_server: what a leg's seeds share, two floats; where the swap alone ends. */
  tellTerms(kept, gain) { this.emit({ unit: 'UnitTell', a: kept, b: gain, option: this.codes.TellTerms }); }
  tellEnd(price, remaining) { this.emit({ unit: 'UnitTell', a: price, b: remaining, option: this.codes.TellEnd }); }
  tellGross(lower, upper) { this.emit({ unit: 'UnitTell', a: lower, b: upper, option: this.codes.TellGross }); }
  /** The liquidity that the budgets allow between two prices, minted at a third, and the pool beside the gross liquidity that was told. */
  mostLiquidity(d, price, lower, upper) { this.emit({ unit: 'UnitSeed', d, a: price, b: lower, c: upper, option: this.codes.SeedMost }); }
  /** The seed of that range, by the swap alone's last state before it: it comes when the swap alone ends before the far bound, or the last state before that is told. */
  seedFrom(d, { price, remaining, liquidity }) { this.emit({ unit: 'UnitSeed', d, a: price, b: remaining, c: liquidity, option: this.codes.SeedFrom }); }
  tellStop({ price, remaining, liquidity }) { this.emit({ unit: 'UnitTell', a: price, b: remaining, c: liquidity, option: this.codes.TellStop }); }
  /** Makes a + b a constant of all threads, 4 clocks later at the earliest. */
  publish(name, a, b = 0, op = 'OpAdd') { this.emit({ unit: 'UnitOut', a, b, op, option: 128 | 64 | this.constant(name).constant }); }
  /** Waits until a constant that the leg publishes is there; nothing is moved across. */
  await(name) {
    this.fence();
    this.emit({ a: name });
    this.fence();
  }
  /** `aside`: in another lane than this thread's. */
  spawn(target, value, { aside = false } = {}) { this.emit({ unit: 'UnitSpawn', a: value, option: 128 | (aside ? 2 : 0), target }); }
  /** A thread for each of first, first + step, ... below limit, if any: signed words of 64 bits. */
  spawnRange(target, first, limit, step, { aside = false } = {}) { this.emit({ unit: 'UnitSpawn', a: limit, b: first, c: step, option: 1 | (aside ? 2 : 0), target }); }
  /** Waits until all that this thread has spawned have stopped; nothing is moved across. */
  join(d, scratch) {
    this.fence();
    this.emit({ unit: 'UnitJoin', d });
    this.move(scratch, d);
    this.fence();
  }
  best(d, question) { this.emit({ unit: 'UnitBest', d, option: ['place', 'evaluated'].indexOf(question) }); }
  report({ evaluated, known, gross = 0, place = 0, profitable = 0 }) {
    this.emit({ unit: 'UnitReport', a: gross, b: place, c: profitable, option: (evaluated ? 1 : 0) | (known ? 2 : 0) });
  }
  out(field, a, b = 0, op = 'OpAdd') { this.emit({ unit: 'UnitOut', a, b, op, option: 128 | field }); }
  stop() { this.emit({ unit: 'UnitStop' }); }

  /** The words of the program, [bits as BigInt]. */
  words() {
    schedule(this);
    this.resolve();
    return this.rows.map((row) => this.fields.reduce((word, { name, width }) => {
      if (row[name] < 0 || row[name] >= 2 ** width) throw new Error(`${name} = ${row[name]} does not fit`);
      return (word << BigInt(width)) | BigInt(row[name]);
    }, 0n));
  }

  resolve() {
    this.rows.forEach((row, at) => {
      if (row.target === null) row.target = 0;
      if (typeof row.target !== 'object') return;
      const found = this.labels.get(row.target.name);
      if (found === undefined) throw new Error(`row ${at}: no label '${row.target.name}'`);
      row.target = found;
    });
  }

  /** Clocks from an instruction to the one behind it at the least. */
  clocks(row) {
    return row.jump === this.codes.JumpBack ? 2 : 1;
  }
}
