// Carries the units' answers to the lanes: of those for one lane the lowest source first, one a clock and lane. Combinational.
// SPDX-License-Identifier: Apache-2.0
module answer_switch
  import range_isa_pkg::*;
#(
    parameter int unsigned Sources = 8,
    parameter int unsigned Lanes   = 4
) (
    input  logic [Sources-1:0]            in_valid,
    output logic [Sources-1:0]            in_ready,
    input  logic [Sources*AnswerBits-1:0] in_data,
    output logic [Lanes-1:0]              out_valid,  // always taken
    output logic [Lanes*AnswerBits-1:0]   out_data
);
  logic [Lanes*Sources-1:0] taken;
  for (genvar i = 0; i < Lanes; i = i + 1) begin : g_lane
    logic [Sources-1:0]    wanted, grant;
    logic [AnswerBits-1:0] chosen;
    always_comb begin
      grant  = '0;
      chosen = '0;
      for (int s = Sources - 1; s >= 0; s--) begin
        answer_t answer;
        answer    = in_data[s*AnswerBits+:AnswerBits];
        wanted[s] = in_valid[s] && answer.lane == LaneBits'(i);
        if (wanted[s]) begin
          grant    = '0;
          grant[s] = 1'b1;
          chosen   = answer;
        end
      end
    end
    assign taken[i*Sources+:Sources] = grant;
    assign out_valid[i] = wanted != '0;
    assign out_data[i*AnswerBits+:AnswerBits] = chosen;
  end
  always_comb begin
    in_ready = '0;
    for (int i = 0; i < Lanes; i++) in_ready = in_ready | taken[i*Sources+:Sources];
  end
endmodule
