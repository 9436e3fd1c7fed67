// The steps of a candidate of range_flow, and when each is done: flow_steps.sv. Names are those of kernels/hls: `down` is token0 in; prices are square roots in Q96.
// SPDX-License-Identifier: Apache-2.0
import { Schedule, interval } from './modulo_schedule.mjs';

const seed_clocks = 46;
const most_clocks = 17;
const price_phase = 0; // of the divider: flow_prices has it

const s = new Schedule({
  multiply_a: { latency: 3 },
  multiply_b: { latency: 3 },
  multiply_c: { latency: 3 },
  divide: { latency: 23, taken: [price_phase] },
  share: { latency: 7 },
});
const multipliers = ['multiply_a', 'multiply_b', 'multiply_c'];
const multiply = (name, width, a, b, part) => s.ask(name, width, multipliers, { a, b }, `product${part}`);
const divide = (name, width, n, d, up) => s.ask(name, width, 'divide', { n, d, up }, width === 193 ? 'answer' : `answer[${width - 1}:0]`);
const share = (name, width, x, of) => s.ask(name, width, 'share', { x: `128'(${x})`, of }, width === 129 ? 'share' : `share[${width - 1}:0]`);
const fee_up = "2'd0";
const kept_amount = "2'd1";
const protocol = "2'd2";

// ---- what a range begins with
s.input('begins', 1);
s.reset.add('begins');
s.input('reached', 1);
s.input('near_price', 160);
s.input('far_price', 160);
s.input('from_price', 160); // the swap alone's last state before the near bound
s.input('from_remaining', 128);
s.input('from_liquidity', 128);
s.input('meets', 1); // a step of the swap alone ends at the near bound, and leaves this:
s.input('met_remaining', 128);
s.input('met_liquidity', 128);
s.input('room', 128); // by maxLiquidityPerTick
s.input('most', 127, most_clocks);
s.input('seed', 128, seed_clocks);

// ---- to the near bound
const distance = (a, b) => `(down ? ${a} - ${b} : ${b} - ${a})`;
s.let('upper', 160, 'down ? {near_price} : {far_price}');
s.let('lower', 160, 'down ? {far_price} : {near_price}');
s.let('target', 160, "(down ? {far_price} < price_limit : {far_price} > price_limit) ? price_limit : {far_price}");
s.let('way_a', 160, distance('{from_price}', '{near_price}'));
multiply('moved_a', 288, "192'({from_liquidity})", '{way_a}', '[287:0]');
multiply('prices_a', 320, "192'({from_price})", '{near_price}', '[319:0]');
divide('divided_a', 193, '{{moved_a}, 96\'d0}', '{prices_a}', "1'b1");
s.let('whole_a', 192, `down ? {divided_a}[191:0] : {moved_a}[287:96] + 192'({moved_a}[95:0] != '0)`);
share('fee_a', 129, '{whole_a}', fee_up);
s.let('spent_a', 130, "130'({whole_a}[127:0]) + 130'({fee_a})");
s.let('left_a', 131, "131'({from_remaining}) - 131'({spent_a})");
s.let('left', 128, '{meets} ? {met_remaining} : {left_a}[127:0]');
s.let('short_a', 1, "!{meets} && ({left_a}[130:128] != '0 || {whole_a}[191:128] != '0)");
s.let('passive', 128, '{meets} ? {met_liquidity} : {from_liquidity}');
share('less_fee', 128, '{left}', kept_amount);

// ---- the liquidity
s.let('allowed', 128, "128'({most}) < {room} ? 128'({most}) : {room}");
s.let('wanted', 128, "{seed} == '0 ? 128'd65536 : {seed}");
s.let('ours', 128, '{wanted} < {allowed} ? {wanted} : {allowed}');
s.let('all', 129, "129'({passive}) + 129'({ours})");

// ---- the whole range, or up to the limit: what the swap pays for it, and what minting costs
s.let('way_target', 160, distance('{near_price}', '{target}'));
s.let('way_range', 160, '{upper} - {lower}');
multiply('moved_b', 288, "192'({all}[127:0])", '{way_target}', '[287:0]');
multiply('prices_b', 320, "192'({near_price})", 'down ? {target} : {far_price}', '[319:0]');
multiply('moved_mint', 288, "192'({ours})", '{way_range}', '[287:0]');
divide('divided_b', 193, "{down ? {moved_b} : {moved_mint}, 96'd0}", '{prices_b}', "1'b1");
s.let('whole_b', 192, "down ? {divided_b}[191:0] : {moved_b}[287:96] + 192'({moved_b}[95:0] != '0)");
s.let('minted', 192, "down ? {moved_mint}[287:96] + 192'({moved_mint}[95:0] != '0) : {divided_b}[191:0]");
s.let('through', 1, "192'({less_fee}) >= {whole_b}");

// ---- the price where it ends inside
multiply('product', 288, "192'({less_fee})", '{near_price}', '[287:0]');
multiply('scaled', 288, "192'({all}[127:0])", '{near_price}', '[287:0]');
s.let('sum', 289, "289'({product}) + {65'd0, {all}[127:0], 96'd0}");
divide('moved_to', 160, "down ? {{scaled}, 96'd0} : {160'd0, {less_fee}, 96'd0}", "down ? {64'd0, {sum}[255:0]} : 320'({all})", 'down');
s.let('inside', 160, 'down ? {moved_to} : {near_price} + {moved_to}');
s.let('price', 160, '{through} ? {target} : {inside}');

