// The header of one RLP item at the start of a window, as strict as the yellow paper (appendix B) asks. Combinational, but the length of a
// long item comes back through a register of the owner: it is shown a clock later with `length_known`.
// SPDX-License-Identifier: Apache-2.0
module rlp_item (
    input  logic [79:0]                         window,       // first byte lowest
    input  logic [parser_pkg::PositionBits-1:0] at,           // its position
    input  logic [parser_pkg::PositionBits-1:0] list_end,     // of the list that the item stands in; above `at`
    // The length field of a long item: what to keep, and what was kept.
    output logic                                is_long,
    output logic [20:0]                         long_found,
    input  logic [20:0]                         long_kept,
    // The item.
    output logic                                is_list,
    output logic                                one_byte,     // the item is its own content
    output logic [7:0]                          content_byte, // first byte of the content
    output logic [parser_pkg::PositionBits-1:0] content_at,
    output logic [parser_pkg::PositionBits-1:0] content_end,
    output logic [17:0]                         content_size,
    output logic [15:0]                         reason        // but for content that ends behind its list
);
  localparam int unsigned PositionBits = parser_pkg::PositionBits;

  logic [7:0]  first;
  logic [3:0]  length_bytes;  // 1..8 of a long item
  logic [63:0] length;
  logic        cut, canonical, too_large;
  logic [17:0] kept_length;
  logic        kept_cut, kept_bad, kept_large;
  logic [3:0]  header_bytes;

  assign first        = window[7:0];
  assign is_list      = first >= 8'hc0;
  assign one_byte     = first < 8'h80;
  assign is_long      = !one_byte && first[5:0] > 6'd55;
  assign length_bytes = 4'(first[5:0] - 6'd55);

  always_comb begin
    length = '0;
    for (int i = 0; i < 8; i++) begin
      if (4'(i) < length_bytes) length = {length[55:0], window[8+8*i+:8]};
    end
  end
  assign cut       = PositionBits'(length_bytes) > list_end - at - 20'd1;
  assign canonical = window[15:8] != 8'd0 && length > 64'd55;
  assign too_large = length[63:18] != '0;

  assign long_found = {cut, !canonical, too_large, length[17:0]};
  assign {kept_cut, kept_bad, kept_large, kept_length} = long_kept;

  assign header_bytes = one_byte ? 4'd0 : is_long ? 4'd1 + length_bytes : 4'd1;
  assign content_size = one_byte ? 18'd1 : is_long ? kept_length : 18'(first[5:0]);
  assign content_at   = at + PositionBits'(header_bytes);
  assign content_end  = content_at + PositionBits'(content_size);

  always_comb begin
    content_byte = window[7:0];
    for (int i = 1; i < 10; i++) if (header_bytes == 4'(i)) content_byte = window[8*i+:8];
  end

  always_comb begin
    reason = contract_pkg::ReasonNone;
    if (first == 8'h81 && window[15:8] < 8'h80) reason = contract_pkg::ReasonRlpNonCanonicalLength;
    if (is_long && kept_large) reason = contract_pkg::ReasonRlpTruncated;
    if (is_long && kept_bad) reason = contract_pkg::ReasonRlpNonCanonicalLength;
    if (is_long && kept_cut) reason = contract_pkg::ReasonRlpTruncated;
  end
endmodule
