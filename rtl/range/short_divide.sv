// Quotient of two short floats, truncated: short_float.hpp operator/. Digits of two bits, three of them a stage: three subtractions beside each
// other say which digit it is.
// Latency 6 clocks; initiation interval 1; no back-pressure.
// SPDX-License-Identifier: Apache-2.0
module short_divide
  import range_isa_pkg::*;
(
    input  logic   clk,
    input  float_t a,
    input  float_t b,
    output float_t result
);
  localparam int unsigned Stages = 5;
  localparam int unsigned Width  = 32 + 32 + 34 + 33;  // rest below the divisor, divisor, three times it, quotient

  // One digit of the quotient: 4 rest less as many divisors as it has.
  function automatic logic [Width-1:0] digit(input logic [Width-1:0] at);
    logic [31:0] rest, divisor;
    logic [33:0] thrice;
    logic [32:0] quotient;
    logic [34:0] less1, less2, less3;
    {rest, divisor, thrice, quotient} = at;
    less1 = {1'b0, rest, 2'b00} - {3'b000, divisor};
    less2 = {1'b0, rest, 2'b00} - {2'b00, divisor, 1'b0};
    less3 = {1'b0, rest, 2'b00} - {1'b0, thrice};
    if (!less3[34]) digit = {less3[31:0], divisor, thrice, quotient[30:0], 2'd3};
    else if (!less2[34]) digit = {less2[31:0], divisor, thrice, quotient[30:0], 2'd2};
    else if (!less1[34]) digit = {less1[31:0], divisor, thrice, quotient[30:0], 2'd1};
    else digit = {rest[29:0], 2'b00, divisor, thrice, quotient[30:0], 2'd0};
  endfunction

  // The first bit of the quotient is one; of the 32 behind it the last is one too many.
  logic [Stages*Width-1:0] at;
  logic                    above;
  logic [32:0]             less, less_twice, first;
  assign less       = {1'b0, a.mantissa} - {1'b0, b.mantissa};
  assign less_twice = {a.mantissa, 1'b0} - {1'b0, b.mantissa};
  assign above      = !less[32];
  assign first      = above ? less : less_twice;

  // What happens to the exponent; a zero dividend gives zero, a zero divisor what is above every amount of liquidity.
  logic signed [12:0] exponent, exponent_end;
  logic               zero_end, unlimited_end;
  delay_line #(.Width(15), .Depth(Stages)) i_side (
      .clk, .in({exponent, a.mantissa == '0, b.mantissa == '0}), .out({exponent_end, zero_end, unlimited_end}));
  assign exponent = a.exponent - b.exponent - (above ? 13'sd31 : 13'sd32);

  // A digit beside the first bit, three a stage, three before what comes out.
  always_ff @(posedge clk) at[0+:Width] <= digit({first[31:0], b.mantissa, {2'b00, b.mantissa} + {1'b0, b.mantissa, 1'b0}, 33'd1});
  for (genvar k = 1; k < Stages; k = k + 1) begin : g_stage
    always_ff @(posedge clk) at[k*Width+:Width] <= digit(digit(digit(at[(k-1)*Width+:Width])));
  end
  logic [Width-1:0] last;
  assign last = digit(digit(digit(at[(Stages-1)*Width+:Width])));
  always_ff @(posedge clk) begin
    if (unlimited_end) result <= FloatUnlimited;
    else if (zero_end) result <= FloatZero;
    else result <= {exponent_end, last[32:1]};
  end
  wire unused = &{1'b0, last, first};
endmodule
