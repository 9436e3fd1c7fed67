// One entry of TICKS a clock against the pool and the entry before it: check_tick of kernels/hls/range_records.cpp. The verdict comes two
// clocks after the entry. A tick is a multiple of the spacing when the low 46 bits of |tick| * ceil(2^46 / spacing) are below that
// factor (Lemire, Kaser, Kurz: Faster remainder by direct computation, 2019; 31 bits of tick and 14 of spacing need 45).
// SPDX-License-Identifier: Apache-2.0
module tick_entry_check (
    input  logic               clk,
    input  logic               rst,          // synchronous, active high
    input  logic               in_valid,
    input  logic signed [31:0] tick,
    input  logic        [127:0] gross,
    input  logic signed [127:0] net,
    input  logic               is_first,
    input  logic               is_below,     // its place says that it is at or below the pool's tick
    input  logic        [46:0] factor,       // ceil(2^46 / spacing)
    input  logic signed [31:0] known_lower,
    input  logic signed [31:0] known_upper,
    input  logic signed [23:0] pool_tick,
    output logic               out_valid,
    output logic        [15:0] reason        // none: a good one
);
  logic [31:0] distance;
  logic [78:0] product;
  assign distance = tick[31] ? 32'(-tick) : 32'(tick);
  wide_mul #(.AWidth(47), .BWidth(32), .Levels(1)) i_product (
      .clk, .rst, .in_valid, .a(factor), .b(distance), .out_valid, .product);
  wire unused = &{1'b0, product[78:46]};

  logic signed [31:0] previous;
  logic [127:0] magnitude, gross_1;
  logic unknown_1, unordered_1, outside_1, unknown_2, unordered_2, bad_2;
  always_ff @(posedge clk) begin
    if (in_valid) begin
      previous    <= tick;
      unknown_1   <= tick < known_lower || tick > known_upper;
      unordered_1 <= (!is_first && tick <= previous) || (tick <= 32'(pool_tick)) != is_below;
      outside_1   <= tick < 32'(range_pkg::MinTick) || tick > 32'(range_pkg::MaxTick);
      magnitude   <= net[127] ? 128'(-net) : 128'(net);
      gross_1     <= gross;
    end
    unknown_2   <= unknown_1;
    unordered_2 <= unordered_1;
    bad_2       <= outside_1 || gross_1 == '0 || magnitude > gross_1;
  end

  wire off_spacing = {1'b0, product[45:0]} >= factor;
  always_comb begin
    reason = contract_pkg::ReasonNone;
    if (unknown_2 || off_spacing) reason = contract_pkg::ReasonBadField;
    else if (unordered_2) reason = contract_pkg::ReasonTicksUnordered;
    else if (bad_2) reason = contract_pkg::ReasonBadField;
  end
endmodule
