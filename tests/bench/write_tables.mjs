// Passes a bench's output on; with JITBOX_WRITE=1 its tables replace those of docs/performance.md that have the same head.
// Usage: BENCH | node tests/bench/write_tables.mjs. SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';

const page = 'docs/performance.md';

/** Markdown tables of a text: runs of lines that begin with a bar; where each begins and ends, in lines. */
function tablesOf(lines) {
  const tables = [];
  lines.forEach((line, i) => {
    if (!line.startsWith('|')) return;
    const last = tables.at(-1);
    if (last?.end === i) last.end = i + 1;
    else tables.push({ head: line, begin: i, end: i + 1 });
  });
  return tables;
}

/** The page with each of the output's tables in the place of the one with its head. */
function withTables(pageLines, output) {
  let lines = pageLines;
  for (const table of tablesOf(output)) {
    const there = tablesOf(lines).find((t) => t.head === table.head);
    if (!there) throw new Error(`${page} has no table with the head ${table.head}`);
    lines = [...lines.slice(0, there.begin), ...output.slice(table.begin, table.end), ...lines.slice(there.end)];
  }
  return lines;
}

const output = [];
process.stdin.setEncoding('utf8');
let rest = '';
for await (const text of process.stdin) {
  process.stdout.write(text);
  const lines = (rest + text).split('\n');
  rest = lines.pop();
  output.push(...lines);
}
if (process.env.JITBOX_WRITE === '1') {
  try {
    writeFileSync(page, withTables(readFileSync(page, 'utf8').split('\n'), output).join('\n'));
    console.error(`written to ${page}`);
  } catch (error) {
    console.error(`write_tables: ${error.message}`);
    process.exit(1);
  }
}
