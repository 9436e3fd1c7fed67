// The tick at or below a square-root price, to one of two neighbours: the logarithm by two tables and one linear term, off by less than 1/512
// of a tick. low and high differ only where the price is as near as that to a tick's own. Combinational behind a latency
// of 8 clocks; the price stands for two of them.
// SPDX-License-Identifier: Apache-2.0
module tick_estimate (
    input  logic               clk,
    input  logic [159:0]       price,  // at least 2^32
    output logic signed [23:0] low,
    output logic signed [23:0] high
);
  // A register named x_k is loaded k clocks after the price. Numbers near 1 have so many bits after the point:
  localparam int unsigned XBits = 35, YBits = XBits + 9, ZBits = 34 + 16;
  localparam logic [33:0] Octave = 34'd14537076765;  // ticks from a square-root price to its double, 20 bits after the point
  localparam logic signed [45:0] Margin = 46'sd2048;  // 1/512

  // In [1, 2), and the power of two.
  logic [7:0]       place, place_1;
  logic [159:0]     shifted;
  logic [XBits:0]   x_2, x_3;
  logic signed [7:0] octave_2;
  highest_bit i_highest (.x({96'd0, price}), .place);
  assign shifted = price << (8'd159 - place_1);

  logic [5:0]  second_at;
  logic [9:0]  first_factor, first_factor_3;
  logic [33:0] first_log;
  logic [16:0] second_factor, second_factor_5;
  logic [29:0] second_log;
  tick_tables i_tables (.first(x_2[XBits-1-:6]), .first_factor, .first_log, .second(second_at), .second_factor, .second_log);

  logic [YBits+1:0]   y_4, y_5;          // in [1, 1 + 1/32)
  logic [34+16+1:0]   z_6;               // within 2^-11 of 1
  logic signed [45:0] log_3, log_4, log_5, log_6, log_7, log_8;
  logic signed [45:0] rest_7;
  logic signed [ZBits+1:0] less_one;
  assign second_at = y_4[YBits-6-:6];
  assign less_one  = $signed(z_6) - $signed({2'b01, {ZBits{1'b0}}});
  logic signed [45:0] bounds_low, bounds_high;
  assign bounds_low  = log_8 - Margin;
  assign bounds_high = log_8 + Margin;
  assign low  = 24'(bounds_low >>> 20);
  assign high = 24'(bounds_high >>> 20);
  always_ff @(posedge clk) begin
    place_1 <= place;
    x_2      <= shifted[159-:XBits+1];
    octave_2 <= $signed(place_1 - 8'd96);
    x_3            <= x_2;
    first_factor_3 <= first_factor;
    log_3          <= 46'(octave_2) * $signed({12'd0, Octave}) + $signed({12'd0, first_log});
    y_4   <= (YBits + 2)'(x_3) * (YBits + 2)'(first_factor_3);
    log_4 <= log_3;
    y_5             <= y_4;
    second_factor_5 <= second_factor;
    log_5           <= log_4 + $signed({16'd0, second_log});
    z_6   <= (34 + 18)'(y_5[YBits+1-:36]) * (34 + 18)'(second_factor_5);
    log_6 <= log_5;
    rest_7 <= 46'(($signed(less_one[ZBits-9:ZBits-34]) * 46'sd20001) >>> 14);  // 2 / ln(1.0001) a unit, into 20 bits after the point
    log_7  <= log_6;
    log_8  <= log_7 + rest_7;
  end
  wire unused = &{1'b0, less_one, shifted, y_5, bounds_low, bounds_high};
endmodule
