// The leg's memory, that all lanes share: 2,048 words of the leg and as many in the candidates' slots. An address counts modulo 2,048, so
// that a candidate's place in the list finds its slot. A store takes one clock, whoever stores; a load answers 2 clocks after its request. Each reader has a copy of
// its own, which all stores go to: where the swap alone has come to a bound, all threads load at once. A load that is taken behind a store finds its word.
// best_copy reads pairs of words of a slot in the first copy, in clocks in which no lane loads there.
// SPDX-License-Identifier: Apache-2.0
module memory_server
  import range_isa_pkg::*;
#(
    parameter int unsigned Lanes   = 4,
    parameter int unsigned Readers = 4  // at most Lanes: lane i loads at reader i % Readers
) (
    input  logic                         clk,
    input  logic                         rst,       // synchronous, active high
    input  logic [Lanes-1:0]             in_valid,
    output logic [Lanes-1:0]             in_ready,
    input  logic [Lanes*RequestBits-1:0] in_data,
    output logic [Readers-1:0]            out_valid,
    input  logic [Readers-1:0]            out_ready,
    output logic [Readers*AnswerBits-1:0] out_data,
    input  logic                         pair_read,   // words pair_at * 2 and the next of the slots; held until pair_taken
    input  logic [9:0]                   pair_at,
    output logic                         pair_taken,
    output logic [WordBits-1:0]          pair_even,   // a clock later
    output logic [WordBits-1:0]          pair_odd,
    output logic                         stored,    // a word of the leg is being stored
    output logic [10:0]                  stored_at,
    output logic [WordBits-1:0]          stored_word
);
  localparam int unsigned AddressBits = 11;  // and one that says which half

  logic [Lanes-1:0]         store_valid, store_ready;
  logic [Readers*Lanes-1:0] load_valid, load_ready;
  for (genvar i = 0; i < Lanes; i = i + 1) begin : g_lane
    logic               stores;
    logic [Readers-1:0] granted;
    assign stores         = in_data[(i+1)*RequestBits-1-:4] == UnitStore;
    assign store_valid[i] = in_valid[i] && stores;
    assign in_ready[i]    = store_ready[i] || granted != '0;
    for (genvar g = 0; g < Readers; g = g + 1) begin : g_load
      assign load_valid[g*Lanes+i] = in_valid[i] && !stores && i % Readers == g;
      assign granted[g]            = load_ready[g*Lanes+i];
    end
  end

  // ---- a store, to all copies
  logic                store_1, store_odd_1;
  logic [LaneBits-1:0] storer_1;
  request_t            store_request_1;
  logic [AddressBits-1:0] store_at_1;  // of a pair
  unit_select #(.Lanes(Lanes), .Places(2)) i_store (
      .clk, .rst, .in_valid(store_valid), .in_ready(store_ready), .in_data, .hold(1'b0), .done({1'b0, store_1}),
      .out_valid(store_1), .out_lane(storer_1), .out(store_request_1));
  assign store_at_1  = {store_request_1.option[0], store_request_1.b[AddressBits-1:1]};
  assign store_odd_1 = store_request_1.b[0];
  assign stored      = store_1 && !store_request_1.option[0];
  assign stored_at   = store_request_1.b[AddressBits-1:0];
  assign stored_word = store_request_1.a;

  // ---- loads, from one copy each
  logic [Readers*2*WordBits-1:0] pairs;
  logic [Readers-1:0]            loads;
  assign pair_taken             = pair_read && !loads[0];
  assign {pair_odd, pair_even} = pairs[2*WordBits-1:0];
  for (genvar g = 0; g < Readers; g = g + 1) begin : g_reader
    memory_reader #(.Lanes(Lanes)) i_reader (
        .clk, .rst, .in_valid(load_valid[g*Lanes+:Lanes]), .in_ready(load_ready[g*Lanes+:Lanes]), .in_data,
        .write(store_1), .write_at({store_at_1, store_odd_1}), .write_data(store_request_1.a),
        .out_valid(out_valid[g]), .out_ready(out_ready[g]), .out_data(out_data[g*AnswerBits+:AnswerBits]),
        .loads(loads[g]), .pair_at, .pair_even(pairs[2*g*WordBits+:WordBits]), .pair_odd(pairs[(2*g+1)*WordBits+:WordBits]));
  end
  wire unused = &{1'b0, store_request_1, storer_1, loads, pairs};
endmodule
