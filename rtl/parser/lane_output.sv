// The records of one transaction: its legs as SWAP, then TX_SEEN as soon as the hash is there. A beat a clock; the first beat a clock
// after the transaction is handed over.
// SPDX-License-Identifier: Apache-2.0
module lane_output (
    input  logic                  clk,
    input  logic                  rst,          // synchronous, active high
    // Legs are written in clocks before the transaction is handed over, into the half of the memory that `half` names then.
    input  logic                  leg_write,
    input  logic                  leg_half,
    input  logic [5:0]            leg_index,
    input  parser_pkg::leg_t      leg,
    input  logic                  in_valid,
    output logic                  in_ready,
    input  logic                  in_half,
    input  logic [6:0]            in_legs,
    input  logic [63:0]           in_sequence,
    input  logic [15:0]           in_reason,    // envelope's or calldata's
    input  parser_pkg::envelope_t in_envelope,
    input  parser_pkg::target_t   in_target,
    input  logic                  hash_valid,
    output logic                  hash_ready,
    input  logic [255:0]          hash,
    output logic                  out_valid,
    input  logic                  out_ready,
    output logic [511:0]          out_data,
    output logic                  out_last,     // of the record
    output logic                  out_end       // of the transaction
);
  localparam int unsigned LegBits = 1110;  // of leg_t

  typedef enum logic [1:0] {Idle = 2'd0, Legs = 2'd1, Seen = 2'd2} state_t;
  state_t state;

  logic [LegBits-1:0] memory[0:127];
  logic [LegBits-1:0] memory_q;
  parser_pkg::leg_t shown;
  logic half, accept, fetch, hash_taken;
  logic [6:0] legs, leg_at;  // leg_at: the next to be fetched
  logic [2:0] beat;
  logic [63:0] sequence_number;
  parser_pkg::envelope_t envelope;
  parser_pkg::target_t called;
  logic [15:0] reason;
  logic direct, refused;

  assign in_ready = state == Idle;
  assign accept   = in_valid && in_ready;
  assign direct   = called.kind == contract_pkg::RouterKindPool;
  assign refused  = envelope.reason != contract_pkg::ReasonNone;
  assign shown    = memory_q;
  assign fetch    = state == Idle || (state == Legs && out_ready && beat == 3'd3);

  always_ff @(posedge clk) begin
    if (leg_write) memory[{leg_half, leg_index}] <= leg;
    if (fetch) memory_q <= memory[state == Idle ? {in_half, 6'd0} : {half, leg_at[5:0]}];
  end

  always_ff @(posedge clk) begin
    if (rst) state <= Idle;
    else begin
      unique case (state)
        Idle: if (in_valid) state <= in_legs != 7'd0 ? Legs : Seen;
        Legs: if (out_ready && beat == 3'd3 && leg_at == legs) state <= Seen;
        default: if (out_valid && out_ready && beat == 3'd4) state <= Idle;
      endcase
    end
  end

  always_ff @(posedge clk) begin
    if (accept) begin
      half            <= in_half;
      legs            <= in_legs;
      sequence_number <= in_sequence;
      reason          <= in_reason;
      envelope        <= in_envelope;
      called          <= in_target;
      leg_at          <= 7'd1;
      beat            <= 3'd0;
    end else begin
      if (fetch) leg_at <= leg_at + 7'd1;
      if (out_valid && out_ready) beat <= out_last ? 3'd0 : beat + 3'd1;
    end
  end

  /// The first 16 bytes of a record of this many beats.
  function automatic logic [127:0] header(input logic [7:0] kind, input logic [3:0] beats, input logic [63:0] number);
    header = {number, 32'({beats, 6'd0}) - 32'd16, 24'd0, kind};
  endfunction

  logic [511:0] leg_beat, seen_beat;
  always_comb begin
    leg_beat = '0;
    unique case (beat[1:0])
      2'd0: begin
        leg_beat[127:0] = header(contract_pkg::KindSwap, 4'(contract_pkg::SwapBeats), sequence_number);
        leg_beat[contract_pkg::SwapRouterKindLsb+:8] = called.kind;
        leg_beat[contract_pkg::SwapLegIndexLsb+:8]   = {1'b0, leg_at - 7'd1};
        leg_beat[contract_pkg::SwapHopLsb+:8]        = shown.hop;
        leg_beat[contract_pkg::SwapHopsLsb+:8]       = shown.hops;
        leg_beat[contract_pkg::SwapFlagsLsb+:6]      = shown.flags;
        leg_beat[contract_pkg::SwapFeeLsb+:32]       = shown.fee;
        leg_beat[contract_pkg::SwapDeadlineLsb+:64]  = shown.deadline;
      end
      2'd1: begin
        leg_beat[contract_pkg::SwapTokenInLsb+:160]  = shown.token_in;
        leg_beat[contract_pkg::SwapTokenOutLsb+:160] = shown.token_out;
        leg_beat[contract_pkg::SwapFactoryLsb+:160]  = called.factory;
      end
      2'd2: begin
        leg_beat[contract_pkg::SwapAmountLsb+:256] = shown.amount;
        leg_beat[contract_pkg::SwapLimitLsb+:256]  = shown.limit;
      end
      default: begin
        leg_beat[contract_pkg::SwapSqrtPriceLimitX96Lsb+:160] = shown.price_limit;
        if (direct) leg_beat[contract_pkg::SwapPoolAddressLsb+:160] = envelope.to;
      end
    endcase
  end

  always_comb begin
    seen_beat = '0;
    if (beat == 3'd0) begin
      seen_beat[127:0] = header(contract_pkg::KindTxSeen, 4'(contract_pkg::TxSeenBeats), sequence_number);
      seen_beat[contract_pkg::TxSeenTxTypeLsb+:8]  = envelope.tx_type;
      seen_beat[contract_pkg::TxSeenStatusLsb+:8]  = reason != contract_pkg::ReasonNone ? contract_pkg::TxStatusRejected :
                                                     legs != 7'd0 ? contract_pkg::TxStatusOk : contract_pkg::TxStatusNoSwap;
      seen_beat[contract_pkg::TxSeenReasonLsb+:16] = reason;
      seen_beat[contract_pkg::TxSeenHashLsb+:256]  = hash;
    end
    if (!refused) begin
      unique case (beat)
        3'd0: begin
          seen_beat[contract_pkg::TxSeenLegCountLsb+:8]   = {1'b0, legs};
          seen_beat[contract_pkg::TxSeenRouterKindLsb+:8] = called.kind;
          seen_beat[contract_pkg::TxSeenHasToLsb+:8]      = {7'd0, envelope.has_to};
          seen_beat[contract_pkg::TxSeenHasChainIdLsb+:8] = {7'd0, envelope.has_chain_id};
          seen_beat[contract_pkg::TxSeenChainIdLsb+:64]   = envelope.chain_id;
        end
        3'd1: begin
          seen_beat[contract_pkg::TxSeenNonceLsb+:64]    = envelope.nonce;
          seen_beat[contract_pkg::TxSeenGasLimitLsb+:64] = envelope.gas_limit;
          seen_beat[contract_pkg::TxSeenToLsb+:160]      = envelope.to;
          seen_beat[contract_pkg::TxSeenVLsb+:64]        = envelope.v;
        end
        3'd2: begin
          seen_beat[contract_pkg::TxSeenMaxFeePerGasLsb+:256]         = envelope.max_fee;
          seen_beat[contract_pkg::TxSeenMaxPriorityFeePerGasLsb+:256] = envelope.max_priority_fee;
        end
        3'd3: begin
          seen_beat[contract_pkg::TxSeenValueLsb+:256]      = envelope.value;
          seen_beat[contract_pkg::TxSeenSignatureRLsb+:256] = envelope.signature_r;
        end
        default: seen_beat[contract_pkg::TxSeenSignatureSLsb+:256] = envelope.signature_s;
      endcase
    end
  end

  assign hash_taken = state == Seen && beat != 3'd0;
  assign out_valid  = state == Legs || (state == Seen && (hash_valid || hash_taken));
  assign out_data   = state == Legs ? leg_beat : seen_beat;
  assign out_last   = state == Legs ? beat == 3'd3 : beat == 3'd4;
  assign out_end    = state == Seen && beat == 3'd4;
  assign hash_ready = state == Seen && beat == 3'd0 && out_ready;

  wire unused = &{1'b0, called.token0, called.token1, called.fee};
endmodule
