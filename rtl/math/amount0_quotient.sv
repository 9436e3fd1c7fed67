// floor or ceil(L * 2^96 * (high - low) / (high * low)): token0 between two prices, getAmount0Delta of the contract, which divides by one price and then
// by the other. For positive integers ceil(ceil(x / a) / b) = ceil(x / (a b)), and floor likewise, so this is one division.
// ok is low, and the quotient zero, when high < low or low < 2^32; every price of a pool is above 2^32 (MIN_SQRT_RATIO). With these
// (high - low) / high < 1 and 1 / low <= 2^-32: the quotient is below 2^(128 + 96 - 32), six digits.
// Latency 24 clocks less 2 a leading zero digit that is left out (long_divide: an operation may overtake another); initiation interval 1; no back-pressure.
// Other widths are for rtl_amount0_whole_test, which goes through all operands of 9 bits.
// SPDX-License-Identifier: Apache-2.0
module amount0_quotient #(
    parameter int unsigned TagWidth  = 8,     // travels with the operands
    parameter int unsigned Price     = 160,   // bits of a price
    parameter int unsigned Liquidity = 128,   // bits of L; at most 136, wide_mul's eight rows
    parameter int unsigned Scale     = 96,    // the power of two
    parameter int unsigned Least     = 32,    // a price has more bits than that
    parameter int unsigned Top       = 51,    // upper bits of the prices that the reciprocal is made of; at least Digit + 6, at most Price
    parameter int unsigned Digit     = 32,    // bits a digit; divides the quotient's
    parameter int unsigned Entries   = 'h3d,  // before these digits an operation may begin; bit 0 is set
    localparam int unsigned Quotient = Liquidity + Scale - Least
) (
    input  logic                 clk,
    input  logic                 rst,        // synchronous, active high
    input  logic                 in_valid,
    input  logic [TagWidth-1:0]  in_tag,
    input  logic [Price-1:0]     high,
    input  logic [Price-1:0]     low,
    input  logic [Liquidity-1:0] liquidity,
    input  logic                 round_up,
    output logic                 out_valid,
    output logic [TagWidth-1:0]  out_tag,
    output logic [Quotient-1:0]  quotient,
    output logic                 ok
);
  // A register named x_k is loaded k clocks after the operands.
  localparam int unsigned FirstDigit = 9;
  localparam int unsigned Divisor    = 2 * Price;
  localparam int unsigned Numerator  = Divisor + Quotient;
  localparam int unsigned PlaceBits  = $clog2(Price);
  localparam int unsigned Lead       = Digit + 4;  // bits of the divisor that its reciprocal is made of

  if (Quotient % Digit != 0 || Top < Lead + 2 || Top > Price) $fatal(1, "widths that do not go together (instance %m)");

  logic [FirstDigit:1] valid;
  always_ff @(posedge clk) begin
    if (rst) valid <= '0;
    else valid <= {valid[FirstDigit-1:1], in_valid};
  end

  // The prices, normalised: their product lacks one bit at most.
  logic [PlaceBits-1:0] high_at, low_at, high_zeros, low_zeros;
  logic [Price-1:0]     high_1, low_1, difference_1;
  logic [Liquidity-1:0] liquidity_1;
  logic [PlaceBits:0]   zeros_1, zeros_4;
  logic                 over_1, over_9;
  highest_bit #(.LogWidth(PlaceBits)) i_high_at (.x((1 << PlaceBits)'(high) << ((1 << PlaceBits) - Price)), .place(high_at));
  highest_bit #(.LogWidth(PlaceBits)) i_low_at (.x((1 << PlaceBits)'(low) << ((1 << PlaceBits) - Price)), .place(low_at));
  assign high_zeros = ~high_at;
  assign low_zeros  = ~low_at;
  always_ff @(posedge clk) begin
    if (in_valid) begin
      high_1       <= high << high_zeros;
      low_1        <= low << low_zeros;
      zeros_1      <= {1'b0, high_zeros} + {1'b0, low_zeros};
      difference_1 <= high - low;
      liquidity_1  <= liquidity;
      over_1       <= high < low || low[Price-1:Least] == '0;
    end
  end
  delay_line #(.Width(PlaceBits + 1), .Depth(3)) i_zeros (.clk, .in(zeros_1), .out(zeros_4));
  delay_line #(.Width(1), .Depth(FirstDigit - 1)) i_over (.clk, .in(over_1), .out(over_9));

  // The divisor from above by its prices' upper bits, and its reciprocal while the whole product is made. With a and b these bits the divisor is below
  // (a + 1)(b + 1) < a b + 2^(Top+1), so its leading bits are those of a b + 2^(Top+1) or one less, and the reciprocal is not above the truth.
  localparam int unsigned Tiles = (Top + 25) / 26;
  localparam int unsigned Rows  = (Top + 16) / 17;
  localparam int unsigned Above = 2 * Top + 1;  // bits of that sum
  logic [Tiles*26-1:0]      high_top;
  logic [Rows*17-1:0]       low_top;
  logic [Rows*Tiles*43-1:0] tiles_2;
  logic [Above-1:0]         above;
  logic                     looks_short, short_4;  // the sum's first bit is not set, so neither is the divisor's
  logic [Lead-1:0]          lead;
  logic [Digit+4:0]         recip_9;
  assign high_top = (Tiles * 26)'(high_1[Price-1-:Top]);
  assign low_top  = (Rows * 17)'(low_1[Price-1-:Top]);
  always_comb begin
    above = Above'(1) << (Top + 1);
    for (int k = 0; k < Rows * Tiles; k++) above = above + (Above'(tiles_2[k*43+:43]) << (17 * (k / Tiles) + 26 * (k % Tiles)));
  end
  always_ff @(posedge clk) begin
    if (valid[1]) begin
      for (int k = 0; k < Rows * Tiles; k++) tiles_2[k*43+:43] <= {17'd0, high_top[26*(k%Tiles)+:26]} * {26'd0, low_top[17*(k/Tiles)+:17]};
    end
  end
  assign looks_short = above[Above-1-:2] == '0;
  always_comb begin
    lead         = above[Above-1] ? '1 : looks_short ? above[Above-3-:Lead] : above[Above-2-:Lead];
    lead[Lead-1] = 1'b1;  // as it is unless a price is zero, which over_1 refuses
  end
  delay_line #(.Width(1), .Depth(2)) i_short (.clk, .in(looks_short), .out(short_4));
  reciprocal #(.Digit(Digit)) i_reciprocal (.clk, .rst, .in_valid(valid[2]), .d_top(lead), .recip(recip_9));

  // The divisor. Where the sum has a bit more than it the reciprocal is that of twice the divisor: half of one that is then 2^(Digit+5) / (1 + 2^-(Lead-1)).
  logic [Divisor-1:0] divisor_4, d_5, d_9;
  logic               divisor_valid, halve_5, halve_9;
  logic [PlaceBits:0] zeros_5;
  wide_mul #(.AWidth(Price), .BWidth(Price), .Levels(4)) i_divisor (
      .clk, .rst, .in_valid(valid[1]), .a(high_1), .b(low_1), .out_valid(divisor_valid), .product(divisor_4));
  always_ff @(posedge clk) begin
    if (divisor_valid) begin
      d_5     <= divisor_4[Divisor-1] ? divisor_4 : divisor_4 << 1;
      zeros_5 <= zeros_4 + {{PlaceBits{1'b0}}, !divisor_4[Divisor-1]};
      halve_5 <= !divisor_4[Divisor-1] && !short_4;
    end
  end
  delay_line #(.Width(Divisor), .Depth(FirstDigit - 5)) i_d (.clk, .in(d_5), .out(d_9));
  delay_line #(.Width(1), .Depth(FirstDigit - 5)) i_halve (.clk, .in(halve_5), .out(halve_9));

  // The numerator, shifted as the divisor is.
  logic [Liquidity+Price-1:0] product_4, product_5;
  logic [Numerator-1:0]       n_6, n_9;
  logic                       product_valid;
  wide_mul #(.AWidth(Price), .BWidth(Liquidity), .Levels(3)) i_product (
      .clk, .rst, .in_valid(valid[1]), .a(difference_1), .b(liquidity_1), .out_valid(product_valid), .product(product_4));
  delay_line #(.Width(Liquidity + Price), .Depth(1)) i_product_5 (.clk, .in(product_4), .out(product_5));
  always_ff @(posedge clk) n_6 <= Numerator'({product_5, {Scale{1'b0}}}) << zeros_5;
  delay_line #(.Width(Numerator), .Depth(3)) i_n (.clk, .in(n_6), .out(n_9));

  logic [TagWidth-1:0] tag_9;
  logic                up_9;
  delay_line #(.Width(TagWidth + 1), .Depth(FirstDigit)) i_tag (.clk, .in({in_tag, round_up}), .out({tag_9, up_9}));
  long_divide #(.TagWidth(TagWidth), .Width(Divisor), .Quotient(Quotient), .Digit(Digit), .Entries(Entries)) i_divide (
      .clk, .rst, .in_valid(valid[FirstDigit]), .in_tag(tag_9), .round_up(up_9), .over(over_9), .n(n_9), .d(d_9),
      .recip(recip_9 >> halve_9), .out_valid, .out_tag, .quotient, .ok);
  wire unused = &{1'b0, product_valid};
endmodule
