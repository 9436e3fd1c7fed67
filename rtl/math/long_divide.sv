// floor or ceil(n / d) by digits of a quotient that has at most Quotient bits: the part of a division behind the divisor's reciprocal, for mul_div and
// amount0. Leading digits that are zero are left out where the way is free, so that an operation may overtake another; its tag says which it is.
// Latency 4 clocks a digit and 2, less 4 a digit left out; initiation interval 1; no back-pressure.
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
    input  logic [Width+Quotient-1:0] n_before,  // a clock before the others
    input  logic                      in_valid,
    input  logic [TagWidth-1:0]       in_tag,
    input  logic                      round_up,
    input  logic                      over,      // no quotient of so many bits; else n < d * 2^Quotient
    input  logic [Width-1:0]          d,         // normalised: its first bit is set
    input  logic [Digit+4:0]          recip,     // of d, as divide_digit says
    output logic                      out_valid,
    output logic [TagWidth-1:0]       out_tag,
    output logic [Quotient-1:0]       quotient,  // zero when not ok
    output logic                      ok         // neither `over` nor rounded up to 2^Quotient
);
  localparam int unsigned Digits    = Quotient / Digit;
  localparam int unsigned Numerator = Width + Quotient;
  localparam int unsigned NoteWidth = TagWidth + 2;

  // Digits from the first that is zero on, as far as an operation may begin behind them: all bits above are zero.
  logic [Numerator-1:0] n;
  logic [Digits-1:0]    empty;   // so many digits are zero
  logic [Digits-1:0]    begins;  // before this digit
  always_ff @(posedge clk) begin
    n        <= n_before;
    empty[0] <= 1'b1;
    for (int k = 1; k < Digits; k++)
      empty[k] <= n_before[Numerator-1-:Digit] == '0 && (k == 1 || (n_before[Numerator-Digit-1:0] >> (Numerator - Digit * k)) == '0);
  end

  // What is not to be divided goes through as something that keeps divide_digit's bounds: nobody looks at the quotient.
  logic [Width-1:0]     some_d;
  logic [NoteWidth-1:0] first_note;
  assign some_d     = over ? {1'b1, {Width - 1{1'b0}}} : d;
  assign first_note = {in_tag, round_up, over};

  logic [Digits:0]                 at_valid;  // from the digit before
  logic [Digits-1:0]               busy;      // at_valid, to those that would begin
  logic [(Digits+1)*(Width+1)-1:0] rest;
  logic [(Digits+1)*Quotient-1:0]  low;
  logic [(Digits+1)*Quotient-1:0]  partial;
  logic [(Digits+1)*Width-1:0]     norm;
  logic [(Digits+1)*(Digit+5)-1:0] reciprocals;
  logic [(Digits+1)*NoteWidth-1:0] note;
`ifdef FORMAL
  (* anyseq *) logic [Digits-1:0] f_busy;  // whatever goes on there
  assign busy = f_busy;
`else
  assign busy = at_valid[Digits-1:0];
`endif
  always_comb begin
    begins = '0;
    for (int k = 0; k < Digits; k++) if (Entries[k] && (k == 0 || (empty[k] && !over && !busy[k]))) begins = Digits'(1) << k;
    if (!in_valid) begins = '0;
  end
  assign at_valid[0]             = 1'b0;
  assign rest[0+:Width+1]        = '0;
  assign low[0+:Quotient]        = '0;
  assign partial[0+:Quotient]    = '0;
  assign norm[0+:Width]          = '0;
  assign reciprocals[0+:Digit+5] = '0;
  assign note[0+:NoteWidth]      = '0;
  for (genvar k = 0; k < Digits; k = k + 1) begin : g_digit
    logic [Width:0]       rest_in;
    logic [Quotient-1:0]  low_in;
    logic [Width-1:0]     norm_in;
    logic [Digit+4:0]     recip_in;
    logic [NoteWidth-1:0] note_in;
    assign rest_in  = !begins[k] ? rest[k*(Width+1)+:Width+1] : over ? '0 : {1'b0, n[Numerator-1-Digit*k-:Width]};
    assign low_in   = !begins[k] ? low[k*Quotient+:Quotient] : over ? '0 : Quotient'(n[Quotient-1:0] << (Digit * k));
    assign norm_in  = begins[k] ? some_d : norm[k*Width+:Width];
    assign recip_in = !begins[k] ? reciprocals[k*(Digit+5)+:Digit+5] : over ? (Digit + 5)'(1) : recip;
    assign note_in  = begins[k] ? first_note : note[k*NoteWidth+:NoteWidth];
    divide_digit #(.Width(Width), .Quotient(Quotient), .Digit(Digit)) i_digit (
        .clk, .rst,
        .in_valid    (at_valid[k] || begins[k]),
        .in_rest     (rest_in),
        .in_low      (low_in),
        .in_quotient (begins[k] ? '0 : partial[k*Quotient+:Quotient]),
        .in_d        (norm_in),
        .in_recip    (recip_in),
        .out_valid   (at_valid[k+1]),
        .out_rest    (rest[(k+1)*(Width+1)+:Width+1]),
        .out_low     (low[(k+1)*Quotient+:Quotient]),
        .out_quotient(partial[(k+1)*Quotient+:Quotient]),
        .out_d       (norm[(k+1)*Width+:Width]),
        .out_recip   (reciprocals[(k+1)*(Digit+5)+:Digit+5]));
    delay_line #(.Width(NoteWidth), .Depth(4)) i_note (.clk, .in(note_in), .out(note[(k+1)*NoteWidth+:NoteWidth]));
  end
  always_ff @(posedge clk) begin
    if (!rst) a_one_a_digit: assert ((begins & at_valid[Digits-1:0]) == '0);
    if (!rst && in_valid && !over) a_fits: assert (n[Numerator-1-:Width] < d);
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
  logic [Quotient-1:0] quotient_end;
  logic [TagWidth-1:0] tag_end;
  logic [Quotient:0]   rounded;
  assign rounded = {1'b0, quotient_end} + {{Quotient{1'b0}}, short_end} + {{Quotient{1'b0}}, up_end && inexact_end};
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
      quotient_end <= partial[Digits*Quotient+:Quotient];
      tag_end      <= tag_last;
    end
    if (valid_end) begin
      out_tag  <= tag_end;
      quotient <= over_end ? '0 : rounded[Quotient-1:0];
      ok       <= !over_end && !rounded[Quotient];
    end
  end
endmodule
