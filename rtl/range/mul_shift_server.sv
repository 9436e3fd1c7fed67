// A mul_shift that the lanes share; requests of mul_div by a ratio whose rate is there come to it too. From a request to its answer 5 clocks; initiation interval 1.
// SPDX-License-Identifier: Apache-2.0
module mul_shift_server
  import range_isa_pkg::*;
#(
    parameter int unsigned Lanes = 4
) (
    input  logic                         clk,
    input  logic                         rst,       // synchronous, active high
    input  logic [Lanes-1:0]             in_valid,
    output logic [Lanes-1:0]             in_ready,
    input  logic [Lanes*RequestBits-1:0] in_data,
    input  logic [276:0]                 fee_rate,    // ratio_rate's, of RateFee and so on
    input  logic [276:0]                 keep_rate,
    input  logic [276:0]                 share_rate,
    output logic                         out_valid,
    input  logic                         out_ready,
    output logic [AnswerBits-1:0]        out_data
);
  localparam int unsigned LogPlaces = 4;
  localparam int unsigned TagWidth  = 2 + LaneBits + ThreadBits + 5;

  logic                valid_1;
  logic [LaneBits-1:0] lane_1;
  request_t            request_1;
  unit_select #(.Lanes(Lanes), .Places(1 << LogPlaces)) i_select (
      .clk, .rst, .in_valid, .in_ready, .in_data, .hold(1'b0), .done({1'b0, out_valid && out_ready}),
      .out_valid(valid_1), .out_lane(lane_1), .out(request_1));

  logic         divides;  // by a rate
  logic [1:0]   rate;
  logic [276:0] factor;
  assign divides = request_1.unit == UnitMulDiv;
  assign rate    = request_1.option[MulDivRate+:2];
  assign factor  = !divides ? {21'd0, request_1.b[255:0]} : rate == RateFee ? fee_rate : rate == RateKeep ? keep_rate : share_rate;

  logic         result_valid, ok, answer_ready;
  logic [1:0]   impossible;
  logic [255:0] result;
  answer_t      answer;
  mul_shift #(.TagWidth(TagWidth)) i_mul_shift (
      .clk, .rst, .in_valid(valid_1),
      .in_tag({divides ? ImpossibleMarked : request_1.option[4:3], lane_1, request_1.thread, request_1.d}),
      .a(factor), .b(request_1.a[255:0]), .shift(divides ? 2'd1 : request_1.option[2:1]), .round_up(request_1.option[0]),
      .out_valid(result_valid), .out_tag({impossible, answer.lane, answer.thread, answer.d}), .result, .ok);
  assign answer.start = 1'b0;
  assign answer.pc    = '0;
  assign answer.data  = ok ? {4'd0, result} : impossible == ImpossibleMost ? {4'd0, {256{1'b1}}} : {4'd1, 256'd0};
  answer_queue #(.Width(AnswerBits), .LogDepth(LogPlaces)) i_answers (
      .clk, .rst, .in_valid(result_valid), .in_ready(answer_ready), .in_data(answer), .out_valid, .out_ready, .out_data);
  always_ff @(posedge clk) begin
    if (!rst && result_valid) a_answer_has_a_place: assert (answer_ready);
  end
  wire unused = &{1'b0, request_1};
endmodule
