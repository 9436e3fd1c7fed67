// A lane's words: for each of three operands a copy of both register files and of the leg's constants. Latency 1 clock. What is written into a
// file is announced a clock before it comes, so that an operand that is read in that clock or the next is taken on its way.
// SPDX-License-Identifier: Apache-2.0
module range_registers
  import range_isa_pkg::*;
#(
    localparam int unsigned FileBits = ThreadBits + 5
) (
    input  logic                  clk,
    input  logic [ThreadBits-1:0] thread,
    input  logic [20:0]           operands,       // three of 7 bits
    input  logic [PcBits-1:0]     immediate,
    output logic [3*WordBits-1:0] words,          // a clock later
    input  logic                  alu_write,
    input  logic [FileBits-1:0]   alu_at,         // thread and register
    input  logic [WordBits-1:0]   alu_data,       // a clock later
    input  logic                  unit_write,
    input  logic [FileBits-1:0]   unit_at,
    input  logic [WordBits-1:0]   unit_data,      // a clock later
    input  logic                  constant_write,
    input  logic [5:0]            constant_at,
    input  logic [WordBits-1:0]   constant_data
);
  typedef enum logic [2:0] {Alu, AluNow, AluBefore, Unit, UnitNow, UnitBefore, Constant, Literal} source_t;

  logic [PcBits-1:0]   immediate_q;
  logic                alu_write_q, unit_write_q;
  logic [FileBits-1:0] alu_at_q, unit_at_q;
  logic [WordBits-1:0] alu_before, unit_before;
  always_ff @(posedge clk) begin
    immediate_q  <= immediate;
    alu_write_q  <= alu_write;
    alu_at_q     <= alu_at;
    alu_before   <= alu_data;
    unit_write_q <= unit_write;
    unit_at_q    <= unit_at;
    unit_before  <= unit_data;
  end

  for (genvar k = 0; k < 3; k = k + 1) begin : g_operand
    logic [6:0]          operand;
    logic [FileBits-1:0] at;
    source_t             source, source_q;
    logic [WordBits-1:0] from_alu, from_unit, constant, word;
    assign operand = operands[k*7+:7];
    assign at      = {thread, operand[4:0]};
    ram_1r1w #(.Width(WordBits), .Depth(1 << FileBits)) i_alu (
        .clk, .write(alu_write_q), .write_at(alu_at_q), .write_data(alu_data), .read_at(at), .read_data(from_alu));
    ram_1r1w #(.Width(WordBits), .Depth(1 << FileBits)) i_unit (
        .clk, .write(unit_write_q), .write_at(unit_at_q), .write_data(unit_data), .read_at(at), .read_data(from_unit));
    ram_1r1w #(.Width(WordBits), .Depth(64)) i_constant (
        .clk, .write(constant_write), .write_at(constant_at), .write_data(constant_data), .read_at(operand[5:0]), .read_data(constant));
    always_comb begin
      case (operand[6:5])
        FileAlu:  source = alu_write && alu_at == at ? AluNow : alu_write_q && alu_at_q == at ? AluBefore : Alu;
        FileUnit: source = unit_write && unit_at == at ? UnitNow : unit_write_q && unit_at_q == at ? UnitBefore : Unit;
        default:  source = operand[5:0] == Immediate ? Literal : Constant;
      endcase
    end
    always_ff @(posedge clk) source_q <= source;
    always_comb begin
      case (source_q)
        Alu:        word = from_alu;
        AluNow:     word = alu_data;
        AluBefore:  word = alu_before;
        Unit:       word = from_unit;
        UnitNow:    word = unit_data;
        UnitBefore: word = unit_before;
        Constant:   word = constant;
        default:    word = WordBits'($signed(immediate_q));
      endcase
    end
    assign words[k*WordBits+:WordBits] = word;
  end
endmodule
