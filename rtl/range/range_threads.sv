// The threads of a lane: who may issue an instruction, from where, and which words of the unit file are still awaited.
// A thread is looked at every second clock; when nobody else may issue, its next instruction follows in the next clock where the program allows
// it. One that needs an awaited word sleeps until something comes for it, one that needs a constant that is not published until one is.
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
    input  logic [63:0]           there,          // constants that may be read
    input  logic                  published,      // one that was not there is
    input  logic                  answer_valid,
    input  answer_t               answer
);
  localparam int unsigned RestBits = 15;  // an instruction's `rest` is at most 15
  localparam logic [3:0]  Retry    = 4'd3;  // clocks after finding no room

  logic [Threads-1:0]          ready;
  logic [Threads-1:0]          asleep;
  logic [Threads*RestBits-1:0] rest;  // of each thread as many ones as it still rests clocks, so that one bit says whether it does
  logic [Threads*PcBits-1:0]   pcs;
  logic [Threads*32-1:0]       awaited;
  function automatic logic [RestBits-1:0] clocks(input logic [3:0] count);
    for (int i = 0; i < RestBits; i++) clocks[i] = count > 4'(i);
  endfunction

  // ---- clock 0
  logic [Threads-1:0]    answered, may, grant;  // answered: an answer is for it; may: issue, also when that answer is what it sleeps for
  logic [ThreadBits-1:0] picked;
  logic                  alone;    // nobody may
  assign alone = may == '0;
  always_comb begin
    for (int t = 0; t < Threads; t++) begin
      answered[t] = answer_valid && answer.thread == ThreadBits'(t);
      may[t]      = (ready[t] || (answered[t] && !answer.start && asleep[t])) && !rest[t*RestBits];
    end
  end
  round_robin_arbiter #(.Ports(Threads)) i_pick (.clk, .rst, .request(may), .grant, .advance(1'b1));
  always_comb begin
    picked = '0;
    pc     = '0;
    for (int t = 0; t < Threads; t++) begin
      picked = picked | (grant[t] ? ThreadBits'(t) : '0);
      pc     = pc | (grant[t] ? pcs[t*PcBits+:PcBits] : '0);
    end
    if (alone) pc = issue_pc + 1'b1;
  end

  // ---- clock 1
  logic [Threads-1:0] picked_1;
  logic               valid_1;
  logic [31:0]        waits;  // the picked thread's awaited words
  logic [31:0]        asked, came;  // words that are awaited from now on, and no more
  logic               missing, answers, stops, follows;
  function automatic logic awaits(input logic [31:0] waiting, input logic [63:0] known, input logic [6:0] operand);
    awaits = (operand[6:5] == FileUnit && waiting[operand[4:0]]) || (operand[6] && !known[operand[5:0]]);
  endfunction
  assign valid_1 = picked_1 != '0;
  assign waits   = awaited[issue_thread*32+:32];
  assign answers = instruction.unit != UnitNone && instruction.unit <= LastAnswering;
  assign stops   = instruction.unit == UnitStop;
  assign missing = awaits(waits, there, instruction.a) || awaits(waits, there, instruction.b) || awaits(waits, there, instruction.c) ||
                   (answers && waits[instruction.d]) || (stops && waits != '0);
  assign issue   = valid_1 && !missing && (room || instruction.unit == UnitNone);
  assign follows = alone && issue && instruction.follow;
  assign asked   = issue && answers ? 32'd1 << instruction.d : '0;
  assign came    = 32'd1 << answer.d;

  always_ff @(posedge clk) begin
    picked_1     <= follows ? picked_1 : grant;
    issue_thread <= alone ? issue_thread : picked;
    issue_pc     <= pc;
    for (int t = 0; t < Threads; t++) begin
      rest[t*RestBits+:RestBits] <= rest[t*RestBits+:RestBits] >> 1;
      awaited[t*32+:32]          <= (awaited[t*32+:32] | (picked_1[t] ? asked : '0)) & ~(answered[t] ? came : '0);
      if (grant[t]) ready[t] <= 1'b0;
      if (picked_1[t]) begin
        if (missing) begin
          asleep[t] <= 1'b1;
        end else if (!issue) begin
          ready[t]                   <= 1'b1;
          rest[t*RestBits+:RestBits] <= clocks(Retry);
        end else begin
          pcs[t*PcBits+:PcBits]      <= instruction.jump == JumpAlways ? instruction.target : issue_pc + 1'b1;
          ready[t]                   <= (instruction.jump == JumpNo || instruction.jump == JumpAlways) && !stops && !follows;
          rest[t*RestBits+:RestBits] <= clocks(instruction.rest);
        end
      end
      if (resolve && resolve_thread == ThreadBits'(t)) begin
        pcs[t*PcBits+:PcBits] <= resolve_pc;
        ready[t]              <= 1'b1;
      end
      if (answered[t] && answer.start) begin
        pcs[t*PcBits+:PcBits]      <= answer.pc;
        rest[t*RestBits+:RestBits] <= '0;
        ready[t]                   <= 1'b1;
      end else if ((answered[t] || published) && (asleep[t] || (picked_1[t] && missing))) begin
        asleep[t] <= 1'b0;
        ready[t]  <= !grant[t];
      end
    end
    if (rst) begin
      picked_1 <= '0;
      ready    <= '0;
      asleep   <= '0;
      rest     <= '0;
      awaited  <= '0;
    end
  end

  always_ff @(posedge clk) begin
    if (!rst && answer_valid && !answer.start) a_awaited: assert (awaited[{answer.thread, answer.d}]);
  end
  wire unused = &{1'b0, instruction, answer};
endmodule
