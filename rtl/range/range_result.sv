// The answer to a leg, word by word.
// Made by program/make_program.mjs: change it there.
// SPDX-License-Identifier: Apache-2.0
module range_result
  import range_pkg::*;
(
    input  logic         clk,
    input  logic         write,
    input  logic [4:0]   field,
    input  logic [255:0] word,
    output leg_result_t  result
);
  always_ff @(posedge clk) begin
    if (write) begin
      case (field)
        5'd0: result.reason <= word[15:0];
        5'd1: result.candidates <= word[15:0];
        5'd2: result.profitable <= word[15:0];
        5'd3: result.tick_lower <= word[23:0];
        5'd4: result.tick_upper <= word[23:0];
        5'd5: result.liquidity <= word[127:0];
        5'd6: result.tick_after <= word[23:0];
        5'd7: result.tick_alone <= word[23:0];
        5'd8: result.price_after <= word[159:0];
        5'd9: result.price_alone <= word[159:0];
        5'd10: result.mint0 <= word;
        5'd11: result.mint1 <= word;
        5'd12: result.burn0 <= word;
        5'd13: result.burn1 <= word;
        5'd14: result.fee0 <= word;
        5'd15: result.fee1 <= word;
        5'd16: result.swap0 <= word;
        5'd17: result.swap1 <= word;
        5'd18: result.alone0 <= word;
        5'd19: result.alone1 <= word;
        5'd20: result.profit_wei <= word;
        5'd21: result.gross_wei <= word;
        5'd22: result.tip_wei <= word;
        default: ;
      endcase
    end
  end
endmodule
