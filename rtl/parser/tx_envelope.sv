// The transaction envelope on the stream of a record's beats: all types, an RLP item a clock (two for an item of more than 55 bytes), and a clock
// where the next item begins in another beat. The call is announced as soon as its header is seen, the fields when the last has been judged:
// three clocks behind the last item. An item is judged a clock after it was passed.
// SPDX-License-Identifier: Apache-2.0
module tx_envelope (
    input  logic                                clk,
    input  logic                                rst,          // synchronous, active high
    input  logic                                in_valid,     // whole TX records
    output logic                                in_ready,
    input  logic [511:0]                        in_data,
    // Pulses, `to` (also when there is none) before `call`; none comes when the envelope is refused before. The two that pass have not been judged.
    output logic                                to_passed,
    output logic                                call_passed,
    output logic                                call_valid,
    output logic [parser_pkg::PositionBits-1:0] call_begin,
    output logic [parser_pkg::PositionBits-1:0] call_end,
    // The verdict, held until taken. `to` is set from to_passed on, the fields before the call from call_valid on.
    output logic                                result_valid,
    input  logic                                result_ready,
    output parser_pkg::envelope_t               result,
    output logic [11:0]                         tx_beats,     // of the record, from its first beat on
    output logic [63:0]                         sequence_number
);
  localparam int unsigned PositionBits = parser_pkg::PositionBits;
  localparam logic [17:0] BlobBytes = 18'd131072;  // EIP-4844
  localparam logic [7:0] EmptyList = 8'hc0;        // in RLP

  typedef enum logic [5:0] {
    Start = 6'd0, Outer = 6'd1, Wrapped = 6'd2,
    ChainId = 6'd3, Nonce = 6'd4, Priority = 6'd5, MaxFee = 6'd6, GasLimit = 6'd7, To = 6'd8, Value = 6'd9, Data = 6'd10,
    Access = 6'd11, BlobFee = 6'd12, Hashes = 6'd13, Authorizations = 6'd14, FieldV = 6'd15, FieldR = 6'd16, FieldS = 6'd17,
    AccessEntry = 6'd18, AccessAddress = 6'd19, AccessKeys = 6'd20, AccessKey = 6'd21,
    Hash = 6'd22,
    Tuple = 6'd23, TupleChain = 6'd24, TupleAddress = 6'd25, TupleNonce = 6'd26, TupleParity = 6'd27, TupleR = 6'd28, TupleS = 6'd29,
    Version = 6'd30, Blobs = 6'd31, Blob = 6'd32,
    JudgeFields = 6'd33, JudgeRest = 6'd34, Drain = 6'd35, Done = 6'd36
  } state_t;
  state_t state, next_state;

  // ---- two beats of the record, the one at `at` and the next
  logic [511:0] low, high, window;
  contract_pkg::header_t header;
  logic [127:0] header_bits;
  logic first_valid, whole, at_hand, leave;
  assign leave = state == Done && result_ready;
  envelope_beats store (
      .clk(clk), .rst(rst), .in_valid(in_valid), .in_ready(in_ready), .in_data(in_data), .line(at[17:6]), .drain(state == Drain), .beats(beats),
      .drop(leave), .first_valid(first_valid), .header(header_bits), .whole(whole), .at_hand(at_hand), .low(low), .high(high)
  );
  assign header = header_bits;
  logic low_valid;  // the first beat is in `low`, and what its header says is known
  logic [11:0] beats;
  logic [PositionBits-1:0] at;
  always_ff @(posedge clk) begin
    low_valid <= !rst && !leave && (low_valid || first_valid);
    if (!low_valid) begin
      beats           <= contract_pkg::beats_of(header.payload_bytes);
      size_end        <= {2'b00, header.payload_bytes[17:0]} + 20'd16;
      sequence_number <= header.sequence_number;
    end
  end

  wire unused = &{1'b0, window[511:264], header};
  byte_window align (.low(low), .high(high), .offset(at[5:0]), .window(window));

  // ---- the item at hand
  typedef enum logic [2:0] {Integer = 3'd0, Fixed = 3'd1, List = 3'd2, Bytes = 3'd3, Address = 3'd4} kind_t;
  kind_t kind;
  logic [PositionBits-1:0] size_end, fields_end, outer_end, list_end, entry_end, keys_end, scope_end;
  logic [17:0] wanted;                      // size of Fixed, most of Integer
  logic [15:0] unfit, missing;              // reasons: wrong size; the list ends before the item
  logic loop;                               // the end of the list ends the loop
  logic exhausted, step, long_known, is_long, is_list, one_byte;
  logic [20:0] long_found, long_kept;
  logic [7:0] content_byte;
  logic [PositionBits-1:0] content_at, content_end;
  logic [17:0] content_size;
  logic [15:0] item_reason, step_reason;

  rlp_item item (
      .window(window[79:0]), .at(at), .list_end(scope_end), .is_long(is_long), .long_found(long_found), .long_kept(long_kept),
      .is_list(is_list), .one_byte(one_byte), .content_byte(content_byte), .content_at(content_at), .content_end(content_end),
      .content_size(content_size), .reason(item_reason)
  );

  always_comb begin
    kind      = Integer;
    wanted    = 18'd32;
    unfit     = contract_pkg::ReasonNone;
    missing   = contract_pkg::ReasonTxFieldCount;
    loop      = 1'b0;
    scope_end = fields_end;
    unique case (state)
      Start, Outer: begin kind = List; scope_end = size_end; end
      Wrapped, Access, Hashes, Authorizations: kind = List;
      ChainId, Nonce, GasLimit, FieldV: wanted = 18'd8;
      To: begin kind = Address; unfit = contract_pkg::ReasonTxBadAddressLength; end
      Data: kind = Bytes;
      AccessEntry: begin kind = List; loop = 1'b1; scope_end = list_end; end
      AccessAddress: begin
        kind = Fixed; wanted = 18'd20; scope_end = entry_end;
        unfit = contract_pkg::ReasonTxBadAccessList; missing = contract_pkg::ReasonTxBadAccessList;
      end
      AccessKeys: begin kind = List; scope_end = entry_end; missing = contract_pkg::ReasonTxBadAccessList; end
      AccessKey: begin kind = Fixed; loop = 1'b1; scope_end = keys_end; unfit = contract_pkg::ReasonTxBadAccessList; end
      Hash: begin kind = Fixed; loop = 1'b1; scope_end = list_end; unfit = contract_pkg::ReasonTxBadBlobField; end
      Tuple: begin kind = List; loop = 1'b1; scope_end = list_end; end
      TupleChain, TupleR, TupleS: begin scope_end = entry_end; missing = contract_pkg::ReasonTxBadAuthorization; end
      TupleAddress: begin
        kind = Fixed; wanted = 18'd20; scope_end = entry_end;
        unfit = contract_pkg::ReasonTxBadAuthorization; missing = contract_pkg::ReasonTxBadAuthorization;
      end
      TupleNonce: begin wanted = 18'd8; scope_end = entry_end; missing = contract_pkg::ReasonTxBadAuthorization; end
      TupleParity: begin wanted = 18'd1; scope_end = entry_end; missing = contract_pkg::ReasonTxBadAuthorization; end
      JudgeFields, Version: begin wanted = 18'd1; scope_end = outer_end; end  // the length of a long item is read while the fields are judged
      Blobs: begin kind = List; scope_end = outer_end; missing = contract_pkg::ReasonTxBadSidecar; end
      Blob: begin kind = Fixed; wanted = BlobBytes; loop = 1'b1; scope_end = list_end; unfit = contract_pkg::ReasonTxBadSidecar; end
      default: ;
    endcase
  end

  assign exhausted = at >= scope_end;
  assign step      = state != Start && state < JudgeFields && (exhausted || (at_hand && (!is_long || long_known)));

  // ---- the item that was passed a clock ago is judged now: its end is known too late for both
  logic judging, exhausted_q, is_list_q, is_long_q, cut;
  kind_t kind_q;
  state_t state_q;
  logic [17:0] wanted_q, content_size_q;
  logic [15:0] unfit_q, missing_q, item_reason_q, late_reason;
  logic [7:0] content_byte_q;
  logic [PositionBits-1:0] content_end_q, scope_end_q;
  always_ff @(posedge clk) begin
    judging        <= consume && !rst && late_reason == contract_pkg::ReasonNone;
    to_passed      <= consume && !rst && state == To;
    call_passed    <= consume && !rst && state == Data;
    state_q        <= state;
    exhausted_q    <= exhausted;
    is_list_q      <= is_list;
    is_long_q      <= is_long;
    kind_q         <= kind;
    wanted_q       <= wanted;
    unfit_q        <= unfit;
    missing_q      <= missing;
    item_reason_q  <= item_reason;
    content_size_q <= content_size;
    content_byte_q <= content_byte;
    content_end_q  <= content_end;
    scope_end_q    <= scope_end;
  end
  assign cut = content_end_q > scope_end_q && !(is_long_q && item_reason_q != contract_pkg::ReasonNone);

  /// Why the item is refused; not asked when a loop ends.
  always_comb begin
    step_reason = contract_pkg::ReasonNone;
    if (exhausted_q) step_reason = missing_q;
    else if (cut) step_reason = contract_pkg::ReasonRlpTruncated;
    else if (item_reason_q != contract_pkg::ReasonNone) step_reason = item_reason_q;
    else begin
      unique case (kind_q)
        List: if (!is_list_q) step_reason = contract_pkg::ReasonRlpNotAList;
        Integer: begin
          if (content_size_q > wanted_q) step_reason = contract_pkg::ReasonRlpIntegerTooLarge;
          if (content_size_q != 18'd0 && content_byte_q == 8'd0) step_reason = contract_pkg::ReasonRlpNonCanonicalInteger;
        end
        Fixed: if (content_size_q != wanted_q) step_reason = unfit_q;
        Address: if (content_size_q != 18'd20 && (content_size_q != 18'd0 || result.tx_type > 8'd2)) step_reason = unfit_q;
        default: ;
      endcase
      if (kind_q != List && is_list_q) step_reason = contract_pkg::ReasonRlpUnexpectedList;
    end
  end

  /// Why the transaction is refused for that item. What was entered behind it meanwhile does not count.
  always_comb begin
    late_reason = contract_pkg::ReasonNone;
    if (judging) begin
      late_reason = step_reason;
      if (step_reason == contract_pkg::ReasonNone) begin
        unique case (state_q)
          Outer: if (content_end_q != size_end) late_reason = contract_pkg::ReasonRlpTrailingBytes;
          Hash: if (content_byte_q != 8'd1) late_reason = contract_pkg::ReasonTxBadBlobField;
          TupleS: if (content_end_q != entry_end) late_reason = contract_pkg::ReasonTxBadAuthorization;
          FieldS: if (content_end_q != fields_end) late_reason = contract_pkg::ReasonTxFieldCount;
          Version: if (content_size_q == 18'd0 || content_byte_q != 8'd1) late_reason = contract_pkg::ReasonTxBadSidecar;
          // A whole blob does not fit a record: the network form ends at its first one at the latest.
          Blob: late_reason = contract_pkg::ReasonTxBadSidecar;
          default: ;
        endcase
      end
    end
  end

  // ---- from field to field
  logic [15:0] reason;            // of this clock, not of an item
  logic consume, enter;           // the item is passed; its content is entered
  logic wrapped, none_yet;        // network form of a blob transaction; the loop has not seen an item
  logic [7:0] first_byte;
  logic type0, type1, type3, type4;
  logic [15:0] fields_reason, rest_reason;
  logic gas_cost_known;

  assign first_byte = low[135:128];  // raw[0]
  assign type0 = result.tx_type == 8'd0;
  assign type1 = result.tx_type == 8'd1;
  assign type3 = result.tx_type == 8'd3;
  assign type4 = result.tx_type == 8'd4;

  always_comb begin
    reason     = contract_pkg::ReasonNone;
    next_state = state;
    consume    = 1'b0;
    enter      = 1'b0;
    unique case (state)
      Start: begin
        if (low_valid) begin
          next_state = Outer;
          if (size_end == 20'd16) reason = contract_pkg::ReasonTxEmpty;
          else if (first_byte >= 8'h80 && first_byte < 8'hc0) reason = contract_pkg::ReasonRlpNotAList;
          else if (first_byte < 8'h80 && (first_byte == 8'd0 || first_byte > 8'd4)) reason = contract_pkg::ReasonTxUnknownType;
          else if (first_byte < 8'h80 && size_end == 20'd17) reason = contract_pkg::ReasonRlpTruncated;
        end
      end
      JudgeFields: begin  // the last item is judged in the same clock, and before them
        reason     = fields_reason;
        next_state = wrapped ? Version : JudgeRest;
      end
      JudgeRest: begin
        if (gas_cost_known || rest_reason != contract_pkg::ReasonNone) begin
          reason     = rest_reason;
          next_state = whole ? Done : Drain;
        end
      end
      Drain: if (whole) next_state = Done;
      Done: if (result_ready) next_state = Start;
      default: begin
        if (step && exhausted && loop) begin  // the loop is over
          unique case (state)
            AccessKey: begin
              next_state = AccessEntry;
              if (at != entry_end) reason = contract_pkg::ReasonTxBadAccessList;
            end
            AccessEntry: next_state = type3 ? BlobFee : type4 ? Authorizations : FieldV;
            Hash: begin
              next_state = FieldV;
              if (none_yet) reason = contract_pkg::ReasonTxBadBlobField;
            end
            Tuple: begin
              next_state = FieldV;
              if (none_yet) reason = contract_pkg::ReasonTxBadAuthorization;
            end
            default: reason = contract_pkg::ReasonTxBadSidecar;  // a blob hash without its blob
          endcase
        end else if (step && state == Wrapped && (exhausted || !is_list)) next_state = ChainId;
        else if (step && state == Version && (exhausted || is_list)) next_state = Blobs;
        else if (step) begin
          consume = 1'b1;
          enter   = kind == List;
          unique case (state)
            Outer: next_state = type0 ? Nonce : type3 ? Wrapped : ChainId;
            Wrapped: next_state = ChainId;
            ChainId: next_state = Nonce;
            Nonce: next_state = Priority;
            Priority: next_state = type0 || type1 ? GasLimit : MaxFee;
            MaxFee: next_state = GasLimit;
            GasLimit: next_state = To;
            To: next_state = Value;
            Value: next_state = Data;
            Data: next_state = type0 ? FieldV : Access;
            Access: next_state = window[7:0] != EmptyList ? AccessEntry : type3 ? BlobFee : type4 ? Authorizations : FieldV;
            AccessEntry: next_state = AccessAddress;
            AccessAddress: next_state = AccessKeys;
            AccessKeys: next_state = AccessKey;
            BlobFee: next_state = Hashes;
            Hashes: next_state = Hash;
            Authorizations: next_state = Tuple;
            Tuple: next_state = TupleChain;
            TupleChain: next_state = TupleAddress;
            TupleAddress: next_state = TupleNonce;
            TupleNonce: next_state = TupleParity;
            TupleParity: next_state = TupleR;
            TupleR: next_state = TupleS;
            TupleS: next_state = Tuple;
            FieldV: next_state = FieldR;
            FieldR: next_state = FieldS;
            FieldS: next_state = JudgeFields;
            Version: next_state = Blobs;
            Blobs: next_state = Blob;
            default: ;
          endcase
        end
      end
    endcase
    if (reason != contract_pkg::ReasonNone || late_reason != contract_pkg::ReasonNone) next_state = whole ? Done : Drain;
  end

  always_ff @(posedge clk) begin
    if (rst) state <= Start;
    else state <= next_state;
  end

  always_ff @(posedge clk) begin
    // The length of the outer list behind a type is read while the type is looked at.
    long_known <= is_long && (state == Start ? low_valid && first_byte < 8'h80 : !step && at_hand && !long_known);
    if (at_hand || state == Start) long_kept <= long_found;
    if (state == Start) begin
      result.reason  <= reason;
      result.tx_type <= first_byte < 8'h80 && first_byte >= 8'd1 && first_byte <= 8'd4 && size_end != 20'd16 ? first_byte : 8'd0;
      result.to      <= '0;
      at             <= low_valid && first_byte >= 8'h80 ? 20'd16 : 20'd17;  // behind the type when the first beat comes
      wrapped        <= 1'b0;
    end else begin
      if (late_reason != contract_pkg::ReasonNone) result.reason <= late_reason;
      else if (reason != contract_pkg::ReasonNone && state != Done) result.reason <= reason;
      if (consume) at <= enter ? content_at : content_end;
      else if (leave) at <= 20'd17;
      if (enter && (state == Outer || state == Wrapped)) fields_end <= content_end;
      if (enter && state == Wrapped) begin
        outer_end <= fields_end;
        wrapped   <= 1'b1;
      end
      if (enter && (state == Access || state == Hashes || state == Authorizations || state == Blobs)) list_end <= content_end;
      if (enter && (state == AccessEntry || state == Tuple)) entry_end <= content_end;
      if (enter && state == AccessKeys) keys_end <= content_end;
      if (state == Hashes || state == Authorizations) none_yet <= 1'b1;
      else if (consume) none_yet <= 1'b0;
    end
  end

  // ---- values: picked up with the item, shifted into place a clock later
  logic [255:0] picked, placed;
  logic [5:0] picked_size;
  state_t picked_for;

  assign placed = parser_pkg::big_endian(picked) >> {6'd32 - picked_size, 3'b000};
  always_ff @(posedge clk) begin
    picked      <= one_byte ? window[255:0] : window[263:8];
    picked_size <= content_size[5:0];
    picked_for  <= consume ? state : Start;
    if (state == Data) begin
      call_begin <= content_at;
      call_end   <= content_end;
    end
    if (consume && state == To) begin
      result.has_to <= content_size == 18'd20;
      result.to     <= content_size == 18'd20 ? window[167:8] : 160'd0;
    end
    unique case (picked_for)
      ChainId: result.chain_id <= placed[63:0];
      Nonce: result.nonce <= placed[63:0];
      Priority: begin
        result.max_priority_fee <= placed;
        result.max_fee          <= placed;
      end
      MaxFee: result.max_fee <= placed;
      GasLimit: result.gas_limit <= placed[63:0];
      Value: result.value <= placed;
      FieldV: begin
        result.v            <= placed[63:0];
        result.has_chain_id <= !type0 || placed[63:0] >= 64'd35;
      end
      FieldR: result.signature_r <= placed;
      FieldS: result.signature_s <= placed;
      default: ;
    endcase
    if (state == JudgeFields && type0) result.chain_id <= result.has_chain_id ? (result.v - 64'd35) >> 1 : 64'd0;
  end

  // ---- judgements of whole fields
  tx_judgement judge (
      .clk(clk), .gas_picked(picked_for == GasLimit), .r_picked(picked_for == FieldR), .s_picked(picked_for == FieldS), .picked(placed),
      .result(result),
      .fields_reason(fields_reason), .rest_reason(rest_reason), .gas_cost_known(gas_cost_known)
  );

  assign call_valid   = judging && state_q == Data && late_reason == contract_pkg::ReasonNone;
  assign result_valid = state == Done;
  assign tx_beats     = beats;
endmodule
