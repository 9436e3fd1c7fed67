// What answer_switch has to be: an answer that is told `ready` comes to its own lane in the same clock, as it was; every lane gets at most one a
// clock and nothing that nobody sent; who waits gives way to a lower source for the same lane. SPDX-License-Identifier: Apache-2.0
module answer_switch_whole #(
    parameter int unsigned Sources = 3,
    parameter int unsigned Lanes   = 2
) (
    input logic                                         clk,
    input logic                                         rst,
    input logic [Sources-1:0]                           in_valid,
    input logic [Sources*range_isa_pkg::AnswerBits-1:0] in_data
);
  localparam int unsigned Bits    = range_isa_pkg::AnswerBits;
  localparam int unsigned LaneLsb = range_isa_pkg::WordBits + 5 + range_isa_pkg::ThreadBits;
  localparam int unsigned LaneB   = range_isa_pkg::LaneBits;
  logic [Sources-1:0]    in_ready;
  logic [Lanes-1:0]      out_valid;
  logic [Lanes*Bits-1:0] out_data;
  answer_switch #(.Sources(Sources), .Lanes(Lanes)) i_switch (.in_valid, .in_ready, .in_data, .out_valid, .out_data);

  (* anyconst *) logic [1:0] source, other;  // any two
  logic [LaneB-1:0] lane, other_lane;
  logic [Sources-1:0] lower;  // that want the same lane
  logic [7:0]      count, out_count;
  assign lane       = in_data[source*Bits+LaneLsb+:LaneB];
  assign other_lane = in_data[other*Bits+LaneLsb+:LaneB];
  always_comb begin
    count     = '0;
    out_count = '0;
    for (int s = 0; s < Sources; s++) begin
      lower[s] = in_valid[s] && s < 32'(source) && in_data[s*Bits+LaneLsb+:LaneB] == lane;
      count    = count + 8'(in_valid[s] && in_ready[s]);
      if (in_valid[s]) assume (32'(in_data[s*Bits+LaneLsb+:LaneB]) < Lanes);
    end
    for (int l = 0; l < Lanes; l++) out_count = out_count + 8'(out_valid[l]);
    assume (32'(source) < Sources && 32'(other) < Sources && source != other);
  end
  always_ff @(posedge clk) begin
    a_only_who_offers: assert ((in_ready & ~in_valid) == '0);
    a_one_a_lane: assert (lane != other_lane || !in_ready[source] || !in_ready[other]);
    a_gives_way_to_lower_only: assert (!in_valid[source] || in_ready[source] == (lower == '0));
    a_as_it_was: assert (!(in_valid[source] && in_ready[source]) || (out_valid[lane] && out_data[lane*Bits+:Bits] == in_data[source*Bits+:Bits]));
    a_nothing_made: assert (out_count == count);
    c_two_at_once: cover (out_count == 8'd2 && in_valid == '1 && in_ready[source] && !in_ready[other]);
  end
endmodule
