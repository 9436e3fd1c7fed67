// TickMath of v3-core: tick to square-root price and back, bit for bit, one request at a time, with a memory of prices, which a reset clears
// in as many clocks as it has.
// A price from the memory takes 3 clocks; a computed one 4 a set bit of the tick, and a division above zero; a tick from a price
// 10, and where the price is as near as 1/512 of a tick to a tick's own, that one. The division is asked for at a shared mul_div (2^256 - 1 over what md_d says).
// SPDX-License-Identifier: Apache-2.0
module tick_math #(
    parameter int unsigned LogPrices = 8  // 2^LogPrices are remembered; 8..11
) (
    input  logic               clk,
    input  logic               rst,           // synchronous, active high
    input  logic               in_valid,      // taken when in_ready; answered by one clock of out_valid
    output logic               in_ready,
    input  logic               to_tick,       // 1: from price to tick, 0: from tick to price
    input  logic signed [23:0] tick,          // in [MIN_TICK, MAX_TICK]
    input  logic [159:0]       price,         // in [MIN_SQRT_RATIO, MAX_SQRT_RATIO)
    input  logic               abandon,       // there will be no answer; ready a clock later
    output logic               out_valid,
    output logic signed [23:0] out_tick,
    output logic [159:0]       out_price,     // of the tick asked for
    output logic               md_valid,      // held until md_ready
    input  logic               md_ready,
    output logic [255:0]       md_d,
    input  logic               md_out_valid,
    input  logic [255:0]       md_quotient
);
  localparam logic [3:0] Idle = 4'd0, Look = 4'd1, Found = 4'd2, Bits = 4'd3, Product = 4'd4, Invert = 4'd5, Inverse = 4'd6, Round = 4'd7,
                         Estimate = 4'd8, Bounds = 4'd9, Compare = 4'd10, Clear = 4'd11;
  logic [3:0] state;

  // ---- the memory of prices
  logic [LogPrices-1:0] slot, cleared;
  logic [184:0]         seen;  // whether there is one, its tick, the price
  logic                 store;
  function automatic logic [LogPrices-1:0] slot_of(input logic [23:0] t);
    slot_of = LogPrices'(t) ^ LogPrices'(t >> LogPrices) ^ LogPrices'(t >> (2 * LogPrices));
  endfunction
  logic signed [23:0] at;  // the tick whose price is wanted
  logic [159:0]       rounded;
  ram_1r1w #(.Width(185), .Depth(1 << LogPrices)) i_memory (
      .clk, .write(store || state == Clear), .write_at(store ? slot : cleared), .write_data({store, at, rounded}), .read_at(slot),
      .read_data(seen));
  assign slot = slot_of(at);

  // ---- one multiplier of 128 x 128 bits
  logic         product_start, product_valid;
  logic [127:0] power;
  logic [255:0] product;
  logic [4:0]   bit_at;
  wide_mul #(.AWidth(128), .BWidth(128), .Levels(3)) i_product (
      .clk, .rst, .in_valid(product_start), .a(ratio[127:0]), .b(power), .out_valid(product_valid), .product);
  power_of_tick i_power (.i(bit_at), .power);

  // ---- tick to price
  logic [19:0]  distance;  // bits still to come
  logic [128:0] ratio;     // Q128, of -|tick|
  logic [191:0] inverse;
  always_comb begin
    bit_at = 5'd0;
    for (int k = 19; k >= 0; k = k - 1) if (distance[k]) bit_at = 5'(k);
  end
  assign rounded = inverse[191:32] + {159'd0, inverse[31:0] != '0};

  // ---- price to tick
  // The contract's logarithm has 14 binary digits and leaves two ticks open most of the time; which of them it is does not depend on that.
  localparam logic [2:0] EstimateClocks = 3'd7;
  logic [159:0]       price_q;
  logic [2:0]         wait_left;
  logic signed [23:0] tick_low, tick_high;
  logic signed [23:0] before_high;
  tick_estimate i_estimate (.clk, .price(price_q), .low(tick_low), .high(tick_high));

  assign in_ready = state == Idle;
  assign product_start = state == Bits && distance != '0 && !ratio[128];
  assign md_valid = state == Invert;
  assign md_d     = {127'd0, ratio};
  assign store    = state == Round;

  logic looking_for_tick;  // the price that is being computed decides between two ticks
  always_ff @(posedge clk) begin
    out_valid <= 1'b0;
    case (state)
      Idle: if (in_valid) begin
        looking_for_tick <= to_tick;
        price_q          <= price;
        at               <= tick;
        wait_left        <= EstimateClocks;
        state            <= to_tick ? Estimate : Look;
      end
      Look: state <= Found;
      Found: begin
        distance  <= at[23] ? 20'(-at) : at[19:0];
        ratio     <= {1'b1, 128'd0};
        out_price <= seen[159:0];
        out_tick  <= at;
        state     <= Bits;
        if (seen[184:160] == {1'b1, at}) begin
          state     <= looking_for_tick ? Compare : Idle;
          out_valid <= !looking_for_tick;
        end
      end
      Bits: begin
        if (distance == '0) begin
          inverse <= {63'd0, ratio};
          state   <= !at[23] && at != '0 ? Invert : Round;
        end else begin
          distance[bit_at] <= 1'b0;
          if (ratio[128]) ratio <= {1'b0, power};
          else state <= Product;
        end
      end
      Product: if (product_valid) begin
        ratio <= {1'b0, product[255:128]};
        state <= Bits;
      end
      Invert: if (md_ready) state <= Inverse;
      Inverse: if (md_out_valid) begin
        inverse <= md_quotient[191:0];
        state   <= Round;
      end
      Round: begin
        out_price <= rounded;
        state     <= looking_for_tick ? Compare : Idle;
        out_valid <= !looking_for_tick;
      end
      Estimate: begin
        wait_left <= wait_left - 3'd1;
        if (wait_left == '0) state <= Bounds;
      end
      Bounds: begin
        at          <= tick_high;
        before_high <= tick_low;
        out_tick    <= tick_low;
        out_valid   <= tick_low == tick_high;
        state       <= tick_low == tick_high ? Idle : Look;
      end
      Compare: begin
        out_tick  <= out_price <= price_q ? at : before_high;
        out_valid <= 1'b1;
        state     <= Idle;
      end
      default: if (cleared == '1) state <= Idle;  // Clear
    endcase
    cleared <= cleared + 1'b1;
    if (abandon) begin
      state     <= Idle;
      out_valid <= 1'b0;
    end
    if (rst) begin
      state     <= Clear;
      cleared   <= '0;
      out_valid <= 1'b0;
    end
  end
endmodule
