// Which pool has which key: 2,048 buckets of eight pool indices, and the key of every index. One request at a time: `index` and `key` are held
// from `start` to `done`. A key to be found is first compared with that of the pool that key_hint guesses: two clocks after `start` it is
// found, or else about 27 clocks later, 19 of them for the hash; each other pool in its bucket costs three more.
// After reset the tables are cleared for 2,048 clocks; `ready` is low meanwhile.
// SPDX-License-Identifier: Apache-2.0
module pool_keys (
    input  logic                       clk,
    input  logic                       rst,          // synchronous, active high
    output logic                       ready,
    input  logic                       start,
    input  logic [1:0]                 request,      // range_store_pkg::Key*
    input  logic [9:0]                 index,        // of KeyPut and KeyDrop
    input  range_store_pkg::pool_key_t key,          // of KeyFind and KeyPut
    input  logic                       coming,       // in the clock before the `start` of KeyFind, with its key
    input  range_store_pkg::pool_key_t coming_key,
    output logic [9:0]                 guess,        // at the `start` of KeyFind
    output logic                       guess_right,  // two clocks later: that was it; `done` does not come then
    output logic                       done,         // one clock
    output logic                       found,        // KeyFind
    output logic [9:0]                 found_index,
    output logic [1:0]                 outcome       // KeyPut: range_store_pkg::Put*; a refusal has changed nothing
);
  typedef enum logic [3:0] {
    Clear = 4'd0, Idle = 4'd1, Old = 4'd2, Same = 4'd3, HashOld = 4'd4, Hash = 4'd5, Bucket = 4'd6, Ways = 4'd7, Walk = 4'd8, Key = 4'd9,
    Match = 4'd10, Place = 4'd11, Unlink = 4'd12, UnlinkWrite = 4'd13, Guess = 4'd14, Guessed = 4'd15
  } state_t;
  state_t state;
  logic [1:0] request_q;

  // ---- the memories
  logic bucket_write, key_write, key_valid;
  logic [10:0] bucket_at, clearing;
  logic [87:0] bucket_q, bucket_data;  // eight ways of {used, index}
  logic [9:0] key_at;
  logic [512:0] key_q;
  ram_1r1w #(.Width(88), .Depth(2048)) i_buckets (
      .clk, .write(bucket_write), .write_at(bucket_at), .write_data(bucket_data), .read_at(bucket_at), .read_data(bucket_q));
  ram_1r1w #(.Width(513), .Depth(1024)) i_keys (
      .clk, .write(key_write), .write_at(key_at), .write_data({key_valid, key}), .read_at(key_at), .read_data(key_q));

  logic hint_note;
  logic [9:0] compared_index;
  assign hint_note = (state == Place && key_write) || (state == Match && match);
  key_hint i_hint (
      .clk, .read(coming), .read_key(coming_key), .guess, .note(hint_note), .note_key(key), .note_index(state == Place ? index : compared_index));

  // ---- the hash, of the old key or the new
  range_store_pkg::pool_key_t old_key, hashed;
  logic hash_start, hash_done, of_old, old_valid, same;
  logic [10:0] hash_bucket, bucket, old_bucket;
  assign hashed = of_old ? old_key : key;
  pool_hash i_hash (.clk, .rst, .start(hash_start), .key(hashed), .done(hash_done), .bucket(hash_bucket));

  // ---- ways
  logic [87:0] ways;
  logic [7:0] left;  // used ways that were not compared yet
  logic [2:0] way, free_way;
  logic has_free, match;
  logic [9:0] way_index;
  always_comb begin
    way      = 3'd0;
    free_way = 3'd0;
    has_free = 1'b0;
    for (int i = 7; i >= 0; i = i - 1) begin
      if (left[i]) way = 3'(i);
      if (!ways[11*i+10]) begin
        free_way = 3'(i);
        has_free = 1'b1;
      end
    end
    way_index = ways[11*way+:10];
  end

  wire moves = !old_valid || old_bucket != bucket;
  always_comb begin
    bucket_at    = state == Clear ? clearing : state == Unlink || state == UnlinkWrite ? old_bucket : bucket;
    bucket_data  = '0;
    bucket_write = state == Clear;
    key_at       = index;
    key_valid    = 1'b1;
    key_write    = 1'b0;
    hash_start   = 1'b0;
    of_old       = state == HashOld || state == Same;
    unique case (state)
      Clear: begin
        key_at    = clearing[9:0];
        key_valid = 1'b0;
        key_write = 1'b1;
      end
      Idle: key_at = request == range_store_pkg::KeyFind ? guess : index;
      Guessed: hash_start = !match;
      Same: hash_start = request_q == range_store_pkg::KeyPut ? !same : old_valid;
      HashOld: if (hash_done && request_q == range_store_pkg::KeyPut) begin
        of_old     = 1'b0;
        hash_start = 1'b1;
      end
      Walk: key_at = way_index;
      Place: begin
        bucket_data                    = ways;
        bucket_data[11*free_way+:11]   = {1'b1, index};
        bucket_write                   = moves && has_free;
        key_write                      = !moves || has_free;
      end
      UnlinkWrite: begin
        bucket_data = bucket_q;
        for (int i = 0; i < 8; i = i + 1) if (bucket_q[11*i+:11] == {1'b1, index}) bucket_data[11*i+:11] = '0;
        bucket_write = 1'b1;
        key_write    = request_q == range_store_pkg::KeyDrop;
        key_valid    = 1'b0;
      end
      default: ;
    endcase
    if (state == Same && request_q == range_store_pkg::KeyPut && !old_valid) of_old = 1'b0;
  end

  always_ff @(posedge clk) begin
    done <= 1'b0;
    unique case (state)
      Clear: begin
        clearing <= clearing + 11'd1;
        if (clearing == '1) state <= Idle;
      end
      Idle: if (start) begin
        request_q <= request;
        state     <= request == range_store_pkg::KeyFind ? Guess : Old;
      end
      Guess: state <= Guessed;  // compared
      Guessed: state <= match ? Idle : Hash;
      Old: state <= Same;  // the old key is there a clock later
      Same: begin
        outcome <= range_store_pkg::PutSame;
        if (request_q == range_store_pkg::KeyPut ? same : !old_valid) begin
          done  <= 1'b1;
          state <= Idle;
        end else state <= old_valid ? HashOld : Hash;
      end
      HashOld: if (hash_done) begin
        old_bucket <= hash_bucket;
        state      <= request_q == range_store_pkg::KeyPut ? Hash : Unlink;
      end
      Hash: if (hash_done) begin
        bucket <= hash_bucket;
        state  <= Bucket;
      end
      Bucket: state <= Ways;
      Ways: begin
        ways  <= bucket_q;
        for (int i = 0; i < 8; i = i + 1) left[i] <= bucket_q[11*i+10];
        state <= Walk;
      end
      Walk: begin
        compared_index <= way_index;
        left[way]      <= 1'b0;
        state          <= Key;
        if (left == '0) begin
          found <= 1'b0;
          done  <= request_q == range_store_pkg::KeyFind;
          state <= request_q == range_store_pkg::KeyFind ? Idle : Place;
        end
      end
      Key: state <= Match;
      Match: begin
        state <= Walk;
        if (match) begin
          found       <= 1'b1;
          found_index <= compared_index;
          outcome     <= range_store_pkg::PutElsewhere;
          done        <= 1'b1;
          state       <= Idle;
        end
      end
      Place: begin
        outcome <= !moves || has_free ? range_store_pkg::PutNew : range_store_pkg::PutFull;
        done    <= !(moves && has_free && old_valid);
        state   <= moves && has_free && old_valid ? Unlink : Idle;
      end
      Unlink: state <= UnlinkWrite;
      default: begin  // UnlinkWrite
        done  <= 1'b1;
        state <= Idle;
      end
    endcase
    match <= key_q[512] && key_q[511:0] == key;
    if (rst) begin
      state    <= Clear;
      clearing <= '0;
      done     <= 1'b0;
    end
  end
  assign ready       = state != Clear;
  assign guess_right = state == Guessed && match;
  assign same        = old_valid && match;
  always_ff @(posedge clk) begin
    if (state == Old) begin
      old_valid <= key_q[512];
      old_key   <= key_q[511:0];
    end
  end

  always_ff @(posedge clk) begin
    if (!rst && start) a_one_at_a_time: assert (state == Idle);
  end
endmodule
