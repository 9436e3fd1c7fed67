// One digit of a long division: rest' = rest * 2^Digit + next digit - q * d, with rest and rest' in [0, 2 d).
// q comes from the divisor's reciprocal and is the true digit or one less, so it is never to be taken back; what it lacks stays in
// rest' and goes into the next digit, whose q may therefore have a bit more. Latency 4 clocks; initiation interval 1.
// rtl_divide_digit_test goes through every operand at 8 bits with digits of 4.
// SPDX-License-Identifier: Apache-2.0
module divide_digit #(
    parameter int unsigned Width    = 256,   // of the divisor
    parameter int unsigned Quotient = Width, // bits, as many as of the numerator are behind the first rest; above Digit
    parameter int unsigned Digit    = 32     // bits a digit; at most Width - 4
) (
    input  logic                clk,
    input  logic                rst,           // synchronous, active high
    input  logic                in_valid,
    input  logic [Width:0]      in_rest,
    input  logic [Quotient-1:0] in_low,        // the numerator's digits that are still to come, most significant first
    input  logic [Quotient-1:0] in_quotient,
    input  logic [Width-1:0]    in_d,          // normalised: its first bit is set
    input  logic [Digit+4:0]    in_recip,      // 2^(2 Digit + 8) / (upper Digit + 4 bits of d, and 1), or and 2 in place of 1; at most two short
    output logic                out_valid,
    output logic [Width:0]      out_rest,
    output logic [Quotient-1:0] out_low,
    output logic [Quotient-1:0] out_quotient,
    output logic [Width-1:0]    out_d,
    output logic [Digit+4:0]    out_recip
);
  localparam int unsigned Recip     = Digit + 5;
  localparam int unsigned Lead      = 2 * Digit + 5;           // bits of the rest that decide the digit
  localparam int unsigned LeadTile  = (Lead + 2) / 3;
  localparam int unsigned Half      = (Digit + 2) / 2;         // of a digit with its two bits of overflow
  localparam int unsigned Tile      = 26;                      // of the divisor: a DSP's wide side
  localparam int unsigned Tiles     = 2 * ((Width + 2 * Tile - 1) / (2 * Tile));
  localparam int unsigned TileWidth = Tile + Half;             // of a product
  localparam int unsigned Sum       = Tiles * Tile + 2 * Half + Tile;

  logic [2:0] valid;
  always_ff @(posedge clk) begin
    if (rst) {out_valid, valid} <= '0;
    else {out_valid, valid} <= {valid, in_valid};
  end

  logic [Width+Digit:0] rest1, rest2, rest3;
  logic [Quotient-1:0]  low1, low2, low3, quotient1, quotient2, quotient3;
  logic [Width-1:0]     d1, d2, d3;
  logic [Recip-1:0]     recip1, recip2, recip3;

  // 1: the leading bits of the rest times the reciprocal, in three tiles (23 x 37 bits, two DSPs each).
  logic [Width+Digit:0]            rest0;
  logic [3*LeadTile-1:0]           lead0;
  logic [3*(LeadTile+Recip)-1:0]   estimate1;
  assign rest0 = {in_rest, in_low[Quotient-1-:Digit]};
  assign lead0 = (3 * LeadTile)'(rest0[Width+Digit-:Lead]);
  always_ff @(posedge clk) begin
    if (in_valid) begin
      for (int t = 0; t < 3; t = t + 1)
        estimate1[t*(LeadTile+Recip)+:LeadTile+Recip] <= {{Recip{1'b0}}, lead0[t*LeadTile+:LeadTile]} * {{LeadTile{1'b0}}, in_recip};
      rest1     <= rest0;
      low1      <= {in_low[Quotient-Digit-1:0], {Digit{1'b0}}};
      quotient1 <= in_quotient;
      d1        <= in_d;
      recip1    <= in_recip;
    end
  end

  // 2: the digit.
  localparam int unsigned Estimate = 3 * LeadTile + Recip;
  logic [Estimate-1:0] estimate;
  logic [Digit+1:0]    q2;
  assign estimate = Estimate'(estimate1[0+:LeadTile+Recip]) + (Estimate'(estimate1[LeadTile+Recip+:LeadTile+Recip]) << LeadTile)
                  + (Estimate'(estimate1[2*(LeadTile+Recip)+:LeadTile+Recip]) << (2 * LeadTile));
  always_ff @(posedge clk) begin
    if (valid[0]) begin
      q2        <= estimate[2*Digit+8+:Digit+2];
      rest2     <= rest1;
      low2      <= low1;
      quotient2 <= quotient1;
      d2        <= d1;
      recip2    <= recip1;
    end
  end

  // 3: the digit times the divisor, in tiles.
  logic [Tiles*Tile-1:0]      d2_padded;
  logic [Tiles*TileWidth-1:0] tiles_low;
  logic [Tiles*TileWidth-1:0] tiles_high;
  assign d2_padded = (Tiles * Tile)'(d2);
  always_ff @(posedge clk) begin
    if (valid[1]) begin
      for (int t = 0; t < Tiles; t = t + 1) begin
        tiles_low[t*TileWidth+:TileWidth]  <= TileWidth'(q2[Half-1:0]) * TileWidth'(d2_padded[t*Tile+:Tile]);
        tiles_high[t*TileWidth+:TileWidth] <= TileWidth'(q2[Digit+1:Half]) * TileWidth'(d2_padded[t*Tile+:Tile]);
      end
      rest3     <= rest2;
      low3      <= low2;
      quotient3 <= {quotient2[Quotient-Digit-1:0], {Digit{1'b0}}} + Quotient'(q2);
      d3        <= d2;
      recip3    <= recip2;
    end
  end

  // 4: the new rest. Even tiles do not overlap, nor do odd ones: four subtrahends.
  logic [Tiles*Tile-1:0] low_even, low_odd, high_even, high_odd;
  always_comb begin
    for (int t = 0; t < Tiles; t = t + 2) begin
      low_even[t*Tile+:2*Tile]  = (2 * Tile)'(tiles_low[t*TileWidth+:TileWidth]);
      low_odd[t*Tile+:2*Tile]   = (2 * Tile)'(tiles_low[(t+1)*TileWidth+:TileWidth]);
      high_even[t*Tile+:2*Tile] = (2 * Tile)'(tiles_high[t*TileWidth+:TileWidth]);
      high_odd[t*Tile+:2*Tile]  = (2 * Tile)'(tiles_high[(t+1)*TileWidth+:TileWidth]);
    end
  end
  logic [Sum-1:0] left;
  assign left = Sum'(rest3) - (Sum'(low_even) + (Sum'(low_odd) << Tile) + (Sum'(high_even) << Half) + (Sum'(high_odd) << (Tile + Half)));
  always_ff @(posedge clk) begin
    if (valid[2]) begin
      out_rest     <= left[Width:0];
      out_low      <= low3;
      out_quotient <= quotient3;
      out_d        <= d3;
      out_recip    <= recip3;
    end
  end

  always_ff @(posedge clk) begin
    if (!rst && valid[2]) a_rest_in_bounds: assert (left < Sum'({d3, 1'b0}));
  end

`ifdef FORMAL_divide_digit
  // Proved by tests/formal at 8 bits with digits of 4: the digit is exact with every reciprocal that the header allows.
  localparam int unsigned FBits = Width + Digit + 5;
  logic f_known = 1'b0;  // a reset has been
  logic [FBits-1:0] f_upper, f_whole, f_0, f_1, f_2, f_3, f_4;  // the last ones: rest and next digit as one number
  logic [Width-1:0] f_d1, f_d2, f_d3, f_d4;
  logic [Quotient-1:0] f_q1, f_q2, f_q3, f_q4, f_digit;
  assign f_upper = FBits'(in_d[Width-1-:Digit+4]) + 1'b1;
  assign f_whole = FBits'(1) << (2 * Digit + 8);
  assign f_0     = FBits'({in_rest, in_low[Quotient-1-:Digit]});
  assign f_digit = out_quotient - f_q4;
  always_ff @(posedge clk) begin
    if (rst) f_known <= 1'b1;
    {f_4, f_3, f_2, f_1}     <= {f_3, f_2, f_1, f_0};
    {f_d4, f_d3, f_d2, f_d1} <= {f_d3, f_d2, f_d1, in_d};
    {f_q4, f_q3, f_q2, f_q1} <= {f_q3, f_q2, f_q1, in_quotient << Digit};
  end
  always_comb begin
    if (!f_known) assume (rst);
    if (in_valid) begin
      assume (in_d[Width-1] && in_rest < {in_d, 1'b0});
      assume (FBits'(in_recip) * f_upper <= f_whole && (FBits'(in_recip) + 3) * (f_upper + 1'b1) > f_whole);
    end
  end
  always_comb begin
    if (f_known && out_valid) begin
      a_divisor: assert (out_d == f_d4);
      a_rest: assert (out_rest < {out_d, 1'b0});
      a_exact: assert (f_4 == FBits'(f_digit) * FBits'(out_d) + FBits'(out_rest));
      c_one_short: cover (f_digit != '0 && out_rest >= {1'b0, out_d});
    end
  end
`endif
endmodule
