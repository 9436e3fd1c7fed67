// floor or ceil(n / d) for quotients of at most 192 bits: what the steps of range_flow divide, token0 between two prices at the widest.
// ok is low, and the quotient zero, when it does not fit or d is zero. Latency 23 clocks; initiation interval 1; no back-pressure.
// SPDX-License-Identifier: Apache-2.0
module flow_divide (
    input  logic         clk,
    input  logic         rst,       // synchronous, active high
    input  logic         in_valid,
    input  logic [383:0] n,
    input  logic [319:0] d,
    input  logic         round_up,
    output logic [191:0] quotient,
    output logic         ok
);
  // A register named x_k is loaded k clocks after the operands.
  localparam int unsigned FirstDigit = 8;
  localparam int unsigned Low        = 192;

  logic [FirstDigit:1] valid;
  always_ff @(posedge clk) begin
    if (rst) valid <= '0;
    else valid <= {valid[FirstDigit-1:1], in_valid};
  end

  // The divisor, normalised, and its reciprocal; the numerator is shifted as the divisor is, by words and then by bits. Zero goes through as some divisor and is
  // refused by over_4.
  logic [8:0]   highest, zeros_1;
  logic [4:0]   bits_2;
  logic [319:0] d_1, norm, norm_2, norm_3, norm_8;
  logic [383:0] n_1;
  logic [671:0] n_2;
  logic [702:0] n_3;
  logic [511:0] n_4, n_8;
  logic         over_4, over_8, up_8;
  logic [36:0]  recip_8;
  highest_bit #(.LogWidth(9)) i_highest (.x({192'd0, d}), .place(highest));
  assign norm = d_1 << zeros_1;
  always_ff @(posedge clk) begin
    d_1     <= d;
    n_1     <= n;
    zeros_1 <= 9'd319 - highest;
    norm_2  <= norm;
    n_2     <= {288'd0, n_1} << {zeros_1[8:5], 5'd0};
    bits_2  <= zeros_1[4:0];
    norm_3  <= norm_2;
    n_3     <= {31'd0, n_2} << bits_2;
    n_4     <= n_3[511:0];
    over_4  <= n_3[702:Low] >= {191'd0, norm_3};
  end
  reciprocal i_reciprocal (.clk, .rst, .in_valid(valid[1]), .d_top({1'b1, norm[318-:35]}), .recip(recip_8));
  delay_line #(.Width(320), .Depth(5)) i_norm (.clk, .in(norm_3), .out(norm_8));
  delay_line #(.Width(513), .Depth(4)) i_n (.clk, .in({over_4, n_4}), .out({over_8, n_8}));
  delay_line #(.Width(1), .Depth(FirstDigit)) i_up (.clk, .in(round_up), .out(up_8));

  logic out_valid, out_tag;
  long_divide #(.TagWidth(1), .Width(320), .Quotient(Low), .Entries(1)) i_divide (
      .clk, .rst, .in_valid(valid[FirstDigit]), .in_tag(1'b0), .round_up(up_8), .over(over_8), .n(n_8), .d(norm_8), .recip(recip_8),
      .out_valid, .out_tag, .quotient, .ok);
  wire unused = &{1'b0, out_valid, out_tag, valid};
endmodule
