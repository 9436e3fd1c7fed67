// Both kernels one behind the other, as rtl/card/jitbox_card.sv has them: nothing stands between them there. Beside the streams, what a bench
// needs to see of the inside: the stream between the kernels, and the engine's job and result.
// SPDX-License-Identifier: Apache-2.0
module decision_path (
    input  logic         clk,
    input  logic         rst,           // synchronous, active high
    input  logic         in_valid,
    output logic         in_ready,
    input  logic [511:0] in_data,
    input  logic         in_last,
    output logic         out_valid,
    input  logic         out_ready,
    output logic [511:0] out_data,
    output logic         out_last,
    output logic         between_moves, // a beat from the parser to range_profit
    output logic [511:0] between_data,
    output logic         between_last,
    output logic         job_taken,
    output logic         swap_ended,    // from where the search knows the end of the swap alone on
    output logic         seed_found,    // the liquidity that a candidate begins with
    output logic         reported,      // a candidate's gross
    output logic         result_given   // from the engine's result on, until it is taken
);
  logic legs_valid, legs_ready, legs_last;
  logic [511:0] legs_data;
  mempool_parser parser (
      .clk, .rst, .in_valid, .in_ready, .in_data, .in_last, .out_valid(legs_valid), .out_ready(legs_ready), .out_data(legs_data),
      .out_last(legs_last));
  range_profit range (
      .clk, .rst, .freeze(1'b0), .in_valid(legs_valid), .in_ready(legs_ready), .in_data(legs_data), .in_last(legs_last), .out_valid,
      .out_ready, .out_data, .out_last);
  assign between_moves = legs_valid && legs_ready;
  assign between_data  = legs_data;
  assign between_last  = legs_last;
  assign job_taken     = range.job_valid && range.job_ready;
  assign swap_ended    = range.i_engine.i_seed.ended;
  assign seed_found    = range.i_engine.i_seed.out_valid && range.i_engine.i_seed.out_ready;
  assign reported      = (range.i_engine.best_valid & range.i_engine.best_ready) != '0;
  assign result_given  = range.result_valid;
endmodule
