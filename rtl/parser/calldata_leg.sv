// The leg that a call's words make: amounts, limits, deadline, path and tokens, taken up as the walk passes them. One clock from a window to
// what it says; the leg is whole in state AddLeg.
// SPDX-License-Identifier: Apache-2.0
module calldata_leg (
    input  logic                   clk,
    input  calldata_pkg::state_t   state,
    input  logic                   go,             // the window counts in this clock
    input  logic [255:0]           word0,
    input  logic [255:0]           word1,
    input  parser_pkg::target_t    target,
    input  calldata_pkg::form_t    form,
    input  calldata_pkg::call_t    call,
    input  calldata_pkg::level_t   top,
    input  logic [3:0]             head_words,     // of the function that is read, from the clock behind Selector on
    input  logic                   outside,        // its argument of bytes reads as an empty string
    input  logic [7:0]             command,
    input  logic                   command_flag,   // may revert
    output logic                   has_deadline,
    output logic [63:0]            deadline,
    output logic                   exact_in,
    output logic                   bad_word,       // upper bits that solc checks are dirty
    output logic                   amount_bad,
    output logic                   same_token,
    output logic                   last_hop,
    output logic [17:0]            path_size,
    output parser_pkg::leg_t       leg
);
  localparam logic [17:0] MinPathBytes = 18'd43;  // one hop

  logic [255:0] amount, limit;
  logic [159:0] price_limit, token_in, token_out;
  logic amount_known, amount_carry, zero_for_one_call, may_revert;
  logic [31:0] fee;
  logic [17:0] path_rest;
  logic [6:0] hop, hops;

  assign path_rest  = path_size - MinPathBytes;
  assign same_token = token_in == token_out;
  assign last_hop   = hop + 7'd1 == hops;

  /// The deadline word at hand or the one around it, whichever is earlier; saturated.
  logic [255:0] deadline_word;
  logic [63:0] deadline_here, sooner;
  logic takes_deadline;
  assign deadline_word  = state == calldata_pkg::Selector || state == calldata_pkg::ExecuteHead || state == calldata_pkg::Single2 ? word1 : word0;
  assign deadline_here  = deadline_word[255:64] == '0 ? deadline_word[63:0] : '1;
  assign sooner         = has_deadline && deadline < deadline_here ? deadline : deadline_here;
  always_comb begin
    unique case (state)
      calldata_pkg::Selector:        takes_deadline = call.multicall && word0[31:0] == 32'h5ae401dc;
      calldata_pkg::ExecuteHead:     takes_deadline = head_words == 4'd3;
      calldata_pkg::ExecuteDeadline: takes_deadline = 1'b1;
      calldata_pkg::Single2, calldata_pkg::Tuple1: takes_deadline = form.with_deadline;
      default:                       takes_deadline = 1'b0;
    endcase
  end

  always_ff @(posedge clk) begin
    if (state == calldata_pkg::Idle) has_deadline <= 1'b0;
    else if (state == calldata_pkg::Loop) begin
      has_deadline <= top.has_deadline;
      deadline     <= top.deadline;
    end else if (go && takes_deadline) begin
      has_deadline <= 1'b1;
      deadline     <= sooner;
    end
  end

  always_ff @(posedge clk) begin
    if (state == calldata_pkg::Idle) may_revert <= 1'b0;
    if (state == calldata_pkg::Idle || state == calldata_pkg::Loop) price_limit <= '0;
    if (go) begin
      unique case (state)
        calldata_pkg::Selector: begin
          exact_in     <= call.exact_in;
          token_in     <= word1[159:0];
          bad_word     <= call.single && word1[255:160] != '0;
          hop          <= 7'd0;
          hops         <= 7'd1;
          amount_known <= 1'b1;
          amount_bad   <= 1'b0;
        end
        calldata_pkg::Single1: begin
          token_out <= word0[159:0];
          fee       <= word1[31:0];
          bad_word  <= bad_word || word0[255:160] != '0 || word1[255:24] != '0;
        end
        calldata_pkg::Single2: begin
          bad_word <= bad_word || word0[255:160] != '0;
          if (!form.with_deadline) begin
            amount       <= word1;
            amount_bad   <= word1[255];
            amount_known <= !(exact_in && word1 == '0);
          end
        end
        calldata_pkg::Single3: begin
          if (form.with_deadline) begin
            amount     <= word0;
            amount_bad <= word0[255];
            limit      <= word1;
          end else begin
            limit       <= word0;
            price_limit <= word1[159:0];
            bad_word    <= bad_word || word1[255:160] != '0;
          end
        end
        calldata_pkg::Single4: begin
          price_limit <= word0[159:0];
          bad_word    <= bad_word || word0[255:160] != '0;
        end
        calldata_pkg::Tuple0: bad_word <= word1[255:160] != '0;
        calldata_pkg::Tuple1: begin
          amount     <= form.with_deadline ? word1 : word0;
          amount_bad <= form.with_deadline ? word1[255] : word0[255];
          limit      <= word1;
          if (!form.with_deadline) amount_known <= !(exact_in && word0 == '0);
        end
        calldata_pkg::Tuple2: limit <= word0;
        calldata_pkg::TuplePath: path_size <= outside ? 18'd0 : word0[17:0];
        calldata_pkg::V3PathLength: path_size <= word0[17:0];
        calldata_pkg::PathJudge: begin
          hop  <= 7'd0;
          hops <= 7'd1 + 7'((24'(path_rest) * 24'd2850) >> 16);  // the quotient by 23, exact below 1,515 - 43
        end
        calldata_pkg::Hop: begin
          token_in  <= exact_in ? word0[255:96] : {word0[71:0], word1[255:168]};
          token_out <= exact_in ? {word0[71:0], word1[255:168]} : word0[255:96];
          fee       <= {8'd0, word0[95:72]};
        end
        calldata_pkg::AddLeg: hop <= hop + 7'd1;
        calldata_pkg::ElementData: begin
          exact_in     <= command == 8'h00;
          may_revert   <= top.plan && (command_flag || top.may_revert);
          bad_word     <= form.version10 && top.plan && word1[255:160] != '0;
          amount_known <= 1'b1;
          amount_bad   <= 1'b0;
        end
        calldata_pkg::V3Amounts: begin
          amount       <= word0;
          limit        <= word1;
          amount_known <= !(exact_in && word0[255] && word0[254:0] == '0);
          amount_bad   <= word0[255] && !(exact_in && word0[254:0] == '0);
        end
        calldata_pkg::Pool1: begin
          zero_for_one_call <= word0 != '0;  // the pool's ABI coder v1 takes any non-zero word for true
          exact_in          <= !word1[255];
          amount            <= word1;
          limit             <= {256{word1[255]}};
        end
        calldata_pkg::Pool2: begin
          price_limit <= word0[159:0];  // coder v1 cleans uint160 instead of refusing it
          if (!exact_in) {amount_carry, amount[127:0]} <= {1'b0, ~amount[127:0]} + 129'd1;
        end
        calldata_pkg::PoolData: begin
          if (!exact_in) amount[255:128] <= ~amount[255:128] + 128'(amount_carry);
          token_in  <= parser_pkg::address_number(zero_for_one_call ? target.token0 : target.token1);
          token_out <= parser_pkg::address_number(zero_for_one_call ? target.token1 : target.token0);
          fee       <= target.fee;
        end
        default: ;
      endcase
    end
  end

  always_comb begin
    leg             = '0;
    leg.hop         = 8'(hop);
    leg.hops        = 8'(hops);
    leg.flags       = {may_revert, form.is_pool, has_deadline, hop == 7'd0 && amount_known, exact_in, token_in < token_out};
    leg.fee         = fee;
    leg.deadline    = has_deadline ? deadline : 64'd0;
    leg.token_in    = parser_pkg::address_number(token_in);
    leg.token_out   = parser_pkg::address_number(token_out);
    leg.amount      = hop == 7'd0 && amount_known ? amount : 256'd0;
    leg.limit       = limit;
    leg.price_limit = price_limit;
  end

  wire unused = &{1'b0, top, target.kind, target.factory, call, form};
endmodule
