// Unsigned multiplication on DSP-sized tiles (26 x 17 bits), one product a clock.
// Latency: Latency clocks from in_valid to out_valid; initiation interval 1; no back-pressure. Two levels of sums share a clock: their carries run side by
// side, so that the second takes little longer than the first.
// SPDX-License-Identifier: Apache-2.0
module wide_mul #(
    parameter int unsigned AWidth  = 256,
    parameter int unsigned BWidth  = 256,
    parameter int unsigned Levels  = 4,              // of the adder tree: 17 * 2^Levels >= BWidth
    localparam int unsigned Latency = 1 + (Levels + 1) / 2
) (
    input  logic                     clk,
    input  logic                     rst,      // synchronous, active high
    input  logic                     in_valid,
    input  logic [AWidth-1:0]        a,
    input  logic [BWidth-1:0]        b,
    output logic                     out_valid,
    output logic [AWidth+BWidth-1:0] product
);
  localparam int unsigned Tiles    = 2 * ((AWidth + 51) / 52);  // even, so that even and odd tiles pair up
  localparam int unsigned Rows     = 1 << Levels;
  localparam int unsigned APad     = Tiles * 26;
  localparam int unsigned BPad     = Rows * 17;
  localparam int unsigned RowWidth = APad + 17;
  localparam int unsigned TileBits = Rows * Tiles * 43;

  if (BPad < BWidth) $fatal(1, "Levels is too small for BWidth (instance %m)");

  logic [Latency-1:0] valid;
  always_ff @(posedge clk) begin
    if (rst) valid <= '0;
    else valid <= {valid[Latency-2:0], in_valid};
  end
  assign out_valid = valid[Latency-1];

  // The tiles' products, each a DSP's register.
  logic [APad-1:0]     a_padded;
  logic [BPad-1:0]     b_padded;
  logic [TileBits-1:0] tiles;
  assign a_padded = {{(APad - AWidth) {1'b0}}, a};
  assign b_padded = {{(BPad - BWidth) {1'b0}}, b};

  for (genvar r = 0; r < Rows; r = r + 1) begin : g_row
    for (genvar t = 0; t < Tiles; t = t + 1) begin : g_tile
      always_ff @(posedge clk) begin
        if (in_valid) tiles[(r*Tiles+t)*43+:43] <= {17'd0, a_padded[t*26+:26]} * {26'd0, b_padded[r*17+:17]};
      end
    end
  end

  // A row's even tiles do not overlap, nor do its odd ones: one addition a row.
  logic [Rows*RowWidth-1:0] rows;
  for (genvar r = 0; r < Rows; r = r + 1) begin : g_sum
    logic [APad-1:0] even;
    logic [APad-1:0] odd;
    for (genvar t = 0; t < Tiles; t = t + 2) begin : g_pair
      assign even[t*26+:52] = {9'd0, tiles[(r*Tiles+t)*43+:43]};
      assign odd[t*26+:52]  = {9'd0, tiles[(r*Tiles+t+1)*43+:43]};
    end
    assign rows[r*RowWidth+:RowWidth] = {17'd0, even} + RowWidth'({odd, 26'd0});
  end

  // The tree: after level l a node sums 2^l rows. Registers behind the even levels and the last.
  for (genvar l = 1; l <= Levels; l = l + 1) begin : g_level
    localparam int unsigned Nodes = Rows >> l;
    localparam int unsigned InW   = RowWidth + 17 * ((1 << (l - 1)) - 1);
    localparam int unsigned OutW  = RowWidth + 17 * ((1 << l) - 1);
    localparam int unsigned Step  = 17 * (1 << (l - 1));
    logic [Nodes*OutW-1:0]  sums, sums_q;
    logic [2*Nodes*InW-1:0] from;
    if (l == 1) begin : g_from_rows
      assign from = rows;
    end else begin : g_from_level
      assign from = g_level[l-1].sums_q;
    end
    for (genvar n = 0; n < Nodes; n = n + 1) begin : g_node
      assign sums[n*OutW+:OutW] = {{Step{1'b0}}, from[2*n*InW+:InW]} + {from[(2*n+1)*InW+:InW], {Step{1'b0}}};
    end
    if (l % 2 == 0 || l == Levels) begin : g_register
      always_ff @(posedge clk) if (valid[(l-1)/2]) sums_q <= sums;
    end else begin : g_wire
      assign sums_q = sums;
    end
  end
  assign product = g_level[Levels].sums_q[AWidth+BWidth-1:0];
endmodule
