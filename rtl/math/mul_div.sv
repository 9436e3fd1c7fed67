// floor or ceil(a * b / d) over the whole 512-bit product, exact: FullMath.mulDiv and mulDivRoundingUp of the contracts.
// ok is low when the quotient does not fit 256 bits or d is zero; the quotient is then zero.
// Product and reciprocal side by side, then at most eight digits (long_divide: an operation may overtake another).
// Latency 26 clocks less 2 a leading zero digit that is left out; initiation interval 1; no back-pressure.
// Other widths are for tests/formal (mul_div_whole) and rtl_mul_div_whole_test, which show it whole at 8 bits.
// SPDX-License-Identifier: Apache-2.0
module mul_div #(
    parameter int unsigned TagWidth = 8,        // travels with the operands
    parameter int unsigned Width    = 256,      // of operands and quotient: a power of two, at most 256
    parameter int unsigned Digit    = 32,       // bits a digit; divides Width, at most Width - 4 and 32
    parameter int unsigned Entries  = 'hf9      // before these digits an operation may begin; bit 0 is set
) (
    input  logic                clk,
    input  logic                rst,        // synchronous, active high
    input  logic                in_valid,
    input  logic [TagWidth-1:0] in_tag,
    input  logic [Width-1:0]    a,
    input  logic [Width-1:0]    b,
    input  logic [Width-1:0]    d,
    input  logic                round_up,
    output logic                out_valid,
    output logic [TagWidth-1:0] out_tag,
    output logic [Width-1:0]    quotient,
    output logic                ok
);
  // A register named x_k is loaded k clocks after the operands.
  localparam int unsigned FirstDigit = 7;
  localparam int unsigned PlaceBits  = $clog2(Width);

  logic [FirstDigit:1] valid;
  always_ff @(posedge clk) begin
    if (rst) valid <= '0;
    else valid <= {valid[FirstDigit-1:1], in_valid};
  end

  // The divisor, normalised, and its reciprocal. Zero goes through as some divisor and is refused by over_4.
  logic [Width-1:0]     d_1, d_3;
  logic [Width-1:0]     norm, norm_1, norm_7;
  logic [PlaceBits-1:0] highest, zeros, zeros_1, zeros_3;
  logic [Digit+4:0]     recip_7;
  highest_bit #(.LogWidth(PlaceBits)) i_highest (.x(d), .place(highest));
  assign zeros = ~highest;  // Width - 1 less it
  assign norm  = d << zeros;
  always_ff @(posedge clk) begin
    if (in_valid) begin
      d_1     <= d;
      zeros_1 <= zeros;
      norm_1  <= norm;
    end
  end
  delay_line #(.Width(PlaceBits), .Depth(2)) i_zeros (.clk, .in(zeros_1), .out(zeros_3));
  delay_line #(.Width(Width), .Depth(2)) i_d (.clk, .in(d_1), .out(d_3));
  delay_line #(.Width(Width), .Depth(6)) i_norm (.clk, .in(norm_1), .out(norm_7));
`ifdef FORMAL
  // Any reciprocal that keeps to its header: not above the truth, at most two short. formal_reciprocal shows that it does.
  localparam int unsigned FWhole = 2 * Digit + 8;
  (* anyseq *) logic [Digit+4:0] f_recip;
  logic [FWhole+1:0] f_divisor, f_product;
  assign f_divisor = (FWhole + 2)'(norm_7[Width-1-:Digit+4]) + 1'b1;
  assign f_product = (FWhole + 2)'(f_recip) * f_divisor;
  always_comb if (norm_7[Width-1]) assume (f_product <= (FWhole + 2)'(1) << FWhole && f_product + 3 * f_divisor > (FWhole + 2)'(1) << FWhole);
  assign recip_7 = f_recip;
`else
  logic [Digit+3:0] lead;
  assign lead = {1'b1, norm[Width-2-:Digit+3]};
  reciprocal #(.Digit(Digit)) i_reciprocal (.clk, .rst, .in_valid, .d_top(lead), .recip(recip_7));
`endif

  // The numerator, shifted as the divisor is. The quotient fits when its upper half, before the shift, is below the divisor.
  logic               product_valid;
  logic [2*Width-1:0] product_3;
  logic [2*Width-1:0] n_4, n_7;
  logic               over_4, over_7;
  wide_mul #(.AWidth(Width), .BWidth(Width), .Levels(4)) i_product (
      .clk, .rst, .in_valid, .a, .b, .out_valid(product_valid), .product(product_3));
  always_ff @(posedge clk) begin
    if (product_valid) begin
      n_4    <= product_3 << zeros_3;
      over_4 <= product_3[2*Width-1:Width] >= d_3;
    end
  end
  delay_line #(.Width(2 * Width), .Depth(3)) i_numerator (.clk, .in(n_4), .out(n_7));
  delay_line #(.Width(1), .Depth(3)) i_over (.clk, .in(over_4), .out(over_7));

  logic [TagWidth-1:0] tag_7;
  logic                up_7;
  delay_line #(.Width(TagWidth + 1), .Depth(FirstDigit)) i_tag (.clk, .in({in_tag, round_up}), .out({tag_7, up_7}));
  long_divide #(.TagWidth(TagWidth), .Width(Width), .Digit(Digit), .Entries(Entries)) i_divide (
      .clk, .rst, .in_valid(valid[FirstDigit]), .in_tag(tag_7), .round_up(up_7), .over(over_7), .n(n_7), .d(norm_7), .recip(recip_7),
      .out_valid, .out_tag, .quotient, .ok);
endmodule
