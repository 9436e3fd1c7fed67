// Which functions and commands the called contract has: selectors by router kind, and the command bytes of the UniversalRouter's versions.
// Combinational but for the form, which a walk reads in every clock and which is therefore decoded once. Sources: v3-periphery, swap-router-contracts, universal-router (Dispatcher.sol, Commands.sol), v3-core.
// SPDX-License-Identifier: Apache-2.0
module calldata_functions (
    input  logic                 clk,
    input  logic                 idle,           // no walk: the next one's kind counts
    input  logic [7:0]           kind,
    output calldata_pkg::form_t  form,           // a clock later
    input  logic [31:0]          selector,
    output calldata_pkg::call_t  call,
    input  logic [7:0]           command_byte,
    output logic [7:0]           command,        // without the flag and the bits that the version masks
    output logic                 command_known   // others revert (InvalidCommandType)
);
  always_ff @(posedge clk) begin
    if (idle) begin
      form.with_deadline <= kind == contract_pkg::RouterKindSwapRouter;
      form.is_pool       <= kind == contract_pkg::RouterKindPool;
      form.universal     <= kind != contract_pkg::RouterKindSwapRouter && kind != contract_pkg::RouterKindPool &&
                            kind != contract_pkg::RouterKindSwapRouter02;
      form.version10     <= kind == contract_pkg::RouterKindUniversalRouterV10;
      form.version12     <= kind == contract_pkg::RouterKindUniversalRouter;
      form.version21     <= kind == contract_pkg::RouterKindUniversalRouterV21;
    end
  end

  always_comb begin
    call = '0;
    if (form.universal) begin
      call.execute    = selector == 32'h24856bc3 || selector == 32'h3593564c || (selector == 32'h44684dc3 && form.version21);
      call.head_words = selector == 32'h24856bc3 ? 4'd2 : selector == 32'h3593564c ? 4'd3 : 4'd8;
    end else if (form.is_pool) begin
      call.swap       = selector == 32'h128acb08;
      call.head_words = 4'd5;
    end else begin
      if (form.with_deadline) begin
        call.single   = selector == 32'h414bf389 || selector == 32'hdb3e2198;
        call.tuple    = selector == 32'hc04b8d59 || selector == 32'hf28c0498;
      end else begin
        call.single   = selector == 32'h04e45aaf || selector == 32'h5023b4df;
        call.tuple    = selector == 32'hb858183f || selector == 32'h09b81346;
      end
      call.exact_in   = selector == 32'h414bf389 || selector == 32'h04e45aaf || selector == 32'hc04b8d59 || selector == 32'hb858183f;
      call.multicall  = selector == 32'hac9650d8 || (!form.with_deadline && (selector == 32'h5ae401dc || selector == 32'h1f0464d1));
      call.head_words = call.single ? (form.with_deadline ? 4'd8 : 4'd7) : call.multicall && selector != 32'hac9650d8 ? 4'd2 : 4'd1;
    end
  end

  assign command = command_byte & (form.version10 ? 8'h1f : form.version21 ? 8'h7f : 8'h3f);
  always_comb begin
    if (form.version10) command_known = command[5:0] < 6'd30 && command != 8'h07 && command != 8'h0f;
    else if (form.version12) command_known = command < 8'h23 && command != 8'h07 && command != 8'h0f && command != 8'h1f;
    else command_known = (command < 8'h15 && command != 8'h07 && command != 8'h0f) || command == 8'h21 || (form.version21 && command == 8'h40);
  end
endmodule
