// Short floating point of kernels/hls/short_float.hpp for the lanes, what seed_terms needs of it: of an integer, times and over. A float is
// exponent * 2^32 + mantissa as a signed integer. From a request to its answer 7 clocks; initiation interval 1.
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
  localparam int unsigned LogPlaces = 4;

  logic                valid_1;
  logic [LaneBits-1:0] lane_1;
  request_t            request_1;
  unit_select #(.Lanes(Lanes), .Places(1 << LogPlaces)) i_select (
      .clk, .rst, .in_valid, .in_ready, .in_data, .hold(1'b0), .done({1'b0, out_valid && out_ready}),
      .out_valid(valid_1), .out_lane(lane_1), .out(request_1));

  // a may come times a power of two; of an integer the magnitude counts.
  float_t              a, a_up, a_down, b, of_3, times_3, quotient_6, found_6;
  logic [255:0]        magnitude;
  logic [89:0]         early_6;
  logic [1:0]          op_6;
  logic [LaneBits+ThreadBits+4:0] who_6;
  logic [5:0]          valids;
  answer_t             answer;
  logic                answer_ready;
  assign a = request_1.option[4:3] == FloatUp96 ? a_up : request_1.option[4:3] == FloatDown96 ? a_down : request_1.a[44:0];
  assign b = request_1.b[44:0];
  short_power #(.Power(96)) i_up (.a(request_1.a[44:0]), .result(a_up));
  short_power #(.Power(-96)) i_down (.a(request_1.a[44:0]), .result(a_down));
  always_ff @(posedge clk) begin
    magnitude <= request_1.b[WordBits-1] ? 256'(-request_1.b) : request_1.b[255:0];
    valids    <= rst ? '0 : {valids[4:0], valid_1};
  end
  short_of i_of (.clk, .x(magnitude), .result(of_3));
  short_times i_times (.clk, .a, .b, .result(times_3));
  short_divide i_divide (.clk, .a, .b, .result(quotient_6));
  delay_line #(.Width(90), .Depth(3)) i_early (.clk, .in({of_3, times_3}), .out(early_6));
  delay_line #(.Width(2 + LaneBits + ThreadBits + 5), .Depth(6)) i_who (
      .clk, .in({request_1.option[1:0], lane_1, request_1.thread, request_1.d}), .out({op_6, who_6}));
  assign found_6 = op_6 == FloatOf ? early_6[89:45] : op_6 == FloatTimes ? early_6[44:0] : quotient_6;
  assign answer.start = 1'b0;
  assign answer.pc    = '0;
  assign answer.data  = WordBits'($signed(found_6));
  assign {answer.lane, answer.thread, answer.d} = who_6;
  answer_queue #(.Width(AnswerBits), .LogDepth(LogPlaces)) i_answers (
      .clk, .rst, .in_valid(valids[5]), .in_ready(answer_ready), .in_data(answer), .out_valid, .out_ready, .out_data);
  always_ff @(posedge clk) begin
    if (!rst && valids[5]) a_answer_has_a_place: assert (answer_ready);
  end
  wire unused = &{1'b0, request_1};
endmodule
