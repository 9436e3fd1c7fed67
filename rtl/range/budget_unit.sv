// What a position's budgets allow: liquidity_for_budgets of kernels/hls/candidate_seed.cpp, with its roundings. A suffix is the clock at which a float is there.
// Latency 17 clocks; initiation interval 1; no back-pressure. The budgets stand from 2 clocks before the first position on.
// SPDX-License-Identifier: Apache-2.0
module budget_unit
  import range_isa_pkg::*;
#(
    parameter int unsigned TagWidth = 8  // travels with the operands
) (
    input  logic                clk,
    input  logic                rst,        // synchronous, active high
    input  logic [255:0]        budget0,
    input  logic [255:0]        budget1,
    input  logic                in_valid,
    input  logic [TagWidth-1:0] in_tag,
    input  logic [159:0]        price,      // at which it is minted; the near bound of a range that it is not in
    input  logic [159:0]        lower,
    input  logic [159:0]        upper,
    output logic                out_valid,
    output logic [TagWidth-1:0] out_tag,
    output logic [126:0]        most        // at most 2^127 - 1
);
  // ---- 0 to 3: floats
  logic [160:0] way0, way1;  // from the price to the upper bound, from the lower one to the price
  logic [159:0] price_1, upper_1, way0_1, way1_1;
  logic         takes0_1, takes1_1, takes0_15, takes1_15;
  float_t       budget0_3, budget1_3, price_3, upper_3, way0_3, way1_3;
  assign way0 = {1'b0, price} - {1'b0, upper};
  assign way1 = {1'b0, lower} - {1'b0, price};
  always_ff @(posedge clk) begin
    price_1  <= price;
    upper_1  <= upper;
    way0_1   <= -way0[159:0];
    way1_1   <= -way1[159:0];
    takes0_1 <= way0[160];
    takes1_1 <= way1[160];
  end
  short_of i_budget0 (.clk, .x(budget0), .result(budget0_3));
  short_of i_budget1 (.clk, .x(budget1), .result(budget1_3));
  short_of #(.Width(160)) i_price (.clk, .x(price_1), .result(price_3));
  short_of #(.Width(160)) i_upper (.clk, .x(upper_1), .result(upper_3));
  short_of #(.Width(160)) i_way0 (.clk, .x(way0_1), .result(way0_3));
  short_of #(.Width(160)) i_way1 (.clk, .x(way1_1), .result(way1_3));

  // ---- token0 times both prices, token1, each over the way
  float_t worth0_6, upper_6, product_9, product_down_9, worth1, above0_3, above1_3, above0_9, above1_9, by0_15, by1_15;
  short_times i_worth0 (.clk, .a(budget0_3), .b(price_3), .result(worth0_6));
  delay_line #(.Width(45), .Depth(3)) i_upper_6 (.clk, .in(upper_3), .out(upper_6));
  short_times i_product (.clk, .a(worth0_6), .b(upper_6), .result(product_9));
  short_power #(.Power(-96)) i_product_down (.a(product_9), .result(product_down_9));
  short_power #(.Power(96)) i_worth1 (.a(budget1_3), .result(worth1));
  short_next i_above0 (.a(way0_3), .result(above0_3));
  short_next i_above1 (.a(way1_3), .result(above1_3));
  delay_line #(.Width(90), .Depth(6)) i_above_9 (.clk, .in({above0_3, above1_3}), .out({above0_9, above1_9}));
  short_divide i_by0 (.clk, .a(product_down_9), .b(above0_9), .result(by0_15));
  short_divide i_by1 (.clk, .a(worth1), .b(above1_9), .result(by1_15));

  // ---- the lesser one
  logic [127:0] floor0_16, floor1_16;
  logic [126:0] most0_16, most1_16;
  logic         takes0_16, takes1_16;
  logic [16:0]  valids;
  short_floor i_floor0 (.clk, .a(by0_15), .result(floor0_16));
  short_floor i_floor1 (.clk, .a(by1_15), .result(floor1_16));
  delay_line #(.Width(2), .Depth(14)) i_takes (.clk, .in({takes0_1, takes1_1}), .out({takes0_15, takes1_15}));
  delay_line #(.Width(TagWidth), .Depth(17)) i_tag (.clk, .in(in_tag), .out(out_tag));
  assign most0_16 = takes0_16 && !floor0_16[127] ? floor0_16[126:0] : '1;
  assign most1_16 = takes1_16 && !floor1_16[127] ? floor1_16[126:0] : '1;
  always_ff @(posedge clk) begin
    takes0_16 <= takes0_15;
    takes1_16 <= takes1_15;
    most      <= most0_16 < most1_16 ? most0_16 : most1_16;
    valids    <= rst ? '0 : {valids[15:0], in_valid};
  end
  assign out_valid = valids[16];
endmodule
