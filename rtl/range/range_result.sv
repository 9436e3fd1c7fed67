// The answer to a leg: what its first thread says, word by word, and the words of the best candidate's slot, two at a time.
// Made by program/make_program.mjs: change it there.
// SPDX-License-Identifier: Apache-2.0
module range_result
  import range_pkg::*;
(
    input  logic         clk,
    input  logic         write,         // what the first thread says
    input  logic [4:0]   field,
    input  logic [255:0] word,
    input  logic         pair_write,    // words 2 * pair and the next of the slot
    input  logic [2:0]   pair,
    input  logic [255:0] even,
    input  logic [255:0] odd,
    input  logic         zero_for_one,  // of the job, as the next two
    input  logic         exact_in,
    input  logic [254:0] amount,
    input  logic         searched,      // the reason is what the search found; of the best candidate, all below
    input  logic         known,         // there is one
    input  logic         enough,        // its profit is
    input  logic [15:0]  evaluated,
    input  logic [15:0]  profitable,
    input  logic [255:0] gross,
    input  logic [255:0] profit,
    input  logic [255:0] tip,
    output leg_result_t  result
);
  // The pool's Swap event: positive into the pool. The amount counts what is paid or what is got.
  logic [255:0] paid, got;
  assign paid = exact_in ? {1'b0, amount} - even : odd;
  assign got  = exact_in ? -odd : even - {1'b0, amount};

  logic [15:0] said_reason;
  logic [23:0] tick_alone;
  logic [159:0] price_alone;
  logic [255:0] alone0;
  logic [255:0] alone1;
  logic [23:0] tick_lower;
  logic [23:0] tick_upper;
  logic [127:0] liquidity;
  logic [255:0] mint0;
  logic [255:0] mint1;
  logic [255:0] burn0;
  logic [255:0] burn1;
  logic [159:0] price_after;
  logic [23:0] tick_after;
  logic [255:0] fee0;
  logic [255:0] fee1;
  logic [255:0] swap0;
  logic [255:0] swap1;
  always_ff @(posedge clk) begin
    if (write) begin
      case (field)
        5'd0: said_reason <= word[15:0];
        5'd1: tick_alone <= word[23:0];
        5'd2: price_alone <= word[159:0];
        5'd3: alone0 <= word;
        5'd4: alone1 <= word;
        default: ;
      endcase
    end
    if (pair_write) begin
      case (pair)
        3'd0: begin
          tick_lower <= even[23:0];
          tick_upper <= odd[23:0];
        end
        3'd1: begin
          liquidity <= even[127:0];
          mint0 <= odd;
        end
        3'd2: begin
          mint1 <= even;
          burn0 <= odd;
        end
        3'd3: begin
          burn1 <= even;
          fee0 <= zero_for_one ? odd : '0;
          fee1 <= zero_for_one ? '0 : odd;
        end
        3'd4: begin
          price_after <= even[159:0];
          tick_after <= odd[23:0];
        end
        3'd5: begin
          swap0 <= zero_for_one ? paid : got;
          swap1 <= zero_for_one ? got : paid;
        end
        default: ;
      endcase
    end
  end
  always_comb begin
    result.reason     = !searched ? said_reason : !known ? contract_pkg::ReasonNoCandidate : enough ? contract_pkg::ReasonNone :
                        contract_pkg::ReasonUnprofitable;
    result.candidates = evaluated;
    result.profitable = profitable;
    result.gross_wei  = gross;
    result.profit_wei = profit;
    result.tip_wei    = tip;
    result.tick_alone = tick_alone;
    result.price_alone = price_alone;
    result.alone0 = alone0;
    result.alone1 = alone1;
    result.tick_lower = tick_lower;
    result.tick_upper = tick_upper;
    result.liquidity = liquidity;
    result.mint0 = mint0;
    result.mint1 = mint1;
    result.burn0 = burn0;
    result.burn1 = burn1;
    result.price_after = price_after;
    result.tick_after = tick_after;
    result.fee0 = fee0;
    result.fee1 = fee1;
    result.swap0 = swap0;
    result.swap1 = swap1;
  end
endmodule
