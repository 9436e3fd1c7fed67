// The pools on which earlier legs of the same transaction were: a second leg on one begins from a state that the card does not have.
// `seen` is combinational; `note` records `pool`. Room for as many legs as a transaction may have.
// SPDX-License-Identifier: Apache-2.0
module legs_before (
    input  logic        clk,
    input  logic        rst,              // synchronous, active high
    input  logic [63:0] sequence_number,  // of the leg at hand
    input  logic [9:0]  pool,
    output logic        seen,
    input  logic        note
);
  localparam int unsigned Legs = contract_pkg::MaxLegs;
  logic [63:0] of_sequence;
  logic [$clog2(Legs):0] count;
  logic [9:0] pools[0:Legs-1];
  logic [Legs-1:0] hits;
  wire same = of_sequence == sequence_number;
  always_comb begin
    for (int i = 0; i < Legs; i = i + 1) hits[i] = same && 7'(i) < count && pools[i] == pool;
  end
  assign seen = hits != '0;
  wire [$clog2(Legs):0] used = same ? count : '0;
  always_ff @(posedge clk) begin
    if (note) begin
      of_sequence <= sequence_number;
      count       <= used;
      if (!seen && used != 7'(Legs)) begin
        pools[used[5:0]] <= pool;
        count            <= used + 1'b1;
      end
    end
    if (rst) begin
      of_sequence <= '0;
      count       <= '0;
    end
  end
endmodule
