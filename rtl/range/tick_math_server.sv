// Several tick_math for the lanes. A tick always goes to the same of them, so that its memory of prices serves whoever asks again.
// A price's tick is one unit's by the price, so that a bound's price may be wanted of any. While the engine rests all of them take the ticks that it may want
// (near_prices), so that each remembers them; what is not there when it begins is given up.
// SPDX-License-Identifier: Apache-2.0
module tick_math_server
  import range_isa_pkg::*;
#(
    parameter int unsigned Lanes = 4,
    parameter int unsigned Units = 4,  // 2 or 4
    parameter int unsigned LogPrices = 11  // 2^LogPrices remembered by each
) (
    input  logic                         clk,
    input  logic                         rst,           // synchronous, active high
    output logic                         ready,         // the memories are clear, 2^LogPrices clocks behind a reset
    input  logic                         rests,         // no lane asks, now or in the next clocks
    input  logic                         ahead_valid,   // a tick whose price is to be remembered, held until ahead_ready or the engine begins
    output logic                         ahead_ready,
    input  logic signed [23:0]           ahead_tick,
    output logic                         ahead_works,   // such a price is not there yet
    input  logic [Lanes-1:0]             in_valid,
    output logic [Lanes-1:0]             in_ready,
    input  logic [Lanes*RequestBits-1:0] in_data,
    output logic                         out_valid,
    input  logic                         out_ready,
    output logic [AnswerBits-1:0]        out_data,
    output logic                         md_valid,      // for floor((2^256 - 1) / md_d)
    input  logic                         md_ready,
    output logic [3:0]                   md_tag,
    output logic [255:0]                 md_d,
    input  logic                         md_out_valid,
    input  logic [3:0]                   md_out_tag,
    input  logic [255:0]                 md_quotient
);
  localparam int unsigned LogPlaces = 4;
  localparam int unsigned UnitBits  = $clog2(Units);

  typedef struct packed {
    logic [LaneBits-1:0]   lane;
    logic [ThreadBits-1:0] thread;
    logic [4:0]            d;
    logic                  to_tick;
    logic [159:0]          operand;  // price, or tick
  } ask_t;
  localparam int unsigned AskBits = $bits(ask_t);

  logic                valid_0;
  logic [LaneBits-1:0] lane_0;
  request_t            request_0;
  ask_t                ask_0;
  logic [UnitBits-1:0] unit_0;
  logic [Units-1:0]    ahead, ahead_free, units_idle;  // a unit computes such a price; it may begin one
  unit_select #(.Lanes(Lanes), .Places(1 << LogPlaces)) i_select (
      .clk, .rst, .in_valid, .in_ready, .in_data, .hold(1'b0), .done({1'b0, out_valid && out_ready}),
      .out_valid(valid_0), .out_lane(lane_0), .out(request_0));
  assign ask_0.lane    = lane_0;
  assign ask_0.thread  = request_0.thread;
  assign ask_0.d       = request_0.d;
  assign ask_0.to_tick = request_0.option[0];
  assign ask_0.operand = request_0.b[159:0];
  // Which: parities that spread the multiples of every usual spacing around any tick, chosen by trying (bits in groups put those of 60 all to one).
  localparam logic [3*24-1:0] Parities = {24'h01e2fe, 24'h018a07, 24'h0c280d};
  for (genvar k = 0; k < UnitBits; k = k + 1) begin : g_which
    assign unit_0[k] = ^(request_0.b[23:0] & Parities[k*24+:24]);
  end
  assign ahead_works = ahead != '0;
  assign ahead_ready = rests && ahead_free == '1;

  logic [Units-1:0]            answer_valid, answer_grant, divide_valid, divide_grant, fifo_ready;
  logic [Units*AnswerBits-1:0] answers;
  logic [Units*256-1:0]        divisors;
  for (genvar u = 0; u < Units; u = u + 1) begin : g_unit
    logic               asked, idle, busy, answered, given, start, begins, owed;  // owed: the quotient of one that may have been given up is to come
    logic [AskBits-1:0] head_bits;
    ask_t               head;
    logic               to_tick;
    logic signed [23:0] tick;
    logic [159:0]       price;
    answer_t            answer;
    logic [LaneBits+ThreadBits+4:0] who;
    logic [WordBits-1:0] found;
    stream_fifo #(.Width(AskBits), .LogDepth(LogPlaces)) i_asked (
        .clk, .rst, .in_valid(valid_0 && unit_0 == UnitBits'(u)), .in_ready(fifo_ready[u]), .in_data(ask_0),
        .out_valid(asked), .out_ready(start), .out_data(head_bits));
    assign head  = head_bits;
    assign start = asked && idle && !ahead[u] && (!busy || given);
    assign begins = ahead_valid && ahead_ready;
    assign units_idle[u] = idle;
    assign ahead_free[u] = idle && !asked && !busy && !ahead[u] && !owed;
    assign given = answer_grant[u] && out_ready;
    tick_math #(.LogPrices(LogPrices)) i_tick_math (
        .clk, .rst, .abandon(ahead[u] && !rests), .in_valid(start || begins), .in_ready(idle), .to_tick(head.to_tick && !begins),
        .tick(begins ? ahead_tick : head.operand[23:0]), .price(head.operand),
        .out_valid(answered), .out_tick(tick), .out_price(price),
        .md_valid(divide_valid[u]), .md_ready(divide_grant[u] && md_ready), .md_d(divisors[u*256+:256]),
        .md_out_valid(md_out_valid && md_out_tag == {ahead[u], 3'(u)}), .md_quotient);
    always_ff @(posedge clk) begin
      if (given) begin
        answer_valid[u] <= 1'b0;
        busy            <= 1'b0;
      end
      if (start) begin
        busy          <= 1'b1;
        to_tick       <= head.to_tick;
        who           <= {head.lane, head.thread, head.d};
      end
      if (begins) ahead[u] <= 1'b1;
      else if (answered || !rests) ahead[u] <= 1'b0;
      if (ahead[u] && divide_grant[u] && md_ready) owed <= 1'b1;
      else if (md_out_valid && md_out_tag == {1'b1, 3'(u)}) owed <= 1'b0;
      if (answered && !ahead[u]) begin
        answer_valid[u] <= 1'b1;
        found           <= to_tick ? WordBits'(tick) : WordBits'(price);
      end
      if (rst) begin
        busy            <= 1'b0;
        ahead[u]        <= 1'b0;
        owed            <= 1'b0;
        answer_valid[u] <= 1'b0;
      end
    end
    assign answer.start = 1'b0;
    assign answer.pc    = '0;
    assign {answer.lane, answer.thread, answer.d} = who;
    assign answer.data  = found;
    assign answers[u*AnswerBits+:AnswerBits] = answer;
  end

  round_robin_arbiter #(.Ports(Units)) i_answers (.clk, .rst, .request(answer_valid), .grant(answer_grant), .advance(out_ready));
  assign out_valid = answer_valid != '0;
  assign md_valid  = divide_valid != '0;
  always_comb begin
    out_data     = '0;
    divide_grant = '0;
    md_tag       = '0;
    md_d         = '0;
    for (int u = Units - 1; u >= 0; u--) begin
      if (answer_grant[u]) out_data = answers[u*AnswerBits+:AnswerBits];
      if (divide_valid[u]) begin
        divide_grant    = '0;
        divide_grant[u] = 1'b1;
        md_tag          = {ahead[u], 3'(u)};
        md_d            = divisors[u*256+:256];
      end
    end
  end
  always_ff @(posedge clk) ready <= !rst && (ready || units_idle == '1);
  always_ff @(posedge clk) begin
    if (!rst) a_rests: assert (!rests || !valid_0);
    if (!rst && valid_0) a_request_has_a_place: assert (fifo_ready[unit_0]);
  end
  wire unused = &{1'b0, request_0};
endmodule
