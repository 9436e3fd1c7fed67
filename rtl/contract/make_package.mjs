// Writes rtl/contract/contract_pkg.sv from kernels/hls/records.hpp, the one definition of the record stream.
//   node rtl/contract/make_package.mjs          writes the package
//   node rtl/contract/make_package.mjs --check  fails when the committed package is not what the header gives
// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const header_file = new URL('../../kernels/hls/records.hpp', import.meta.url);
const package_file = new URL('contract_pkg.sv', import.meta.url);

const camel = (name) => name.split('_').map((part) => part[0].toUpperCase() + part.slice(1)).join('');

/** Bits of a field from its comment: "u16, ...", "i256, ...", "20" or "32" (bytes). Null where it says neither (TX's raw bytes). */
function fieldBits(comment) {
  const number = comment.match(/^[ui](\d+)\b/);
  if (number) return Number(number[1]);
  const bytes = comment.match(/^(20|32)\b/);
  return bytes ? 8 * Number(bytes[1]) : null;
}

/** Value of a capacity: a number, a product of numbers, or an earlier name. */
function capacityValue(text, known) {
  if (text in known) return known[text];
  return text.split('*').reduce((product, factor) => {
    if (!/^\s*\d+\s*$/.test(factor)) throw new Error(`records.hpp: cannot read the constant '${text}'`);
    return product * Number(factor);
  }, 1);
}

/** The header as [{ title, rows: [[name, type, value, comment]] }]. */
export function readHeader(text) {
  const sections = [];
  const capacities = {};
  const capacity = { title: 'Capacity of one card image.', rows: [] };
  sections.push(capacity);
  const scopes = [];
  let list = null; // the enum being read
  // A declaration may be broken over two lines by the formatter.
  const lines = text.replace(/=\n\s+/g, '= ').split('\n');
  for (const line of lines) {
    const comment = (line.match(/\/\/\/?<?\s*(.*)$/)?.[1] ?? '').trim();
    const space = line.match(/^namespace (\w+) \{/);
    if (space) {
      scopes.push(space[1]);
      if (!['jitbox', 'records'].includes(space[1]))
        sections.push({ title: `Fields of ${scopes.slice(2).join('.')}: beat of the record, bit in that beat, width.`, rows: [] });
      continue;
    }
    if (/^\} \/\/ namespace/.test(line)) {
      scopes.pop();
      continue;
    }
    const fields = scopes.slice(2);
    const value = line.match(/^constexpr std::(?:uint32_t|size_t) (\w+) = ([^;]+);/);
    if (value && fields.length === 0) {
      capacities[value[1]] = capacityValue(value[2], capacities);
      capacity.rows.push([camel(value[1]), 'int unsigned', capacities[value[1]], comment]);
    } else if (value) {
      sections.at(-1).rows.push(...fieldRows(camel(fields.join('_')), value[1], Number(value[2]), comment));
    }
    const begin = line.match(/^enum (?:class )?(\w+) : std::uint(\d+)_t \{(.*)$/);
    if (begin) {
      list = { name: begin[1], bits: Number(begin[2]), rows: [] };
      sections.push({ title: `${begin[1]}.`, rows: list.rows });
      for (const member of begin[3].matchAll(/(\w+) = (\d+)/g)) list.rows.push(enumRow(list, member[1], Number(member[2]), ''));
    } else if (list) {
      const member = line.match(/^\s+(\w+) = ([^,]+),/);
      if (member) list.rows.push(enumRow(list, member[1], memberValue(member[2]), comment));
    }
    if (/\};/.test(line)) list = null;
  }
  return sections.filter((section) => section.rows.length);
}

function memberValue(text) {
  const shift = text.match(/^1U << (\d+)$/);
  return shift ? 1 << Number(shift[1]) : Number(text);
}

function enumRow(list, member, value, comment) {
  const name = list.name === 'SwapFlag' ? camel(member.replace(/^swap_/, 'swap_flag_')) : list.name + camel(member);
  return [name, `logic [${list.bits - 1}:0]`, `${list.bits}'d${value}`, comment];
}

