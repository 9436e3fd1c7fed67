// Reads the slot of a leg's best candidate so far, two words at a time, as soon as it is the best: its stores are in the memory by then. Another best
// one begins anew. From `better` to `copied` 8 clocks when no lane loads.
// SPDX-License-Identifier: Apache-2.0
module best_copy #(
    parameter int unsigned Pairs = 6  // of the slot, from its first word on
) (
    input  logic       clk,
    input  logic       rst,         // synchronous, active high
    input  logic       begin_leg,   // one clock: none yet
    input  logic       better,      // a new best one, and its place: 16 words each, modulo 128
    input  logic [6:0] better_slot,
    output logic       copied,      // the last one's words have all come
    output logic       pair_read,
    output logic [9:0] pair_at,
    input  logic       pair_taken,
    output logic       pair_valid,  // pair number pair_of_slot comes from the memory in this clock
    output logic [2:0] pair_of_slot
);
  logic [6:0] slot;
  logic [2:0] next;
  assign pair_read = next != 3'(Pairs);
  assign pair_at   = {slot, next};
  assign copied    = !pair_read && !pair_valid;
  always_ff @(posedge clk) begin
    pair_valid   <= pair_taken;
    pair_of_slot <= next;
    if (pair_taken) next <= next + 3'd1;
    if (better) begin
      slot <= better_slot;
      next <= '0;
    end
    if (rst || begin_leg) begin
      next       <= 3'(Pairs);
      pair_valid <= 1'b0;
    end
  end
endmodule
