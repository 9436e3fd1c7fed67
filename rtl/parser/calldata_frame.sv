// The frame of a calldata walk: the call that is read and its argument of bytes, and where the offset and length words at hand lead in them.
// Offsets are judged in the clock of their window; what the walk keeps of them stands one clock later.
// SPDX-License-Identifier: Apache-2.0
module calldata_frame (
    input  logic                                clk,
    input  calldata_pkg::state_t                state,
    input  logic                                go,             // the window counts in this clock
    input  logic [parser_pkg::PositionBits-1:0] call_begin,     // the two of the transaction's call
    input  logic [parser_pkg::PositionBits-1:0] call_end,
    input  calldata_pkg::form_t                 form,
    input  calldata_pkg::call_t                 call,
    input  calldata_pkg::level_t                top,
    input  logic                                exact_in,
    input  logic                                command_flag,   // the command may revert
    input  logic [parser_pkg::PositionBits-1:0] window_at,
    input  logic [255:0]                        word0,
    input  logic [255:0]                        word1,
    input  logic [parser_pkg::PositionBits-1:0] items_at,       // of the sub-plan that is read
    // the frame
    output logic [parser_pkg::PositionBits-1:0] frame_begin,
    output logic [parser_pkg::PositionBits-1:0] frame_end,
    output logic [parser_pkg::PositionBits-1:0] head,           // behind the selector
    output logic [parser_pkg::PositionBits-1:0] input_at,
    output logic [parser_pkg::PositionBits-1:0] input_end,
    output logic [parser_pkg::PositionBits-1:0] where,          // an offset's target, kept for a later jump
    output logic [parser_pkg::PositionBits-1:0] other_where,
    output logic                                other_bad,
    output logic                                outside_q,      // the argument reads as an empty string
    output logic [3:0]                          head_words_q,
    output logic                                first_ok,
    output logic [255:0]                        saved,
    output logic                                skip_failure,
    output logic                                level_may_revert,
    // the words at hand
    output logic [parser_pkg::PositionBits-1:0] data,           // behind word 0
    output logic [parser_pkg::PositionBits-1:0] target_at,
    output logic [parser_pkg::PositionBits-1:0] tail_at,
    output logic                                bad_offset,
    output logic                                bad_length
);
  localparam int unsigned PositionBits = parser_pkg::PositionBits;

  logic [255:0] offset_word;
  logic [1:0] offset_rule;
  logic [PositionBits-1:0] offset_base, offset_scope_end, data_end;
  logic length_modulo, length_words, outside, bad_word_offset, bad_tuple_offset;
  logic [33:0] tuple_spare;  // bytes of the frame behind the tuple's words
  assign data    = window_at + 20'd32;
  assign tail_at = outside ? frame_end - 20'd32 : target_at;
  // That the offset at Selector leads to a tuple is known late: it is judged beside, for the words of a tuple.
  assign tuple_spare      = 34'(frame_end) - 34'(head) - (form.with_deadline ? 34'd160 : 34'd128) - 34'(word1[31:0]);
  assign bad_tuple_offset = word1[255:32] != '0 || tuple_spare[33];
  assign bad_offset       = state == calldata_pkg::Selector && call.tuple ? bad_tuple_offset : bad_word_offset;
  calldata_offset offsets (
      .offset(offset_word), .rule(offset_rule), .base(offset_base), .scope_begin(frame_begin), .scope_end(offset_scope_end),
      .target(target_at), .bad_offset(bad_word_offset), .outside(outside), .length(word0), .length_modulo(length_modulo),
      .words(length_words), .data(data), .data_end(data_end), .bad_length(bad_length)
  );
  always_comb begin
    offset_word      = word0;
    offset_rule      = 2'd0;
    offset_base      = head;
    offset_scope_end = frame_end;
    data_end         = frame_end;
    length_modulo    = 1'b0;
    length_words     = 1'b0;
    unique case (state)
      calldata_pkg::Selector, calldata_pkg::Pool2: offset_word = word1;
      calldata_pkg::Element: begin offset_rule = 2'd1; offset_base = top.items_at; end
      calldata_pkg::Encode: begin offset_rule = 2'd1; offset_base = items_at; end
      calldata_pkg::Tuple0: begin offset_rule = exact_in ? 2'd0 : 2'd1; offset_base = window_at; end
      calldata_pkg::V3Path: begin offset_rule = form.version10 ? 2'd0 : form.version12 ? 2'd2 : 2'd3; offset_base = input_at; offset_scope_end = input_end; end
      calldata_pkg::V3Prices, calldata_pkg::Sub0: begin offset_rule = 2'd2; offset_base = input_at; offset_scope_end = input_end; end
      calldata_pkg::V3PathLength: begin data_end = input_end; length_modulo = !form.version10 && !form.version12; end
      calldata_pkg::V3PriceCount: begin data_end = input_end; length_words = 1'b1; end
      calldata_pkg::SubCommands: begin
        offset_word = saved; offset_rule = 2'd2; offset_base = input_at; offset_scope_end = input_end; data_end = input_end;
      end
      calldata_pkg::SubCount: data_end = input_end;
      calldata_pkg::ArrayHead: length_words = 1'b1;
      default: ;
    endcase
  end

  always_ff @(posedge clk) begin
    if (go) begin
      unique case (state)
        calldata_pkg::Idle: begin
          frame_begin      <= call_begin;
          frame_end        <= call_end;
          head             <= call_begin + 20'd4;
          skip_failure     <= 1'b0;
          level_may_revert <= 1'b0;
        end
        calldata_pkg::Loop: begin
          frame_begin <= top.call_begin;
          frame_end   <= top.call_end;
        end
        calldata_pkg::Selector: begin
          where        <= target_at;
          head_words_q <= call.head_words;
        end
        calldata_pkg::ExecuteHead, calldata_pkg::V3Prices: begin
          other_where <= target_at;
          other_bad   <= bad_offset;
        end
        calldata_pkg::Tuple0: begin
          where     <= tail_at;
          outside_q <= outside;
        end
        calldata_pkg::TuplePath, calldata_pkg::V3PathLength: where <= data;
        calldata_pkg::V3Path: where <= target_at;
        calldata_pkg::Element, calldata_pkg::Encode: outside_q <= outside;
        calldata_pkg::ElementData: begin
          input_at  <= data;
          input_end <= outside_q ? data : data + word0[PositionBits-1:0];
          if (!top.plan) begin
            frame_begin <= data;
            frame_end   <= data + word0[PositionBits-1:0];
            head        <= data + 20'd4;
          end
          skip_failure     <= top.plan && command_flag;
          level_may_revert <= top.plan && (command_flag || top.may_revert);
        end
        calldata_pkg::Sub0: saved <= word1;
        calldata_pkg::Strict0: begin
          first_ok <= word0 == 256'd64;
          saved    <= word1;
        end
        default: ;
      endcase
    end
  end

  wire unused = &{1'b0, top, call, form, tuple_spare};
endmodule
