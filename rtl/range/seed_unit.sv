// Where the search for a position begins: seed_liquidity and left_at_price of kernels/hls/candidate_seed.cpp for one range of one leg, as a pipeline. Its
// floats are short_float.hpp's, its roundings those of the source. A suffix is the clock at which a float is there.
// Latency from in_valid to out_valid: 55 clocks where token0 is counted and the amount is the input, 49 for token1; 3 more for an amount that is the output.
// Initiation interval 1; no back-pressure. The terms and the way of the swap stand while anything is inside.
// SPDX-License-Identifier: Apache-2.0
module seed_unit
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

  // ---- left_at_price of both states. Amounts of token0 are divided, those of token1 are not: they are there 9 clocks earlier.
  float_t from_left, stop_left, taken;  // 18, 9 where token1 is counted; taken 3 later
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
  float_t square_6, gain_times_9, gain_times_15, gain_over_15, gain_15;
  short_times i_square (.clk, .a(entry_3), .b(entry_3), .result(square_6));
  short_times i_gain_times (.clk, .a(gain), .b(square_6), .result(gain_times_9));
  short_divide i_gain_over (.clk, .a(gain), .b(square_6), .result(gain_over_15));
  delay_line #(.Width(45), .Depth(6)) i_gain_times_15 (.clk, .in(gain_times_9), .out(gain_times_15));
  assign gain_15 = zero_for_one ? gain_over_15 : gain_times_15;

  // ---- liquidity_per_amount of the whole range and of the passage
  float_t range_product_6, passage_product_6, range_down_6, passage_down_6, range_6, passage_6, range_each_15, passage_each_15;
  short_times i_range_product (.clk, .a(entry_3), .b(far_3), .result(range_product_6));
  short_times i_passage_product (.clk, .a(entry_3), .b(leave_3), .result(passage_product_6));
  delay_line #(.Width(90), .Depth(3)) i_ways_6 (.clk, .in({range_3, passage_3}), .out({range_6, passage_6}));
  short_power #(.Power(-96)) i_range_down (.a(range_product_6), .result(range_down_6));
  short_power #(.Power(-96)) i_passage_down (.a(passage_product_6), .result(passage_down_6));
  short_divide i_range_each (.clk, .a(token0 ? range_down_6 : OneUp96), .b(range_6), .result(range_each_15));
  short_divide i_passage_each (.clk, .a(token0 ? passage_down_6 : OneUp96), .b(passage_6), .result(passage_each_15));

  // ---- the swap in units of liquidity: a product, or the quotient that token1's amounts have no use for
  float_t entry_9, entry_18, left_up, size_21, size_down_21, size_token0_24, size_18;
  delay_line #(.Width(45), .Depth(6)) i_entry_9 (.clk, .in(entry_3), .out(entry_9));
  delay_line #(.Width(45), .Depth(9)) i_entry_18 (.clk, .in(entry_9), .out(entry_18));
  short_power #(.Power(96)) i_left_up (.a(from_left), .result(left_up));
  short_divide i_from_over (.clk, .a(token0 ? from_over_a : left_up), .b(token0 ? from_over_b : entry_9), .result(from_over));
  assign size_18 = from_over;  // token1
  short_times i_size (.clk, .a(from_left), .b(entry_18), .result(size_21));
  short_power #(.Power(-96)) i_size_down (.a(size_21), .result(size_down_21));
  delay_line #(.Width(45), .Depth(3)) i_size_24 (.clk, .in(size_down_21), .out(size_token0_24));

  // ---- what the passage and what the whole range would take: token0 at 24 and 21, token1 at 18
  float_t passage_each_21, taken_15, crossed, range_each_18, left_15, fills, fills_24;
  delay_line #(.Width(45), .Depth(6)) i_passage_each_21 (.clk, .in(passage_each_15), .out(passage_each_21));
  delay_line #(.Width(45), .Depth(3)) i_taken_15 (.clk, .in(taken), .out(taken_15));  // of token1
  short_times i_crossed (.clk, .a(token0 ? taken : taken_15), .b(token0 ? passage_each_21 : passage_each_15), .result(crossed));
  delay_line #(.Width(45), .Depth(3)) i_range_each_18 (.clk, .in(range_each_15), .out(range_each_18));
  delay_line #(.Width(45), .Depth(6)) i_left_15 (.clk, .in(from_left), .out(left_15));  // of token1
  short_times i_fills (.clk, .a(token0 ? from_left : left_15), .b(token0 ? range_each_18 : range_each_15), .result(fills));
  delay_line #(.Width(45), .Depth(3)) i_fills_24 (.clk, .in(fills), .out(fills_24));

  // ---- all of it beside each other, at 24 or 18: from here on clocks count from there
  localparam int unsigned SideWidth = 1 + TagWidth + 1 + 45 + 45;
  logic                valid_15;
  logic [14:0]         valids;
  logic [TagWidth-1:0] tag_15;
  logic                moves_15;
  float_t              unmoved_15;
  logic [SideWidth-1:0] side_18, side_24, side;
  logic                valid_0, moves_0;
  logic [TagWidth-1:0] tag_0;
  float_t              gain_0, unmoved_0, passive_0, size_0, fills_0;
  always_ff @(posedge clk) valids <= rst ? '0 : {valids[13:0], in_valid};
  assign valid_15 = valids[14];
  delay_line #(.Width(TagWidth), .Depth(15)) i_tag_15 (.clk, .in(in_tag), .out(tag_15));
  delay_line #(.Width(1), .Depth(14)) i_moves_15 (.clk, .in(moves_1), .out(moves_15));
  delay_line #(.Width(45), .Depth(12)) i_unmoved_15 (.clk, .in(from_liquidity_3), .out(unmoved_15));
  delay_line #(.Width(SideWidth), .Depth(3)) i_side_18 (.clk, .in({valid_15, tag_15, moves_15, unmoved_15, gain_15}), .out(side_18));
  delay_line #(.Width(SideWidth), .Depth(6)) i_side_24 (.clk, .in(side_18), .out(side_24));
  assign side = token0 ? side_24 : side_18;
  assign {valid_0, tag_0, moves_0, unmoved_0, gain_0} = side;
  assign passive_0 = moves_0 ? crossed : unmoved_0;
  assign size_0    = token0 ? size_token0_24 : size_18;
  assign fills_0   = token0 ? fills_24 : fills;

  // ---- S (all) and Q (part): there at 3, and at 6 for an amount that is the output
  localparam int unsigned EndWidth = 1 + TagWidth + 3 * 45;
  float_t sum_3, gain_3, all, part, passive, size, contains, passive_6;
  logic   valid;
  logic [TagWidth-1:0] tag;
  logic [EndWidth-1:0] end_3, end_6;
  short_sum i_sum (.clk, .minus(!exact_in), .a(exact_in ? size_0 : passive_0), .b(exact_in ? passive_0 : size_0), .result(sum_3));
  delay_line #(.Width(45), .Depth(3)) i_gain_3 (.clk, .in(gain_0), .out(gain_3));
  short_times i_part (.clk, .a(exact_in ? gain_0 : gain_3), .b(exact_in ? passive_0 : sum_3), .result(part));
  delay_line #(.Width(EndWidth), .Depth(3)) i_end_3 (.clk, .in({valid_0, tag_0, size_0, fills_0, passive_0}), .out(end_3));
  delay_line #(.Width(EndWidth), .Depth(3)) i_end_6 (.clk, .in(end_3), .out(end_6));
  assign {valid, tag, size, contains, passive} = exact_in ? end_3 : end_6;
  assign passive_6 = end_6[44:0];
  assign all       = exact_in ? sum_3 : passive_6;

  // ---- T = size (root or S) / (S - root), its clocks counted from here
  logic [27:0] valids_end;
  logic        unlimited, none, unlimited_27, none_23;
  float_t      product_3, root_11, all_11, size_11, less_14, over_14, quotient_23, total_23, total_24;
  float_t      size_23, contains_23, passive_23, passive_24, seed_27;
  assign none      = passive.mantissa == '0;
  assign unlimited = !none && $signed(part) >= $signed(all);
  short_times i_product (.clk, .a(part), .b(all), .result(product_3));
  short_root i_root (.clk, .a(product_3), .result(root_11));
  delay_line #(.Width(90), .Depth(11)) i_all_11 (.clk, .in({all, size}), .out({all_11, size_11}));
  short_sum i_less (.clk, .minus(1'b1), .a(all_11), .b(root_11), .result(less_14));
  short_times i_over (.clk, .a(size_11), .b(exact_in ? root_11 : all_11), .result(over_14));
  short_divide i_quotient (.clk, .a(over_14), .b(less_14), .result(quotient_23));
  delay_line #(.Width(136), .Depth(23)) i_end_23 (.clk, .in({none, size, contains, passive}), .out({none_23, size_23, contains_23, passive_23}));
  assign total_23 = !none_23 ? quotient_23 : exact_in ? FloatZero : size_23;
  always_ff @(posedge clk) begin
    total_24   <= $signed(total_23) < $signed(contains_23) ? contains_23 : total_23;
    passive_24 <= passive_23;
  end
  short_sum i_seed (.clk, .minus(1'b1), .a(total_24), .b(passive_24), .result(seed_27));

  // ---- its integer part
  short_floor i_floor (.clk, .a(unlimited_27 ? FloatUnlimited : seed_27), .result(seed));
  delay_line #(.Width(1), .Depth(27)) i_unlimited_27 (.clk, .in(unlimited), .out(unlimited_27));
  delay_line #(.Width(TagWidth), .Depth(28)) i_tag_28 (.clk, .in(tag), .out(out_tag));
  always_ff @(posedge clk) valids_end <= rst ? '0 : {valids_end[26:0], valid};
  assign out_valid = valids_end[27];

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
