// Reciprocal of a normalised divisor from below: floor-like 2^(2 Digit + 8) / (d_top + 1), at most two units short, never above.
// Table of 1,024 seeds and two Newton steps. Latency 7 clocks; initiation interval 1; no back-pressure.
// SPDX-License-Identifier: Apache-2.0
module reciprocal #(
    parameter int unsigned Digit = 32  // of the division, at most 32; fewer are for proofs
) (
    input  logic             clk,
    input  logic             rst,       // synchronous, active high
    input  logic             in_valid,
    input  logic [Digit+3:0] d_top,     // upper bits of the divisor, the first of them set
    output logic [Digit+4:0] recip      // 7 clocks later
);
  // What there is room for beside these bits is filled with ones, so that the divisor is theirs plus one; and the reciprocal cut.
  localparam int unsigned Room = 32 - Digit;
  logic [35:0] top;
  logic [36:0] whole;
  assign top   = (36'(d_top) << Room) | ~(36'hf_ffff_ffff << Room);
  assign recip = (Digit + 5)'(whole >> Room);

  // With x = (top + 1) / 2^36 in (1/2, 1] each step y' = y + y(1 - x y) errs by the square of the error before, from below; every
  // truncation goes down too. Seed: 2^-9.8 short at most, then 2^-19.6, then 2^-39. The product x y is below 1, so that its complement is 1 - x y less a unit.
  // A seed has 13 bits and stands every 16, in rows of 32: a place is then an address, and a row a LUT a bit. As one constant of all seeds it
  // is a shifter of 13,312 bits, which yosys does not finish.
  logic [32*16-1:0] of_rows;
  for (genvar r = 0; r < 32; r = r + 1) begin : g_row
    logic [32*16-1:0] seeds;
    for (genvar i = 0; i < 32; i = i + 1) begin : g_seed
      assign seeds[i*16+:16] = 16'(8388607 / (1025 + 32 * r + i));
    end
    assign of_rows[r*16+:16] = seeds[{top[29:25], 4'd0}+:16];
  end

  logic [5:0] valid;
  always_ff @(posedge clk) begin
    if (rst) valid <= '0;
    else valid <= {valid[4:0], in_valid};
  end

  logic [36:0] x1, x2, x3, x4;
  logic [12:0] y0_1, y0_2, y0_3;
  logic [48:0] p0;
  logic [48:0] e0_whole;
  logic [37:0] p1;
  logic [30:0] y1_4, y1_5, y1_6;
  logic [66:0] p2;
  logic [66:0] e1_whole;
  logic [55:0] p3;
  assign e0_whole = {p0[48], ~p0[47:0]};  // Q48
  assign e1_whole = {p2[66], ~p2[65:0]};  // Q66

  always_ff @(posedge clk) begin
    if (in_valid) begin
      x1   <= {1'b0, top} + 37'd1;
      y0_1 <= of_rows[{top[34:30], 4'd0}+:13];  // Q12
    end
    if (valid[0]) begin
      p0   <= 49'({13'd0, x1} * {37'd0, y0_1});
      x2   <= x1;
      y0_2 <= y0_1;
    end
    if (valid[1]) begin
      p1   <= {25'd0, y0_2} * {13'd0, e0_whole[38:14]};  // of Q12 and Q34
      x3   <= x2;
      y0_3 <= y0_2;
    end
    if (valid[2]) begin
      y1_4 <= {y0_3, 18'd0} + {9'd0, p1[37:16]};  // Q30
      x4   <= x3;
    end
    if (valid[3]) begin
      p2   <= 67'({31'd0, x4} * {37'd0, y1_4});  // Q66
      y1_5 <= y1_4;
    end
    if (valid[4]) begin
      p3   <= {25'd0, y1_5} * {31'd0, e1_whole[46:22]};  // of Q30 and Q44
      y1_6 <= y1_5;
    end
    if (valid[5]) whole <= {y1_6, 6'd0} + {19'd0, p3[55:38]};  // Q36
  end

  // The errors are of the size that the widths above allow for.
  always_ff @(posedge clk) begin
    if (!rst && valid[1]) a_seed_error: assert (e0_whole[48:39] == '0);
    if (!rst && valid[4]) a_newton_error: assert (e1_whole[66:47] == '0);
  end
endmodule
