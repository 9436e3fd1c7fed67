// Router and pool calldata to legs: multicalls and UniversalRouter plans by an explicit stack, every call argument by argument, in the order
// in which the HLS source (kernels/hls/parser_calldata.cpp, parser_calls.cpp) judges them. Reads windows of two words from tx_store: a clock
// a window in sequence, two clocks a jump. An offset that encoders lead to the next window is followed there, and where it leads elsewhere a
// clock later. This file has the sequence of the states; calldata_frame, calldata_leg, calldata_plan and calldata_levels keep what the windows say.
// SPDX-License-Identifier: Apache-2.0
module calldata_walker (
    input  logic                                clk,
    input  logic                                rst,           // synchronous, active high; also ends a walk
    input  logic                                prepare,       // the two of the call are known: it is read before it is known for whom
    input  logic                                start,         // while idle, not before `prepare`
    input  parser_pkg::target_t                 target,        // good from `start` until done
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
  localparam logic [PositionBits-1:0] HopBytes = 20'd23;      // token and fee
  localparam logic [17:0] MinPathBytes = 18'd43;              // one hop
  localparam logic [17:0] PathTooLong = 18'd1515;             // 65 hops

  calldata_pkg::state_t state, next_state;

  // ---- whom we read for, and what is called
  calldata_pkg::form_t form;
  calldata_pkg::call_t call;
  logic [31:0] selector;
  logic [7:0] command_byte, command;
  logic command_known;
  assign selector = word0[31:0];
  calldata_functions functions (
      .clk(clk), .idle(state == calldata_pkg::Idle), .kind(target.kind), .form(form), .selector(selector), .call(call),
      .command_byte(command_byte), .command(command), .command_known(command_known)
  );

  // ---- the levels, and the reason that ends the walk
  calldata_pkg::level_t top, pushed;
  logic [2:0] depth;
  logic [12:0] steps;
  logic [15:0] failure, failure_q;
  logic next, push, pop;
  calldata_levels levels (
      .clk(clk), .state(state), .start(start), .next(next), .push(push), .pushed(pushed), .pop(pop), .leg_write(leg_write),
      .failure(failure), .failure_q(failure_q), .top(top), .depth(depth), .steps(steps), .reason(reason), .leg_count(leg_count)
  );

  // ---- the frame: the call that is read, its argument of bytes, and where offsets lead in them
  logic [PositionBits-1:0] frame_begin, head, input_at, input_end, input_size, where, other_where, data, target_at, tail_at;
  logic other_bad, outside_q, bad_offset, bad_length, first_ok, skip_failure, level_may_revert, go;
  logic [3:0] head_words_q;
  logic [14:0] head_room;       // whole words from the head on
  logic [255:0] saved;
  assign input_size = input_end - input_at;
  assign head_room  = 15'((frame_end - head) >> 5);
  calldata_frame frame (
      .clk(clk), .state(state), .go(go), .call_begin(call_begin), .call_end(call_end), .form(form), .call(call), .top(top),
      .exact_in(exact_in), .command_flag(command_byte[7]), .window_at(window_at), .word0(word0), .word1(word1), .items_at(items_at),
      .frame_begin(frame_begin), .frame_end(frame_end), .head(head), .input_at(input_at), .input_end(input_end), .where(where),
      .other_where(other_where), .other_bad(other_bad), .outside_q(outside_q), .head_words_q(head_words_q), .first_ok(first_ok),
      .saved(saved), .skip_failure(skip_failure), .level_may_revert(level_may_revert), .data(data), .target_at(target_at),
      .tail_at(tail_at), .bad_offset(bad_offset), .bad_length(bad_length)
  );

  // ---- the elements of a plan
  logic [PositionBits-1:0] command_at, commands_at, items_at, items, next_item;
  logic [31:0] commands_size;
  logic [33:0] expected;       // of strict sub-plans: where the next element has to stand
  logic [27:0] list_words, list_sum;  // of 32 bytes, before a strict sub-plan's list; those of the commands modulo 2^27
  logic command_hit, part_word;
  assign part_word  = word0[4:0] != '0;
  assign list_sum   = {1'b0, word0[31:5]} + 28'd3 + 28'(part_word);
  assign list_words = {list_sum[27] && !(part_word && word0[31:5] == '1), list_sum[26:0]};
  calldata_plan plan (
      .clk(clk), .state(state), .go(go), .window_at(window_at), .word0(word0), .word1(word1), .data(data), .top(top),
      .command_at(command_at), .command_hit(command_hit), .command_byte(command_byte), .commands_at(commands_at),
      .commands_size(commands_size), .items_at(items_at), .items(items), .next_item(next_item), .expected(expected)
  );

  // ---- the leg
  logic has_deadline, exact_in, bad_word, amount_bad, same_token, last_hop;
  logic [63:0] deadline;
  logic [17:0] path_size, priced_size;  // priced: of a path with as many hops as word 0 counts, 23 bytes each and one more token
  assign priced_size = 18'({word0[12:0], 4'd0}) + 18'({word0[12:0], 3'd0}) - 18'(word0[12:0]) + 18'd20;
  assign leg_index = leg_count[5:0];
  calldata_leg legs (
      .clk(clk), .state(state), .go(go), .word0(word0), .word1(word1), .target(target), .form(form), .call(call), .top(top),
      .head_words(head_words_q), .outside(outside_q), .command(command), .command_flag(command_byte[7]), .has_deadline(has_deadline),
      .deadline(deadline), .exact_in(exact_in), .bad_word(bad_word), .amount_bad(amount_bad),
      .same_token(same_token), .last_hop(last_hop), .path_size(path_size), .leg(leg)
  );

  // ---- control
  logic items_shown;  // the first offset word of the level that was just entered is at hand
  logic follow, follows;      // to an offset's target by taking the next window
  logic blind, missed;        // the state looks at no window; the target was elsewhere
  logic [PositionBits-1:0] read_on, aim, next_at;  // aim: where an offset leads, next_at: where the next window stands
  assign blind = state == calldata_pkg::Idle || state == calldata_pkg::Loop || state == calldata_pkg::PathJudge ||
      state == calldata_pkg::AddLeg || state == calldata_pkg::StrictEnd || state == calldata_pkg::PushLevel || state == calldata_pkg::Finish;
  assign missed  = follows && aim != next_at && !blind;
  assign go      = blind || (window_valid && !missed);
  assign jump_at = missed ? aim : read_on;
  always_ff @(posedge clk) begin
    follows <= go && follow && !rst;
    if (go) begin
      aim     <= read_on;
      next_at <= window_at + 20'd64;
    end
  end
  always_comb begin
    next_state = state;
    failure    = contract_pkg::ReasonNone;
    jump       = 1'b0;
    read_on    = target_at;
    follow     = 1'b0;
    take       = 1'b0;
    next       = 1'b0;
    push       = 1'b0;
    pop        = 1'b0;
    leg_write  = 1'b0;
    unique case (state)
      calldata_pkg::Idle: begin
        read_on = call_begin - 20'd28;  // the selector ends word 0, word 1 is the first argument
        jump    = prepare;
        if (start) next_state = call_end - call_begin < 20'd4 ? calldata_pkg::Finish : calldata_pkg::Selector;
      end
      calldata_pkg::Loop: begin
        read_on = command_hit || !top.plan ? top.items_at + {2'd0, top.next, 5'd0} : command_at;
        if (steps == calldata_pkg::MaxCalls) next_state = calldata_pkg::Finish;
        else if (failure_q != contract_pkg::ReasonNone) begin
          if (depth == 3'd0 || failure_q == contract_pkg::ReasonTooManyLegs || failure_q == contract_pkg::ReasonCalldataNestedTooDeep ||
              failure_q == contract_pkg::ReasonCalldataTooComplex) next_state = calldata_pkg::Finish;
          else pop = 1'b1;
        end else if (depth == 3'd0) next_state = calldata_pkg::Finish;
        else if (PositionBits'(top.next) == top.items) begin
          pop        = 1'b1;
          next_state = depth == 3'd1 ? calldata_pkg::Finish : calldata_pkg::Loop;
        end else begin
          jump       = !(items_shown && (!top.plan || command_hit));
          next       = !top.plan || command_hit;
          next_state = top.plan && !command_hit ? calldata_pkg::CommandBytes : calldata_pkg::Element;
        end
      end
      calldata_pkg::CommandBytes: next_state = calldata_pkg::Loop;
      calldata_pkg::Selector: begin  // where to read on does not wait for the judgement, here and in ElementData
        follow     = call.tuple || selector == 32'hac9650d8;
        take       = 1'b1;
        next_state = calldata_pkg::Loop;
        if (call.multicall && depth == 3'd4) failure = contract_pkg::ReasonCalldataNestedTooDeep;
        else if (call.execute || call.multicall || call.single || call.tuple || call.swap) begin
          if (15'(call.head_words) > head_room) failure = contract_pkg::ReasonCalldataTruncated;
          else if (bad_offset && (call.execute || call.tuple || selector == 32'hac9650d8)) failure = contract_pkg::ReasonCalldataBadOffset;
          else if (call.tuple) next_state = calldata_pkg::Tuple0;
          else if (call.multicall) next_state = selector == 32'hac9650d8 ? calldata_pkg::ArrayHead : calldata_pkg::MultiHead;
          else next_state = call.execute ? calldata_pkg::ExecuteHead : call.single ? calldata_pkg::Single1 : calldata_pkg::Pool1;
        end
      end
      calldata_pkg::MultiHead: begin
        jump       = 1'b1;
        next_state = calldata_pkg::ArrayHead;
        if (bad_offset) failure = contract_pkg::ReasonCalldataBadOffset;
      end
      calldata_pkg::ExecuteHead: begin
        read_on    = where;
        jump       = head_words_q == 4'd2;
        follow     = head_words_q == 4'd3;
        take       = !jump;
        next_state = head_words_q == 4'd8 ? calldata_pkg::ExecuteSkip1 : calldata_pkg::ExecuteCommands;
      end
      calldata_pkg::ExecuteSkip1: begin take = 1'b1; next_state = calldata_pkg::ExecuteSkip2; end
      calldata_pkg::ExecuteSkip2: begin take = 1'b1; next_state = calldata_pkg::ExecuteDeadline; end
      calldata_pkg::ExecuteDeadline: begin jump = 1'b1; read_on = where; next_state = calldata_pkg::ExecuteCommands; end
      calldata_pkg::ExecuteCommands: begin
        take       = 1'b1;
        follow     = 1'b1;
        read_on    = other_where;
        next_state = calldata_pkg::ArrayHead;
        if (bad_length) failure = contract_pkg::ReasonCalldataTruncated;
        else if (other_bad) failure = contract_pkg::ReasonCalldataBadOffset;
      end
      calldata_pkg::ArrayHead: begin  // the first element's offset is read while its level is entered
        jump       = 1'b1;
        read_on    = data;
        next_state = calldata_pkg::PushLevel;
        if (bad_length) failure = contract_pkg::ReasonCalldataTruncated;
      end
      calldata_pkg::PushLevel: begin
        next_state = calldata_pkg::Loop;
        push       = depth != 3'd5;
        if (depth == 3'd5) failure = contract_pkg::ReasonCalldataNestedTooDeep;
        else if (form.universal && commands_size != 32'(items)) failure = contract_pkg::ReasonCalldataLengthMismatch;
      end
      calldata_pkg::Single1: begin take = 1'b1; next_state = calldata_pkg::Single2; end
      calldata_pkg::Single2: begin take = 1'b1; next_state = calldata_pkg::Single3; end
      calldata_pkg::Single3: begin take = form.with_deadline; next_state = form.with_deadline ? calldata_pkg::Single4 : calldata_pkg::AddLeg; end
      calldata_pkg::Single4: next_state = calldata_pkg::AddLeg;
      calldata_pkg::Tuple0: begin
        take       = 1'b1;
        next_state = calldata_pkg::Tuple1;
        if (bad_offset) failure = contract_pkg::ReasonCalldataBadOffset;
      end
      calldata_pkg::Tuple1: begin
        take       = 1'b1;
        follow     = !form.with_deadline;
        read_on    = where;
        next_state = form.with_deadline ? calldata_pkg::Tuple2 : calldata_pkg::TuplePath;
      end
      calldata_pkg::Tuple2: begin jump = 1'b1; read_on = where; next_state = calldata_pkg::TuplePath; end
      calldata_pkg::TuplePath: begin
        jump       = 1'b1;
        read_on    = data;
        next_state = calldata_pkg::PathJudge;
        if (bad_length && !outside_q) failure = contract_pkg::ReasonCalldataTruncated;
      end
      calldata_pkg::PathJudge: begin
        next_state = calldata_pkg::Hop;
        if (bad_word) failure = contract_pkg::ReasonCalldataBadWord;
        else if (amount_bad) failure = contract_pkg::ReasonCalldataAmountOverflow;
        else if (path_size < MinPathBytes) failure = contract_pkg::ReasonCalldataBadPath;
        else if (path_size >= PathTooLong) failure = contract_pkg::ReasonTooManyLegs;
      end
      calldata_pkg::Hop: begin
        jump       = 1'b1;
        read_on    = window_at + HopBytes;
        next_state = calldata_pkg::AddLeg;
      end
      calldata_pkg::AddLeg: begin
        next_state = !last_hop ? calldata_pkg::Hop : depth == 3'd0 ? calldata_pkg::Finish : calldata_pkg::Loop;
        if (bad_word) failure = contract_pkg::ReasonCalldataBadWord;
        else if (amount_bad) failure = contract_pkg::ReasonCalldataAmountOverflow;
        else if (same_token) failure = contract_pkg::ReasonCalldataSameToken;
        else if (leg_count[6]) failure = contract_pkg::ReasonTooManyLegs;
        else leg_write = 1'b1;
      end
      calldata_pkg::Element: begin
        jump       = 1'b1;
        read_on    = tail_at;
        next_state = calldata_pkg::ElementData;
        if (bad_offset) failure = contract_pkg::ReasonCalldataBadOffset;
      end
      calldata_pkg::ElementData: begin
        read_on = top.plan ? data : data - 20'd28;
        jump    = !top.plan || command == 8'h21;
        take    = top.plan && command <= 8'h01;
        if (bad_length && !outside_q) failure = contract_pkg::ReasonCalldataTruncated;
        else if (!top.plan) begin
          next_state = calldata_pkg::Selector;
          if (outside_q || word0[17:0] < 18'd4) failure = contract_pkg::ReasonCalldataTruncated;
        end else if (!command_known) failure = contract_pkg::ReasonCalldataBadCommand;
        else if (command <= 8'h01) begin
          next_state = calldata_pkg::V3Amounts;
          if (form.version10 && (outside_q || word0[17:0] < 18'd160)) failure = contract_pkg::ReasonCalldataTruncated;
        end else begin
          next_state = command != 8'h21 ? calldata_pkg::Loop : form.version12 ? calldata_pkg::Sub0 : calldata_pkg::Strict0;
        end
      end
      calldata_pkg::V3Amounts: begin take = 1'b1; next_state = calldata_pkg::V3Path; end
      calldata_pkg::V3Path: begin
        take       = 1'b1;
        follow     = !form.version21;
        next_state = form.version21 ? calldata_pkg::V3Prices : calldata_pkg::V3PathLength;
        if (form.version10 && (bad_word || word1[255:1] != '0)) failure = contract_pkg::ReasonCalldataBadWord;
        else if (bad_offset) failure = contract_pkg::ReasonCalldataBadOffset;
      end
      calldata_pkg::V3Prices: begin jump = 1'b1; read_on = where; next_state = calldata_pkg::V3PathLength; end
      calldata_pkg::V3PathLength: begin
        jump       = 1'b1;
        read_on    = form.version21 ? other_where : data;
        next_state = form.version21 ? calldata_pkg::V3PriceCount : calldata_pkg::PathJudge;
        if (bad_length || (form.version21 && input_size < 20'd192)) failure = contract_pkg::ReasonCalldataTruncated;
        else if (form.version21 && other_bad) failure = contract_pkg::ReasonCalldataBadOffset;
      end
      calldata_pkg::V3PriceCount: begin
        jump       = 1'b1;
        read_on    = where;
        next_state = calldata_pkg::PathJudge;
        if (bad_length) failure = contract_pkg::ReasonCalldataTruncated;
        else if (word0[12:0] != '0 && path_size != priced_size) failure = contract_pkg::ReasonCalldataLengthMismatch;
      end
      calldata_pkg::Sub0: begin
        jump       = 1'b1;
        next_state = calldata_pkg::SubCommands;
        if (bad_offset) failure = contract_pkg::ReasonCalldataBadOffset;
      end
      calldata_pkg::SubCommands: begin
        jump       = 1'b1;
        next_state = calldata_pkg::SubCount;
        if (bad_length) failure = contract_pkg::ReasonCalldataTruncated;
        else if (bad_offset) failure = contract_pkg::ReasonCalldataBadOffset;
      end
      calldata_pkg::SubCount: begin
        jump       = 1'b1;
        read_on    = data;
        next_state = word0[31:0] == '0 ? calldata_pkg::PushLevel : calldata_pkg::Encode;
        if (bad_length) failure = contract_pkg::ReasonCalldataTruncated;
        else if (word0[31:0] > 32'(calldata_pkg::MaxCalls)) failure = contract_pkg::ReasonCalldataTooComplex;
      end
      // What solc's encoder of the call to itself judges in the caller's frame: every element ends in the calldata.
      calldata_pkg::Encode: begin
        jump       = 1'b1;
        read_on    = tail_at;
        next_state = calldata_pkg::EncodeLength;
        if (bad_offset) failure = contract_pkg::ReasonCalldataBadOffset;
      end
      calldata_pkg::EncodeLength: begin
        jump       = 1'b1;
        read_on    = items_at + {next_item[PositionBits-6:0], 5'd0};
        next_state = next_item == items ? calldata_pkg::PushLevel : calldata_pkg::Encode;
        if (bad_length && !outside_q) failure = contract_pkg::ReasonCalldataTruncated;
      end
      calldata_pkg::Strict0: begin take = 1'b1; next_state = calldata_pkg::StrictHead; end
      calldata_pkg::StrictHead: begin
        jump       = 1'b1;
        read_on    = input_at + {list_words[PositionBits-6:0], 5'd0};
        next_state = calldata_pkg::StrictCount;
        if (!first_ok || saved != 256'({list_words, 5'd0})) failure = contract_pkg::ReasonCalldataBadOffset;
        else if (list_words >= 28'(input_size[PositionBits-1:5])) failure = contract_pkg::ReasonCalldataTruncated;
      end
      calldata_pkg::StrictCount: begin
        jump       = 1'b1;
        read_on    = data;
        next_state = word0[31:0] == '0 ? calldata_pkg::StrictEnd : calldata_pkg::StrictOffset;
        if (word0[31:0] > 32'(calldata_pkg::MaxCalls)) failure = contract_pkg::ReasonCalldataTooComplex;
      end
      calldata_pkg::StrictOffset: begin
        jump       = 1'b1;
        read_on    = items_at + expected[PositionBits-1:0];
        next_state = calldata_pkg::StrictLength;
        if (word0 != 256'(expected)) failure = contract_pkg::ReasonCalldataBadOffset;
        else if (35'(items_at) + 35'(expected) + 35'd32 > 35'(input_end)) failure = contract_pkg::ReasonCalldataTruncated;
      end
      calldata_pkg::StrictLength: begin
        jump       = 1'b1;
        read_on    = items_at + {next_item[PositionBits-6:0], 5'd0};
        next_state = next_item == items ? calldata_pkg::StrictEnd : calldata_pkg::StrictOffset;
        if (bad_length) failure = contract_pkg::ReasonCalldataTruncated;  // modulo 2^32 for the decoder, as it is for the encoder
      end
      calldata_pkg::StrictEnd: begin
        next_state = calldata_pkg::PushLevel;
        if (35'(items_at) + 35'(expected) > 35'(input_end)) failure = contract_pkg::ReasonCalldataTruncated;
      end
      calldata_pkg::Pool1: begin take = 1'b1; next_state = calldata_pkg::Pool2; end
      calldata_pkg::Pool2: begin
        take       = 1'b1;
        follow     = 1'b1;
        next_state = calldata_pkg::PoolData;
        if (word0[159:0] == '0) failure = contract_pkg::ReasonCalldataBadPriceLimit;
        else if (bad_offset) failure = contract_pkg::ReasonCalldataBadOffset;
      end
      calldata_pkg::PoolData: begin
        next_state = calldata_pkg::AddLeg;
        if (bad_length) failure = contract_pkg::ReasonCalldataTruncated;
      end
      default: next_state = calldata_pkg::Idle;  // Finish
    endcase
    if (!go) begin
      jump       = missed;
      take       = 1'b0;
      failure    = contract_pkg::ReasonNone;
      next_state = state;
    end else if (failure != contract_pkg::ReasonNone) next_state = calldata_pkg::Loop;
  end

  always_ff @(posedge clk) begin
    if (rst) state <= calldata_pkg::Idle;
    else state <= next_state;
    items_shown <= state == calldata_pkg::ArrayHead || (state == calldata_pkg::PushLevel && items_shown);
  end
  assign done = state == calldata_pkg::Finish;

  always_comb begin
    pushed               = '0;
    pushed.call_begin    = frame_begin;
    pushed.call_end      = frame_end;
    pushed.items_at      = items_at;
    pushed.items         = items;
    pushed.plan          = form.universal;
    pushed.commands_at   = commands_at;
    pushed.skips_failure = skip_failure;
    pushed.may_revert    = level_may_revert;
    pushed.has_deadline  = has_deadline;
    pushed.deadline      = deadline;
  end
endmodule
