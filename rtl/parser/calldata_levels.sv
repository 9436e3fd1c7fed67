// The levels of nesting of a calldata walk: the innermost in registers, those around it in the stack, with how many legs each began with, so
// that a level that may fail takes its legs back. Counts the steps, and keeps the reason that ends the walk. One clock a push or pop.
// SPDX-License-Identifier: Apache-2.0
module calldata_levels (
    input  logic                  clk,
    input  calldata_pkg::state_t  state,
    input  logic                  start,
    input  logic                  next,       // the innermost level's next element is begun
    input  logic                  push,
    input  calldata_pkg::level_t  pushed,     // its legs_before is filled in here
    input  logic                  pop,
    input  logic                  leg_write,
    input  logic [15:0]           failure,    // of this clock
    output logic [15:0]           failure_q,  // of the step before, for Loop
    output calldata_pkg::level_t  top,
    output logic [2:0]            depth,
    output logic [12:0]           steps,
    output logic [15:0]           reason,
    output logic [6:0]            leg_count
);
  logic [calldata_pkg::LevelBits-1:0] stack[0:7];
  calldata_pkg::level_t entering;
  logic starts, forgiven;

  always_comb begin
    entering             = pushed;
    entering.legs_before = leg_count;
  end
  assign starts   = state == calldata_pkg::Idle && start;
  assign forgiven = pop && top.skips_failure && failure_q != contract_pkg::ReasonNone;

  always_ff @(posedge clk) begin
    if (push) stack[depth] <= top;
    if (state == calldata_pkg::Idle) depth <= 3'd0;
    else if (push) depth <= depth + 3'd1;
    else if (pop) depth <= depth - 3'd1;
    if (push) top <= entering;
    else if (pop) top <= stack[depth-3'd1];
    else if (next) top.next <= top.next + 13'd1;
    if (state == calldata_pkg::Idle) steps <= 13'd0;
    else if (next) steps <= steps + 13'd1;
    if (state == calldata_pkg::Loop) begin
      failure_q <= forgiven ? contract_pkg::ReasonNone : failure_q;
      reason    <= steps == calldata_pkg::MaxCalls ? contract_pkg::ReasonCalldataTooComplex : failure_q;
    end else begin
      failure_q <= failure;
      if (starts) reason <= contract_pkg::ReasonNone;
    end
    if (starts) leg_count <= 7'd0;
    else if (leg_write) leg_count <= leg_count + 7'd1;
    else if (forgiven) leg_count <= top.legs_before;
  end

  wire unused = &{1'b0, pushed.legs_before};
endmodule
