// The steps of the candidates of range_flow: a modulo schedule. One begins every 7 clocks, at phase 0, and ends 166 clocks later; whatever it is
// like, all go the same way, and what does not apply is not looked at. program/flow_steps.mjs says what is computed.
// Seeds and budgets come 46 and 17 clocks after a range. flow_prices has the divider at phase 0.
// Made by program/make_program.mjs: change it there.
// SPDX-License-Identifier: Apache-2.0
module flow_steps (
    input  logic         clk,
    input  logic         rst,         // synchronous, active high
    input  logic [2:0]   phase,
    // of the leg; they stand
    input  logic         down,        // token0 in
    input  logic [159:0] price_limit,
    input  logic [19:0]  fee,
    input  logic [19:0]  keep,        // 10^6 - fee
    input  logic [168:0] keep_inverse,      // ceil(2^168 / keep)
    input  logic [13:0]  protocol_part,
    input  logic [168:0] protocol_inverse,  // of the protocol's whole
    input  logic [159:0] price0,
    input  logic [159:0] price1,
    input  logic [200:0] threshold,   // gas and the tip's floor
    // a range at phase 0
    input  logic         begins,
    input  logic         reached,     // else it is not evaluated
    input  logic [159:0] near_price,
    input  logic [159:0] far_price,
    input  logic [159:0] from_price,
    input  logic [127:0] from_remaining,
    input  logic [127:0] from_liquidity,
    input  logic         meets,
    input  logic [127:0] met_remaining,
    input  logic [127:0] met_liquidity,
    input  logic [127:0] room,
    input  logic [126:0] most,
    input  logic [127:0] seed,
    // flow_prices
    input  logic [383:0] price_n,
    input  logic [319:0] price_d,
    output logic [191:0] quotient,
    // what became of it
    output logic         out_ended,   // one clock
    output logic         out_valid,   // evaluated
    output logic         out_odd,     // what comes does not fit here: the rest means nothing
    output logic [257:0] out_gross,   // signed
    output logic         out_earns    // before the tip's share there is a profit
);
  logic [23:0] begins_q;  // from clock 1 on
  always_ff @(posedge clk) if (rst) begins_q <= '0; else if (phase == 3'd0) begins_q <= {begins_q[22:0], begins};
  wire begins_7 = begins_q[6];
  wire begins_24 = begins_q[23];
  logic [6:0] reached_q;  // from clock 1 on
  always_ff @(posedge clk) if (phase == 3'd0) reached_q <= {reached_q[5:0], reached};
  wire reached_7 = reached_q[6];
  logic [1919:0] near_price_q;  // from clock 1 on
  always_ff @(posedge clk) if (phase == 3'd0) near_price_q <= {near_price_q[1759:0], near_price};
  wire [159:0] near_price_1 = near_price_q[0+:160];
  wire [159:0] near_price_8 = near_price_q[1120+:160];
  wire [159:0] near_price_12 = near_price_q[1760+:160];
  logic [159:0] far_price_q;  // from clock 1 on
  always_ff @(posedge clk) if (phase == 3'd0) far_price_q <= far_price;
  wire [159:0] far_price_1 = far_price_q[0+:160];
  logic [159:0] from_price_q;  // from clock 1 on
  always_ff @(posedge clk) if (phase == 3'd0) from_price_q <= from_price;
  wire [159:0] from_price_1 = from_price_q[0+:160];
  logic [767:0] from_remaining_q;  // from clock 1 on
  always_ff @(posedge clk) if (phase == 3'd0) from_remaining_q <= {from_remaining_q[639:0], from_remaining};
  wire [127:0] from_remaining_6 = from_remaining_q[640+:128];
  logic [127:0] from_liquidity_q;  // from clock 1 on
  always_ff @(posedge clk) if (phase == 3'd0) from_liquidity_q <= from_liquidity;
  wire [127:0] from_liquidity_1 = from_liquidity_q[0+:128];
  logic [7:0] meets_q;  // from clock 1 on
  always_ff @(posedge clk) if (phase == 3'd0) meets_q <= {meets_q[6:0], meets};
  wire meets_1 = meets_q[0];
  wire meets_6 = meets_q[5];
  wire meets_8 = meets_q[7];
  logic [767:0] met_remaining_q;  // from clock 1 on
  always_ff @(posedge clk) if (phase == 3'd0) met_remaining_q <= {met_remaining_q[639:0], met_remaining};
  wire [127:0] met_remaining_6 = met_remaining_q[640+:128];
  logic [127:0] met_liquidity_q;  // from clock 1 on
  always_ff @(posedge clk) if (phase == 3'd0) met_liquidity_q <= met_liquidity;
  wire [127:0] met_liquidity_1 = met_liquidity_q[0+:128];
  logic [383:0] room_q;  // from clock 1 on
  always_ff @(posedge clk) if (phase == 3'd0) room_q <= {room_q[255:0], room};
  wire [127:0] room_3 = room_q[256+:128];
  logic [126:0] most_q;  // from clock 18 on
  always_ff @(posedge clk) if (phase == 3'd3) most_q <= most;
  wire [126:0] most_1 = most_q[0+:127];
  logic [127:0] seed_q;  // from clock 47 on
  always_ff @(posedge clk) if (phase == 3'd4) seed_q <= seed;
  wire [127:0] seed_1 = seed_q[0+:128];
  logic [159:0] upper_w;
  assign upper_w = down ? near_price_1 : far_price_1;
  logic [1919:0] upper_q;  // from clock 2 on
  always_ff @(posedge clk) if (phase == 3'd1) upper_q <= {upper_q[1759:0], upper_w};
  wire [159:0] upper_1 = upper_q[0+:160];
  wire [159:0] upper_12 = upper_q[1760+:160];
  logic [159:0] lower_w;
  assign lower_w = down ? far_price_1 : near_price_1;
  logic [1919:0] lower_q;  // from clock 2 on
  always_ff @(posedge clk) if (phase == 3'd1) lower_q <= {lower_q[1759:0], lower_w};
  wire [159:0] lower_1 = lower_q[0+:160];
  wire [159:0] lower_12 = lower_q[1760+:160];
  logic [159:0] target_w;
  assign target_w = (down ? far_price_1 < price_limit : far_price_1 > price_limit) ? price_limit : far_price_1;
  logic [1919:0] target_q;  // from clock 2 on
  always_ff @(posedge clk) if (phase == 3'd1) target_q <= {target_q[1759:0], target_w};
  wire [159:0] target_1 = target_q[0+:160];
  wire [159:0] target_12 = target_q[1760+:160];
  logic [159:0] way_a_w;
  assign way_a_w = (down ? from_price_1 - near_price_1 : near_price_1 - from_price_1);
  logic [159:0] way_a_q;  // from clock 2 on
  always_ff @(posedge clk) if (phase == 3'd1) way_a_q <= way_a_w;
  wire [159:0] way_a_1 = way_a_q[0+:160];
  logic [287:0] moved_a_w;
  assign moved_a_w = multiply_a_product[287:0];
  logic [1151:0] moved_a_q;  // from clock 6 on
  always_ff @(posedge clk) if (phase == 3'd5) moved_a_q <= {moved_a_q[863:0], moved_a_w};
  wire [287:0] moved_a_1 = moved_a_q[0+:288];
  wire [287:0] moved_a_4 = moved_a_q[864+:288];
  logic [319:0] prices_a_w;
  assign prices_a_w = multiply_a_product[319:0];
  logic [319:0] prices_a_q;  // from clock 5 on
  always_ff @(posedge clk) if (phase == 3'd4) prices_a_q <= prices_a_w;
  wire [319:0] prices_a_1 = prices_a_q[0+:320];
  logic [192:0] divided_a_w;
  assign divided_a_w = divide_answer;
  logic [771:0] divided_a_q;  // from clock 30 on
  always_ff @(posedge clk) if (phase == 3'd1) divided_a_q <= {divided_a_q[578:0], divided_a_w};
  wire [192:0] divided_a_1 = divided_a_q[0+:193];
  wire [192:0] divided_a_4 = divided_a_q[579+:193];
  logic [191:0] whole_a_w;
  assign whole_a_w = down ? divided_a_1[191:0] : moved_a_4[287:96] + 192'(moved_a_4[95:0] != '0);
  logic [383:0] whole_a_q;  // from clock 31 on
  always_ff @(posedge clk) if (phase == 3'd2) whole_a_q <= {whole_a_q[191:0], whole_a_w};
  wire [191:0] whole_a_1 = whole_a_q[0+:192];
  wire [191:0] whole_a_2 = whole_a_q[192+:192];
  logic [128:0] fee_a_w;
  assign fee_a_w = share_share;
  logic [128:0] fee_a_q;  // from clock 39 on
  always_ff @(posedge clk) if (phase == 3'd3) fee_a_q <= fee_a_w;
  wire [128:0] fee_a_1 = fee_a_q[0+:129];
  logic [129:0] spent_a_w;
  assign spent_a_w = 130'(whole_a_2[127:0]) + 130'(fee_a_1);
  logic [129:0] spent_a_q;  // from clock 40 on
  always_ff @(posedge clk) if (phase == 3'd4) spent_a_q <= spent_a_w;
  wire [129:0] spent_a_1 = spent_a_q[0+:130];
  logic [130:0] left_a_w;
  assign left_a_w = 131'(from_remaining_6) - 131'(spent_a_1);
  logic [130:0] left_a_q;  // from clock 41 on
  always_ff @(posedge clk) if (phase == 3'd5) left_a_q <= left_a_w;
  wire [130:0] left_a_1 = left_a_q[0+:131];
  logic [127:0] left_w;
  assign left_w = meets_6 ? met_remaining_6 : left_a_1[127:0];
  logic [1407:0] left_q;  // from clock 42 on
  always_ff @(posedge clk) if (phase == 3'd6) left_q <= {left_q[1279:0], left_w};
  wire [127:0] left_1 = left_q[0+:128];
  wire [127:0] left_11 = left_q[1280+:128];
  logic short_a_w;
  assign short_a_w = !meets_6 && (left_a_1[130:128] != '0 || whole_a_2[191:128] != '0);
  logic [1:0] short_a_q;  // from clock 42 on
  always_ff @(posedge clk) if (phase == 3'd6) short_a_q <= {short_a_q[0:0], short_a_w};
  wire short_a_2 = short_a_q[1];
  logic [127:0] passive_w;
  assign passive_w = meets_1 ? met_liquidity_1 : from_liquidity_1;
  logic [895:0] passive_q;  // from clock 2 on
  always_ff @(posedge clk) if (phase == 3'd1) passive_q <= {passive_q[767:0], passive_w};
  wire [127:0] passive_7 = passive_q[768+:128];
  logic [127:0] less_fee_w;
  assign less_fee_w = share_share[127:0];
  logic [639:0] less_fee_q;  // from clock 50 on
  always_ff @(posedge clk) if (phase == 3'd0) less_fee_q <= {less_fee_q[511:0], less_fee_w};
  wire [127:0] less_fee_1 = less_fee_q[0+:128];
  wire [127:0] less_fee_2 = less_fee_q[128+:128];
  wire [127:0] less_fee_5 = less_fee_q[512+:128];
  logic [127:0] allowed_w;
  assign allowed_w = 128'(most_1) < room_3 ? 128'(most_1) : room_3;
  logic [639:0] allowed_q;  // from clock 19 on
  always_ff @(posedge clk) if (phase == 3'd4) allowed_q <= {allowed_q[511:0], allowed_w};
  wire [127:0] allowed_5 = allowed_q[512+:128];
  logic [127:0] wanted_w;
  assign wanted_w = seed_1 == '0 ? 128'd65536 : seed_1;
  logic [127:0] wanted_q;  // from clock 48 on
  always_ff @(posedge clk) if (phase == 3'd5) wanted_q <= wanted_w;
  wire [127:0] wanted_1 = wanted_q[0+:128];
  logic [127:0] ours_w;
  assign ours_w = wanted_1 < allowed_5 ? wanted_1 : allowed_5;
  logic [1919:0] ours_q;  // from clock 49 on
  always_ff @(posedge clk) if (phase == 3'd6) ours_q <= {ours_q[1791:0], ours_w};
  wire [127:0] ours_1 = ours_q[0+:128];
  wire [127:0] ours_6 = ours_q[640+:128];
  wire [127:0] ours_15 = ours_q[1792+:128];
  logic [128:0] all_w;
  assign all_w = 129'(passive_7) + 129'(ours_1);
  logic [1547:0] all_q;  // from clock 50 on
  always_ff @(posedge clk) if (phase == 3'd0) all_q <= {all_q[1418:0], all_w};
  wire [128:0] all_1 = all_q[0+:129];
  wire [128:0] all_2 = all_q[129+:129];
  wire [128:0] all_5 = all_q[516+:129];
  wire [128:0] all_12 = all_q[1419+:129];
  logic [159:0] way_target_w;
  assign way_target_w = (down ? near_price_1 - target_1 : target_1 - near_price_1);
  logic [1119:0] way_target_q;  // from clock 3 on
  always_ff @(posedge clk) if (phase == 3'd2) way_target_q <= {way_target_q[959:0], way_target_w};
  wire [159:0] way_target_7 = way_target_q[960+:160];
  logic [159:0] way_range_w;
  assign way_range_w = upper_1 - lower_1;
  logic [1119:0] way_range_q;  // from clock 3 on
  always_ff @(posedge clk) if (phase == 3'd2) way_range_q <= {way_range_q[959:0], way_range_w};
  wire [159:0] way_range_7 = way_range_q[960+:160];
  logic [287:0] moved_b_w;
  assign moved_b_w = multiply_b_product[287:0];
  logic [1151:0] moved_b_q;  // from clock 54 on
  always_ff @(posedge clk) if (phase == 3'd4) moved_b_q <= {moved_b_q[863:0], moved_b_w};
  wire [287:0] moved_b_1 = moved_b_q[0+:288];
  wire [287:0] moved_b_4 = moved_b_q[864+:288];
  logic [319:0] prices_b_w;
  assign prices_b_w = multiply_b_product[319:0];
  logic [2239:0] prices_b_q;  // from clock 6 on
  always_ff @(posedge clk) if (phase == 3'd5) prices_b_q <= {prices_b_q[1919:0], prices_b_w};
  wire [319:0] prices_b_7 = prices_b_q[1920+:320];
  logic [287:0] moved_mint_w;
  assign moved_mint_w = multiply_a_product[287:0];
  logic [1151:0] moved_mint_q;  // from clock 53 on
  always_ff @(posedge clk) if (phase == 3'd3) moved_mint_q <= {moved_mint_q[863:0], moved_mint_w};
  wire [287:0] moved_mint_1 = moved_mint_q[0+:288];
  wire [287:0] moved_mint_4 = moved_mint_q[864+:288];
  logic [192:0] divided_b_w;
  assign divided_b_w = divide_answer;
  logic [2315:0] divided_b_q;  // from clock 78 on
  always_ff @(posedge clk) if (phase == 3'd0) divided_b_q <= {divided_b_q[2122:0], divided_b_w};
  wire [192:0] divided_b_1 = divided_b_q[0+:193];
  wire [192:0] divided_b_12 = divided_b_q[2123+:193];
  logic [191:0] whole_b_w;
  assign whole_b_w = down ? divided_b_1[191:0] : moved_b_4[287:96] + 192'(moved_b_4[95:0] != '0);
  logic [191:0] whole_b_q;  // from clock 79 on
  always_ff @(posedge clk) if (phase == 3'd1) whole_b_q <= whole_b_w;
  wire [191:0] whole_b_1 = whole_b_q[0+:192];
  logic [191:0] minted_w;
  assign minted_w = down ? moved_mint_4[287:96] + 192'(moved_mint_4[95:0] != '0) : divided_b_1[191:0];
  logic [2111:0] minted_q;  // from clock 79 on
  always_ff @(posedge clk) if (phase == 3'd1) minted_q <= {minted_q[1919:0], minted_w};
  wire [191:0] minted_1 = minted_q[0+:192];
  wire [191:0] minted_11 = minted_q[1920+:192];
  logic through_w;
  assign through_w = 192'(less_fee_5) >= whole_b_1;
  logic [10:0] through_q;  // from clock 80 on
  always_ff @(posedge clk) if (phase == 3'd2) through_q <= {through_q[9:0], through_w};
  wire through_1 = through_q[0];
  wire through_5 = through_q[4];
  wire through_11 = through_q[10];
  logic [287:0] product_w;
  assign product_w = multiply_c_product[287:0];
  logic [287:0] product_q;  // from clock 54 on
  always_ff @(posedge clk) if (phase == 3'd4) product_q <= product_w;
  wire [287:0] product_1 = product_q[0+:288];
  logic [287:0] scaled_w;
  assign scaled_w = multiply_c_product[287:0];
  logic [287:0] scaled_q;  // from clock 55 on
  always_ff @(posedge clk) if (phase == 3'd5) scaled_q <= scaled_w;
  wire [287:0] scaled_1 = scaled_q[0+:288];
  logic [288:0] sum_w;
  assign sum_w = 289'(product_1) + {65'd0, all_1[127:0], 96'd0};
  logic [288:0] sum_q;  // from clock 55 on
  always_ff @(posedge clk) if (phase == 3'd5) sum_q <= sum_w;
  wire [288:0] sum_1 = sum_q[0+:289];
  logic [159:0] moved_to_w;
  assign moved_to_w = divide_answer[159:0];
  logic [159:0] moved_to_q;  // from clock 81 on
  always_ff @(posedge clk) if (phase == 3'd3) moved_to_q <= moved_to_w;
  wire [159:0] moved_to_1 = moved_to_q[0+:160];
  logic [159:0] inside_w;
  assign inside_w = down ? moved_to_1 : near_price_12 + moved_to_1;
  logic [159:0] inside_q;  // from clock 82 on
  always_ff @(posedge clk) if (phase == 3'd4) inside_q <= inside_w;
  wire [159:0] inside_1 = inside_q[0+:160];
  logic [159:0] price_w;
  assign price_w = through_1 ? target_12 : inside_1;
  logic [159:0] price_q;  // from clock 83 on
  always_ff @(posedge clk) if (phase == 3'd5) price_q <= price_w;
  wire [159:0] price_1 = price_q[0+:160];
  logic [159:0] way_inside_w;
  assign way_inside_w = (down ? near_price_12 - price_1 : price_1 - near_price_12);
  logic [159:0] way_inside_q;  // from clock 84 on
  always_ff @(posedge clk) if (phase == 3'd6) way_inside_q <= way_inside_w;
  wire [159:0] way_inside_1 = way_inside_q[0+:160];
  logic [287:0] moved_c_w;
  assign moved_c_w = multiply_b_product[287:0];
  logic [1151:0] moved_c_q;  // from clock 88 on
  always_ff @(posedge clk) if (phase == 3'd3) moved_c_q <= {moved_c_q[863:0], moved_c_w};
  wire [287:0] moved_c_1 = moved_c_q[0+:288];
  wire [287:0] moved_c_4 = moved_c_q[864+:288];
  logic [319:0] prices_c_w;
  assign prices_c_w = multiply_a_product[319:0];
  logic [639:0] prices_c_q;  // from clock 87 on
  always_ff @(posedge clk) if (phase == 3'd2) prices_c_q <= {prices_c_q[319:0], prices_c_w};
  wire [319:0] prices_c_1 = prices_c_q[0+:320];
  wire [319:0] prices_c_2 = prices_c_q[320+:320];
  logic [192:0] divided_c_w;
  assign divided_c_w = divide_answer;
  logic [1157:0] divided_c_q;  // from clock 112 on
  always_ff @(posedge clk) if (phase == 3'd6) divided_c_q <= {divided_c_q[964:0], divided_c_w};
  wire [192:0] divided_c_1 = divided_c_q[0+:193];
  wire [192:0] divided_c_6 = divided_c_q[965+:193];
  logic [191:0] paid_w;
  assign paid_w = down ? divided_c_1[191:0] : moved_c_4[287:96] + 192'(moved_c_4[95:0] != '0);
  logic [191:0] paid_q;  // from clock 113 on
  always_ff @(posedge clk) if (phase == 3'd0) paid_q <= paid_w;
  wire [191:0] paid_1 = paid_q[0+:192];
  logic [128:0] whole_fee_w;
  assign whole_fee_w = share_share;
  logic [515:0] whole_fee_q;  // from clock 87 on
  always_ff @(posedge clk) if (phase == 3'd2) whole_fee_q <= {whole_fee_q[386:0], whole_fee_w};
  wire [128:0] whole_fee_4 = whole_fee_q[387+:129];
  logic [192:0] rest_w;
  assign rest_w = 193'(left_11) - 193'(paid_1);
  logic [1157:0] rest_q;  // from clock 114 on
  always_ff @(posedge clk) if (phase == 3'd1) rest_q <= {rest_q[964:0], rest_w};
  wire [192:0] rest_1 = rest_q[0+:193];
  wire [192:0] rest_6 = rest_q[965+:193];
  logic [128:0] fee_w;
  assign fee_w = through_5 ? whole_fee_4 : rest_1[128:0];
  logic [773:0] fee_q;  // from clock 115 on
  always_ff @(posedge clk) if (phase == 3'd2) fee_q <= {fee_q[644:0], fee_w};
  wire [128:0] fee_1 = fee_q[0+:129];
  wire [128:0] fee_2 = fee_q[129+:129];
  wire [128:0] fee_6 = fee_q[645+:129];
  logic [127:0] protocol_fee_w;
  assign protocol_fee_w = share_share[127:0];
  logic [127:0] protocol_fee_q;  // from clock 124 on
  always_ff @(posedge clk) if (phase == 3'd4) protocol_fee_q <= protocol_fee_w;
  wire [127:0] protocol_fee_1 = protocol_fee_q[0+:128];
  logic [127:0] kept_w;
  assign kept_w = fee_2[127:0] - protocol_fee_1;
  logic [127:0] kept_q;  // from clock 125 on
  always_ff @(posedge clk) if (phase == 3'd5) kept_q <= kept_w;
  wire [127:0] kept_1 = kept_q[0+:128];
  logic [192:0] growth_w;
  assign growth_w = divide_answer;
  logic [192:0] growth_q;  // from clock 152 on
  always_ff @(posedge clk) if (phase == 3'd4) growth_q <= growth_w;
  wire [192:0] growth_1 = growth_q[0+:193];
  logic [191:0] earned_w;
  assign earned_w = multiply_a_product[319:128];
  logic [191:0] earned_q;  // from clock 156 on
  always_ff @(posedge clk) if (phase == 3'd1) earned_q <= earned_w;
  wire [191:0] earned_1 = earned_q[0+:192];
  logic [159:0] way_upper_w;
  assign way_upper_w = upper_12 - price_1;
  logic [159:0] way_upper_q;  // from clock 84 on
  always_ff @(posedge clk) if (phase == 3'd6) way_upper_q <= way_upper_w;
  wire [159:0] way_upper_1 = way_upper_q[0+:160];
  logic [159:0] way_lower_w;
  assign way_lower_w = price_1 - lower_12;
  logic [159:0] way_lower_q;  // from clock 84 on
  always_ff @(posedge clk) if (phase == 3'd6) way_lower_q <= way_lower_w;
  wire [159:0] way_lower_1 = way_lower_q[0+:160];
  logic [287:0] moved_0_w;
  assign moved_0_w = multiply_c_product[287:0];
  logic [287:0] moved_0_q;  // from clock 88 on
  always_ff @(posedge clk) if (phase == 3'd3) moved_0_q <= moved_0_w;
  wire [287:0] moved_0_1 = moved_0_q[0+:288];
  logic [191:0] burn1_w;
  assign burn1_w = multiply_a_product[287:96];
  logic [1919:0] burn1_q;  // from clock 91 on
  always_ff @(posedge clk) if (phase == 3'd6) burn1_q <= {burn1_q[1727:0], burn1_w};
  wire [191:0] burn1_10 = burn1_q[1728+:192];
  logic [191:0] burn0_w;
  assign burn0_w = divide_answer[191:0];
  logic [1151:0] burn0_q;  // from clock 118 on
  always_ff @(posedge clk) if (phase == 3'd5) burn0_q <= {burn0_q[959:0], burn0_w};
  wire [191:0] burn0_6 = burn0_q[960+:192];
  logic [192:0] back0_w;
  assign back0_w = 193'(burn0_6) + (down ? 193'(earned_1) : '0);
  logic [192:0] back0_q;  // from clock 157 on
  always_ff @(posedge clk) if (phase == 3'd2) back0_q <= back0_w;
  wire [192:0] back0_1 = back0_q[0+:193];
  logic [192:0] back1_w;
  assign back1_w = 193'(burn1_10) + (down ? '0 : 193'(earned_1));
  logic [192:0] back1_q;  // from clock 157 on
  always_ff @(posedge clk) if (phase == 3'd2) back1_q <= back1_w;
  wire [192:0] back1_1 = back1_q[0+:193];
  logic [255:0] cost_w;
  assign cost_w = multiply_b_product[351:96];
  logic [3071:0] cost_q;  // from clock 84 on
  always_ff @(posedge clk) if (phase == 3'd6) cost_q <= {cost_q[2815:0], cost_w};
  wire [255:0] cost_12 = cost_q[2816+:256];
  logic [191:0] worth0_w;
  assign worth0_w = multiply_c_product[287:96];
  logic [191:0] worth0_q;  // from clock 161 on
  always_ff @(posedge clk) if (phase == 3'd6) worth0_q <= worth0_w;
  wire [191:0] worth0_1 = worth0_q[0+:192];
  logic [191:0] worth1_w;
  assign worth1_w = multiply_a_product[287:96];
  logic [191:0] worth1_q;  // from clock 162 on
  always_ff @(posedge clk) if (phase == 3'd0) worth1_q <= worth1_w;
  wire [191:0] worth1_1 = worth1_q[0+:192];
  logic [192:0] worth_w;
  assign worth_w = 193'(worth0_1) + 193'(worth1_1);
  logic [192:0] worth_q;  // from clock 163 on
  always_ff @(posedge clk) if (phase == 3'd1) worth_q <= worth_w;
  wire [192:0] worth_1 = worth_q[0+:193];
  logic [257:0] gross_w;
  assign gross_w = 258'(worth_1) - 258'(cost_12);
  logic [257:0] gross_q;  // from clock 164 on
  always_ff @(posedge clk) if (phase == 3'd2) gross_q <= gross_w;
  wire [257:0] gross_1 = gross_q[0+:258];
  logic [257:0] margin_w;
  assign margin_w = gross_1 - {57'd0, threshold};
  logic [257:0] margin_q;  // from clock 165 on
  always_ff @(posedge clk) if (phase == 3'd3) margin_q <= margin_w;
  wire [257:0] margin_1 = margin_q[0+:258];
  logic earns_w;
  assign earns_w = !margin_1[257] && margin_1 != '0;
  logic [0:0] earns_q;  // from clock 166 on
  always_ff @(posedge clk) if (phase == 3'd4) earns_q <= earns_w;
  wire earns_1 = earns_q[0];
  logic odd_a_w;
  assign odd_a_w = short_a_2 || all_1[128] || (sum_1[288:256] != '0 && down) || (down && !divided_a_4[192] && !meets_8);
  logic [15:0] odd_a_q;  // from clock 56 on
  always_ff @(posedge clk) if (phase == 3'd6) odd_a_q <= {odd_a_q[14:0], odd_a_w};
  wire odd_a_16 = odd_a_q[15];
  logic odd_b_w;
  assign odd_b_w = (down && !divided_c_6[192]) || !growth_1[192] || fee_6[128] || minted_11[191:128] != '0 || (rest_6[192] && !through_11);
  logic [1:0] odd_b_q;  // from clock 153 on
  always_ff @(posedge clk) if (phase == 3'd5) odd_b_q <= {odd_b_q[0:0], odd_b_w};
  wire odd_b_2 = odd_b_q[1];
  logic odd_c_w;
  assign odd_c_w = back0_1[192:128] != '0 || back1_1[192:128] != '0 || !divided_b_12[192];
  logic [1:0] odd_c_q;  // from clock 158 on
  always_ff @(posedge clk) if (phase == 3'd3) odd_c_q <= {odd_c_q[0:0], odd_c_w};
  wire odd_c_2 = odd_c_q[1];
  logic valid_w;
  assign valid_w = begins_7 && reached_7 && ours_1 != '0;
  logic [16:0] valid_q;  // from clock 50 on
  always_ff @(posedge clk) if (phase == 3'd0) valid_q <= {valid_q[15:0], valid_w};
  wire valid_17 = valid_q[16];

  // ---- units
  logic [191:0] multiply_a_a;
  logic [159:0] multiply_a_b;
  always_comb begin
    multiply_a_a = '0;
    multiply_a_b = '0;
    case (phase)
      3'd0: begin  // moved_mint
        multiply_a_a = 192'(ours_1);
        multiply_a_b = way_range_7;
      end
      3'd1: begin  // prices_a
        multiply_a_a = 192'(from_price_1);
        multiply_a_b = near_price_1;
      end
      3'd2: begin  // moved_a
        multiply_a_a = 192'(from_liquidity_1);
        multiply_a_b = way_a_1;
      end
      3'd3: begin  // burn1
        multiply_a_a = 192'(ours_6);
        multiply_a_b = way_lower_1;
      end
      3'd4: begin  // worth1
        multiply_a_a = 192'(back1_1[127:0]);
        multiply_a_b = price1;
      end
      3'd5: begin  // earned
        multiply_a_a = growth_1[191:0];
        multiply_a_b = 160'(ours_15);
      end
      3'd6: begin  // prices_c
        multiply_a_a = 192'(price_1);
        multiply_a_b = upper_12;
      end
      default: ;
    endcase
  end
  logic         multiply_a_valid;
  logic [351:0] multiply_a_product;
  wide_mul #(.AWidth(192), .BWidth(160), .Levels(4)) i_multiply_a (
      .clk, .rst, .in_valid(1'b1), .a(multiply_a_a), .b(multiply_a_b), .out_valid(multiply_a_valid), .product(multiply_a_product));
  logic [191:0] multiply_b_a;
  logic [159:0] multiply_b_b;
  always_comb begin
    multiply_b_a = '0;
    multiply_b_b = '0;
    case (phase)
      3'd0: begin  // moved_c
        multiply_b_a = 192'(all_5[127:0]);
        multiply_b_b = way_inside_1;
      end
      3'd1: begin  // moved_b
        multiply_b_a = 192'(all_1[127:0]);
        multiply_b_b = way_target_7;
      end
      3'd2: begin  // prices_b
        multiply_b_a = 192'(near_price_1);
        multiply_b_b = down ? target_1 : far_price_1;
      end
      3'd3: begin  // cost
        multiply_b_a = minted_1;
        multiply_b_b = down ? price1 : price0;
      end
      default: ;
    endcase
  end
  logic         multiply_b_valid;
  logic [351:0] multiply_b_product;
  wide_mul #(.AWidth(192), .BWidth(160), .Levels(4)) i_multiply_b (
      .clk, .rst, .in_valid(1'b1), .a(multiply_b_a), .b(multiply_b_b), .out_valid(multiply_b_valid), .product(multiply_b_product));
  logic [191:0] multiply_c_a;
  logic [159:0] multiply_c_b;
  always_comb begin
    multiply_c_a = '0;
    multiply_c_b = '0;
    case (phase)
      3'd0: begin  // moved_0
        multiply_c_a = 192'(ours_6);
        multiply_c_b = way_upper_1;
      end
      3'd1: begin  // product
        multiply_c_a = 192'(less_fee_1);
        multiply_c_b = near_price_8;
      end
      3'd2: begin  // scaled
        multiply_c_a = 192'(all_1[127:0]);
        multiply_c_b = near_price_8;
      end
      3'd3: begin  // worth0
        multiply_c_a = 192'(back0_1[127:0]);
        multiply_c_b = price0;
      end
      default: ;
    endcase
  end
  logic         multiply_c_valid;
  logic [351:0] multiply_c_product;
  wide_mul #(.AWidth(192), .BWidth(160), .Levels(4)) i_multiply_c (
      .clk, .rst, .in_valid(1'b1), .a(multiply_c_a), .b(multiply_c_b), .out_valid(multiply_c_valid), .product(multiply_c_product));
  logic [383:0] divide_n;
  logic [319:0] divide_d;
  logic divide_up;
  always_comb begin
    divide_n = '0;
    divide_d = '0;
    divide_up = 1'b0;
    case (phase)
      3'd1: begin  // moved_to
        divide_n = down ? {scaled_1, 96'd0} : {160'd0, less_fee_2, 96'd0};
        divide_d = down ? {64'd0, sum_1[255:0]} : 320'(all_2);
        divide_up = down;
      end
      3'd2: begin  // growth
        divide_n = {128'd0, kept_1, 128'd0};
        divide_d = 320'(all_12);
        divide_up = 1'b0;
      end
      3'd3: begin  // burn0
        divide_n = {moved_0_1, 96'd0};
        divide_d = prices_c_2;
        divide_up = 1'b0;
      end
      3'd4: begin  // divided_c
        divide_n = {moved_c_1, 96'd0};
        divide_d = prices_c_1;
        divide_up = 1'b1;
      end
      3'd5: begin  // divided_b
        divide_n = {down ? moved_b_1 : moved_mint_1, 96'd0};
        divide_d = prices_b_7;
        divide_up = 1'b1;
      end
      3'd6: begin  // divided_a
        divide_n = {moved_a_1, 96'd0};
        divide_d = prices_a_1;
        divide_up = 1'b1;
      end
      default: ;
    endcase
  end
  logic         divide_ok;
  logic [192:0] divide_answer;
  flow_divide i_divide (
      .clk, .rst, .in_valid(1'b1), .n(phase == 3'd0 ? price_n : divide_n), .d(phase == 3'd0 ? price_d : divide_d),
      .round_up(divide_up), .quotient, .ok(divide_ok));
  assign divide_answer = {divide_ok, quotient};
  logic [127:0] share_x;
  logic [1:0] share_of;
  always_comb begin
    share_x = '0;
    share_of = '0;
    case (phase)
      3'd0: begin  // less_fee
        share_x = 128'(left_1);
        share_of = 2'd1;
      end
      3'd2: begin  // whole_fee
        share_x = 128'(whole_b_1);
        share_of = 2'd0;
      end
      3'd3: begin  // fee_a
        share_x = 128'(whole_a_1);
        share_of = 2'd0;
      end
      3'd4: begin  // protocol_fee
        share_x = 128'(fee_1);
        share_of = 2'd2;
      end
      default: ;
    endcase
  end
  logic [19:0]  share_part, share_more;
  logic [168:0] share_inverse;
  logic [128:0] share_share;
  always_comb begin
    case (share_of)
      2'd0:   {share_part, share_more, share_inverse} = {fee, keep - 20'd1, keep_inverse};
      2'd1:   {share_part, share_more, share_inverse} = {keep, 20'd0, 169'd374144419156711147060143317175368453031918732};  // of 10^6
      default: {share_part, share_more, share_inverse} = {6'd0, protocol_part, 20'd0, protocol_inverse};
    endcase
  end
  flow_share i_share (.clk, .rst, .x(share_x), .part(share_part), .more(share_more), .inverse(share_inverse), .share(share_share));

  // ---- the end
  assign out_ended = phase == 3'd5 && begins_24;
  assign out_valid = valid_17;
  assign out_odd = valid_17 && (odd_a_16 || odd_b_2 || odd_c_2);
  assign out_gross = gross_1;
  assign out_earns = earns_1;
  wire unused = &{1'b0, multiply_a_valid, multiply_b_valid, multiply_c_valid};
endmodule
