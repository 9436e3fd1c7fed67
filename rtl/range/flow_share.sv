// floor or ceil(x * part / whole) for the shares of a leg, whose divisors stand: by a reciprocal of 2^168, which is exact for numerators below 2^148 and
// divisors below 2^20. Latency 7 clocks; initiation interval 1; no back-pressure.
// SPDX-License-Identifier: Apache-2.0
module flow_share (
    input  logic         clk,
    input  logic         rst,        // synchronous, active high
    input  logic [127:0] x,
    input  logic [19:0]  part,       // at most 10^6
    input  logic [19:0]  more,       // whole - 1 to round up, else 0
    input  logic [168:0] inverse,    // ceil(2^168 / whole)
    output logic [128:0] share
);
  logic [127:0] x_1;
  logic [19:0]  part_1, more_3;
  logic [168:0] inverse_4;
  logic [147:0] product_3;
  logic [148:0] n_4;
  logic [317:0] product_7;
  logic         valid_3, valid_7;
  always_ff @(posedge clk) begin
    x_1    <= x;
    part_1 <= part;
    n_4    <= {1'b0, product_3} + 149'(more_3);
  end
  wide_mul #(.AWidth(128), .BWidth(20), .Levels(1)) i_product (
      .clk, .rst, .in_valid(1'b1), .a(x_1), .b(part_1), .out_valid(valid_3), .product(product_3));
  delay_line #(.Width(20), .Depth(3)) i_more (.clk, .in(more), .out(more_3));
  delay_line #(.Width(169), .Depth(4)) i_inverse (.clk, .in(inverse), .out(inverse_4));
  wide_mul #(.AWidth(169), .BWidth(149), .Levels(4)) i_share (
      .clk, .rst, .in_valid(1'b1), .a(inverse_4), .b(n_4), .out_valid(valid_7), .product(product_7));
  assign share = product_7[168+:129];
  wire unused = &{1'b0, valid_3, valid_7, product_7[317:297], product_7[167:0]};
endmodule
