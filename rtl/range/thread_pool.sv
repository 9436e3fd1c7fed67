// Free threads of all lanes: starts what a thread spawns, one a clock, lane after lane, and tells who joins when nobody but itself is left.
// At most 64 spawns may wait for places. From a spawn to the first thread's first instruction 3 clocks when a thread is free.
// SPDX-License-Identifier: Apache-2.0
module thread_pool
  import range_isa_pkg::*;
#(
    parameter int unsigned Lanes = 4
) (
    input  logic                         clk,
    input  logic                         rst,        // synchronous, active high
    input  logic                         begin_leg,  // one clock, nobody alive: starts the first thread
    input  logic [PcBits-1:0]            begin_at,   // there
    output logic                         alive,      // any thread
    input  logic [Lanes-1:0]             in_valid,
    output logic [Lanes-1:0]             in_ready,
    input  logic [Lanes*RequestBits-1:0] in_data,
    output logic                         out_valid,
    input  logic                         out_ready,
    output logic [AnswerBits-1:0]        out_data
);
  localparam int unsigned Threads   = 1 << ThreadBits;
  localparam int unsigned ValueBits = 64;  // of what a thread is spawned with, signed; differences of two fit as well
  localparam int unsigned SpawnBits = 1 + LaneBits + 1 + PcBits + 3 * ValueBits;

  logic                valid_1;
  logic [LaneBits-1:0] lane_1;
  request_t            request_1;
  unit_select #(.Lanes(Lanes), .Places(4)) i_select (
      .clk, .rst, .in_valid, .in_ready, .in_data, .hold(1'b0), .done({1'b0, valid_1}),
      .out_valid(valid_1), .out_lane(lane_1), .out(request_1));

  // ---- who waits for a thread
  logic                 spawn, nobody, queue_ready, waiting, start, last;
  logic [SpawnBits-1:0] asked, spawned;
  logic                 many, aside;  // aside: not in the lane that asks, if another has a thread
  logic [LaneBits-1:0]  asker;
  logic [PcBits-1:0]    start_pc;
  logic [ValueBits-1:0] first_value, step, last_offset, offset, start_value;  // offset from the first value, and the last one's at least
  assign spawn = begin_leg || (valid_1 && request_1.unit == UnitSpawn && !nobody);
  assign nobody = request_1.option[0] && $signed(request_1.a[ValueBits-1:0]) <= $signed(request_1.b[ValueBits-1:0]);
  assign asked = begin_leg ? {1'b0, {LaneBits{1'b0}}, 1'b0, begin_at, {3 * ValueBits{1'b0}}} :
      {request_1.option[1], lane_1, request_1.option[0], request_1.target, request_1.b[ValueBits-1:0], request_1.c[ValueBits-1:0],
       request_1.a[ValueBits-1:0] - request_1.b[ValueBits-1:0] - request_1.c[ValueBits-1:0]};
  answer_queue #(.Width(SpawnBits), .LogDepth(6)) i_queue (
      .clk, .rst, .in_valid(spawn), .in_ready(queue_ready), .in_data(asked),
      .out_valid(waiting), .out_ready(start && last), .out_data(spawned));
  assign {aside, asker, many, start_pc, first_value, step, last_offset} = spawned;
  assign start_value = first_value + offset;
  assign last        = !many || $signed(offset) >= $signed(last_offset);

  // ---- free threads; the lane after the last one used comes first, and of it the lowest
  logic [Lanes*Threads-1:0] free, lowest, taken, freed;
  logic [Lanes-1:0]         lane_free, lane_aside, lane_grant;
  logic                     stop;
  answer_t                  first;
  assign stop  = valid_1 && request_1.unit == UnitStop;
  assign freed = stop ? (Lanes * Threads)'(1) << {lane_1, request_1.thread} : '0;
  always_comb begin
    for (int i = 0; i < Lanes; i++) begin
      lane_free[i]               = free[i*Threads+:Threads] != '0;
      lane_aside[i]              = lane_free[i] && !(aside && asker == LaneBits'(i));
      lowest[i*Threads+:Threads] = free[i*Threads+:Threads] & -free[i*Threads+:Threads];
      taken[i*Threads+:Threads]  = lane_grant[i] ? lowest[i*Threads+:Threads] : '0;
    end
  end
  round_robin_arbiter #(.Ports(Lanes)) i_lane (.clk, .rst, .request(lane_aside != '0 ? lane_aside : lane_free), .grant(lane_grant), .advance(start));
  assign first.start = 1'b1;
  assign first.pc    = start_pc;
  assign first.d     = 5'd0;
  assign first.data  = WordBits'($signed(start_value));
  always_comb begin
    first.lane   = '0;
    first.thread = '0;
    for (int i = 0; i < Lanes; i++) begin
      if (lane_grant[i]) first.lane = first.lane | LaneBits'(i);
      for (int t = 0; t < Threads; t++) if (taken[i*Threads+t]) first.thread = first.thread | ThreadBits'(t);
    end
  end

  // ---- joining, and what comes out
  logic [15:0] count;  // started and not stopped
  logic        joining, joined;
  answer_t     join_answer, out_q;
  logic [LaneBits+ThreadBits+4:0] who_joins;
  assign joined = joining && count == 16'd1 && !waiting;
  assign start  = waiting && lane_free != '0 && (!out_valid || out_ready);
  assign alive  = count != '0 || waiting;
  always_ff @(posedge clk) begin
    if (out_ready) out_valid <= 1'b0;
    if (start) begin
      out_valid <= 1'b1;
      out_q     <= first;
    end else if (joined && (!out_valid || out_ready)) begin
      out_valid <= 1'b1;
      out_q     <= join_answer;
      joining   <= 1'b0;
    end
    if (valid_1 && request_1.unit == UnitJoin) begin
      joining   <= 1'b1;
      who_joins <= {lane_1, request_1.thread, request_1.d};
    end
    free  <= (start ? free & ~taken : free) | freed;
    count <= count + 16'(start) - 16'(stop);
    if (start) offset <= last ? '0 : offset + step;
    if (rst) begin
      out_valid <= 1'b0;
      joining   <= 1'b0;
      offset    <= '0;
      free      <= '1;
      count     <= '0;
    end
  end
  assign join_answer.start = 1'b0;
  assign join_answer.pc    = '0;
  assign join_answer.data  = '0;
  assign {join_answer.lane, join_answer.thread, join_answer.d} = who_joins;
  assign out_data          = out_q;

  always_ff @(posedge clk) begin
    if (!rst && spawn) a_spawned_has_a_place: assert (queue_ready);
    if (!rst && begin_leg) a_nobody_alive: assert (count == '0 && start);
  end
  wire unused = &{1'b0, request_1};
endmodule