// ---- what is paid there, the fee and its growth
s.let('way_inside', 160, distance('{near_price}', '{price}'));
multiply('moved_c', 288, "192'({all}[127:0])", '{way_inside}', '[287:0]');
multiply('prices_c', 320, "192'({price})", '{upper}', '[319:0]');
divide('divided_c', 193, "{{moved_c}, 96'd0}", '{prices_c}', "1'b1");
s.let('paid', 192, "down ? {divided_c}[191:0] : {moved_c}[287:96] + 192'({moved_c}[95:0] != '0)");
share('whole_fee', 129, '{whole_b}', fee_up);
s.let('rest', 193, "193'({left}) - 193'({paid})");
s.let('fee', 129, '{through} ? {whole_fee} : {rest}[128:0]');
share('protocol_fee', 128, '{fee}', protocol);
s.let('kept', 128, '{fee}[127:0] - {protocol_fee}');
divide('growth', 193, "{128'd0, {kept}, 128'd0}", "320'({all})", "1'b0");
multiply('earned', 192, '{growth}[191:0]', "160'({ours})", '[319:128]');

// ---- what burning gives
s.let('way_upper', 160, '{upper} - {price}');
s.let('way_lower', 160, '{price} - {lower}');
multiply('moved_0', 288, "192'({ours})", '{way_upper}', '[287:0]');
multiply('burn1', 192, "192'({ours})", '{way_lower}', '[287:96]');
divide('burn0', 192, "{{moved_0}, 96'd0}", '{prices_c}', "1'b0");
s.let('back0', 193, "193'({burn0}) + (down ? 193'({earned}) : '0)");
s.let('back1', 193, "193'({burn1}) + (down ? '0 : 193'({earned}))");

// ---- value
multiply('cost', 256, '{minted}', 'down ? price1 : price0', '[351:96]');
multiply('worth0', 192, "192'({back0}[127:0])", 'price0', '[287:96]');
multiply('worth1', 192, "192'({back1}[127:0])", 'price1', '[287:96]');
s.let('worth', 193, "193'({worth0}) + 193'({worth1})");
s.let('gross', 258, "258'({worth}) - 258'({cost})");
s.let('margin', 258, '{gross} - {57\'d0, threshold}');
s.let('earns', 1, "!{margin}[257] && {margin} != '0");

// ---- what the pipeline has no room for
s.let('odd_a', 1, "{short_a} || {all}[128] || ({sum}[288:256] != '0 && down) || (down && !{divided_a}[192] && !{meets})");
s.let('odd_b', 1, "(down && !{divided_c}[192]) || !{growth}[192] || {fee}[128] || {minted}[191:128] != '0 || ({rest}[192] && !{through})");
s.let('odd_c', 1, "{back0}[192:128] != '0 || {back1}[192:128] != '0 || !{divided_b}[192]");
s.let('valid', 1, "{begins} && {reached} && {ours} != '0");
const end_phase = s.finish({ out_ended: '{begins}', out_valid: '{valid}', out_odd: '{valid} && ({odd_a} || {odd_b} || {odd_c})', out_gross: '{gross}', out_earns: '{earns}' });

/** The text of flow_steps.sv. */
export const stepsModule = (made_by) => `// The steps of the candidates of range_flow: a modulo schedule. One begins every ${interval} clocks, at phase 0, and ends ${s.last} clocks later; whatever it is
// like, all go the same way, and what does not apply is not looked at. program/flow_steps.mjs says what is computed.
// Seeds and budgets come ${seed_clocks} and ${most_clocks} clocks after a range. flow_prices has the divider at phase ${price_phase}.
${made_by}module flow_steps (
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
${s.valueText()}

  // ---- units
${multipliers.map((unit) => `${s.unitText(unit, { a: 192, b: 160 })}
  logic         ${unit}_valid;
  logic [351:0] ${unit}_product;
  wide_mul #(.AWidth(192), .BWidth(160), .Levels(4)) i_${unit} (
      .clk, .rst, .in_valid(1'b1), .a(${unit}_a), .b(${unit}_b), .out_valid(${unit}_valid), .product(${unit}_product));`).join('\n')}
${s.unitText('divide', { n: 384, d: 320, up: 1 })}
  logic         divide_ok;
  logic [192:0] divide_answer;
  flow_divide i_divide (
      .clk, .rst, .in_valid(1'b1), .n(phase == 3'd${price_phase} ? price_n : divide_n), .d(phase == 3'd${price_phase} ? price_d : divide_d),
      .round_up(divide_up), .quotient, .ok(divide_ok));
  assign divide_answer = {divide_ok, quotient};
${s.unitText('share', { x: 128, of: 2 })}
  logic [19:0]  share_part, share_more;
  logic [168:0] share_inverse;
  logic [128:0] share_share;
  always_comb begin
    case (share_of)
      ${fee_up}:   {share_part, share_more, share_inverse} = {fee, keep - 20'd1, keep_inverse};
      ${kept_amount}:   {share_part, share_more, share_inverse} = {keep, 20'd0, 169'd${((1n << 168n) + 999999n) / 1000000n}};  // of 10^6
      default: {share_part, share_more, share_inverse} = {6'd0, protocol_part, 20'd0, protocol_inverse};
    endcase
  end
  flow_share i_share (.clk, .rst, .x(share_x), .part(share_part), .more(share_more), .inverse(share_inverse), .share(share_share));

  // ---- the end
${s.outputs.map(([port, expression]) => `  assign ${port} = ${port === 'out_ended' ? `phase == 3'd${end_phase} && ` : ''}${expression};`).join('\n')}
  wire unused = &{1'b0, ${multipliers.map((unit) => `${unit}_valid`).join(', ')}};
endmodule
`;
