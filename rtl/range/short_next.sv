// The short float above another: short_next of kernels/hls/short_float.hpp. Combinational.
// SPDX-License-Identifier: Apache-2.0
module short_next
  import range_isa_pkg::*;
(
    input  float_t a,
    output float_t result
);
  always_comb begin
    if (a.mantissa == '0) result = a;
    else if (a.mantissa == '1) result = {a.exponent + 13'sd1, 32'h80000000};
    else result = {a.exponent, a.mantissa + 32'd1};
  end
endmodule
