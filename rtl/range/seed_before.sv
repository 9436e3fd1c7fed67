// What a range's seed needs whatever the swap does in it, and what is left of the swap where it leaves the range: the halves of seed_liquidity that come before
// the swap alone's end is known, and left_at_price (kernels/hls/candidate_seed.cpp), as one pipeline. Its floats are short_float.hpp's, its roundings
// those of the source. A suffix is the clock at which a float is there, counted from in_valid. Initiation interval 1; no back-pressure. The terms and the way of the
// swap stand while anything is inside.
// SPDX-License-Identifier: Apache-2.0
module seed_before
  import range_isa_pkg::*;
#(
    parameter int unsigned TagWidth = 8  // travels with the operands
) (
    input  logic                clk,
    input  logic                rst,        // synchronous, active high
    input  logic                zero_for_one,
    input  logic                exact_in,
    input  float_t              kept,       // SeedTerms
    input  float_t              gain,
    input  logic                in_valid,
    input  logic [TagWidth-1:0] in_tag,
    input  logic                in_stop,    // what is left at the far bound; else a range
    input  logic [159:0]        entry,      // price at entry
    input  logic [159:0]        far_price,  // of the far bound
    input  logic [159:0]        price,      // the swap alone's last state before the far bound; else before the entry, or at it
    input  logic [255:0]        remaining,
    input  logic [127:0]        liquidity,
    output logic                valid_3,
    output logic [TagWidth-1:0] tag_3,
    output float_t              entry_3,
    output float_t              far_3,
    output logic                range_8,   // valid then: seed_unit may begin
    output logic                stop_8,
    output logic [TagWidth-1:0] tag_8,
    output logic                range_14,
    output logic                stop_14,
    output logic [TagWidth-1:0] tag_14,
    output float_t              left_14,    // at the entry, or at the far bound
    output logic                valid_17,
    output logic [TagWidth-1:0] tag_17,
    output seed_range_t         range_17
);
  localparam float_t OneUp96 = {13'sd65, 32'h80000000};

  function automatic logic [159:0] distance(input logic [159:0] a, input logic [159:0] b);
    logic [160:0] over;
    over     = {1'b0, a} - {1'b0, b};
    distance = over[160] ? b - a : over[159:0];
  endfunction

  logic token0;  // is counted
  assign token0 = zero_for_one == exact_in;

  // ---- 0 to 3: prices, amounts and distances as floats
  logic [159:0] entry_1, far_1, price_1, way_1, length_1;
  logic [255:0] remaining_1;
  logic [127:0] liquidity_1;
  logic         stop_3;
  float_t at_3, price_3, way_3, length_3, remaining_3, liquidity_3;
  always_ff @(posedge clk) begin
    entry_1     <= entry;
    far_1       <= far_price;
    price_1     <= price;
    remaining_1 <= remaining;
    liquidity_1 <= liquidity;
    way_1       <= distance(price, in_stop ? far_price : entry);
    length_1    <= distance(far_price, entry);
  end
  short_of #(.Width(160)) i_entry (.clk, .x(entry_1), .result(entry_3));
  short_of #(.Width(160)) i_far (.clk, .x(far_1), .result(far_3));
  short_of #(.Width(160)) i_price (.clk, .x(price_1), .result(price_3));
  short_of #(.Width(160)) i_way (.clk, .x(way_1), .result(way_3));
  short_of #(.Width(160)) i_length (.clk, .x(length_1), .result(length_3));
  short_of i_remaining (.clk, .x(remaining_1), .result(remaining_3));
  short_of #(.Width(128)) i_liquidity (.clk, .x(liquidity_1), .result(liquidity_3));
  delay_line #(.Width(1), .Depth(3)) i_stop_3 (.clk, .in(in_stop), .out(stop_3));
  assign at_3 = stop_3 ? far_3 : entry_3;

  // ---- left_at_price. Amounts of token0 are divided; the quotient that token1's have no use for gives the swap in units of liquidity.
  float_t left, left_8, left_up, over_a, over_b, over, entry_8, entry_14;  // left: at 14, at 8 where token1 is counted
  seed_left i_left (
      .clk, .token0, .exact_in, .kept, .remaining(remaining_3), .liquidity(liquidity_3), .way(way_3), .price(price_3), .at(at_3), .over_a, .over_b, .over, .left);
  delay_line #(.Width(45), .Depth(6)) i_left_8 (.clk, .in(left), .out(left_8));
  assign left_14 = token0 ? left : left_8;
  short_power #(.Power(96)) i_left_up (.a(left), .result(left_up));
  delay_line #(.Width(45), .Depth(5)) i_entry_8 (.clk, .in(entry_3), .out(entry_8));
  delay_line #(.Width(45), .Depth(6)) i_entry_14 (.clk, .in(entry_8), .out(entry_14));
  short_divide i_over (.clk, .a(token0 ? over_a : left_up), .b(token0 ? over_b : entry_8), .result(over));
  float_t size_token0, size_down, size_token1;
  short_times i_size (.clk, .a(left_14), .b(entry_14), .result(size_token0));
  short_power #(.Power(-96)) i_size_down (.a(size_token0), .result(size_down));
  delay_line #(.Width(45), .Depth(3)) i_size_token1 (.clk, .in(over), .out(size_token1));

  // ---- gain over, or times, the entry's square
  float_t square_6, gain_times_9, gain_times_12, gain_over_12;
  short_times i_square (.clk, .a(entry_3), .b(entry_3), .result(square_6));
  short_times i_gain_times (.clk, .a(gain), .b(square_6), .result(gain_times_9));
  short_divide i_gain_over (.clk, .a(gain), .b(square_6), .result(gain_over_12));
  delay_line #(.Width(45), .Depth(3)) i_gain_times_12 (.clk, .in(gain_times_9), .out(gain_times_12));

  // ---- what the whole range would take: liquidity_per_amount
  float_t product_6, product_down_6, length_6, each_12, each_14;
  short_times i_product (.clk, .a(entry_3), .b(far_3), .result(product_6));
  short_power #(.Power(-96)) i_product_down (.a(product_6), .result(product_down_6));
  delay_line #(.Width(45), .Depth(3)) i_length_6 (.clk, .in(length_3), .out(length_6));
  short_divide i_each (.clk, .a(token0 ? product_down_6 : OneUp96), .b(length_6), .result(each_12));
  delay_line #(.Width(45), .Depth(2)) i_each_14 (.clk, .in(each_12), .out(each_14));

  // ---- all of it beside each other at 17
  assign range_17.size = token0 ? size_down : size_token1;
  short_times i_contains (.clk, .a(left_14), .b(each_14), .result(range_17.contains));
  delay_line #(.Width(45), .Depth(14)) i_unmoved (.clk, .in(liquidity_3), .out(range_17.unmoved));
  delay_line #(.Width(45), .Depth(5)) i_gain (.clk, .in(zero_for_one ? gain_over_12 : gain_times_12), .out(range_17.gain));

  // ---- whose it is
  logic [13:0] stops;
  logic [16:0] valids;
  always_ff @(posedge clk) begin
    stops  <= rst ? '0 : {stops[12:0], in_valid && in_stop};
    valids <= rst ? '0 : {valids[15:0], in_valid && !in_stop};
  end
  delay_line #(.Width(TagWidth), .Depth(3)) i_tag_3 (.clk, .in(in_tag), .out(tag_3));
  delay_line #(.Width(TagWidth), .Depth(5)) i_tag_8 (.clk, .in(tag_3), .out(tag_8));
  delay_line #(.Width(TagWidth), .Depth(6)) i_tag_14 (.clk, .in(tag_8), .out(tag_14));
  delay_line #(.Width(TagWidth), .Depth(3)) i_tag_17 (.clk, .in(tag_14), .out(tag_17));
  assign valid_3  = valids[2];
  assign range_8  = valids[7];
  assign stop_8   = stops[7];
  assign range_14 = valids[13];
  assign stop_14  = stops[13];
  assign valid_17 = valids[16];
endmodule
