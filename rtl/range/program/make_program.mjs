// Writes the microprogram of range_engine and the words around it as SystemVerilog: range_program.sv, range_constants.sv and
// range_result.sv beside this folder.
//   node rtl/range/program/make_program.mjs           writes them
//   node rtl/range/program/make_program.mjs --check   fails when one of them is not what the sources here give
// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';
import { first_words, leg_constants, published, result_words } from './leg_words.mjs';
import { makeProgram } from './range_program.mjs';

const made_by = '// Made by program/make_program.mjs: change it there.\n// SPDX-License-Identifier: Apache-2.0\n';
const hex = (value, bits) => `${bits}'h${value.toString(16)}`;

const after_spawn = 9; // clocks from a spawn to the thread's first instruction at the least: 4 to the unit, 5 from there

/**
 * A leg's first instruction reads its operands 8 clocks after the start, a constant that comes n-th after it stands 3 + n clocks after. Other threads
 * come when all constants are there.
 */
function checkConstantsInTime(assembler) {
  const { rows, labels, codes } = assembler;
  const constants = leg_constants.length + published.length;
  for (const [name, at] of labels) {
    if (!name.startsWith('leg_')) continue;
    let clock = 0; // since the first instruction, at the least
    rows.slice(at, at + leg_constants.length).forEach((row, k) => {
      const { unit, a, b, c } = row;
      if (unit === codes.UnitSpawn && constants - first_words + 3 > 8 + clock + after_spawn) throw new Error(`${name} + ${k} spawns too early`);
      for (const operand of [a, b, c]) {
        const late = operand - 64 - first_words;
        if (operand >= 64 && late < leg_constants.length - first_words && late + 3 > 8 + clock) throw new Error(`${name} + ${k} reads '${leg_constants[operand - 64][0]}' too early`);
      }
      clock += assembler.clocks(row);
    });
  }
}

function programModule(assembler) {
  if (leg_constants.length !== assembler.codes.FirstPublished) throw new Error(`FirstPublished of range_isa_pkg.sv is not ${leg_constants.length}`);
  const words = assembler.words();
  checkConstantsInTime(assembler);
  const bits = assembler.fields.reduce((sum, { width }) => sum + width, 0);
  if (words.length > 2 ** assembler.pc_bits) throw new Error(`the program has ${words.length} instructions`);
  const names = new Map([...assembler.labels].filter(([name]) => !name.startsWith('.')).map(([name, at]) => [at, name]));
  const rows = words.map((word, at) => `      ${assembler.pc_bits}'d${at}: instruction <= ${hex(word, bits)};${names.has(at) ? `  // ${names.get(at)}` : ''}`);
  return `// The microprogram of range_engine, ${words.length} instructions. Latency 1 clock.
${made_by}module range_program
  import range_isa_pkg::*;
(
    input  logic                       clk,
    input  logic [PcBits-1:0]          at,
    output logic [InstructionBits-1:0] instruction
);
  always_ff @(posedge clk) begin
    case (at)
${rows.join('\n')}
      default: instruction <= '0;
    endcase
  end
endmodule
`;
}

function constantsModule(assembler) {
  const leg = leg_constants.map(([name, expression], i) => [i, expression, `  // ${name}`]);
  const literals = [...assembler.literals].map(([value, { constant }]) => [constant, hex(value & ((1n << 260n) - 1n), 260), '']);
  const terms = [...leg, ...literals].map(([at, word, comment], i, { length }) => `      (at == 6'd${at} ? ${word} : '0)${i + 1 < length ? ' |' : ';'}${comment}`);
  return `// The constants of range_engine's lanes, one by one: those of the leg and those of the program. The word comes without a clock; the job
// has to stand one clock before. An OR of words that are masked and no \`case\`: yosys takes that for a shifter of 64 words.
${made_by}module range_constants
  import range_pkg::*, range_isa_pkg::*;
(
    input  logic                clk,
    input  leg_job_t            job,
    input  logic [5:0]          at,
    output logic [WordBits-1:0] word
);
  // The protocol's share of a fee: 1 / divisor (Uniswap), ten-thousandths (PancakeSwap), or nothing.
  logic [31:0] shares;
  logic [15:0] pancake_share;
  logic [7:0]  divisor;
  logic [13:0] part, whole;
  logic [19:0] keep;
  logic [33:0] kept_fee, whole_keep;
  assign keep          = 20'd1000000 - job.pool.fee;
  assign shares        = job.pool.fee_protocol;
  assign pancake_share = job.zero_for_one ? shares[15:0] : shares[31:16];
  assign divisor       = job.zero_for_one ? {4'd0, shares[3:0]} : shares[11:4];
  assign part          = job.pool.pancake ? pancake_share[13:0] : 14'(divisor != '0);
  assign whole         = job.pool.pancake ? 14'd10000 : divisor == '0 ? 14'd1 : {6'd0, divisor};
  always_ff @(posedge clk) begin
    kept_fee   <= {20'd0, whole - part} * {14'd0, job.pool.fee};
    whole_keep <= {20'd0, whole} * {14'd0, keep};
  end
  assign word =
${terms.join('\n')}
  wire unused = &{1'b0, job, shares, pancake_share};
endmodule
`;
}

function resultModule() {
  const rows = result_words.map(([name, width], i) => `        5'd${i}: result.${name} <= word${width === 256 ? '' : `[${width - 1}:0]`};`);
  return `// The answer to a leg, word by word.
${made_by}module range_result
  import range_pkg::*;
(
    input  logic         clk,
    input  logic         write,
    input  logic [4:0]   field,
    input  logic [255:0] word,
    output leg_result_t  result
);
  always_ff @(posedge clk) begin
    if (write) begin
      case (field)
${rows.join('\n')}
        default: ;
      endcase
    end
  end
endmodule
`;
}

const assembler = makeProgram();
const files = { 'range_program.sv': programModule(assembler), 'range_constants.sv': constantsModule(assembler), 'range_result.sv': resultModule() };
let bad = false;
for (const [name, text] of Object.entries(files)) {
  const file = new URL(`../${name}`, import.meta.url);
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text);
  } else if (readFileSync(file, 'utf8') !== text) {
    console.error(`rtl/range/${name} is not what rtl/range/program gives: run node rtl/range/program/make_program.mjs`);
    bad = true;
  }
}
process.exitCode = bad ? 1 : 0;
