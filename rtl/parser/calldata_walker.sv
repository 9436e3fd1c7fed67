// Router and pool calldata to legs: multicalls and UniversalRouter plans by an explicit stack, every call argument by argument, in the order
// in which the HLS source (kernels/hls/parser_calldata.cpp, parser_calls.cpp) judges them. Reads windows of two words from tx_store: a clock
// a window in sequence, two clocks a jump.
// SPDX-License-Identifier: Apache-2.0
module calldata_walker (
    input  logic                                clk,
    input  logic                                rst,           // synchronous, active high; also ends a walk
    input  logic                                start,         // while idle; the next three are read then
    input  parser_pkg::target_t                 target,        // good until done
    input  logic [parser_pkg::PositionBits-1:0] call_begin,
    input  logic [parser_pkg::PositionBits-1:0] call_end,
    output logic                                done,          // a pulse; reason and leg_count stay until the next start
    output logic [15:0]                         reason,
    output logic [6:0]                          leg_count,
    // tx_store
    output logic                                jump,
    output logic [parser_pkg::PositionBits-1:0] jump_at,
    output logic                                take,
    output logic [parser_pkg::PositionBits-1:0] frame_end,
    input  logic                                window_valid,
    input  logic [parser_pkg::PositionBits-1:0] window_at,
    input  logic [255:0]                        word0,
    input  logic [255:0]                        word1,
    // legs
    output logic                                leg_write,
    output logic [5:0]                          leg_index,
    output parser_pkg::leg_t                    leg
);
  localparam int unsigned PositionBits = parser_pkg::PositionBits;
  localparam logic [12:0] MaxCalls = 13'(contract_pkg::MaxCalls);
  localparam logic [PositionBits-1:0] HopBytes = 20'd23;      // token and fee
  localparam logic [17:0] MinPathBytes = 18'd43;              // one hop
  localparam logic [17:0] PathTooLong = 18'd1515;             // 65 hops

  localparam int unsigned LevelBits = 188;

  /// A multicall or plan being walked: its elements are bytes behind offset words.
  typedef struct packed {
    logic [PositionBits-1:0] call_begin;
    logic [PositionBits-1:0] call_end;
    logic [PositionBits-1:0] items_at;      // first offset word
    logic [PositionBits-1:0] items;         // how many
    logic [12:0]             next;
    logic                    plan;          // UniversalRouter commands instead of calls
    logic [PositionBits-1:0] commands_at;
    logic                    skips_failure; // called by a sub-plan command with the may-revert flag
    logic                    may_revert;    // this level or one around it is
    logic [6:0]              legs_before;
    logic                    has_deadline;
    logic [63:0]             deadline;
  } level_t;

  typedef enum logic [5:0] {
    Idle = 6'd0, Loop = 6'd1, Selector = 6'd2, CommandBytes = 6'd3, Element = 6'd4, ElementData = 6'd5,
    MultiHead = 6'd6, ArrayHead = 6'd7, ExecuteHead = 6'd8, ExecuteSkip1 = 6'd9, ExecuteSkip2 = 6'd10, ExecuteDeadline = 6'd11,
    ExecuteCommands = 6'd12,
    Single1 = 6'd13, Single2 = 6'd14, Single3 = 6'd15, Single4 = 6'd16,
    Tuple0 = 6'd17, Tuple1 = 6'd18, Tuple2 = 6'd19, TuplePath = 6'd20,
    V3Amounts = 6'd21, V3Path = 6'd22, V3Prices = 6'd23, V3PathLength = 6'd24, V3PriceCount = 6'd25,
    PathJudge = 6'd26, Hop = 6'd27, AddLeg = 6'd28,
    Sub0 = 6'd29, SubCommands = 6'd30, SubCount = 6'd31,
    Strict0 = 6'd32, StrictHead = 6'd33, StrictCount = 6'd34, StrictOffset = 6'd35, StrictLength = 6'd36, StrictEnd = 6'd37,
    PushLevel = 6'd38, Pool1 = 6'd39, Pool2 = 6'd40, PoolData = 6'd41, Finish = 6'd42,
    Encode = 6'd43, EncodeLength = 6'd44
  } state_t;
  state_t state, next_state;

  // ---- whom we read for
  logic universal, with_deadline, is_pool, version10, version12, version21;
  assign with_deadline = target.kind == contract_pkg::RouterKindSwapRouter;
  assign is_pool       = target.kind == contract_pkg::RouterKindPool;
  assign universal     = !with_deadline && !is_pool && target.kind != contract_pkg::RouterKindSwapRouter02;
  assign version10     = target.kind == contract_pkg::RouterKindUniversalRouterV10;
  assign version12     = target.kind == contract_pkg::RouterKindUniversalRouter;
  assign version21     = target.kind == contract_pkg::RouterKindUniversalRouterV21;

  // ---- the levels: the innermost in registers, those around it in the stack
  level_t top, pushed;
  logic [LevelBits-1:0] stack[0:7];
  logic [2:0] depth;
  logic push, pop;
  logic [12:0] steps;
  logic [15:0] failure, failure_q;  // of this clock; of the step before, for Loop

  // ---- the call, its argument of bytes, its order, its path
  logic [PositionBits-1:0] frame_begin, head, input_at, input_end, input_size, where, other_where;
  logic other_bad, outside_q, bad_word, amount_bad, amount_carry;
  logic [255:0] saved, amount, limit;
  logic [159:0] price_limit, token_in, token_out;
  logic exact_in, amount_known, may_revert, has_deadline, zero_for_one_call;
  logic [63:0] deadline, sooner;
  logic [31:0] fee;
  logic [17:0] path_size, path_rest;
  logic [6:0] hop, hops;

  // ---- the plan's command bytes: 32 of them at cached_at
  logic [255:0] cached;
  logic [PositionBits-1:0] cached_at, command_at, command_distance;
  logic cached_valid, command_hit;
  logic [7:0] command_byte, command;
  logic command_known;
  logic [31:0] commands_size;
  logic [PositionBits-1:0] commands_at, items_at, items, next_item;
  logic skip_failure, level_may_revert;
  logic [33:0] expected;       // of strict sub-plans: where the next element has to stand
  logic [12:0] element;
  logic first_ok;
  logic [32:0] list_at;

  assign command_at       = top.commands_at + PositionBits'(top.next);
  assign command_distance = command_at - cached_at;
  assign command_hit      = cached_valid && command_distance[PositionBits-1:5] == '0;
  assign command          = command_byte & (version10 ? 8'h1f : version21 ? 8'h7f : 8'h3f);
  always_comb begin  // commands that the router's dispatch knows; others revert (InvalidCommandType)
    if (version10) command_known = command[5:0] < 6'd30 && command != 8'h07 && command != 8'h0f;
    else if (version12) command_known = command < 8'h23 && command != 8'h07 && command != 8'h0f && command != 8'h1f;
    else command_known = (command < 8'h15 && command != 8'h07 && command != 8'h0f) || command == 8'h21 || (version21 && command == 8'h40);
  end

  // ---- offsets and lengths
  logic [255:0] offset_word;
  logic [1:0] offset_rule;
  logic [PositionBits-1:0] offset_base, offset_room, offset_scope_end, target_at, data, data_end, tail_at;
  logic bad_offset, outside, bad_length, length_modulo, length_words;
  logic single, tuple, multicall, execute, exact_in_call;
  logic [31:0] selector;
  logic [3:0] head_words, head_words_q;  // of the function's arguments

  assign data    = window_at + 20'd32;
  assign tail_at = outside ? frame_end - 20'd32 : target_at;
  calldata_offset offsets (
      .offset(offset_word), .rule(offset_rule), .base(offset_base), .room(offset_room), .scope_begin(frame_begin),
      .scope_end(offset_scope_end), .target(target_at), .bad_offset(bad_offset), .outside(outside), .length(word0),
      .length_modulo(length_modulo), .words(length_words), .data(data), .data_end(data_end), .bad_length(bad_length)
  );
  always_comb begin
    offset_word      = word0;
    offset_rule      = 2'd0;
    offset_base      = head;
    offset_room      = 20'd32;
    offset_scope_end = frame_end;
    data_end         = frame_end;
    length_modulo    = 1'b0;
    length_words     = 1'b0;
    unique case (state)
      Selector: begin
        offset_word = word1;
        if (tuple) offset_room = with_deadline ? 20'd160 : 20'd128;
      end
      Element: begin offset_rule = 2'd1; offset_base = top.items_at; end
      Encode: begin offset_rule = 2'd1; offset_base = items_at; end
      Tuple0: begin offset_rule = exact_in ? 2'd0 : 2'd1; offset_base = window_at; end
      V3Path: begin offset_rule = version10 ? 2'd0 : version12 ? 2'd2 : 2'd3; offset_base = input_at; offset_scope_end = input_end; end
      V3Prices, Sub0: begin offset_rule = 2'd2; offset_base = input_at; offset_scope_end = input_end; end
      V3PathLength: begin data_end = input_end; length_modulo = !version10 && !version12; end
      V3PriceCount: begin data_end = input_end; length_words = 1'b1; end
      SubCommands: begin
        offset_word = saved; offset_rule = 2'd2; offset_base = input_at; offset_scope_end = input_end; data_end = input_end;
      end
      SubCount: data_end = input_end;
      ArrayHead: length_words = 1'b1;
      Pool2: offset_word = word1;
      default: ;
    endcase
  end

  // ---- functions by selector
  assign selector = word0[31:0];
  always_comb begin
    single        = 1'b0;
    tuple         = 1'b0;
    multicall     = 1'b0;
    execute       = 1'b0;
    exact_in_call = 1'b0;
    head_words    = 4'd0;
    if (universal) begin
      execute = selector == 32'h24856bc3 || selector == 32'h3593564c || (selector == 32'h44684dc3 && version21);
      head_words = selector == 32'h24856bc3 ? 4'd2 : selector == 32'h3593564c ? 4'd3 : 4'd8;
    end else if (!is_pool) begin
      single        = with_deadline ? selector == 32'h414bf389 || selector == 32'hdb3e2198 : selector == 32'h04e45aaf || selector == 32'h5023b4df;
      tuple         = with_deadline ? selector == 32'hc04b8d59 || selector == 32'hf28c0498 : selector == 32'hb858183f || selector == 32'h09b81346;
      exact_in_call = selector == 32'h414bf389 || selector == 32'h04e45aaf || selector == 32'hc04b8d59 || selector == 32'hb858183f;
      multicall     = selector == 32'hac9650d8 || (!with_deadline && (selector == 32'h5ae401dc || selector == 32'h1f0464d1));
      head_words    = single ? (with_deadline ? 4'd8 : 4'd7) : multicall && selector != 32'hac9650d8 ? 4'd2 : 4'd1;
    end else head_words = 4'd5;
  end

  /// The deadline word at hand or the one around it, whichever is earlier; saturated.
  logic [255:0] deadline_word;
  logic [63:0] deadline_here;
  assign deadline_word = state == Selector || state == ExecuteHead || state == Single2 ? word1 : word0;
  assign deadline_here = deadline_word[255:64] == '0 ? deadline_word[63:0] : '1;
  assign sooner        = has_deadline && deadline < deadline_here ? deadline : deadline_here;

  // ---- control
  logic go;
  assign go = window_valid || state == Idle || state == Loop || state == PathJudge || state == AddLeg || state == StrictEnd || state == PushLevel || state == Finish;
  assign input_size = input_end - input_at;
  assign path_rest  = path_size - MinPathBytes;
  assign list_at   = {1'b0, word0[31:0] + 32'd31 & 32'hffffffe0} + 33'd96;
  assign next_item = PositionBits'(element) + 20'd1;

  always_comb begin
    next_state = state;
    failure    = contract_pkg::ReasonNone;
    jump       = 1'b0;
    jump_at    = target_at;
    take       = 1'b0;
    push       = 1'b0;
    pop        = 1'b0;
    leg_write  = 1'b0;
    unique case (state)
      Idle: begin
        jump_at = call_begin - 20'd28;  // the selector ends word 0, word 1 is the first argument
        if (start) begin
          jump       = 1'b1;
          next_state = call_end - call_begin < 20'd4 ? Finish : Selector;
        end
      end
      Loop: begin
        jump_at = command_hit || !top.plan ? top.items_at + {2'd0, top.next, 5'd0} : command_at;
        if (steps == MaxCalls) next_state = Finish;
        else if (failure_q != contract_pkg::ReasonNone) begin
          if (depth == 3'd0 || failure_q == contract_pkg::ReasonTooManyLegs || failure_q == contract_pkg::ReasonCalldataNestedTooDeep ||
              failure_q == contract_pkg::ReasonCalldataTooComplex) next_state = Finish;
          else pop = 1'b1;
        end else if (depth == 3'd0) next_state = Finish;
        else if (PositionBits'(top.next) == top.items) pop = 1'b1;
        else begin
          jump       = 1'b1;
          next_state = top.plan && !command_hit ? CommandBytes : Element;
        end
      end
      CommandBytes: next_state = Loop;
      Selector: begin
        next_state = Loop;
        if (multicall && depth == 3'd4) failure = contract_pkg::ReasonCalldataNestedTooDeep;
        else if (execute || multicall || single || tuple || (is_pool && selector == 32'h128acb08)) begin
          if (head + {11'd0, head_words, 5'd0} > frame_end) failure = contract_pkg::ReasonCalldataTruncated;
          else if (bad_offset && (execute || tuple || selector == 32'hac9650d8)) failure = contract_pkg::ReasonCalldataBadOffset;
          else if (tuple || selector == 32'hac9650d8) begin
            jump       = 1'b1;
            next_state = tuple ? Tuple0 : ArrayHead;
          end else begin
            take       = 1'b1;
            next_state = execute ? ExecuteHead : multicall ? MultiHead : single ? Single1 : Pool1;
          end
        end
      end
      MultiHead: begin
        jump       = 1'b1;
        next_state = ArrayHead;
        if (bad_offset) failure = contract_pkg::ReasonCalldataBadOffset;
      end
      ExecuteHead: begin
        jump_at    = where;
        jump       = head_words_q != 4'd8;
        take       = head_words_q == 4'd8;
        next_state = head_words_q == 4'd8 ? ExecuteSkip1 : ExecuteCommands;
      end
      ExecuteSkip1: begin take = 1'b1; next_state = ExecuteSkip2; end
      ExecuteSkip2: begin take = 1'b1; next_state = ExecuteDeadline; end
      ExecuteDeadline: begin jump = 1'b1; jump_at = where; next_state = ExecuteCommands; end
      ExecuteCommands: begin
        jump       = 1'b1;
        jump_at    = other_where;
        next_state = ArrayHead;
        if (bad_length) failure = contract_pkg::ReasonCalldataTruncated;
        else if (other_bad) failure = contract_pkg::ReasonCalldataBadOffset;
      end
      ArrayHead: begin
        next_state = PushLevel;
        if (bad_length) failure = contract_pkg::ReasonCalldataTruncated;
      end
      PushLevel: begin
        next_state = Loop;
        push       = depth != 3'd5;
        if (depth == 3'd5) failure = contract_pkg::ReasonCalldataNestedTooDeep;
        else if (universal && commands_size != 32'(items)) failure = contract_pkg::ReasonCalldataLengthMismatch;
      end
      Single1: begin take = 1'b1; next_state = Single2; end
      Single2: begin take = 1'b1; next_state = Single3; end
      Single3: begin take = with_deadline; next_state = with_deadline ? Single4 : AddLeg; end
      Single4: next_state = AddLeg;
      Tuple0: begin
        take       = 1'b1;
        next_state = Tuple1;
        if (bad_offset) failure = contract_pkg::ReasonCalldataBadOffset;
      end
      Tuple1: begin
        take       = with_deadline;
        jump       = !with_deadline;
        jump_at    = where;
        next_state = with_deadline ? Tuple2 : TuplePath;
      end
      Tuple2: begin jump = 1'b1; jump_at = where; next_state = TuplePath; end
      TuplePath: begin
        jump       = 1'b1;
        jump_at    = data;
        next_state = PathJudge;
        if (bad_length && !outside_q) failure = contract_pkg::ReasonCalldataTruncated;
      end
      PathJudge: begin
        next_state = Hop;
        if (bad_word) failure = contract_pkg::ReasonCalldataBadWord;
        else if (amount_bad) failure = contract_pkg::ReasonCalldataAmountOverflow;
        else if (path_size < MinPathBytes) failure = contract_pkg::ReasonCalldataBadPath;
        else if (path_size >= PathTooLong) failure = contract_pkg::ReasonTooManyLegs;
      end
      Hop: begin
        jump       = 1'b1;
        jump_at    = window_at + HopBytes;
        next_state = AddLeg;
      end
      AddLeg: begin
        next_state = hop + 7'd1 == hops ? Loop : Hop;
        if (bad_word) failure = contract_pkg::ReasonCalldataBadWord;
        else if (amount_bad) failure = contract_pkg::ReasonCalldataAmountOverflow;
        else if (token_in == token_out) failure = contract_pkg::ReasonCalldataSameToken;
        else if (leg_count[6]) failure = contract_pkg::ReasonTooManyLegs;
        else leg_write = 1'b1;
      end
      Element: begin
        jump       = 1'b1;
        jump_at    = tail_at;
        next_state = ElementData;
        if (bad_offset) failure = contract_pkg::ReasonCalldataBadOffset;
      end
      ElementData: begin
        jump_at = top.plan ? data : data - 20'd28;
        if (bad_length && !outside_q) failure = contract_pkg::ReasonCalldataTruncated;
        else if (!top.plan) begin
          jump       = 1'b1;
          next_state = Selector;
          if (outside_q || word0[17:0] < 18'd4) failure = contract_pkg::ReasonCalldataTruncated;
        end else if (!command_known) failure = contract_pkg::ReasonCalldataBadCommand;
        else if (command <= 8'h01) begin
          take       = 1'b1;
          next_state = V3Amounts;
          if (version10 && (outside_q || word0[17:0] < 18'd160)) failure = contract_pkg::ReasonCalldataTruncated;
        end else begin
          jump       = command == 8'h21;
          next_state = command != 8'h21 ? Loop : version12 ? Sub0 : Strict0;
        end
      end
      V3Amounts: begin take = 1'b1; next_state = V3Path; end
      V3Path: begin
        take       = version21;
        jump       = !version21;
        next_state = version21 ? V3Prices : V3PathLength;
        if (version10 && (bad_word || word1[255:1] != '0)) failure = contract_pkg::ReasonCalldataBadWord;
        else if (bad_offset) failure = contract_pkg::ReasonCalldataBadOffset;
      end
      V3Prices: begin jump = 1'b1; jump_at = where; next_state = V3PathLength; end
      V3PathLength: begin
        jump       = 1'b1;
        jump_at    = version21 ? other_where : data;
        next_state = version21 ? V3PriceCount : PathJudge;
        if (bad_length || (version21 && input_size < 20'd192)) failure = contract_pkg::ReasonCalldataTruncated;
        else if (version21 && other_bad) failure = contract_pkg::ReasonCalldataBadOffset;
      end
      V3PriceCount: begin
        jump       = 1'b1;
        jump_at    = where;
        next_state = PathJudge;
        if (bad_length) failure = contract_pkg::ReasonCalldataTruncated;
        else if (word0[12:0] != '0 && path_size != 18'(word0[12:0]) * 18'd23 + 18'd20) failure = contract_pkg::ReasonCalldataLengthMismatch;
      end
      Sub0: begin
        jump       = 1'b1;
        next_state = SubCommands;
        if (bad_offset) failure = contract_pkg::ReasonCalldataBadOffset;
      end
      SubCommands: begin
        jump       = 1'b1;
        next_state = SubCount;
        if (bad_length) failure = contract_pkg::ReasonCalldataTruncated;
        else if (bad_offset) failure = contract_pkg::ReasonCalldataBadOffset;
      end
      SubCount: begin
        jump       = 1'b1;
        jump_at    = data;
        next_state = word0[31:0] == '0 ? PushLevel : Encode;
        if (bad_length) failure = contract_pkg::ReasonCalldataTruncated;
        else if (word0[31:0] > 32'(MaxCalls)) failure = contract_pkg::ReasonCalldataTooComplex;
      end
      // What solc's encoder of the call to itself judges in the caller's frame: every element ends in the calldata.
      Encode: begin
        jump       = 1'b1;
        jump_at    = tail_at;
        next_state = EncodeLength;
        if (bad_offset) failure = contract_pkg::ReasonCalldataBadOffset;
      end
      EncodeLength: begin
        jump       = 1'b1;
        jump_at    = items_at + {next_item[PositionBits-6:0], 5'd0};
        next_state = next_item == items ? PushLevel : Encode;
        if (bad_length && !outside_q) failure = contract_pkg::ReasonCalldataTruncated;
      end
      Strict0: begin take = 1'b1; next_state = StrictHead; end
      StrictHead: begin
        jump       = 1'b1;
        jump_at    = input_at + list_at[PositionBits-1:0];
        next_state = StrictCount;
        if (!first_ok || saved != 256'(list_at)) failure = contract_pkg::ReasonCalldataBadOffset;
        else if (34'(list_at) + 34'd32 > 34'(input_size)) failure = contract_pkg::ReasonCalldataTruncated;
      end
      StrictCount: begin
        jump       = 1'b1;
        jump_at    = data;
        next_state = word0[31:0] == '0 ? StrictEnd : StrictOffset;
        if (word0[31:0] > 32'(MaxCalls)) failure = contract_pkg::ReasonCalldataTooComplex;
      end
      StrictOffset: begin
        jump       = 1'b1;
        jump_at    = items_at + expected[PositionBits-1:0];
        next_state = StrictLength;
        if (word0 != 256'(expected)) failure = contract_pkg::ReasonCalldataBadOffset;
        else if (35'(items_at) + 35'(expected) + 35'd32 > 35'(input_end)) failure = contract_pkg::ReasonCalldataTruncated;
      end
      StrictLength: begin
        jump       = 1'b1;
        jump_at    = items_at + {next_item[PositionBits-6:0], 5'd0};
        next_state = next_item == items ? StrictEnd : StrictOffset;
        if (bad_length) failure = contract_pkg::ReasonCalldataTruncated;  // modulo 2^32 for the decoder, as it is for the encoder
      end
      StrictEnd: begin
        next_state = PushLevel;
        if (35'(items_at) + 35'(expected) > 35'(input_end)) failure = contract_pkg::ReasonCalldataTruncated;
      end
      Pool1: begin take = 1'b1; next_state = Pool2; end
      Pool2: begin
        jump       = 1'b1;
        next_state = PoolData;
        if (word0[159:0] == '0) failure = contract_pkg::ReasonCalldataBadPriceLimit;
        else if (bad_offset) failure = contract_pkg::ReasonCalldataBadOffset;
      end
      PoolData: begin
        next_state = AddLeg;
        if (bad_length) failure = contract_pkg::ReasonCalldataTruncated;
      end
      default: next_state = Idle;  // Finish
    endcase
    if (!go) begin
      jump       = 1'b0;
      take       = 1'b0;
      failure    = contract_pkg::ReasonNone;
      next_state = state;
    end else if (failure != contract_pkg::ReasonNone) next_state = Loop;
  end

  always_ff @(posedge clk) begin
    if (rst) state <= Idle;
    else state <= next_state;
  end
  assign done = state == Finish;

  // ---- levels
  always_comb begin
    pushed               = '0;
    pushed.call_begin    = frame_begin;
    pushed.call_end      = frame_end;
    pushed.items_at      = items_at;
    pushed.items         = items;
    pushed.plan          = universal;
    pushed.commands_at   = commands_at;
    pushed.skips_failure = skip_failure;
    pushed.may_revert    = level_may_revert;
    pushed.legs_before   = leg_count;
    pushed.has_deadline  = has_deadline;
    pushed.deadline      = deadline;
  end
  always_ff @(posedge clk) begin
    if (push) stack[depth] <= top;
    if (state == Idle) depth <= 3'd0;
    else if (push) depth <= depth + 3'd1;
    else if (pop) depth <= depth - 3'd1;
    if (push) top <= pushed;
    else if (pop) top <= stack[depth-3'd1];
    else if (next_state == Element && state == Loop) top.next <= top.next + 13'd1;
    if (state == Idle) steps <= 13'd0;
    else if (state == Loop && next_state == Element) steps <= steps + 13'd1;
    if (state == Loop) begin
      failure_q <= pop && top.skips_failure && failure_q != contract_pkg::ReasonNone ? contract_pkg::ReasonNone : failure_q;
      reason    <= steps == MaxCalls ? contract_pkg::ReasonCalldataTooComplex : failure_q;
    end else begin
      failure_q <= failure;
      if (state == Idle && start) reason <= contract_pkg::ReasonNone;
    end
    if (state == Idle && start) leg_count <= 7'd0;
    else if (leg_write) leg_count <= leg_count + 7'd1;
    else if (pop && top.skips_failure && failure_q != contract_pkg::ReasonNone) leg_count <= top.legs_before;
  end

  // ---- what a window says
  always_ff @(posedge clk) begin
    unique case (state)
      Idle: begin
        frame_begin      <= call_begin;
        frame_end        <= call_end;
        head             <= call_begin + 20'd4;
        has_deadline     <= 1'b0;
        cached_valid     <= 1'b0;
        skip_failure     <= 1'b0;
        level_may_revert <= 1'b0;
        may_revert       <= 1'b0;
        price_limit      <= '0;
      end
      Loop: begin
        frame_begin  <= top.call_begin;
        frame_end    <= top.call_end;
        has_deadline <= top.has_deadline;
        deadline     <= top.deadline;
        command_byte <= cached[{~command_distance[4:0], 3'b000}+:8];  // byte 0 is the highest
        price_limit  <= '0;
      end
      default: ;
    endcase
    if (go) begin
      unique case (state)
        CommandBytes: begin
          cached       <= word0;
          cached_at    <= window_at;
          cached_valid <= 1'b1;
        end
        Selector: begin
          where        <= target_at;
          head_words_q <= head_words;
          exact_in     <= exact_in_call;
          token_in     <= word1[159:0];
          bad_word     <= single && word1[255:160] != '0;
          hop          <= 7'd0;
          hops         <= 7'd1;
          amount_known <= 1'b1;
          amount_bad   <= 1'b0;
          if (selector == 32'h5ae401dc && multicall) begin
            has_deadline <= 1'b1;
            deadline     <= sooner;
          end
        end
        ExecuteHead: begin
          other_where <= target_at;
          other_bad   <= bad_offset;
          if (head_words_q == 4'd3) begin
            has_deadline <= 1'b1;
            deadline     <= sooner;
          end
        end
        ExecuteDeadline: begin
          has_deadline <= 1'b1;
          deadline     <= sooner;
        end
        ExecuteCommands, SubCommands: begin
          commands_at   <= data;
          commands_size <= word0[31:0];
          cached        <= word1;
          cached_at     <= data;
          cached_valid  <= 1'b1;
        end
        ArrayHead, SubCount: begin
          items_at <= data;
          items    <= word0[PositionBits-1:0];
          element  <= 13'd0;
        end
        Encode: outside_q <= outside;
        EncodeLength: element <= next_item[12:0];
        Single1: begin
          token_out <= word0[159:0];
          fee       <= word1[31:0];
          bad_word  <= bad_word || word0[255:160] != '0 || word1[255:24] != '0;
        end
        Single2: begin
          bad_word <= bad_word || word0[255:160] != '0;
          if (with_deadline) begin
            has_deadline <= 1'b1;
            deadline     <= sooner;
          end else begin
            amount       <= word1;
            amount_bad   <= word1[255];
            amount_known <= !(exact_in && word1 == '0);
          end
        end
        Single3: begin
          if (with_deadline) begin
            amount     <= word0;
            amount_bad <= word0[255];
            limit      <= word1;
          end else begin
            limit       <= word0;
            price_limit <= word1[159:0];
            bad_word    <= bad_word || word1[255:160] != '0;
          end
        end
        Single4: begin
          price_limit <= word0[159:0];
          bad_word    <= bad_word || word0[255:160] != '0;
        end
        Tuple0: begin
          where     <= tail_at;
          outside_q <= outside;
          bad_word  <= word1[255:160] != '0;
        end
        Tuple1: begin
          amount     <= with_deadline ? word1 : word0;
          amount_bad <= with_deadline ? word1[255] : word0[255];
          limit      <= word1;
          if (with_deadline) begin
            has_deadline <= 1'b1;
            deadline     <= sooner;
          end else amount_known <= !(exact_in && word0 == '0);
        end
        Tuple2: limit <= word0;
        TuplePath, V3PathLength: begin
          where     <= data;
          path_size <= outside_q && state == TuplePath ? 18'd0 : word0[17:0];
        end
        PathJudge: begin
          hop  <= 7'd0;
          hops <= 7'd1 + 7'((24'(path_rest) * 24'd2850) >> 16);  // the quotient by 23, exact below 1,515 - 43
        end
        Hop: begin
          token_in  <= exact_in ? word0[255:96] : {word0[71:0], word1[255:168]};
          token_out <= exact_in ? {word0[71:0], word1[255:168]} : word0[255:96];
          fee       <= {8'd0, word0[95:72]};
        end
        AddLeg: hop <= hop + 7'd1;
        Element: outside_q <= outside;
        ElementData: begin
          input_at     <= data;
          input_end    <= outside_q ? data : data + word0[PositionBits-1:0];
          exact_in     <= command == 8'h00;
          may_revert   <= top.plan && (command_byte[7] || top.may_revert);
          bad_word     <= version10 && top.plan && word1[255:160] != '0;
          amount_known <= 1'b1;
          amount_bad   <= 1'b0;
          if (!top.plan) begin
            frame_begin <= data;
            frame_end   <= data + word0[PositionBits-1:0];
            head        <= data + 20'd4;
          end
          skip_failure     <= top.plan && command_byte[7];
          level_may_revert <= top.plan && (command_byte[7] || top.may_revert);
        end
        V3Amounts: begin
          amount       <= word0;
          limit        <= word1;
          amount_known <= !(exact_in && word0[255] && word0[254:0] == '0);
          amount_bad   <= word0[255] && !(exact_in && word0[254:0] == '0);
        end
        V3Path: where <= target_at;
        V3Prices: begin
          other_where <= target_at;
          other_bad   <= bad_offset;
        end
        Sub0: saved <= word1;
        Strict0: begin
          first_ok <= word0 == 256'd64;
          saved    <= word1;
        end
        StrictHead: begin
          commands_at   <= data;
          commands_size <= word0[31:0];
          cached        <= word1;
          cached_at     <= data;
          cached_valid  <= 1'b1;
        end
        StrictCount: begin
          items_at <= data;
          items    <= word0[PositionBits-1:0];
          expected <= {16'd0, word0[12:0], 5'd0};
          element  <= 13'd0;
        end
        StrictLength: begin
          expected <= expected + {2'd0, word0[31:0] + 32'd31 & 32'hffffffe0} + 34'd32;
          element  <= next_item[12:0];
        end
        Pool1: begin
          zero_for_one_call <= word0 != '0;  // the pool's ABI coder v1 takes any non-zero word for true
          exact_in          <= !word1[255];
          amount            <= word1;
          limit             <= {256{word1[255]}};
        end
        Pool2: begin
          price_limit <= word0[159:0];  // coder v1 cleans uint160 instead of refusing it
          if (!exact_in) {amount_carry, amount[127:0]} <= {1'b0, ~amount[127:0]} + 129'd1;
        end
        PoolData: begin
          if (!exact_in) amount[255:128] <= ~amount[255:128] + 128'(amount_carry);
          token_in  <= parser_pkg::address_number(zero_for_one_call ? target.token0 : target.token1);
          token_out <= parser_pkg::address_number(zero_for_one_call ? target.token1 : target.token0);
          fee       <= target.fee;
        end
        default: ;
      endcase
    end
  end

  wire unused = &{1'b0, target.factory};

  // ---- the leg
  assign leg_index = leg_count[5:0];
  always_comb begin
    leg             = '0;
    leg.hop         = 8'(hop);
    leg.hops        = 8'(hops);
    leg.flags       = {may_revert, is_pool, has_deadline, hop == 7'd0 && amount_known, exact_in, token_in < token_out};
    leg.fee         = fee;
    leg.deadline    = has_deadline ? deadline : 64'd0;
    leg.token_in    = parser_pkg::address_number(token_in);
    leg.token_out   = parser_pkg::address_number(token_out);
    leg.amount      = hop == 7'd0 && amount_known ? amount : 256'd0;
    leg.limit       = limit;
    leg.price_limit = price_limit;
  end
endmodule
