// Product of two short floats, truncated: short_float.hpp operator*. The product stands twice, for the registers of its DSPs.
// Latency 3 clocks; initiation interval 1; no back-pressure.
// SPDX-License-Identifier: Apache-2.0
module short_times
  import range_isa_pkg::*;
(
    input  logic   clk,
    input  float_t a,
    input  float_t b,
    output float_t result
);
  logic [63:0]        product_1, product_2;
  logic signed [12:0] exponent_1, exponent_2;
  always_ff @(posedge clk) begin
    product_1  <= {32'd0, a.mantissa} * {32'd0, b.mantissa};
    product_2  <= product_1;
    exponent_1 <= a.exponent + b.exponent + 13'sd31;
    exponent_2 <= exponent_1;
    if (product_2[63:62] == '0) result <= FloatZero;
    else if (product_2[63]) result <= {exponent_2 + 13'sd1, product_2[63:32]};
    else result <= {exponent_2, product_2[62:31]};
  end
  wire unused = &{1'b0, product_2[30:0]};
endmodule
