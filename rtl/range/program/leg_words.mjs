// What the microprogram knows of a leg, and what it says of it: words by name, each with the SystemVerilog that makes or takes it.
// SPDX-License-Identifier: Apache-2.0

/**
 * Constants of a leg that its job has: name and expression over `job` (leg_job_t) and the products that leg_constants.sv computes beside. They come in this order, one a
 * clock, while the leg begins: what its first instructions read stands first.
 */
export const leg_constants = [
  ['spacing', "WordBits'(job.pool.tick_spacing)"],
  ['below', "WordBits'(job.window.below)"],
  ['tick', "WordBits'($signed(job.pool.tick))"],
  ['sqrt_price', "WordBits'(job.pool.sqrt_price)"],
  ['amount', "WordBits'(job.amount)"],
  ['liquidity', "WordBits'(job.pool.liquidity)"],
  ['price_limit', "WordBits'(job.price_limit)"],
  ['spacing_offset', "WordBits'({job.pool.tick_spacing, 20'd0})"], // a multiple of the spacing that makes every tick positive
  ['known_lower', "WordBits'($signed(job.window.known_lower))"],
  ['known_upper', "WordBits'($signed(job.window.known_upper))"],
  ['candidates', "WordBits'(job.params.candidates)"],
  ['word_ticks', "WordBits'({job.pool.tick_spacing, 8'd0})"], // of a word of the tick bitmap
  ['keep', "WordBits'(keep)"],
  ['price0', "WordBits'(job.params.price0)"],
  ['price1', "WordBits'(job.params.price1)"],
  ['fee', "WordBits'(job.pool.fee)"],
  ['known_low', "WordBits'(job.window.known_low)"],
  ['known_high', "WordBits'(job.window.known_high)"],
  ['check_fill', "WordBits'(!job.direct_pool && !job.exact_in && !job.own_limit)"],
  ['check_limit', "WordBits'(!job.direct_pool && job.one_hop)"],
  ['limit', "WordBits'(job.limit)"],
  ['max_liquidity', "WordBits'(job.pool.max_liquidity_per_tick)"],
  ['tip_ppm', "WordBits'(job.params.tip_ppm)"],
  ['gas_cost', "WordBits'(job.params.gas_cost_wei)"],
  ['tip_floor', "WordBits'(job.params.tip_floor_wei)"],
  ['min_profit', "WordBits'(job.params.min_profit_wei)"],
  ['protocol_part', "WordBits'(part)"], // the protocol's share of a fee: part / whole
  ['protocol_whole', "WordBits'(whole)"],
];

/**
 * Constants that are published to all while the leg runs, the first seven by first_step.sv, the others by the first thread and that of the seeds' terms: an
 * instruction that reads one waits until it is there.
 */
export const published = [
  'spot_cell', // floor(tick / spacing) + 2^20
  'spot', // its first tick
  'word_end', // the last tick of spot's word of the bitmap on the swap's way
  'first_divisor', // of token0: what the first step's price is divided by
  'first_price', // where the amount leads in the first step when no tick stops it
  'kept', // SeedTerms, floats: (10^6 - fee) / 10^6
  'gain_float', // SeedTerms.gain
  'came', // a price that the swap alone has come to, behind the snapshots up to there; several times, at last its end
  'end_price', // of the swap alone
  'end_left', // of amountSpecified; it comes behind end_price and behind the snapshots of the swap alone
  'behind', // what a swap that has passed its range calculates behind it at most, 2^255 where it is not sure to end as the swap alone does; exact input only
  'gain', // the same again, when seed_server knows both, and the memory the swap alone's first snapshot
  'beside', // what a profit has to pay beside the gross: gas and the tip's floor
  'least', // what it has to be above to count: 0, or more than there is where all of it is tip
  'longest', // farthest bound of a list that is tried whole (whole_round.mjs)
  'edge', // of the list that early candidates stand in: coarse_list.mjs
  'best_place', // of the best candidate before the finish round
  'flow_best', // lower bound of the best range of range_flow; else flow_round.mjs
];

/** When those of first_step.sv can be read that a leg's first block reads, in clocks from its first instruction on. */
export const first_step_clocks = { spot_cell: 6, spot: 8, word_end: 9 };

/** Fields of leg_result_t that the first thread says, and their widths; the word behind them ends the leg. */
export const result_words = [
  ['reason', 16], // of a leg that has no search
  ['tick_alone', 24], ['price_alone', 160], ['alone0', 256], ['alone1', 256],
];
/** DoneField of range_engine.sv: 0 the leg is answered, 1 with the best candidate that there is. */
export const done_word = result_words.length;

/** Fields of leg_result_t by the word of the best candidate's slot (`slot` of close_position.mjs). `fee` and the two of its swap go to either token's field. */
export const best_words = {
  lower: ['tick_lower', 24], upper: ['tick_upper', 24], liquidity: ['liquidity', 128], mint0: ['mint0', 256], mint1: ['mint1', 256], burn0: ['burn0', 256],
  burn1: ['burn1', 256], price: ['price_after', 160], tick: ['tick_after', 24],
};
