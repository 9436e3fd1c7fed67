// One lane of the parser: takes whole TX records, gives each one's SWAP records and its TX_SEEN. Envelope, calldata and hash are worked on
// side by side, the next transaction is read while the last one is written out.
// SPDX-License-Identifier: Apache-2.0
module parser_lane #(
    parameter int unsigned RoundsPerClock = 1,
    parameter int unsigned LogHashBeats   = 9   // beats that may wait for the hash
) (
    input  logic                clk,
    input  logic                rst,            // synchronous, active high
    input  logic                in_valid,
    output logic                in_ready,
    input  logic [511:0]        in_data,
    // Who is `ask_address`? Held until answered.
    output logic                ask,
    output logic [159:0]        ask_address,
    input  logic                answered,
    input  parser_pkg::target_t answer,
    output logic                settled,        // a pulse for each transaction: the tables do not matter to it from now on
    output logic                out_valid,
    input  logic                out_ready,
    output logic [511:0]        out_data,
    output logic                out_last,
    output logic                out_end
);
  localparam int unsigned PositionBits = parser_pkg::PositionBits;

  // ---- every beat goes to three places
  logic store_ready, envelope_ready, hash_in_ready;
  assign in_ready = store_ready && envelope_ready && hash_in_ready;

  logic hash_beat_valid, hash_beat_ready;
  logic [511:0] hash_beat;
  stream_fifo #(.Width(512), .LogDepth(LogHashBeats)) hash_fifo (
      .clk(clk), .rst(rst), .in_valid(in_valid && in_ready), .in_ready(hash_in_ready), .in_data(in_data),
      .out_valid(hash_beat_valid), .out_ready(hash_beat_ready), .out_data(hash_beat)
  );

  // ---- hash
  logic core_valid, core_ready, hash_valid, hash_ready;
  logic [255:0] core_hash, hash;
  keccak_stream #(.RoundsPerClock(RoundsPerClock)) keccak (
      .clk(clk), .rst(rst), .in_valid(hash_beat_valid), .in_ready(hash_beat_ready), .in_data(hash_beat),
      .hash_valid(core_valid), .hash_ready(core_ready), .hash(core_hash)
  );
  stream_fifo #(.Width(256), .LogDepth(1)) hashes (
      .clk(clk), .rst(rst), .in_valid(core_valid), .in_ready(core_ready), .in_data(core_hash),
      .out_valid(hash_valid), .out_ready(hash_ready), .out_data(hash)
  );

  // ---- envelope
  logic to_passed, call_passed, call_valid, verdict_valid, verdict_ready;
  logic [PositionBits-1:0] call_begin, call_end;
  logic [11:0] tx_beats;
  logic [63:0] sequence_number;
  parser_pkg::envelope_t envelope;
  tx_envelope envelope_reader (
      .clk(clk), .rst(rst), .in_valid(in_valid && in_ready), .in_ready(envelope_ready), .in_data(in_data),
      .to_passed(to_passed), .call_passed(call_passed), .call_valid(call_valid), .call_begin(call_begin), .call_end(call_end),
      .result_valid(verdict_valid), .result_ready(verdict_ready), .result(envelope),
      .tx_beats(tx_beats), .sequence_number(sequence_number)
  );

  // ---- calldata
  logic jump, take, window_valid, leg_write, walk_start, walk_done;
  logic [PositionBits-1:0] jump_at, frame_end, window_at;
  logic [255:0] word0, word1;
  logic [5:0] leg_index;
  logic [6:0] leg_count;
  logic [15:0] walk_reason;
  parser_pkg::leg_t leg;
  parser_pkg::target_t called;
  tx_store store (
      .clk(clk), .rst(rst), .in_valid(in_valid && in_ready), .in_ready(store_ready), .in_data(in_data), .tx_beats(tx_beats),
      .drop(verdict_ready), .jump(jump), .jump_at(jump_at), .take(take), .frame_end(frame_end), .window_valid(window_valid),
      .window_at(window_at), .word0(word0), .word1(word1)
  );
  calldata_walker walker (
      .clk(clk), .rst(rst || verdict_ready), .prepare(call_passed), .start(walk_start), .target(called), .call_begin(call_begin), .call_end(call_end),
      .done(walk_done), .reason(walk_reason), .leg_count(leg_count), .jump(jump), .jump_at(jump_at), .take(take),
      .frame_end(frame_end), .window_valid(window_valid), .window_at(window_at), .word0(word0), .word1(word1),
      .leg_write(leg_write), .leg_index(leg_index), .leg(leg)
  );

  // ---- one transaction: asked about, walked, handed over
  logic known, call_known, walked, walked_q, walking, asking, half, output_ready, output_valid;
  logic refused;
  assign refused       = envelope.reason != contract_pkg::ReasonNone;
  assign ask           = asking || (to_passed && envelope.has_to);
  assign walked        = walked_q || (walking && walk_done);
  assign walk_start    = known && call_known && !walking && called.kind != contract_pkg::RouterKindNone;
  assign output_valid  = verdict_valid && !ask && (refused || walked || (known && called.kind == contract_pkg::RouterKindNone));
  assign verdict_ready = output_valid && output_ready;
  assign ask_address   = envelope.to;
  // Known by the answer, for want of an address, or not at all when the envelope ends before it.
  assign settled       = (ask && answered) || (to_passed && !envelope.has_to) || (verdict_ready && !known);

  always_ff @(posedge clk) begin
    if (rst || verdict_ready) begin
      asking     <= 1'b0;
      known      <= 1'b0;
      call_known <= 1'b0;
      walking    <= 1'b0;
      walked_q   <= 1'b0;
    end else begin
      asking <= ask && !answered;
      if ((ask && answered) || (to_passed && !envelope.has_to)) known <= 1'b1;
      if (call_valid) call_known <= 1'b1;
      if (walk_start) walking <= 1'b1;
      walked_q <= walked;
    end
    if (rst) half <= 1'b0;
    else if (verdict_ready) half <= !half;
  end
  always_ff @(posedge clk) begin
    if (to_passed) called <= '0;
    else if (ask && answered) called <= answer;
  end

  logic [15:0] reason;
  assign reason = refused ? envelope.reason : walked ? walk_reason : contract_pkg::ReasonNone;
  lane_output writer (
      .clk(clk), .rst(rst), .leg_write(leg_write), .leg_half(half), .leg_index(leg_index), .leg(leg), .in_valid(output_valid),
      .in_ready(output_ready), .in_half(half), .in_legs(walked && reason == contract_pkg::ReasonNone ? leg_count : 7'd0),
      .in_sequence(sequence_number), .in_reason(reason), .in_envelope(envelope), .in_target(called), .hash_valid(hash_valid),
      .hash_ready(hash_ready), .hash(hash), .out_valid(out_valid), .out_ready(out_ready), .out_data(out_data), .out_last(out_last),
      .out_end(out_end)
  );
endmodule
