// Frames the record stream and sends every record where it belongs: TX to a lane, POOL, TICKS, PARAMS, BLOCK and BARRIER on to the output, POOL and
// ROUTERS into the tables, malformed ones into a REJECT. A ticket for each record that answers keeps the order. A beat a clock; a change of
// the tables waits until every transaction before it has been looked up, and later ones wait for it.
// SPDX-License-Identifier: Apache-2.0
module record_dispatch #(
    parameter int unsigned Lanes = 4,
    parameter int unsigned TicketBits = 3  // source: a lane, or Lanes for `side`
) (
    input  logic                  clk,
    input  logic                  rst,            // synchronous, active high
    input  logic                  in_valid,
    output logic                  in_ready,
    input  logic [511:0]          in_data,
    input  logic                  in_last,        // copied with records that pass; framing is by payload_bytes
    output logic [Lanes-1:0]      lane_valid,
    input  logic [Lanes-1:0]      lane_ready,
    input  logic [Lanes-1:0]      lane_free,      // a lane that would rather not have one more transaction is low
    output logic [511:0]          lane_data,
    input  logic [Lanes-1:0]      settled,        // from the lanes
    output logic                  side_valid,
    input  logic                  side_ready,
    output logic [511:0]          side_data,
    output logic                  side_last,
    output logic                  side_end,
    output logic                  ticket_valid,
    input  logic                  ticket_ready,
    output logic [TicketBits-1:0] ticket,
    // the tables
    input  logic                  tables_ready,
    output logic                  router_write,
    output logic [4:0]            router_row,
    output logic [159:0]          router_address,
    output logic [7:0]            router_kind,
    output logic [159:0]          router_factory,
    output logic                  routers_set,
    output logic [5:0]            routers,
    output logic                  note,
    output logic [9:0]            note_index,
    output logic                  note_present,
    output logic [159:0]          note_address,
    output logic [159:0]          note_token0,
    output logic [159:0]          note_token1,
    output logic [159:0]          note_factory,
    output logic [31:0]           note_fee,
    input  logic                  note_done
);
  typedef enum logic [2:0] {First = 3'd0, Tx = 3'd1, Pass = 3'd2, Skip = 3'd3, Refuse = 3'd4, Routers = 3'd5, Note = 3'd6} state_t;
  state_t state;

  // ---- the header at hand
  contract_pkg::header_t header;
  logic [11:0] beats, beat;            // of the record; index of the next beat
  logic [15:0] fault;
  logic one_beat, fixed_size, by_entries;
  logic [31:0] fixed_bytes, router_count;
  assign header       = in_data[127:0];
  assign beats        = contract_pkg::beats_of(header.payload_bytes);
  assign one_beat     = beats == 12'd1;
  assign router_count = in_data[contract_pkg::RoutersCountLsb+:32];
  always_comb begin
    fixed_size  = 1'b0;
    by_entries  = 1'b0;
    fixed_bytes = 32'd240;
    fault       = contract_pkg::ReasonNone;
    unique case (header.kind)
      contract_pkg::KindTx: ;
      contract_pkg::KindPool, contract_pkg::KindParams: fixed_size = 1'b1;
      contract_pkg::KindBlock: begin fixed_size = 1'b1; fixed_bytes = 32'd112; end
      contract_pkg::KindBarrier: begin fixed_size = 1'b1; fixed_bytes = 32'd48; end
      contract_pkg::KindTicks, contract_pkg::KindRouters: by_entries = 1'b1;
      default: fault = contract_pkg::ReasonUnknownKind;
    endcase
    if (fault == contract_pkg::ReasonNone) begin
      if ((fixed_size && header.payload_bytes != fixed_bytes) ||
          (by_entries && (header.payload_bytes < 32'd48 || header.payload_bytes[5:0] != 6'd48)) ||
          header.payload_bytes > contract_pkg::MaxPayloadBytes) fault = contract_pkg::ReasonBadLength;
      else if (header.flags != 8'd0 || header.reserved != 16'd0) fault = contract_pkg::ReasonBadHeader;
      else if (header.kind == contract_pkg::KindPool && in_data[contract_pkg::PoolPoolIndexLsb+:16] >= 16'(contract_pkg::MaxPools)) begin
        fault = contract_pkg::ReasonBadPoolIndex;
      end else if (header.kind == contract_pkg::KindRouters) begin
        if (router_count > 32'(contract_pkg::MaxRouters)) fault = contract_pkg::ReasonTooManyRouters;
        else if (router_count != 32'(beats) - 32'd1) fault = contract_pkg::ReasonBadLength;
      end
    end
  end

  // ---- transactions whose target is not known yet
  logic [7:0] unsettled;
  logic [3:0] settled_now;
  logic quiet, tx_starts;
  always_comb begin
    settled_now = 4'd0;
    for (int i = 0; i < Lanes; i++) settled_now = settled_now + 4'(settled[i]);
  end
  assign quiet = unsettled == 8'd0;

  // ---- the next transaction's lane
  logic [Lanes-1:0] turn, lane_q, candidates;
  logic [TicketBits-1:0] turn_number;
  assign candidates = lane_ready & lane_free;
  round_robin_arbiter #(.Ports(Lanes)) lane_arbiter (.clk(clk), .rst(rst), .request(candidates), .grant(turn), .advance(tx_starts));
  always_comb begin
    turn_number = TicketBits'(Lanes);
    for (int i = 0; i < Lanes; i++) if (turn[i]) turn_number = TicketBits'(i);
  end

  logic is_tx, is_routers, is_pool, passes, first_taken, accept;
  assign is_tx      = fault == contract_pkg::ReasonNone && header.kind == contract_pkg::KindTx;
  assign is_routers = fault == contract_pkg::ReasonNone && header.kind == contract_pkg::KindRouters;
  assign is_pool    = header.kind == contract_pkg::KindPool;
  assign passes     = fault == contract_pkg::ReasonNone && !is_tx && !is_routers;

  // The REJECT of the record at hand or behind it.
  logic [63:0] refused_sequence;
  logic [7:0] refused_kind;
  logic [15:0] refused_reason;
  logic bad_row;
  logic [511:0] reject;
  always_comb begin
    reject = '0;
    reject[127:0] = {refused_sequence, 32'd48, 24'd0, contract_pkg::KindReject};
    reject[contract_pkg::RejectStageLsb+:8]      = contract_pkg::StageRecord;
    reject[contract_pkg::RejectReasonLsb+:16]    = refused_reason;
    reject[contract_pkg::RejectPoolIndexLsb+:16] = 16'hffff;
    reject[contract_pkg::RejectInputKindLsb+:8]  = refused_kind;
  end

  logic [11:0] beats_q;
  logic pool_record, known_kind;
  assign known_kind = in_data[contract_pkg::RoutersEntryKindLsb+:8] <= contract_pkg::RouterKindUniversalRouterV10 &&
                      in_data[contract_pkg::RoutersEntryKindLsb+:8] != contract_pkg::RouterKindPool;

  always_comb begin
    in_ready     = 1'b0;
    lane_valid   = '0;
    side_valid   = 1'b0;
    side_data    = in_data;
    side_last    = in_last;
    side_end     = 1'b0;
    ticket_valid = 1'b0;
    ticket       = TicketBits'(Lanes);
    unique case (state)
      First: begin
        if (is_tx) begin
          in_ready     = ticket_ready && turn != '0 && unsettled[7:4] == 4'd0;
          lane_valid   = in_valid && in_ready ? turn : '0;
          ticket_valid = in_valid && in_ready;
          ticket       = turn_number;
        end else if (passes) begin
          in_ready     = ticket_ready && side_ready;
          side_valid   = in_valid && ticket_ready;
          side_end     = one_beat;
          ticket_valid = in_valid && side_ready;
        end else in_ready = !is_routers || quiet;
        if (!tables_ready) begin
          in_ready     = 1'b0;
          lane_valid   = '0;
          side_valid   = 1'b0;
          ticket_valid = 1'b0;
        end
      end
      Tx: begin
        in_ready   = (lane_ready & lane_q) != '0;
        lane_valid = in_valid ? lane_q : '0;
      end
      Pass: begin
        in_ready   = side_ready;
        side_valid = in_valid;
        side_end   = beat + 12'd1 == beats_q;
      end
      Skip, Routers: in_ready = 1'b1;
      Refuse: begin
        side_valid   = ticket_ready;
        side_data    = reject;
        side_last    = 1'b1;
        side_end     = 1'b1;
        ticket_valid = side_ready;
      end
      default: ;
    endcase
  end
  assign accept      = in_valid && in_ready;
  assign first_taken = accept && state == First;
  assign tx_starts   = first_taken && is_tx;
  assign lane_data   = in_data;

  logic record_ends;
  assign record_ends = beat + 12'd1 == beats_q;
  always_ff @(posedge clk) begin
    if (rst) begin
      state     <= First;
      unsettled <= 8'd0;
    end else begin
      unsettled <= unsettled + 8'(tx_starts) - 8'(settled_now);
      unique case (state)
        First: begin
          if (first_taken) begin
            if (is_tx) state <= one_beat ? First : Tx;
            else if (passes) state <= one_beat ? First : Pass;
            else if (is_routers) state <= one_beat ? First : Routers;
            else state <= one_beat ? Refuse : Skip;
          end
        end
        Tx: if (accept && record_ends) state <= First;
        Pass: if (accept && record_ends) state <= pool_record ? Note : First;
        Skip: if (accept && record_ends) state <= Refuse;
        Routers: if (accept && record_ends) state <= bad_row || !known_kind ? Refuse : First;
        Refuse: if (ticket_ready && side_ready) state <= First;
        default: if (note_done) state <= First;  // Note
      endcase
    end
  end
  always_ff @(posedge clk) begin
    if (first_taken) begin
      beats_q          <= beats;
      beat             <= 12'd1;
      lane_q           <= turn;
      pool_record      <= is_pool;
      refused_sequence <= header.sequence_number;
      refused_kind     <= header.kind;
      refused_reason   <= is_routers ? contract_pkg::ReasonBadField : fault;
      bad_row          <= 1'b0;
    end else if (accept) begin
      beat <= beat + 12'd1;
      if (!known_kind) bad_row <= 1'b1;
    end
    // What the directory keeps of a POOL.
    if (first_taken && is_pool) begin
      note_index   <= in_data[contract_pkg::PoolPoolIndexLsb+:10];
      note_present <= in_data[contract_pkg::PoolPoolKindLsb+:8] != contract_pkg::PoolKindRemoved;
      note_fee     <= in_data[contract_pkg::PoolFeeLsb+:32];
    end
    if (accept && state == Pass && beat == 12'd1) begin
      note_address <= in_data[contract_pkg::PoolAddressLsb+:160];
      note_token0  <= in_data[contract_pkg::PoolToken0Lsb+:160];
      note_token1  <= in_data[contract_pkg::PoolToken1Lsb+:160];
    end
    if (accept && state == Pass && beat == 12'd2) note_factory <= in_data[contract_pkg::PoolFactoryLsb+:160];
  end
  assign note = state == Note && quiet;

  // A table with a bad row is no table: nothing is then taken for a router.
  assign router_write   = accept && state == Routers;
  assign router_row     = 5'(beat - 12'd1);
  assign router_address = in_data[contract_pkg::RoutersEntryAddressLsb+:160];
  assign router_kind    = in_data[contract_pkg::RoutersEntryKindLsb+:8];
  assign router_factory = in_data[contract_pkg::RoutersEntryFactoryLsb+:160];
  assign routers_set    = (accept && state == Routers && record_ends) || (first_taken && is_routers);
  assign routers        = state == First || bad_row || !known_kind ? 6'd0 : 6'(beats_q - 12'd1);
endmodule
