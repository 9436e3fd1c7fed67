// What the parts of the calldata walk share: its states, one level of nesting, and whom it reads for.
// SPDX-License-Identifier: Apache-2.0
package calldata_pkg;
  localparam int unsigned LevelBits = 188;
  localparam logic [12:0] MaxCalls = 13'(contract_pkg::MaxCalls);

  /// A multicall or plan being walked: its elements are bytes behind offset words.
  typedef struct packed {
    logic [parser_pkg::PositionBits-1:0] call_begin;
    logic [parser_pkg::PositionBits-1:0] call_end;
    logic [parser_pkg::PositionBits-1:0] items_at;      // first offset word
    logic [parser_pkg::PositionBits-1:0] items;         // how many
    logic [12:0]                         next;
    logic                                plan;          // UniversalRouter commands instead of calls
    logic [parser_pkg::PositionBits-1:0] commands_at;
    logic                                skips_failure; // called by a sub-plan command with the may-revert flag
    logic                                may_revert;    // this level or one around it is
    logic [6:0]                          legs_before;
    logic                                has_deadline;
    logic [63:0]                         deadline;
  } level_t;

  /// The contract that is called.
  typedef struct packed {
    logic universal;
    logic with_deadline;  // SwapRouter: the deadline is in the structs
    logic is_pool;
    logic version10;      // of the UniversalRouter
    logic version12;
    logic version21;
  } form_t;

  /// The function that a selector names; none of them when it is not known.
  typedef struct packed {
    logic       single;
    logic       tuple;
    logic       multicall;
    logic       execute;
    logic       swap;        // of a pool
    logic       exact_in;
    logic [3:0] head_words;  // of its arguments
  } call_t;

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
endpackage
