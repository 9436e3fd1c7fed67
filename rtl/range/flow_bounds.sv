// From the prices of a row of bounds to the ranges between them: finds for each bound the last state of the swap alone strictly before it, whether a step ends at
// it, and the gross liquidity there. Bounds lie along the swap's way, so both are looked for from where the bound before stood. The swap alone's states and the listed
// ticks are copied here when the engine stores or reads them. Two clocks for each state or tick that is passed, one for a bound.
// SPDX-License-Identifier: Apache-2.0
module flow_bounds
  import range_pkg::*;
(
    input  logic               clk,
    input  logic               rst,            // synchronous, active high
    input  logic [2:0]         phase,
    // of the leg
    input  logic               down,
    input  logic [7:0]         below,          // listed ticks at or below the pool's
    input  logic [7:0]         count,          // listed ticks
    input  logic [159:0]       end_price,      // of the swap alone
    input  logic [127:0]       max_liquidity,
    // copies
    input  logic               state_write,    // a word of the swap alone's states (snapshots.mjs)
    input  logic [6:0]         state_at,
    input  logic [2:0]         state_field,    // 0 price, 1 remaining, 2 liquidity
    input  logic [259:0]       state_word,
    input  logic               tick_write,
    input  logic [WindowBits-1:0] tick_at,
    input  logic signed [23:0] tick,
    input  logic [127:0]       tick_gross,
    // bounds
    input  logic               start,          // one clock: another row comes
    input  logic               chained,        // every bound is of two ranges
    input  logic               in_valid,
    output logic               in_ready,
    input  logic signed [23:0] in_tick,
    input  logic [159:0]       in_price,
    // a range, when phase is 0
    output logic               begins,
    output logic               reached,        // the swap comes to it; another is not evaluated
    output logic [159:0]       near_price,
    output logic [159:0]       far_price,
    output logic [159:0]       from_price,
    output logic [127:0]       from_remaining,
    output logic [127:0]       from_liquidity,
    output logic               meets,
    output logic [127:0]       met_remaining,
    output logic [127:0]       met_liquidity,
    output logic               ends,           // the swap alone ends before it comes behind the far bound; else its last state before that:
    output logic [159:0]       stop_price,
    output logic [127:0]       stop_remaining,
    output logic [127:0]       stop_liquidity,
    output logic [127:0]       room            // by maxLiquidityPerTick at both bounds
);
  typedef struct packed {
    logic         beyond;  // a price that is before nothing
    logic [159:0] price;
    logic [127:0] remaining;
    logic [127:0] liquidity;
  } state_t;
  function automatic logic is_before(input logic way_down, input logic [159:0] a, input logic [159:0] b);
    is_before = way_down ? a > b : a < b;
  endfunction

  // ---- the swap alone's states: the one at hand and the next; the one behind that is read ahead
  typedef enum logic [2:0] {First, Second, Third, Search, Fetch} state_step_t;
  state_step_t  step;
  logic [6:0]   ahead;
  state_t       at_hand, following, read;
  logic [160:0] read_price;
  logic [127:0] read_remaining, read_liquidity;
  logic         passes;
  assign read = {read_price, read_remaining, read_liquidity};
  ram_1r1w #(.Width(161), .Depth(128)) i_prices (
      .clk, .write(state_write && state_field == 3'd0), .write_at(state_at), .write_data({state_word[259:160] != '0, state_word[159:0]}),
      .read_at(ahead), .read_data(read_price));
  ram_1r1w #(.Width(128), .Depth(128)) i_remaining (
      .clk, .write(state_write && state_field == 3'd1), .write_at(state_at), .write_data(state_word[127:0]), .read_at(ahead), .read_data(read_remaining));
  ram_1r1w #(.Width(128), .Depth(128)) i_liquidity (
      .clk, .write(state_write && state_field == 3'd2), .write_at(state_at), .write_data(state_word[127:0]), .read_at(ahead), .read_data(read_liquidity));
  assign passes = !following.beyond && is_before(down, following.price, in_price);
  always_ff @(posedge clk) begin
    case (step)
      First: begin
        ahead <= 7'd1;
        step  <= Second;
      end
      Second: begin
        at_hand <= read;
        ahead   <= 7'd2;
        step    <= Third;
      end
      Third: begin
        following <= read;
        step      <= Search;
      end
      Search: if (in_valid && passes) begin
        at_hand   <= following;
        following <= read;
        ahead     <= ahead + 7'd1;
        step      <= Fetch;
      end
      default: step <= Search;
    endcase
    if (start) begin
      ahead <= '0;
      step  <= First;
    end
  end

  // ---- the listed ticks on the way
  logic signed [23:0]   listed;
  logic [127:0]         gross;
  logic signed [8:0]    place;
  logic                 there, skips, fetching;
  ram_1r1w #(.Width(152), .Depth(1 << WindowBits)) i_ticks (
      .clk, .write(tick_write), .write_at(tick_at), .write_data({tick, tick_gross}), .read_at(place[WindowBits-1:0]), .read_data({listed, gross}));
  assign there = !place[8] && place[7:0] < count;
  assign skips = there && (down ? listed > in_tick : listed < in_tick);
  always_ff @(posedge clk) begin
    fetching <= 1'b0;
    if (!fetching && in_valid && skips) begin
      place    <= down ? place - 9'sd1 : place + 9'sd1;
      fetching <= 1'b1;
    end
    if (start) begin
      place    <= down ? $signed({1'b0, below}) - 9'sd1 : $signed({1'b0, below});
      fetching <= 1'b1;
    end
  end

  // ---- a bound that is known, and the range between it and the one before
  state_t       prior;  // what is known of the bound before
  logic [159:0] prior_price;
  logic [127:0] gross_here, prior_gross, prior_met_remaining, prior_met_liquidity;
  logic         prior_meets, known, take, paired, full;
  assign gross_here = there && listed == in_tick ? gross : '0;
  assign known    = in_valid && step == Search && !passes && !fetching && !skips;
  assign take     = known && (!paired || !full);
  assign in_ready = take;
  wire [127:0] higher = prior_gross > gross_here ? prior_gross : gross_here;
  assign begins = full && phase == 3'd0;
  always_ff @(posedge clk) begin
    if (begins) full <= 1'b0;
    if (take) begin
      prior               <= at_hand;
      prior_price         <= in_price;
      prior_gross         <= gross_here;
      prior_meets         <= !following.beyond && following.price == in_price;
      prior_met_remaining <= following.remaining;
      prior_met_liquidity <= following.liquidity;
      paired <= !paired || chained;
      if (paired) begin
        full           <= 1'b1;
        reached        <= is_before(down, prior_price, end_price);
        near_price     <= prior_price;
        far_price      <= in_price;
        from_price     <= prior.price;
        from_remaining <= prior.remaining;
        from_liquidity <= prior.liquidity;
        meets          <= prior_meets;
        met_remaining  <= prior_met_remaining;
        met_liquidity  <= prior_met_liquidity;
        ends           <= !is_before(down, in_price, end_price);
        stop_price     <= at_hand.price;
        stop_remaining <= at_hand.remaining;
        stop_liquidity <= at_hand.liquidity;
        room           <= higher < max_liquidity ? max_liquidity - higher : '0;
      end
    end
    if (start) paired <= 1'b0;
    if (rst) begin
      full   <= 1'b0;
      paired <= 1'b0;
    end
  end
  wire unused = &{1'b0, state_word, at_hand, prior};
endmodule
