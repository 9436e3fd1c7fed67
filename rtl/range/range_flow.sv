// A pipeline for a coarse round's ranges of one spacing behind spot's on the swap's way: one every seven clocks, where the lanes' threads take a hundred. All go
// through the same operations at the same times (flow_steps, a modulo schedule), so there are no threads, no program and no queues between them.
// It has its own best of them. The first thread tells where the row begins (range_isa_pkg, Flow...) and awaits FlowBest; what a range earns it then has computed
// once more by a thread, which fills the slot. Exact input only. A row with a range that does not fit is abandoned as a whole, and goes to the threads.
// SPDX-License-Identifier: Apache-2.0
module range_flow
  import range_pkg::*, range_isa_pkg::*;
(
    input  logic                clk,
    input  logic                rst,          // synchronous, active high
    input  leg_job_t            job,
    input  logic                begin_leg,    // one clock
    // what the threads say (UnitOut), and the leg's constants as they come
    input  logic                said,
    input  logic [5:0]          said_at,
    input  logic [WordBits-1:0] said_word,
    input  logic                constant_write,
    input  logic [5:0]          constant_at,
    input  logic [WordBits-1:0] constant_word,
    // copies of what the leg stores and reads
    input  logic                store,        // a word of the leg's memory
    input  logic [10:0]         store_at,
    input  logic [WordBits-1:0] store_word,
    input  logic                tick_write,   // a listed tick
    input  logic [WindowBits-1:0] tick_at,
    input  window_tick_t        tick_entry,
    output logic                publish_valid,  // FlowBest, held until ready
    input  logic                publish_ready,
    output logic [WordBits-1:0] publish_word,
    // of the leg, without the best one, which its thread counts
    output logic [12:0]         counted,
    output logic [12:0]         counted_profitable
);
  localparam logic [26:0] NoRange   = 27'd1 << 24;  // in place of the best's lower bound
  localparam logic [26:0] Abandoned = 27'd1 << 25;

  logic [2:0] phase;
  always_ff @(posedge clk) phase <= rst || phase == 3'd6 ? '0 : phase + 3'd1;

  // ---- the leg
  logic         down;
  logic [31:0]  shares;
  logic [15:0]  pancake_share;
  logic [7:0]   divisor;
  logic [13:0]  part, whole;
  logic [19:0]  keep;
  logic [200:0] threshold;
  logic         able;
  assign down          = job.zero_for_one;
  assign keep          = 20'd1000000 - job.pool.fee;
  assign shares        = job.pool.fee_protocol;
  assign pancake_share = down ? shares[15:0] : shares[31:16];
  assign divisor       = down ? {4'd0, shares[3:0]} : shares[11:4];
  assign part          = job.pool.pancake ? pancake_share[13:0] : 14'(divisor != '0);
  assign whole         = job.pool.pancake ? 14'd10000 : divisor == '0 ? 14'd1 : {6'd0, divisor};
  always_ff @(posedge clk) begin
    threshold <= {1'b0, job.params.gas_cost_wei[199:0]} + {1'b0, job.params.tip_floor_wei[199:0]};
    // Amount times price fits 256 bits, so that a price is never computed by two divisions.
    able <= job.amount[254:128] == '0 && (job.amount[127:96] == '0 || job.pool.sqrt_price[159:128] == '0 || !down) &&
            job.params.price0[255:160] == '0 && job.params.price1[255:160] == '0 && job.params.gas_cost_wei[255:200] == '0 &&
            job.params.tip_floor_wei[255:200] == '0;
  end

  // ---- what is told
  logic               start;
  logic signed [23:0] first, step, width;
  logic [12:0]        count;
  logic [159:0]       end_price;
  logic [127:0]       end_left;
  float_t             kept, gain;
  assign width = down ? -{10'd0, job.pool.tick_spacing} : {10'd0, job.pool.tick_spacing};
  always_ff @(posedge clk) begin
    start <= !rst && said && said_at == FlowCount;
    if (said && said_at == FlowFirst) first <= said_word[23:0];
    if (said && said_at == FlowStep) step <= said_word[23:0];
    if (said && said_at == FlowCount) count <= said_word[12:0];
    if (constant_write && constant_at == FlowKept) kept <= constant_word[44:0];
    if (constant_write && constant_at == FlowGain) gain <= constant_word[44:0];
    if (constant_write && constant_at == FlowEndPrice) end_price <= constant_word[159:0];
    if (constant_write && constant_at == FlowEndLeft) end_left <= constant_word[127:0];
  end

  // ---- a row's life: the reciprocals of the fee's divisors beside the first prices, the ranges, the answer to the first thread
  typedef enum logic [1:0] {Idle, Run, Count, Best} state_t;
  state_t       state;
  logic         clear, row_starts;  // clear: what is on its way is not looked at any more
  logic [3:0]   frame;              // of seven clocks since the start, as far as they matter
  logic [168:0] keep_inverse, protocol_inverse;
  logic [191:0] quotient;
  logic [383:0] price_n;
  logic [319:0] price_d;
  logic         waits, inverts;
  assign row_starts = start && able;
  assign inverts    = frame < 4'd2;
  always_ff @(posedge clk) begin
    if (phase == 3'd6 && frame != '1) frame <= frame + 4'd1;
    if (phase == 3'd6 && waits) begin
      frame <= '0;
      waits <= 1'b0;
    end
    if (row_starts) waits <= 1'b1;
    if (phase == 3'd2 && frame == 4'd3) keep_inverse <= quotient[168:0] + 169'd1;
    if (phase == 3'd2 && frame == 4'd4) protocol_inverse <= quotient[168:0] + 169'd1;
    if (rst) {waits, frame} <= 5'b01111;
  end

  // ---- prices, bounds, ranges
  logic               bound_valid, bound_ready;
  logic signed [23:0] bound_tick;
  logic [159:0]       bound_price;
  flow_prices i_prices (
      .clk, .rst(clear), .phase, .start(row_starts), .first, .step, .width, .count, .n(price_n), .d(price_d), .quotient,
      .out_valid(bound_valid), .out_ready(bound_ready), .out_tick(bound_tick), .out_price(bound_price));

  logic         begins, reached, meets, ends;
  logic [159:0] near_price, far_price, from_price, stop_price;
  logic [127:0] from_remaining, from_liquidity, met_remaining, met_liquidity, stop_remaining, stop_liquidity, room;
  flow_bounds i_bounds (
      .clk, .rst(clear), .phase, .down, .below(job.window.below), .count(job.window.count), .end_price, .max_liquidity(job.pool.max_liquidity_per_tick),
      .state_write(store && store_at[10] == 1'b0), .state_at(store_at[9:3]), .state_field(store_at[2:0]), .state_word(store_word),
      .tick_write, .tick_at, .tick(tick_entry.tick), .tick_gross(tick_entry.gross),
      .start(row_starts), .chained(step == width), .in_valid(bound_valid), .in_ready(bound_ready), .in_tick(bound_tick), .in_price(bound_price),
      .begins, .reached, .near_price, .far_price, .from_price, .from_remaining, .from_liquidity, .meets, .met_remaining, .met_liquidity,
      .ends, .stop_price, .stop_remaining, .stop_liquidity, .room);

  // ---- their seeds
  logic         most_valid, most_tag;
  logic [127:0] seed;
  logic [126:0] most;
  flow_seed i_seed (
      .clk, .rst(clear), .zero_for_one(down), .kept, .gain, .in_valid(begins), .entry(near_price), .far_price, .from_price, .from_remaining, .from_liquidity,
      .leave(ends ? end_price : far_price), .stop_price(ends ? end_price : stop_price), .stop_remaining(ends ? end_left : stop_remaining), .stop_liquidity,
      .seed);
  budget_unit #(.TagWidth(1)) i_most (
      .clk, .rst(clear), .budget0(job.params.budget0), .budget1(job.params.budget1), .in_valid(begins), .in_tag(1'b0), .price(near_price),
      .lower(down ? far_price : near_price), .upper(down ? near_price : far_price), .out_valid(most_valid), .out_tag(most_tag), .most);

  // ---- the steps
  logic         ended, valid, odd, earns;
  logic [257:0] gross;
  flow_steps i_steps (
      .clk, .rst(clear), .phase, .down, .price_limit(job.price_limit), .fee(job.pool.fee), .keep, .keep_inverse, .protocol_part(part), .protocol_inverse,
      .price0(job.params.price0[159:0]), .price1(job.params.price1[159:0]), .threshold,
      .begins, .reached, .near_price, .far_price, .from_price, .from_remaining, .from_liquidity, .meets, .met_remaining, .met_liquidity, .room, .most,
      .seed,
      .price_n(inverts ? {216'd0, {168{1'b1}}} : price_n), .price_d(!inverts ? price_d : {300'd0, frame[0] ? {6'd0, whole} : keep}), .quotient,
      .out_ended(ended), .out_valid(valid), .out_odd(odd), .out_gross(gross), .out_earns(earns));

  // ---- the best: of equals the lowest in the list, which goes upwards
  logic               known, best_earns, better, profitable;
  logic signed [257:0] best_gross;
  logic signed [23:0] near_tick, best_lower;
  logic [12:0]        left, evaluated, earning;
  logic [26:0]        answer;
  assign profitable = earns && job.params.tip_ppm < 20'd1000000;
  assign better     = !known || $signed(gross) > best_gross || (down && $signed(gross) == best_gross);
  assign clear      = rst || (state == Run && ended && odd);
  always_ff @(posedge clk) begin
    case (state)
      Idle: if (start) begin
        state     <= able ? Run : Count;
        answer    <= Abandoned;
        near_tick <= first;
        left      <= count;
        known     <= 1'b0;
        evaluated <= '0;
        earning   <= '0;
      end
      Run: if (ended) begin
        near_tick <= near_tick + step;
        left      <= left - 13'd1;
        if (valid) begin
          evaluated <= evaluated + 13'd1;
          earning   <= earning + 13'(profitable);
          if (better) begin
            known      <= 1'b1;
            best_gross <= $signed(gross);
            best_lower <= down ? near_tick + width : near_tick;
            best_earns <= profitable;
          end
        end
        if (odd) begin
          state     <= Count;
          known     <= 1'b0;
          evaluated <= '0;
          earning   <= '0;
        end
      end else if (left == '0) begin
        state  <= Count;
        answer <= known ? 27'(best_lower) : NoRange;
      end
      Count: begin
        counted            <= evaluated - 13'(known);
        counted_profitable <= earning - 13'(known && best_earns);
        state              <= Best;
      end
      default: if (publish_ready) state <= Idle;  // Best
    endcase
    if (begin_leg) {counted, counted_profitable} <= '0;
    if (rst) state <= Idle;
  end
  assign publish_valid = state == Best;
  assign publish_word  = WordBits'($signed(answer));
  wire unused = &{1'b0, job, shares, pancake_share, tick_entry, most_valid, most_tag, said_word, constant_word};
endmodule
