// The threads of a lane: who may issue an instruction, from where, and which words of the unit file are still awaited.
// A thread is looked at every second clock at most; one that needs an awaited word sleeps until something comes for it.
// Clock 0: a thread is picked and its address goes to the program; clock 1: the instruction is here and is issued or not.
// SPDX-License-Identifier: Apache-2.0
module range_threads
  import range_isa_pkg::*;
#(
    localparam int unsigned Threads = 1 << ThreadBits
) (
    input  logic                  clk,
    input  logic                  rst,            // synchronous, active high
    output logic [PcBits-1:0]     pc,             // clock 0: of the thread picked
    input  instruction_t          instruction,    // clock 1
    input  logic                  room,           // a unit's request would find a place
    output logic                  issue,          // clock 1
    output logic [ThreadBits-1:0] issue_thread,
    output logic [PcBits-1:0]     issue_pc,
    input  logic                  resolve,        // a jump's outcome
    input  logic [ThreadBits-1:0] resolve_thread,
    input  logic [PcBits-1:0]     resolve_pc,
    input  logic                  answer_valid,
    input  answer_t               answer
);
  localparam logic [3:0] Retry = 4'd3;  // clocks after finding no room

  logic [Threads-1:0]        ready;
  logic [Threads-1:0]        asleep;
  logic [Threads-1:0]        rested;
  logic [Threads*4-1:0]      rest;
  logic [Threads*PcBits-1:0] pcs;
  logic [Threads*32-1:0]     awaited;

  // ---- clock 0
  logic [Threads-1:0]    grant, woken;  // woken: something has just come for it
  logic [ThreadBits-1:0] picked;
  always_comb begin
    for (int t = 0; t < Threads; t++) begin
      rested[t] = rest[t*4+:4] == '0;
      woken[t]  = answer_valid && !answer.start && answer.thread == ThreadBits'(t) && asleep[t];
    end
  end
  round_robin_arbiter #(.Ports(Threads)) i_pick (.clk, .rst, .request((ready | woken) & rested), .grant, .advance(1'b1));
  always_comb begin
    picked = '0;
    pc     = '0;
    for (int t = 0; t < Threads; t++) begin
      if (grant[t]) begin
        picked = ThreadBits'(t);
        pc     = pcs[t*PcBits+:PcBits];
      end
    end
  end

  // ---- clock 1
  logic        valid_1;
  logic [31:0] waits;  // the picked thread's awaited words
  logic        missing, answers, stops;
  function automatic logic awaits(input logic [31:0] waiting, input logic [6:0] operand);
    awaits = operand[6:5] == FileUnit && waiting[operand[4:0]];
  endfunction
  assign waits   = awaited[issue_thread*32+:32];
  assign answers = instruction.unit != UnitNone && instruction.unit <= LastAnswering;
  assign stops   = instruction.unit == UnitStop;
  assign missing = awaits(waits, instruction.a) || awaits(waits, instruction.b) || awaits(waits, instruction.c) ||
                   (answers && waits[instruction.d]) || (stops && waits != '0);
  assign issue   = valid_1 && !missing && (room || instruction.unit == UnitNone);

  always_ff @(posedge clk) begin
    valid_1      <= grant != '0;
    issue_thread <= picked;
    issue_pc     <= pc;
    for (int t = 0; t < Threads; t++) if (!rested[t]) rest[t*4+:4] <= rest[t*4+:4] - 4'd1;
    if (grant != '0) ready[picked] <= 1'b0;
    if (valid_1) begin
      if (missing) begin
        asleep[issue_thread] <= 1'b1;
      end else if (!issue) begin
        ready[issue_thread]      <= 1'b1;
        rest[issue_thread*4+:4] <= Retry;
      end else begin
        pcs[issue_thread*PcBits+:PcBits] <= instruction.jump == JumpAlways ? instruction.target : issue_pc + 1'b1;
        ready[issue_thread]              <= (instruction.jump == JumpNo || instruction.jump == JumpAlways) && !stops;
        rest[issue_thread*4+:4]          <= instruction.rest;
        if (answers) awaited[{issue_thread, instruction.d}] <= 1'b1;
      end
    end
    if (resolve) begin
      pcs[resolve_thread*PcBits+:PcBits] <= resolve_pc;
      ready[resolve_thread]              <= 1'b1;
    end
    if (answer_valid) begin
      awaited[{answer.thread, answer.d}] <= 1'b0;
      if (answer.start) begin
        pcs[answer.thread*PcBits+:PcBits] <= answer.pc;
        rest[answer.thread*4+:4]          <= '0;
        ready[answer.thread]              <= 1'b1;
      end else if (asleep[answer.thread] || (valid_1 && missing && issue_thread == answer.thread)) begin
        asleep[answer.thread] <= 1'b0;
        ready[answer.thread]  <= !grant[answer.thread];
      end
    end
    if (rst) begin
      valid_1 <= 1'b0;
      ready   <= '0;
      asleep  <= '0;
      rest    <= '0;
      awaited <= '0;
    end
  end

  always_ff @(posedge clk) begin
    if (!rst && answer_valid && !answer.start) a_awaited: assert (awaited[{answer.thread, answer.d}]);
  end
  wire unused = &{1'b0, instruction, answer};
endmodule
