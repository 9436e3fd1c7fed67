// The integer part of a short float, at most 2^128 - 1: short_floor of kernels/hls/short_float.hpp. Latency 1 clock.
// SPDX-License-Identifier: Apache-2.0
module short_floor
  import range_isa_pkg::*;
(
    input  logic         clk,
    input  float_t       a,
    output logic [127:0] result
);
  always_ff @(posedge clk) begin
    if (a.exponent > 13'sd96) result <= '1;
    else if (a.exponent > 13'sd0) result <= {96'd0, a.mantissa} << a.exponent[6:0];
    else if (a.exponent > -13'sd32) result <= {96'd0, a.mantissa} >> 5'(-a.exponent);
    else result <= '0;
  end
endmodule
