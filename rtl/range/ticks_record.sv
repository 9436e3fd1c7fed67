// TICKS: collected in a scratch window while it is checked, and written to the pool's window only when all of it is right. Square-root prices
// that the old window has are taken over, others come from tick_math. Entries come a beat a clock, 49 clocks after the start; then two
// clocks an entry, and a price's where it is new. Checks in the order of kernels/hls/range_records.cpp.
// SPDX-License-Identifier: Apache-2.0
module ticks_record (
    input  logic                           clk,
    input  logic                           rst,            // synchronous, active high
    input  logic                           start,          // the store has read the record's index
    input  logic [511:0]                   head,           // the record's first beat, held until `done`
    input  logic                           beat_valid,     // the beats behind it
    output logic                           beat_ready,
    input  logic [511:0]                   beat_data,
    input  logic                           beat_last,
    output logic                           done,           // one clock, with the last beat taken
    output logic [15:0]                    reason,         // none: taken
    // the store, at the record's index
    input  range_store_pkg::pool_entry_t   pool,
    input  range_store_pkg::window_frame_t frame,
    input  range_store_pkg::present_t      present,
    output logic                           write_frame,
    output range_store_pkg::window_frame_t new_frame,
    output range_store_pkg::present_t      new_present,    // written with the frame
    // the windows
    output logic                           old_read,
    output logic [6:0]                     old_read_at,
    input  range_pkg::window_tick_t        old_entry,      // three clocks after old_read
    output logic                           entry_write,
    output logic [6:0]                     entry_at,
    output range_pkg::window_tick_t        new_entry,
    // tick_math
    output logic                           tick_ask,       // held until tick_ready
    input  logic                           tick_ready,
    output logic signed [23:0]             tick_of,
    input  logic                           tick_valid,
    input  logic [159:0]                   tick_ratio
);
  typedef enum logic [3:0] {
    Idle = 4'd0, Judge = 4'd1, Skip = 4'd2, Factor = 4'd3, Entries = 4'd4, Settle = 4'd5, Fetch = 4'd6, Merge = 4'd7, AskRatio = 4'd8,
    Ratio = 4'd9, AskLow = 4'd10, Low = 4'd11, AskHigh = 4'd12, High = 4'd13, Commit = 4'd14
  } state_t;
  state_t state;

  // ---- the head
  contract_pkg::header_t header;
  assign header = head[127:0];
  wire [15:0] index = head[contract_pkg::TicksPoolIndexLsb+:16];
  wire [15:0] below = head[contract_pkg::TicksCountBelowLsb+:16];
  wire [15:0] above = head[contract_pkg::TicksCountAboveLsb+:16];
  wire signed [31:0] known_lower = head[contract_pkg::TicksKnownLowerLsb+:32];
  wire signed [31:0] known_upper = head[contract_pkg::TicksKnownUpperLsb+:32];
  wire [63:0] version = head[contract_pkg::TicksStateVersionLsb+:64];
  wire signed [23:0] pool_tick = pool.state.tick;
  wire [7:0] count = below[7:0] + above[7:0];
  wire one_beat = contract_pkg::beats_of(header.payload_bytes) == 12'd1;
  logic [15:0] fault;
  always_comb begin
    fault = contract_pkg::ReasonNone;
    if (header.flags != 8'd0 || header.reserved != 16'd0) fault = contract_pkg::ReasonBadHeader;
    else if (header.payload_bytes < 32'd48) fault = contract_pkg::ReasonBadLength;
    else if (below > 16'(contract_pkg::WindowTicksEachSide) || above > 16'(contract_pkg::WindowTicksEachSide))
      fault = contract_pkg::ReasonTooManyTicks;
    else if (header.payload_bytes != {18'd0, count, 6'd48}) fault = contract_pkg::ReasonBadLength;
    else if (index >= 16'(contract_pkg::MaxPools) || !present.pool) fault = contract_pkg::ReasonBadPoolIndex;
    else if (version != pool.state_version) fault = contract_pkg::ReasonTicksStale;
    else if (known_lower > 32'(pool_tick) || known_upper <= 32'(pool_tick)) fault = contract_pkg::ReasonBadField;
  end
  // Beyond TickMath's range nothing can be listed, so a window ends there.
  wire signed [23:0] lowest = known_lower < 32'(range_pkg::MinTick) ? range_pkg::MinTick : known_lower[23:0];
  wire signed [23:0] highest = known_upper > 32'(range_pkg::MaxTick) ? range_pkg::MaxTick : known_upper[23:0];

  // ---- ceil(2^46 / spacing), a bit a clock
  logic [46:0] factor;
  logic [13:0] rest;
  logic [14:0] trial;
  logic [5:0] bits_left;
  assign trial = {rest, 1'b1} - {1'b0, pool.state.tick_spacing};
  wire fits = {rest, 1'b1} >= {1'b0, pool.state.tick_spacing};
  always_ff @(posedge clk) begin
    if (state == Judge) begin
      factor    <= '0;
      rest      <= '0;
      bits_left <= 6'd46;
    end else if (state == Factor) begin
      bits_left <= bits_left - 6'd1;
      rest      <= fits ? trial[13:0] : {rest[12:0], 1'b1};
      factor    <= bits_left == 6'd0 ? factor + 47'd1 : {factor[45:0], fits};
    end
  end

  // ---- entries into the scratch window
  logic [7:0] taken;  // entries
  logic [2:0] settling;
  wire take = state == Entries && beat_valid;
  wire signed [31:0] tick = beat_data[contract_pkg::TicksEntryTickLsb+:32];
  wire [127:0] gross = beat_data[contract_pkg::TicksEntryLiquidityGrossLsb+:128];
  wire [127:0] net = beat_data[contract_pkg::TicksEntryLiquidityNetLsb+:128];
  logic checked;
  logic [15:0] verdict;
  tick_entry_check i_check (
      .clk, .rst, .in_valid(take), .tick, .gross, .net, .is_first(taken == 8'd0), .is_below(taken < below[7:0]), .factor, .known_lower,
      .known_upper, .pool_tick, .out_valid(checked), .reason(verdict));
  logic [6:0] at;
  logic [279:0] scratch;
  wire signed [23:0] scratch_tick = scratch[279:256];
  ram_1r1w #(.Width(280), .Depth(128)) i_scratch (
      .clk, .write(take), .write_at(taken[6:0]), .write_data({tick[23:0], gross, net}), .read_at(at), .read_data(scratch));

  // ---- the old window's prices, copied beside it
  logic [7:0] copying, copied, old_count;
  logic copy_valid;
  logic [6:0] copy_at, from_at;
  logic [183:0] old;
  wire signed [23:0] old_tick = old[183:160];
  assign old_read    = copying < old_count && (state == Factor || state == Entries || state == Settle);
  assign old_read_at = copying[6:0];
  delay_line #(.Width(7), .Depth(3)) i_copy_at (.clk, .in(copying[6:0]), .out(copy_at));
  logic [2:0] copy_pipe;
  assign copy_valid = copy_pipe[2];
  ram_1r1w #(.Width(184), .Depth(128)) i_old (
      .clk, .write(copy_valid), .write_at(copy_at), .write_data({old_entry.tick, old_entry.ratio}), .read_at(from_at), .read_data(old));
  always_ff @(posedge clk) begin
    copy_pipe <= rst || state == Idle ? 3'd0 : {copy_pipe[1:0], old_read};
    if (state == Judge) begin
      copying   <= '0;
      copied    <= '0;
      old_count <= present.ratios ? frame.window.count : '0;
    end else begin
      if (old_read) copying <= copying + 8'd1;
      if (copy_valid) copied <= copied + 8'd1;
    end
  end

  // ---- both are ascending: merged
  logic [7:0] place, from;  // in the new window, in the old one
  assign at      = place[6:0];
  assign from_at = from[6:0];
  wire merging = state == Merge && place != count;
  wire old_left = from != old_count;
  wire known = merging && old_left && old_tick == scratch_tick;
  wire behind = merging && old_left && old_tick < scratch_tick;
  logic signed [23:0] wanted;
  always_comb begin
    case (state)
      AskLow: wanted = lowest;
      AskHigh: wanted = highest;
      default: wanted = scratch_tick;
    endcase
  end
  assign tick_of         = wanted;
  assign tick_ask        = state == AskRatio || state == AskLow || state == AskHigh;
  assign entry_write     = known || (state == Ratio && tick_valid);
  assign entry_at        = place[6:0];
  assign new_entry.tick  = scratch_tick;
  assign new_entry.gross = scratch[255:128];
  assign new_entry.net   = scratch[127:0];
  assign new_entry.ratio = known ? old[159:0] : tick_ratio;

  logic [159:0] known_low, known_high;
  assign new_frame.state_version      = version;
  assign new_frame.window.count       = count;
  assign new_frame.window.below       = below[7:0];
  assign new_frame.window.known_lower = lowest;
  assign new_frame.window.known_upper = highest;
  assign new_frame.window.known_low   = known_low;
  assign new_frame.window.known_high  = known_high;
  assign write_frame                  = state == Commit;
  assign new_present                  = {2'b11, present.params, 1'b1};

  assign beat_ready = state == Skip || state == Entries;
  always_ff @(posedge clk) begin
    done <= 1'b0;
    if (checked && reason == contract_pkg::ReasonNone) reason <= verdict;
    unique case (state)
      Idle: if (start) state <= Judge;
      Judge: begin
        reason <= fault;
        taken  <= '0;
        state  <= Factor;
        if (fault != contract_pkg::ReasonNone) begin
          done  <= one_beat;
          state <= one_beat ? Idle : Skip;
        end
      end
      Skip: if (beat_valid && beat_last) begin
        done  <= 1'b1;
        state <= Idle;
      end
      Factor: if (bits_left == 6'd0) begin
        state    <= one_beat ? Settle : Entries;
        settling <= 3'd4;
      end
      Entries: if (beat_valid) begin
        taken <= taken + 8'd1;
        if (beat_last) state <= Settle;
      end
      Settle: begin  // the last verdict and the last old price are there
        if (settling != 3'd0) settling <= settling - 3'd1;
        place <= '0;
        from  <= '0;
        if (settling == 3'd0 && reason != contract_pkg::ReasonNone) begin
          done  <= 1'b1;
          state <= Idle;
        end else if (settling == 3'd0 && copied == old_count) state <= Fetch;
      end
      Fetch: state <= Merge;
      Merge: begin
        state <= Fetch;
        if (place == count) state <= AskLow;
        else if (known) place <= place + 8'd1;
        else if (!behind) state <= AskRatio;
        if (known || behind) from <= from + 8'd1;
      end
      AskRatio: if (tick_ready) state <= Ratio;
      Ratio: if (tick_valid) begin
        place <= place + 8'd1;
        state <= Fetch;
      end
      AskLow: if (tick_ready) state <= Low;
      Low: if (tick_valid) begin
        known_low <= tick_ratio;
        state     <= AskHigh;
      end
      AskHigh: if (tick_ready) state <= High;
      High: if (tick_valid) begin
        known_high <= tick_ratio;
        state      <= Commit;
      end
      default: begin  // Commit
        done  <= 1'b1;
        state <= Idle;
      end
    endcase
    if (rst) begin
      state <= Idle;
      done  <= 1'b0;
    end
  end
endmodule
