// The constants of range_engine's lanes, one by one: those of the leg and those of the program. The word comes without a clock; the job
// has to stand one clock before.
// Made by program/make_program.mjs: change it there.
// SPDX-License-Identifier: Apache-2.0
module range_constants
  import range_pkg::*, range_isa_pkg::*;
(
    input  logic                clk,
    input  leg_job_t            job,
    input  logic [5:0]          at,
    output logic [WordBits-1:0] word
);
  // The protocol's share of a fee: 1 / divisor (Uniswap), ten-thousandths (PancakeSwap), or nothing.
  logic [31:0] shares;
  logic [15:0] pancake_share;
  logic [7:0]  divisor;
  logic [13:0] part, whole;
  logic [19:0] keep;
  logic [33:0] kept_fee, whole_keep;
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
  always_comb begin
    case (at)
      6'd0: word = WordBits'($signed(job.pool.tick));  // tick
      6'd1: word = WordBits'(job.amount);  // amount
      6'd2: word = WordBits'($signed(job.window.known_lower));  // known_lower
      6'd3: word = WordBits'($signed(job.window.known_upper));  // known_upper
      6'd4: word = WordBits'({job.pool.tick_spacing, 20'd0});  // spacing_offset
      6'd5: word = WordBits'(keep);  // keep
      6'd6: word = WordBits'(job.pool.tick_spacing);  // spacing
      6'd7: word = WordBits'({job.pool.tick_spacing, 28'd0});  // word_offset
      6'd8: word = WordBits'({job.pool.tick_spacing, 8'd0});  // word_ticks
      6'd9: word = WordBits'(job.window.below);  // below
      6'd10: word = WordBits'(job.pool.sqrt_price);  // sqrt_price
      6'd11: word = WordBits'(job.pool.liquidity);  // liquidity
      6'd12: word = WordBits'({job.pool.tick_spacing, 8'd0}) - WordBits'(job.pool.tick_spacing);  // last_in_word
      6'd13: word = WordBits'(job.price_limit);  // price_limit
      6'd14: word = WordBits'(job.pool.fee);  // fee
      6'd15: word = WordBits'(job.window.known_low);  // known_low
      6'd16: word = WordBits'(job.window.known_high);  // known_high
      6'd17: word = WordBits'(!job.direct_pool && !job.exact_in && !job.own_limit);  // check_fill
      6'd18: word = WordBits'(!job.direct_pool && job.one_hop);  // check_limit
      6'd19: word = WordBits'(job.limit);  // limit
      6'd20: word = WordBits'(job.pool.max_liquidity_per_tick);  // max_liquidity
      6'd21: word = WordBits'(job.params.candidates);  // candidates
      6'd22: word = WordBits'(job.params.tip_ppm);  // tip_ppm
      6'd23: word = WordBits'(job.params.price0);  // price0
      6'd24: word = WordBits'(job.params.price1);  // price1
      6'd25: word = WordBits'(job.params.budget0);  // budget0
      6'd26: word = WordBits'(job.params.budget1);  // budget1
      6'd27: word = WordBits'(job.params.gas_cost_wei);  // gas_cost
      6'd28: word = WordBits'(job.params.tip_floor_wei);  // tip_floor
      6'd29: word = WordBits'(job.params.min_profit_wei);  // min_profit
      6'd30: word = WordBits'(part);  // protocol_part
      6'd31: word = WordBits'(whole);  // protocol_whole
      6'd32: word = WordBits'(kept_fee);  // kept_fee
      6'd33: word = WordBits'(whole_keep);  // whole_keep
      6'd41: word = 260'h0;
      6'd42: word = 260'hffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff27618;
      6'd43: word = 260'hd89e8;
      6'd44: word = 260'h100000000000000000000000000000000;
      6'd45: word = 260'h1000000;
      6'd46: word = 260'h400;
      6'd47: word = 260'h200;
      6'd48: word = 260'h2000000;
      6'd49: word = 260'h8000000000000000000000000000000000000000000000000000000000000000;
      6'd50: word = 260'hfffffffffffffffffffffffffffffffffffffffffffffffffffffffffff000000;
      6'd51: word = 260'h800;
      6'd52: word = 260'h1;
      6'd53: word = 260'hf4240;
      6'd54: word = 260'h1000;
      6'd55: word = 260'hffffffffffffffffffffffffffffffffffffffffffffffffffffff80000000000;
      6'd56: word = 260'h7fffffffffffffffffffffffffffffff;
      6'd57: word = 260'h10000;
      6'd58: word = 260'h1000000000000000000000000;
      6'd59: word = 260'hfffffffffffffffffffffffffffffffffffffffffffffffffffffffe180000000;
      default: word = '0;
    endcase
  end
  wire unused = &{1'b0, job, shares, pancake_share};
endmodule
