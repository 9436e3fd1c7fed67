// Writes tick_tables.sv, the tables of tick_estimate.sv.
//   node rtl/math/make_tick_tables.mjs           writes it
//   node rtl/math/make_tick_tables.mjs --check   fails when it is not what this file gives
// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';

/** log of the square root's base 1.0001^(1/2), in ticks with 20 bits after the point. */
const ticks = (x) => Math.round((2 * Math.log(x) / Math.log1p(0.0001)) * 2 ** 20);

// First factor: takes [1 + i/64, 1 + (i+1)/64) to [1, 1 + 1/32). Second: takes 1 + [j, j+1) / 2048 around 1.
const first = Array.from({ length: 64 }, (_, i) => Math.ceil(512 / (1 + i / 64)));
const second = Array.from({ length: 64 }, (_, j) => Math.round(65536 / (1 + (j + 0.5) / 2048)));
const rows = (name, factors, scale, factor_bits, log_bits) => factors
  .map((factor, i) => `      6'd${i}: {${name}_factor, ${name}_log} = {${factor_bits}'d${factor}, ${log_bits}'d${ticks(scale / factor)}};`).join('\n');

const text = `// Factors that bring a number from [1, 2) near 1 in two steps, and the logarithm of what each takes away, in ticks with 20 bits after the
// point. Combinational.
// Made by make_tick_tables.mjs: change it there.
// SPDX-License-Identifier: Apache-2.0
module tick_tables (
    input  logic [5:0]  first,
    output logic [9:0]  first_factor,   // over 512
    output logic [33:0] first_log,
    input  logic [5:0]  second,
    output logic [16:0] second_factor,  // over 65,536
    output logic [29:0] second_log
);
  always_comb begin
    case (first)
${rows('first', first, 512, 10, 34)}
      default: {first_factor, first_log} = '0;
    endcase
    case (second)
${rows('second', second, 65536, 17, 30)}
      default: {second_factor, second_log} = '0;
    endcase
  end
endmodule
`;

const file = new URL('tick_tables.sv', import.meta.url);
if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (readFileSync(file, 'utf8') !== text) {
  console.error('rtl/math/tick_tables.sv is not what rtl/math/make_tick_tables.mjs gives: run node rtl/math/make_tick_tables.mjs');
  process.exitCode = 1;
}
