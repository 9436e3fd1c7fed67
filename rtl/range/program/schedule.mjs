// Orders the instructions between two labels or jumps so that the long ones are asked for early: a thread issues in order and sleeps at the
// first word that has not come.
// SPDX-License-Identifier: Apache-2.0
import { byRate } from './rates.mjs';

// Clocks from an instruction to one that reads its result.
const alu_latency = 1;
const issue = 1;
const latencies = {
  UnitMulDiv: 22, UnitMulShift: 6, UnitWindow: 7, UnitTickMath: 16, UnitSeed: 54, UnitLoad: 3, UnitBest: 3, UnitJoin: 8,
};
const urgencies = { UnitSpawn: 300, UnitReport: 300, publish: 250, UnitTickMath: 200 }; // what others wait for
const most_latency = 22; // of the most liquidity
const amount0_latency = 20;
const ordered = ['UnitLoad', 'UnitStore', 'UnitSpawn', 'UnitOut', 'UnitReport', 'UnitBest', 'UnitJoin', 'UnitStop', 'UnitTell', 'UnitSeed'];

/** What an instruction reads and writes, as 'a3' (ALU) or 'u3' (unit), and how long its result takes. */
function describe(row, codes, names) {
  const reads = [row.a, row.b, row.c].filter((x) => x < 64).map((x) => (x < 32 ? `a${x}` : `u${x - 32}`));
  const unit = names.get(row.unit);
  if (unit === 'UnitNone') {
    const writes = row.write === codes.WriteNone ? null : `a${row.d}`;
    return { row, reads, writes, latency: alu_latency, urgency: 0, ordered: false, load: false };
  }
  const answers = row.unit <= codes.UnitJoin;
  let latency = latencies[unit] ?? 0;
  if (unit === 'UnitSeed' && row.option === codes.SeedMost) latency = most_latency;
  if (unit === 'UnitMulDiv' && (row.option & 16) !== 0) latency = amount0_latency;
  if (unit === 'UnitMulDiv' && byRate(row.option)) latency = latencies.UnitMulShift;
  const kind = unit === 'UnitOut' && (row.option & 64) !== 0 ? 'publish' : unit;
  return { row, reads, writes: answers ? `u${row.d}` : null, latency, urgency: urgencies[kind] ?? 0, ordered: ordered.includes(unit), load: unit === 'UnitLoad' };
}

/** Clocks that `later` has to come after `earlier`, or null when they may change places. */
function distance(earlier, later) {
  if (earlier.writes && later.reads.includes(earlier.writes)) return earlier.latency;
  if (earlier.writes && earlier.writes === later.writes) return earlier.writes[0] === 'u' ? earlier.latency : issue;
  if (later.writes && earlier.reads.includes(later.writes)) return issue;
  if (earlier.ordered && later.ordered && !(earlier.load && later.load)) return issue;
  return null;
}

/** A block in a new order: of what may come next, the one that most depends on; `late`: clocks from its begin on until a constant is there. */
function scheduleBlock(rows, codes, names, late) {
  const comes = ({ a, b, c }) => Math.max(...[a, b, c].map((x) => late.get(x - 64) ?? 0));
  const items = rows.map((row) => ({ ...describe(row, codes, names), after: [], left: 0, from: comes(row), height: 0 }));
  for (let j = 0; j < items.length; ++j) {
    for (let i = 0; i < j; ++i) {
      const clocks = distance(items[i], items[j]);
      if (clocks === null) continue;
      items[i].after.push([items[j], clocks]);
      items[j].left += 1;
    }
  }
  for (const item of [...items].reverse()) {
    item.height = item.after.reduce((height, [next, clocks]) => Math.max(height, clocks + next.height), item.urgency || (item.writes ? item.latency : issue));
  }
  const out = [];
  const open = items.filter((item) => item.left === 0);
  for (let clock = 0; open.length > 0; clock += issue) {
    clock = Math.max(clock, Math.min(...open.map((item) => item.from)));
    const best = open.filter((item) => item.from <= clock).reduce((a, b) => (b.height > a.height ? b : a));
    open.splice(open.indexOf(best), 1);
    out.push(best.row);
    for (const [next, clocks] of best.after) {
      next.from = Math.max(next.from, clock + clocks);
      if (--next.left === 0) open.push(next);
    }
  }
  return out;
}

/** Reorders the assembler's rows in place; labels, jumps and fences stay where they are. `late`: of constants, in the block that a leg begins with. */
export function schedule({ rows, labels, fences, codes, late }) {
  const legs = new Set([...labels].filter(([name]) => name.startsWith('leg_')).map(([, at]) => at));
  const names = new Map(Object.entries(codes).filter(([name]) => name.startsWith('Unit')).map(([name, code]) => [code, name]));
  const borders = new Set([...labels.values(), ...fences]);
  let begin = 0;
  for (let at = 0; at <= rows.length; ++at) {
    const ends = at === rows.length || rows[at].jump !== codes.JumpNo || rows[at].unit === codes.UnitStop;
    if (!ends && !borders.has(at)) continue;
    rows.splice(begin, at - begin, ...scheduleBlock(rows.slice(begin, at), codes, names, legs.has(begin) ? late : new Map()));
    begin = ends ? at + 1 : at;
  }
}
