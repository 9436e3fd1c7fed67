// An amount0_quotient that lanes share: token0 between the prices A and B, the upper first, of the liquidity C. From a request to its answer 25 clocks less
// what amount0_quotient leaves out; initiation interval 1.
// Prices out of order, or such as no pool has, give zero: threads ask before they know that a segment is one, and do not use the answer then.
// SPDX-License-Identifier: Apache-2.0
module amount0_server
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
  localparam int unsigned LogPlaces = 6;
  localparam int unsigned TagWidth  = LaneBits + ThreadBits + 5;

  logic                valid_1;
  logic [LaneBits-1:0] lane_1;
  request_t            request_1;
  unit_select #(.Lanes(Lanes), .Places(1 << LogPlaces)) i_select (
      .clk, .rst, .in_valid, .in_ready, .in_data, .hold(1'b0), .done({1'b0, out_valid && out_ready}),
      .out_valid(valid_1), .out_lane(lane_1), .out(request_1));

  logic         result_valid, ok, answer_ready;
  logic [191:0] quotient;
  answer_t      answer;
  amount0_quotient #(.TagWidth(TagWidth)) i_amount0 (
      .clk, .rst, .in_valid(valid_1), .in_tag({lane_1, request_1.thread, request_1.d}),
      .high(request_1.a[159:0]), .low(request_1.b[159:0]), .liquidity(request_1.c[127:0]), .round_up(request_1.option[0]),
      .out_valid(result_valid), .out_tag({answer.lane, answer.thread, answer.d}), .quotient, .ok);
  assign answer.start = 1'b0;
  assign answer.pc    = '0;
  assign answer.data  = {{WordBits - 192{1'b0}}, quotient};
  answer_queue #(.Width(AnswerBits), .LogDepth(LogPlaces)) i_answers (
      .clk, .rst, .in_valid(result_valid), .in_ready(answer_ready), .in_data(answer), .out_valid, .out_ready, .out_data);
  always_ff @(posedge clk) begin
    if (!rst && result_valid) a_answer_has_a_place: assert (answer_ready);
  end
  wire unused = &{1'b0, request_1, ok};
endmodule
