// The beats of a lane's transactions in a ring of two banks, so that any 64 bytes of the oldest transaction are read at once. A window
// comes two clocks behind `jump`, and the next 64 bytes behind every window that is taken: one a clock when read in sequence.
// A window whose beats are still on their way comes when they are there; bytes from `frame_end` on read as zero.
// SPDX-License-Identifier: Apache-2.0
module tx_store #(
    parameter int unsigned LogBeats = 12  // ring size; a transaction has up to 2,049 beats, so at least 12
) (
    input  logic                                clk,
    input  logic                                rst,         // synchronous, active high
    input  logic                                in_valid,    // beats of whole TX records
    output logic                                in_ready,
    input  logic [511:0]                        in_data,
    input  logic [11:0]                         tx_beats,    // of the oldest transaction, good while it is read and at `drop`
    input  logic                                drop,        // the oldest transaction is done with
    input  logic                                jump,
    input  logic [parser_pkg::PositionBits-1:0] jump_at,
    input  logic                                take,        // only with window_valid, not with jump
    input  logic [parser_pkg::PositionBits-1:0] frame_end,
    output logic                                window_valid,
    output logic [parser_pkg::PositionBits-1:0] window_at,
    output logic [255:0]                        word0,       // big-endian number at window_at
    output logic [255:0]                        word1        // and the one behind it
);
  localparam int unsigned PositionBits = parser_pkg::PositionBits;

  logic [511:0] even[0:(1<<(LogBeats-1))-1];
  logic [511:0] odd[0:(1<<(LogBeats-1))-1];
  logic [511:0] even_q, odd_q, window, masked, shown;
  logic [LogBeats:0] written, base, count, count_q;
  logic [LogBeats-1:0] line;
  logic [LogBeats:0] behind;  // the line behind it, above a bit that carries in
  logic [PositionBits-1:0] reading, read_next, room;
  logic busy, arrived, swapped_q;

  assign count    = written - base;
  assign in_ready = count != {1'b1, {LogBeats{1'b0}}};

  always_ff @(posedge clk) begin
    if (rst) begin
      written <= '0;
      base    <= '0;
    end else begin
      if (in_valid && in_ready) written <= written + 1'b1;
      if (drop) base <= base + (LogBeats + 1)'(tx_beats);
    end
    count_q <= count;  // what the read of this clock has seen
  end
  always_ff @(posedge clk) begin
    if (in_valid && in_ready && !written[0]) even[written[LogBeats-1:1]] <= in_data;
    if (in_valid && in_ready && written[0]) odd[written[LogBeats-1:1]] <= in_data;
  end

  // First clock: both banks. A read whose beats were not there yet is repeated.
  assign arrived   = PositionBits'(count_q) > PositionBits'(reading[PositionBits-1:6]) + 20'd1 || count_q >= (LogBeats + 1)'(tx_beats);
  assign read_next = jump ? jump_at : (busy && arrived && (take || !window_valid)) ? reading + 20'd64 : reading;
  assign line      = base[LogBeats-1:0] + LogBeats'(read_next[PositionBits-1:6]);
  assign behind    = {base[LogBeats-1:0], 1'b1} + {LogBeats'(read_next[PositionBits-1:6]), 1'b1};
  always_ff @(posedge clk) begin
    even_q    <= even[behind[LogBeats:2]];
    odd_q     <= odd[line[LogBeats-1:1]];
    swapped_q <= line[0];
    reading   <= read_next;
    if (rst) busy <= 1'b0;
    else if (jump) busy <= 1'b1;
  end

  // Second clock: to its place.
  byte_window align (
      .low(swapped_q ? odd_q : even_q), .high(swapped_q ? even_q : odd_q), .offset(reading[5:0]), .window(window)
  );
  always_comb begin
    room = frame_end > reading ? frame_end - reading : '0;
    for (int i = 0; i < 64; i++) masked[8*i+:8] = room[PositionBits-1:6] != '0 || room[5:0] > 6'(i) ? window[8*i+:8] : 8'd0;
  end
  always_ff @(posedge clk) begin
    if (rst || jump) window_valid <= 1'b0;
    else if (take || !window_valid) window_valid <= busy && arrived;
    if (take || !window_valid) begin
      shown     <= masked;
      window_at <= reading;
    end
  end
  assign word0 = parser_pkg::big_endian(shown[255:0]);
  assign word1 = parser_pkg::big_endian(shown[511:256]);

  wire unused = &{1'b0, behind};
endmodule
