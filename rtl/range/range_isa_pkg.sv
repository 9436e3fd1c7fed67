// The instruction set of range_engine's lanes. program/assembler.mjs reads the codes from here. docs/card-range.md explains them.
// A word holds a signed integer of 260 bits, so that every intermediate of kernels/hls fits as it is. A quotient or product that does
// not fit 256 bits is 2^256, which the condition CondOver256 tells from all others.
// SPDX-License-Identifier: Apache-2.0
package range_isa_pkg;
  localparam int unsigned WordBits   = 260;
  localparam int unsigned PcBits     = 13;
  localparam int unsigned LaneBits   = 3;
  localparam int unsigned ThreadBits = 4;  // of a lane

  // Operands: two files of 32 words a thread, one written by the ALU and one by the units, and 64 constants of the leg.
  localparam logic [1:0] FileAlu = 2'd0, FileUnit = 2'd1;  // else a constant: its number in 6 bits
  localparam logic [5:0] FirstPublished = 6'd28;  // constants before it are a job's; the first seven from it on are first_step's, the next the threads'
  localparam logic [5:0] FirstLiteral = 6'd46;  // constants before it are a leg's: an instruction waits for one until it is there; from it on the program's
  localparam logic [5:0] Immediate = 6'd63;  // not a constant but the target field, signed

  // Units that answer into the unit file ...
  localparam logic [3:0] UnitNone = 4'd0, UnitMulDiv = 4'd1, UnitMulShift = 4'd2, UnitWindow = 4'd3, UnitTickMath = 4'd4,
                         UnitSeed = 4'd5, UnitLoad = 4'd6, UnitBest = 4'd7, UnitJoin = 4'd8;
  // ... and those that do not.
  localparam logic [3:0] UnitStore = 4'd10, UnitSpawn = 4'd11, UnitOut = 4'd12, UnitReport = 4'd13, UnitStop = 4'd14,
                         UnitTell = 4'd15;
  localparam logic [3:0] LastAnswering = UnitJoin;

  // option[7]: the unit takes (C, A +- B, A) instead of (A, B, C).
  // mul_div: option[0] round up, [2:1] what an impossible quotient becomes; with [4] it is token0 between the prices A and B, of liquidity C; [6:5] which ratio B / C is, if one of
  // those that ratio_rate knows: mul_shift does it as soon as it does.
  localparam int unsigned MulDivAmount0 = 4, MulDivRate = 5;
  localparam logic [1:0] RateNone = 2'd0, RateFee = 2'd1, RateKeep = 2'd2, RateShare = 2'd3;  // of what is kept; of all; the protocol's
  localparam logic [1:0] ImpossibleMarked = 2'd0, ImpossibleZero = 2'd1, ImpossibleMost = 2'd2;
  // mul_shift: option[0] round up, [2:1] shift as in mul_shift.sv, [4:3] as mul_div's [2:1], without ImpossibleZero.
  // window: option[1:0] field of the listed tick; tick_math: option[0] price to tick.
  localparam logic [1:0] WindowTick = 2'd0, WindowNet = 2'd1, WindowRatio = 2'd2, WindowGrossAt = 2'd3;

  // spawn: option[0] a thread for every value B, B + C, ... below A, maybe none; else one thread, with B; option[1] in other lanes.
  // load, store: option[0] the candidates' slots, else the leg's words. out: option[6] a constant of that number, else a result's field.
  // seed: option[0] SeedMost takes (price of the mint, lower, upper price) of a range and gives the liquidity that the budgets allow and the pool at its bounds, whose gross
  // liquidity has been told before; SeedFrom, after it, takes (price, remaining, liquidity) of the swap alone's last state before the range and gives its seed, at most the
  // former, when what ends its passage has been told: once a leg, the swap alone's end (price, remaining), which is for all ranges that have it before their far bound or at it; by the thread, the same three of its last state before the far bound.
  // Before all those, once a leg, the terms (1 - fee, gain) as floats.
  localparam logic [0:0] SeedMost = 1'd0, SeedFrom = 1'd1;
  localparam logic [1:0] TellTerms = 2'd0, TellEnd = 2'd1, TellStop = 2'd2, TellGross = 2'd3;

  // range_flow, by fields of UnitOut behind the result's: first range's near bound and step from range to range, along the swap's way; the number of ranges, which
  // starts it; and best_of forgets all. And the constants (leg_words.mjs) that it listens to, and the one that it publishes.
  localparam logic [5:0] FlowFirst = 6'd25, FlowStep = 6'd26, FlowCount = 6'd27, FlowForget = 6'd28;
  localparam logic [5:0] FlowKept = 6'd33, FlowGain = 6'd34, FlowEndPrice = 6'd36, FlowEndLeft = 6'd37, FlowBest = 6'd45;

  localparam logic [2:0] OpAdd = 3'd0, OpSub = 3'd1, OpAddWrap = 3'd2, OpHalf = 3'd3, OpUp96 = 3'd4,
                         OpUp32 = 3'd5, OpDown32 = 3'd6;  // wrap: modulo 2^256; half: A >> 1; up, down: A << 96, A << 32, A >> 32
  localparam logic [1:0] WriteNone = 2'd0, WriteResult = 2'd1, WriteIf = 2'd2, WriteLink = 2'd3;  // if: C when the condition holds
  localparam logic [1:0] JumpNo = 2'd0, JumpIf = 2'd1, JumpAlways = 2'd2, JumpBack = 2'd3;  // back: to the address in A
  localparam logic [3:0] CondLess = 4'd0, CondNotLess = 4'd1, CondZero = 4'd2, CondNotZero = 4'd3, CondMore = 4'd4, CondNotMore = 4'd5,
                         CondOver128 = 4'd6, CondOver160 = 4'd7, CondOver255 = 4'd8, CondOver256 = 4'd9;  // over: or negative

  typedef struct packed {
    logic [3:0]        unit;
    logic [7:0]        option;
    logic [6:0]        a;
    logic [6:0]        b;
    logic [6:0]        c;
    logic [4:0]        d;
    logic [2:0]        op;
    logic [1:0]        write;
    logic [1:0]        jump;
    logic [3:0]        condition;
    logic [PcBits-1:0] target;
  } instruction_t;

  /// What a lane asks of a unit.
  typedef struct packed {
    logic [3:0]            unit;
    logic [7:0]            option;
    logic [PcBits-1:0]     target;
    logic [ThreadBits-1:0] thread;
    logic [4:0]            d;
    logic [WordBits-1:0]   a;
    logic [WordBits-1:0]   b;
    logic [255:0]          c;
  } request_t;

  /// What comes back: a word for the unit file. With `start` the thread begins at pc.
  typedef struct packed {
    logic                  start;
    logic [PcBits-1:0]     pc;
    logic [LaneBits-1:0]   lane;
    logic [ThreadBits-1:0] thread;
    logic [4:0]            d;
    logic [WordBits-1:0]   data;
  } answer_t;

  /// ShortFloat of kernels/hls/short_float.hpp.
  typedef struct packed {
    logic signed [12:0] exponent;
    logic        [31:0] mantissa;
  } float_t;
  /// What seed_before has of a range at last: what is left of the swap at its entry in units of liquidity, the liquidity that would take it all in the range, the
  /// liquidity before the entry, and the gain there.
  typedef struct packed {
    float_t size;
    float_t contains;
    float_t unmoved;
    float_t gain;
  } seed_range_t;
  localparam logic [44:0] FloatZero      = {-13'sd2048, 32'd0};
  localparam logic [44:0] FloatUnlimited = {13'sd511, 32'hffffffff};

  localparam int unsigned InstructionBits = $bits(instruction_t);
  localparam int unsigned RequestBits     = $bits(request_t);
  localparam int unsigned AnswerBits      = $bits(answer_t);
endpackage
