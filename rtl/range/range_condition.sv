// What a lane's jumps and conditional moves ask of a sum. Combinational.
// SPDX-License-Identifier: Apache-2.0
module range_condition
  import range_isa_pkg::*;
(
    input  logic [3:0]          condition,
    input  logic [WordBits-1:0] x,
    output logic                holds
);
  logic less, zero;
  assign less = x[WordBits-1];
  assign zero = x == '0;
  always_comb begin
    case (condition)
      CondLess:    holds = less;
      CondNotLess: holds = !less;
      CondZero:    holds = zero;
      CondNotZero: holds = !zero;
      CondMore:    holds = !less && !zero;
      CondNotMore: holds = less || zero;
      CondOver128: holds = x[WordBits-1:128] != '0;
      CondOver160: holds = x[WordBits-1:160] != '0;
      CondOver255: holds = x[WordBits-1:255] != '0;
      CondOver256: holds = x[WordBits-1:256] != '0;
      default:     holds = 1'b0;
    endcase
  end
endmodule
