// The listed ticks of every pool: 128 places each, for UltraRAM. An entry comes three clocks after `read`; one read and one write a clock.
// SPDX-License-Identifier: Apache-2.0
module window_store (
    input  logic                    clk,
    input  logic                    read,
    input  logic [9:0]              read_pool,
    input  logic [6:0]              read_at,
    output range_pkg::window_tick_t entry,
    input  logic                    write,
    input  logic [9:0]              write_pool,
    input  logic [6:0]              write_at,
    input  range_pkg::window_tick_t new_entry
);
  localparam int unsigned Width = $bits(range_pkg::window_tick_t);
  (* ram_style = "ultra" *) logic [Width-1:0] words[0:131071];
  logic [16:0] place;
  logic [Width-1:0] word;
  logic read_1, read_2;
  always_ff @(posedge clk) begin
    if (write) words[{write_pool, write_at}] <= new_entry;
    read_1 <= read;
    read_2 <= read_1;
    if (read) place <= {read_pool, read_at};
    if (read_1) word <= words[place];
    if (read_2) entry <= word;
  end
endmodule
