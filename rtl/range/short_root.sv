// Square root of a short float, truncated: short_root of kernels/hls/short_float.hpp. Latency 8 clocks; initiation interval 1; no back-pressure.
// SPDX-License-Identifier: Apache-2.0
module short_root
  import range_isa_pkg::*;
(
    input  logic   clk,
    input  float_t a,
    output float_t result
);
  // m 2^e with an even exponent: sqrt(m 2^s) 2^((e - s) / 2), s = 32 or 31.
  logic signed [12:0] halved, exponent;
  logic               odd, root_valid;
  logic [31:0]        root;
  assign odd    = a.exponent[0];
  assign halved = (a.exponent - (odd ? 13'sd31 : 13'sd32)) >>> 1;
  square_root #(.XWidth(64), .Digits(4), .TagWidth(13)) i_square_root (
      .clk, .rst(1'b0), .in_valid(1'b1), .in_tag(halved), .x(odd ? {1'b0, a.mantissa, 31'd0} : {a.mantissa, 32'd0}),
      .out_valid(root_valid), .out_tag(exponent), .root);
  assign result = root == '0 ? FloatZero : {exponent, root};
  wire unused = &{1'b0, root_valid};
endmodule
