// Writes the microprogram of range_engine, the words around it and the steps of range_flow as SystemVerilog: range_program.sv, range_constants.sv,
// range_result.sv and flow_steps.sv beside this folder.
//   node rtl/range/program/make_program.mjs           writes them
//   node rtl/range/program/make_program.mjs --check   fails when one of them is not what the sources here give
// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs';
import { slot } from './close_position.mjs';
import { stepsModule } from './flow_steps.mjs';
import { best_words, leg_constants, published, result_words } from './leg_words.mjs';
import { makeProgram } from './range_program.mjs';

const made_by = '// Made by program/make_program.mjs: change it there.\n// SPDX-License-Identifier: Apache-2.0\n';
const hex = (value, bits) => `${bits}'h${value.toString(16)}`;

function programModule(assembler) {
  if (leg_constants.length !== assembler.codes.FirstPublished) throw new Error(`FirstPublished of range_isa_pkg.sv is not ${leg_constants.length}`);
  const words = assembler.words();
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
    output logic [WordBits-1:0] word,
    output logic [33:0]         kept_fee,    // the products, a clock after the job
    output logic [33:0]         whole_keep,
    output logic [13:0]         part,        // the protocol's share of a fee, part / whole
    output logic [13:0]         whole
);
  // The protocol's share of a fee: 1 / divisor (Uniswap), ten-thousandths (PancakeSwap), or nothing.
  logic [31:0] shares;
  logic [15:0] pancake_share;
  logic [7:0]  divisor;
  logic [19:0] keep;
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

/** Fields that a pair of words of the best candidate's slot brings. */
function pairRows(pair) {
  const rows = Object.entries(best_words).filter(([word]) => slot[word] >> 1 === pair).map(([word, [field, width]]) => (
    `          ${field} <= ${slot[word] % 2 ? 'odd' : 'even'}${width === 256 ? '' : `[${width - 1}:0]`};`));
  const at = (word) => (slot[word] % 2 ? 'odd' : 'even');
  if (slot.fee >> 1 === pair) rows.push(`          fee0 <= zero_for_one ? ${at('fee')} : '0;`, `          fee1 <= zero_for_one ? '0 : ${at('fee')};`);
  if (slot.remaining >> 1 === pair) rows.push('          swap0 <= zero_for_one ? paid : got;', '          swap1 <= zero_for_one ? got : paid;');
  return rows;
}

function resultModule() {
  const rows = result_words.map(([name, width], i) => `        5'd${i}: ${name === 'reason' ? 'said_reason' : name} <= word${width === 256 ? '' : `[${width - 1}:0]`};`);
  const pairs = [...new Set(Object.values(slot).map((word) => word >> 1))].filter((pair) => pairRows(pair).length > 0);
  const [left, sum] = ['remaining', 'calculated'].map((word) => (slot[word] % 2 ? 'odd' : 'even'));
  if (slot.remaining >> 1 !== slot.calculated >> 1) throw new Error('remaining and calculated are not in one pair of a slot');
  const fields = [
    ...result_words.filter(([name]) => name !== 'reason'), ...Object.values(best_words), ...['fee0', 'fee1', 'swap0', 'swap1'].map((name) => [name, 256]),
  ];
  return `// The answer to a leg: what its first thread says, word by word, and the words of the best candidate's slot, two at a time.
${made_by}module range_result
  import range_pkg::*;
(
    input  logic         clk,
    input  logic         write,         // what the first thread says
    input  logic [4:0]   field,
    input  logic [255:0] word,
    input  logic         pair_write,    // words 2 * pair and the next of the slot
    input  logic [2:0]   pair,
    input  logic [255:0] even,
    input  logic [255:0] odd,
    input  logic         zero_for_one,  // of the job, as the next two
    input  logic         exact_in,
    input  logic [254:0] amount,
    input  logic         searched,      // the reason is what the search found; of the best candidate, all below
    input  logic         known,         // there is one
    input  logic         enough,        // its profit is
    input  logic [15:0]  evaluated,
    input  logic [15:0]  profitable,
    input  logic [255:0] gross,
    input  logic [255:0] profit,
    input  logic [255:0] tip,
    output leg_result_t  result
);
  // The pool's Swap event: positive into the pool. The amount counts what is paid or what is got.
  logic [255:0] paid, got;
  assign paid = exact_in ? {1'b0, amount} - ${left} : ${sum};
  assign got  = exact_in ? -${sum} : ${left} - {1'b0, amount};

  logic [15:0] said_reason;
${fields.map(([name, width]) => `  logic [${width - 1}:0] ${name};`).join('\n')}
  always_ff @(posedge clk) begin
    if (write) begin
      case (field)
${rows.join('\n')}
        default: ;
      endcase
    end
    if (pair_write) begin
      case (pair)
${pairs.map((pair) => `        3'd${pair}: begin\n${pairRows(pair).join('\n')}\n        end`).join('\n')}
        default: ;
      endcase
    end
  end
  always_comb begin
    result.reason     = !searched ? said_reason : !known ? contract_pkg::ReasonNoCandidate : enough ? contract_pkg::ReasonNone :
                        contract_pkg::ReasonUnprofitable;
    result.candidates = evaluated;
    result.profitable = profitable;
    result.gross_wei  = gross;
    result.profit_wei = profit;
    result.tip_wei    = tip;
${fields.map(([name]) => `    result.${name} = ${name};`).join('\n')}
  end
endmodule
`;
}

const assembler = makeProgram();
const files = {
  'range_program.sv': programModule(assembler), 'range_constants.sv': constantsModule(assembler), 'range_result.sv': resultModule(),
  'flow_steps.sv': stepsModule(made_by),
};
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
