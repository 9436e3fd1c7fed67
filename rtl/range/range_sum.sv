// The adder of a lane. Combinational.
// SPDX-License-Identifier: Apache-2.0
module range_sum
  import range_isa_pkg::*;
(
    input  logic [2:0]          op,
    input  logic [WordBits-1:0] a,
    input  logic [WordBits-1:0] b,
    output logic [WordBits-1:0] x
);
  logic [WordBits-1:0] sum;
  assign sum = op == OpSub ? a - b : a + b;
  always_comb begin
    case (op)
      OpAddWrap: x = {4'd0, sum[255:0]};
      OpHalf:    x = {a[WordBits-1], a[WordBits-1:1]};
      OpUp96:    x = {a[WordBits-97:0], 96'd0};
      OpUp32:    x = {a[WordBits-33:0], 32'd0};
      OpDown32:  x = WordBits'($signed(a[WordBits-1:32]));
      default:   x = sum;
    endcase
  end
endmodule
