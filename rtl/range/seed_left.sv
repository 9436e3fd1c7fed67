// What is left of the swap at a price, from a state of the swap alone before it: left_at_price of kernels/hls/candidate_seed.cpp, between seed_unit's clocks 3 and 14
// (8 where token1 is counted). The quotient of a token0 amount is computed outside, from clock 6 to clock 12.
// SPDX-License-Identifier: Apache-2.0
module seed_left
  import range_isa_pkg::*;
(
    input  logic   clk,
    input  logic   token0,     // is counted
    input  logic   exact_in,
    input  float_t kept,       // 1 - fee
    input  float_t remaining,  // clock 3: of the state
    input  float_t liquidity,
    input  float_t price,
    input  float_t way,        // to the price `at`
    input  float_t at,
    output float_t over_a,     // clock 6: token0's dividend and divisor
    output float_t over_b,
    input  float_t over,       // clock 12
    output float_t left
);
  float_t kept_6, remaining_6, left_6, left_12, moved_6, moved_token1_6;
  short_times i_kept (.clk, .a(remaining), .b(kept), .result(kept_6));
  delay_line #(.Width(45), .Depth(3)) i_remaining_6 (.clk, .in(remaining), .out(remaining_6));
  assign left_6 = exact_in ? kept_6 : remaining_6;
  delay_line #(.Width(45), .Depth(6)) i_left_12 (.clk, .in(left_6), .out(left_12));
  short_times i_moved (.clk, .a(liquidity), .b(way), .result(moved_6));
  short_times i_base (.clk, .a(price), .b(at), .result(over_b));
  short_power #(.Power(96)) i_over_a (.a(moved_6), .result(over_a));
  short_power #(.Power(-96)) i_moved_token1 (.a(moved_6), .result(moved_token1_6));
  short_sum i_left (.clk, .minus(1'b1), .a(token0 ? left_12 : left_6), .b(token0 ? over : moved_token1_6), .result(left));
endmodule
