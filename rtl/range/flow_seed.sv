// The seeds of range_flow: seed_before and seed_unit for one range after the other, exact input. seed_before takes the range and, in the clock behind it, where the
// swap alone leaves it, so ranges come two clocks apart at the least. Latency 46 clocks.
// SPDX-License-Identifier: Apache-2.0
module flow_seed
  import range_isa_pkg::*;
(
    input  logic         clk,
    input  logic         rst,             // synchronous, active high
    input  logic         zero_for_one,
    input  float_t       kept,            // SeedTerms
    input  float_t       gain,
    input  logic         in_valid,
    input  logic [159:0] entry,           // price at entry
    input  logic [159:0] far_price,       // of the far bound
    input  logic [159:0] from_price,      // the swap alone's last state before the entry, or at it
    input  logic [127:0] from_remaining,
    input  logic [127:0] from_liquidity,
    input  logic [159:0] leave,           // where the swap alone ends in the range, or the far bound
    input  logic [159:0] stop_price,      // its last state before that, or there
    input  logic [127:0] stop_remaining,
    input  logic [127:0] stop_liquidity,
    output logic [127:0] seed             // floor(L*); 2^128 - 1 where more is always better
);
  // A suffix is the clock at which a value is there, counted from in_valid; seed_before's own count from its in_valid, so what it has of the stop is a clock later.
  logic         stop_1, begins_8;
  logic [159:0] leave_1, stop_price_1, entry_8, leave_8;
  logic [127:0] stop_remaining_1, stop_liquidity_1;
  float_t       entry_3, leave_4, entry_float_8, leave_float_8, left_14, left_15, stop_left_15;
  seed_range_t  range_17, range_20;
  always_ff @(posedge clk) begin
    stop_1           <= !rst && in_valid;
    leave_1          <= leave;
    stop_price_1     <= stop_price;
    stop_remaining_1 <= stop_remaining;
    stop_liquidity_1 <= stop_liquidity;
    if (!rst && stop_1) a_two_clocks_apart: assert (!in_valid);
  end
  logic       valid_3, stop_8, range_14, stop_14, valid_17;
  logic [4:0] tags;
  seed_before #(.TagWidth(1)) i_before (
      .clk, .rst, .zero_for_one, .exact_in(1'b1), .kept, .gain, .in_valid(in_valid || stop_1), .in_tag(1'b0), .in_stop(stop_1), .entry,
      .far_price(stop_1 ? leave_1 : far_price), .price(stop_1 ? stop_price_1 : from_price),
      .remaining({128'd0, stop_1 ? stop_remaining_1 : from_remaining}), .liquidity(stop_1 ? stop_liquidity_1 : from_liquidity),
      .valid_3, .tag_3(tags[0]), .entry_3, .far_3(leave_4), .range_8(begins_8), .stop_8, .tag_8(tags[1]),
      .range_14, .stop_14, .tag_14(tags[2]), .left_14, .valid_17, .tag_17(tags[3]), .range_17);
  delay_line #(.Width(320), .Depth(8)) i_prices_8 (.clk, .in({entry, leave}), .out({entry_8, leave_8}));
  delay_line #(.Width(45), .Depth(5)) i_entry_8 (.clk, .in(entry_3), .out(entry_float_8));
  delay_line #(.Width(45), .Depth(4)) i_leave_8 (.clk, .in(leave_4), .out(leave_float_8));
  delay_line #(.Width(45), .Depth(1)) i_left_15 (.clk, .in(left_14), .out(left_15));
  assign stop_left_15 = left_14;
  delay_line #(.Width($bits(seed_range_t)), .Depth(3)) i_range_20 (.clk, .in(range_17), .out(range_20));
  logic out_valid;
  seed_unit #(.TagWidth(1)) i_unit (
      .clk, .rst, .zero_for_one, .exact_in(1'b1), .in_valid(begins_8), .in_tag(1'b0), .entry(entry_8), .entry_price(entry_float_8),
      .stop(leave_8), .stop_price(leave_float_8), .left_7(left_15), .stop_left_7(stop_left_15), .range_12(range_20), .out_valid, .out_tag(tags[4]), .seed);
  wire unused = &{1'b0, valid_3, stop_8, range_14, stop_14, valid_17, tags, out_valid};
endmodule
