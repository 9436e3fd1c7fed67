// Frames the record stream of range_profit and sends each record where it belongs, one after the other: TX_SEEN, REJECT and SWAP pass on,
// state records change the tables or are refused, a SWAP is answered behind itself, BARRIER gets its token back, ROUTERS are swallowed.
// A beat a clock where records pass. Framing is by payload_bytes; the input's `last` is not needed.
// SPDX-License-Identifier: Apache-2.0
module range_dispatch (
    input  logic                   clk,
    input  logic                   rst,            // synchronous, active high
    input  logic                   tables_ready,
    input  logic                   frozen,
    input  logic                   in_valid,
    output logic                   in_ready,
    input  logic [511:0]           in_data,
    output logic                   out_valid,
    input  logic                   out_ready,
    output logic [511:0]           out_data,
    output logic                   out_last,
    output logic [2047:0]          beats,          // the first four of the record at hand
    // POOL, PARAMS, BLOCK
    output logic                   state_start,
    input  logic                   state_done,
    input  logic [15:0]            state_reason,
    // TICKS: its beats behind the first
    output logic                   ticks_start,
    output logic                   ticks_valid,
    input  logic                   ticks_ready,
    output logic                   ticks_last,
    input  logic                   ticks_done,
    input  logic [15:0]            ticks_reason,
    // a leg
    output logic                   leg_coming,     // the second beat of a SWAP may be at hand
    output logic                   leg_look,
    output logic                   leg_start,
    input  logic                   leg_done,
    input  logic [15:0]            leg_reason,
    input  logic                   leg_has_pool,
    input  logic [9:0]             leg_pool,
    output logic                   job_valid,
    input  logic                   job_ready,
    input  logic                   result_valid,
    output logic                   result_ready,
    input  logic [15:0]            result_reason,
    input  logic [15:0]            result_candidates,
    input  logic [255:0]           result_profit,
    output logic [3:0]             decision_at,
    input  logic [511:0]           decision_data
);
  typedef enum logic [3:0] {
    First = 4'd0, Pass = 4'd1, Skip = 4'd2, Gather = 4'd3, State = 4'd4, Ticks = 4'd5, Check = 4'd6, Job = 4'd7, Result = 4'd8,
    Decide = 4'd9, Refuse = 4'd10, Token = 4'd11
  } state_t;
  state_t state, after;  // where Skip leads
  logic in_leg;          // a SWAP is being answered

  // ---- the record that begins
  contract_pkg::header_t header;
  assign header = in_data[127:0];
  wire [11:0] beats_now = contract_pkg::beats_of(header.payload_bytes);
  wire one_beat = beats_now == 12'd1;
  logic passes, gathers;
  logic [31:0] passed_bytes;
  always_comb begin
    passes       = 1'b1;
    passed_bytes = 32'd0;
    case (header.kind)
      contract_pkg::KindTxSeen: passed_bytes = 32'd304;
      contract_pkg::KindSwap: passed_bytes = 32'd240;
      contract_pkg::KindReject: passed_bytes = 32'd48;
      default: passes = 1'b0;
    endcase
  end
  assign gathers = header.kind == contract_pkg::KindPool || header.kind == contract_pkg::KindParams || header.kind == contract_pkg::KindBlock;
  wire is_ticks = header.kind == contract_pkg::KindTicks;
  wire whole = passes && header.payload_bytes == passed_bytes;  // one that goes on
  wire barrier_good = header.kind == contract_pkg::KindBarrier && header.payload_bytes == 32'd48 && header.flags == 8'd0 &&
                      header.reserved == 16'd0;
  state_t skip_to;
  logic [15:0] fault;
  always_comb begin
    skip_to = Refuse;
    fault   = contract_pkg::ReasonBadLength;
    if (header.kind == contract_pkg::KindRouters) skip_to = First;  // the parser's business
    else if (barrier_good) skip_to = Token;
    else if (!passes && header.kind != contract_pkg::KindBarrier && header.payload_bytes <= contract_pkg::MaxPayloadBytes)
      fault = contract_pkg::ReasonUnknownKind;
  end

  // ---- the record at hand
  logic [11:0] count, beat;  // of its beats; index of the next
  wire [63:0] sequence_number = beats[contract_pkg::HeaderSequenceLsb+:64];
  wire [7:0] kind = beats[contract_pkg::HeaderKindLsb+:8];
  wire is_swap = kind == contract_pkg::KindSwap;
  wire has_index = kind == contract_pkg::KindPool || kind == contract_pkg::KindTicks || kind == contract_pkg::KindParams;
  wire ends = beat + 12'd1 == count;

  logic [15:0] reason;
  range_store_pkg::reject_note_t note;
  logic [511:0] reject, token;
  always_comb begin
    note                 = '0;
    note.stage           = in_leg ? contract_pkg::StageRange : contract_pkg::StageRecord;
    note.leg_index       = in_leg ? beats[contract_pkg::SwapLegIndexLsb+:8] : 8'd0;
    note.pool_index      = in_leg && leg_has_pool ? {6'd0, leg_pool} : has_index ? beats[contract_pkg::PoolPoolIndexLsb+:16] : 16'hffff;
    note.input_kind      = kind;
    note.candidates      = candidates;
    note.best_profit_wei = best_profit;
    reject = '0;
    reject[127:0] = {sequence_number, 32'd48, 24'd0, contract_pkg::KindReject};
    reject[contract_pkg::RejectStageLsb+:8]           = note.stage;
    reject[contract_pkg::RejectLegIndexLsb+:8]        = note.leg_index;
    reject[contract_pkg::RejectReasonLsb+:16]         = reason;
    reject[contract_pkg::RejectPoolIndexLsb+:16]      = note.pool_index;
    reject[contract_pkg::RejectInputKindLsb+:8]       = note.input_kind;
    reject[contract_pkg::RejectCandidatesLsb+:16]     = note.candidates;
    reject[contract_pkg::RejectBestProfitWeiLsb+:256] = note.best_profit_wei;
    token = '0;
    token[127:0] = {sequence_number, 32'd48, 24'd0, contract_pkg::KindBarrierDone};
    token[contract_pkg::BarrierTokenLsb+:64] = beats[contract_pkg::BarrierTokenLsb+:64];
  end
  logic [15:0] candidates;
  logic [255:0] best_profit;

  // ---- streams
  always_comb begin
    in_ready  = 1'b0;
    out_valid = 1'b0;
    out_data  = in_data;
    out_last  = 1'b0;
    case (state)
      First: begin
        in_ready  = tables_ready && (out_ready || !whole);
        out_valid = tables_ready && in_valid && whole;
        out_last  = one_beat;
      end
      Pass: begin
        in_ready  = out_ready;
        out_valid = in_valid;
        out_last  = ends;
      end
      Skip, Gather: in_ready = 1'b1;
      Ticks: in_ready = ticks_ready;
      Result: begin
        out_valid = result_valid && !refused;
        out_data  = decision_data;
      end
      Decide: begin
        out_valid = 1'b1;
        out_data  = decision_data;
        out_last  = decision_at == 4'(contract_pkg::DecisionBeats - 1);
      end
      Refuse, Token: begin
        out_valid = 1'b1;
        out_data  = state == Token ? token : reject;
        out_last  = 1'b1;
      end
      default: ;
    endcase
  end
  wire accept = in_valid && in_ready;
  assign ticks_valid  = state == Ticks && in_valid;
  assign ticks_last   = ends;
  assign leg_coming   = state == Pass && beat == 12'd1;
  assign job_valid    = state == Job;
  wire searched = result_reason == contract_pkg::ReasonNone || result_reason == contract_pkg::ReasonNoCandidate ||
                  result_reason == contract_pkg::ReasonUnprofitable;
  wire refused = result_reason != contract_pkg::ReasonNone || frozen;
  assign result_ready = (state == Result && refused) || (state == Decide && out_ready && out_last);

  always_ff @(posedge clk) begin
    state_start <= 1'b0;
    ticks_start <= 1'b0;
    leg_look    <= accept && state == Pass && is_swap && beat == 12'd1;
    leg_start   <= accept && state == Pass && is_swap && ends;
    case (state)
      First: if (accept) begin
        beat        <= 12'd1;
        count       <= beats_now;
        reason      <= fault;
        candidates  <= '0;
        best_profit <= '0;
        after       <= skip_to;
        in_leg      <= 1'b0;
        decision_at <= '0;
        if (whole) state <= one_beat ? First : Pass;
        else if (is_ticks) begin
          state       <= Ticks;
          ticks_start <= 1'b1;
        end else if (gathers) begin
          state       <= one_beat ? State : Gather;
          state_start <= one_beat;
        end else state <= one_beat ? skip_to : Skip;
      end
      Pass: if (accept && ends) begin
        state  <= is_swap ? Check : First;
        in_leg <= is_swap;
      end
      Skip: if (accept && ends) state <= after;
      Gather: if (accept && ends) begin
        state       <= State;
        state_start <= 1'b1;
      end
      State: if (state_done) begin
        reason <= state_reason;
        state  <= state_reason == contract_pkg::ReasonNone ? First : Refuse;
      end
      Ticks: if (ticks_done) begin
        reason <= ticks_reason;
        state  <= ticks_reason == contract_pkg::ReasonNone ? First : Refuse;
      end
      Check: if (leg_done) begin
        reason <= leg_reason;
        state  <= leg_reason == contract_pkg::ReasonNone ? Job : Refuse;
      end
      Job: if (job_ready) state <= Result;
      Result: if (result_valid && (refused || out_ready)) begin
        decision_at <= 4'd1;
        candidates  <= searched ? result_candidates : '0;
        best_profit <= result_reason == contract_pkg::ReasonUnprofitable ? result_profit : '0;
        reason      <= result_reason != contract_pkg::ReasonNone ? result_reason : contract_pkg::ReasonFrozen;
        state       <= refused ? Refuse : Decide;
      end
      Decide: if (out_ready) begin
        decision_at <= decision_at + 4'd1;
        if (out_last) state <= First;
      end
      default: if (out_ready) state <= First;  // Refuse, Token
    endcase
    if (accept && state != First) beat <= beat + 12'd1;
    if (accept && state == First) beats[511:0] <= in_data;
    else if (accept && beat < 12'd4) beats[512*beat[1:0]+:512] <= in_data;
    if (rst) begin
      state       <= First;
      state_start <= 1'b0;
      ticks_start <= 1'b0;
      leg_look    <= 1'b0;
      leg_start   <= 1'b0;
      in_leg      <= 1'b0;
    end
  end
endmodule
