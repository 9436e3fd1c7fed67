// short_of of kernels/hls/short_float.hpp: the leading 32 bits of an integer. Latency 2 clocks; initiation interval 1; no back-pressure.
// SPDX-License-Identifier: Apache-2.0
module short_of
  import range_isa_pkg::*;
#(
    parameter int unsigned Width = 256  // a multiple of 32
) (
    input  logic             clk,
    input  logic [Width-1:0] x,
    output float_t           result
);
  localparam int unsigned Digits = Width / 32;

  // ---- 1: the highest digit of 32 bits that is not zero, and the one below it
  logic [63:0] lead, lead_1;
  logic [3:0]  at, at_1;
  always_comb begin
    at   = '0;
    lead = '0;
    for (int k = 0; k < Digits; k = k + 1) begin
      if (x[k*32+:32] != '0) begin
        at   = 4'(k);
        lead = k == 0 ? {x[31:0], 32'd0} : {x[k*32+:32], x[(k == 0 ? 0 : k - 1)*32+:32]};
      end
    end
  end

  // ---- 2: its first bit
  logic [4:0]  zeros;
  logic [63:0] shifted;
  short_zeros i_zeros (.x(lead_1[63:32]), .zeros);
  assign shifted = lead_1 << zeros;
  always_ff @(posedge clk) begin
    at_1   <= at;
    lead_1 <= lead;
    result <= lead_1[63:32] == '0 ? FloatZero : {13'({at_1, 5'd0}) - 13'(zeros), shifted[63:32]};
  end
  wire unused = &{1'b0, shifted[31:0]};
endmodule
