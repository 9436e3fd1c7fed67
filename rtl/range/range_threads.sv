// The threads of a lane: who may issue an instruction, from where, and which words of the unit file are still awaited.
// Clock 0: a thread is picked and its address goes to the program; clock 1: the instruction is here and is issued or not; clock 2: a jump's outcome.
// One whose answer comes is picked first, else one of those that may issue, in turn; while there is none, the thread of clock 1 goes on: with its next instruction, behind
// a conditional jump as if that were not taken (if it is, what was issued behind it is void), or with the same one while that waits for something.
// A thread that has said that it may wait (Behind) is picked only where no other may issue, and gets in between another's instructions only while that waits.
// When others may, one that needs an awaited word sleeps until something comes for it, one that needs a constant that is not published until one is.
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
    output logic                  goes,           // clock 1: it is issued, unless it is void
    output logic                  issue,          // clock 1
    output logic [ThreadBits-1:0] issue_thread,
    output logic [PcBits-1:0]     issue_pc,
    input  logic                  taken,          // clock 2: a jump of that thread goes there
    input  logic [ThreadBits-1:0] taken_thread,
    input  logic [PcBits-1:0]     taken_pc,
    input  logic [63:0]           there,          // constants that may be read
    input  logic                  published,      // one that was not there is from the next clock on
    input  logic                  answer_valid,   // its word may be read from the next clock on
    input  answer_t               answer
);
  logic [Threads-1:0]        ready;   // may issue
  logic [Threads-1:0]        asleep;  // until an answer or a constant comes
  logic [Threads*PcBits-1:0] pcs;     // of each thread's next instruction
  logic [Threads*32-1:0]     awaited;
  logic [Threads-1:0]        behind;  // gives way to all others

  // ---- clock 0
  logic [Threads-1:0]    turn, grant;
  logic [ThreadBits-1:0] turn_thread;
  logic [PcBits-1:0]     turn_pc, woken_pc, onward;
  logic                  woken, alone;  // woken: the thread that the answer is for; alone: nobody else may, or only one that gives way
  assign woken = answer_valid && (answer.start || asleep[answer.thread]);
  logic [Threads-1:0] first, picked_1;
  logic                  waited;  // the thread of clock 1 did not go in the clock before either
  assign first = ready & ~behind;
  assign alone = !woken && (ready == '0 || (first == '0 && (picked_1 & ~behind) != '0 && !waited));
  round_robin_arbiter #(.Ports(Threads)) i_turn (.clk, .rst, .request(first != '0 ? first : ready), .grant(turn), .advance(!woken && !alone));
  always_comb begin
    turn_thread = '0;
    turn_pc     = '0;
    for (int t = 0; t < Threads; t++) begin
      turn_thread = turn_thread | (turn[t] ? ThreadBits'(t) : '0);
      turn_pc     = turn_pc | (turn[t] ? pcs[t*PcBits+:PcBits] : '0);
      grant[t]    = woken ? answer.thread == ThreadBits'(t) : turn[t] && !alone;
    end
    woken_pc = answer.start ? answer.pc : pcs[answer.thread*PcBits+:PcBits];
    pc       = taken && (alone ? taken_thread == issue_thread : !woken && taken_thread == turn_thread) ? taken_pc : woken ? woken_pc : alone ? onward : turn_pc;
  end

  // ---- clock 1
  logic               valid_1, keeps, halts;  // keeps: the thread is in clock 1 again, unless it halts
  logic [31:0]        waits;           // the picked thread's awaited words
  logic [31:0]        asked, came;     // words that are awaited from now on, and no more
  logic               arrives;         // one of the picked thread's
  logic               missing, answers, stops, void_1;
  function automatic logic word_missing(input logic [4:0] word);
    word_missing = waits[word] && !(arrives && answer.d == word);
  endfunction
  function automatic logic awaits(input logic [6:0] operand);
    awaits = (operand[6:5] == FileUnit && word_missing(operand[4:0])) || (operand[6] && !there[operand[5:0]]);
  endfunction
  assign valid_1 = picked_1 != '0;
  assign came    = answer_valid && !answer.start ? 32'd1 << answer.d : '0;
  assign waits   = awaited[issue_thread*32+:32];
  assign arrives = answer_valid && !answer.start && answer.thread == issue_thread;
  assign answers = instruction.unit != UnitNone && instruction.unit <= LastAnswering;
  assign stops   = instruction.unit == UnitStop;
  assign missing = awaits(instruction.a) || awaits(instruction.b) || awaits(instruction.c) ||
                   (answers && word_missing(instruction.d)) || (stops && waits != '0);
  assign goes    = valid_1 && !missing && (room || instruction.unit == UnitNone);
  assign void_1  = taken && valid_1 && taken_thread == issue_thread;
  assign issue   = goes && !void_1;
  assign onward  = !goes ? issue_pc : instruction.jump == JumpAlways ? instruction.target : issue_pc + 1'b1;
  assign keeps   = alone && valid_1;
  assign halts   = goes && stops;
  assign asked   = answers ? 32'd1 << instruction.d : '0;

  logic [Threads-1:0] starts, jumped;
  always_comb begin
    for (int t = 0; t < Threads; t++) begin
      starts[t] = answer_valid && answer.start && answer.thread == ThreadBits'(t);
      jumped[t] = taken_thread == ThreadBits'(t);
    end
  end

  always_ff @(posedge clk) begin
    picked_1     <= keeps && (void_1 || !halts) ? picked_1 : grant;
    issue_thread <= alone ? issue_thread : woken ? answer.thread : turn_thread;
    issue_pc     <= pc;
    waited       <= keeps && !goes && !void_1;
    for (int t = 0; t < Threads; t++) begin
      awaited[t*32+:32] <= (awaited[t*32+:32] & ~(answer.thread == ThreadBits'(t) ? came : '0)) | (picked_1[t] && issue ? asked : '0);
      if (starts[t]) behind[t] <= 1'b0;
      else if (picked_1[t] && issue && instruction.unit == UnitNone && instruction.option[0]) behind[t] <= 1'b1;
      if (grant[t]) begin
        ready[t]  <= 1'b0;
        asleep[t] <= 1'b0;
      end else if (picked_1[t] && !keeps) begin
        ready[t]  <= void_1 || (goes ? !stops : !missing || published || arrives);
        asleep[t] <= !void_1 && missing && !published && !arrives;
      end else if (published && asleep[t]) begin
        ready[t]  <= 1'b1;
        asleep[t] <= 1'b0;
      end
      if (starts[t] || (picked_1[t] && goes) || (taken && jumped[t])) pcs[t*PcBits+:PcBits] <= taken && jumped[t] ? taken_pc : starts[t] ? answer.pc : onward;
    end
    if (rst) begin
      picked_1 <= '0;
      ready    <= '0;
      asleep   <= '0;
      awaited  <= '0;
    end
  end

  always_ff @(posedge clk) begin
    if (!rst && answer_valid && !answer.start) a_awaited: assert (awaited[{answer.thread, answer.d}]);
    if (!rst) a_once: assert ((ready & asleep) == '0 && ((ready | asleep) & picked_1) == '0);
    if (!rst && alone && taken && ready == '0) a_taken_by_who_goes_on: assert (void_1);
    if (!rst && answer_valid && answer.start) a_starts_who_had_stopped: assert (!(ready[answer.thread] || asleep[answer.thread] || picked_1[answer.thread]));
  end
  wire unused = &{1'b0, instruction, answer};
endmodule
