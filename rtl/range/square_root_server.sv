// A square_root that the lanes share, of short floats: short_root of kernels/hls/short_float.hpp. From a request to its answer 19 clocks;
// initiation interval 1.
// SPDX-License-Identifier: Apache-2.0
module square_root_server
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

  logic                valid_1;
  logic [LaneBits-1:0] lane_1;
  request_t            request_1;
  unit_select #(.Lanes(Lanes), .Places(1 << LogPlaces)) i_select (
      .clk, .rst, .in_valid, .in_ready, .in_data, .hold(1'b0), .done({1'b0, out_valid && out_ready}),
      .out_valid(valid_1), .out_lane(lane_1), .out(request_1));

  // m 2^e with an even exponent: sqrt(m 2^s) 2^((e - s) / 2), s = 32 or 31.
  float_t             a, found;
  logic signed [12:0] halved;
  logic               odd, root_valid, answer_ready;
  logic [31:0]        root;
  assign a      = request_1.a[44:0];
  assign odd    = a.exponent[0];
  assign halved = (a.exponent - (odd ? 13'sd31 : 13'sd32)) >>> 1;
  answer_t     answer;
  square_root #(.XWidth(64), .TagWidth(13 + LaneBits + ThreadBits + 5)) i_square_root (
      .clk, .rst, .in_valid(valid_1), .in_tag({halved, lane_1, request_1.thread, request_1.d}),
      .x(odd ? {1'b0, a.mantissa, 31'd0} : {a.mantissa, 32'd0}),
      .out_valid(root_valid), .out_tag({found.exponent, answer.lane, answer.thread, answer.d}), .root);
  assign found.mantissa = root;
  assign answer.start = 1'b0;
  assign answer.pc    = '0;
  assign answer.data  = found.mantissa == '0 ? WordBits'($signed(FloatZero)) : WordBits'($signed(found));
  answer_queue #(.Width(AnswerBits), .LogDepth(LogPlaces)) i_answers (
      .clk, .rst, .in_valid(root_valid), .in_ready(answer_ready), .in_data(answer), .out_valid, .out_ready, .out_data);
  always_ff @(posedge clk) begin
    if (!rst && root_valid) a_answer_has_a_place: assert (answer_ready);
  end
  wire unused = &{1'b0, request_1};
endmodule
