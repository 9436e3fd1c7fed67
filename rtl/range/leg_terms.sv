// What the seeds of a leg share, candidate_seed.cpp seed_terms, as short floats: gain = (whole_keep + kept_fee) / whole_keep, times the price of the token that
// comes in times 2^96, over the other's times 2^-96, or the other way up. One division at a time, whose operands stand until its result is taken.
// SPDX-License-Identifier: Apache-2.0
module leg_terms
  import range_isa_pkg::*;
(
    input  logic         clk,
    input  logic         rst,           // synchronous, active high
    input  logic         begin_leg,     // one clock; all below stands from the next one on
    input  logic         zero_for_one,
    input  logic [33:0]  kept_fee,
    input  logic [33:0]  whole_keep,
    input  logic [255:0] price0,
    input  logic [255:0] price1,
    output logic         known,         // one clock, 22 after begin_leg
    output float_t       gain
);
  localparam logic [4:0] OfLatency = 5'd4, DivideLatency = 5'd6, TimesLatency = 5'd3;  // at most
  localparam logic [4:0] Shared = OfLatency + DivideLatency;      // clocks from begin_leg: the share is there,
  localparam logic [4:0] Times  = Shared + 5'd1 + TimesLatency;   // it is multiplied,
  localparam logic [4:0] Over   = Times + 5'd1 + DivideLatency;   // and divided

  float_t of_sum, of_keep, of_price0, of_price1, share, share_up, share_power, share_down, product, times, times_up, times_down, times_power, quotient;
  logic [4:0] clocks;
  short_of #(.Width(64)) i_sum (.clk, .x(64'(whole_keep) + 64'(kept_fee)), .result(of_sum));
  short_of #(.Width(64)) i_keep (.clk, .x(64'(whole_keep)), .result(of_keep));
  short_of i_price0 (.clk, .x(price0), .result(of_price0));
  short_of i_price1 (.clk, .x(price1), .result(of_price1));
  short_power #(.Power(96)) i_share_up (.a(share), .result(share_up));
  short_power #(.Power(-96)) i_share_down (.a(share), .result(share_down));
  short_power #(.Power(96)) i_times_up (.a(times), .result(times_up));
  short_power #(.Power(-96)) i_times_down (.a(times), .result(times_down));
  assign share_power = zero_for_one ? share_up : share_down;
  assign times_power = zero_for_one ? times_up : times_down;
  short_times i_times (.clk, .a(share_power), .b(zero_for_one ? of_price0 : of_price1), .result(product));
  short_divide i_divide (
      .clk, .a(clocks > Times ? times_power : of_sum), .b(clocks > Times ? (zero_for_one ? of_price1 : of_price0) : of_keep), .result(quotient));
  always_ff @(posedge clk) begin
    known <= clocks == Over && !rst;
    if (clocks == Shared) share <= quotient;
    if (clocks == Times) times <= product;
    if (clocks == Over) gain <= quotient;
    if (begin_leg) clocks <= 5'd1;
    else if (clocks != '0 && clocks <= Over) clocks <= clocks + 5'd1;
    if (rst) clocks <= '0;
  end
endmodule
