// A leg's checks before its swap, in the order of docs/kernel-contract.md ("one leg", 1 to 5), and what the engine is asked of it. The pool is
// looked for while the SWAP record is still coming in, and what the store has of the pool that is guessed is read meanwhile: `done` comes a clock
// after `start`, or three after the directory has found another pool.
// SPDX-License-Identifier: Apache-2.0
module leg_check (
    input  logic                           clk,
    input  logic                           rst,              // synchronous, active high
    input  logic                           frozen,
    input  logic                           look,             // the first two beats of a SWAP are there
    input  logic                           start,            // all four are; after `look`
    input  logic [2047:0]                  beats,            // held until `done` and beyond, while the engine works
    input  logic [63:0]                    next_timestamp,
    output logic                           done,             // one clock
    output logic [15:0]                    reason,           // with it; none: `job` is for the engine. All below is held
    output logic                           has_pool,
    output logic [9:0]                     index,
    output logic [9:0]                     store_at,         // `index`, where it is still a guess a clock earlier
    output range_pkg::leg_job_t            job,
    // the directory
    output logic                           key_start,
    output range_store_pkg::pool_key_t     key,
    input  logic [9:0]                     guess,
    input  logic                           guess_right,
    input  logic                           key_done,
    input  logic                           key_found,
    input  logic [9:0]                     key_index,
    // the store, at `store_at`
    input  range_store_pkg::pool_entry_t   pool,
    input  range_store_pkg::window_frame_t frame,
    input  range_pkg::params_t             params,
    input  range_store_pkg::present_t      present
);
  typedef enum logic [2:0] {Idle = 3'd0, Find = 3'd1, Read = 3'd2, Compare = 3'd3, Judge = 3'd4} state_t;
  state_t state;
  logic whole;

  // ---- the record
  wire [511:0] beat0 = beats[511:0];
  wire [511:0] beat1 = beats[1023:512];
  wire [511:0] beat2 = beats[1535:1024];
  wire [511:0] beat3 = beats[2047:1536];
  wire [63:0] sequence_number = beat0[contract_pkg::HeaderSequenceLsb+:64];
  wire [31:0] flags = beat0[contract_pkg::SwapFlagsLsb+:32];
  wire [7:0] hops = beat0[contract_pkg::SwapHopsLsb+:8];
  wire [63:0] deadline = beat0[contract_pkg::SwapDeadlineLsb+:64];
  wire [159:0] token_in = beat1[contract_pkg::SwapTokenInLsb+:160];
  wire [159:0] token_out = beat1[contract_pkg::SwapTokenOutLsb+:160];
  wire [255:0] amount = beat2[contract_pkg::SwapAmountLsb+:256];
  wire [255:0] own_limit = beat3[contract_pkg::SwapSqrtPriceLimitX96Lsb+:256];
  wire zero_for_one = (flags & contract_pkg::SwapFlagZeroForOne) != '0;
  wire direct_pool = (flags & contract_pkg::SwapFlagDirectPool) != '0;
  assign key.factory = beat1[contract_pkg::SwapFactoryLsb+:160];
  assign key.token0  = zero_for_one ? token_in : token_out;
  assign key.token1  = zero_for_one ? token_out : token_in;
  assign key.fee     = beat0[contract_pkg::SwapFeeLsb+:32];
  assign key_start   = look;

  // ---- 4: the price limit as the pool sees it; with none given, the routers' own
  logic [255:0] limit;
  always_comb begin
    limit = own_limit;
    if (own_limit == '0 && !direct_pool)
      limit = {96'd0, zero_for_one ? range_pkg::MinSqrtRatio + 160'd1 : range_pkg::MaxSqrtRatio - 160'd1};
  end

  // ---- 5
  logic seen;
  legs_before i_before (.clk, .rst, .sequence_number, .pool(index), .seen, .note(state == Judge && has_pool));

  logic stale, no_params, unknown_amount, zero_amount, large_amount, late, bad_limit, again;
  always_ff @(posedge clk) begin
    stale          <= !present.window || frame.state_version != pool.state_version;
    no_params      <= !present.params;
    unknown_amount <= (flags & contract_pkg::SwapFlagAmountKnown) == '0;
    zero_amount    <= amount == '0;
    large_amount   <= amount[255];
    late           <= (flags & contract_pkg::SwapFlagHasDeadline) != '0 && deadline < next_timestamp;
    bad_limit      <= zero_for_one ? limit >= 256'(pool.state.sqrt_price) || limit <= 256'(range_pkg::MinSqrtRatio) :
                                     limit <= 256'(pool.state.sqrt_price) || limit >= 256'(range_pkg::MaxSqrtRatio);
    again          <= seen;
  end

  logic [15:0] verdict;
  always_comb begin
    verdict = contract_pkg::ReasonNone;
    if (frozen) verdict = contract_pkg::ReasonFrozen;
    else if (!has_pool) verdict = contract_pkg::ReasonPoolUnknown;
    else if (!pool.in_service) verdict = contract_pkg::ReasonPoolOutOfService;
    else if (stale) verdict = contract_pkg::ReasonPoolStale;
    else if (no_params) verdict = contract_pkg::ReasonParamsMissing;
    else if (unknown_amount) verdict = contract_pkg::ReasonAmountUnknown;
    else if (zero_amount) verdict = contract_pkg::ReasonAmountZero;
    else if (large_amount) verdict = contract_pkg::ReasonAmountOverflow;
    else if (late) verdict = contract_pkg::ReasonDeadlinePassed;
    else if (bad_limit) verdict = contract_pkg::ReasonPriceLimit;
    else if (again) verdict = contract_pkg::ReasonPoolStale;
  end

  assign job.pool_index   = index;
  assign job.pool         = pool.state;
  assign job.window       = frame.window;
  assign job.params       = params;
  assign job.zero_for_one = zero_for_one;
  assign job.exact_in     = (flags & contract_pkg::SwapFlagExactIn) != '0;
  assign job.direct_pool  = direct_pool;
  assign job.one_hop      = hops == 8'd1;
  assign job.own_limit    = own_limit != '0;
  assign job.amount       = amount[254:0];
  assign job.limit        = beat2[contract_pkg::SwapLimitLsb+:256];
  assign job.price_limit  = limit[159:0];

  assign store_at = look ? guess : index;
  assign done     = state == Judge;
  assign reason   = verdict;

  always_ff @(posedge clk) begin
    whole <= start || (whole && !look);
    if (look) index <= guess;
    else if (key_done && state == Find) index <= key_index;
    unique case (state)
      Idle: if (look) state <= Find;
      Find: begin
        has_pool <= guess_right || key_found;
        if (guess_right) state <= start || whole ? Judge : Compare;
        else if (key_done) state <= Read;
      end
      Read: state <= Compare;
      Compare: if (start || whole) state <= Judge;  // the checks have all that they compare
      default: state <= Idle;                       // Judge
    endcase
    if (rst) state <= Idle;
  end
endmodule
