// The engine of range_profit: one leg from its checks to the best position beside it, bit for bit as kernels/hls computes it.
// Many threads of a microprogram (program/range_program.mjs) on a few lanes; the long operations are shared, pipelined units.
// One leg at a time; docs/card-range.md says how many clocks it takes and where they go.
// SPDX-License-Identifier: Apache-2.0
module range_engine
  import range_pkg::*, range_isa_pkg::*;
#(
    parameter int unsigned Lanes     = 6,  // 1..8, of 16 threads
    parameter int unsigned MulDivs   = 1,  // at most Lanes: lane i asks mul_div i % MulDivs
    parameter int unsigned Amount0s  = 1,  // likewise
    parameter int unsigned TickMaths = 4   // 2 or 4
) (
    input  logic                clk,
    input  logic                rst,                 // synchronous, active high
    input  logic                job_valid,
    output logic                job_ready,
    input  leg_job_t            job,                 // stands from the handshake until its result is taken
    output logic                tick_read,
    output logic [PoolBits-1:0] tick_pool,
    output logic [WindowBits-1:0] tick_at,
    input  window_tick_t        tick_entry,          // 3 clocks after tick_read
    input  logic                near_valid,          // a pool's state: the prices near its tick will be asked for
    input  logic signed [23:0]  near_tick,
    input  logic [13:0]         near_spacing,
    input  logic [19:0]         near_fee,
    input  logic                shell_md_valid,      // floor((2^256 - 1) / d) for the shell, held until ready
    output logic                shell_md_ready,
    input  logic [255:0]        shell_md_d,
    output logic                shell_md_out_valid,
    output logic [255:0]        shell_md_quotient,
    output logic                result_valid,
    input  logic                result_ready,
    output leg_result_t         result
);
  localparam int unsigned FirstMulDiv = 6;
  localparam int unsigned FirstAmount0 = FirstMulDiv + MulDivs;
  localparam int unsigned FirstMemory = FirstAmount0 + Amount0s;
  localparam int unsigned Readers    = Lanes < 4 ? Lanes : 4;  // of the memory
  localparam int unsigned Sources    = FirstMemory + Readers;
  localparam logic [3:0]  FirstTag   = 4'd14;
  localparam logic [3:0]  ShellTag   = 4'd15;
  localparam logic [4:0]  DoneField  = 5'd5;  // the answer is whole: 0 as it has been said, 1 with the best candidate, if any

  if (MulDivs > Lanes || Amount0s > Lanes || Lanes > 8) $fatal(1, "1 <= MulDivs, Amount0s <= Lanes <= 8 (instance %m)");

  // ---- a leg's life: first thread and constants, until it has said `done` and everybody has stopped
  typedef enum logic [2:0] {Literals, Idle, Constants, Run, Answer} state_t;
  state_t              state;
  logic [5:0]          constant_next, constant_at;
  logic                constants_gone, constant_write, constant_published, begin_leg, alive, done, searched, settled, copied;
  logic [WordBits-1:0] constant, constant_q;
  logic                said, publishes;  // the first thread says something
  request_t            saying;
  logic [LaneBits-1:0] said_lane;
  logic                prices_ready, first_busy, first_valid, first_ready, next_constant;
  logic [2:0]          first_number;
  logic [WordBits-1:0] first_word;
  logic [33:0]         kept_fee, whole_keep;
  assign job_ready     = state == Idle && !first_busy && prices_ready;
  assign begin_leg     = job_valid && job_ready;
  assign result_valid  = state == Answer;
  assign publishes     = said && saying.option[6];
  assign first_ready   = !publishes;
  logic                flow_valid, flow_says;  // range_flow publishes; the others go first
  logic [WordBits-1:0] flow_word;
  assign flow_says     = flow_valid && !publishes && !first_valid && state == Run;
  assign next_constant = (state == Literals || state == Constants) && !publishes && !first_valid;
  always_ff @(posedge clk) begin
    constants_gone     <= begin_leg;
    constant_write     <= publishes || first_valid || flow_says || next_constant;
    constant_published <= state != Literals;
    constant_at        <= publishes ? saying.option[5:0] : first_valid ? FirstPublished + 6'(first_number) : flow_says ? FlowBest : constant_next;
    constant_q         <= publishes ? saying.b : first_valid ? first_word : flow_says ? flow_word : constant;
    if (next_constant) constant_next <= constant_next + 6'd1;
    case (state)
      Literals: if (constant_next == 6'd63) state <= Idle;
      Idle: if (begin_leg) begin
        constant_next <= '0;
        state         <= Constants;
      end
      Constants: if (next_constant && constant_next == FirstPublished - 6'd1) state <= Run;
      Run:    if (done && !alive && (!searched || (settled && copied))) state <= Answer;
      Answer: if (result_ready) state <= Idle;
      default: state <= Idle;
    endcase
    if (rst) begin
      state          <= Literals;
      constant_next  <= FirstLiteral;
      constant_write <= 1'b0;
    end
  end
  range_constants i_constants (.clk, .job, .at(constant_next), .word(constant), .kept_fee, .whole_keep, .part(share_part), .whole(share_whole));
  assign tick_pool = job.pool_index;

  // ---- lanes
  logic [Lanes-1:0]             request_valid, request_ready, answer_valid;
  logic [Lanes*RequestBits-1:0] requests;
  logic [Lanes*AnswerBits-1:0]  answers;
  for (genvar i = 0; i < Lanes; i = i + 1) begin : g_lane
    request_t request;
    answer_t  answer;
    assign requests[i*RequestBits+:RequestBits] = request;
    assign answer = answers[i*AnswerBits+:AnswerBits];
    range_lane i_lane (
        .clk, .rst, .constants_gone, .constant_write, .constant_at, .constant_data(constant_q), .constant_published,
        .request_valid(request_valid[i]), .request_ready(request_ready[i]), .request,
        .answer_valid(answer_valid[i]), .answer);
  end

  // ---- divisions by a ratio of the leg
  logic         fee_there, keep_there, share_there;
  logic [276:0] fee_rate, keep_rate, share_rate;
  logic [13:0]  share_part, share_whole;
  localparam logic [19:0] All = 20'd1000000;
  ratio_rate #(.RoundUp(0)) i_fee_rate (
      .clk, .rst, .begin_leg, .part(job.pool.fee), .whole(All - job.pool.fee), .ahead_valid(near_valid), .ahead_part(near_fee), .ahead_whole(All - near_fee),
      .there(fee_there), .rate(fee_rate));
  ratio_rate #(.RoundUp(1)) i_keep_rate (
      .clk, .rst, .begin_leg, .part(All - job.pool.fee), .whole(All), .ahead_valid(near_valid), .ahead_part(All - near_fee), .ahead_whole(All),
      .there(keep_there), .rate(keep_rate));
  ratio_rate #(.RoundUp(1)) i_share_rate (
      .clk, .rst, .begin_leg, .part({6'd0, share_part}), .whole({6'd0, share_whole}), .ahead_valid(1'b0), .ahead_part('0), .ahead_whole('0),
      .there(share_there), .rate(share_rate));

  // ---- who asks whom
  logic [MulDivs*Lanes-1:0] md_valid, md_ready;
  logic [Amount0s*Lanes-1:0] amount0_valid, amount0_ready;
  logic [Lanes-1:0] ms_valid, ms_ready, window_valid, window_ready, tick_valid, tick_ready, seed_valid, seed_ready, memory_valid,
                    memory_ready, best_valid, best_ready, pool_valid, pool_ready, out_valid, out_ready;
  for (genvar i = 0; i < Lanes; i = i + 1) begin : g_wants
    logic [3:0]          unit;
    logic                amount0, by_rate;  // a division that mul_shift does
    logic [1:0]          rate;
    logic [MulDivs-1:0]  md_granted;
    logic [Amount0s-1:0] amount0_granted;
    assign {unit, amount0} = {requests[(i+1)*RequestBits-1-:4], requests[(i+1)*RequestBits-12+MulDivAmount0]};
    assign rate            = requests[(i+1)*RequestBits-12+MulDivRate+:2];
    assign by_rate         = unit == UnitMulDiv && ((rate == RateFee && fee_there) || (rate == RateKeep && keep_there) || (rate == RateShare && share_there));
    assign ms_valid[i]     = request_valid[i] && (unit == UnitMulShift || by_rate);
    assign window_valid[i] = request_valid[i] && unit == UnitWindow;
    assign tick_valid[i]   = request_valid[i] && unit == UnitTickMath;
    assign seed_valid[i]   = request_valid[i] && (unit == UnitSeed || unit == UnitTell);
    assign memory_valid[i] = request_valid[i] && (unit == UnitLoad || unit == UnitStore);
    assign best_valid[i]   = request_valid[i] && (unit == UnitBest || unit == UnitReport);
    assign pool_valid[i]   = request_valid[i] && (unit == UnitSpawn || unit == UnitJoin || unit == UnitStop);
    assign out_valid[i]    = request_valid[i] && unit == UnitOut;
    for (genvar m = 0; m < MulDivs; m = m + 1) begin : g_mul_div
      assign md_valid[m*Lanes+i] = request_valid[i] && unit == UnitMulDiv && !amount0 && !by_rate && i % MulDivs == m;
      assign md_granted[m]       = md_ready[m*Lanes+i];
    end
    for (genvar m = 0; m < Amount0s; m = m + 1) begin : g_amount0
      assign amount0_valid[m*Lanes+i] = request_valid[i] && unit == UnitMulDiv && amount0 && i % Amount0s == m;
      assign amount0_granted[m]       = amount0_ready[m*Lanes+i];
    end
    assign request_ready[i] = md_granted != '0 || amount0_granted != '0 || ms_ready[i] || window_ready[i] || tick_ready[i] || seed_ready[i] ||
                              memory_ready[i] || best_ready[i] || pool_ready[i] || out_ready[i];
  end

  // ---- units
  logic [Sources-1:0]            source_valid, source_ready;
  logic [Sources*AnswerBits-1:0] source_data;
  answer_switch #(.Sources(Sources), .Lanes(Lanes)) i_switch (
      .in_valid(source_valid), .in_ready(source_ready), .in_data(source_data),
      .out_valid(answer_valid), .out_data(answers));

  logic         tick_md_valid, tick_md_ready, client_ready, client_out_valid;
  logic [3:0]   tick_md_tag, client_out_tag;
  logic [255:0] tick_md_d, client_quotient;
  logic         first_md_valid, first_md_round_up, client_ok;
  logic [255:0] first_md_a, first_md_b, first_md_d;
  assign tick_md_ready      = client_ready;
  assign shell_md_ready     = client_ready && !tick_md_valid && !first_md_valid;
  assign shell_md_out_valid = client_out_valid && client_out_tag == ShellTag;
  assign shell_md_quotient  = client_quotient;
  for (genvar m = 0; m < MulDivs; m = m + 1) begin : g_mul_div
    if (m == 0) begin : g_with_client
      mul_div_server #(.Lanes(Lanes)) i_server (
          .clk, .rst, .in_valid(md_valid[m*Lanes+:Lanes]), .in_ready(md_ready[m*Lanes+:Lanes]), .in_data(requests),
          .out_valid(source_valid[FirstMulDiv+m]), .out_ready(source_ready[FirstMulDiv+m]), .out_data(source_data[(FirstMulDiv+m)*AnswerBits+:AnswerBits]),
          .client_valid(tick_md_valid || first_md_valid || shell_md_valid), .client_ready,
          .client_tag(tick_md_valid ? tick_md_tag : first_md_valid ? FirstTag : ShellTag),
          .client_a(tick_md_valid || !first_md_valid ? '1 : first_md_a), .client_b(tick_md_valid || !first_md_valid ? 256'd1 : first_md_b),
          .client_d(tick_md_valid ? tick_md_d : first_md_valid ? first_md_d : shell_md_d),
          .client_round_up(!tick_md_valid && first_md_valid && first_md_round_up),
          .client_out_valid, .client_out_tag, .client_ok, .client_quotient);
    end else begin : g_lanes_only
      logic         no_client_ready, no_client_valid, no_client_ok;
      logic [3:0]   no_client_tag;
      logic [255:0] no_client_quotient;
      mul_div_server #(.Lanes(Lanes)) i_server (
          .clk, .rst, .in_valid(md_valid[m*Lanes+:Lanes]), .in_ready(md_ready[m*Lanes+:Lanes]), .in_data(requests),
          .out_valid(source_valid[FirstMulDiv+m]), .out_ready(source_ready[FirstMulDiv+m]), .out_data(source_data[(FirstMulDiv+m)*AnswerBits+:AnswerBits]),
          .client_valid(1'b0), .client_ready(no_client_ready), .client_tag('0), .client_a('1), .client_b(256'd1), .client_d('0),
          .client_round_up(1'b0), .client_out_valid(no_client_valid), .client_out_tag(no_client_tag), .client_ok(no_client_ok),
          .client_quotient(no_client_quotient));
      wire unused = &{1'b0, no_client_ready, no_client_valid, no_client_ok, no_client_tag, no_client_quotient};
    end
  end
  for (genvar m = 0; m < Amount0s; m = m + 1) begin : g_amount0
    amount0_server #(.Lanes(Lanes)) i_server (
        .clk, .rst, .in_valid(amount0_valid[m*Lanes+:Lanes]), .in_ready(amount0_ready[m*Lanes+:Lanes]), .in_data(requests),
        .out_valid(source_valid[FirstAmount0+m]), .out_ready(source_ready[FirstAmount0+m]),
        .out_data(source_data[(FirstAmount0+m)*AnswerBits+:AnswerBits]));
  end
  first_step i_first (
      .clk, .rst, .begin_leg, .zero_for_one(job.zero_for_one), .exact_in(job.exact_in), .tick(job.pool.tick), .tick_spacing(job.pool.tick_spacing),
      .fee(job.pool.fee), .amount(job.amount), .sqrt_price(job.pool.sqrt_price), .liquidity(job.pool.liquidity),
      .price0(job.params.price0), .price1(job.params.price1), .kept_fee, .whole_keep, .busy(first_busy),
      .out_valid(first_valid), .out_ready(first_ready), .out_number(first_number), .out_word(first_word),
      .md_valid(first_md_valid), .md_ready(client_ready && !tick_md_valid), .md_a(first_md_a), .md_b(first_md_b), .md_d(first_md_d),
      .md_round_up(first_md_round_up), .md_out_valid(client_out_valid && client_out_tag == FirstTag), .md_ok(client_ok),
      .md_quotient(client_quotient));
  thread_pool #(.Lanes(Lanes)) i_pool (
      .clk, .rst, .begin_leg, .begin_at(PcBits'({job.exact_in, job.zero_for_one})), .alive, .in_valid(pool_valid), .in_ready(pool_ready), .in_data(requests),
      .out_valid(source_valid[0]), .out_ready(source_ready[0]), .out_data(source_data[0*AnswerBits+:AnswerBits]));
  logic                  stored, copies_tick;
  logic [10:0]           stored_at;
  logic [WordBits-1:0]   stored_word;
  logic [WindowBits-1:0] copies_at;
  logic                pair_read, pair_taken, pair_valid;
  logic [9:0]          pair_at;
  logic [2:0]          pair_of_slot;
  logic [WordBits-1:0] pair_even, pair_odd;
  memory_server #(.Lanes(Lanes), .Readers(Readers)) i_memory (
      .clk, .rst, .in_valid(memory_valid), .in_ready(memory_ready), .in_data(requests),
      .out_valid(source_valid[FirstMemory+:Readers]), .out_ready(source_ready[FirstMemory+:Readers]),
      .out_data(source_data[FirstMemory*AnswerBits+:Readers*AnswerBits]),
      .pair_read, .pair_at, .pair_taken, .pair_even, .pair_odd, .stored, .stored_at, .stored_word);
  window_server #(.Lanes(Lanes)) i_window (
      .clk, .rst, .begin_leg, .count(job.window.count), .zero_for_one(job.zero_for_one),
      .in_valid(window_valid), .in_ready(window_ready), .in_data(requests),
      .out_valid(source_valid[1]), .out_ready(source_ready[1]), .out_data(source_data[1*AnswerBits+:AnswerBits]),
      .tick_read, .tick_at, .tick_entry, .copies_tick, .copies_at);
  mul_shift_server #(.Lanes(Lanes)) i_mul_shift (
      .clk, .rst, .in_valid(ms_valid), .in_ready(ms_ready), .in_data(requests), .fee_rate, .keep_rate, .share_rate,
      .out_valid(source_valid[2]), .out_ready(source_ready[2]), .out_data(source_data[2*AnswerBits+:AnswerBits]));
  logic               ahead_valid, ahead_ready, ahead_works;
  logic signed [23:0] ahead_tick;
  near_prices i_near (
      .clk, .rst, .in_valid(near_valid), .tick(near_tick), .tick_spacing(near_spacing), .stop(begin_leg), .working(ahead_works),
      .out_valid(ahead_valid), .out_ready(ahead_ready), .out_tick(ahead_tick));
  tick_math_server #(.Lanes(Lanes), .Units(TickMaths)) i_tick_math (
      .clk, .rst, .ready(prices_ready), .rests(state == Idle && !begin_leg), .ahead_valid, .ahead_ready, .ahead_tick, .ahead_works,
      .in_valid(tick_valid), .in_ready(tick_ready), .in_data(requests),
      .out_valid(source_valid[3]), .out_ready(source_ready[3]), .out_data(source_data[3*AnswerBits+:AnswerBits]),
      .md_valid(tick_md_valid), .md_ready(tick_md_ready), .md_tag(tick_md_tag), .md_d(tick_md_d),
      .md_out_valid(client_out_valid), .md_out_tag(client_out_tag), .md_quotient(client_quotient));
  seed_server #(.Lanes(Lanes)) i_seed (
      .clk, .rst, .begin_leg, .zero_for_one(job.zero_for_one), .exact_in(job.exact_in), .budget0(job.params.budget0), .budget1(job.params.budget1),
      .max_liquidity(job.pool.max_liquidity_per_tick),
      .in_valid(seed_valid), .in_ready(seed_ready), .in_data(requests),
      .out_valid(source_valid[4]), .out_ready(source_ready[4]), .out_data(source_data[4*AnswerBits+:AnswerBits]));
  logic                better, known;
  logic [WordBits-1:0] better_gross, gross;
  logic [19:0]         better_place;
  logic [15:0]         evaluated, profitable;
  logic [12:0]         flow_evaluated, flow_profitable;
  best_of #(.Lanes(Lanes)) i_best (
      .clk, .rst, .begin_leg(begin_leg || (said && !saying.option[6] && saying.option[5:0] == FlowForget)), .elsewhere(flow_evaluated), .in_valid(best_valid), .in_ready(best_ready), .in_data(requests),
      .out_valid(source_valid[5]), .out_ready(source_ready[5]), .out_data(source_data[5*AnswerBits+:AnswerBits]),
      .better, .better_gross, .better_place, .known, .gross, .evaluated, .profitable);

  // ---- the pipeline for rows of ranges
  range_flow i_flow (
      .clk, .rst, .job, .begin_leg, .said(said && !publishes), .said_at(saying.option[5:0]), .said_word(saying.b),
      .constant_write, .constant_at, .constant_word(constant_q),
      .store(stored), .store_at(stored_at), .store_word(stored_word), .tick_write(copies_tick), .tick_at(copies_at), .tick_entry,
      .publish_valid(flow_valid), .publish_ready(flow_says), .publish_word(flow_word),
      .counted(flow_evaluated), .counted_profitable(flow_profitable));

  // ---- the answer: what the first thread says of the leg, and the best candidate so far
  logic [255:0]        tip;
  logic [WordBits-1:0] profit;
  logic                enough;
  leg_tip i_tip (
      .clk, .rst, .begin_leg, .tip_ppm(job.params.tip_ppm), .gas_cost(job.params.gas_cost_wei), .tip_floor(job.params.tip_floor_wei),
      .min_profit(job.params.min_profit_wei), .better, .better_gross, .settled, .tip, .profit, .enough);
  best_copy i_copy (
      .clk, .rst, .begin_leg, .better, .better_slot(better_place[10:4]), .copied,
      .pair_read, .pair_at, .pair_taken, .pair_valid, .pair_of_slot);
  unit_select #(.Lanes(Lanes), .Places(2)) i_out (
      .clk, .rst, .in_valid(out_valid), .in_ready(out_ready), .in_data(requests), .hold(1'b0), .done({1'b0, said}),
      .out_valid(said), .out_lane(said_lane), .out(saying));
  range_result i_result (
      .clk, .write(said && !saying.option[6]), .field(saying.option[4:0]), .word(saying.b[255:0]),
      .pair_write(pair_valid), .pair(pair_of_slot), .even(pair_even[255:0]), .odd(pair_odd[255:0]),
      .zero_for_one(job.zero_for_one), .exact_in(job.exact_in), .amount(job.amount), .searched, .known, .enough,
      .evaluated(evaluated + 16'(flow_evaluated)), .profitable(profitable + 16'(flow_profitable)),
      .gross(gross[255:0]), .profit(profit[255:0]), .tip, .result);
  always_ff @(posedge clk) begin
    if (begin_leg) begin
      done <= 1'b0;
    end else if (said && !saying.option[6] && saying.option[4:0] == DoneField) begin
      done     <= 1'b1;
      searched <= saying.b[0];
    end
  end
  always_ff @(posedge clk) begin
    if (!rst && said && saying.option[6]) a_constants_are_there: assert (state != Constants);
  end
  wire unused = &{1'b0, saying, said_lane, job, better_place, gross, profit, pair_even, pair_odd};
endmodule
