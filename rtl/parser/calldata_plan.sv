// The elements of a multicall or plan: where its command bytes and offset words stand, 32 command bytes at hand, and where the next element of
// a strict sub-plan has to stand. One clock from a window to what it says.
// SPDX-License-Identifier: Apache-2.0
module calldata_plan (
    input  logic                                clk,
    input  calldata_pkg::state_t                state,
    input  logic                                go,           // the window counts in this clock
    input  logic [parser_pkg::PositionBits-1:0] window_at,
    input  logic [255:0]                        word0,
    input  logic [255:0]                        word1,
    input  logic [parser_pkg::PositionBits-1:0] data,         // behind word 0
    input  calldata_pkg::level_t                top,
    output logic [parser_pkg::PositionBits-1:0] command_at,   // of the next element
    output logic                                command_hit,  // it is at hand
    output logic [7:0]                          command_byte, // of the element, from the clock behind Loop on
    output logic [parser_pkg::PositionBits-1:0] commands_at,
    output logic [31:0]                         commands_size,
    output logic [parser_pkg::PositionBits-1:0] items_at,
    output logic [parser_pkg::PositionBits-1:0] items,
    output logic [parser_pkg::PositionBits-1:0] next_item,    // number of the element behind this one
    output logic [33:0]                         expected
);
  localparam int unsigned PositionBits = parser_pkg::PositionBits;

  logic [255:0] cached;
  logic [PositionBits-1:0] cached_at, command_distance;
  logic cached_valid;
  logic [12:0] element;

  assign command_at       = top.commands_at + PositionBits'(top.next);
  assign command_distance = command_at - cached_at;
  assign command_hit      = cached_valid && command_distance[PositionBits-1:5] == '0;
  assign next_item        = PositionBits'(element) + 20'd1;

  always_ff @(posedge clk) begin
    if (state == calldata_pkg::Idle) cached_valid <= 1'b0;
    if (state == calldata_pkg::Loop) command_byte <= cached[{~command_distance[4:0], 3'b000}+:8];  // byte 0 is the highest
    if (go) begin
      unique case (state)
        calldata_pkg::CommandBytes: begin
          cached       <= word0;
          cached_at    <= window_at;
          cached_valid <= 1'b1;
        end
        calldata_pkg::ExecuteCommands, calldata_pkg::SubCommands, calldata_pkg::StrictHead: begin
          commands_at   <= data;
          commands_size <= word0[31:0];
          cached        <= word1;
          cached_at     <= data;
          cached_valid  <= 1'b1;
        end
        calldata_pkg::ArrayHead, calldata_pkg::SubCount, calldata_pkg::StrictCount: begin
          items_at <= data;
          items    <= word0[PositionBits-1:0];
          expected <= {16'd0, word0[12:0], 5'd0};
          element  <= 13'd0;
        end
        calldata_pkg::EncodeLength: element <= next_item[12:0];
        calldata_pkg::StrictLength: begin
          expected <= expected + {2'd0, word0[31:0] + 32'd31 & 32'hffffffe0} + 34'd32;
          element  <= next_item[12:0];
        end
        default: ;
      endcase
    end
  end

  wire unused = &{1'b0, top};
endmodule
