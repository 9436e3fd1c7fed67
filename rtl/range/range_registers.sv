// A lane's words: for each of three operands a copy of both register files and of the leg's constants. Latency 1 clock.
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
    input  logic [WordBits-1:0]   alu_data,
    input  logic                  unit_write,
    input  logic [FileBits-1:0]   unit_at,
    input  logic [WordBits-1:0]   unit_data,
    input  logic                  constant_write,
    input  logic [5:0]            constant_at,
    input  logic [WordBits-1:0]   constant_data
);
  logic [20:0] operands_q;
  logic [PcBits-1:0] immediate_q;
  always_ff @(posedge clk) begin
    operands_q  <= operands;
    immediate_q <= immediate;
  end

  for (genvar k = 0; k < 3; k = k + 1) begin : g_operand
    logic [6:0]          operand;
    logic [1:0]          file;
    logic [WordBits-1:0] from_alu, from_unit, constant;
    assign operand = operands[k*7+:7];
    assign file    = operands_q[k*7+5+:2];
    ram_1r1w #(.Width(WordBits), .Depth(1 << FileBits)) i_alu (
        .clk, .write(alu_write), .write_at(alu_at), .write_data(alu_data), .read_at({thread, operand[4:0]}), .read_data(from_alu));
    ram_1r1w #(.Width(WordBits), .Depth(1 << FileBits)) i_unit (
        .clk, .write(unit_write), .write_at(unit_at), .write_data(unit_data), .read_at({thread, operand[4:0]}), .read_data(from_unit));
    ram_1r1w #(.Width(WordBits), .Depth(64)) i_constant (
        .clk, .write(constant_write), .write_at(constant_at), .write_data(constant_data), .read_at(operand[5:0]), .read_data(constant));
    assign words[k*WordBits+:WordBits] = file == FileAlu ? from_alu : file == FileUnit ? from_unit :
        operands_q[k*7+:6] == Immediate ? WordBits'($signed(immediate_q)) : constant;
  end
  wire unused = &{1'b0, operands_q, operands};
endmodule
