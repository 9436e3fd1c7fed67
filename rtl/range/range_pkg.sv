// What the modules of range_profit hand to each other: one leg as the engine takes it, its answer, and a tick of a pool's window.
// Names and meanings are those of kernels/hls (PoolState, SwapRequest, PoolParams, TickWindow, Evaluated). Prices are square-root prices in Q96.
// SPDX-License-Identifier: Apache-2.0
package range_pkg;
  localparam logic signed [23:0] MinTick = -24'sd887272;  // TickMath
  localparam logic signed [23:0] MaxTick = 24'sd887272;
  localparam logic [159:0] MinSqrtRatio = 160'd4295128739;
  localparam logic [159:0] MaxSqrtRatio = 160'hfffd8963efd1fc6a506488495d951d5263988d26;
  localparam int unsigned PoolBits = 10;    // of a pool index
  localparam int unsigned WindowBits = 7;   // of a tick's place in its window, ascending from 0

  /// A listed tick: WindowTick.
  typedef struct packed {
    logic signed [23:0]  tick;
    logic        [127:0] gross;
    logic signed [127:0] net;
    logic        [159:0] ratio;  // square-root price of the tick
  } window_tick_t;

  /// The window's frame; its ticks are read one by one.
  typedef struct packed {
    logic        [7:0]   count;        // 0..128
    logic        [7:0]   below;        // of them at or below the pool's tick
    logic signed [23:0]  known_lower;
    logic signed [23:0]  known_upper;
    logic        [159:0] known_low;    // square-root prices of the two
    logic        [159:0] known_high;
  } window_t;

  typedef struct packed {
    logic                pancake;      // PoolKind: which rule for fee_protocol
    logic        [19:0]  fee;          // parts per million, below 1,000,000
    logic        [31:0]  fee_protocol; // as slot0 stores it
    logic        [13:0]  tick_spacing; // 1..16,383
    logic signed [23:0]  tick;
    logic        [159:0] sqrt_price;
    logic        [127:0] liquidity;
    logic        [127:0] max_liquidity_per_tick;
  } pool_state_t;

  typedef struct packed {
    logic        [12:0]  candidates;   // K, 1..4,096
    logic        [19:0]  tip_ppm;
    logic        [255:0] price0;
    logic        [255:0] price1;
    logic        [255:0] budget0;
    logic        [255:0] budget1;
    logic        [255:0] gas_cost_wei;
    logic        [255:0] tip_floor_wei;
    logic        [255:0] min_profit_wei;
  } params_t;

  /// A leg whose checks before the swap (docs/kernel-contract.md, "one leg", 1 to 5) have passed.
  typedef struct packed {
    logic [PoolBits-1:0] pool_index;   // whose window the engine reads
    pool_state_t         pool;
    window_t             window;
    params_t             params;
    logic                zero_for_one;
    logic                exact_in;
    logic                direct_pool;  // no router checks what comes out
    logic                one_hop;      // the path has this hop only
    logic                own_limit;    // the leg itself gave a price limit
    logic        [254:0] amount;       // above 0
    logic        [255:0] limit;        // the user's minimum out or maximum in
    logic        [159:0] price_limit;  // as the pool sees it
  } leg_job_t;

  /// What became of the leg: reason none is a DECISION, every other a REJECT with it.
  typedef struct packed {
    logic        [15:0]  reason;
    logic        [15:0]  candidates;   // evaluated
    logic        [15:0]  profitable;   // of them
    logic signed [23:0]  tick_lower;
    logic signed [23:0]  tick_upper;
    logic        [127:0] liquidity;
    logic signed [23:0]  tick_after;   // with us
    logic signed [23:0]  tick_alone;
    logic        [159:0] price_after;
    logic        [159:0] price_alone;
    logic        [255:0] mint0;
    logic        [255:0] mint1;
    logic        [255:0] burn0;
    logic        [255:0] burn1;
    logic        [255:0] fee0;
    logic        [255:0] fee1;
    logic signed [255:0] swap0;        // the pool's Swap event with us
    logic signed [255:0] swap1;
    logic signed [255:0] alone0;       // and without
    logic signed [255:0] alone1;
    logic signed [255:0] profit_wei;   // also of the best candidate of an unprofitable leg
    logic signed [255:0] gross_wei;
    logic        [255:0] tip_wei;
  } leg_result_t;
endpackage
