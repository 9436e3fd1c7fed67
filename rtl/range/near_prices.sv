// Which ticks' prices are computed ahead, while the engine rests: of each pool state that is taken the ends of the sixteen cells around spot, nearest first, and
// the ends of spot's word of the bitmap on either side. A leg finds those it needs in the memory of tick_math_server; a price depends on its tick alone, so what is
// there is never old. A leg that comes meanwhile stops it, and the pool begins anew behind it. States that find no place are left out: their legs compute
// for themselves.
// SPDX-License-Identifier: Apache-2.0
module near_prices #(
    parameter int unsigned LogStates = 6  // 2^LogStates and two pool states at most wait
) (
    input  logic               clk,
    input  logic               rst,          // synchronous, active high
    input  logic               in_valid,     // a pool's state
    input  logic signed [23:0] tick,         // within TickMath's range
    input  logic        [13:0] tick_spacing, // not 0
    input  logic               stop,         // what was asked for last may be lost
    input  logic               working,      // what was asked for is not there yet
    output logic               out_valid,    // until out_ready or stop
    input  logic               out_ready,
    output logic signed [23:0] out_tick
);
  localparam int unsigned CellBits = 21;
  localparam logic [4:0] Near = 5'd16, LastOne = 5'd17;
  typedef enum logic [2:0] {Idle = 3'd0, Divide = 3'd1, Pick = 3'd2, Times = 3'd3, Offset = 3'd4, Ask = 3'd5, Settle = 3'd6} state_t;
  state_t state;

  logic               waits, fifo_ready;
  logic signed [23:0] of_tick;
  logic [13:0]        spacing, of_spacing;
  stream_fifo #(.Width(38), .LogDepth(LogStates)) i_states (
      .clk, .rst, .in_valid, .in_ready(fifo_ready), .in_data({tick, tick_spacing}), .out_valid(waits), .out_ready(state == Idle), .out_data({of_tick, of_spacing}));

  // ---- spot's cell, floor(tick / spacing) + 2^20, a bit a clock
  logic [4:0]          left, number;  // bits; of the tick in the list
  logic [13:0]         rest;
  logic [CellBits-1:0] spot, cell_at, away;
  logic [14:0]         trial;
  logic [34:0]         product, sum;
  assign trial = {rest, spot[CellBits-1]};
  assign away  = CellBits'(number[4:1]) + CellBits'(number[0]);  // 0, 1, -1, 2, -2 .. -7, 8
  assign sum   = product - {1'b0, spacing, 20'd0};
  wire in_range = $signed(sum) >= 35'(range_pkg::MinTick) && $signed(sum) <= 35'(range_pkg::MaxTick);
  wire [34:0] offset_tick = {1'b0, of_spacing, 20'd0} + {{11{of_tick[23]}}, of_tick};
  assign out_valid = state == Ask;
  always_ff @(posedge clk) begin
    product <= 35'(cell_at) * 35'(spacing);
    case (state)
      Idle: begin
        number       <= '0;
        left         <= 5'(CellBits);
        spacing      <= of_spacing;
        {rest, spot} <= offset_tick;
        if (waits) state <= Divide;
      end
      Divide: begin
        left <= left - 5'd1;
        rest <= trial >= {1'b0, spacing} ? 14'(trial - {1'b0, spacing}) : trial[13:0];
        spot <= {spot[CellBits-2:0], trial >= {1'b0, spacing}};
        if (left == 5'd1) state <= Pick;
      end
      Pick: begin
        if (number < Near) cell_at <= number[0] ? spot + away : spot - away;
        else cell_at <= number == Near ? {spot[CellBits-1:8], 8'd0} : (spot + CellBits'(1)) | CellBits'(255);
        state <= number > LastOne ? Settle : Times;
      end
      Times: state <= Offset;
      Offset: begin
        out_tick <= sum[23:0];
        number   <= number + 5'd1;
        state    <= in_range ? Ask : Pick;
      end
      Ask: if (out_ready) state <= Pick;
      default: if (!working) state <= Idle;  // Settle
    endcase
    if (stop && state != Idle && state != Divide) begin
      number <= '0;
      state  <= Pick;
    end
    if (rst) state <= Idle;
  end
  wire unused = &{1'b0, fifo_ready};
endmodule
