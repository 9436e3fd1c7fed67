// The leg's memory, that all lanes share: 2,048 words of the leg and as many in the candidates' slots. An address counts modulo 2,048, so
// that a candidate's place in the list finds its slot. A store takes one clock; a load answers 2 clocks after its request. best_copy reads pairs of
// words of a slot in clocks in which no lane loads.
// SPDX-License-Identifier: Apache-2.0
module memory_server
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
    output logic [AnswerBits-1:0]        out_data,
    input  logic                         pair_read,   // words pair_at * 2 and the next of the slots; held until pair_taken
    input  logic [9:0]                   pair_at,
    output logic                         pair_taken,
    output logic [WordBits-1:0]          pair_even,   // a clock later
    output logic [WordBits-1:0]          pair_odd,
    output logic                         stored,    // a word of the leg is being stored
    output logic [10:0]                  stored_at,
    output logic [WordBits-1:0]          stored_word
);
  localparam int unsigned LogPlaces   = 3;
  localparam int unsigned AddressBits = 11;  // and one that says which half

  logic                valid_1, valid_2, store_1, load_1, odd_2;
  logic [LaneBits-1:0] lane_1;
  request_t            request_1;
  answer_t             answer;
  logic [LaneBits+ThreadBits+4:0] who_2;
  logic                answer_ready;
  logic [AddressBits-1:0] at_1, read_at;  // of a pair
  logic                 odd_1;
  assign at_1       = {request_1.option[0], request_1.b[AddressBits-1:1]};
  assign odd_1      = request_1.b[0];
  assign store_1    = valid_1 && request_1.unit == UnitStore;
  assign load_1     = valid_1 && !store_1;
  assign pair_taken = pair_read && !load_1;
  assign read_at    = load_1 ? at_1 : {1'b1, pair_at};
  assign stored      = store_1 && !request_1.option[0];
  assign stored_at   = request_1.b[AddressBits-1:0];
  assign stored_word = request_1.a;
  unit_select #(.Lanes(Lanes), .Places(1 << LogPlaces)) i_select (
      .clk, .rst, .in_valid, .in_ready, .in_data, .hold(1'b0), .done({1'b0, store_1} + {1'b0, out_valid && out_ready}),
      .out_valid(valid_1), .out_lane(lane_1), .out(request_1));
  ram_1r1w #(.Width(WordBits), .Depth(1 << AddressBits)) i_even (
      .clk, .write(store_1 && !odd_1), .write_at(at_1), .write_data(request_1.a), .read_at, .read_data(pair_even));
  ram_1r1w #(.Width(WordBits), .Depth(1 << AddressBits)) i_odd (
      .clk, .write(store_1 && odd_1), .write_at(at_1), .write_data(request_1.a), .read_at, .read_data(pair_odd));
  always_ff @(posedge clk) begin
    valid_2 <= !rst && load_1;
    odd_2   <= odd_1;
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
