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
  logic [34:0] end_35, base_35, offset_35;
  logic [69:0] first, second;      // pairs of numbers that have the sum that spare is

  /// Three numbers as two with the same sum, modulo 2^35.
  function automatic logic [69:0] carry_save(input logic [34:0] a, input logic [34:0] b, input logic [34:0] c);
    carry_save = {(a[33:0] & b[33:0]) | (a[33:0] & c[33:0]) | (b[33:0] & c[33:0]), 1'b0, a ^ b ^ c};
  endfunction

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
  // spare is scope_end - base - offset - 32, on one carry chain: a number less another is its sum with the other's complement, and one more.
  assign end_35     = 35'(scope_end);
  assign base_35    = 35'(base);
  assign offset_35  = 35'(offset[31:0]);
  assign first      = carry_save(end_35, ~base_35, ~offset_35);
  assign second     = carry_save(first[34:0], first[69:35], -35'd30);
  assign spare      = second[34:0] + second[69:35];
  assign bad_offset = !negative && (!fits || (wraps ? !sum[32] || spare[31] : spare[34]));

  logic [PositionBits:0] data_bytes, data_room;
  logic huge;
  assign huge       = (length[255:32] != '0 && !length_modulo) || length[31:PositionBits] != '0 || (words && length[PositionBits-1:15] != '0);
  assign data_bytes = words ? {1'b0, length[14:0], 5'd0} : {1'b0, length[PositionBits-1:0]};
  assign data_room  = (PositionBits + 1)'(data_end) - (PositionBits + 1)'(data);  // negative when bit PositionBits is set
  assign bad_length = huge || data_room[PositionBits] || data_bytes > data_room;

  wire unused = &{1'b0, sum, behind_begin, spare};
`ifdef FORMAL
  // Proved by tests/formal for all inputs: what is judged beside the sums is what would be judged behind them.
  wire [32:0] f_behind = {sum[32] && !wraps, sum[31:0]};
  always_comb begin
    a_outside: assert (outside == (negative && (!ones || !sum[32] || sum[31:0] < 32'(scope_begin))));
    a_offset: assert (bad_offset == (!negative && (!fits || {1'b0, f_behind} + 34'd32 > 34'(scope_end))));
    a_length: assert (bad_length == (huge || 22'(data_bytes) + 22'(data) > 22'(data_end)));
  end
`endif
endmodule
