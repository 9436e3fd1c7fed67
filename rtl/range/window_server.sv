// The pool's listed ticks for the lanes: a field of the i-th (beyond either end a tick that no swap comes to), or the gross liquidity
// at a tick, zero when it is not listed. When a leg begins it copies the ticks into registers, which are compared all at once.
// From a request to its answer 6 clocks; initiation interval 1.
// SPDX-License-Identifier: Apache-2.0
module window_server
  import range_isa_pkg::*, range_pkg::*;
#(
    parameter int unsigned Lanes = 4
) (
    input  logic                         clk,
    input  logic                         rst,           // synchronous, active high
    input  logic                         begin_leg,     // one clock
    input  logic [7:0]                   count,         // of the leg's window
    input  logic                         zero_for_one,
    input  logic [Lanes-1:0]             in_valid,
    output logic [Lanes-1:0]             in_ready,
    input  logic [Lanes*RequestBits-1:0] in_data,
    output logic                         out_valid,
    input  logic                         out_ready,
    output logic [AnswerBits-1:0]        out_data,
    output logic                         tick_read,
    output logic [WindowBits-1:0]        tick_at,
    input  window_tick_t                 tick_entry,    // 3 clocks after tick_read
    output logic                         copies_tick,   // tick_entry is the one of this place, and is being copied
    output logic [WindowBits-1:0]        copies_at
);
  localparam int unsigned LogPlaces = 4;
  localparam int unsigned Capacity  = 1 << WindowBits;

  typedef struct packed {
    logic [LaneBits-1:0]   lane;
    logic [ThreadBits-1:0] thread;
    logic [4:0]            d;
    logic [1:0]            field;
    logic [23:0]           wanted;  // place, or tick
  } ask_t;
  localparam int unsigned AskBits = $bits(ask_t);

  // ---- requests wait here for the copy
  logic                valid_0;
  logic [LaneBits-1:0] lane_0;
  request_t            request_0;
  ask_t                ask_0, ask_1, ask_2;
  logic                fifo_ready, valid_1, valid_2, take_1, copied;
  logic [AskBits-1:0]  ask_1_bits;
  unit_select #(.Lanes(Lanes), .Places(1 << LogPlaces)) i_select (
      .clk, .rst, .in_valid, .in_ready, .in_data, .hold(1'b0), .done({1'b0, out_valid && out_ready}),
      .out_valid(valid_0), .out_lane(lane_0), .out(request_0));
  assign ask_0.lane   = lane_0;
  assign ask_0.thread = request_0.thread;
  assign ask_0.d      = request_0.d;
  assign ask_0.field  = request_0.option[1:0];
  assign ask_0.wanted = request_0.b[23:0];
  stream_fifo #(.Width(AskBits), .LogDepth(LogPlaces)) i_asked (
      .clk, .rst, .in_valid(valid_0), .in_ready(fifo_ready), .in_data(ask_0),
      .out_valid(valid_1), .out_ready(take_1), .out_data(ask_1_bits));
  assign ask_1  = ask_1_bits;
  assign take_1 = copied || ask_1.field != WindowGrossAt;

  // ---- the copy
  logic [Capacity*24-1:0]  ticks;
  logic [7:0]              copy_next;  // to be read
  logic [7:0]              copied_count;
  logic                    copying, copy_read, read_3;
  logic [WindowBits-1:0]   copy_at_3;
  logic [Capacity-1:0]     match_1, match_2;
  logic                    inside_2;
  logic [WindowBits-1:0]   place_2;
  assign copied = copied_count == count;
  always_comb for (int i = 0; i < Capacity; i++) match_1[i] = 8'(i) < count && ticks[i*24+:24] == ask_1.wanted;

  // ---- the read
  always_comb begin
    place_2 = ask_2.wanted[WindowBits-1:0];
    if (ask_2.field == WindowGrossAt) begin
      place_2 = '0;
      for (int i = 0; i < Capacity; i++) if (match_2[i]) place_2 = place_2 | WindowBits'(i);
    end
  end
  assign inside_2  = ask_2.field == WindowGrossAt ? match_2 != '0 : ask_2.wanted < 24'(count);
  assign copy_read = copying && copy_next != count && !(valid_2 && inside_2);
  assign tick_read = copy_read || (valid_2 && inside_2);
  assign tick_at   = valid_2 && inside_2 ? place_2 : copy_next[WindowBits-1:0];

  ask_t               ask_5;
  logic               valid_5, inside_5;
  logic [AskBits-1:0] ask_5_bits;
  logic [2:0]         valids, copies;
  delay_line #(.Width(AskBits + 1), .Depth(3)) i_ask (.clk, .in({inside_2, ask_2}), .out({inside_5, ask_5_bits}));
  delay_line #(.Width(WindowBits), .Depth(3)) i_copy_at (.clk, .in(copy_next[WindowBits-1:0]), .out(copy_at_3));
  assign ask_5   = ask_5_bits;
  assign valid_5 = valids[2];
  assign read_3  = copies[2];
  assign copies_tick = read_3;
  assign copies_at   = copy_at_3;
  always_ff @(posedge clk) begin
    valid_2 <= valid_1 && take_1;
    ask_2   <= ask_1;
    match_2 <= match_1;
    valids  <= {valids[1:0], valid_2};
    copies  <= {copies[1:0], copy_read};
    if (copy_read) copy_next <= copy_next + 8'd1;
    if (copy_next == count) copying <= 1'b0;
    if (read_3) begin
      ticks[copy_at_3*24+:24] <= tick_entry.tick;
      copied_count            <= copied_count + 8'd1;
    end
    if (begin_leg) begin
      copying      <= 1'b1;
      copy_next    <= '0;
      copied_count <= '0;
    end
    if (rst) begin
      valid_2      <= 1'b0;
      valids       <= '0;
      copies       <= '0;
      copying      <= 1'b0;
    end
  end

  answer_t answer;
  logic    answer_ready;
  assign answer.start  = 1'b0;
  assign answer.pc     = '0;
  assign answer.lane   = ask_5.lane;
  assign answer.thread = ask_5.thread;
  assign answer.d      = ask_5.d;
  always_comb begin
    answer.data = '0;
    if (inside_5) begin
      case (ask_5.field)
        WindowTick:  answer.data = WordBits'($signed(tick_entry.tick));
        WindowNet:   answer.data = WordBits'($signed(tick_entry.net));
        WindowRatio: answer.data = WordBits'(tick_entry.ratio);
        default:     answer.data = WordBits'(tick_entry.gross);
      endcase
    end else if (ask_5.field == WindowTick) begin
      answer.data = zero_for_one ? -WordBits'(24'h800000) : WordBits'(24'h7fffff);
    end
  end
  answer_queue #(.Width(AnswerBits), .LogDepth(LogPlaces)) i_answers (
      .clk, .rst, .in_valid(valid_5), .in_ready(answer_ready), .in_data(answer), .out_valid, .out_ready, .out_data);
  always_ff @(posedge clk) begin
    if (!rst && valid_0) a_request_has_a_place: assert (fifo_ready);
    if (!rst && valid_5) a_answer_has_a_place: assert (answer_ready);
  end
  wire unused = &{1'b0, request_0, ask_5, copy_next};
endmodule
