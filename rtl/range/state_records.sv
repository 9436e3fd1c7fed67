// POOL, PARAMS and BLOCK: every field is checked before anything changes, in the order of kernels/hls/range_records.cpp. A record is held
// in `beats` from `start` to `done`. A POOL takes about 150 clocks and the hash of its key where that is new.
// SPDX-License-Identifier: Apache-2.0
module state_records (
    input  logic                           clk,
    input  logic                           rst,              // synchronous, active high
    input  logic                           start,            // the store has read the record's index
    input  logic [2047:0]                  beats,            // the first four of the record
    output logic                           done,             // one clock
    output logic [15:0]                    reason,           // none: taken
    output logic [63:0]                    next_timestamp,   // of the last BLOCK
    // the store, at the record's index
    input  range_store_pkg::pool_entry_t   pool,
    input  range_store_pkg::present_t      present,
    output logic                           write_present,
    output range_store_pkg::present_t      new_present,
    output logic                           write_pool,
    output range_store_pkg::pool_entry_t   new_pool,
    output logic                           write_params,
    output range_pkg::params_t             new_params,
    // the directory
    output logic                           key_start,
    output logic [1:0]                     key_request,
    output range_store_pkg::pool_key_t     key,
    input  logic                           key_done,
    input  logic [1:0]                     key_outcome,
    // tick_math
    output logic                           tick_ask,         // held until tick_ready
    input  logic                           tick_ready,
    output logic                           tick_to_tick,
    output logic signed [23:0]             tick_of,
    output logic [159:0]                   tick_price,
    input  logic                           tick_valid,
    input  logic signed [23:0]             tick_found,
    input  logic [159:0]                   tick_ratio
);
  typedef enum logic [3:0] {
    Idle = 4'd0, Judge = 4'd1, AskTick = 4'd2, Tick = 4'd3, AskPrice = 4'd4, Price = 4'd5, Put = 4'd6, Putting = 4'd7, Drop = 4'd8,
    Dropping = 4'd9
  } state_t;
  state_t state;

  // ---- the record
  wire [511:0] beat0 = beats[511:0];
  wire [511:0] beat1 = beats[1023:512];
  wire [511:0] beat2 = beats[1535:1024];
  wire [511:0] beat3 = beats[2047:1536];
  contract_pkg::header_t header;
  assign header = beat0[127:0];
  wire is_pool = header.kind == contract_pkg::KindPool;
  wire is_params = header.kind == contract_pkg::KindParams;
  wire [15:0] index = beat0[contract_pkg::PoolPoolIndexLsb+:16];
  wire [7:0] pool_kind = beat0[contract_pkg::PoolPoolKindLsb+:8];
  wire [7:0] in_service = beat0[contract_pkg::PoolInServiceLsb+:8];
  wire [31:0] fee = beat0[contract_pkg::PoolFeeLsb+:32];
  wire [31:0] spacing = beat0[contract_pkg::PoolTickSpacingLsb+:32];
  wire [31:0] tick = beat0[contract_pkg::PoolTickLsb+:32];
  wire [31:0] fee_protocol = beat0[contract_pkg::PoolFeeProtocolLsb+:32];
  wire [159:0] token0 = beat1[contract_pkg::PoolToken0Lsb+:160];
  wire [159:0] token1 = beat1[contract_pkg::PoolToken1Lsb+:160];
  wire [255:0] sqrt_price = beat2[contract_pkg::PoolSqrtPriceX96Lsb+:256];
  wire [15:0] candidates = beat0[contract_pkg::ParamsCandidatesLsb+:16];
  wire [31:0] tip_ppm = beat0[contract_pkg::ParamsTipPpmLsb+:32];

  /// An address as the number that the pool contract compares.
  function automatic logic [159:0] number_of(input logic [159:0] address);
    for (int i = 0; i < 20; i = i + 1) number_of[8*i+:8] = address[8*(19-i)+:8];
  endfunction

  // ---- what needs nothing but the record, a clock after `start`
  logic header_bad, length_bad, index_bad, kind_bad, fields_bad, params_bad, removed, pancake;
  wire pancake_now = pool_kind == contract_pkg::PoolKindPancakeV3;
  wire fee_protocol_bad = pancake_now ? fee_protocol[15:0] > 16'd10000 || fee_protocol[31:16] > 16'd10000 : fee_protocol > 32'hff;
  always_ff @(posedge clk) begin
    if (state == Idle) begin
      header_bad <= header.flags != 8'd0 || header.reserved != 16'd0;
      length_bad <= header.payload_bytes != (is_pool || is_params ? 32'd240 : 32'd112);
      index_bad  <= index >= 16'(contract_pkg::MaxPools);
      kind_bad   <= pool_kind > contract_pkg::PoolKindPancakeV3 || in_service > 8'd1;
      removed    <= pool_kind == contract_pkg::PoolKindRemoved;
      pancake    <= pancake_now;
      fields_bad <= fee >= 32'd1000000 || spacing == 32'd0 || spacing >= 32'd16384 || fee_protocol_bad ||
                    number_of(token0) >= number_of(token1) || sqrt_price < 256'(range_pkg::MinSqrtRatio) ||
                    sqrt_price >= 256'(range_pkg::MaxSqrtRatio);
      params_bad <= candidates == 16'd0 || candidates > 16'(contract_pkg::MaxCandidates) || tip_ppm > 32'd1000000;
    end
  end

  logic [15:0] fault;
  always_comb begin
    fault = contract_pkg::ReasonNone;
    if (header_bad) fault = contract_pkg::ReasonBadHeader;
    else if (length_bad) fault = contract_pkg::ReasonBadLength;
    else if (is_pool) begin
      if (index_bad) fault = contract_pkg::ReasonBadPoolIndex;
      else if (kind_bad || (!removed && fields_bad)) fault = contract_pkg::ReasonBadField;
    end else if (is_params) begin
      if (index_bad || !present.pool) fault = contract_pkg::ReasonBadPoolIndex;
      else if (params_bad) fault = contract_pkg::ReasonBadField;
    end
  end
  wire good = fault == contract_pkg::ReasonNone;

  // ---- the pool as it will be. The window belongs to one state; the same version with another tick would be a host's mistake.
  assign key                              = {fee, token1, token0, beat2[contract_pkg::PoolFactoryLsb+:160]};
  assign new_pool.in_service              = in_service[0];
  assign new_pool.address                 = beat1[contract_pkg::PoolAddressLsb+:160];
  assign new_pool.state_version           = beat0[contract_pkg::PoolStateVersionLsb+:64];
  assign new_pool.block_number            = beat0[contract_pkg::PoolBlockNumberLsb+:64];
  assign new_pool.state.pancake           = pancake;
  assign new_pool.state.fee               = fee[19:0];
  assign new_pool.state.fee_protocol      = fee_protocol;
  assign new_pool.state.tick_spacing      = spacing[13:0];
  assign new_pool.state.tick              = tick[23:0];
  assign new_pool.state.sqrt_price        = sqrt_price[159:0];
  assign new_pool.state.liquidity         = beat3[contract_pkg::PoolLiquidityLsb+:128];
  assign new_pool.state.max_liquidity_per_tick = beat3[contract_pkg::PoolMaxLiquidityPerTickLsb+:128];
  wire same_key = key_outcome == range_store_pkg::PutSame;
  wire placed = same_key || key_outcome == range_store_pkg::PutNew;
  wire keeps_window = same_key && pool.state_version == new_pool.state_version && pool.state.tick == new_pool.state.tick &&
                      pool.state.tick_spacing == new_pool.state.tick_spacing;

  assign new_params.candidates     = candidates[12:0];
  assign new_params.tip_ppm        = tip_ppm[19:0];
  assign new_params.price0         = beat0[contract_pkg::ParamsPrice0X96Lsb+:256];
  assign new_params.price1         = beat1[contract_pkg::ParamsPrice1X96Lsb+:256];
  assign new_params.budget0        = beat1[contract_pkg::ParamsBudget0Lsb+:256];
  assign new_params.budget1        = beat2[contract_pkg::ParamsBudget1Lsb+:256];
  assign new_params.gas_cost_wei   = beat2[contract_pkg::ParamsGasCostWeiLsb+:256];
  assign new_params.tip_floor_wei  = beat3[contract_pkg::ParamsTipFloorWeiLsb+:256];
  assign new_params.min_profit_wei = beat3[contract_pkg::ParamsMinProfitWeiLsb+:256];

  always_comb begin
    new_present   = present;
    write_present = 1'b0;
    write_pool    = 1'b0;
    write_params  = 1'b0;
    if (state == Judge && good && is_params) begin
      write_params       = 1'b1;
      write_present      = 1'b1;
      new_present.params = 1'b1;
    end
    if (state == Putting && key_done && placed) begin
      write_pool         = 1'b1;
      write_present      = 1'b1;
      new_present.pool   = 1'b1;
      new_present.window = present.window && keeps_window;
      new_present.params = present.params && same_key;
    end
    if (state == Dropping && key_done) begin
      write_present = 1'b1;
      new_present   = {3'b000, present.ratios};
    end
  end
  assign key_start    = state == Put || state == Drop;
  assign key_request  = state == Drop || state == Dropping ? range_store_pkg::KeyDrop : range_store_pkg::KeyPut;
  assign tick_ask     = state == AskTick || state == AskPrice;
  assign tick_to_tick = state == AskTick;
  assign tick_price   = sqrt_price[159:0];

  // slot0.tick is the price's tick, or one below it when the price stands on a tick that was crossed downwards.
  wire signed [24:0] one_above = $signed({tick[23], tick[23:0]}) + 25'sd1;
  wire tick_fits = tick[31:24] == {8{tick[23]}};
  always_ff @(posedge clk) begin
    done <= 1'b0;
    unique case (state)
      Idle: if (start) state <= Judge;
      Judge: begin
        reason <= fault;
        done   <= !good || !is_pool;
        state  <= !good || !is_pool ? Idle : removed ? Drop : AskTick;
        if (good && !is_pool && !is_params) next_timestamp <= beat1[contract_pkg::BlockNextTimestampLsb+:64];
      end
      AskTick: if (tick_ready) state <= Tick;
      Tick: if (tick_valid) begin
        tick_of <= tick_found;
        reason  <= contract_pkg::ReasonBadField;
        if (tick_fits && $signed(tick[23:0]) == tick_found) state <= Put;
        else if (tick_fits && one_above == 25'(tick_found)) state <= AskPrice;
        else begin
          done  <= 1'b1;
          state <= Idle;
        end
      end
      AskPrice: if (tick_ready) state <= Price;
      Price: if (tick_valid) begin
        done  <= tick_ratio != sqrt_price[159:0];
        state <= tick_ratio != sqrt_price[159:0] ? Idle : Put;
      end
      Put: state <= Putting;
      Putting: if (key_done) begin
        done   <= 1'b1;
        state  <= Idle;
        reason <= placed ? contract_pkg::ReasonNone :
                  key_outcome == range_store_pkg::PutFull ? contract_pkg::ReasonPoolTableFull : contract_pkg::ReasonBadPoolIndex;
      end
      Drop: state <= Dropping;
      default: if (key_done) begin  // Dropping
        done  <= 1'b1;
        state <= Idle;
      end
    endcase
    if (rst) begin
      state          <= Idle;
      done           <= 1'b0;
      next_timestamp <= '0;
    end
  end
endmodule
