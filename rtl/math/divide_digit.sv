// One digit of 32 bits of a long division: rest' = rest * 2^32 + next digit - q * d, with rest and rest' in [0, 2 d).
// q comes from the divisor's reciprocal and is the true digit or one less, so it is never to be taken back; what it lacks stays in
// rest' and goes into the next digit, whose q may therefore have 33 bits. Latency 4 clocks; initiation interval 1.
// SPDX-License-Identifier: Apache-2.0
module divide_digit (
    input  logic         clk,
    input  logic         rst,           // synchronous, active high
    input  logic         in_valid,
    input  logic [256:0] in_rest,
    input  logic [255:0] in_low,        // the numerator's digits that are still to come, most significant first
    input  logic [255:0] in_quotient,
    input  logic [255:0] in_d,          // normalised: its first bit is set
    input  logic [36:0]  in_recip,
    output logic         out_valid,
    output logic [256:0] out_rest,
    output logic [255:0] out_low,
    output logic [255:0] out_quotient,
    output logic [255:0] out_d,
    output logic [36:0]  out_recip
);
  localparam int unsigned Tiles = 10;  // of 26 bits of the divisor

  logic [2:0] valid;
  always_ff @(posedge clk) begin
    if (rst) {out_valid, valid} <= '0;
    else {out_valid, valid} <= {valid, in_valid};
  end

  logic [288:0] rest1, rest2, rest3;
  logic [255:0] low1, low2, low3, quotient1, quotient2, quotient3, d1, d2, d3;
  logic [36:0]  recip1, recip2, recip3;

  // 1: the leading 69 bits of the rest times the reciprocal, in tiles of 23 x 37 bits (two DSPs each).
  logic [288:0] rest0;
  logic [179:0] estimate1;
  assign rest0 = {in_rest, in_low[255:224]};
  always_ff @(posedge clk) begin
    if (in_valid) begin
      for (int t = 0; t < 3; t = t + 1) estimate1[t*60+:60] <= {37'd0, rest0[220+t*23+:23]} * {23'd0, in_recip};
      rest1     <= rest0;
      low1      <= {in_low[223:0], 32'd0};
      quotient1 <= in_quotient;
      d1        <= in_d;
      recip1    <= in_recip;
    end
  end

  // 2: the digit.
  logic [105:0] estimate;
  logic [33:0]  q2;
  assign estimate = {46'd0, estimate1[59:0]} + {23'd0, estimate1[119:60], 23'd0} + {estimate1[179:120], 46'd0};
  always_ff @(posedge clk) begin
    if (valid[0]) begin
      q2        <= estimate[105:72];
      rest2     <= rest1;
      low2      <= low1;
      quotient2 <= quotient1;
      d2        <= d1;
      recip2    <= recip1;
    end
  end

  // 3: the digit times the divisor, in tiles.
  logic [259:0]      d2_padded;
  logic [10*43-1:0]  tiles_low;
  logic [10*43-1:0]  tiles_high;
  assign d2_padded = {4'd0, d2};
  always_ff @(posedge clk) begin
    if (valid[1]) begin
      for (int t = 0; t < Tiles; t = t + 1) begin
        tiles_low[t*43+:43]  <= {26'd0, q2[16:0]} * {17'd0, d2_padded[t*26+:26]};
        tiles_high[t*43+:43] <= {26'd0, q2[33:17]} * {17'd0, d2_padded[t*26+:26]};
      end
      rest3     <= rest2;
      low3      <= low2;
      quotient3 <= {quotient2[223:0], 32'd0} + {222'd0, q2};
      d3        <= d2;
      recip3    <= recip2;
    end
  end

  // 4: the new rest. Even tiles do not overlap, nor do odd ones: four subtrahends.
  logic [259:0] low_even, low_odd, high_even, high_odd;
  always_comb begin
    for (int t = 0; t < Tiles; t = t + 2) begin
      low_even[t*26+:52]  = {9'd0, tiles_low[t*43+:43]};
      low_odd[t*26+:52]   = {9'd0, tiles_low[(t+1)*43+:43]};
      high_even[t*26+:52] = {9'd0, tiles_high[t*43+:43]};
      high_odd[t*26+:52]  = {9'd0, tiles_high[(t+1)*43+:43]};
    end
  end
  logic [303:0] left;
  assign left = {15'd0, rest3} - ({44'd0, low_even} + {18'd0, low_odd, 26'd0} + {27'd0, high_even, 17'd0} + {1'b0, high_odd, 43'd0});
  always_ff @(posedge clk) begin
    if (valid[2]) begin
      out_rest     <= left[256:0];
      out_low      <= low3;
      out_quotient <= quotient3;
      out_d        <= d3;
      out_recip    <= recip3;
    end
  end

  always_ff @(posedge clk) begin
    if (!rst && valid[2]) a_rest_in_bounds: assert (left < {47'd0, d3, 1'b0});
  end
endmodule
