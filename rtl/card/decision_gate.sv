// The last gate before host memory: while `freeze` is on, a DECISION becomes REJECT(frozen). No latency: combinational from in to out.
// `acknowledged` says that nothing which passed before the freeze is still on its way.
// SPDX-License-Identifier: Apache-2.0
module decision_gate (
    input  logic         clk,
    input  logic         rst,            // synchronous, active high
    input  logic         freeze,
    input  logic [ 31:0] published,      // position up to which the host can see the output
    output logic         acknowledged,
    output logic         passed,         // one clock a DECISION that goes through
    input  logic         in_valid,
    output logic         in_ready,
    input  logic [511:0] in_data,
    input  logic         in_last,
    output logic         out_valid,
    input  logic         out_ready,
    output logic [511:0] out_data,
    output logic         out_last
);
  logic frozen;  // `freeze`, at a register of our own
  logic midway;  // between a record's first and last beat
  logic dropping;  // the rest of a DECISION that became a REJECT

  wire decision = !midway && in_data[contract_pkg::HeaderKindLsb+:contract_pkg::HeaderKindBits] == contract_pkg::KindDecision;
  wire refuse = decision && frozen;

  logic [511:0] refusal;
  always_comb begin
    refusal = '0;
    refusal[contract_pkg::HeaderKindLsb+:contract_pkg::HeaderKindBits] = contract_pkg::KindReject;
    refusal[contract_pkg::HeaderPayloadBytesLsb+:contract_pkg::HeaderPayloadBytesBits] = contract_pkg::RejectBeats * contract_pkg::BeatBytes - contract_pkg::HeaderBytes;
    refusal[contract_pkg::HeaderSequenceLsb+:contract_pkg::HeaderSequenceBits] = in_data[contract_pkg::HeaderSequenceLsb+:contract_pkg::HeaderSequenceBits];
    refusal[contract_pkg::RejectStageLsb+:contract_pkg::RejectStageBits] = contract_pkg::StageRange;
    refusal[contract_pkg::RejectLegIndexLsb+:contract_pkg::RejectLegIndexBits] = in_data[contract_pkg::DecisionLegIndexLsb+:contract_pkg::DecisionLegIndexBits];
    refusal[contract_pkg::RejectReasonLsb+:contract_pkg::RejectReasonBits] = contract_pkg::ReasonFrozen;
    refusal[contract_pkg::RejectPoolIndexLsb+:contract_pkg::RejectPoolIndexBits] = in_data[contract_pkg::DecisionPoolIndexLsb+:contract_pkg::DecisionPoolIndexBits];
    refusal[contract_pkg::RejectInputKindLsb+:contract_pkg::RejectInputKindBits] = contract_pkg::KindSwap;
    refusal[contract_pkg::RejectCandidatesLsb+:contract_pkg::RejectCandidatesBits] = in_data[contract_pkg::DecisionCandidatesLsb+:contract_pkg::DecisionCandidatesBits];
  end

  assign out_valid = in_valid && !dropping;
  assign in_ready  = out_ready || dropping;
  assign out_data  = refuse ? refusal : in_data;
  assign out_last  = refuse || in_last;
  assign passed    = decision && !frozen && in_valid && in_ready;

  wire taken = in_valid && in_ready;
  always_ff @(posedge clk) begin
    if (rst) begin
      midway   <= 1'b0;
      dropping <= 1'b0;
      frozen   <= 1'b1;
    end else begin
      frozen <= freeze;
      if (taken) begin
        midway   <= !in_last;
        dropping <= !in_last && (dropping || refuse);
      end
    end
  end

  // ---- the acknowledgement: every beat that was let out before the freeze took hold has been published
  logic [31:0] let_out;  // position of the next beat that leaves here
  logic [31:0] mark;
  logic marked;
  always_ff @(posedge clk) begin
    if (rst) begin
      let_out      <= 0;
      marked       <= 1'b0;
      acknowledged <= 1'b0;
    end else begin
      if (out_valid && out_ready) let_out <= let_out + 1'b1;
      if (!frozen || !freeze) begin
        marked       <= 1'b0;
        acknowledged <= 1'b0;
      end else if (!marked) begin
        marked <= !midway;
        mark   <= let_out;
      end else if ($signed(published - mark) >= 0) begin
        acknowledged <= 1'b1;
      end
    end
  end
`ifdef FORMAL
  // Proved by tests/formal: one record out for each record in, with its beats; no DECISION begins while frozen; acknowledged only when
  // the host has every DECISION beat that was let out.
  logic f_known = 1'b0;  // a reset has been
  logic [7:0] f_records_in, f_records_out;
  logic f_in_decision;  // the record under way is a DECISION that goes through
  logic [31:0] f_decision_end;  // position behind the last beat of a DECISION that was let out
  logic [31:0] f_published;
  wire f_out = out_valid && out_ready;
  wire f_decision_beat = f_out && (midway ? f_in_decision : decision && !frozen);
  always_ff @(posedge clk) begin
    f_published <= rst ? '0 : published;
    if (rst) begin
      f_known        <= 1'b1;
      f_records_in   <= '0;
      f_records_out  <= '0;
      f_in_decision  <= 1'b0;
      f_decision_end <= '0;
    end else begin
      if (taken && in_last) f_records_in <= f_records_in + 1'b1;
      if (f_out && out_last) f_records_out <= f_records_out + 1'b1;
      if (taken && !midway) f_in_decision <= decision && !frozen;
      if (f_decision_beat) f_decision_end <= let_out + 1'b1;
    end
    // For the first 2^30 beats after a reset. What the host sees never goes back, nor beyond what left.
    assume (rst || (let_out < 32'h4000_0000 && published <= let_out && f_published <= published));
  end
  always_ff @(posedge clk) begin
    if (f_known && !rst) begin
      a_record_for_record: assert (f_records_out - f_records_in == {7'd0, dropping});
      a_drops_only_the_rest: assert (!dropping || midway);
      if (f_out && !midway && frozen)
        a_frozen: assert (out_data[contract_pkg::HeaderKindLsb+:contract_pkg::HeaderKindBits] != contract_pkg::KindDecision);
      if (f_out && !(frozen && decision)) a_as_it_was: assert (out_data == in_data && out_last == in_last);
      a_no_deadlock: assert (!in_valid || in_ready || (out_valid && !out_ready));
      a_counts: assert (f_decision_end <= let_out && (!marked || mark <= let_out));
      if (marked && frozen) a_no_decision_after_the_mark: assert (f_decision_end <= mark && !(midway && f_in_decision));
      if (acknowledged && frozen) a_acknowledged: assert (marked && f_decision_end <= published);
      c_acknowledged: cover (acknowledged && f_records_out > 1 && f_decision_end != 0);
    end
  end
`endif
endmodule
