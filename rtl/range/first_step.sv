// What the swap alone's first step depends on and a job alone decides: computed beside the first thread from the job's handshake on, and published to
// all threads as constants (from FirstPublished of range_isa_pkg.sv on), each as soon as it is there and may be written:
//   0 floor(tick / spacing) + 2^20, clock 8; 1 the first tick of that cell, 2 the last one of its word of the bitmap, which the swap comes to, clock 10;
//   3 divisor = liquidity * 2^96 + or - left * price, for token0, clock 11 (input) or 5 (output); a product that does not fit 256 bits counts as 2^256;
//   4 where the amount leads when no tick stops it, as askPriceOf of pool_swap.mjs: token0 ceil(liquidity * 2^96 * price / divisor); token1
//     left * 2^96 / liquidity, rounded up when the amount is the output, else down and added to the price.
//   5 (10^6 - fee) / 10^6, clock 6, and 6 leg_terms' gain, clock 22, short floats.
// left: the amount, of an input less the fee: floor(amount * (10^6 - fee) / 10^6). Of an amount of 2^102 and more the divisor is 2^256 and there is no price: the first
// thread sees to it itself.
// SPDX-License-Identifier: Apache-2.0
module first_step
  import range_isa_pkg::*;
(
    input  logic                clk,
    input  logic                rst,           // synchronous, active high
    input  logic                begin_leg,     // one clock, not while busy; the next are the job's and stand from then on
    input  logic                zero_for_one,
    input  logic                exact_in,
    input  logic signed [23:0]  tick,
    input  logic [13:0]         tick_spacing,
    input  logic [19:0]         fee,
    input  logic [254:0]        amount,
    input  logic [159:0]        sqrt_price,
    input  logic [127:0]        liquidity,
    input  logic [255:0]        price0,
    input  logic [255:0]        price1,
    input  logic [33:0]         kept_fee,      // range_constants.sv, a clock after the job
    input  logic [33:0]         whole_keep,
    output logic                busy,          // not all is published
    output logic                out_valid,     // held until out_ready
    input  logic                out_ready,
    output logic [2:0]          out_number,
    output logic [WordBits-1:0] out_word,
    output logic                md_valid,      // a division, held until md_ready
    input  logic                md_ready,
    output logic [255:0]        md_a,
    output logic [255:0]        md_b,
    output logic [255:0]        md_d,
    output logic                md_round_up,
    input  logic                md_out_valid,
    input  logic                md_ok,
    input  logic [255:0]        md_quotient
);
  localparam int unsigned AmountBits = 102;
  localparam int unsigned Shift      = 124;
  localparam int unsigned CellBits   = 21;
  // ceil(2^144 / 10^6)
  localparam logic [Shift:0] Share = 125'd22300745198530623141535718272648361506;

  logic begin_1, usual;
  assign usual = amount[254:AmountBits] == '0;
  always_ff @(posedge clk) begin_1 <= begin_leg && !rst;

  // ---- spot's cell, three bits a clock, and the end of its word; the offset is a multiple of 256 cells
  logic [2:0]          cell_left;
  logic [CellBits-1:0] spot_cell, edge_cell;
  logic [14:0]         rest, rest_next;
  logic [CellBits-1:0] cell_next;
  logic [34:0]         edge_product, spot_product, word_end, spot, offset_tick;
  logic                cell_known, edge_known, end_known;
  assign offset_tick = {1'b0, tick_spacing, 20'd0} + {{11{tick[23]}}, tick};
  assign edge_cell   = zero_for_one ? {spot_cell[CellBits-1:8], 8'd0} : (spot_cell + CellBits'(1)) | CellBits'(255);
  always_comb begin
    rest_next = rest;
    cell_next = spot_cell;
    for (int i = 0; i < 3; i++) begin
      rest_next = {rest_next[13:0], cell_next[CellBits-1]};
      cell_next = {cell_next[CellBits-2:0], 1'b0};
      if (rest_next >= {1'b0, tick_spacing}) begin
        rest_next    = rest_next - {1'b0, tick_spacing};
        cell_next[0] = 1'b1;
      end
    end
  end
  always_ff @(posedge clk) begin
    cell_known   <= cell_left == 3'd1;
    edge_known   <= cell_known;
    end_known    <= edge_known;
    edge_product <= 35'(edge_cell) * 35'(tick_spacing);
    spot_product <= 35'(spot_cell) * 35'(tick_spacing);
    word_end     <= edge_product - {1'b0, tick_spacing, 20'd0};
    spot         <= spot_product - {1'b0, tick_spacing, 20'd0};
    if (begin_leg) begin
      cell_left         <= 3'd7;
      {rest, spot_cell} <= {1'b0, offset_tick};
    end else if (cell_left != '0) begin
      cell_left <= cell_left - 3'd1;
      rest      <= rest_next;
      spot_cell <= cell_next;
    end
    if (rst) cell_left <= '0;
  end

  // ---- the amount less the fee: amount * factor / 2^124. The factor is more than (10^6 - fee) * 2^124 / 10^6, by less than 2, so the quotient is too large by less than
  // 2^103 / 2^124 and that by less than 10^-6, which its fraction is from the next whole number at the least.
  logic               factor_valid, factor_valid_1;
  logic [Shift:0]     factor;
  logic [Shift+20:0]  share_product;
  wide_mul #(.AWidth(Shift + 1), .BWidth(20), .Levels(1)) i_factor (
      .clk, .rst, .in_valid(begin_1), .a(Share), .b(20'd1000000 - fee), .out_valid(factor_valid), .product(share_product));
  always_ff @(posedge clk) begin
    factor_valid_1 <= factor_valid && !rst;
    if (factor_valid) factor <= share_product[Shift+20:20] + (Shift + 1)'(1);
  end

  // A float of it is that of (10^6 - fee) / 10^6: the leading bits are the same, as for the quotient.
  float_t factor_float, kept, gain;
  logic   gain_known;
  logic [2:0] factor_there;
  short_of #(.Width(128)) i_kept (.clk, .x(128'(factor)), .result(factor_float));
  short_power #(.Power(0 - Shift)) i_kept_power (.a(factor_float), .result(kept));
  always_ff @(posedge clk) factor_there <= rst ? '0 : {factor_there[1:0], factor_valid};
  leg_terms i_terms (.clk, .rst, .begin_leg, .zero_for_one, .kept_fee, .whole_keep, .price0, .price1, .known(gain_known), .gain);

  // ---- two products at most, one behind the other
  logic                      less_in, times_in, times, product_valid, left_valid, times_valid;
  logic [AmountBits-1:0]     left, left_q;
  logic [159+AmountBits:0]   product;
  assign less_in     = factor_valid_1 && exact_in;
  assign left_valid  = exact_in ? product_valid && !times : begin_1;
  assign times_valid = product_valid && times;
  assign left        = exact_in ? product[Shift+:AmountBits] : amount[AmountBits-1:0];
  assign times_in    = left_valid && zero_for_one == exact_in;
  wide_mul #(.AWidth(160), .BWidth(AmountBits), .Levels(3)) i_product (
      .clk, .rst, .in_valid(less_in || times_in), .a(times_in ? sqrt_price : {35'd0, factor}), .b(times_in ? left : amount[AmountBits-1:0]),
      .out_valid(product_valid), .product);

  // ---- the division, and what of it the threads read
  logic                divisor_known, price_known, token0, asked;
  logic [WordBits-1:0] divisor, price, sum, quotient;
  assign token0      = zero_for_one == exact_in;
  assign sum         = {3'd0, product[159+AmountBits:256] != '0, product[159+AmountBits:256] != '0 ? 256'd0 : product[255:0]};
  assign md_a        = token0 ? {32'd0, liquidity, 96'd0} : 256'(left_q);
  assign md_b        = token0 ? {96'd0, sqrt_price} : 256'd1 << 96;
  assign md_d        = token0 ? divisor[255:0] : 256'(liquidity);
  assign md_round_up = zero_for_one || !exact_in;
  always_comb begin
    quotient = WordBits'(md_quotient);
    if (!md_ok) quotient = !exact_in ? WordBits'(1) << 256 : zero_for_one ? '0 : {4'd0, {256{1'b1}}};
  end
  assign asked = usual && (token0 ? times_valid : left_valid);
  always_ff @(posedge clk) begin
    divisor_known <= usual ? times_valid : begin_1 && token0;
    price_known   <= md_out_valid;
    if (begin_leg) times <= 1'b0;
    else if (times_in) times <= 1'b1;
    if (left_valid) left_q <= left;
    if (!usual) divisor <= WordBits'(1) << 256;
    else if (times_valid) divisor <= {36'd0, liquidity, 96'd0} + (exact_in ? sum : -sum);
    if (md_out_valid) price <= quotient + (exact_in && !zero_for_one ? WordBits'(sqrt_price) : '0);
    if (asked) md_valid <= 1'b1;
    else if (md_ready) md_valid <= 1'b0;
    if (rst) md_valid <= 1'b0;
  end

  // ---- one at a time to the constants
  logic [6:0] there, next, to_come;
  assign next      = there & -there;
  assign out_valid = there != '0;
  assign busy      = to_come != '0;
  always_comb begin
    out_number = '0;
    for (int i = 0; i < 7; i++) if (next[i]) out_number = 3'(i);
    case (out_number)
      3'd0:    out_word = WordBits'(spot_cell);
      3'd1:    out_word = WordBits'($signed(spot));
      3'd2:    out_word = WordBits'($signed(word_end));
      3'd3:    out_word = divisor;
      3'd4:    out_word = price;
      3'd5:    out_word = WordBits'($signed(kept));
      default: out_word = WordBits'($signed(gain));
    endcase
  end
  always_ff @(posedge clk) begin
    there <= (there & ~(out_ready ? next : '0)) | {gain_known, factor_there[2], price_known, divisor_known, end_known, end_known, cell_known};
    if (begin_leg) to_come <= {2'b11, usual, token0, 3'b111};
    else if (out_ready) to_come <= to_come & ~next;
    if (rst) begin
      there   <= '0;
      to_come <= '0;
    end
  end
  always_ff @(posedge clk) begin
    if (!rst && begin_leg) a_all_published: assert (!busy);
  end
  wire unused = &{1'b0, share_product};
endmodule
