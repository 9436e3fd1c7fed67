// Prices of a row of ticks, one every seven clocks: TickMath.getSqrtRatioAtTick, 126 clocks of products (flow_power) and a division of the schedule's
// divider at phase 0. Never more ticks on their way than `Places`, which the one behind has room for.
// SPDX-License-Identifier: Apache-2.0
module flow_prices #(
    parameter int unsigned LogPlaces = 6
) (
    input  logic               clk,
    input  logic               rst,          // synchronous, active high
    input  logic [2:0]         phase,
    input  logic               start,        // one clock, when all before are through
    input  logic signed [23:0] first,        // the first range's near bound
    input  logic signed [23:0] step,         // from range to range, along the swap's way
    input  logic signed [23:0] width,        // of a range, along the swap's way; the step's when every bound is of two ranges
    input  logic [12:0]        count,        // ranges, at least 1
    output logic [383:0]       n,            // phase 0: to be divided,
    output logic [319:0]       d,
    input  logic [191:0]       quotient,     // which comes 23 clocks later
    output logic               out_valid,
    input  logic               out_ready,
    output logic signed [23:0] out_tick,
    output logic [159:0]       out_price
);
  localparam int unsigned Frames   = 22;  // of seven clocks, until a price comes
  localparam int unsigned Inverted = 19;  // until it is divided

  // ---- the ticks: of each range the near bound, then the far one, unless it is the next one's near bound
  logic signed [23:0]  tick;
  logic [13:0]         left;      // bounds to come
  logic                far_next, both;
  logic [LogPlaces:0]  places;
  logic                issue, pop;
  wire chained = step == width;
  assign both  = !chained;
  assign issue = phase == 3'd6 && left != '0 && places != '0;
  assign pop   = out_valid && out_ready;
  always_ff @(posedge clk) begin
    if (issue) begin
      left     <= left - 14'd1;
      far_next <= both && !far_next;
      tick     <= !both ? tick + step : far_next ? tick - width + step : tick + width;
    end
    places <= places - (LogPlaces + 1)'(issue) + (LogPlaces + 1)'(pop);
    if (start) begin
      tick     <= first;
      far_next <= 1'b0;
      left     <= chained ? {1'b0, count} + 14'd1 : {count, 1'b0};
    end
    if (rst) begin
      left   <= '0;
      places <= (LogPlaces + 1)'(1 << LogPlaces);
    end
  end

  // ---- what travels beside a tick, a frame of seven clocks a place
  logic [Frames*24-1:0] ticks;
  logic [Frames-1:0]    valids;
  always_ff @(posedge clk) begin
    if (phase == 3'd6) begin
      ticks  <= {ticks[(Frames-1)*24-1:0], tick};
      valids <= {valids[Frames-2:0], issue};
    end
    if (rst) valids <= '0;
  end

  // ---- products, and the inverse above tick 0
  logic signed [24:0] magnitude;
  logic [128:0] ratio_a, ratio_b, ratio_c, ratio;
  logic [19:0]  bits_a, bits_b, bits_c;
  logic         above;
  assign magnitude = tick[23] ? -{tick[23], tick} : {tick[23], tick};
  flow_power #(.First(0)) i_low (.clk, .rst, .phase, .in_ratio({1'b1, 128'd0}), .in_bits(magnitude[19:0]), .out_ratio(ratio_a), .out_bits(bits_a));
  flow_power #(.First(7)) i_middle (.clk, .rst, .phase, .in_ratio(ratio_a), .in_bits(bits_a), .out_ratio(ratio_b), .out_bits(bits_b));
  flow_power #(.First(14)) i_high (.clk, .rst, .phase, .in_ratio(ratio_b), .in_bits(bits_b), .out_ratio(ratio_c), .out_bits(bits_c));
  always_ff @(posedge clk) if (phase == 3'd6) ratio <= ratio_c;
  assign above = $signed(ticks[(Inverted-1)*24+:24]) > 24'sd0;
  assign n     = above ? {128'd0, {256{1'b1}}} : {255'd0, ratio};
  assign d     = above ? {191'd0, ratio} : 320'd1;

  // ---- the price, rounded up as the contract does
  logic         fifo_ready, come;
  logic [159:0] price;
  assign price = quotient[191:32] + 160'(quotient[31:0] != '0);
  assign come  = phase == 3'd2 && valids[Frames-1];
  stream_fifo #(.Width(184), .LogDepth(LogPlaces)) i_prices (
      .clk, .rst, .in_valid(come), .in_ready(fifo_ready), .in_data({ticks[(Frames-1)*24+:24], price}),
      .out_valid, .out_ready, .out_data({out_tick, out_price}));
  always_ff @(posedge clk) begin
    if (!rst && come) a_price_has_a_place: assert (fifo_ready);
  end
  wire unused = &{1'b0, bits_c, magnitude[24:20]};
endmodule
