// Chooses among the lanes' requests to one unit, in turn, and keeps at most `Places` of them inside it.
// A chosen request comes out of a register a clock later and must be taken then.
// SPDX-License-Identifier: Apache-2.0
module unit_select
  import range_isa_pkg::*;
#(
    parameter int unsigned Lanes  = 4,
    parameter int unsigned Places = 64
) (
    input  logic                         clk,
    input  logic                         rst,       // synchronous, active high
    input  logic [Lanes-1:0]             in_valid,
    output logic [Lanes-1:0]             in_ready,
    input  logic [Lanes*RequestBits-1:0] in_data,
    input  logic                         hold,      // choose nobody this clock
    input  logic [1:0]                   done,      // so many have left the unit
    output logic                         out_valid,
    output logic [LaneBits-1:0]          out_lane,
    output request_t                     out
);
  localparam int unsigned CountBits = $clog2(Places + 1);

  logic [CountBits-1:0]   held;
  logic                   free, take;
  logic [Lanes-1:0]       grant;
  logic [RequestBits-1:0] chosen, chosen_q;
  logic [LaneBits-1:0]    lane;
  assign free     = held != CountBits'(Places) && !hold;
  assign take     = free && in_valid != '0;
  assign in_ready = free ? grant : '0;
  round_robin_arbiter #(.Ports(Lanes)) i_arbiter (.clk, .rst, .request(in_valid), .grant, .advance(free));
  always_comb begin
    chosen = '0;
    lane   = '0;
    for (int i = 0; i < Lanes; i++) begin
      if (grant[i]) begin
        chosen = in_data[i*RequestBits+:RequestBits];
        lane   = LaneBits'(i);
      end
    end
  end
  always_ff @(posedge clk) begin
    if (take) begin
      chosen_q <= chosen;
      out_lane <= lane;
    end
    out_valid <= take && !rst;
    if (rst) held <= '0;
    else held <= held + CountBits'(take) - CountBits'(done);
  end
  assign out = chosen_q;
endmodule
