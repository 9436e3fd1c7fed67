// Sum or difference of two short floats, truncated: short_float.hpp operator+ and operator-, which is zero when b is not below a.
// Latency 2 clocks; initiation interval 1; no back-pressure.
// SPDX-License-Identifier: Apache-2.0
module short_sum
  import range_isa_pkg::*;
(
    input  logic   clk,
    input  logic   minus,
    input  float_t a,
    input  float_t b,
    output float_t result
);
  // ---- 1: which is larger, and the smaller one shifted
  logic               less;
  logic [13:0]        a_above, b_above, distance;
  logic [31:0]        more, fewer, aligned, more_1, aligned_1;
  logic signed [12:0] exponent_1;
  logic               minus_1, none_1;
  assign less     = $signed(a) < $signed(b);
  assign a_above  = 14'(a.exponent) - 14'(b.exponent);
  assign b_above  = 14'(b.exponent) - 14'(a.exponent);
  assign distance = less ? b_above : a_above;
  assign more     = less ? b.mantissa : a.mantissa;
  assign fewer    = less ? a.mantissa : b.mantissa;
  assign aligned  = distance < 14'd32 ? fewer >> distance[4:0] : 32'd0;
  always_ff @(posedge clk) begin
    minus_1    <= minus;
    none_1     <= minus && (less || a == b);
    more_1     <= more;
    aligned_1  <= aligned;
    exponent_1 <= less ? b.exponent : a.exponent;
  end

  // ---- 2: the sum, and its first bit
  logic [31:0] difference;
  logic [32:0] sum;
  logic [4:0]  zeros;
  assign sum        = {1'b0, more_1} + {1'b0, aligned_1};
  assign difference = more_1 - aligned_1;
  short_zeros i_zeros (.x(difference), .zeros);
  always_ff @(posedge clk) begin
    if (minus_1) result <= none_1 ? FloatZero : {exponent_1 - 13'(zeros), difference << zeros};
    else if (sum[32]) result <= {exponent_1 + 13'sd1, sum[32:1]};
    else result <= sum[31:0] == '0 ? FloatZero : {exponent_1, sum[31:0]};
  end
endmodule
