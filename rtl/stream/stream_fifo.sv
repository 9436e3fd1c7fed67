// A FIFO of a ready/valid stream whose memory is read through a register, so that block RAM holds it. A beat that comes while it is
// empty goes past the memory: one clock from in to out, one beat a clock. No combinational path from out_ready to in_ready.
// SPDX-License-Identifier: Apache-2.0
module stream_fifo #(
    parameter int unsigned Width = 512,
    parameter int unsigned LogDepth = 5  // 2^LogDepth beats in memory and one in the output register; at least 1
) (
    input  logic             clk,
    input  logic             rst,        // synchronous, active high
    input  logic             in_valid,
    output logic             in_ready,
    input  logic [Width-1:0] in_data,
    output logic             out_valid,
    input  logic             out_ready,
    output logic [Width-1:0] out_data
);
  logic [Width-1:0] memory[0:(1<<LogDepth)-1];
  logic [LogDepth:0] written, read;  // a bit wider than an address: equal is empty, half apart is full
  logic empty, load, write, from_memory;
  logic [Width-1:0] memory_q, passed_q;

  assign empty    = written == read;
  assign in_ready = (written ^ read) != {1'b1, {LogDepth{1'b0}}};
  assign load     = out_ready || !out_valid;
  assign write    = in_valid && in_ready && !(load && empty);
  assign out_data = from_memory ? memory_q : passed_q;

  always_ff @(posedge clk) begin
    if (rst) begin
      written   <= '0;
      read      <= '0;
      out_valid <= 1'b0;
    end else begin
      if (write) written <= written + 1'b1;
      if (load) begin
        out_valid <= !empty || in_valid;
        if (!empty) read <= read + 1'b1;
      end
    end
  end

  always_ff @(posedge clk) begin
    if (write) memory[written[LogDepth-1:0]] <= in_data;
    if (load) begin
      memory_q    <= memory[read[LogDepth-1:0]];
      passed_q    <= in_data;
      from_memory <= !empty;
    end
  end
`ifdef FORMAL
  // Proved by tests/formal: the beat taken as number `f_nth` comes out as number `f_nth`, with its data, and none waits for nothing.
  (* anyconst *) logic [7:0] f_nth;
  logic f_known = 1'b0;  // a reset has been
  logic [7:0] f_taken, f_given;
  logic [Width-1:0] f_data, f_last_data;
  logic f_held;
  wire [LogDepth:0] f_stored = written - read;
  wire [7:0] f_inside = f_taken - f_given;
  wire [7:0] f_place = f_nth - f_given;  // of the beat, counted from the output
  wire [LogDepth-1:0] f_slot = read[LogDepth-1:0] + f_place[LogDepth-1:0] - 1'b1;

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
      a_memory_within_bounds: assert (f_stored <= {1'b1, {LogDepth{1'b0}}});
      a_output_before_memory: assert (out_valid || empty);
      a_nothing_lost_or_doubled: assert (f_inside == 8'(f_stored) + {7'd0, out_valid});
      if (f_place < f_inside) a_order_and_data: assert ((f_place == 0 ? out_data : memory[f_slot]) == f_data);
      if (f_held) a_stands_still: assert (out_valid && out_data == f_last_data);
      a_no_deadlock: assert (in_ready || out_valid);
      c_full: cover (!in_ready && f_given > 2);
    end
  end
`endif
endmodule
