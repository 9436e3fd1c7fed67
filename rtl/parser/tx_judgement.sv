// What is judged of an envelope's fields once they are read: v, chain id, fee order; signature range, nonce, gas limit x price.
// The comparisons are registered: good from the clock on in which the last field stands in `result`. The gas cost takes eleven clocks from the gas limit.
// SPDX-License-Identifier: Apache-2.0
module tx_judgement (
    input  logic                  clk,
    input  logic                  gas_picked,      // `picked` is the gas limit of a new transaction; its price stands in result already
    input  logic                  r_picked,        // or the signature's r, or s
    input  logic                  s_picked,
    input  logic [255:0]          picked,
    input  parser_pkg::envelope_t result,
    output logic [15:0]           fields_reason,   // judged first
    output logic [15:0]           rest_reason,     // of these gas_cost_known delays only the gas cost, the last to be judged
    output logic                  gas_cost_known
);
  // Order of secp256k1 and half of it (SEC 2, section 2.4.1; EIP-2).
  localparam logic [255:0] CurveOrder = 256'hfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
  localparam logic [255:0] HalfCurveOrder = 256'h7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

  logic priority_above, r_bad, s_bad, high_s;
  always_ff @(posedge clk) begin
    priority_above <= result.max_fee < result.max_priority_fee;
    if (r_picked) r_bad <= picked == '0 || picked >= CurveOrder;
    if (s_picked) begin
      s_bad  <= picked == '0 || picked >= CurveOrder;
      high_s <= picked > HalfCurveOrder;
    end
  end

  always_comb begin
    fields_reason = contract_pkg::ReasonNone;
    if (result.tx_type == 8'd0) begin  // EIP-155: 35 + 2 chain_id + parity; before it 27 or 28
      if (result.v == 64'd35 || result.v == 64'd36) fields_reason = contract_pkg::ReasonTxBadChainId;
      if (result.v < 64'd35 && result.v != 64'd27 && result.v != 64'd28) fields_reason = contract_pkg::ReasonTxBadV;
    end else begin
      if (priority_above) fields_reason = contract_pkg::ReasonTxPriorityAboveMaxFee;
      if (result.chain_id == 64'd0) fields_reason = contract_pkg::ReasonTxBadChainId;
      if (result.v > 64'd1) fields_reason = contract_pkg::ReasonTxBadV;
    end
  end

  // gas limit x price, 32 bits of the price a clock: only what goes over 256 bits matters.
  logic [63:0]  gas_q;
  logic [255:0] price_q;
  logic [95:0]  product;
  logic [96:0]  sum;
  logic [63:0]  carry;
  logic [3:0]   turn;  // 0: idle

  assign sum = {1'b0, product} + {33'd0, carry};
  always_ff @(posedge clk) begin
    product <= gas_q * price_q[31:0];
    if (gas_picked) begin
      gas_q   <= picked[63:0];
      price_q <= result.max_fee;
      turn    <= 4'd1;
    end else if (turn != 4'd0) begin
      price_q <= price_q >> 32;
      turn    <= turn == 4'd9 ? 4'd0 : turn + 4'd1;
      carry   <= turn == 4'd1 ? 64'd0 : sum[95:32];
    end
  end
  assign gas_cost_known = turn == 4'd0;

  always_comb begin
    rest_reason = contract_pkg::ReasonNone;
    if (gas_cost_known && carry != 64'd0) rest_reason = contract_pkg::ReasonTxGasCostOverflow;
    if (result.nonce == '1) rest_reason = contract_pkg::ReasonTxNonceTooLarge;
    if (high_s) rest_reason = contract_pkg::ReasonTxSignatureHighS;
    if (r_bad || s_bad) rest_reason = contract_pkg::ReasonTxBadSignature;
  end
  wire unused = &{1'b0, result.reason, result.has_to, result.has_chain_id, result.gas_limit, result.to, result.value, result.signature_r, result.signature_s, sum[96], sum[31:0]};
endmodule
