// How the routers' decoders follow an offset word, and how they judge the length word that it leads to: every variant is one addition and
// one comparison, side by side. Combinational.
// Rules: solc's ABI decoders (ABIFunctions.cpp, YulUtilFunctions.cpp), universal-router BytesLib.sol, v4-periphery CalldataDecoder.sol.
// SPDX-License-Identifier: Apache-2.0
module calldata_offset (
    // The offset word and what it counts from.
    input  logic [255:0]                        offset,
    input  logic [1:0]                          rule,        // 0 unsigned, 1 signed tail, 2 BytesLib (its sum wraps), 3 modulo 2^32
    input  logic [parser_pkg::PositionBits-1:0] base,
    input  logic [parser_pkg::PositionBits-1:0] scope_begin, // of the call, for tails that point backwards
    input  logic [parser_pkg::PositionBits-1:0] scope_end,
    output logic [parser_pkg::PositionBits-1:0] target,
    output logic                                bad_offset,  // at least a word has to follow in the scope
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
  logic [32:0] sum;
  logic [33:0] behind_begin;       // the sum less scope_begin
  logic [34:0] spare;              // bytes of the scope behind the word there, less than none when bit 34 is set
  assign ones     = &offset[255:32];
  assign zeros    = offset[255:32] == '0;
  assign wraps    = rule == 2'd2 && ones && offset[31:5] == '1;
  assign negative = rule == 2'd1 && offset[255];
  assign sum      = {1'b0, offset[31:0]} + 33'(base);
  assign fits     = zeros || wraps || rule == 2'd3;
  assign target   = sum[PositionBits-1:0];

  assign behind_begin = 34'(base) + 34'(offset[31:0]) - 34'(scope_begin);
  assign outside      = negative && (!ones || behind_begin[33:32] != 2'b01);

  // An offset that wraps is 2^32 more than it stands for: its sum has to carry, and what is spare shows in the bits below.
  assign spare      = 35'(scope_end) - 35'(base) - 35'(offset[31:0]) - 35'd32;
  assign bad_offset = !negative && (!fits || (wraps ? !sum[32] || spare[31] : spare[34]));

  logic [PositionBits:0] data_bytes, data_room;
  logic huge;
  assign huge       = (length[255:32] != '0 && !length_modulo) || length[31:PositionBits] != '0 || (words && length[PositionBits-1:15] != '0);
  assign data_bytes = words ? {1'b0, length[14:0], 5'd0} : {1'b0, length[PositionBits-1:0]};
  assign data_room  = (PositionBits + 1)'(data_end) - (PositionBits + 1)'(data);  // negative when bit PositionBits is set
  assign bad_length = huge || data_room[PositionBits] || data_bytes > data_room;

  wire unused = &{1'b0, sum, behind_begin, spare};
endmodule
