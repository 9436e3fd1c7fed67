// The seeds of range_flow: seed_liquidity and left_at_price of kernels/hls/candidate_seed.cpp for one range of one leg, all that seed_server splits by what is known when. Its
// floats are short_float.hpp's, its roundings those of the source. A suffix is the clock at which a float is there.
// Latency from in_valid to out_valid: 46 clocks where token0 is counted and the amount is the input, 42 for token1; 2 more for an amount that is the output.
// Initiation interval 1; no back-pressure. The terms and the way of the swap stand while anything is inside.
// SPDX-License-Identifier: Apache-2.0
module flow_seed
  import range_isa_pkg::*;
#(
    parameter int unsigned TagWidth = 8  // travels with the operands
) (
    input  logic                clk,
    input  logic                rst,             // synchronous, active high
    input  logic                zero_for_one,
    input  logic                exact_in,
    input  float_t              kept,            // SeedTerms
    input  float_t              gain,
    input  logic                in_valid,
    input  logic [TagWidth-1:0] in_tag,
    input  logic [159:0]        entry,           // price at entry
    input  logic [159:0]        far_price,       // of the far bound
    input  logic [159:0]        from_price,      // the swap alone's last state before the entry, or at it
    input  logic [255:0]        from_remaining,
    input  logic [127:0]        from_liquidity,
    input  logic                ends,            // in the range: the next is its last state; else the last before the far bound
    input  logic [159:0]        stop_price,
    input  logic [255:0]        stop_remaining,
    input  logic [127:0]        stop_liquidity,
    output logic                out_valid,
    output logic [TagWidth-1:0] out_tag,
    output logic [127:0]        seed             // floor(L*); 2^128 - 1 where more is always better
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
  logic [159:0] entry_1, far_1, from_price_1, stop_price_1, from_way_1, stop_way_1, range_1, passage_1;
  logic [255:0] from_remaining_1, stop_remaining_1;
  logic [127:0] from_liquidity_1, stop_liquidity_1;
  logic         ends_3, moves_1;  // moves: the swap alone does, in the range
  float_t entry_3, far_3, leave_3, from_price_3, stop_price_3, from_way_3, stop_way_3, range_3, passage_3;
  float_t from_remaining_3, stop_remaining_3, from_liquidity_3, stop_liquidity_3;
  always_ff @(posedge clk) begin
    entry_1          <= entry;
    far_1            <= far_price;
    from_price_1     <= from_price;
    stop_price_1     <= stop_price;
    from_remaining_1 <= from_remaining;
    stop_remaining_1 <= stop_remaining;
    from_liquidity_1 <= from_liquidity;
    stop_liquidity_1 <= stop_liquidity;
    from_way_1       <= distance(from_price, entry);
    stop_way_1       <= ends ? '0 : distance(stop_price, far_price);
    range_1          <= distance(far_price, entry);
    passage_1        <= distance(ends ? stop_price : far_price, entry);
    moves_1          <= (ends ? stop_price : far_price) != entry;
  end
  short_of #(.Width(160)) i_entry (.clk, .x(entry_1), .result(entry_3));
  short_of #(.Width(160)) i_far (.clk, .x(far_1), .result(far_3));
  short_of #(.Width(160)) i_from_price (.clk, .x(from_price_1), .result(from_price_3));
  short_of #(.Width(160)) i_stop_price (.clk, .x(stop_price_1), .result(stop_price_3));
  short_of #(.Width(160)) i_from_way (.clk, .x(from_way_1), .result(from_way_3));
  short_of #(.Width(160)) i_stop_way (.clk, .x(stop_way_1), .result(stop_way_3));
  short_of #(.Width(160)) i_range (.clk, .x(range_1), .result(range_3));
  short_of #(.Width(160)) i_passage (.clk, .x(passage_1), .result(passage_3));
  short_of i_from_remaining (.clk, .x(from_remaining_1), .result(from_remaining_3));
  short_of i_stop_remaining (.clk, .x(stop_remaining_1), .result(stop_remaining_3));
  short_of #(.Width(128)) i_from_liquidity (.clk, .x(from_liquidity_1), .result(from_liquidity_3));
  short_of #(.Width(128)) i_stop_liquidity (.clk, .x(stop_liquidity_1), .result(stop_liquidity_3));
  delay_line #(.Width(1), .Depth(3)) i_ends (.clk, .in(ends), .out(ends_3));
  assign leave_3 = ends_3 ? stop_price_3 : far_3;

  // ---- left_at_price of both states. Amounts of token0 are divided, those of token1 are not: they are there 6 clocks earlier.
  float_t from_left, stop_left, taken;  // 14, 8 where token1 is counted; taken 2 later
  float_t from_over_a, from_over_b, from_over;
  seed_left i_from_left (
      .clk, .token0, .exact_in, .kept, .remaining(from_remaining_3), .liquidity(from_liquidity_3), .way(from_way_3), .price(from_price_3), .at(entry_3),
      .over_a(from_over_a), .over_b(from_over_b), .over(from_over), .left(from_left));
  float_t stop_over_a, stop_over_b, stop_over;
  seed_left i_stop_left (
      .clk, .token0, .exact_in, .kept, .remaining(stop_remaining_3), .liquidity(stop_liquidity_3), .way(stop_way_3), .price(stop_price_3), .at(leave_3),
      .over_a(stop_over_a), .over_b(stop_over_b), .over(stop_over), .left(stop_left));
  short_divide i_stop_over (.clk, .a(stop_over_a), .b(stop_over_b), .result(stop_over));
  short_sum i_taken (.clk, .minus(1'b1), .a(from_left), .b(stop_left), .result(taken));

  // ---- gain over, or times, the entry's square
  float_t square_6, gain_times_9, gain_times_12, gain_over_12, gain_12;
  short_times i_square (.clk, .a(entry_3), .b(entry_3), .result(square_6));
  short_times i_gain_times (.clk, .a(gain), .b(square_6), .result(gain_times_9));
  short_divide i_gain_over (.clk, .a(gain), .b(square_6), .result(gain_over_12));
  delay_line #(.Width(45), .Depth(3)) i_gain_times_12 (.clk, .in(gain_times_9), .out(gain_times_12));
  assign gain_12 = zero_for_one ? gain_over_12 : gain_times_12;

  // ---- liquidity_per_amount of the whole range and of the passage
  float_t range_product_6, passage_product_6, range_down_6, passage_down_6, range_6, passage_6, range_each_12, passage_each_12;
  short_times i_range_product (.clk, .a(entry_3), .b(far_3), .result(range_product_6));
  short_times i_passage_product (.clk, .a(entry_3), .b(leave_3), .result(passage_product_6));
  delay_line #(.Width(90), .Depth(3)) i_ways_6 (.clk, .in({range_3, passage_3}), .out({range_6, passage_6}));
  short_power #(.Power(-96)) i_range_down (.a(range_product_6), .result(range_down_6));
  short_power #(.Power(-96)) i_passage_down (.a(passage_product_6), .result(passage_down_6));
  short_divide i_range_each (.clk, .a(token0 ? range_down_6 : OneUp96), .b(range_6), .result(range_each_12));
  short_divide i_passage_each (.clk, .a(token0 ? passage_down_6 : OneUp96), .b(passage_6), .result(passage_each_12));

  // ---- the swap in units of liquidity: a product, or the quotient that token1's amounts have no use for
  float_t entry_8, entry_14, left_up, size_17, size_down_17, size_token0_19, size_14, size_15;
  delay_line #(.Width(45), .Depth(5)) i_entry_8 (.clk, .in(entry_3), .out(entry_8));
  delay_line #(.Width(45), .Depth(6)) i_entry_14 (.clk, .in(entry_8), .out(entry_14));
  short_power #(.Power(96)) i_left_up (.a(from_left), .result(left_up));
  short_divide i_from_over (.clk, .a(token0 ? from_over_a : left_up), .b(token0 ? from_over_b : entry_8), .result(from_over));
  assign size_14 = from_over;  // token1
  delay_line #(.Width(45), .Depth(1)) i_size_15 (.clk, .in(size_14), .out(size_15));
  short_times i_size (.clk, .a(from_left), .b(entry_14), .result(size_17));
  short_power #(.Power(-96)) i_size_down (.a(size_17), .result(size_down_17));
  delay_line #(.Width(45), .Depth(2)) i_size_19 (.clk, .in(size_down_17), .out(size_token0_19));

  // ---- what the passage and what the whole range would take: token0 at 19 and 17, token1 at 15
  float_t passage_each_16, taken_12, crossed, range_each_14, left_12, fills, fills_19;
  delay_line #(.Width(45), .Depth(4)) i_passage_each_16 (.clk, .in(passage_each_12), .out(passage_each_16));
  delay_line #(.Width(45), .Depth(2)) i_taken_12 (.clk, .in(taken), .out(taken_12));  // of token1
  short_times i_crossed (.clk, .a(token0 ? taken : taken_12), .b(token0 ? passage_each_16 : passage_each_12), .result(crossed));
  delay_line #(.Width(45), .Depth(2)) i_range_each_14 (.clk, .in(range_each_12), .out(range_each_14));
  delay_line #(.Width(45), .Depth(4)) i_left_12 (.clk, .in(from_left), .out(left_12));  // of token1
  short_times i_fills (.clk, .a(token0 ? from_left : left_12), .b(token0 ? range_each_14 : range_each_12), .result(fills));
  delay_line #(.Width(45), .Depth(2)) i_fills_19 (.clk, .in(fills), .out(fills_19));

  // ---- all of it beside each other, at 19 or 15: from here on clocks count from there
  localparam int unsigned SideWidth = TagWidth + 1 + 45 + 45;
  logic [18:0]         valids;  // a delay_line would keep one over a reset
  logic [TagWidth-1:0] tag_12;
  logic                moves_12;
  float_t              unmoved_12;
  logic [SideWidth-1:0] side_15, side_19, side;
  logic                valid_0, moves_0;
  logic [TagWidth-1:0] tag_0;
  float_t              gain_0, unmoved_0, passive_0, size_0, fills_0;
  always_ff @(posedge clk) valids <= rst ? '0 : {valids[17:0], in_valid};
  delay_line #(.Width(TagWidth), .Depth(12)) i_tag_12 (.clk, .in(in_tag), .out(tag_12));
  delay_line #(.Width(1), .Depth(11)) i_moves_12 (.clk, .in(moves_1), .out(moves_12));
  delay_line #(.Width(45), .Depth(9)) i_unmoved_12 (.clk, .in(from_liquidity_3), .out(unmoved_12));
  delay_line #(.Width(SideWidth), .Depth(3)) i_side_15 (.clk, .in({tag_12, moves_12, unmoved_12, gain_12}), .out(side_15));
  delay_line #(.Width(SideWidth), .Depth(4)) i_side_19 (.clk, .in(side_15), .out(side_19));
  assign side = token0 ? side_19 : side_15;
  assign valid_0 = token0 ? valids[18] : valids[14];
  assign {tag_0, moves_0, unmoved_0, gain_0} = side;
  assign passive_0 = moves_0 ? crossed : unmoved_0;
  assign size_0    = token0 ? size_token0_19 : size_15;
  assign fills_0   = token0 ? fills_19 : fills;

  // ---- S (all) and Q (part): there at 3, and at 5 for an amount that is the output
  localparam int unsigned EndWidth = TagWidth + 3 * 45;
  float_t sum_2, sum_3, gain_2, all, part, passive, size, contains, passive_5;
  logic   valid;
  logic [4:0] valids_0;
  logic [TagWidth-1:0] tag;
  logic [EndWidth-1:0] end_3, end_5;
  short_sum i_sum (.clk, .minus(!exact_in), .a(exact_in ? size_0 : passive_0), .b(exact_in ? passive_0 : size_0), .result(sum_2));
  delay_line #(.Width(45), .Depth(1)) i_sum_3 (.clk, .in(sum_2), .out(sum_3));
  delay_line #(.Width(45), .Depth(2)) i_gain_2 (.clk, .in(gain_0), .out(gain_2));
  short_times i_part (.clk, .a(exact_in ? gain_0 : gain_2), .b(exact_in ? passive_0 : sum_2), .result(part));
  delay_line #(.Width(EndWidth), .Depth(3)) i_end_3 (.clk, .in({tag_0, size_0, fills_0, passive_0}), .out(end_3));
  delay_line #(.Width(EndWidth), .Depth(2)) i_end_5 (.clk, .in(end_3), .out(end_5));
  always_ff @(posedge clk) valids_0 <= rst ? '0 : {valids_0[3:0], valid_0};
  assign valid = exact_in ? valids_0[2] : valids_0[4];
  assign {tag, size, contains, passive} = exact_in ? end_3 : end_5;
  assign passive_5 = end_5[44:0];
  assign all       = exact_in ? sum_3 : passive_5;

  // ---- T = size (root or S) / (S - root), its clocks counted from here
  logic [23:0] valids_end;
  logic        unlimited, none, unlimited_23, none_20;
  float_t      product_3, root_11, all_11, size_11, less_13, less_14, over_14, quotient_20, total_20, total_21;
  float_t      size_20, contains_20, passive_20, passive_21, seed_23;
  assign none      = passive.mantissa == '0;
  assign unlimited = !none && $signed(part) >= $signed(all);
  short_times i_product (.clk, .a(part), .b(all), .result(product_3));
  short_root i_root (.clk, .a(product_3), .result(root_11));
  delay_line #(.Width(90), .Depth(11)) i_all_11 (.clk, .in({all, size}), .out({all_11, size_11}));
  short_sum i_less (.clk, .minus(1'b1), .a(all_11), .b(root_11), .result(less_13));
  delay_line #(.Width(45), .Depth(1)) i_less_14 (.clk, .in(less_13), .out(less_14));
  short_times i_over (.clk, .a(size_11), .b(exact_in ? root_11 : all_11), .result(over_14));
  short_divide i_quotient (.clk, .a(over_14), .b(less_14), .result(quotient_20));
  delay_line #(.Width(136), .Depth(20)) i_end_20 (.clk, .in({none, size, contains, passive}), .out({none_20, size_20, contains_20, passive_20}));
  assign total_20 = !none_20 ? quotient_20 : exact_in ? FloatZero : size_20;
  always_ff @(posedge clk) begin
    total_21   <= $signed(total_20) < $signed(contains_20) ? contains_20 : total_20;
    passive_21 <= passive_20;
  end
  short_sum i_seed (.clk, .minus(1'b1), .a(total_21), .b(passive_21), .result(seed_23));

  // ---- its integer part
  short_floor i_floor (.clk, .a(unlimited_23 ? FloatUnlimited : seed_23), .result(seed));
  delay_line #(.Width(1), .Depth(23)) i_unlimited_23 (.clk, .in(unlimited), .out(unlimited_23));
  delay_line #(.Width(TagWidth), .Depth(24)) i_tag_24 (.clk, .in(tag), .out(out_tag));
  always_ff @(posedge clk) valids_end <= rst ? '0 : {valids_end[22:0], valid};
  assign out_valid = valids_end[23];

  // Where the stages meet depends on the swap's way, so it stands while a range is under way.
  logic [1:0] way_q;
  logic       busy;
  logic [6:0] held;
  always_ff @(posedge clk) begin
    way_q  <= {zero_for_one, exact_in};
    held  <= rst ? '0 : held + 7'(in_valid) - 7'(out_valid);
    if (!rst && busy) a_way_stands: assert (way_q == {zero_for_one, exact_in});
  end
  assign busy = held != 7'(out_valid);
endmodule
