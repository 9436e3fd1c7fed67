// Draws a value change dump (jitbox-card-model --vcd, rtl_decision_bench --vcd) as an SVG: node sim/card/make_waveform.mjs in.vcd [from to] > out.svg
// `from` and `to` are clocks; without them the span from the first doorbell to 60 clocks later, or all of a dump without doorbells.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';

const row_height = 22;
const label_width = 110;
const widest_clock = 14;
const most_width = 1200;

/** { signals: [{ name, bits, changes: [[time, value]] }] }, times in half clocks. */
export function parseVcd(text) {
  const byCode = new Map();
  let time = 0;
  for (const line of text.split('\n')) {
    const declared = line.match(/^\$var wire (\d+) (\S+) (\S+)/);
    if (declared) byCode.set(declared[2], { name: declared[3], bits: Number(declared[1]), changes: [] });
    else if (line.startsWith('#')) time = Number(line.slice(1));
    else if (/^[01]\S/.test(line)) byCode.get(line.slice(1))?.changes.push([time, Number(line[0])]);
    else if (line.startsWith('b')) {
      const [bits, code] = line.slice(1).split(' ');
      byCode.get(code)?.changes.push([time, parseInt(bits, 2)]);
    }
  }
  return [...byCode.values()];
}

/** Values of a signal in [from, to) as [start, end, value]. */
function spans(signal, from, to) {
  const out = [];
  signal.changes.forEach(([start, value], i) => {
    const end = signal.changes[i + 1]?.[0] ?? Infinity;
    if (end > from && start < to) out.push([Math.max(start, from), Math.min(end, to), value]);
  });
  return out;
}

/** Numbers of clocks above the rows, as many as there is room for. */
function ruler(from, to, zero, x, bottom) {
  const clocks = (to - from) / 2;
  const step = [5, 10, 25, 50, 100, 250].find((s) => (s * (x(to) - x(from))) / clocks >= 60) ?? 1000;
  const marks = [];
  for (let clock = Math.ceil((from - zero) / 2 / step) * step; zero + 2 * clock < to; clock += step) {
    const at = x(zero + 2 * clock);
    marks.push(`<line x1="${at}" y1="16" x2="${at}" y2="${bottom}" stroke="#ddd"/><text x="${at + 2}" y="12" fill="#777">${clock}</text>`);
  }
  return marks.join('');
}

/** Times in half clocks; the ruler counts from `zero`. */
export function draw(signals, from, to, zero = 0) {
  const clock_width = Math.min(widest_clock, (2 * (most_width - label_width)) / (to - from));
  const x = (time) => label_width + ((time - from) * clock_width) / 2;
  const width = Math.ceil(x(to)) + 10;
  const height = 30 + signals.length * row_height;
  const body = signals.map((signal, row) => {
    const top = 20 + row * row_height;
    const bottom = top + row_height - 8;
    const parts = [`<text x="4" y="${bottom - 2}">${signal.name}</text>`];
    if (signal.bits === 1) {
      const points = spans(signal, from, to).flatMap(([start, end, value]) => {
        const y = value ? top : bottom;
        return [`${x(start)},${y}`, `${x(end)},${y}`];
      });
      parts.push(`<polyline points="${points.join(' ')}" fill="none" stroke="#246" stroke-width="1.2"/>`);
    } else {
      for (const [start, end, value] of spans(signal, from, to)) {
        parts.push(`<rect x="${x(start)}" y="${top}" width="${x(end) - x(start)}" height="${bottom - top}" fill="#eef" stroke="#246"/>`);
        if (x(end) - x(start) > 24) parts.push(`<text x="${x(start) + 3}" y="${bottom - 3}">${value.toString(16)}</text>`);
      }
    }
    return parts.join('');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="monospace" font-size="11">` +
    `<rect width="100%" height="100%" fill="#fff"/>${ruler(from, to, zero, x, height - 10)}${body.join('\n')}</svg>\n`;
}

/** The write of in_tail (0x040), in half clocks. */
function firstDoorbell(signals) {
  const address = signals.find((s) => s.name === 'register')?.changes ?? [];
  const at = (time) => address.filter(([when]) => when <= time).at(-1)?.[1];
  return signals.find((s) => s.name === 'doorbell')?.changes.find(([time, value]) => value === 1 && at(time) === 0x40)?.[0];
}

function main([file, from, to]) {
  const signals = parseVcd(readFileSync(file, 'utf8'));
  const bell = firstDoorbell(signals);
  const last = signals.map((s) => s.changes.at(-1)?.[0] ?? 0).reduce((a, b) => Math.max(a, b), 0);
  const begin = from === undefined ? (bell === undefined ? 0 : bell - 4) : 2 * Number(from);
  const end = to === undefined ? (bell === undefined ? last : begin + 120) : 2 * Number(to);
  process.stdout.write(draw(signals, begin, end, bell));
}

if (process.argv[1]?.endsWith('make_waveform.mjs')) main(process.argv.slice(2));
