// What the lanes ask of a position before it is minted: the seed_unit and the budget_unit that they share. A thread tells the swap alone's last state before its
// range (UnitTell), asks what the budgets allow there, which leaves the range's prices here, and then for its seed, with the swap alone's last state in the range.
// From a request to its answer 18 clocks for the budgets, 43 to 49 for a seed (seed_unit's, and 1); initiation interval 1.
// SPDX-License-Identifier: Apache-2.0
module seed_server
  import range_isa_pkg::*;
#(
    parameter int unsigned Lanes = 4
) (
    input  logic                         clk,
    input  logic                         rst,           // synchronous, active high
    input  logic                         zero_for_one,  // of the leg, which stands, as its budgets do
    input  logic                         exact_in,
    input  logic [255:0]                 budget0,
    input  logic [255:0]                 budget1,
    input  logic [Lanes-1:0]             in_valid,
    output logic [Lanes-1:0]             in_ready,
    input  logic [Lanes*RequestBits-1:0] in_data,
    output logic                         out_valid,
    input  logic                         out_ready,
    output logic [AnswerBits-1:0]        out_data
);
  localparam int unsigned LogPlaces  = 6;
  localparam int unsigned WhoBits    = LaneBits + ThreadBits;
  localparam int unsigned StateBits  = 160 + 256 + 128;
  localparam int unsigned LeastSeed  = 1 << 16;  // where the seed is zero

  logic                valid_1, tells_1, most_1, seed_2;
  logic [LaneBits-1:0] lane_1;
  logic [WhoBits-1:0]  who_1;
  request_t            request_1;
  unit_select #(.Lanes(Lanes), .Places(1 << LogPlaces)) i_select (
      .clk, .rst, .in_valid, .in_ready, .in_data, .hold(1'b0), .done({1'b0, tells_1} + {1'b0, out_valid && out_ready}),
      .out_valid(valid_1), .out_lane(lane_1), .out(request_1));
  assign tells_1 = valid_1 && request_1.unit == UnitTell;
  assign most_1  = valid_1 && !tells_1 && request_1.option[1:0] == SeedMost;
  assign who_1   = {lane_1, request_1.thread};

  // What is told of the leg, and of a thread's range.
  float_t               kept, gain;
  logic [StateBits-1:0] from_2, stop_1, stop_2;
  logic [319:0]         range_2;
  logic                 ends_2;
  logic [WhoBits+4:0]   tag_2;
  assign stop_1 = {request_1.a[159:0], request_1.b[255:0], request_1.c[127:0]};
  always_ff @(posedge clk) begin
    if (tells_1 && request_1.option[0] == TellTerms) begin
      kept <= request_1.a[44:0];
      gain <= request_1.b[44:0];
    end
    seed_2 <= !rst && valid_1 && !tells_1 && !most_1;
    tag_2  <= {who_1, request_1.d};
    ends_2 <= request_1.option[1:0] == SeedWithin;
    stop_2 <= stop_1;
  end
  ram_1r1w #(.Width(StateBits), .Depth(1 << WhoBits)) i_from (
      .clk, .write(tells_1 && request_1.option[0] == TellFrom), .write_at(who_1), .write_data(stop_1), .read_at(who_1), .read_data(from_2));
  ram_1r1w #(.Width(320), .Depth(1 << WhoBits)) i_range (
      .clk, .write(most_1), .write_at(who_1),
      .write_data({request_1.a[159:0], zero_for_one ? request_1.b[159:0] : request_1.c[159:0]}), .read_at(who_1), .read_data(range_2));

  logic         seed_valid, most_valid;
  logic [1:0]   answer_ready, queued;
  logic [127:0] seed;
  logic [126:0] most;
  answer_t      seed_answer, most_answer;
  logic [2*AnswerBits-1:0] answers;  // seeds go first
  seed_unit #(.TagWidth(WhoBits + 5)) i_seed (
      .clk, .rst, .zero_for_one, .exact_in, .kept, .gain, .in_valid(seed_2), .in_tag(tag_2), .entry(range_2[319:160]), .far_price(range_2[159:0]),
      .from_price(from_2[StateBits-1-:160]), .from_remaining(from_2[383:128]), .from_liquidity(from_2[127:0]), .ends(ends_2),
      .stop_price(stop_2[StateBits-1-:160]), .stop_remaining(stop_2[383:128]), .stop_liquidity(stop_2[127:0]),
      .out_valid(seed_valid), .out_tag({seed_answer.lane, seed_answer.thread, seed_answer.d}), .seed);
  budget_unit #(.TagWidth(WhoBits + 5)) i_budget (
      .clk, .rst, .budget0, .budget1, .in_valid(most_1), .in_tag({who_1, request_1.d}),
      .price(request_1.a[159:0]), .lower(request_1.b[159:0]), .upper(request_1.c[159:0]),
      .out_valid(most_valid), .out_tag({most_answer.lane, most_answer.thread, most_answer.d}), .most);
  assign seed_answer.start = 1'b0;
  assign seed_answer.pc    = '0;
  assign seed_answer.data  = seed == '0 ? WordBits'(LeastSeed) : WordBits'(seed);
  assign most_answer.start = 1'b0;
  assign most_answer.pc    = '0;
  assign most_answer.data  = WordBits'(most);
  answer_queue #(.Width(AnswerBits), .LogDepth(LogPlaces)) i_seeds (
      .clk, .rst, .in_valid(seed_valid), .in_ready(answer_ready[0]), .in_data(seed_answer),
      .out_valid(queued[0]), .out_ready, .out_data(answers[0+:AnswerBits]));
  answer_queue #(.Width(AnswerBits), .LogDepth(LogPlaces)) i_mosts (
      .clk, .rst, .in_valid(most_valid), .in_ready(answer_ready[1]), .in_data(most_answer),
      .out_valid(queued[1]), .out_ready(out_ready && !queued[0]), .out_data(answers[AnswerBits+:AnswerBits]));
  assign out_valid = queued != '0;
  assign out_data  = queued[0] ? answers[0+:AnswerBits] : answers[AnswerBits+:AnswerBits];
  always_ff @(posedge clk) begin
    if (!rst && seed_valid) a_seed_has_a_place: assert (answer_ready[0]);
    if (!rst && most_valid) a_most_has_a_place: assert (answer_ready[1]);
  end
  wire unused = &{1'b0, request_1};
endmodule
