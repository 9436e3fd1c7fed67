// floor or ceil(a * b / d) over the whole 512-bit product, exact: FullMath.mulDiv and mulDivRoundingUp of the contracts.
// ok is low when the quotient does not fit 256 bits or d is zero; the quotient is then zero.
// Product and reciprocal side by side, then at most eight digits: leading ones that are zero are left out where the way is free, so that an
// operation may overtake another; its tag says which it is. Latency 45 clocks less 4 a digit left out; initiation interval 1; no back-pressure.
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
  localparam int unsigned FirstDigit = 11;
  localparam int unsigned Digits     = Width / Digit;
  localparam int unsigned PlaceBits  = $clog2(Width);
  localparam int unsigned Lead       = Digit + 4;  // bits of the divisor that its reciprocal is made of

  logic [FirstDigit:1] valid;
  always_ff @(posedge clk) begin
    if (rst) valid <= '0;
    else valid <= {valid[FirstDigit-1:1], in_valid};
  end

  // The divisor, normalised, and its reciprocal. Zero goes through as some divisor and is refused by over_7.
  logic [Width-1:0]     d_1, d_2, d_6, d_11;
  logic [Width-1:0]     norm_2, norm_11;
  logic [PlaceBits-1:0] zeros_1, zeros_6, highest;
  logic [Digit+4:0]     recip_11;
  highest_bit #(.LogWidth(PlaceBits)) i_highest (.x(d), .place(highest));
  always_ff @(posedge clk) begin
    if (in_valid) begin
      d_1     <= d;
      zeros_1 <= ~highest;  // Width - 1 less it
    end
    if (valid[1]) begin
      d_2    <= d_1;
      norm_2 <= d_1 << zeros_1;
    end
  end
  delay_line #(.Width(PlaceBits), .Depth(5)) i_zeros (.clk, .in(zeros_1), .out(zeros_6));
  delay_line #(.Width(Width), .Depth(4)) i_d (.clk, .in(d_2), .out(d_6));
  delay_line #(.Width(Width), .Depth(9)) i_norm (.clk, .in(norm_2), .out(norm_11));
