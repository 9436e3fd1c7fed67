// Every way in which the swappers ask the three routers for a swap.
// SPDX-License-Identifier: Apache-2.0
import { AbiCoder, concat, solidityPacked } from "ethers";
import { artifact } from "./artifacts.mjs";

const coder = AbiCoder.defaultAbiCoder();
const ROUTER = "0x0000000000000000000000000000000000000002"; // UniversalRouter's word for itself
const ZERO = "0x0000000000000000000000000000000000000000"; // the older routers' word for themselves

// UniversalRouter commands (Commands.sol)
const V3_EXACT_IN = 0x00;
const V3_EXACT_OUT = 0x01;
const PERMIT2_TRANSFER_FROM = 0x02;
const SWEEP = 0x04;
const WRAP_ETH = 0x0b;
const UNWRAP_WETH = 0x0c;
const SUB_PLAN = 0x21;
const ALLOW_REVERT = 0x80;

/** token(20) fee(3) token(20) ...; reversed for an exact output. */
export function encode_path({ tokens, fees }, exact_in) {
  const hops = exact_in ? [tokens, fees] : [[...tokens].reverse(), [...fees].reverse()];
  const types = ["address"];
  const values = [hops[0][0]];
  hops[1].forEach((fee, index) => {
    types.push("uint24", "address");
    values.push(fee, hops[0][index + 1]);
  });
  return solidityPacked(types, values);
}

// An order is {route: {tokens, fees}, trader, amount, limit, deadline, sqrt_price_limit_x96, weth}: amount is what is exact, limit the
// least out or the most in. A builder gives {data, value}.

function call(router, method, args, value = 0n) {
  return { data: artifact(router).abi.encodeFunctionData(method, args), value };
}

function single(router, exact_in, order, recipient = order.trader) {
  const [token_in, token_out] = order.route.tokens;
  const head = [token_in, token_out, order.route.fees[0], recipient];
  const tail = [order.amount, order.limit, order.sqrt_price_limit_x96];
  const params = router === "swap_router" ? [...head, order.deadline, ...tail] : [...head, ...tail];
  return call(router, exact_in ? "exactInputSingle" : "exactOutputSingle", [params]);
}

function multi_hop(router, exact_in, order) {
  const head = [encode_path(order.route, exact_in), order.trader];
  const tail = [order.amount, order.limit];
  const params = router === "swap_router" ? [...head, order.deadline, ...tail] : [...head, ...tail];
  return call(router, exact_in ? "exactInput" : "exactOutput", [params]);
}

/** Pays with ether that the router wraps: an exact input, then what was not used goes back. */
function with_ether(router, exact_in, order) {
  const refund = artifact(router).abi.encodeFunctionData("refundETH", []);
  const calls = [single(router, exact_in, order).data, refund];
  return multicall(router, order, calls, exact_in ? order.amount : order.limit);
}

/** The router gets the WETH and unwraps it for the trader. */
function to_ether(router, order) {
  const swap = single(router, true, order, router === "swap_router" ? ZERO : ROUTER);
  const unwrap = artifact(router).abi.encodeFunctionData("unwrapWETH9(uint256,address)", [order.limit, order.trader]);
  return multicall(router, order, [swap.data, unwrap]);
}

function multicall(router, order, calls, value = 0n) {
  if (router === "swap_router") return call(router, "multicall", [calls], value);
  return call(router, "multicall(uint256,bytes[])", [order.deadline, calls], value);
}

function nested_multicall(order) {
  const inner = call("swap_router02", "multicall(bytes[])", [[single("swap_router02", true, order).data]]);
  return multicall("swap_router02", order, [inner.data]);
}

function universal(order, commands, inputs, value = 0n) {
  const args = [new Uint8Array(commands), inputs, order.deadline];
  return call("universal_router", "execute(bytes,bytes[],uint256)", args, value);
}

function v3_input(order, exact_in, payer_is_user, recipient = order.trader) {
  return coder.encode(
    ["address", "uint256", "uint256", "bytes", "bool"],
    [recipient, order.amount, order.limit, encode_path(order.route, exact_in), payer_is_user],
  );
}

const wrap_input = (amount) => coder.encode(["address", "uint256"], [ROUTER, amount]);
const wrap_and_swap = (order) => [
  [WRAP_ETH, V3_EXACT_IN],
  [wrap_input(order.amount), v3_input(order, true, false)],
];

