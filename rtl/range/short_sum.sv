// Sum or difference of two short floats, truncated: short_float.hpp operator+ and operator-, which is zero when b is not below a.
// Latency 3 clocks; initiation interval 1; no back-pressure.
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
  // ---- 1: which is larger
  float_t large_1, small_1;
  logic   less, minus_1, none_1;
  assign less = $signed(a) < $signed(b);
  always_ff @(posedge clk) begin
    minus_1 <= minus;
    large_1 <= less ? b : a;
    small_1 <= less ? a : b;
    none_1  <= minus && (less || a == b);
  end

  // ---- 2: the smaller one shifted
  logic [13:0]        distance;
  logic [31:0]        aligned, difference_2;
  logic [32:0]        sum_2;
  logic signed [12:0] exponent_2;
  logic               minus_2, none_2;
  assign distance = 14'(large_1.exponent) - 14'(small_1.exponent);
  assign aligned  = distance < 14'd32 ? small_1.mantissa >> distance[4:0] : 32'd0;
  always_ff @(posedge clk) begin
    minus_2      <= minus_1;
    none_2       <= none_1;
    sum_2        <= {1'b0, large_1.mantissa} + {1'b0, aligned};
    difference_2 <= large_1.mantissa - aligned;
    exponent_2   <= large_1.exponent;
  end

  // ---- 3: the first bit
  logic [4:0] zeros;
  short_zeros i_zeros (.x(difference_2), .zeros);
  always_ff @(posedge clk) begin
    if (minus_2) result <= none_2 ? FloatZero : {exponent_2 - 13'(zeros), difference_2 << zeros};
    else if (sum_2[32]) result <= {exponent_2 + 13'sd1, sum_2[32:1]};
    else result <= sum_2[31:0] == '0 ? FloatZero : {exponent_2, sum_2[31:0]};
  end
endmodule
