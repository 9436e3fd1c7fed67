// The best candidate of a leg: the highest gross profit, of equals the one with the lowest place in the list; and how many came and were
// profitable. Candidates report in any order, and the best so far may report once more when its slot has changed; each that is the best so far is shown
// outside in the clock before it is `known`. From a question to its answer 1 clock.
// SPDX-License-Identifier: Apache-2.0
module best_of
  import range_isa_pkg::*;
#(
    parameter int unsigned Lanes = 4
) (
    input  logic                         clk,
    input  logic                         rst,        // synchronous, active high
    input  logic                         begin_leg,  // one clock: forget all
    input  logic [12:0]                  elsewhere,  // evaluated by others; with them in the answer
    input  logic [Lanes-1:0]             in_valid,
    output logic [Lanes-1:0]             in_ready,
    input  logic [Lanes*RequestBits-1:0] in_data,
    output logic                         out_valid,
    input  logic                         out_ready,
    output logic [AnswerBits-1:0]        out_data,
    output logic                         better,       // a new best one: its gross and place
    output logic [WordBits-1:0]          better_gross,
    output logic [19:0]                  better_place,
    output logic                         known,        // there is a best one
    output logic [WordBits-1:0]          gross,        // its
    output logic [15:0]                  evaluated,
    output logic [15:0]                  profitable
);
  // option of a report: bit 0 it was evaluated, bit 1 its value is known; a = gross, b = place in the list, c = 1 when profitable.
  // option of a question: 0 place (-1: none yet), 1 evaluated.
  logic                valid_1, report;
  logic [LaneBits-1:0] lane_1;
  request_t            request_1;
  unit_select #(.Lanes(Lanes), .Places(2)) i_select (
      .clk, .rst, .in_valid, .in_ready, .in_data, .hold(1'b0), .done({1'b0, report} + {1'b0, out_valid && out_ready}),
      .out_valid(valid_1), .out_lane(lane_1), .out(request_1));
  assign report = valid_1 && request_1.unit == UnitReport;

  logic [19:0]         place;
  assign better_gross = request_1.a;
  assign better_place = request_1.b[19:0];
  assign better       = report && request_1.option[1] && (!known || $signed(better_gross) > $signed(gross) ||
                        (better_gross == gross && better_place <= place));

  answer_t answer;
  logic    answer_ready;
  assign answer.start  = 1'b0;
  assign answer.pc     = '0;
  assign answer.lane   = lane_1;
  assign answer.thread = request_1.thread;
  assign answer.d      = request_1.d;
  assign answer.data   = request_1.option[0] ? {244'd0, evaluated + 16'(elsewhere)} : known ? WordBits'(place) : '1;
  answer_queue #(.Width(AnswerBits), .LogDepth(1)) i_answers (
      .clk, .rst, .in_valid(valid_1 && !report), .in_ready(answer_ready), .in_data(answer), .out_valid, .out_ready, .out_data);

  always_ff @(posedge clk) begin
    if (report) begin
      evaluated  <= evaluated + 16'(request_1.option[0]);
      profitable <= profitable + 16'(request_1.option[1] && request_1.c[0]);
    end
    if (better) begin
      known <= 1'b1;
      gross <= better_gross;
      place <= better_place;
    end
    if (rst || begin_leg) begin
      known      <= 1'b0;
      evaluated  <= '0;
      profitable <= '0;
    end
  end
  always_ff @(posedge clk) begin
    if (!rst && valid_1 && !report) a_answer_has_a_place: assert (answer_ready);
  end
  wire unused = &{1'b0, request_1};
endmodule
