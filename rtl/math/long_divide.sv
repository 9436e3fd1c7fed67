// floor or ceil(n / d) by digits of a quotient that has at most Quotient bits: the part of a division behind the divisor's reciprocal, for mul_div and
// amount0_quotient. n and d times the reciprocal have the same quotient, and that divisor is nearly a power of two: divide_digit has its digits ready.
// Leading digits that are zero are left out where the way is free, so that an operation may overtake another; its tag says which it is.
// Latency 3 clocks and 2 a digit, less 2 a digit left out; initiation interval 1; no back-pressure.
// SPDX-License-Identifier: Apache-2.0
module long_divide #(
    parameter int unsigned TagWidth = 8,      // travels with the operands
    parameter int unsigned Width    = 256,    // of the divisor
    parameter int unsigned Quotient = Width,  // bits; a multiple of Digit, more than one digit
    parameter int unsigned Digit    = 32,     // bits a digit; at most Width - 4 and 32
    parameter int unsigned Entries  = 'hf9    // before these digits an operation may begin; bit 0 is set
) (
    input  logic                      clk,
    input  logic                      rst,       // synchronous, active high
    input  logic                      in_valid,
    input  logic [TagWidth-1:0]       in_tag,
    input  logic                      round_up,
    input  logic                      over,      // no quotient of so many bits; else n < d * 2^Quotient
    input  logic [Width+Quotient-1:0] n,
    input  logic [Width-1:0]          d,         // normalised: its first bit is set
    // With t the upper Digit + 4 bits of d: not above 2^(2 Digit + 8) / (t + 1), and at most two short of 2^(2 Digit + 8) / (t + 2).
    input  logic [Digit+4:0]          recip,
    output logic                      out_valid,
    output logic [TagWidth-1:0]       out_tag,
    output logic [Quotient-1:0]       quotient,  // zero when not ok
    output logic                      ok         // neither `over` nor rounded up to 2^Quotient
);
  // A register named x_k is loaded k clocks after the operands.
  localparam int unsigned Digits    = Quotient / Digit;
  localparam int unsigned Numerator = Width + Quotient;
  localparam int unsigned Recip     = Digit + 5;
  localparam int unsigned Fraction  = Width + Digit + 4;     // d times its reciprocal is below 2^Fraction, by e
  localparam int unsigned EWidth    = Fraction - Digit - 1;  // e < 11 / 16 of what they hold: 2 of t + 2, and 3 of 2^(Digit+5), of the whole
  localparam int unsigned NoteWidth = TagWidth + 2;

  logic                 valid_1, valid_2;
  logic [NoteWidth-1:0] note_1, note_2;
  logic                 over_2;
  always_ff @(posedge clk) begin
    if (rst) {valid_2, valid_1} <= '0;
    else {valid_2, valid_1} <= {valid_1, in_valid};
  end
  always_ff @(posedge clk) {note_2, note_1} <= {note_1, in_tag, round_up, over};
  assign over_2 = note_2[0];

  // The numerator times the reciprocal.
  logic                       n_valid;
  logic [Fraction+Quotient:0] n_2;
  wide_mul #(.AWidth(Numerator), .BWidth(Recip), .Levels(2)) i_numerator (
      .clk, .rst, .in_valid, .a(n), .b(recip), .out_valid(n_valid), .product(n_2));

  // And e. Even tiles do not overlap, nor do odd ones.
  localparam int unsigned Tiles = 2 * ((Width + 51) / 52);
  localparam int unsigned Rows  = (Recip + 16) / 17;
  localparam int unsigned Sum   = Tiles * 26 + Rows * 17 + 26;
  logic [Tiles*26-1:0]      d_padded;
  logic [Rows*17-1:0]       recip_padded;
  logic [Rows*Tiles*43-1:0] tiles_1;
  logic [Rows*Tiles*26-1:0] even, odd;
  logic [Sum-1:0]           e;
  logic [EWidth-1:0]        e_2;
  assign d_padded     = (Tiles * 26)'(d);
  assign recip_padded = (Rows * 17)'(recip);
  always_comb begin
    for (int k = 0; k < Rows * Tiles; k = k + 2) begin
      even[k*26+:52] = 52'(tiles_1[k*43+:43]);
      odd[k*26+:52]  = 52'(tiles_1[(k+1)*43+:43]);
    end
    e = Sum'(1) << Fraction;
    for (int r = 0; r < Rows; r++) e = e - (Sum'(even[r*Tiles*26+:Tiles*26]) << (17 * r)) - (Sum'(odd[r*Tiles*26+:Tiles*26]) << (17 * r + 26));
  end
  always_ff @(posedge clk) begin
    if (in_valid) begin
      for (int k = 0; k < Rows * Tiles; k++) tiles_1[k*43+:43] <= {17'd0, d_padded[26*(k%Tiles)+:26]} * {26'd0, recip_padded[17*(k/Tiles)+:17]};
    end
    if (valid_1) e_2 <= e[EWidth-1:0];
  end

  // Digits from the first that is zero on, as far as an operation may begin behind them: all bits above are zero, and the rest is then below 2^(Fraction+1).
  logic [Digits-1:0] empty, empty_2;  // so many digits are zero
  logic [Digits-1:0] begins;          // before this digit
  always_comb begin
    empty[0] = 1'b1;
    for (int k = 1; k < Digits; k++) empty[k] = n[Numerator-1-:Digit] == '0 && (k == 1 || (n[Numerator-Digit-1:0] >> (Numerator - Digit * k)) == '0);
  end
  delay_line #(.Width(Digits), .Depth(2)) i_empty (.clk, .in(empty), .out(empty_2));

  logic [Digits:0]                    at_valid;  // from the digit before
  logic [Digits-1:0]                  busy;      // at_valid, to those that would begin
  logic [(Digits+1)*(Fraction+1)-1:0] rest;
  logic [(Digits+1)*Quotient-1:0]     low;
  logic [(Digits+1)*Quotient-1:0]     partial;
  logic [(Digits+1)*EWidth-1:0]       es;
  logic [(Digits+1)*NoteWidth-1:0]    note;
