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
endmodule
