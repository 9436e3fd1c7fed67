// 64 bytes at any byte offset of two neighbouring beats. Combinational: a logarithmic shifter, three levels of four-way choices.
// SPDX-License-Identifier: Apache-2.0
module byte_window (
    input  logic [511:0] low,     // the beat that the offset points into
    input  logic [511:0] high,    // the one behind it
    input  logic [5:0]   offset,
    output logic [511:0] window   // byte i is byte offset + i of the two
);
  logic [631:0] coarse;  // 79 bytes
  logic [535:0] middle;  // 67 bytes

  always_comb begin
    unique case (offset[5:4])
      2'd0: coarse = {high[119:0], low};
      2'd1: coarse = {high[247:0], low[511:128]};
      2'd2: coarse = {high[375:0], low[511:256]};
      default: coarse = {high[503:0], low[511:384]};
    endcase
    unique case (offset[3:2])
      2'd0: middle = coarse[535:0];
      2'd1: middle = coarse[567:32];
      2'd2: middle = coarse[599:64];
      default: middle = coarse[631:96];
    endcase
    unique case (offset[1:0])
      2'd0: window = middle[511:0];
      2'd1: window = middle[519:8];
      2'd2: window = middle[527:16];
      default: window = middle[535:24];
    endcase
  end
  wire unused = &{1'b0, high[511:504]};
`ifdef FORMAL
  // Proved by tests/formal, for every byte of the window and every offset.
  (* anyconst *) logic [5:0] f_byte;
  wire [1023:0] f_both = {high, low};
  wire [6:0] f_at = {1'b0, offset} + {1'b0, f_byte};
  always_comb a_byte: assert (window[{f_byte, 3'd0}+:8] == f_both[{f_at, 3'd0}+:8]);
`endif
endmodule
