// A register stage of a ready/valid stream that cuts both paths: ready of the source is a register, and so is valid of the sink.
// One beat a clock; one clock of latency; holds at most two beats.
// SPDX-License-Identifier: Apache-2.0
module skid_buffer #(
    parameter int unsigned Width = 512
) (
    input  logic             clk,
    input  logic             rst,      // synchronous, active high
    input  logic             in_valid,
    output logic             in_ready,
    input  logic [Width-1:0] in_data,
    output logic             out_valid,
    input  logic             out_ready,
    output logic [Width-1:0] out_data
);
  logic             parked;  // a beat that came while the sink stood still
  logic [Width-1:0] parked_data;

  assign in_ready = !parked;

  always_ff @(posedge clk) begin
    if (rst) begin
      out_valid <= 1'b0;
      parked    <= 1'b0;
    end else if (out_ready || !out_valid) begin
      out_valid <= parked || in_valid;
      parked    <= 1'b0;
    end else if (in_valid && in_ready) begin
      parked <= 1'b1;
    end
  end

  always_ff @(posedge clk) begin
    if (out_ready || !out_valid) out_data <= parked ? parked_data : in_data;
    if (in_ready) parked_data <= in_data;
  end
`ifdef FORMAL
  // Proved by tests/formal: the beat taken as number `f_nth` comes out as number `f_nth`, with its data, and none waits for nothing.
  (* anyconst *) logic [7:0] f_nth;
  logic f_known = 1'b0;  // a reset has been
  logic [7:0] f_taken, f_given;
  logic [Width-1:0] f_data, f_last_data;
  logic f_held;
  wire [7:0] f_inside = f_taken - f_given;
  wire [7:0] f_place = f_nth - f_given;  // of the beat, counted from the output

  always_ff @(posedge clk) begin
    if (rst) begin
      f_known <= 1'b1;
      f_taken <= '0;
      f_given <= '0;
    end else begin
      if (in_valid && in_ready) f_taken <= f_taken + 1'b1;
      if (out_valid && out_ready) f_given <= f_given + 1'b1;
    end
    if (in_valid && in_ready && f_taken == f_nth) f_data <= in_data;
    f_held      <= !rst && out_valid && !out_ready;
    f_last_data <= out_data;
  end

  always_ff @(posedge clk) begin
    if (f_known && !rst) begin
      a_nothing_lost_or_doubled: assert (f_inside == {7'd0, out_valid} + {7'd0, parked});
      a_first_beat_first: assert (!parked || out_valid);
      if (f_place < f_inside) a_order_and_data: assert ((f_place == 0 ? out_data : parked_data) == f_data);
      if (f_held) a_stands_still: assert (out_valid && out_data == f_last_data);
      a_no_deadlock: assert (in_ready || out_valid);
      c_full: cover (!in_ready && f_given > 2);
    end
  end
`endif
endmodule
