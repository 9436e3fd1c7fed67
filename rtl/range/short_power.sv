// A short float times a power of two: short_times_power of kernels/hls/short_float.hpp. Combinational.
// SPDX-License-Identifier: Apache-2.0
module short_power
  import range_isa_pkg::*;
#(
    parameter int Power = 96
) (
    input  float_t a,
    output float_t result
);
  assign result = a.mantissa == '0 ? a : {13'(a.exponent + 13'(Power)), a.mantissa};
endmodule
