// Keccak-256 of the transactions of a record stream: takes whole TX records beat-wise, cuts the raw bytes (from the 17th of the record)
// into padded blocks of 17 lanes while the core permutes the block before, gives one hash a record in order.
// Two lanes a clock: at most 11 clocks a block, so the core's 24 / RoundsPerClock clocks set the pace.
// SPDX-License-Identifier: Apache-2.0
module keccak_stream #(
    parameter int unsigned RoundsPerClock = 1
) (
    input  logic         clk,
    input  logic         rst,         // synchronous, active high
    input  logic         in_valid,
    output logic         in_ready,
    input  logic [511:0] in_data,     // the header's payload_bytes frames; at most 128 KiB
    output logic         hash_valid,
    input  logic         hash_ready,
    output logic [255:0] hash
);
  typedef enum logic [1:0] {
    Idle  = 2'd0,  // the next beat is a record's first
    Fill  = 2'd1,  // lanes go from the beat to the block
    Beat  = 2'd2,  // the beat is used up, the record has another
    Offer = 2'd3   // the block is complete
  } state_t;
  state_t state;

  logic [511:0]  beat;        // next lane lowest
  logic [3:0]    beat_lanes;  // lanes left in it
  logic [17:0]   left;        // message bytes not yet in a block
  logic          padded;      // the pad byte is in
  logic [4:0]    filled;      // lanes in the block
  logic [1087:0] block;       // filled from the top down
  logic          first, take_block, core_ready;

  // Up to two lanes go in: as many as the beat and the block have room for. Behind the message the beat does not matter.
  logic two, ended0, ended1;
  logic [63:0] lane0, lane1;
  logic [17:0] left1;

  /// A lane of the message with `bytes` left: cut, and padded when it ends here.
  function automatic logic [63:0] padded_lane(input logic [63:0] lane, input logic [17:0] bytes, input logic already);
    logic [63:0] value;
    value = lane;
    for (int i = 0; i < 8; i++) begin
      if (bytes <= 18'(i)) value[8*i+:8] = (bytes == 18'(i) && !already) ? 8'h01 : 8'h00;
    end
    padded_lane = value;
  endfunction

  assign left1  = left > 18'd8 ? left - 18'd8 : 18'd0;
  assign ended0 = left < 18'd8;   // the pad byte is in lane 0 or before it
  assign ended1 = left < 18'd16;
  assign two    = filled != 5'd16 && (ended0 || beat_lanes > 4'd1);
  always_comb begin
    lane0 = padded_lane(beat[63:0], left, padded);
    lane1 = padded_lane(beat[127:64], left1, padded || ended0);
    if (filled == 5'd16 && ended0) lane0[63] = 1'b1;
    if (filled == 5'd15 && ended1) lane1[63] = 1'b1;
  end

  assign in_ready = state == Idle || state == Beat;

  always_ff @(posedge clk) begin
    if (rst) state <= Idle;
    else begin
      unique case (state)
        Idle: if (in_valid) state <= Fill;
        Beat: if (in_valid) state <= Fill;
        Fill: begin
          if (filled + (two ? 5'd2 : 5'd1) == 5'd17) state <= Offer;
          else if (beat_lanes == (two ? 4'd2 : 4'd1) && (two ? left > 18'd16 : left > 18'd8)) state <= Beat;
        end
        default: begin  // Offer
          if (take_block) begin
            if (padded) state <= Idle;
            else state <= (beat_lanes == 4'd0 && left != 18'd0) ? Beat : Fill;
          end
        end
      endcase
    end
  end

  always_ff @(posedge clk) begin
    unique case (state)
      Idle: begin
        beat       <= {128'd0, in_data[511:128]};
        beat_lanes <= 4'd6;
        left       <= in_data[contract_pkg::HeaderPayloadBytesLsb+:18];
        filled     <= 5'd0;
        padded     <= 1'b0;
        first      <= 1'b1;
      end
      Beat: begin
        beat       <= in_data;
        beat_lanes <= 4'd8;
      end
      Fill: begin
        block      <= two ? {lane1, lane0, block[1087:128]} : {lane0, block[1087:64]};
        filled     <= filled + (two ? 5'd2 : 5'd1);
        beat       <= two ? beat >> 128 : beat >> 64;
        beat_lanes <= beat_lanes < (two ? 4'd2 : 4'd1) ? 4'd0 : beat_lanes - (two ? 4'd2 : 4'd1);
        left       <= two ? (left > 18'd16 ? left - 18'd16 : 18'd0) : left1;
        padded     <= padded || ended0 || (two && ended1);
      end
      default: begin
        if (take_block) begin
          first  <= 1'b0;
          filled <= 5'd0;
        end
      end
    endcase
  end

  assign take_block = state == Offer && core_ready;

  keccak_core #(
      .RoundsPerClock(RoundsPerClock)
  ) core (
      .clk        (clk),
      .rst        (rst),
      .block_valid(state == Offer),
      .block_ready(core_ready),
      .block      (block),
      .block_first(first),
      .block_last (padded),
      .hash_valid (hash_valid),
      .hash_ready (hash_ready),
      .hash       (hash)
  );
endmodule
