// The constants of range_engine's lanes, one by one: those of the leg and those of the program. The word comes without a clock; the job
// has to stand one clock before. An OR of words that are masked and no `case`: yosys takes that for a shifter of 64 words.
// Made by program/make_program.mjs: change it there.
// SPDX-License-Identifier: Apache-2.0
module range_constants
  import range_pkg::*, range_isa_pkg::*;
(
    input  logic                clk,
    input  leg_job_t            job,
    input  logic [5:0]          at,
    output logic [WordBits-1:0] word,
    output logic [33:0]         kept_fee,    // the products, a clock after the job
    output logic [33:0]         whole_keep,
    output logic [13:0]         part,        // the protocol's share of a fee, part / whole
    output logic [13:0]         whole
);
  // The protocol's share of a fee: 1 / divisor (Uniswap), ten-thousandths (PancakeSwap), or nothing.
  logic [31:0] shares;
  logic [15:0] pancake_share;
  logic [7:0]  divisor;
  logic [19:0] keep;
  assign keep          = 20'd1000000 - job.pool.fee;
  assign shares        = job.pool.fee_protocol;
  assign pancake_share = job.zero_for_one ? shares[15:0] : shares[31:16];
  assign divisor       = job.zero_for_one ? {4'd0, shares[3:0]} : shares[11:4];
  assign part          = job.pool.pancake ? pancake_share[13:0] : 14'(divisor != '0);
  assign whole         = job.pool.pancake ? 14'd10000 : divisor == '0 ? 14'd1 : {6'd0, divisor};
  always_ff @(posedge clk) begin
    kept_fee   <= {20'd0, whole - part} * {14'd0, job.pool.fee};
    whole_keep <= {20'd0, whole} * {14'd0, keep};
  end
  assign word =
      (at == 6'd0 ? WordBits'(job.pool.tick_spacing) : '0) |  // spacing
      (at == 6'd1 ? WordBits'(job.window.below) : '0) |  // below
      (at == 6'd2 ? WordBits'($signed(job.pool.tick)) : '0) |  // tick
      (at == 6'd3 ? WordBits'(job.pool.sqrt_price) : '0) |  // sqrt_price
      (at == 6'd4 ? WordBits'(job.amount) : '0) |  // amount
      (at == 6'd5 ? WordBits'(job.pool.liquidity) : '0) |  // liquidity
      (at == 6'd6 ? WordBits'(job.price_limit) : '0) |  // price_limit
      (at == 6'd7 ? WordBits'({job.pool.tick_spacing, 20'd0}) : '0) |  // spacing_offset
      (at == 6'd8 ? WordBits'($signed(job.window.known_lower)) : '0) |  // known_lower
      (at == 6'd9 ? WordBits'($signed(job.window.known_upper)) : '0) |  // known_upper
      (at == 6'd10 ? WordBits'(job.params.candidates) : '0) |  // candidates
      (at == 6'd11 ? WordBits'({job.pool.tick_spacing, 8'd0}) : '0) |  // word_ticks
      (at == 6'd12 ? WordBits'(keep) : '0) |  // keep
      (at == 6'd13 ? WordBits'(job.params.price0) : '0) |  // price0
      (at == 6'd14 ? WordBits'(job.params.price1) : '0) |  // price1
      (at == 6'd15 ? WordBits'(job.pool.fee) : '0) |  // fee
      (at == 6'd16 ? WordBits'(job.window.known_low) : '0) |  // known_low
      (at == 6'd17 ? WordBits'(job.window.known_high) : '0) |  // known_high
      (at == 6'd18 ? WordBits'(!job.direct_pool && !job.exact_in && !job.own_limit) : '0) |  // check_fill
      (at == 6'd19 ? WordBits'(!job.direct_pool && job.one_hop) : '0) |  // check_limit
      (at == 6'd20 ? WordBits'(job.limit) : '0) |  // limit
      (at == 6'd21 ? WordBits'(job.pool.max_liquidity_per_tick) : '0) |  // max_liquidity
      (at == 6'd22 ? WordBits'(job.params.tip_ppm) : '0) |  // tip_ppm
      (at == 6'd23 ? WordBits'(job.params.gas_cost_wei) : '0) |  // gas_cost
      (at == 6'd24 ? WordBits'(job.params.tip_floor_wei) : '0) |  // tip_floor
      (at == 6'd25 ? WordBits'(job.params.min_profit_wei) : '0) |  // min_profit
      (at == 6'd26 ? WordBits'(part) : '0) |  // protocol_part
      (at == 6'd27 ? WordBits'(whole) : '0) |  // protocol_whole
      (at == 6'd46 ? 260'h0 : '0) |
      (at == 6'd47 ? 260'h100000000 : '0) |
      (at == 6'd48 ? 260'h1000000 : '0) |
      (at == 6'd49 ? 260'hd89e8 : '0) |
      (at == 6'd50 ? 260'h100000000000000000000000000000000 : '0) |
      (at == 6'd51 ? 260'h40000000000000000000000000 : '0) |
      (at == 6'd52 ? 260'h8000000000000000000000000000000000000000000000000000000000000000 : '0) |
      (at == 6'd53 ? 260'h400 : '0) |
      (at == 6'd54 ? 260'h200 : '0) |
      (at == 6'd55 ? 260'h2000000 : '0) |
      (at == 6'd56 ? 260'hfffffffffffffffffffffffffffffffffffffffffffffffffffffffffff000000 : '0) |
      (at == 6'd57 ? 260'hffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff27618 : '0) |
      (at == 6'd58 ? 260'h1 : '0) |
      (at == 6'd59 ? 260'hf4240 : '0) |
      (at == 6'd60 ? 260'h100000000000000000000000 : '0) |
      (at == 6'd61 ? 260'h10000000000000000000000000000000000000000 : '0) |
      (at == 6'd62 ? 260'h1000000000000000000000000 : '0);
  wire unused = &{1'b0, job, shares, pancake_share};
endmodule