`ifdef FORMAL
  // Any reciprocal that keeps to its header: not above the truth, at most two short. formal_reciprocal shows that it does.
  localparam int unsigned FWhole = 2 * Digit + 8;
  (* anyseq *) logic [Digit+4:0] f_recip;
  logic [FWhole+1:0] f_divisor, f_product;
  assign f_divisor = (FWhole + 2)'(norm_11[Width-1-:Lead]) + 1'b1;
  assign f_product = (FWhole + 2)'(f_recip) * f_divisor;
  always_comb if (norm_11[Width-1]) assume (f_product <= (FWhole + 2)'(1) << FWhole && f_product + 3 * f_divisor > (FWhole + 2)'(1) << FWhole);
  assign recip_11 = f_recip;
`else
  logic [35:0] lead;
  logic [36:0] whole_11;
  // What `reciprocal` has room for beside the leading bits is filled with ones, so that its divisor is theirs plus one.
  assign lead = {1'b1, 35'(norm_2[Width-2-:Lead-1]) << (36 - Lead) | ~(35'h7_ffff_ffff << (36 - Lead))};
  reciprocal i_reciprocal (.clk, .rst, .in_valid(valid[2]), .d_top(lead), .recip(whole_11));
  assign recip_11 = (Digit + 5)'(whole_11 >> (32 - Digit));
`endif

  // The numerator, shifted as the divisor is. The quotient fits when its upper half, before the shift, is below the divisor.
  logic               product_valid;
  logic [2*Width-1:0] product_6;
  logic [2*Width-1:0] n_7, n_11;
  logic               over_7, over_11;
  wide_mul #(.AWidth(Width), .BWidth(Width), .Levels(4)) i_product (
      .clk, .rst, .in_valid, .a, .b, .out_valid(product_valid), .product(product_6));
  always_ff @(posedge clk) begin
    if (product_valid) begin
      n_7    <= product_6 << zeros_6;
      over_7 <= product_6[2*Width-1:Width] >= d_6;
    end
  end
  delay_line #(.Width(2 * Width + 1), .Depth(4)) i_numerator (.clk, .in({over_7, n_7}), .out({over_11, n_11}));
  assign d_11 = over_11 ? {1'b1, {Width - 1{1'b0}}} : norm_11;  // any divisor will do then: nobody looks at the quotient

  // Digits from the first that is zero on, as far as an operation may begin behind them: all bits above are zero.
  logic [Digits-1:0] empty_8, begins_11;  // empty: so many digits are zero
  always_ff @(posedge clk) begin
    for (int k = 1; k < Digits; k++) empty_8[k] <= n_7[2*Width-1-:Digit] == '0 && (k == 1 || (n_7[2*Width-Digit-1:0] >> (2 * Width - Digit * k)) == '0);
    empty_8[0] <= 1'b1;
  end
  logic [Digits-1:0] empty_11;
  delay_line #(.Width(Digits), .Depth(3)) i_empty (.clk, .in(empty_8), .out(empty_11));

  // What travels with the digits.
  localparam int unsigned NoteWidth = TagWidth + 2;
  logic [NoteWidth-1:0] note_11;
  logic [TagWidth-1:0]  tag_11;
  logic                 up_11;
  delay_line #(.Width(TagWidth + 1), .Depth(FirstDigit)) i_tag (.clk, .in({in_tag, round_up}), .out({tag_11, up_11}));
  assign note_11 = {tag_11, up_11, over_11};

  logic [Digits:0]                 at_valid;  // from the digit before
  logic [Digits-1:0]               busy;      // at_valid, to those that would begin
  logic [(Digits+1)*(Width+1)-1:0] rest;
  logic [(Digits+1)*Width-1:0]     low;
  logic [(Digits+1)*Width-1:0]     partial;
  logic [(Digits+1)*Width-1:0]     norm;
  logic [(Digits+1)*(Digit+5)-1:0] recip;
  logic [(Digits+1)*NoteWidth-1:0] note;
`ifdef FORMAL
  (* anyseq *) logic [Digits-1:0] f_busy;  // whatever goes on there
  assign busy = f_busy;
`else
  assign busy = at_valid[Digits-1:0];
`endif
  always_comb begin
    begins_11 = '0;
    for (int k = 0; k < Digits; k++) if (Entries[k] && (k == 0 || (empty_11[k] && !over_11 && !busy[k]))) begins_11 = Digits'(1) << k;
    if (!valid[FirstDigit]) begins_11 = '0;
  end
  assign at_valid[0]        = 1'b0;
  assign rest[0+:Width+1]   = '0;
  assign low[0+:Width]      = '0;
  assign partial[0+:Width]  = '0;
  assign norm[0+:Width]     = '0;
  assign recip[0+:Digit+5]  = '0;
  assign note[0+:NoteWidth] = '0;
  for (genvar k = 0; k < Digits; k = k + 1) begin : g_digit
    logic                 begins;
    logic [Width:0]       rest_in;
    logic [Width-1:0]     low_in, norm_in;
    logic [Digit+4:0]     recip_in;
    logic [NoteWidth-1:0] note_in;
    assign begins   = begins_11[k];
    assign rest_in  = !begins ? rest[k*(Width+1)+:Width+1] : over_11 ? '0 : {1'b0, n_11[2*Width-1-Digit*k-:Width]};
    assign low_in   = !begins ? low[k*Width+:Width] : over_11 ? '0 : Width'(n_11[Width-1:0] << (Digit * k));
    assign norm_in  = begins ? d_11 : norm[k*Width+:Width];
    assign recip_in = !begins ? recip[k*(Digit+5)+:Digit+5] : over_11 ? (Digit + 5)'(1) : recip_11;
    assign note_in  = begins ? note_11 : note[k*NoteWidth+:NoteWidth];
    divide_digit #(.Width(Width), .Digit(Digit)) i_digit (
        .clk, .rst,
        .in_valid    (at_valid[k] || begins),
        .in_rest     (rest_in),
        .in_low      (low_in),
        .in_quotient (begins ? '0 : partial[k*Width+:Width]),
        .in_d        (norm_in),
        .in_recip    (recip_in),
        .out_valid   (at_valid[k+1]),
        .out_rest    (rest[(k+1)*(Width+1)+:Width+1]),
        .out_low     (low[(k+1)*Width+:Width]),
        .out_quotient(partial[(k+1)*Width+:Width]),
        .out_d       (norm[(k+1)*Width+:Width]),
        .out_recip   (recip[(k+1)*(Digit+5)+:Digit+5]));
    delay_line #(.Width(NoteWidth), .Depth(4)) i_note (.clk, .in(note_in), .out(note[(k+1)*NoteWidth+:NoteWidth]));
  end
  always_ff @(posedge clk) begin
    if (!rst) a_one_a_digit: assert ((begins_11 & at_valid[Digits-1:0]) == '0);
  end

  // What the last digit lacks, and the rounding.
  logic [TagWidth-1:0] tag_last;
  logic                up_last;
  logic                over_last;
  assign {tag_last, up_last, over_last} = note[Digits*NoteWidth+:NoteWidth];

  logic [Width:0]   rest_end;
  logic [Width-1:0] d_end;
  assign rest_end = rest[Digits*(Width+1)+:Width+1];
  assign d_end    = norm[Digits*Width+:Width];

  logic                valid_end;
  logic                over_end;
  logic                up_end;
  logic                short_end;    // one more fits into the rest
  logic                inexact_end;  // the rest after that is not zero
  logic [Width-1:0]    quotient_end;
  logic [TagWidth-1:0] tag_end;
  logic [Width:0]      rounded;
  assign rounded = {1'b0, quotient_end} + {{Width{1'b0}}, short_end} + {{Width{1'b0}}, up_end && inexact_end};
  always_ff @(posedge clk) begin
    if (rst) {out_valid, valid_end} <= '0;
    else {out_valid, valid_end} <= {valid_end, at_valid[Digits]};
  end
  always_ff @(posedge clk) begin
    if (at_valid[Digits]) begin
      over_end     <= over_last;
      up_end       <= up_last;
      short_end    <= rest_end >= {1'b0, d_end};
      inexact_end  <= rest_end != '0 && rest_end != {1'b0, d_end};
      quotient_end <= partial[Digits*Width+:Width];
      tag_end      <= tag_last;
    end
    if (valid_end) begin
      out_tag  <= tag_end;
      quotient <= over_end ? '0 : rounded[Width-1:0];
      ok       <= !over_end && !rounded[Width];
    end
  end
endmodule
