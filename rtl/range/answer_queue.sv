// A unit's answers on their way to answer_switch: a stream_fifo that an answer goes past when it is empty and the switch takes it at once.
// SPDX-License-Identifier: Apache-2.0
module answer_queue #(
    parameter int unsigned Width = 8,
    parameter int unsigned LogDepth = 4  // as of stream_fifo
) (
    input  logic             clk,
    input  logic             rst,  // synchronous, active high
    input  logic             in_valid,
    output logic             in_ready,
    input  logic [Width-1:0] in_data,
    output logic             out_valid,
    input  logic             out_ready,
    output logic [Width-1:0] out_data
);
  logic             stored_valid;
  logic [Width-1:0] stored;
  stream_fifo #(.Width(Width), .LogDepth(LogDepth)) i_stored (
      .clk, .rst, .in_valid(in_valid && (stored_valid || !out_ready)), .in_ready, .in_data,
      .out_valid(stored_valid), .out_ready, .out_data(stored));
  assign out_valid = stored_valid || in_valid;
  assign out_data  = stored_valid ? stored : in_data;
endmodule
