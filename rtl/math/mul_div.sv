// floor or ceil(a * b / d) over the whole 512-bit product, exact: FullMath.mulDiv and mulDivRoundingUp of the contracts.
// ok is low when the quotient does not fit 256 bits or d is zero; the quotient is then zero.
// Product and reciprocal side by side, then eight digits. Latency 45 clocks; initiation interval 1; no back-pressure.
// SPDX-License-Identifier: Apache-2.0
module mul_div #(
    parameter int unsigned TagWidth = 8  // travels with the operands
) (
    input  logic                clk,
    input  logic                rst,        // synchronous, active high
    input  logic                in_valid,
    input  logic [TagWidth-1:0] in_tag,
    input  logic [255:0]        a,
    input  logic [255:0]        b,
    input  logic [255:0]        d,
    input  logic                round_up,
    output logic                out_valid,
    output logic [TagWidth-1:0] out_tag,
    output logic [255:0]        quotient,
    output logic                ok
);
  // A register named x_k is loaded k clocks after the operands.
  localparam int unsigned FirstDigit = 11;
  localparam int unsigned Digits     = 8;
  localparam int unsigned Latency    = FirstDigit + 4 * Digits + 2;

  logic [FirstDigit:1] valid;
  always_ff @(posedge clk) begin
    if (rst) valid <= '0;
    else valid <= {valid[FirstDigit-1:1], in_valid};
  end

  // The divisor, normalised, and its reciprocal. Zero goes through as some divisor and is refused by over_7.
  logic [255:0] d_1, d_2, d_6, d_11;
  logic [255:0] norm_2, norm_11;
  logic [7:0]   zeros_1, zeros_6;
  logic [36:0]  recip_11;
  logic [7:0]   highest;
  highest_bit i_highest (.x(d), .place(highest));
  always_ff @(posedge clk) begin
    if (in_valid) begin
      d_1     <= d;
      zeros_1 <= ~highest;  // 255 less it
    end
    if (valid[1]) begin
      d_2    <= d_1;
      norm_2 <= d_1 << zeros_1;
    end
  end
  delay_line #(.Width(8), .Depth(5)) i_zeros (.clk, .in(zeros_1), .out(zeros_6));
  delay_line #(.Width(256), .Depth(4)) i_d (.clk, .in(d_2), .out(d_6));
  delay_line #(.Width(256), .Depth(9)) i_norm (.clk, .in(norm_2), .out(norm_11));
  reciprocal i_reciprocal (.clk, .rst, .in_valid(valid[2]), .d_top({1'b1, norm_2[254:220]}), .recip(recip_11));

  // The numerator, shifted as the divisor is. The quotient fits when its upper half, before the shift, is below the divisor.
  logic         product_valid;
  logic [511:0] product_6;
  logic [511:0] n_7, n_11;
  logic         over_7, over_11;
  wide_mul #(.AWidth(256), .BWidth(256), .Levels(4)) i_product (
      .clk, .rst, .in_valid, .a, .b, .out_valid(product_valid), .product(product_6));
  always_ff @(posedge clk) begin
    if (product_valid) begin
      n_7    <= product_6 << zeros_6;
      over_7 <= product_6[511:256] >= d_6;
    end
  end
  delay_line #(.Width(513), .Depth(4)) i_numerator (.clk, .in({over_7, n_7}), .out({over_11, n_11}));
  assign d_11 = over_11 ? {1'b1, 255'd0} : norm_11;  // any divisor will do then: nobody looks at the quotient

  logic [Digits:0]           at_valid;
  logic [(Digits+1)*257-1:0] rest;
  logic [(Digits+1)*256-1:0] low;
  logic [(Digits+1)*256-1:0] partial;
  logic [(Digits+1)*256-1:0] norm;
  logic [(Digits+1)*37-1:0]  recip;
  assign at_valid[0]     = valid[FirstDigit];
  assign rest[0+:257]    = over_11 ? '0 : {1'b0, n_11[511:256]};
  assign low[0+:256]     = over_11 ? '0 : n_11[255:0];
  assign partial[0+:256] = '0;
  assign norm[0+:256]    = d_11;
  assign recip[0+:37]    = over_11 ? 37'd1 : recip_11;
  for (genvar k = 0; k < Digits; k = k + 1) begin : g_digit
    divide_digit i_digit (
        .clk, .rst,
        .in_valid    (at_valid[k]),
        .in_rest     (rest[k*257+:257]),
        .in_low      (low[k*256+:256]),
        .in_quotient (partial[k*256+:256]),
        .in_d        (norm[k*256+:256]),
        .in_recip    (recip[k*37+:37]),
        .out_valid   (at_valid[k+1]),
        .out_rest    (rest[(k+1)*257+:257]),
        .out_low     (low[(k+1)*256+:256]),
        .out_quotient(partial[(k+1)*256+:256]),
        .out_d       (norm[(k+1)*256+:256]),
        .out_recip   (recip[(k+1)*37+:37]));
  end

  // What the last digit lacks, and the rounding.
  logic [TagWidth-1:0] tag_last;
  logic                up_last;
  logic                over_last;
  delay_line #(.Width(TagWidth + 1), .Depth(Latency - 2)) i_tag (.clk, .in({in_tag, round_up}), .out({tag_last, up_last}));
  delay_line #(.Width(1), .Depth(4 * Digits)) i_over (.clk, .in(over_11), .out(over_last));

  logic [256:0] rest_end;
  logic [255:0] d_end;
  assign rest_end = rest[Digits*257+:257];
  assign d_end    = norm[Digits*256+:256];

  logic                valid_44;
  logic                over_44;
  logic                up_44;
  logic                short_44;    // one more fits into the rest
  logic                inexact_44;  // the rest after that is not zero
  logic [255:0]        quotient_44;
  logic [TagWidth-1:0] tag_44;
  logic [256:0]        rounded;
  assign rounded = {1'b0, quotient_44} + {256'd0, short_44} + {256'd0, up_44 && inexact_44};
  always_ff @(posedge clk) begin
    if (rst) {out_valid, valid_44} <= '0;
    else {out_valid, valid_44} <= {valid_44, at_valid[Digits]};
  end
  always_ff @(posedge clk) begin
    if (at_valid[Digits]) begin
      over_44     <= over_last;
      up_44       <= up_last;
      short_44    <= rest_end >= {1'b0, d_end};
      inexact_44  <= rest_end != '0 && rest_end != {1'b0, d_end};
      quotient_44 <= partial[Digits*256+:256];
      tag_44      <= tag_last;
    end
    if (valid_44) begin
      out_tag  <= tag_44;
      quotient <= over_44 ? '0 : rounded[255:0];
      ok       <= !over_44 && !rounded[256];
    end
  end
endmodule
