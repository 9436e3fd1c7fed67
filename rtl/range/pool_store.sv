// A pool's state, the frame of its window and its parameters, by index. What stands at `at` is read a clock later and written at once.
// After reset everything is absent: that takes 1,024 clocks, `ready` is low meanwhile.
// SPDX-License-Identifier: Apache-2.0
module pool_store (
    input  logic                           clk,
    input  logic                           rst,            // synchronous, active high
    output logic                           ready,
    input  logic [9:0]                     at,
    output range_store_pkg::pool_entry_t   pool,
    output range_store_pkg::window_frame_t frame,
    output range_pkg::params_t             params,
    output range_store_pkg::present_t      present,
    input  logic                           write_present,
    input  range_store_pkg::present_t      new_present,
    input  logic                           write_pool,
    input  range_store_pkg::pool_entry_t   new_pool,
    input  logic                           write_frame,
    input  range_store_pkg::window_frame_t new_frame,
    input  logic                           write_params,
    input  range_pkg::params_t             new_params
);
  logic [9:0] clearing;
  logic clear;
  always_ff @(posedge clk) begin
    if (rst) begin
      clear    <= 1'b1;
      clearing <= '0;
    end else if (clear) begin
      clearing <= clearing + 10'd1;
      clear    <= clearing != '1;
    end
  end
  assign ready = !clear;

  ram_1r1w #(.Width($bits(range_store_pkg::present_t)), .Depth(1024)) i_present (
      .clk, .write(clear || write_present), .write_at(clear ? clearing : at), .write_data(clear ? '0 : new_present), .read_at(at),
      .read_data(present));
  ram_1r1w #(.Width($bits(range_store_pkg::pool_entry_t)), .Depth(1024)) i_pool (
      .clk, .write(write_pool), .write_at(at), .write_data(new_pool), .read_at(at), .read_data(pool));
  ram_1r1w #(.Width($bits(range_store_pkg::window_frame_t)), .Depth(1024)) i_frame (
      .clk, .write(write_frame), .write_at(at), .write_data(new_frame), .read_at(at), .read_data(frame));
  ram_1r1w #(.Width($bits(range_pkg::params_t)), .Depth(1024)) i_params (
      .clk, .write(write_params), .write_at(at), .write_data(new_params), .read_at(at), .read_data(params));
endmodule
