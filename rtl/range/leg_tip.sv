// Profit, tip and verdict of a leg's best candidate, profit_of of kernels/hls/range_search.cpp:
//   tip = max(floor, floor(max(gross - gas, 0) * tip_ppm / 10^6)), profit = gross - gas - tip.
// The quotient of a profit before tip below 2^85 is the whole part of its product with tip_ppm / 10^6, rounded up at 2^-105: what the product is too
// large by is less than 2^85 / 2^105, and less than 10^-6, which a quotient's fraction is from the next whole number at the least. That factor is computed when a
// leg begins, a bit a clock, and so is the quotient of a larger profit. From a new best one to `settled` 6 clocks, 260 where it is larger.
// SPDX-License-Identifier: Apache-2.0
module leg_tip
  import range_isa_pkg::*;
(
    input  logic                clk,
    input  logic                rst,        // synchronous, active high
    input  logic                begin_leg,  // one clock: none known
    input  logic [19:0]         tip_ppm,    // all four stand from begin_leg on
    input  logic [255:0]        gas_cost,
    input  logic [255:0]        tip_floor,
    input  logic [255:0]        min_profit,
    input  logic                better,     // a new best one, and its gross
    input  logic [WordBits-1:0] better_gross,
    output logic                settled,    // what follows is that of the last one
    output logic [255:0]        tip,
    output logic [WordBits-1:0] profit,
    output logic                enough      // above 0 and at least min_profit
);
  localparam int unsigned SmallBits = 85;
  localparam int unsigned ShareBits = 105;
  localparam logic [19:0] Million   = 20'd1000000;
  localparam logic [8:0]  Behind    = 9'd3;  // clocks from the quotient to `enough`

  // ---- before the tip
  logic                better_1, large_1;
  logic [WordBits-1:0] untipped;
  logic [255:0]        taxed;
  assign taxed   = untipped[WordBits-1] ? '0 : untipped[255:0];
  assign large_1 = taxed[255:SmallBits] != '0;

  // ---- tip_ppm of a number in 10^6 bit by bit, the highest first: tip_ppm * (the bits so far) = quotient * 10^6 + rest
  logic                shares, share_known, slow;  // shares: it computes the share of 2^105; slow: the last best one's quotient comes from here
  logic [8:0]          bits;                       // to come
  logic [255:0]        number, quotient;
  logic [19:0]         rest;
  logic [22:0]         sum;
  logic [1:0]          more;
  logic [22:0]         less[3];
  assign sum = {2'd0, rest, 1'b0} + (number[255] ? {3'd0, tip_ppm} : '0);  // below 2 * 10^6 + 2^20, so less than 4 * 10^6
  for (genvar i = 0; i < 3; i = i + 1) begin : g_less
    assign less[i] = sum - 23'(i + 1) * {3'd0, Million};
  end
  assign more = !less[2][22] ? 2'd3 : !less[1][22] ? 2'd2 : {1'b0, !less[0][22]};

  // ---- the usual one
  logic                     product_valid;
  logic [ShareBits:0]       share;
  logic [SmallBits+ShareBits:0] product;
  wide_mul #(.AWidth(ShareBits + 1), .BWidth(SmallBits), .Levels(3)) i_product (
      .clk, .rst, .in_valid(better_1), .a(share), .b(taxed[SmallBits-1:0]), .out_valid(product_valid), .product);

  // ---- what follows from the quotient
  logic [255:0] part;
  logic [8:0]   left;  // clocks until it has come through
  assign part    = slow ? quotient : 256'(product[SmallBits+ShareBits:ShareBits]);
  assign settled = left == '0 && !better_1;
  always_ff @(posedge clk) begin
    better_1 <= better && !rst;
    if (better) untipped <= better_gross - WordBits'(gas_cost);
    tip    <= part > tip_floor ? part : tip_floor;
    profit <= untipped - WordBits'(tip);
    enough <= !profit[WordBits-1] && profit != '0 && profit >= WordBits'(min_profit);

    if (left != '0) left <= left - 9'd1;
    if (bits != '0) begin
      bits     <= bits - 9'd1;
      number   <= {number[254:0], 1'b0};
      quotient <= {quotient[254:0], 1'b0} + 256'(more);
      rest     <= more == 2'd0 ? sum[19:0] : less[more-2'd1][19:0];
    end else if (shares) begin
      shares      <= 1'b0;
      share_known <= 1'b1;
      share       <= quotient[ShareBits:0] + (ShareBits + 1)'(rest != '0);
    end
    if (begin_leg || better_1) begin
      bits     <= '0;
      quotient <= '0;
      rest     <= '0;
      number   <= begin_leg ? {1'b1, 255'd0} : taxed;
    end
    if (begin_leg) begin
      shares      <= 1'b1;
      share_known <= 1'b0;
      slow        <= 1'b0;
      bits        <= 9'(ShareBits + 1);
      left        <= '0;
    end else if (better_1) begin
      shares <= 1'b0;
      slow   <= large_1 || !share_known;
      bits   <= large_1 || !share_known ? 9'd256 : '0;
      left   <= Behind + (large_1 || !share_known ? 9'd256 : 9'd2);
    end
    if (rst) left <= '0;
  end
  wire unused = &{1'b0, product_valid, product};
endmodule
