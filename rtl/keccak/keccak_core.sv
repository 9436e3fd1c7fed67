// Keccak-256 of one message at a time, a 136-byte block a permutation. 24 / RoundsPerClock clocks a block when blocks come without gaps;
// the hash is there one clock after the last round.
// SPDX-License-Identifier: Apache-2.0
module keccak_core #(
    parameter int unsigned RoundsPerClock = 1  // 1 or 2
) (
    input  logic          clk,
    input  logic          rst,          // synchronous, active high
    input  logic          block_valid,
    output logic          block_ready,
    input  logic [1087:0] block,        // 17 lanes, padded
    input  logic          block_first,
    input  logic          block_last,
    output logic          hash_valid,   // held until hash_ready; the next message's blocks wait meanwhile
    input  logic          hash_ready,
    output logic [255:0]  hash          // byte i at 8 i
);
  localparam logic [4:0] LastStep = 5'(24 / RoundsPerClock - 1);

  /// iota's constants (FIPS 202, section 3.2.5), round i at 64 i.
  localparam logic [1535:0] Constants = {
    64'h8000000080008008, 64'h0000000080000001, 64'h8000000000008080, 64'h8000000080008081, 64'h800000008000000a, 64'h000000000000800a,
    64'h8000000000000080, 64'h8000000000008002, 64'h8000000000008003, 64'h8000000000008089, 64'h800000000000008b, 64'h000000008000808b,
    64'h000000008000000a, 64'h0000000080008009, 64'h0000000000000088, 64'h000000000000008a, 64'h8000000000008009, 64'h8000000080008081,
    64'h0000000080000001, 64'h000000000000808b, 64'h8000000080008000, 64'h800000000000808a, 64'h0000000000008082, 64'h0000000000000001
  };

  logic [1599:0] state_q, absorbed, in_q, out_d;
  logic [4:0] step_q;      // 0: the next clock may take a block
  logic running, last_q;

  assign running     = step_q != 5'd0;
  assign block_ready = !running && !(hash_valid && !hash_ready);
  assign absorbed    = (block_first ? 1600'd0 : state_q) ^ {512'd0, block};
  assign in_q        = running ? state_q : absorbed;

  generate
    if (RoundsPerClock == 1) begin : g_one
      keccak_round first_round (.state(in_q), .constant(Constants[64*step_q+:64]), .next(out_d));
    end else begin : g_two
      logic [1599:0] between;
      keccak_round first_round (.state(in_q), .constant(Constants[128*step_q+:64]), .next(between));
      keccak_round second_round (.state(between), .constant(Constants[128*step_q+64+:64]), .next(out_d));
    end
  endgenerate

  always_ff @(posedge clk) begin
    if (rst) begin
      step_q     <= 5'd0;
      hash_valid <= 1'b0;
    end else begin
      if (hash_ready) hash_valid <= 1'b0;
      if (running || (block_valid && block_ready)) step_q <= step_q == LastStep ? 5'd0 : step_q + 5'd1;
      if (running && step_q == LastStep && last_q) hash_valid <= 1'b1;
    end
  end
  always_ff @(posedge clk) begin
    if (running || (block_valid && block_ready)) state_q <= out_d;
    if (block_valid && block_ready) last_q <= block_last;
  end
  assign hash = state_q[255:0];
endmodule
