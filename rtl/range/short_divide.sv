// Quotient of two short floats, truncated: short_float.hpp operator/. Two digits a stage.
// Latency 17 clocks; initiation interval 1; no back-pressure.
// SPDX-License-Identifier: Apache-2.0
module short_divide
  import range_isa_pkg::*;
#(
    parameter int unsigned TagWidth = 8  // travels with the operands
) (
    input  logic                clk,
    input  logic                rst,       // synchronous, active high
    input  logic                in_valid,
    input  logic [TagWidth-1:0] in_tag,
    input  float_t              a,
    input  float_t              b,
    output logic                out_valid,
    output logic [TagWidth-1:0] out_tag,
    output logic [WordBits-1:0] result
);
  localparam int unsigned Stages = 16;
  localparam int unsigned Width  = 32 + 32 + 32;  // rest below the divisor, divisor, quotient

  // One binary digit of the quotient.
  function automatic logic [Width-1:0] digit(input logic [Width-1:0] at);
    logic [31:0] rest, divisor, quotient;
    logic [33:0] less;
    {rest, divisor, quotient} = at;
    less = {1'b0, rest, 1'b0} - {2'b00, divisor};
    if (less[33]) digit = {rest[30:0], 1'b0, divisor, quotient[30:0], 1'b0};
    else digit = {less[31:0], divisor, quotient[30:0], 1'b1};
  endfunction

  logic [Stages*Width-1:0] at;
  logic [Stages:0]         valid;
  logic                    above;
  logic [32:0]             first;
  assign above = a.mantissa >= b.mantissa;
  assign first = (above ? {1'b0, a.mantissa} : {a.mantissa, 1'b0}) - {1'b0, b.mantissa};

  // What happens to the exponent; a zero dividend gives zero, a zero divisor what is above every amount of liquidity.
  logic signed [12:0] exponent, exponent_end;
  logic               zero_end, unlimited_end;
  logic [TagWidth-1:0] side_tag;
  delay_line #(.Width(15 + TagWidth), .Depth(Stages)) i_side (
      .clk,
      .in({exponent, a.mantissa == '0, b.mantissa == '0, in_tag}),
      .out({exponent_end, zero_end, unlimited_end, side_tag}));
  assign exponent = a.exponent - b.exponent - (above ? 13'sd31 : 13'sd32);

  always_ff @(posedge clk) begin
    at[0+:Width] <= {first[31:0], b.mantissa, 32'd1};
    valid        <= rst ? '0 : {valid[Stages-1:0], in_valid};
  end
  for (genvar k = 1; k < Stages; k = k + 1) begin : g_stage
    always_ff @(posedge clk) at[k*Width+:Width] <= digit(digit(at[(k-1)*Width+:Width]));
  end

  // The last digit, and what comes out.
  logic [Width-1:0] last;
  assign last = digit(at[(Stages-1)*Width+:Width]);
  assign out_valid = valid[Stages];
  always_ff @(posedge clk) begin
    out_tag <= side_tag;
    if (unlimited_end) result <= WordBits'($signed(FloatUnlimited));
    else if (zero_end) result <= WordBits'($signed(FloatZero));
    else result <= WordBits'($signed({exponent_end, last[31:0]}));
  end
  wire unused = &{1'b0, last, first};
endmodule
