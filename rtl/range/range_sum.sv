// The adder of a lane, and what its jumps and conditional moves ask of a sum or difference (of nothing else). Combinational.
// SPDX-License-Identifier: Apache-2.0
module range_sum
  import range_isa_pkg::*;
(
    input  logic [2:0]          op,
    input  logic                subtract,  // op is OpSub
    input  logic [WordBits-1:0] a,
    input  logic [WordBits-1:0] b,
    output logic [WordBits-1:0] x,
    input  logic [3:0]          condition,
    output logic                holds
);
  logic                moves;
  logic [WordBits-1:0] addend, sum, moved;
  logic                unused_bit;
  assign addend   = subtract ? ~b : b;
  assign {sum, unused_bit} = {a, 1'b1} + {addend, subtract};
  assign moves    = op == OpHalf || op == OpUp96 || op == OpUp32 || op == OpDown32;
  always_comb begin
    case (op)
      OpUp96:   moved = {a[WordBits-97:0], 96'd0};
      OpUp32:   moved = {a[WordBits-33:0], 32'd0};
      OpDown32: moved = WordBits'($signed(a[WordBits-1:32]));
      default:  moved = {a[WordBits-1], a[WordBits-1:1]};
    endcase
  end
  assign x = moves ? moved : {op == OpAddWrap ? 4'd0 : sum[WordBits-1:256], sum[255:0]};

  // A sum's bits from one up are 0 when that one is and each other has the carry that comes from below a 0: there it is a | addend, so it need not
  // be waited for. The sum's highest bits come last and are asked last.
  logic [WordBits-1:0] zero_above;  // bit i of the sum is 0 if bit i - 1 is
  logic                zero, early, by_255, by_256, by_sign;
  assign zero_above = {(a[WordBits-1:1] ^ addend[WordBits-1:1]) ~^ (a[WordBits-2:0] | addend[WordBits-2:0]), 1'b1};
  assign zero       = !sum[0] && zero_above == '1;
  always_comb begin
    case (condition)
      CondZero:    early = zero;
      CondNotZero: early = !zero;
      CondNotMore: early = zero;
      CondOver128: early = sum[128] || zero_above[WordBits-1:129] != '1;
      CondOver160: early = sum[160] || zero_above[WordBits-1:161] != '1;
      CondOver255: early = zero_above[WordBits-1:256] != '1;
      CondOver256: early = zero_above[WordBits-1:257] != '1;
      default:     early = 1'b0;
    endcase
  end
  assign by_255  = condition == CondOver255;
  assign by_256  = condition == CondOver256;
  assign by_sign = condition == CondLess || condition == CondNotMore || condition == CondNotLess || (condition == CondMore && !zero);
  assign holds   = early || (by_255 && sum[255]) || (by_256 && sum[256]) ||
                   (by_sign && sum[WordBits-1] == (condition == CondLess || condition == CondNotMore));
  always_comb begin
    a_zero: assert (zero == (sum == '0));
    if (condition == CondOver128) a_over128: assert (holds == (sum[WordBits-1:128] != '0));
    if (condition == CondOver160) a_over160: assert (holds == (sum[WordBits-1:160] != '0));
    if (condition == CondOver255) a_over255: assert (holds == (sum[WordBits-1:255] != '0));
    if (condition == CondOver256) a_over256: assert (holds == (sum[WordBits-1:256] != '0));
  end
  wire unused = unused_bit;
endmodule