`ifdef FORMAL
  (* anyseq *) logic [Digits-1:0] f_busy;  // whatever goes on there
  assign busy = f_busy;
`else
  assign busy = at_valid[Digits-1:0];
`endif
  always_comb begin
    begins = '0;
    for (int k = 0; k < Digits; k++) if (Entries[k] && (k == 0 || (empty_2[k] && !over_2 && !busy[k]))) begins = Digits'(1) << k;
    if (!valid_2) begins = '0;
  end
  assign at_valid[0]          = 1'b0;
  assign rest[0+:Fraction+1]  = '0;
  assign low[0+:Quotient]     = '0;
  assign partial[0+:Quotient] = '0;
  assign es[0+:EWidth]        = '0;
  assign note[0+:NoteWidth]   = '0;
  for (genvar k = 0; k < Digits; k = k + 1) begin : g_digit
    logic [Fraction:0]    rest_in;
    logic [Quotient-1:0]  low_in;
    logic [EWidth-1:0]    e_in;
    logic [NoteWidth-1:0] note_in;
    // What is not to be divided goes through as zero: nobody looks at the quotient.
    assign rest_in = !begins[k] ? rest[k*(Fraction+1)+:Fraction+1] : over_2 ? '0 : n_2[Fraction+Quotient-Digit*k-:Fraction+1];
    assign low_in  = !begins[k] ? low[k*Quotient+:Quotient] : over_2 ? '0 : Quotient'(n_2[Quotient-1:0] << (Digit * k));
    assign e_in    = !begins[k] ? es[k*EWidth+:EWidth] : over_2 ? '0 : e_2;
    assign note_in = begins[k] ? note_2 : note[k*NoteWidth+:NoteWidth];
    divide_digit #(.Width(Width), .Quotient(Quotient), .Digit(Digit)) i_digit (
        .clk, .rst,
        .in_valid    (at_valid[k] || begins[k]),
        .in_rest     (rest_in),
        .in_low      (low_in),
        .in_quotient (begins[k] ? '0 : partial[k*Quotient+:Quotient]),
        .in_e        (e_in),
        .out_valid   (at_valid[k+1]),
        .out_rest    (rest[(k+1)*(Fraction+1)+:Fraction+1]),
        .out_low     (low[(k+1)*Quotient+:Quotient]),
        .out_quotient(partial[(k+1)*Quotient+:Quotient]),
        .out_e       (es[(k+1)*EWidth+:EWidth]));
    delay_line #(.Width(NoteWidth), .Depth(2)) i_note (.clk, .in(note_in), .out(note[(k+1)*NoteWidth+:NoteWidth]));
  end
  always_ff @(posedge clk) begin
    if (!rst) a_one_a_digit: assert ((begins & at_valid[Digits-1:0]) == '0);
    if (!rst && in_valid && !over) a_fits: assert (n[Numerator-1-:Width] < d);
    if (!rst && valid_1 && !note_1[0]) a_e_in_bounds: assert (e < Sum'(11) << (Fraction - Digit - 5));
  end

  // What the last digit lacks, and the rounding.
  logic [TagWidth-1:0] tag_last;
  logic                up_last;
  logic                over_last;
  assign {tag_last, up_last, over_last} = note[Digits*NoteWidth+:NoteWidth];

  logic [Fraction:0]   rest_last, above, wide_e;
  logic [EWidth-1:0]   e_last;
  logic                one_more;  // fits into the rest: with e it is 2^Fraction or more
  logic                exact;     // and nothing is left then: with e it is 2^Fraction, each carry being the or of the bits below it
  logic [Quotient:0]   rounded;
  assign rest_last = rest[Digits*(Fraction+1)+:Fraction+1];
  assign e_last    = es[Digits*EWidth+:EWidth];
  assign wide_e    = (Fraction + 1)'(e_last);
  assign above     = rest_last + wide_e;
  assign one_more  = above[Fraction];
  assign exact     = rest_last == '0 || (!rest_last[Fraction] && Fraction'(rest_last ^ wide_e) == Fraction'((rest_last | wide_e) << 1));
  assign rounded   = {1'b0, partial[Digits*Quotient+:Quotient]} + {{Quotient{1'b0}}, one_more} + {{Quotient{1'b0}}, up_last && !exact};
  always_ff @(posedge clk) begin
    out_valid <= !rst && at_valid[Digits];
    if (at_valid[Digits]) begin
      out_tag  <= tag_last;
      quotient <= over_last ? '0 : rounded[Quotient-1:0];
      ok       <= !over_last && !rounded[Quotient];
    end
  end
  wire unused = &{1'b0, n_valid};
endmodule
