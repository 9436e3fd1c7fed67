// What unit_select has to be: whoever is told `ready` comes out a clock later, as it was, with its lane; one a clock; never more inside
// than there are places; somebody is chosen whenever somebody asks, there is a place and nothing holds. That nobody waits for ever is
// round_robin_arbiter's own proof. SPDX-License-Identifier: Apache-2.0
module unit_select_whole #(
    parameter int unsigned Lanes  = 3,
    parameter int unsigned Places = 4
) (
    input logic                                           clk,
    input logic                                           rst,
    input logic [Lanes-1:0]                               in_valid,
    input logic [Lanes*range_isa_pkg::RequestBits-1:0]    in_data,
    input logic                                           hold,
    input logic [1:0]                                     done
);
  localparam int unsigned Bits = range_isa_pkg::RequestBits;
  logic [Lanes-1:0] in_ready;
  logic             out_valid;
  logic [range_isa_pkg::LaneBits-1:0] out_lane;
  logic [Bits-1:0]  out;
  unit_select #(.Lanes(Lanes), .Places(Places)) i_select (
      .clk, .rst, .in_valid, .in_ready, .in_data, .hold, .done, .out_valid, .out_lane, .out);

  (* anyconst *) logic [range_isa_pkg::LaneBits-1:0] lane;  // any
  logic            known = 1'b0;  // a reset has been
  logic            took, took_lane;  // a clock ago
  logic [Bits-1:0] data;
  logic [7:0]      inside;
  wire  [$clog2(Places+1)-1:0] held;  // i_select's; prove.sh connects it
  logic            take;
  assign take = (in_valid & in_ready) != '0;
  always_ff @(posedge clk) begin
    if (rst) known <= 1'b1;
    took      <= !rst && take;
    took_lane <= !rst && in_valid[lane] && in_ready[lane];
    data      <= in_data[lane*Bits+:Bits];
    inside    <= rst ? '0 : inside + 8'(take) - 8'(done);
  end
  always_comb begin
    if (!known) assume (rst);
    assume (8'(done) <= inside && 32'(lane) < Lanes);
  end
  always_ff @(posedge clk) begin
    if (known && !rst) begin
      a_one: assert ((in_ready & (in_ready - 1'b1)) == '0);
      a_only_who_asks: assert ((in_ready & ~in_valid) == '0);
      a_places: assert (inside == 8'(held) && 32'(inside) <= Places);
      a_none_without_a_place: assert (32'(inside) != Places || !take);
      a_no_deadlock: assert (in_valid == '0 || hold || take || 32'(inside) == Places);
      a_nothing_lost_or_made: assert (out_valid == took);
      a_as_it_was: assert (!took_lane || (32'(out_lane) == 32'(lane) && out == data));
      a_of_somebody: assert (!took || out_lane != lane || took_lane);
      c_full: cover (32'(inside) == Places && in_valid == '1);
    end
  end
endmodule
