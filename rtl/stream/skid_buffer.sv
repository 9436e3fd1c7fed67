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
endmodule
