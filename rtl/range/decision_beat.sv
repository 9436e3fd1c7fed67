// Beat `at` of a DECISION. Combinational; record and result are held while it is written.
// SPDX-License-Identifier: Apache-2.0
module decision_beat (
    input  logic [3:0]                   at,               // below contract_pkg::DecisionBeats
    input  logic [63:0]                  sequence_number,
    input  logic [7:0]                   leg_index,
    input  range_store_pkg::pool_entry_t pool,
    input  range_pkg::leg_job_t          job,
    input  range_pkg::leg_result_t       result,
    output logic [511:0]                 beat
);
  localparam logic [31:0] Payload = contract_pkg::DecisionBeats * contract_pkg::BeatBytes - contract_pkg::HeaderBytes;
  wire [255:0] amount = {1'b0, job.amount};
  always_comb begin
    beat = '0;
    case (at)
      4'd0: begin
        beat[contract_pkg::HeaderKindLsb+:8]            = contract_pkg::KindDecision;
        beat[contract_pkg::HeaderPayloadBytesLsb+:32]   = Payload;
        beat[contract_pkg::HeaderSequenceLsb+:64]       = sequence_number;
        beat[contract_pkg::DecisionPoolIndexLsb+:16]    = {6'd0, job.pool_index};
        beat[contract_pkg::DecisionLegIndexLsb+:8]      = leg_index;
        beat[contract_pkg::DecisionFlagsLsb+:8]         = {6'd0, job.exact_in, job.zero_for_one};
        beat[contract_pkg::DecisionCandidatesLsb+:16]   = result.candidates;
        beat[contract_pkg::DecisionProfitableLsb+:16]   = result.profitable;
        beat[contract_pkg::DecisionTickLowerLsb+:32]    = 32'(result.tick_lower);
        beat[contract_pkg::DecisionTickUpperLsb+:32]    = 32'(result.tick_upper);
        beat[contract_pkg::DecisionStateVersionLsb+:64] = pool.state_version;
        beat[contract_pkg::DecisionBlockNumberLsb+:64]  = pool.block_number;
        beat[contract_pkg::DecisionLiquidityLsb+:128]   = result.liquidity;
      end
      4'd1: begin
        beat[contract_pkg::DecisionPoolAddressLsb+:160]     = pool.address;
        beat[contract_pkg::DecisionTickBeforeLsb+:32]       = 32'(job.pool.tick);
        beat[contract_pkg::DecisionTickAfterLsb+:32]        = 32'(result.tick_after);
        beat[contract_pkg::DecisionTickAloneLsb+:32]        = 32'(result.tick_alone);
        beat[contract_pkg::DecisionSqrtPriceBeforeLsb+:256] = 256'(job.pool.sqrt_price);
      end
      4'd2: beat = {256'(result.price_alone), 256'(result.price_after)};
      4'd3: beat = {result.mint1, result.mint0};
      4'd4: beat = {result.burn1, result.burn0};
      4'd5: beat = {result.fee1, result.fee0};
      4'd6: beat = {result.swap1, result.swap0};
      4'd7: beat = {result.alone1, result.alone0};
      4'd8: beat = {result.gross_wei, result.profit_wei};
      4'd9: beat = {job.params.gas_cost_wei, result.tip_wei};
      default: beat = {256'(job.price_limit), job.exact_in ? amount : 256'(-amount)};
    endcase
  end
endmodule
