// Short floating point for the lanes: a short_float and a short_divide. From a request to its answer 5 clocks, of a division 18;
// initiation interval 1.
// SPDX-License-Identifier: Apache-2.0
module float_server
  import range_isa_pkg::*;
#(
    parameter int unsigned Lanes = 4
) (
    input  logic                         clk,
    input  logic                         rst,       // synchronous, active high
    input  logic [Lanes-1:0]             in_valid,
    output logic [Lanes-1:0]             in_ready,
    input  logic [Lanes*RequestBits-1:0] in_data,
    output logic                         out_valid,
    input  logic                         out_ready,
    output logic [AnswerBits-1:0]        out_data
);
  localparam int unsigned LogPlaces = 5;
  localparam int unsigned TagWidth  = LaneBits + ThreadBits + 5;

  logic                valid_1;
  logic [LaneBits-1:0] lane_1;
  request_t            request_1;
  unit_select #(.Lanes(Lanes), .Places(1 << LogPlaces)) i_select (
      .clk, .rst, .in_valid, .in_ready, .in_data, .hold(1'b0), .done({1'b0, out_valid && out_ready}),
      .out_valid(valid_1), .out_lane(lane_1), .out(request_1));

  // Zero is zero whatever its exponent; a may come times a power of two, b as the next float above it.
  float_t              a_raw, b_raw, a, b;
  logic [2:0]          op;
  logic                divides;
  logic [TagWidth-1:0] tag;
  assign op      = request_1.option[2:0];
  assign divides = op == FloatOver;
  assign tag     = {lane_1, request_1.thread, request_1.d};
  assign a_raw   = request_1.a[44:0];
  assign b_raw   = request_1.b[44:0];
  always_comb begin
    a = a_raw;
    b = b_raw;
    if (request_1.option[4:3] == FloatUp96) a.exponent = a_raw.exponent + 13'sd96;
    if (request_1.option[4:3] == FloatDown96) a.exponent = a_raw.exponent - 13'sd96;
    if (request_1.option[5]) begin
      b.mantissa = b_raw.mantissa == '1 ? 32'h80000000 : b_raw.mantissa + 32'd1;
      b.exponent = b_raw.mantissa == '1 ? b_raw.exponent + 13'sd1 : b_raw.exponent;
    end
    if (a_raw.mantissa == '0) a = FloatZero;
    if (b_raw.mantissa == '0) b = FloatZero;
  end

  logic    short_valid, divided_valid;
  answer_t short_answer, divided_answer;
  logic [1:0] answer_ready, queued;
  logic [2*AnswerBits-1:0] answers;  // quotients go first: they have taken longer
  short_float #(.TagWidth(TagWidth)) i_short (
      .clk, .rst, .in_valid(valid_1 && !divides), .in_tag(tag), .op, .a, .b, .integer_b(request_1.b), .out_valid(short_valid),
      .out_tag({short_answer.lane, short_answer.thread, short_answer.d}), .result(short_answer.data));
  short_divide #(.TagWidth(TagWidth)) i_divide (
      .clk, .rst, .in_valid(valid_1 && divides), .in_tag(tag), .a, .b, .out_valid(divided_valid),
      .out_tag({divided_answer.lane, divided_answer.thread, divided_answer.d}), .result(divided_answer.data));
  assign short_answer.start   = 1'b0;
  assign short_answer.pc      = '0;
  assign divided_answer.start = 1'b0;
  assign divided_answer.pc    = '0;
  answer_queue #(.Width(AnswerBits), .LogDepth(LogPlaces)) i_short_answers (
      .clk, .rst, .in_valid(short_valid), .in_ready(answer_ready[0]), .in_data(short_answer),
      .out_valid(queued[0]), .out_ready(out_ready && !queued[1]), .out_data(answers[0+:AnswerBits]));
  answer_queue #(.Width(AnswerBits), .LogDepth(LogPlaces)) i_divided_answers (
      .clk, .rst, .in_valid(divided_valid), .in_ready(answer_ready[1]), .in_data(divided_answer),
      .out_valid(queued[1]), .out_ready, .out_data(answers[AnswerBits+:AnswerBits]));
  assign out_valid = queued != '0;
  assign out_data  = queued[1] ? answers[AnswerBits+:AnswerBits] : answers[0+:AnswerBits];
  always_ff @(posedge clk) begin
    if (!rst && short_valid) a_answer_has_a_place: assert (answer_ready[0]);
    if (!rst && divided_valid) a_quotient_has_a_place: assert (answer_ready[1]);
  end
  wire unused = &{1'b0, request_1};
endmodule