function universal_wrap_exact_out(order) {
  const unwrap_rest = coder.encode(["address", "uint256"], [order.trader, 0]);
  const commands = [WRAP_ETH, V3_EXACT_OUT, UNWRAP_WETH];
  return universal(order, commands, [wrap_input(order.limit), v3_input(order, false, false), unwrap_rest], order.limit);
}

function universal_unwrap(order) {
  const unwrap = coder.encode(["address", "uint256"], [order.trader, order.limit]);
  return universal(order, [V3_EXACT_IN, UNWRAP_WETH], [v3_input(order, true, true, ROUTER), unwrap]);
}

function universal_sub_plan(order) {
  const [commands, inputs] = wrap_and_swap(order);
  const plan = coder.encode(["bytes", "bytes[]"], [new Uint8Array(commands), inputs]);
  return universal(order, [SUB_PLAN], [plan], order.amount);
}

/** Pulls the tokens to the router through Permit2 first, then swaps what the router holds. */
function universal_transfer_first(order) {
  const token = order.route.tokens[0];
  const pull = coder.encode(["address", "address", "uint160"], [token, ROUTER, order.amount]);
  const sweep = coder.encode(["address", "address", "uint256"], [token, order.trader, 0]);
  const commands = [PERMIT2_TRANSFER_FROM, V3_EXACT_IN, SWEEP];
  return universal(order, commands, [pull, v3_input(order, true, false), sweep]);
}

const both = (router, short) => [
  { name: `${short}_exact_input_single`, router, exact_in: true, hops: 1, build: (o) => single(router, true, o) },
  { name: `${short}_exact_output_single`, router, exact_in: false, hops: 1, build: (o) => single(router, false, o) },
  { name: `${short}_exact_input`, router, exact_in: true, hops: 2, build: (o) => multi_hop(router, true, o) },
  { name: `${short}_exact_output`, router, exact_in: false, hops: 2, build: (o) => multi_hop(router, false, o) },
  { name: `${short}_limited`, router, exact_in: true, hops: 1, price_limit: true, build: (o) => single(router, true, o) },
  { name: `${short}_ether_in`, router, exact_in: true, hops: 1, from: "WETH", build: (o) => with_ether(router, true, o) },
  { name: `${short}_ether_for_exact`, router, exact_in: false, hops: 1, from: "WETH", build: (o) => with_ether(router, false, o) },
  { name: `${short}_ether_out`, router, exact_in: true, hops: 1, to: "WETH", build: (o) => to_ether(router, o) },
];

const universal_form = (name, exact_in, build, more = {}) => ({
  name: `ur_${name}`,
  router: "universal_router",
  exact_in,
  hops: 1,
  build,
  ...more,
});

/** from / to: the token that the route must start or end with; price_limit: the order carries a price limit. */
export const FORMS = [
  ...both("swap_router", "sr"),
  ...both("swap_router02", "sr02"),
  { name: "sr02_nested_multicall", router: "swap_router02", exact_in: true, hops: 1, build: nested_multicall },
  universal_form("permit2_exact_in", true, (o) => universal(o, [V3_EXACT_IN], [v3_input(o, true, true)])),
  universal_form("permit2_exact_out", false, (o) => universal(o, [V3_EXACT_OUT], [v3_input(o, false, true)])),
  universal_form("multi_hop", true, (o) => universal(o, [V3_EXACT_IN], [v3_input(o, true, true)]), { hops: 2 }),
  universal_form("multi_hop_out", false, (o) => universal(o, [V3_EXACT_OUT], [v3_input(o, false, true)]), { hops: 2 }),
  universal_form("may_revert", true, (o) => universal(o, [V3_EXACT_IN | ALLOW_REVERT], [v3_input(o, true, true)])),
  universal_form("wrap_exact_in", true, (o) => universal(o, ...wrap_and_swap(o), o.amount), { from: "WETH" }),
  universal_form("wrap_exact_out", false, universal_wrap_exact_out, { from: "WETH" }),
  universal_form("unwrap", true, universal_unwrap, { to: "WETH" }),
  universal_form("sub_plan", true, universal_sub_plan, { from: "WETH" }),
  universal_form("transfer_first", true, universal_transfer_first),
];

/** Damaged encodings of a good transaction, by name. */
export const DAMAGE = {
  truncated: (raw) => raw.slice(0, -2),
  trailing_byte: (raw) => concat([raw, "0x00"]),
  unknown_type: (raw) => concat(["0x05", raw]),
  not_a_list: (raw) => concat(["0x02", "0x80", raw]),
  empty: () => "0x",
};
