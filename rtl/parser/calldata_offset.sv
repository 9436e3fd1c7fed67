// How the routers' decoders follow an offset word, and how they judge the length word that it leads to: every variant is one addition and
// one comparison. Combinational.
// Rules: solc's ABI decoders (ABIFunctions.cpp, YulUtilFunctions.cpp), universal-router BytesLib.sol, v4-periphery CalldataDecoder.sol.
// SPDX-License-Identifier: Apache-2.0
module calldata_offset (
    // The offset word and what it counts from.
    input  logic [255:0]                        offset,
    input  logic [1:0]                          rule,        // 0 unsigned, 1 signed tail, 2 BytesLib (its sum wraps), 3 modulo 2^32
    input  logic [parser_pkg::PositionBits-1:0] base,
    input  logic [parser_pkg::PositionBits-1:0] room,        // bytes that must follow in the scope
    input  logic [parser_pkg::PositionBits-1:0] scope_begin, // of the call, for tails that point backwards
    input  logic [parser_pkg::PositionBits-1:0] scope_end,
    output logic [parser_pkg::PositionBits-1:0] target,
    output logic                                bad_offset,
    output logic                                outside,     // before the call: reads as an empty string, legal in solc's tails
    // The length or count word at `data` - 32.
    input  logic [255:0]                        length,
    input  logic                                length_modulo,  // only its low 32 bits count
    input  logic                                words,          // it counts words, not bytes
    input  logic [parser_pkg::PositionBits-1:0] data,
    input  logic [parser_pkg::PositionBits-1:0] data_end,
    output logic                                bad_length
);
  localparam int unsigned PositionBits = parser_pkg::PositionBits;

  logic ones, zeros, wraps, negative, fits;
  logic [32:0] sum, behind;
  assign ones     = &offset[255:32];
  assign zeros    = offset[255:32] == '0;
  assign wraps    = rule == 2'd2 && ones && offset[31:5] == '1;
  assign negative = rule == 2'd1 && offset[255];
  assign sum      = {1'b0, offset[31:0]} + 33'(base);
  assign behind   = {sum[32] && !wraps, sum[31:0]};
  assign fits     = zeros || wraps || rule == 2'd3;

  assign outside    = negative && (!ones || !sum[32] || sum[31:0] < 32'(scope_begin));
  assign bad_offset = !negative && (!fits || {1'b0, behind} + 34'(room) > 34'(scope_end));
  assign target     = sum[PositionBits-1:0];

  logic [PositionBits:0] data_bytes;
  logic huge;
  assign huge       = (length[255:32] != '0 && !length_modulo) || length[31:PositionBits] != '0 || (words && length[PositionBits-1:15] != '0);
  assign data_bytes = words ? {1'b0, length[14:0], 5'd0} : {1'b0, length[PositionBits-1:0]};
  assign bad_length = huge || data_bytes + (PositionBits + 1)'(data) > (PositionBits + 1)'(data_end);
endmodule
