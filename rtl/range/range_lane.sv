// One lane of range_engine: 16 threads that share a program, an adder of 260 bits and a way to the units.
// An instruction a clock, of any thread; a thread's own come a clock apart while no other may issue, also where one reads what the one before computed,
// else two. One behind a conditional jump that is taken comes two clocks after it.
// Clock 0: pick; 1: instruction and its words' addresses; 2: words, sum, condition, request at the units' side; 3: the sum is written.
// SPDX-License-Identifier: Apache-2.0
module range_lane
  import range_isa_pkg::*;
(
    input  logic                clk,
    input  logic                rst,             // synchronous, active high
    input  logic                constants_gone,  // one clock: the leg's are not there
    input  logic                constant_write,
    input  logic [5:0]          constant_at,
    input  logic [WordBits-1:0] constant_data,
    input  logic                constant_published,  // it is one of the leg's
    output logic                request_valid,
    input  logic                request_ready,
    output request_t            request,
    input  logic                answer_valid,    // always taken
    input  answer_t             answer
);
  localparam int unsigned LogRequests = 3;

  // ---- clocks 0 and 1
  logic [PcBits-1:0]          pc, pc_1;
  logic [InstructionBits-1:0] word_1;
  instruction_t               at_1;
  logic                       room, goes_1, issue_1, taken_2;
  logic [ThreadBits-1:0]      thread_1, thread_2;
  logic [PcBits-1:0]          taken_pc_2;
  logic [63:0]                there;
  always_ff @(posedge clk) begin
    if (constants_gone) there[FirstLiteral-1:0] <= '0;
    else if (constant_write) there[constant_at] <= 1'b1;
  end
  range_program i_program (.clk, .at(pc), .instruction(word_1));
  assign at_1 = word_1;
  range_threads i_threads (
      .clk, .rst, .pc, .instruction(at_1), .room, .goes(goes_1), .issue(issue_1), .issue_thread(thread_1), .issue_pc(pc_1),
      .taken(taken_2), .taken_thread(thread_2), .taken_pc(taken_pc_2), .there, .published(constant_write && constant_published), .answer_valid, .answer);

  // ---- clock 2
  instruction_t          at_2;
  logic                  valid_2, write_2, holds_2, subtract_2;
  logic [PcBits-1:0]     after_2;
  logic [WordBits-1:0]   a_2, b_2, c_2, x_2, written_2, written_3, answer_data;
  range_registers i_registers (
      .clk, .thread(thread_1), .operands({at_1.c, at_1.b, at_1.a}), .immediate(at_1.target), .words({c_2, b_2, a_2}),
      .alu_write(write_2), .alu_at({thread_2, at_2.d}), .alu_data(written_3),
      .unit_write(answer_valid), .unit_at({answer.thread, answer.d}), .unit_data(answer_data),
      .constant_write, .constant_at, .constant_data);
  range_sum i_sum (.op(at_2.op), .subtract(subtract_2), .a(a_2), .b(b_2), .x(x_2), .condition(at_2.condition), .holds(holds_2));

  always_ff @(posedge clk) begin
    valid_2     <= issue_1 && !rst;
    at_2        <= at_1;
    subtract_2  <= at_1.op == OpSub;
    thread_2    <= thread_1;
    after_2     <= pc_1 + 1'b1;
    written_3   <= written_2;
    answer_data <= answer.data;
  end
  assign write_2   = valid_2 && at_2.unit == UnitNone &&
                     (at_2.write == WriteResult || at_2.write == WriteLink || (at_2.write == WriteIf && holds_2));
  assign written_2 = at_2.write == WriteResult ? x_2 : at_2.write == WriteIf ? c_2 : WordBits'(after_2);
  assign taken_2    = valid_2 && (at_2.jump == JumpBack || (at_2.jump == JumpIf && holds_2));
  assign taken_pc_2 = at_2.jump == JumpBack ? a_2[PcBits-1:0] : at_2.target;

  // ---- requests to the units
  request_t               asked_2;
  logic                   ask_2, ready_2, places_asked, given_back;  // a void request's place a clock later
  logic [RequestBits-1:0] request_q;
  logic [LogRequests:0]   places;  // free in the queue, those on their way to it taken off
  assign asked_2.unit   = at_2.unit;
  assign asked_2.option = at_2.option;
  assign asked_2.target = at_2.target;
  assign asked_2.thread = thread_2;
  assign asked_2.d      = at_2.d;
  assign asked_2.a      = at_2.option[7] ? c_2 : a_2;
  assign asked_2.b      = at_2.option[7] ? x_2 : b_2;
  assign asked_2.c      = at_2.option[7] ? a_2[255:0] : c_2[255:0];
  assign ask_2          = valid_2 && at_2.unit != UnitNone;
  assign room           = places != '0;
  assign places_asked   = goes_1 && at_1.unit != UnitNone;
  answer_queue #(.Width(RequestBits), .LogDepth(LogRequests)) i_requests (
      .clk, .rst, .in_valid(ask_2), .in_ready(ready_2), .in_data(asked_2),
      .out_valid(request_valid), .out_ready(request_ready), .out_data(request_q));
  assign request = request_q;

  always_ff @(posedge clk) begin
    if (rst) places <= (LogRequests + 1)'(1 << LogRequests);
    else places <= places - (LogRequests + 1)'(places_asked) + (LogRequests + 1)'(request_valid && request_ready) + (LogRequests + 1)'(given_back);
    given_back <= places_asked && !issue_1 && !rst;
  end
  always_ff @(posedge clk) begin
    if (!rst && ask_2) a_request_has_a_place: assert (ready_2);
  end
  wire unused = &{1'b0, answer, at_2};
endmodule
