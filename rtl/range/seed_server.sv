// What the lanes ask of a position before it is minted: the liquidity to begin with, and the most that there may be. A thread tells the gross liquidity at the range's bounds
// (TellGross), asks for the most by that and by the budgets, which leaves the range's prices here, and then for its seed, at most that, with the swap alone's last state
// before the range. A seed is answered when it is known how the swap alone leaves the range: by its end (TellEnd), which starts the seeds of all that wait and have it before
// their far bound or at it, one a clock; or by its last state before the far bound (TellStop), which the thread tells.
// From a request to its answer 20 clocks for the most. A seed: 42 from the end (44 where the amount is the output) when it was asked for 9 clocks before; else
// 51 from when it was asked for, or from the stop (53). Initiation interval 1.
// SPDX-License-Identifier: Apache-2.0
module seed_server
  import range_isa_pkg::*;
#(
    parameter int unsigned Lanes = 4
) (
    input  logic                         clk,
    input  logic                         rst,            // synchronous, active high
    input  logic                         begin_leg,      // one clock: no end is known
    input  logic                         zero_for_one,   // of the leg, which stands, as its budgets do
    input  logic                         exact_in,
    input  logic [255:0]                 budget0,
    input  logic [255:0]                 budget1,
    input  logic [127:0]                 max_liquidity,  // of a tick
    input  logic [Lanes-1:0]             in_valid,
    output logic [Lanes-1:0]             in_ready,
    input  logic [Lanes*RequestBits-1:0] in_data,
    output logic                         out_valid,
    input  logic                         out_ready,
    output logic [AnswerBits-1:0]        out_data
);
  localparam int unsigned LogPlaces  = 6;
  localparam int unsigned WhoBits    = LaneBits + ThreadBits;
  localparam int unsigned LogThreads = ThreadBits + (Lanes > 1 ? $clog2(Lanes) : 0);
  localparam int unsigned Threads    = 1 << LogThreads;
  localparam int unsigned LeastSeed  = 1 << 16;  // where the seed is zero

  // ---- requests; a seed's place is its thread's, so only the most holds one of the select's
  logic                valid_1, tells_1, most_1, from_1, stop_1, ends_1, kept_place;
  logic [LaneBits-1:0] lane_1;
  logic [WhoBits-1:0]  who_1;
  request_t            request_1;
  unit_select #(.Lanes(Lanes), .Places(1 << LogPlaces)) i_select (
      .clk, .rst, .in_valid, .in_ready, .in_data, .hold(1'b0), .done({1'b0, valid_1 && !most_1} + {1'b0, kept_place}),
      .out_valid(valid_1), .out_lane(lane_1), .out(request_1));
  assign tells_1 = valid_1 && request_1.unit == UnitTell;
  assign most_1  = valid_1 && request_1.unit != UnitTell && request_1.option[0] == SeedMost;
  assign from_1  = valid_1 && request_1.unit != UnitTell && request_1.option[0] == SeedFrom;
  assign stop_1  = tells_1 && request_1.option[1:0] == TellStop;
  assign ends_1  = tells_1 && request_1.option[1:0] == TellEnd;
  assign who_1   = {lane_1, request_1.thread};

  // ---- what is told of the leg
  float_t       kept, gain, end_price_float, end_left_of, end_left_times, end_left;
  logic         ended;
  logic [159:0] end_price, end_price_now;
  logic [255:0] end_remaining, end_remaining_now;
  assign end_price_now     = ends_1 ? request_1.a[159:0] : end_price;
  assign end_remaining_now = ends_1 ? request_1.b[255:0] : end_remaining;
  always_ff @(posedge clk) begin
    if (tells_1 && request_1.option[1:0] == TellTerms) begin
      kept <= request_1.a[44:0];
      gain <= request_1.b[44:0];
    end
    end_price     <= end_price_now;
    end_remaining <= end_remaining_now;
    ended         <= !rst && !begin_leg && (ended || ends_1);
  end
  short_of #(.Width(160)) i_end_price (.clk, .x(end_price_now), .result(end_price_float));
  short_of i_end_left_of (.clk, .x(end_remaining_now), .result(end_left_of));
  short_times i_end_left_times (.clk, .a(end_left_of), .b(kept), .result(end_left_times));
  assign end_left = exact_in ? end_left_times : end_left_of;

  // ---- what is known of ranges before the swap's end
  logic               before_2, before_stop_2, range_3, range_8, stop_8, range_14, stop_14, range_17;
  logic [WhoBits+4:0] tag_2, tag_3, tag_8, tag_14, tag_17;  // but tag_2 counted from seed_before's in_valid, at 2
  logic [WhoBits-1:0] who_8;
  logic [543:0]       state_2;
  logic [319:0]       prices_2, prices_3;
  float_t             entry_3, far_3, left_14;
  seed_range_t        rest_17;
  assign who_8 = tag_8[WhoBits+4:5];
  always_ff @(posedge clk) begin
    before_2      <= !rst && (from_1 || stop_1);
    before_stop_2 <= stop_1;
    tag_2         <= {who_1, request_1.d};
    state_2       <= {request_1.a[159:0], request_1.b[255:0], request_1.c[127:0]};
  end
  ram_1r1w #(.Width(320), .Depth(1 << WhoBits)) i_prices (
      .clk, .write(most_1), .write_at(who_1),
      .write_data({request_1.a[159:0], zero_for_one ? request_1.b[159:0] : request_1.c[159:0]}), .read_at(who_1), .read_data(prices_2));
  seed_before #(.TagWidth(WhoBits + 5)) i_before (
      .clk, .rst, .zero_for_one, .exact_in, .kept, .gain, .in_valid(before_2), .in_tag(tag_2), .in_stop(before_stop_2),
      .entry(prices_2[319:160]), .far_price(prices_2[159:0]), .price(state_2[543:384]), .remaining(state_2[383:128]), .liquidity(state_2[127:0]),
      .valid_3(range_3), .tag_3, .entry_3, .far_3, .range_8, .stop_8, .tag_8, .range_14, .stop_14, .tag_14, .left_14, .valid_17(range_17), .tag_17,
      .range_17(rest_17));
  delay_line #(.Width(320), .Depth(3)) i_prices_3 (.clk, .in(prices_2), .out(prices_3));

  // ---- whose seed is started: `look` those that the end has not been compared with
  logic [Threads-1:0] ready, look, stopped, waits, grant, picked_1;
  logic               picked_valid, picked_stopped, starts;
  logic [WhoBits-1:0] picked, picked_who;
  function automatic logic [Threads-1:0] bit_of(input logic set, input logic [LogThreads-1:0] who);
    bit_of = set ? Threads'(1) << who : '0;
  endfunction
  assign waits = ready & ~picked_1 & (stopped | (ended ? look : '0));
  assign grant = waits & -waits;
  always_comb begin
    picked = '0;
    for (int i = 0; i < Threads; i++) if (grant[i]) picked = picked | WhoBits'(i);
  end
  always_ff @(posedge clk) begin
    picked_1       <= grant;
    picked_valid   <= !rst && waits != '0;
    picked_stopped <= (grant & stopped) != '0;
    picked_who     <= picked;
    ready          <= (ready & ~(starts ? picked_1 : '0)) | bit_of(range_8, who_8[LogThreads-1:0]);
    look           <= (look & ~grant) | bit_of(range_8, who_8[LogThreads-1:0]) | {Threads{ends_1}};
    stopped        <= (stopped & ~(grant | bit_of(from_1, who_1[LogThreads-1:0]))) | bit_of(stop_8, who_8[LogThreads-1:0]);
    if (rst || begin_leg) ready <= '0;
  end

  // ---- its seed, when the end is before the far bound or the stop is known
  logic [WhoBits-1:0] who_p6, who_p11;  // clocks after the pick's
  logic [4:0]         d_p;
  logic [159:0]       entry_p, far_p;
  float_t             entry_float_p, far_float_p, left_p7, stop_left_p7;
  seed_range_t        rest_p12;
  logic               stopped_p7;
  ram_1r1w #(.Width(5 + 320 + 90), .Depth(1 << WhoBits)) i_range (
      .clk, .write(range_3), .write_at(tag_3[WhoBits+4:5]), .write_data({tag_3[4:0], prices_3, entry_3, far_3}), .read_at(picked),
      .read_data({d_p, entry_p, far_p, entry_float_p, far_float_p}));
  ram_1r1w #(.Width(45), .Depth(1 << WhoBits)) i_left (
      .clk, .write(range_14), .write_at(tag_14[WhoBits+4:5]), .write_data(left_14), .read_at(who_p6), .read_data(left_p7));
  ram_1r1w #(.Width(45), .Depth(1 << WhoBits)) i_stop (
      .clk, .write(stop_14), .write_at(tag_14[WhoBits+4:5]), .write_data(left_14), .read_at(who_p6), .read_data(stop_left_p7));
  ram_1r1w #(.Width($bits(seed_range_t)), .Depth(1 << WhoBits)) i_rest (
      .clk, .write(range_17), .write_at(tag_17[WhoBits+4:5]), .write_data(rest_17), .read_at(who_p11), .read_data(rest_p12));
  delay_line #(.Width(WhoBits), .Depth(6)) i_who_p6 (.clk, .in(picked_who), .out(who_p6));
  delay_line #(.Width(WhoBits), .Depth(5)) i_who_p11 (.clk, .in(who_p6), .out(who_p11));
  delay_line #(.Width(1), .Depth(7)) i_stopped_p7 (.clk, .in(picked_stopped), .out(stopped_p7));
  assign starts = picked_valid && (picked_stopped || (zero_for_one ? end_price >= far_p : end_price <= far_p));

  // ---- the most: by the pool's limit of a tick at both bounds, and by the budgets
  logic               gross_2, gross_3, budget_valid, budget_18, most_valid;
  logic [WhoBits-1:0] who_3, budget_who, who_18;
  logic [4:0]         budget_d, d_18;
  logic [127:0]       gross_more_2, room_3, room_18;
  logic [126:0]       budget, most_18, most_least_18, most;
  logic [WhoBits+4:0] most_tag;
  always_ff @(posedge clk) begin
    gross_2       <= tells_1 && request_1.option[1:0] == TellGross;
    gross_more_2  <= request_1.a[127:0] > request_1.b[127:0] ? request_1.a[127:0] : request_1.b[127:0];
    gross_3       <= gross_2;
    who_3         <= tag_2[WhoBits+4:5];
    room_3        <= gross_more_2 < max_liquidity ? max_liquidity - gross_more_2 : '0;
    budget_18     <= !rst && budget_valid;
    who_18        <= budget_who;
    d_18          <= budget_d;
    most_18       <= budget;
    most_valid    <= !rst && budget_18;
    most          <= most_least_18;
    most_tag      <= {who_18, d_18};
  end
  budget_unit #(.TagWidth(WhoBits + 5)) i_budget (
      .clk, .rst, .budget0, .budget1, .in_valid(most_1), .in_tag({who_1, request_1.d}),
      .price(request_1.a[159:0]), .lower(request_1.b[159:0]), .upper(request_1.c[159:0]),
      .out_valid(budget_valid), .out_tag({budget_who, budget_d}), .most(budget));
  ram_1r1w #(.Width(128), .Depth(1 << WhoBits)) i_room (
      .clk, .write(gross_3), .write_at(who_3), .write_data(room_3), .read_at(budget_who), .read_data(room_18));
  assign most_least_18 = room_18 < {1'b0, most_18} ? room_18[126:0] : most_18;

  // ---- answers
  logic               unit_valid, seed_valid;
  logic [WhoBits-1:0] unit_who;
  logic [4:0]         unit_d;
  logic [1:0]         answer_ready, queued;
  logic [127:0]       seed, seed_least;
  logic [126:0]       seed_most;
  logic [WhoBits+4:0] seed_tag;
  answer_t            seed_answer, most_answer;
  logic [2*AnswerBits-1:0] answers;  // seeds go first
  seed_unit #(.TagWidth(WhoBits + 5)) i_seed (
      .clk, .rst, .zero_for_one, .exact_in, .in_valid(starts), .in_tag({picked_who, d_p}), .entry(entry_p), .entry_price(entry_float_p),
      .stop(picked_stopped ? far_p : end_price), .stop_price(picked_stopped ? far_float_p : end_price_float), .left_7(left_p7),
      .stop_left_7(stopped_p7 ? stop_left_p7 : end_left), .range_12(rest_p12), .out_valid(unit_valid), .out_tag({unit_who, unit_d}), .seed);
  ram_1r1w #(.Width(127), .Depth(1 << WhoBits)) i_most (
      .clk, .write(budget_18), .write_at(who_18), .write_data(most_least_18), .read_at(unit_who), .read_data(seed_most));
  always_ff @(posedge clk) begin
    seed_valid <= !rst && unit_valid;
    seed_least <= seed == '0 ? 128'(LeastSeed) : seed;
    seed_tag   <= {unit_who, unit_d};
  end
  assign seed_answer.start = 1'b0;
  assign seed_answer.pc    = '0;
  assign seed_answer.data  = {{(WordBits - 127){1'b0}}, seed_least < {1'b0, seed_most} ? seed_least[126:0] : seed_most};
  assign {seed_answer.lane, seed_answer.thread, seed_answer.d} = seed_tag;
  assign most_answer.start = 1'b0;
  assign most_answer.pc    = '0;
  assign most_answer.data  = WordBits'(most);
  assign {most_answer.lane, most_answer.thread, most_answer.d} = most_tag;
  answer_queue #(.Width(AnswerBits), .LogDepth(LogThreads)) i_seeds (
      .clk, .rst, .in_valid(seed_valid), .in_ready(answer_ready[0]), .in_data(seed_answer),
      .out_valid(queued[0]), .out_ready, .out_data(answers[0+:AnswerBits]));
  answer_queue #(.Width(AnswerBits), .LogDepth(LogPlaces)) i_mosts (
      .clk, .rst, .in_valid(most_valid), .in_ready(answer_ready[1]), .in_data(most_answer),
      .out_valid(queued[1]), .out_ready(out_ready && !queued[0]), .out_data(answers[AnswerBits+:AnswerBits]));
  assign out_valid  = queued != '0;
  assign out_data   = queued[0] ? answers[0+:AnswerBits] : answers[AnswerBits+:AnswerBits];
  assign kept_place = out_ready && queued == 2'b10;
  always_ff @(posedge clk) begin
    if (!rst && seed_valid) a_seed_has_a_place: assert (answer_ready[0]);
    if (!rst && most_valid) a_most_has_a_place: assert (answer_ready[1]);
    if (!rst && range_8) a_one_seed_a_thread: assert ((ready & bit_of(1'b1, who_8[LogThreads-1:0])) == '0);
  end
  wire unused = &{1'b0, request_1, who_8, tag_8, tag_14, tag_17};
endmodule
