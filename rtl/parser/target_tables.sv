// Who an address is: a router of the table, a pool of the directory, or neither. Lanes ask, one at a time, and are answered four clocks
// after their turn: three where it is a router or the bucket is empty, one more for each pool of the bucket before it. The dispatcher changes the tables while no question is open.
// Pools are chained by a hash of their address, the one linked last first, as in kernels/hls/pool_directory.cpp.
// After reset the chains are cleared for 1,024 clocks; `ready` is low meanwhile.
// SPDX-License-Identifier: Apache-2.0
module target_tables #(
    parameter int unsigned Lanes = 4
) (
    input  logic                 clk,
    input  logic                 rst,             // synchronous, active high
    output logic                 ready,
    // Questions: held until answered; the answer is a pulse to one lane.
    input  logic [Lanes-1:0]     ask,
    input  logic [Lanes*160-1:0] ask_address,     // lane i at 160 i
    output logic [Lanes-1:0]     answered,
    output parser_pkg::target_t  answer,
    // The router table.
    input  logic                 router_write,
    input  logic [4:0]           router_row,
    input  logic [159:0]         router_address,
    input  logic [7:0]           router_kind,
    input  logic [159:0]         router_factory,
    input  logic                 routers_set,
    input  logic [5:0]           routers,         // rows that count from now on
    // A pool's identity, held until note_done.
    input  logic                 note,
    input  logic [9:0]           note_index,
    input  logic                 note_present,    // else it is removed
    input  logic [159:0]         note_address,
    input  logic [159:0]         note_token0,
    input  logic [159:0]         note_token1,
    input  logic [159:0]         note_factory,
    input  logic [31:0]          note_fee,
    output logic                 note_done
);
  /// Ten bits of an address. Which ones does not show outside: they only spread the chains.
  function automatic logic [9:0] bucket_of(input logic [159:0] address);
    bucket_of = '0;
    for (int i = 0; i < 16; i++) bucket_of = bucket_of ^ address[10*i+:10];
  endfunction

  typedef enum logic [3:0] {
    Clear = 4'd0, Idle = 4'd1, Bucket = 4'd2, Chain = 4'd3, Compare = 4'd4,
    NoteRow = 4'd5, NoteJudge = 4'd6, Unlink = 4'd7, UnlinkFirst = 4'd8, UnlinkWalk = 4'd9, UnlinkClear = 4'd10, Link = 4'd11,
    LinkWrite = 4'd12, NoteEnd = 4'd13
  } state_t;
  state_t state;

  // ---- routers: addresses in registers, the rest in a small memory
  logic [159:0] row_address[0:31];
  logic [167:0] row_rest[0:31];
  logic [5:0] count;
  logic [31:0] hits;
  logic router_hit;
  logic [4:0] hit_row;
  logic [159:0] address;

  always_ff @(posedge clk) begin
    if (router_write) begin
      row_address[router_row] <= router_address;
      row_rest[router_row]    <= {router_kind, router_factory};
    end
    if (rst) count <= 6'd0;
    else if (routers_set) count <= routers;
    for (int i = 0; i < 32; i++) hits[i] <= 6'(i) < count && row_address[i] == address;
  end
  always_comb begin  // the first row
    router_hit = hits != '0;
    hit_row    = 5'd0;
    for (int i = 31; i >= 0; i--) if (hits[i]) hit_row = 5'(i);
  end

  // ---- pools: bucket -> index + 1; row -> present and the next of its bucket; row -> identity
  logic [10:0] bucket[0:1023];
  logic [11:0] chain[0:1023];
  logic [671:0] identity[0:1023];
  logic [10:0] bucket_q, bucket_data;
  logic [11:0] chain_q, chain_data;
  logic [671:0] identity_q;
  logic bucket_write, chain_write, identity_write, row_present;
  logic [9:0] bucket_at, chain_at, clearing, row_at, previous;
  logic [10:0] row_next, self;
  logic [159:0] row_pool;

  assign self = {1'b0, note_index} + 11'd1;
  always_ff @(posedge clk) begin
    if (bucket_write) bucket[bucket_at] <= bucket_data;
    bucket_q <= bucket[bucket_at];
    if (chain_write) chain[chain_at] <= chain_data;
    chain_q <= chain[chain_at];
    if (identity_write) identity[note_index] <= {note_fee, note_factory, note_token1, note_token0, note_address};
    identity_q <= identity[row_at];
  end
  assign row_at = state == NoteRow ? note_index : state == Chain ? bucket_q[9:0] - 10'd1 : chain_q[9:0] - 10'd1;

  logic [Lanes-1:0] asking, turn, turn_q;
  assign asking = ask & ~answered;
  round_robin_arbiter #(.Ports(Lanes)) arbiter (.clk(clk), .rst(rst), .request(asking), .grant(turn), .advance(state == Idle && !note));

  logic pool_hit;
  assign pool_hit = identity_q[159:0] == address;

  always_comb begin
    bucket_at      = bucket_of(address);
    bucket_data    = row_next;
    bucket_write   = 1'b0;
    chain_at       = note_index;
    chain_data     = 12'd0;
    chain_write    = 1'b0;
    identity_write = 1'b0;
    note_done      = 1'b0;
    unique case (state)
      Clear: begin
        bucket_at    = clearing;
        bucket_data  = 11'd0;
        bucket_write = 1'b1;
        chain_at     = clearing;
        chain_write  = 1'b1;
      end
      Chain: chain_at = bucket_q[9:0] - 10'd1;
      Compare: chain_at = chain_q[9:0] - 10'd1;
      Unlink: bucket_at = bucket_of(row_pool);
      UnlinkFirst: begin
        bucket_at    = bucket_of(row_pool);
        bucket_write = bucket_q == self;
        chain_at     = bucket_q[9:0] - 10'd1;
      end
      UnlinkWalk: begin
        chain_write = chain_q[10:0] == self;
        chain_data  = {chain_q[11], row_next};
        chain_at    = (chain_q[10:0] == self ? previous : chain_q[9:0]) - 10'd1;
      end
      UnlinkClear: chain_write = 1'b1;
      Link: begin
        bucket_at      = bucket_of(note_address);
        identity_write = 1'b1;
      end
      LinkWrite: begin
        bucket_at    = bucket_of(note_address);
        bucket_data  = self;
        bucket_write = !row_present;
        chain_data   = {1'b1, bucket_q};
        chain_write  = !row_present;
      end
      NoteEnd: note_done = 1'b1;
      default: ;
    endcase
  end

  always_ff @(posedge clk) begin
    answered <= '0;
    if (rst) begin
      state    <= Clear;
      clearing <= 10'd0;
    end else begin
      unique case (state)
        Clear: begin
          clearing <= clearing + 10'd1;
          if (clearing == '1) state <= Idle;
        end
        Idle: begin
          if (note) state <= NoteRow;
          else if (asking != '0) state <= Bucket;
        end
        Bucket: state <= Chain;
        Chain: begin
          state <= Compare;
          if (router_hit || bucket_q == 11'd0) begin
            state    <= Idle;
            answered <= turn_q;
          end
        end
        Compare: begin
          if (pool_hit || chain_q[10:0] == 11'd0) begin
            state    <= Idle;
            answered <= turn_q;
          end
        end
        NoteRow: state <= NoteJudge;
        NoteJudge: begin
          if (chain_q[11] && (!note_present || identity_q[159:0] != note_address)) state <= Unlink;
          else state <= note_present ? Link : NoteEnd;
        end
        Unlink: state <= UnlinkFirst;
        UnlinkFirst: state <= bucket_q == self ? UnlinkClear : UnlinkWalk;
        UnlinkWalk: if (chain_q[10:0] == self || chain_q[10:0] == 11'd0) state <= UnlinkClear;
        UnlinkClear: state <= note_present ? Link : NoteEnd;
        Link: state <= LinkWrite;
        LinkWrite: state <= NoteEnd;
        default: state <= Idle;
      endcase
    end
  end

  always_ff @(posedge clk) begin
    unique case (state)
      Idle: begin
        turn_q <= turn;
        for (int i = 0; i < Lanes; i++) if (turn[i]) address <= ask_address[160*i+:160];
      end
      Chain: begin
        answer        <= '0;
        if (router_hit) begin
          answer.kind    <= row_rest[hit_row][167:160];
          answer.factory <= row_rest[hit_row][159:0];
        end
      end
      Compare: begin
        if (pool_hit) begin
          answer.kind    <= contract_pkg::RouterKindPool;
          answer.token0  <= identity_q[319:160];
          answer.token1  <= identity_q[479:320];
          answer.factory <= identity_q[639:480];
          answer.fee     <= identity_q[671:640];
        end
      end
      NoteJudge: begin
        row_present <= chain_q[11] && note_present && identity_q[159:0] == note_address;
        row_next    <= chain_q[10:0];
        row_pool    <= identity_q[159:0];
      end
      UnlinkFirst: previous <= bucket_q[9:0];
      UnlinkWalk: previous <= chain_q[9:0];
      default: ;
    endcase
  end
  assign ready = state != Clear;
endmodule
