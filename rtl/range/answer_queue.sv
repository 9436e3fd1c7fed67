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
`ifdef FORMAL
  // Proved by tests/formal, beside stream_fifo's own proof, which says that what is stored keeps its order and data: an answer either goes
  // past, and only when nothing is stored, or is stored; so many are inside as are stored; one that is shown stands still.
  wire [7:0] f_stored;    // i_stored's f_inside and f_known; prove.sh connects them
  wire f_stored_known;
  logic f_known = 1'b0;  // a reset has been
  logic [7:0] f_taken, f_given;
  logic [Width-1:0] f_last_data;
  logic f_held;
  wire [7:0] f_inside = f_taken - f_given;
  wire f_take = in_valid && in_ready;
  wire f_give = out_valid && out_ready;

  always_ff @(posedge clk) begin
    if (rst) begin
      f_known <= 1'b1;
      f_taken <= '0;
      f_given <= '0;
    end else begin
      if (f_take) f_taken <= f_taken + 1'b1;
      if (f_give) f_given <= f_given + 1'b1;
    end
    f_held      <= !rst && out_valid && !out_ready;
    f_last_data <= out_data;
  end

  always_comb if (!f_known) assume (rst);
  always_ff @(posedge clk) begin
    if (f_known && !rst) begin
      a_same_reset: assert (f_stored_known);
      a_as_many_as_stored: assert (f_inside == f_stored);
      if (f_give && f_inside == 0) a_goes_past_as_it_is: assert (f_take && out_data == in_data);
      if (f_inside != 0) a_the_stored_ones_first: assert (stored_valid && out_data == stored);
      if (f_held) a_stands_still: assert (out_valid && out_data == f_last_data);
      a_no_deadlock: assert (in_ready || out_valid);
      c_goes_past: cover (f_take && f_give && f_inside == 0 && f_given > 2);
      c_full: cover (!in_ready && f_given > 2);
    end
  end
`endif
endmodule
