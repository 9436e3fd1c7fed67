// floor(sqrt(x)), some digits of the root a stage. Latency XWidth / 2 / Digits clocks; initiation interval 1; no back-pressure.
// SPDX-License-Identifier: Apache-2.0
module square_root #(
    parameter int unsigned XWidth   = 128,  // a multiple of 2 Digits
    parameter int unsigned Digits   = 2,    // a stage
    parameter int unsigned TagWidth = 8     // travels with the operand
) (
    input  logic                clk,
    input  logic                rst,        // synchronous, active high
    input  logic                in_valid,
    input  logic [TagWidth-1:0] in_tag,
    input  logic [XWidth-1:0]   x,
    output logic                out_valid,
    output logic [TagWidth-1:0] out_tag,
    output logic [XWidth/2-1:0] root
);
  localparam int unsigned Half   = XWidth / 2;
  localparam int unsigned Stages = Half / Digits;
  localparam int unsigned Width  = (Half + 2) + Half + XWidth;  // rest, root, digits still to come

  // One binary digit: rest' = 4 rest + next two bits, less 4 root + 1 when that fits.
  function automatic logic [Width-1:0] digit(input logic [Width-1:0] at);
    logic [Half+1:0]   rest;
    logic [Half-1:0]   found;
    logic [XWidth-1:0] left;
    logic [Half+3:0]   grown;
    logic [Half+3:0]   less;
    {rest, found, left} = at;
    grown = {rest, left[XWidth-1-:2]};
    less  = grown - {2'b00, found, 2'b01};
    if (less[Half+3]) digit = {grown[Half+1:0], found[Half-2:0], 1'b0, left[XWidth-3:0], 2'b00};
    else digit = {less[Half+1:0], found[Half-2:0], 1'b1, left[XWidth-3:0], 2'b00};
  endfunction

  function automatic logic [Width-1:0] stage(input logic [Width-1:0] at);
    stage = at;
    for (int k = 0; k < Digits; k = k + 1) stage = digit(stage);
  endfunction

  logic [Stages*Width-1:0]     at;
  logic [(Stages+1)*Width-1:0] from;
  logic [Stages-1:0]           valid;
  logic [Stages:0]             valid_from;
  assign from       = {at, {(2 * Half + 2){1'b0}}, x};
  assign valid_from = {valid, in_valid};
  always_ff @(posedge clk) begin
    if (rst) valid <= '0;
    else valid <= valid_from[Stages-1:0];
  end
  for (genvar k = 0; k < Stages; k = k + 1) begin : g_stage
    always_ff @(posedge clk) begin
      if (valid_from[k]) at[k*Width+:Width] <= stage(from[k*Width+:Width]);
    end
  end
  delay_line #(.Width(TagWidth), .Depth(Stages)) i_tag (.clk, .in(in_tag), .out(out_tag));
  assign out_valid = valid_from[Stages];
  assign root      = from[Stages*Width+XWidth+:Half];
endmodule
