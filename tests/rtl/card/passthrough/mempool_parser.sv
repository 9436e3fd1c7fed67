// Stands where mempool_parser stands and copies every record: with it a bench sees the card's rings, gate and registers alone.
// SPDX-License-Identifier: Apache-2.0
module mempool_parser (
    input  logic         clk,
    input  logic         rst,
    input  logic         in_valid,
    output logic         in_ready,
    input  logic [511:0] in_data,
    input  logic         in_last,
    output logic         out_valid,
    input  logic         out_ready,
    output logic [511:0] out_data,
    output logic         out_last
);
  skid_buffer #(
      .Width(513)
  ) copy (
      .clk,
      .rst,
      .in_valid,
      .in_ready,
      .in_data  ({in_last, in_data}),
      .out_valid,
      .out_ready,
      .out_data ({out_last, out_data})
  );
endmodule
