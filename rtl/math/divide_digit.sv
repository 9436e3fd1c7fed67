// One digit of a long division by a divisor that is nearly a power of two, 2^Fraction - e: the digit is what stands above the fraction, and
// rest' = rest - digit * (2^Fraction - e) is the fraction and digit * e. So it is the true digit or one less, never to be taken back; what it lacks
// stays in the rest and goes into the next digit, which may therefore have a bit more.
// With e < 11 / 16 * 2^(Fraction - Digit - 1) and a digit below 2^(Digit+1) the rest is below 27 / 16 * 2^Fraction: it lacks one at most, and the
// next digit keeps to that too. Latency 2 clocks; initiation interval 1.
// rtl_divide_digit_test goes through every operand with digits of 2 and a fraction of 12.
// SPDX-License-Identifier: Apache-2.0
module divide_digit #(
    parameter int unsigned Width     = 256,    // of the divisor, before it was multiplied by its reciprocal
    parameter int unsigned Quotient  = Width,  // bits, as many as of the numerator are behind the first rest; above Digit
    parameter int unsigned Digit     = 32,     // bits a digit; at most 32
    localparam int unsigned Fraction = Width + Digit + 4
) (
    input  logic                        clk,
    input  logic                        rst,           // synchronous, active high
    input  logic                        in_valid,
    input  logic [Fraction:0]           in_rest,
    input  logic [Quotient-1:0]         in_low,        // the numerator's digits that are still to come, most significant first
    input  logic [Quotient-1:0]         in_quotient,
    input  logic [Fraction-Digit-2:0]   in_e,
    output logic                        out_valid,
    output logic [Fraction:0]           out_rest,
    output logic [Quotient-1:0]         out_low,
    output logic [Quotient-1:0]         out_quotient,
    output logic [Fraction-Digit-2:0]   out_e
);
  localparam int unsigned EWidth    = Fraction - Digit - 1;
  localparam int unsigned Half      = (Digit + 2) / 2;         // of a digit with its bit of overflow
  localparam int unsigned Tile      = 26;                      // of e: a DSP's wide side
  localparam int unsigned Tiles     = 2 * ((EWidth + 2 * Tile - 1) / (2 * Tile));
  localparam int unsigned TileWidth = Tile + Half;             // of a product
  localparam int unsigned Sum       = Tiles * Tile + 2 * Half + Tile > Fraction + 2 ? Tiles * Tile + 2 * Half + Tile : Fraction + 2;

  logic valid_1;
  always_ff @(posedge clk) begin
    if (rst) {out_valid, valid_1} <= '0;
    else {out_valid, valid_1} <= {valid_1, in_valid};
  end

  // 1: the digit times e, in tiles.
  logic [2*Half-1:0]          q;
  logic [Tiles*Tile-1:0]      e_padded;
  logic [Tiles*TileWidth-1:0] tiles_low;
  logic [Tiles*TileWidth-1:0] tiles_high;
  logic [Fraction-1:0]        fraction_1;
  logic [Quotient-1:0]        low_1, quotient_1;
  logic [EWidth-1:0]          e_1;
  assign q        = (2 * Half)'(in_rest[Fraction-:Digit+1]);
  assign e_padded = (Tiles * Tile)'(in_e);
  always_ff @(posedge clk) begin
    if (in_valid) begin
      for (int t = 0; t < Tiles; t = t + 1) begin
        tiles_low[t*TileWidth+:TileWidth]  <= TileWidth'(q[Half-1:0]) * TileWidth'(e_padded[t*Tile+:Tile]);
        tiles_high[t*TileWidth+:TileWidth] <= TileWidth'(q[2*Half-1:Half]) * TileWidth'(e_padded[t*Tile+:Tile]);
      end
      fraction_1 <= {in_rest[Fraction-Digit-1:0], in_low[Quotient-1-:Digit]};
      low_1      <= {in_low[Quotient-Digit-1:0], {Digit{1'b0}}};
      quotient_1 <= {in_quotient[Quotient-Digit-1:0], {Digit{1'b0}}} + Quotient'(q);
      e_1        <= in_e;
    end
  end

  // 2: the new rest. Even tiles do not overlap, nor do odd ones: four summands.
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
  assign left = Sum'(fraction_1) + Sum'(low_even) + (Sum'(low_odd) << Tile) + (Sum'(high_even) << Half) + (Sum'(high_odd) << (Tile + Half));
  always_ff @(posedge clk) begin
    if (valid_1) begin
      out_rest     <= left[Fraction:0];
      out_low      <= low_1;
      out_quotient <= quotient_1;
      out_e        <= e_1;
    end
  end

  always_ff @(posedge clk) begin
    if (!rst && valid_1) a_rest_in_bounds: assert (left < Sum'(27) << (Fraction - 4));
  end

`ifdef FORMAL_divide_digit
  // Proved by tests/formal with digits of 2 and a fraction of 12: the digit is exact with every e that the header allows.
  localparam int unsigned FBits = Fraction + Digit + 4;
  logic f_known = 1'b0;  // a reset has been
  logic [FBits-1:0] f_0, f_1, f_2, f_divisor;  // the first ones: rest and next digit as one number
  logic [EWidth-1:0] f_e1, f_e2;
  logic [Quotient-1:0] f_q1, f_q2, f_digit;
  assign f_0       = FBits'({in_rest, in_low[Quotient-1-:Digit]});
  assign f_digit   = out_quotient - f_q2;
  assign f_divisor = (FBits'(1) << Fraction) - FBits'(out_e);
  always_ff @(posedge clk) begin
    if (rst) f_known <= 1'b1;
    {f_2, f_1}   <= {f_1, f_0};
    {f_e2, f_e1} <= {f_e1, in_e};
    {f_q2, f_q1} <= {f_q1, in_quotient << Digit};
  end
  always_comb begin
    if (!f_known) assume (rst);
    if (in_valid) assume (FBits'(in_e) < FBits'(11) << (Fraction - Digit - 5));
  end
  always_comb begin
    if (f_known && out_valid) begin
      a_divisor: assert (out_e == f_e2);
      a_rest: assert (FBits'(out_rest) < f_divisor << 1);
      a_exact: assert (f_2 == FBits'(f_digit) * f_divisor + FBits'(out_rest));
      c_one_short: cover (f_digit != '0 && FBits'(out_rest) >= f_divisor);
    end
  end
`endif
endmodule
