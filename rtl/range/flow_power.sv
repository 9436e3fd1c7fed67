// Seven bits of TickMath's chain of products, each after the other on one multiplier: 1.0001^(-tick/2) in Q128 from the product of the bits below.
// A tick comes in every seventh clock, when `phase` is 6, and leaves 42 clocks later. A product takes six clocks, so that the seven of a tick fall on all phases.
// SPDX-License-Identifier: Apache-2.0
module flow_power #(
    parameter int unsigned First = 0  // the lowest of the bits
) (
    input  logic         clk,
    input  logic         rst,        // synchronous, active high
    input  logic [2:0]   phase,
    input  logic [128:0] in_ratio,   // at most 2^128
    input  logic [19:0]  in_bits,    // of the tick, from the first one on
    output logic [128:0] out_ratio,
    output logic [19:0]  out_bits    // that are left
);
  logic         enters, valid_4;
  logic [2:0]   turn;
  logic [127:0] power, power_1;
  logic [128:0] ratio_1, ratio_4, ratio_5, ratio_6;
  logic [19:0]  bits_1, bits_4, bits_5, bits_6;
  logic [256:0] product_4;
  assign enters = phase == 3'd6;
  assign turn   = 3'd6 - phase;
  power_of_tick i_power (.i(5'(First) + 5'(turn)), .power);
  always_ff @(posedge clk) begin
    power_1 <= power;
    ratio_1 <= enters ? in_ratio : ratio_6;
    bits_1  <= enters ? in_bits : bits_6;
    ratio_5 <= bits_4[0] ? product_4[256:128] : ratio_4;
    bits_5  <= {1'b0, bits_4[19:1]};
    ratio_6 <= ratio_5;
    bits_6  <= bits_5;
  end
  wide_mul #(.AWidth(129), .BWidth(128), .Levels(3)) i_product (
      .clk, .rst, .in_valid(1'b1), .a(ratio_1), .b(power_1), .out_valid(valid_4), .product(product_4));
  delay_line #(.Width(149), .Depth(3)) i_side (.clk, .in({ratio_1, bits_1}), .out({ratio_4, bits_4}));
  assign out_ratio = ratio_6;
  assign out_bits  = bits_6;
  wire unused = &{1'b0, valid_4, product_4[127:0]};
endmodule
