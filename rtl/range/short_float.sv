// Short floating point of kernels/hls/short_float.hpp, the operations that need no digit by digit work: of an integer, times, plus, minus
// and the integer part. A float is exponent * 2^32 + mantissa as a signed integer: compared as such, it is compared as a number.
// Latency 4 clocks; initiation interval 1; no back-pressure.
// SPDX-License-Identifier: Apache-2.0
module short_float
  import range_isa_pkg::*;
#(
    parameter int unsigned TagWidth = 8  // travels with the operands
) (
    input  logic                clk,
    input  logic                rst,        // synchronous, active high
    input  logic                in_valid,
    input  logic [TagWidth-1:0] in_tag,
    input  logic [2:0]          op,
    input  float_t              a,
    input  float_t              b,
    input  logic [WordBits-1:0] integer_b,  // of: its magnitude counts
    output logic                out_valid,
    output logic [TagWidth-1:0] out_tag,
    output logic [WordBits-1:0] result
);
  function automatic logic [4:0] zeros_of(input logic [31:0] x);
    logic [31:0] rest;
    rest = x;
    zeros_of = '0;
    for (int k = 4; k >= 0; k = k - 1) begin
      if ((rest >> (32 - (1 << k))) == '0) begin
        zeros_of[k] = 1'b1;
        rest = rest << (1 << k);
      end
    end
  endfunction

  logic [3:0] valid;
  logic [2:0] op_1, op_2, op_3;
  assign out_valid = valid[3];
  delay_line #(.Width(TagWidth), .Depth(4)) i_tag (.clk, .in(in_tag), .out(out_tag));

  // ---- 1: magnitude, product, order
  logic [255:0]       whole_1;
  logic [63:0]        product_1;
  float_t             large_1, small_1;
  logic signed [14:0] exponents_1;
  logic               less, none_1;
  assign less = $signed(a) < $signed(b);
  always_ff @(posedge clk) begin
    op_1        <= op;
    whole_1     <= integer_b[WordBits-1] ? 256'(-integer_b) : integer_b[255:0];
    product_1   <= {32'd0, a.mantissa} * {32'd0, b.mantissa};
    exponents_1 <= 15'(a.exponent) + 15'(b.exponent);
    large_1     <= less ? b : a;
    small_1     <= less ? a : b;
    none_1      <= op == FloatMinus && (less || a == b);
  end

  // ---- 2: coarse normalising of an integer, aligned sum
  logic [63:0]        lead, lead_2;
  logic [7:0]         zeros, zeros_2;
  logic [31:0]        aligned, difference_2;
  logic [13:0]        distance;
  logic [32:0]        sum_2;
  logic [63:0]        product_2;
  logic signed [14:0] exponents_2;
  float_t             large_2;
  logic               none_2;
  always_comb begin
    zeros = '0;
    lead  = '0;
    for (int k = 0; k < 8; k = k + 1) begin  // the highest digit of 32 bits that is not zero, and the one below it
      if (whole_1[k*32+:32] != '0) begin
        zeros = 8'(7 - k);
        lead  = k == 0 ? {whole_1[31:0], 32'd0} : {whole_1[k*32+:32], whole_1[(k == 0 ? 0 : k - 1)*32+:32]};
      end
    end
  end
  assign distance = 14'(large_1.exponent) - 14'(small_1.exponent);
  assign aligned  = distance < 14'd32 ? small_1.mantissa >> distance[4:0] : 32'd0;
  always_ff @(posedge clk) begin
    op_2         <= op_1;
    lead_2       <= lead;
    zeros_2      <= zeros;
    sum_2        <= {1'b0, large_1.mantissa} + {1'b0, aligned};
    difference_2 <= large_1.mantissa - aligned;
    product_2    <= product_1;
    exponents_2  <= exponents_1;
    large_2      <= large_1;
    none_2       <= none_1;
  end

  // ---- 3: fine normalising
  logic [4:0]  fine;
  logic [31:0] to_normalise;
  logic [63:0] shifted;
  float_t      normal_3, plain_3;
  logic [127:0] floor_3;
  assign to_normalise = op_2 == FloatOf ? lead_2[63:32] : difference_2;
  assign fine         = zeros_of(to_normalise);
  assign shifted      = lead_2 << fine;
  always_ff @(posedge clk) begin
    op_3 <= op_2;
    case (op_2)
      FloatTimes: begin
        plain_3.mantissa <= product_2[63] ? product_2[63:32] : product_2[62:31];
        plain_3.exponent <= 13'(exponents_2 + (product_2[63] ? 15'sd32 : 15'sd31));
      end
      default: begin  // plus
        plain_3.mantissa <= sum_2[32] ? sum_2[32:1] : sum_2[31:0];
        plain_3.exponent <= large_2.exponent + 13'(sum_2[32]);
      end
    endcase
    normal_3.mantissa <= op_2 == FloatOf ? shifted[63:32] : none_2 ? '0 : difference_2 << fine;
    normal_3.exponent <= op_2 == FloatOf ? 13'sd224 - 13'({zeros_2, 5'd0}) - 13'(fine) : large_2.exponent - 13'(fine);
    if (large_2.exponent > 13'sd96) floor_3 <= '1;
    else if (large_2.exponent > 13'sd0) floor_3 <= {96'd0, large_2.mantissa} << large_2.exponent[6:0];
    else if (large_2.exponent > -13'sd32) floor_3 <= {96'd0, large_2.mantissa} >> 5'(-large_2.exponent);
    else floor_3 <= '0;
  end

  // ---- 4
  float_t found;
  assign found = op_3 == FloatOf || op_3 == FloatMinus ? normal_3 : plain_3;
  always_ff @(posedge clk) begin
    if (op_3 == FloatFloor) result <= WordBits'(floor_3);
    else result <= found.mantissa == '0 ? WordBits'($signed(FloatZero)) : WordBits'($signed(found));
    valid <= rst ? '0 : {valid[2:0], in_valid};
  end
  wire unused = &{1'b0, shifted[31:0], product_2[30:0], product_1};
endmodule
