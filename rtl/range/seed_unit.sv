// Where the search for a position begins: seed_liquidity of kernels/hls/candidate_seed.cpp for one range of one leg, from what seed_before has of it and from where
// the swap alone leaves it, as a pipeline. Its floats are short_float.hpp's, its roundings those of the source. A suffix is the clock at which a float is there.
// Latency from in_valid to out_valid: 38 clocks where the amount is the input, 40 where it is the output. Initiation interval 1; no back-pressure. The way of the
// swap stands while anything is inside.
// SPDX-License-Identifier: Apache-2.0
module seed_unit
  import range_isa_pkg::*;
#(
    parameter int unsigned TagWidth = 8  // travels with the operands
) (
    input  logic                clk,
    input  logic                rst,          // synchronous, active high
    input  logic                zero_for_one,
    input  logic                exact_in,
    input  logic                in_valid,
    input  logic [TagWidth-1:0] in_tag,
    input  logic [159:0]        entry,        // price at entry
    input  float_t              entry_price,  // the same
    input  logic [159:0]        stop,         // where the swap ends in the range, or the far bound
    input  float_t              stop_price,   // the same
    input  float_t              left_7,       // what is left of the swap at the entry, 7 clocks after in_valid
    input  float_t              stop_left_7,  // and at the stop
    input  seed_range_t         range_12,     // 12 clocks after in_valid
    output logic                out_valid,
    output logic [TagWidth-1:0] out_tag,
    output logic [127:0]        seed          // floor(L*); 2^128 - 1 where more is always better
);
  localparam float_t OneUp96 = {13'sd65, 32'h80000000};

  logic token0;  // is counted
  assign token0 = zero_for_one == exact_in;

  // ---- liquidity_per_amount of the passage
  logic [160:0] over;
  logic [159:0] passage_1;
  logic         moves_1;  // the swap alone does, in the range
  float_t       passage_3, product_3, product_down_3, each_9;
  assign over = {1'b0, stop} - {1'b0, entry};
  always_ff @(posedge clk) begin
    passage_1 <= over[160] ? entry - stop : over[159:0];
    moves_1   <= over != '0;
  end
  short_of #(.Width(160)) i_passage (.clk, .x(passage_1), .result(passage_3));
  short_times i_product (.clk, .a(entry_price), .b(stop_price), .result(product_3));
  short_power #(.Power(-96)) i_product_down (.a(product_3), .result(product_down_3));
  short_divide i_each (.clk, .a(token0 ? product_down_3 : OneUp96), .b(passage_3), .result(each_9));

  // ---- what is taken there, and what liquidity would take it
  float_t taken_9, crossed_12;
  short_sum i_taken (.clk, .minus(1'b1), .a(left_7), .b(stop_left_7), .result(taken_9));
  short_times i_crossed (.clk, .a(taken_9), .b(each_9), .result(crossed_12));

  // ---- all of it beside each other at 12: from here on clocks count from there
  logic [16:0]         valids;
  logic                moves_0;
  logic [TagWidth-1:0] tag_0;
  float_t              gain_0, unmoved_0, passive_0, size_0, contains_0;
  always_ff @(posedge clk) valids <= rst ? '0 : {valids[15:0], in_valid};
  delay_line #(.Width(TagWidth), .Depth(12)) i_tag_0 (.clk, .in(in_tag), .out(tag_0));
  assign {size_0, contains_0, unmoved_0, gain_0} = range_12;
  delay_line #(.Width(1), .Depth(11)) i_moves (.clk, .in(moves_1), .out(moves_0));
  assign passive_0 = moves_0 ? crossed_12 : unmoved_0;

  // ---- S (all) and Q (part): there at 3, and at 5 for an amount that is the output
  localparam int unsigned EndWidth = TagWidth + 3 * 45;
  float_t sum_2, sum_3, gain_2, all, part, passive, size, contains, passive_5;
  logic   valid;
  logic [TagWidth-1:0] tag;
  logic [EndWidth-1:0] end_3, end_5;
  short_sum i_sum (.clk, .minus(!exact_in), .a(exact_in ? size_0 : passive_0), .b(exact_in ? passive_0 : size_0), .result(sum_2));
  delay_line #(.Width(45), .Depth(1)) i_sum_3 (.clk, .in(sum_2), .out(sum_3));
  delay_line #(.Width(45), .Depth(2)) i_gain_2 (.clk, .in(gain_0), .out(gain_2));
  short_times i_part (.clk, .a(exact_in ? gain_0 : gain_2), .b(exact_in ? passive_0 : sum_2), .result(part));
  delay_line #(.Width(EndWidth), .Depth(3)) i_end_3 (.clk, .in({tag_0, size_0, contains_0, passive_0}), .out(end_3));
  delay_line #(.Width(EndWidth), .Depth(2)) i_end_5 (.clk, .in(end_3), .out(end_5));
  assign {tag, size, contains, passive} = exact_in ? end_3 : end_5;
  assign valid     = exact_in ? valids[14] : valids[16];
  assign passive_5 = end_5[44:0];
  assign all       = exact_in ? sum_3 : passive_5;

  // ---- T = size (root or S) / (S - root), its clocks counted from here
  logic [22:0] valids_end;
  logic        unlimited, none, unlimited_22, none_20, filled_21, filled_22;
  float_t      product_end_3, root_11, all_11, size_11, less_13, less_14, over_14, quotient_20, total_20;
  float_t      size_20, contains_20, passive_20, of_total_22, of_contains_2, of_contains_22;
  assign none      = passive.mantissa == '0;
  assign unlimited = !none && $signed(part) >= $signed(all);
  short_times i_product_end (.clk, .a(part), .b(all), .result(product_end_3));
  short_root i_root (.clk, .a(product_end_3), .result(root_11));
  delay_line #(.Width(90), .Depth(11)) i_all_11 (.clk, .in({all, size}), .out({all_11, size_11}));
  short_sum i_less (.clk, .minus(1'b1), .a(all_11), .b(root_11), .result(less_13));
  delay_line #(.Width(45), .Depth(1)) i_less_14 (.clk, .in(less_13), .out(less_14));
  short_times i_over (.clk, .a(size_11), .b(exact_in ? root_11 : all_11), .result(over_14));
  short_divide i_quotient (.clk, .a(over_14), .b(less_14), .result(quotient_20));
  delay_line #(.Width(136), .Depth(20)) i_end_20 (.clk, .in({none, size, contains, passive}), .out({none_20, size_20, contains_20, passive_20}));
  assign total_20 = !none_20 ? quotient_20 : exact_in ? FloatZero : size_20;

  // ---- L* = max(T, what fills the range) - P: both differences, and which it is
  short_sum i_of_total (.clk, .minus(1'b1), .a(total_20), .b(passive_20), .result(of_total_22));
  short_sum i_of_contains (.clk, .minus(1'b1), .a(contains), .b(passive), .result(of_contains_2));
  delay_line #(.Width(45), .Depth(20)) i_of_contains_22 (.clk, .in(of_contains_2), .out(of_contains_22));
  always_ff @(posedge clk) begin
    filled_21 <= $signed(total_20) < $signed(contains_20);
    filled_22 <= filled_21;
  end

  // ---- its integer part
  short_floor i_floor (.clk, .a(unlimited_22 ? FloatUnlimited : filled_22 ? of_contains_22 : of_total_22), .result(seed));
  delay_line #(.Width(1), .Depth(22)) i_unlimited_22 (.clk, .in(unlimited), .out(unlimited_22));
  delay_line #(.Width(TagWidth), .Depth(23)) i_tag_23 (.clk, .in(tag), .out(out_tag));
  always_ff @(posedge clk) valids_end <= rst ? '0 : {valids_end[21:0], valid};
  assign out_valid = valids_end[22];

  // Where the stages meet depends on the swap's way, so it stands while a range is under way.
  logic [1:0] way_q;
  logic       busy;
  logic [6:0] held;
  always_ff @(posedge clk) begin
    way_q <= {zero_for_one, exact_in};
    held  <= rst ? '0 : held + 7'(in_valid) - 7'(out_valid);
    if (!rst && busy) a_way_stands: assert (way_q == {zero_for_one, exact_in});
  end
  assign busy = held != 7'(out_valid);
endmodule
