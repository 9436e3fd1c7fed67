// What mul_div has to be, as a proof obligation: floor or ceil(a b / d), and `ok` exactly when that fits and d is not zero. mul_div.sh
// takes its registers as wires, so that an operation passes in one step, alone; which places other operations keep busy meanwhile, and so
// how many of the zero digits are left out, is the solver's choice. That operations do not disturb each other is for
// rtl_mul_div_whole_test to show.
// SPDX-License-Identifier: Apache-2.0
module mul_div_whole #(
    parameter int unsigned Width   = 8,
    parameter int unsigned Digit   = 4,
    parameter int unsigned Entries = 3
) (
    input logic             clk,
    input logic [Width-1:0] a,
    input logic [Width-1:0] b,
    input logic [Width-1:0] d,
    input logic             round_up,
    output logic            c_only_rounding_goes_over,
    output logic            c_rounded,
    output logic            c_floored
);
  localparam int unsigned Bits = 2 * Width + 2;
  logic             out_valid, out_tag, ok, fits;
  logic [Width-1:0] quotient;
  logic [Bits-1:0]  product, times, divisor;
  mul_div #(.TagWidth(1), .Width(Width), .Digit(Digit), .Entries(Entries)) i_mul_div (
      .clk, .rst(1'b0), .in_valid(1'b1), .in_tag(round_up), .a, .b, .d, .round_up, .out_valid, .out_tag, .quotient, .ok);
  assign divisor = Bits'(d);
  assign product = Bits'(a) * Bits'(b);
  assign times   = Bits'(quotient) * divisor;
  assign fits    = d != '0 && (round_up ? product <= (divisor << Width) - divisor : product < divisor << Width);
  always_comb begin
    a_tag: assert (out_valid && out_tag == round_up);
    a_fits: assert (ok == fits);
    if (!ok) a_refused_is_zero: assert (quotient == '0);
    if (ok && round_up) a_ceil: assert (product <= times && times < product + divisor);
    if (ok && !round_up) a_floor: assert (times <= product && product < times + divisor);
  end
  // What has to be possible, so that the assertions say something; mul_div.sh looks for each.
  assign c_only_rounding_goes_over = !ok && round_up && d != '0 && product < divisor << Width;
  assign c_rounded = ok && round_up && times != product && quotient[Width-1];
  assign c_floored = ok && !round_up && times != product && quotient[Width-1] && !d[Width-1];
endmodule
