// One copy of the leg's memory (memory_server), and the loads that some of the lanes make from it: an answer 2 clocks after its request. In a clock in which
// none of them loads, a pair of words of the candidates' slots is read for somebody else. Words lie in two banks, by their address's lowest bit.
// SPDX-License-Identifier: Apache-2.0
module memory_reader
  import range_isa_pkg::*;
#(
    parameter int unsigned Lanes = 4
) (
    input  logic                         clk,
    input  logic                         rst,        // synchronous, active high
    input  logic [Lanes-1:0]             in_valid,   // loads of lanes that read here
    output logic [Lanes-1:0]             in_ready,
    input  logic [Lanes*RequestBits-1:0] in_data,
    input  logic                         write,
    input  logic [11:0]                  write_at,
    input  logic [WordBits-1:0]          write_data,
    output logic                         out_valid,
    input  logic                         out_ready,
    output logic [AnswerBits-1:0]        out_data,
    output logic                         loads,      // pair_at is not looked at in this clock
    input  logic [9:0]                   pair_at,
    output logic [WordBits-1:0]          pair_even,  // a clock later
    output logic [WordBits-1:0]          pair_odd
);
  localparam int unsigned LogPlaces = 3;
  localparam int unsigned PairBits  = 11;

  logic [LaneBits-1:0] lane_1;
  request_t            request_1;
  unit_select #(.Lanes(Lanes), .Places(1 << LogPlaces)) i_select (
      .clk, .rst, .in_valid, .in_ready, .in_data, .hold(1'b0), .done({1'b0, out_valid && out_ready}),
      .out_valid(loads), .out_lane(lane_1), .out(request_1));

  logic [PairBits-1:0] read_at;
  assign read_at = loads ? {request_1.option[0], request_1.b[PairBits-1:1]} : {1'b1, pair_at};
  ram_1r1w #(.Width(WordBits), .Depth(1 << PairBits)) i_even (
      .clk, .write(write && !write_at[0]), .write_at(write_at[PairBits:1]), .write_data, .read_at, .read_data(pair_even));
  ram_1r1w #(.Width(WordBits), .Depth(1 << PairBits)) i_odd (
      .clk, .write(write && write_at[0]), .write_at(write_at[PairBits:1]), .write_data, .read_at, .read_data(pair_odd));

  logic    valid_2, odd_2, answer_ready;
  answer_t answer;
  logic [LaneBits+ThreadBits+4:0] who_2;
  always_ff @(posedge clk) begin
    valid_2 <= !rst && loads;
    odd_2   <= request_1.b[0];
    who_2   <= {lane_1, request_1.thread, request_1.d};
  end
  assign answer.start = 1'b0;
  assign answer.pc    = '0;
  assign {answer.lane, answer.thread, answer.d} = who_2;
  assign answer.data  = odd_2 ? pair_odd : pair_even;
  answer_queue #(.Width(AnswerBits), .LogDepth(LogPlaces)) i_answers (
      .clk, .rst, .in_valid(valid_2), .in_ready(answer_ready), .in_data(answer), .out_valid, .out_ready, .out_data);
  always_ff @(posedge clk) begin
    if (!rst && valid_2) a_answer_has_a_place: assert (answer_ready);
  end
  wire unused = &{1'b0, request_1};
endmodule
