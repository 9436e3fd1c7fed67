// TickMath of v3-core: tick to square-root price and back, bit for bit, one request at a time, with a memory of 256 prices.
// A price from the memory takes 3 clocks; a computed one 6 a set bit of the tick, and a division above zero; a tick from a price
// 84 and one or two prices. The division is asked for at a shared mul_div (2^256 - 1 over what md_d says).
// SPDX-License-Identifier: Apache-2.0
module tick_math (
    input  logic               clk,
    input  logic               rst,           // synchronous, active high
    input  logic               in_valid,      // taken when in_ready; answered by one clock of out_valid
    output logic               in_ready,
    input  logic               to_tick,       // 1: from price to tick, 0: from tick to price
    input  logic signed [23:0] tick,          // in [MIN_TICK, MAX_TICK]
    input  logic [159:0]       price,         // in [MIN_SQRT_RATIO, MAX_SQRT_RATIO)
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
                         Square = 4'd8, Squared = 4'd9, Logarithm = 4'd10, Bounds = 4'd11, Compare = 4'd12;
  logic [3:0] state;

  // ---- the memory of prices
  logic [7:0]   slot;
  logic [255:0] known;
  logic [183:0] seen;
  logic         store;
  function automatic logic [7:0] slot_of(input logic [23:0] t);
    slot_of = t[7:0] ^ t[15:8] ^ t[23:16];
  endfunction
  logic signed [23:0] at;  // the tick whose price is wanted
  logic [159:0]       rounded;
  ram_1r1w #(.Width(184), .Depth(256)) i_memory (
      .clk, .write(store), .write_at(slot), .write_data({at, rounded}), .read_at(slot), .read_data(seen));
  assign slot = slot_of(at);

  // ---- one multiplier of 128 x 128 bits for both directions
  logic         product_start, product_valid;
  logic [127:0] factor_a, factor_b, power;
  logic [255:0] product;
  logic [4:0]   bit_at;
  wide_mul #(.AWidth(128), .BWidth(128), .Levels(3)) i_product (
      .clk, .rst, .in_valid(product_start), .a(factor_a), .b(factor_b), .out_valid(product_valid), .product);
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
  logic                to_tick_q;
  logic [159:0]        price_q;
  logic [255:0]        price_shifted;  // its highest bit on top
  logic [7:0]          msb;
  logic [127:0]        fraction;
  logic [3:0]          digits;  // still to come
  logic signed [22:0]  log_2;   // 14 binary digits after the point
  logic signed [102:0] log_sqrt;
  logic signed [155:0] log_low, log_high;
  logic signed [23:0]  tick_low, tick_high;
  logic signed [23:0]  before_high;
  highest_bit i_highest (.x({96'd0, price}), .place(msb));
  assign price_shifted = {96'd0, price} << ~msb;
  assign log_low       = $signed({{3{log_sqrt[102]}}, log_sqrt, 50'd0}) - $signed({28'd0, 128'h028f6481ab7f045a5af012a19d003aaa});
  assign log_high      = $signed({{3{log_sqrt[102]}}, log_sqrt, 50'd0}) + $signed({28'd0, 128'hdb2df09e81959a81455e260799a0632f});
  assign tick_low      = log_low[151:128];
  assign tick_high     = log_high[151:128];

  assign in_ready = state == Idle;
  assign factor_a = to_tick_q ? fraction : ratio[127:0];
  assign factor_b = to_tick_q ? fraction : power;
  assign product_start = state == Square || (state == Bits && distance != '0 && !ratio[128]);
  assign md_valid = state == Invert;
  assign md_d     = {127'd0, ratio};
  assign store    = state == Round;

  logic looking_for_tick;  // the price that is being computed decides between two ticks
  always_ff @(posedge clk) begin
    out_valid <= 1'b0;
    case (state)
      Idle: if (in_valid) begin
        to_tick_q        <= to_tick;
        looking_for_tick <= to_tick;
        price_q          <= price;
        at               <= tick;
        fraction         <= price_shifted[255:128];
        log_2            <= $signed({1'b0, msb, 14'd0}) - 23'sd1572864;  // (msb - 96) * 2^14
        digits           <= 4'd13;
        state            <= to_tick ? Square : Look;
      end
      Look: state <= Found;
      Found: begin
        distance  <= at[23] ? 20'(-at) : at[19:0];
        ratio     <= {1'b1, 128'd0};
        out_price <= seen[159:0];
        out_tick  <= at;
        state     <= Bits;
        if (known[slot] && seen[183:160] == at) begin
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
      Square: state <= Squared;
      Squared: if (product_valid) begin
        fraction <= product[255] ? product[255:128] : product[254:127];
        if (product[255]) log_2 <= log_2 + (23'sd1 <<< digits);
        digits   <= digits - 4'd1;
        state    <= digits == 4'd0 ? Logarithm : Square;
      end
      Logarithm: begin
        log_sqrt  <= 103'(log_2 * $signed({24'd0, 79'h3627a301d71055774c85}));
        to_tick_q <= 1'b0;
        state     <= Bounds;
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
      default: state <= Idle;
    endcase
    if (store) known[slot] <= 1'b1;
    if (rst) begin
      state     <= Idle;
      known     <= '0;
      out_valid <= 1'b0;
    end
  end
endmodule