function fieldRows(prefix, field, offset, comment) {
  const name = prefix + camel(field);
  if (field === 'total_bytes') return [[`${prefix}Beats`, 'int unsigned', offset / 64, `${offset} bytes`]];
  if (field === 'entries') return [[`${prefix}EntriesBeat`, 'int unsigned', offset / 64, 'one entry a beat from here']];
  if (field === 'entry_bytes') return [];
  const rows = [];
  if (!prefix.endsWith('Entry')) rows.push([`${name}Beat`, 'int unsigned', Math.floor(offset / 64), comment]);
  rows.push([`${name}Lsb`, 'int unsigned', 8 * (offset % 64), rows.length ? '' : comment]);
  const bits = fieldBits(comment);
  if (bits !== null) rows.push([`${name}Bits`, 'int unsigned', bits, '']);
  return rows;
}

export function packageText(header) {
  const out = [
    '// Record layouts, kinds, codes and capacities of the record stream. Generated from kernels/hls/records.hpp by make_package.mjs: edit',
    '// the header, run the script. SPDX-License-Identifier: Apache-2.0',
    '//',
    '// A field is beat[XLsb +: XBits] of beat XBeat. Numbers are little-endian, so that slice is the value. Addresses and hashes are byte',
    '// strings in their usual order: byte 0 lies in the lowest bits.',
    'package contract_pkg;',
    '  typedef logic [511:0] beat_t;',
    '',
    '  /// The first 16 bytes of every record: header_t\'(beat[127:0]).',
    '  typedef struct packed {',
    '    logic [63:0] sequence_number;  // given by the host; outputs carry that of the input that caused them',
    '    logic [31:0] payload_bytes;    // without the padding',
    '    logic [15:0] reserved;         // zero',
    '    logic [7:0]  flags;            // zero',
    '    logic [7:0]  kind;',
    '  } header_t;',
  ];
  for (const { title, rows } of readHeader(header)) {
    out.push('', `  // ${title}`);
    for (const [name, type, value, comment] of rows)
      out.push(`  localparam ${type} ${name} = ${value};${comment ? `  // ${comment}` : ''}`);
  }
  out.push(
    '',
    '  /// Beats of a record whose header says `payload_bytes`. A length over MaxPayloadBytes frames as one beat.',
    '  function automatic logic [11:0] beats_of(input logic [31:0] payload_bytes);',
    '    // 16 header bytes and 63 to round up, in units of 64; the sum fits 18 bits when the length is allowed.',
    '    beats_of = payload_bytes > MaxPayloadBytes ? 12\'d1 : 12\'((payload_bytes[17:0] + 18\'d79) >> 6);',
    '  endfunction',
    'endpackage',
    '',
  );
  return out.join('\n');
}

/** What a misread comment would break: two fields on the same bits, a field across beats. Returns the complaints. */
export function layoutErrors(header) {
  const errors = [];
  for (const { title, rows } of readHeader(header)) {
    const value = Object.fromEntries(rows.map(([name, , number]) => [name, number]));
    let end = 0;
    for (const name of Object.keys(value).filter((key) => key.endsWith('Bits'))) {
      const field = name.slice(0, -4);
      const start = 512 * (value[`${field}Beat`] ?? 0) + value[`${field}Lsb`];
      if (start < end) errors.push(`${title} ${field} overlaps the field before it`);
      end = start + value[name];
      if (value[`${field}Lsb`] + value[name] > 512) errors.push(`${title} ${field} crosses a beat`);
    }
  }
  return errors;
}

function main(check) {
  const text = packageText(readFileSync(header_file, 'utf8'));
  if (!check) return writeFileSync(package_file, text);
  const errors = layoutErrors(readFileSync(header_file, 'utf8'));
  errors.forEach((line) => console.error(line));
  if (errors.length) process.exit(1);
  if (readFileSync(package_file, 'utf8') !== text) {
    console.error('rtl/contract/contract_pkg.sv is not what kernels/hls/records.hpp gives: run node rtl/contract/make_package.mjs');
    process.exit(1);
  }
  console.log('contract package: equal to the header');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.includes('--check'));
