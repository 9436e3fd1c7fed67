// `in`, Depth clocks later. No reset: what travels here is only looked at beside a valid bit.
// SPDX-License-Identifier: Apache-2.0
module delay_line #(
    parameter int unsigned Width = 8,
    parameter int unsigned Depth = 2  // at least 1
) (
    input  logic             clk,
    input  logic [Width-1:0] in,
    output logic [Width-1:0] out
);
  logic [Depth*Width-1:0] stages;
  if (Depth == 1) begin : g_one
    always_ff @(posedge clk) stages <= in;
  end else begin : g_more
    always_ff @(posedge clk) stages <= {stages[(Depth-1)*Width-1:0], in};
  end
  assign out = stages[Depth*Width-1-:Width];
endmodule
