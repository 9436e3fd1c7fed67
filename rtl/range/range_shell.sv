// Everything of range_profit around its engine: the record stream, the tables of pools, the checks before a leg's swap, the answers. The engine's
// ports are brought out: a leg goes there with everything that it needs but the listed ticks, which it reads here.
// One record at a time; from the last beat of a SWAP to its job 4 clocks when its pool is guessed right (key_hint).
// SPDX-License-Identifier: Apache-2.0
module range_shell (
    input  logic                    clk,
    input  logic                    rst,                // synchronous, active high
    input  logic                    freeze,             // sampled when a leg begins and before its DECISION is written
    input  logic                    in_valid,
    output logic                    in_ready,
    input  logic [511:0]            in_data,
    input  logic                    in_last,
    output logic                    out_valid,
    input  logic                    out_ready,
    output logic [511:0]            out_data,
    output logic                    out_last,
    // the engine
    output logic                    job_valid,
    input  logic                    job_ready,
    output range_pkg::leg_job_t     job,                // held from the handshake until its result is taken
    input  logic                    tick_read,
    input  logic [9:0]              tick_pool,
    input  logic [6:0]              tick_at,
    output range_pkg::window_tick_t tick_entry,         // three clocks after tick_read
    output logic                    md_valid,           // a division of tick_math: floor((2^256 - 1) / md_d)
    input  logic                    md_ready,
    output logic [255:0]            md_d,
    input  logic                    md_out_valid,
    input  logic [255:0]            md_quotient,
    output logic                    near_valid,         // a pool's state has been taken, with this tick and spacing
    output logic signed [23:0]      near_tick,
    output logic [13:0]             near_spacing,
    output logic [19:0]             near_fee,
    input  logic                    result_valid,
    output logic                    result_ready,
    input  range_pkg::leg_result_t  result
);
  logic head_valid, head_ready, reply_valid, reply_ready, reply_last;
  logic [511:0] head_data, reply_data;
  skid_buffer #(.Width(512)) i_input (
      .clk, .rst, .in_valid, .in_ready, .in_data, .out_valid(head_valid), .out_ready(head_ready), .out_data(head_data));
  skid_buffer #(.Width(513)) i_output (
      .clk, .rst, .in_valid(reply_valid), .in_ready(reply_ready), .in_data({reply_last, reply_data}), .out_valid, .out_ready,
      .out_data({out_last, out_data}));
  wire unused = in_last;  // framing is by payload_bytes

  logic frozen;
  always_ff @(posedge clk) frozen <= freeze || rst;

  // ---- the stream
  logic [2047:0] beats;
  logic [511:0] decision_data;
  logic [3:0] decision_at;
  logic keys_ready, store_ready, state_start, state_done, ticks_start, ticks_valid, ticks_ready, ticks_last, ticks_done;
  logic leg_coming, leg_look, leg_start, leg_done, leg_has_pool;
  logic [9:0] leg_pool, leg_store_at;
  logic [15:0] state_reason, ticks_reason, leg_reason;
  range_dispatch i_dispatch (
      .clk, .rst, .tables_ready(keys_ready && store_ready), .frozen, .in_valid(head_valid), .in_ready(head_ready), .in_data(head_data),
      .out_valid(reply_valid), .out_ready(reply_ready), .out_data(reply_data), .out_last(reply_last), .beats, .state_start, .state_done,
      .state_reason, .ticks_start, .ticks_valid, .ticks_ready, .ticks_last, .ticks_done, .ticks_reason, .leg_coming, .leg_look,
      .leg_start, .leg_done, .leg_reason, .leg_has_pool, .leg_pool, .job_valid, .job_ready, .result_valid, .result_ready,
      .result_reason(result.reason), .result_candidates(result.candidates), .result_profit(result.profit_wei), .decision_at,
      .decision_data);

  // ---- the tables, at the record's index or the leg's pool
  range_store_pkg::pool_entry_t pool, new_pool;
  range_store_pkg::window_frame_t frame, new_frame;
  range_pkg::params_t params, new_params;
  range_store_pkg::present_t present, pool_present, ticks_present;
  wire of_swap = beats[contract_pkg::HeaderKindLsb+:8] == contract_pkg::KindSwap;
  logic write_present, write_pool, write_frame, write_params;
  wire [9:0] record_index = beats[contract_pkg::PoolPoolIndexLsb+:10];
  pool_store i_store (
      .clk, .rst, .ready(store_ready), .at(of_swap ? leg_store_at : record_index), .pool, .frame, .params, .present,
      .write_present(write_present || write_frame), .new_present(write_frame ? ticks_present : pool_present), .write_pool, .new_pool,
      .write_frame, .new_frame, .write_params, .new_params);

  logic state_key_start, leg_key_start, key_done, key_found, guess_right;
  logic [1:0] state_key_request, key_outcome;
  logic [9:0] key_index, key_guess;
  range_store_pkg::pool_key_t state_key, leg_key, coming_key;
  assign coming_key.factory = head_data[contract_pkg::SwapFactoryLsb+:160];
  assign coming_key.token0  = head_data[contract_pkg::SwapTokenInLsb+:160];
  assign coming_key.token1  = head_data[contract_pkg::SwapTokenOutLsb+:160];
  assign coming_key.fee     = beats[contract_pkg::SwapFeeLsb+:32];
  pool_keys i_keys (
      .clk, .rst, .ready(keys_ready), .start(state_key_start || leg_key_start),
      .request(of_swap ? range_store_pkg::KeyFind : state_key_request), .index(record_index), .key(of_swap ? leg_key : state_key),
      .coming(leg_coming), .coming_key, .guess(key_guess), .guess_right,
      .done(key_done), .found(key_found), .found_index(key_index), .outcome(key_outcome));

  logic old_read, entry_write;
  logic [6:0] old_read_at, entry_at;
  range_pkg::window_tick_t new_entry;
  window_store i_windows (  // the engine rests while a record is taken
      .clk, .read(tick_read || old_read), .read_pool(old_read ? record_index : tick_pool), .read_at(old_read ? old_read_at : tick_at),
      .entry(tick_entry), .write(entry_write), .write_pool(record_index), .write_at(entry_at), .new_entry);

  // ---- prices, of one record at a time
  logic state_asks, state_to_tick, ticks_asks, tm_ready, tm_valid;
  logic signed [23:0] state_tick, ticks_tick, tm_tick;
  logic [159:0] state_price, tm_price;
  tick_math i_tick_math (
      .clk, .rst, .abandon(1'b0), .in_valid(state_asks || ticks_asks), .in_ready(tm_ready), .to_tick(state_asks && state_to_tick),
      .tick(state_asks ? state_tick : ticks_tick), .price(state_price), .out_valid(tm_valid), .out_tick(tm_tick), .out_price(tm_price),
      .md_valid, .md_ready, .md_d, .md_out_valid, .md_quotient);

  // ---- the records
  logic [63:0] next_timestamp;
  state_records i_state (
      .clk, .rst, .start(state_start), .beats, .done(state_done), .reason(state_reason), .next_timestamp, .pool, .present, .write_present,
      .new_present(pool_present), .write_pool, .new_pool, .write_params, .new_params, .key_start(state_key_start),
      .key_request(state_key_request), .key(state_key), .key_done, .key_outcome, .tick_ask(state_asks), .tick_ready(tm_ready),
      .tick_to_tick(state_to_tick), .tick_of(state_tick), .tick_price(state_price), .tick_valid(tm_valid), .tick_found(tm_tick),
      .tick_ratio(tm_price));
  ticks_record i_ticks (
      .clk, .rst, .start(ticks_start), .head(beats[511:0]), .beat_valid(ticks_valid), .beat_ready(ticks_ready), .beat_data(head_data),
      .beat_last(ticks_last), .done(ticks_done), .reason(ticks_reason), .pool, .frame, .present, .write_frame, .new_frame,
      .new_present(ticks_present), .old_read, .old_read_at, .old_entry(tick_entry), .entry_write, .entry_at, .new_entry,
      .tick_ask(ticks_asks), .tick_ready(tm_ready), .tick_of(ticks_tick), .tick_valid(tm_valid), .tick_ratio(tm_price));
  assign near_valid   = write_pool;
  assign near_tick    = new_pool.state.tick;
  assign near_spacing = new_pool.state.tick_spacing;
  assign near_fee     = new_pool.state.fee;
  leg_check i_leg (
      .clk, .rst, .frozen, .look(leg_look), .start(leg_start), .beats, .next_timestamp, .done(leg_done), .reason(leg_reason),
      .has_pool(leg_has_pool), .index(leg_pool), .store_at(leg_store_at), .job, .key_start(leg_key_start), .key(leg_key),
      .guess(key_guess), .guess_right, .key_done, .key_found, .key_index,
      .pool, .frame, .params, .present);
  decision_beat i_decision (
      .at(decision_at), .sequence_number(beats[contract_pkg::HeaderSequenceLsb+:64]),
      .leg_index(beats[contract_pkg::SwapLegIndexLsb+:8]), .pool, .job, .result, .beat(decision_data));

  // ---- what the engine may rely on
  range_pkg::leg_job_t job_before;
  logic working;
  always_ff @(posedge clk) begin
    job_before <= job;
    working    <= !rst && ((job_valid && job_ready) || (working && !(result_valid && result_ready)));
    if (!rst && working) a_job_is_held: assert (job == job_before);
    if (!rst && !working) a_engine_rests: assert (!tick_read || job_valid);
  end
endmodule
