// One lane of range_engine: 16 threads that share a program, an adder of 260 bits and a way to the units.
// An instruction a clock, of any thread; a thread's own come a clock apart when it is alone, else two, four when one needs what the one before
// computed, five after a jump that depends on something. Latency from the pick to the request at the units' side: 4 clocks.
// SPDX-License-Identifier: Apache-2.0
module range_lane
  import range_isa_pkg::*;
(
    input  logic                clk,
    input  logic                rst,             // synchronous, active high
    input  logic                constant_write,  // the leg's constants, before it starts
    input  logic [5:0]          constant_at,
    input  logic [WordBits-1:0] constant_data,
    input  logic                constant_published,  // it is one that the leg publishes
    output logic                request_valid,
    input  logic                request_ready,
    output request_t            request,
    input  logic                answer_valid,    // always taken
    input  answer_t             answer
);
  localparam int unsigned LogRequests = 3;

  // ---- clocks 0 and 1
  logic [PcBits-1:0]     pc, pc_1;
  instruction_t          at_1;
  logic                  room, issue_1;
  logic [ThreadBits-1:0] thread_1;
  logic                  resolve_4;
  logic [ThreadBits-1:0] thread_4;
  logic [PcBits-1:0]     next_4;
  logic [InstructionBits-1:0] word_1;
  logic [63:0] there;
  logic        published;
  always_ff @(posedge clk) begin
    published <= constant_write && constant_published;
    if (constant_write) there[constant_at] <= constant_published || constant_at < FirstPublished || constant_at >= FirstLiteral;
  end
  range_program i_program (.clk, .at(pc), .instruction(word_1));
  assign at_1 = word_1;
  range_threads i_threads (
      .clk, .rst, .pc, .instruction(at_1), .room, .issue(issue_1), .issue_thread(thread_1), .issue_pc(pc_1),
      .resolve(resolve_4), .resolve_thread(thread_4), .resolve_pc(next_4), .there, .published, .answer_valid, .answer);

  // ---- clock 2: operands
  logic [3*WordBits-1:0] words_2;
  logic                  write_4;
  logic [WordBits-1:0]   written_4;
  logic [4:0]            d_4;
  range_registers i_registers (
      .clk, .thread(thread_1), .operands({at_1.c, at_1.b, at_1.a}), .immediate(at_1.target), .words(words_2),
      .alu_write(write_4), .alu_at({thread_4, d_4}), .alu_data(written_4),
      .unit_write(answer_valid), .unit_at({answer.thread, answer.d}), .unit_data(answer.data),
      .constant_write, .constant_at, .constant_data);

  // ---- clocks 3 and 4: the sum, then what follows from it
  logic                  valid_2, valid_3, valid_4;
  instruction_t          at_2, at_3, at_4;
  logic [ThreadBits-1:0] thread_2, thread_3;
  logic [PcBits-1:0]     pc_2, pc_3, pc_4, after_4;
  logic [WordBits-1:0]   a_3, b_3, c_3, a_4, b_4, c_4, x_3, x_4;
  logic                  holds_4;
  range_sum i_sum (.op(at_3.op), .a(a_3), .b(b_3), .x(x_3));
  range_condition i_condition (.condition(at_4.condition), .x(x_4), .holds(holds_4));

  always_ff @(posedge clk) begin
    {valid_4, valid_3, valid_2} <= rst ? '0 : {valid_3, valid_2, issue_1};
    at_2     <= at_1;
    thread_2 <= thread_1;
    pc_2     <= pc_1;
    at_3     <= at_2;
    thread_3 <= thread_2;
    pc_3     <= pc_2;
    at_4     <= at_3;
    thread_4 <= thread_3;
    pc_4     <= pc_3;
    {c_3, b_3, a_3} <= words_2;
    {c_4, b_4, a_4} <= {c_3, b_3, a_3};
    x_4             <= x_3;
  end

  assign after_4   = pc_4 + 1'b1;
  assign d_4       = at_4.d;
  assign write_4   = valid_4 && at_4.unit == UnitNone &&
                     (at_4.write == WriteResult || at_4.write == WriteLink || (at_4.write == WriteIf && holds_4));
  assign written_4 = at_4.write == WriteResult ? x_4 : at_4.write == WriteIf ? c_4 : WordBits'(after_4);
  assign resolve_4 = valid_4 && (at_4.jump == JumpIf || at_4.jump == JumpBack);
  assign next_4    = at_4.jump == JumpBack ? a_4[PcBits-1:0] : holds_4 ? at_4.target : after_4;

  // ---- requests to the units
  request_t               asked_4;
  logic                   ask_4, ready_4, issue_request;
  logic [RequestBits-1:0] request_q;
  logic [LogRequests:0]   places;  // free in the queue, those on their way to it taken off
  assign asked_4.unit   = at_4.unit;
  assign asked_4.option = at_4.option;
  assign asked_4.target = at_4.target;
  assign asked_4.thread = thread_4;
  assign asked_4.d      = at_4.d;
  assign asked_4.a      = at_4.option[7] ? c_4 : a_4;
  assign asked_4.b      = at_4.option[7] ? x_4 : b_4;
  assign asked_4.c      = at_4.option[7] ? a_4[255:0] : c_4[255:0];
  assign ask_4          = valid_4 && at_4.unit != UnitNone;
  assign room           = places != '0;
  assign issue_request  = issue_1 && at_1.unit != UnitNone;
  answer_queue #(.Width(RequestBits), .LogDepth(LogRequests)) i_requests (
      .clk, .rst, .in_valid(ask_4), .in_ready(ready_4), .in_data(asked_4),
      .out_valid(request_valid), .out_ready(request_ready), .out_data(request_q));
  assign request = request_q;

  always_ff @(posedge clk) begin
    if (rst) places <= (LogRequests + 1)'(1 << LogRequests);
    else places <= places - (LogRequests + 1)'(issue_request) + (LogRequests + 1)'(request_valid && request_ready);
  end
  always_ff @(posedge clk) begin
    if (!rst && ask_4) a_request_has_a_place: assert (ready_4);
  end
  wire unused = &{1'b0, answer, at_2, at_3, at_4};
endmodule
