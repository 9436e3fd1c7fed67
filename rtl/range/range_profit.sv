// Kernel range_profit: pool state and decoded swap legs in, DECISION or REJECT out. The shell around its engine; docs/kernel-contract.md has the
// bytes, docs/card-range.md the clocks. One record at a time, any stalls on either side.
// SPDX-License-Identifier: Apache-2.0
module range_profit (
    input  logic         clk,
    input  logic         rst,        // synchronous, active high; the tables are then cleared for 2,048 clocks
    input  logic         freeze,     // sampled when a leg begins and before its DECISION is written
    input  logic         in_valid,
    output logic         in_ready,
    input  logic [511:0] in_data,
    input  logic         in_last,
    output logic         out_valid,
    input  logic         out_ready,
    output logic [511:0] out_data,
    output logic         out_last
);
  range_pkg::leg_job_t job;
  range_pkg::leg_result_t result;
  range_pkg::window_tick_t tick_entry;
  logic near_valid;
  logic signed [23:0] near_tick;
  logic [13:0] near_spacing;
  logic [19:0] near_fee;
  logic job_valid, job_ready, tick_read, md_valid, md_ready, md_out_valid, result_valid, result_ready;
  logic [9:0] tick_pool;
  logic [6:0] tick_at;
  logic [255:0] md_d, md_quotient;
  range_shell i_shell (
      .clk, .rst, .freeze, .in_valid, .in_ready, .in_data, .in_last, .out_valid, .out_ready, .out_data, .out_last, .job_valid, .job_ready,
      .job, .tick_read, .tick_pool, .tick_at, .tick_entry, .md_valid, .md_ready, .md_d, .md_out_valid, .md_quotient, .near_valid,
      .near_tick, .near_spacing, .near_fee, .result_valid,
      .result_ready, .result);
  range_engine i_engine (
      .clk, .rst, .job_valid, .job_ready, .job, .tick_read, .tick_pool, .tick_at, .tick_entry, .shell_md_valid(md_valid),
      .near_valid, .near_tick, .near_spacing, .near_fee,
      .shell_md_ready(md_ready), .shell_md_d(md_d), .shell_md_out_valid(md_out_valid), .shell_md_quotient(md_quotient), .result_valid,
      .result_ready, .result);
endmodule
