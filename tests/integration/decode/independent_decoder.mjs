// A second decoder of router calldata, over ethers' ABI coder: what jitctl decode is compared with.
// SPDX-License-Identifier: Apache-2.0
import { AbiCoder, Interface, dataLength, dataSlice, getBytes } from "ethers";

const single = (deadline, amount, limit) =>
  `(address tokenIn,address tokenOut,uint24 fee,address recipient,${deadline}uint256 ${amount},uint256 ${limit},uint160 sqrtPriceLimitX96)`;
const multi = (deadline, amount, limit) => `(bytes path,address recipient,${deadline}uint256 ${amount},uint256 ${limit})`;
const four = (deadline) => [
  `function exactInputSingle(${single(deadline, "amount", "limit")} p)`,
  `function exactOutputSingle(${single(deadline, "amount", "limit")} p)`,
  `function exactInput(${multi(deadline, "amount", "limit")} p)`,
  `function exactOutput(${multi(deadline, "amount", "limit")} p)`,
  "function multicall(bytes[] data)",
];

export const SWAP_ROUTER = new Interface(four("uint256 deadline,"));
export const SWAP_ROUTER02 = new Interface([
  ...four(""),
  "function multicall(uint256 deadline,bytes[] data)",
  "function multicall(bytes32 previousBlockhash,bytes[] data)",
]);
export const UNIVERSAL_ROUTER = new Interface([
  "function execute(bytes commands,bytes[] inputs)",
  "function execute(bytes commands,bytes[] inputs,uint256 deadline)",
  "function executeSigned(bytes commands,bytes[] inputs,bytes32 intent,bytes32 data,bool verifySender,bytes32 nonce,bytes signature,uint256 deadline)",
]);

const MASK = { universal_router_v1_0: 0x1f, universal_router: 0x3f, universal_router_v2: 0x3f, universal_router_v2_1: 0x7f };
const CONTRACT_BALANCE = 1n << 255n;
const U64_MAX = (1n << 64n) - 1n;

const lower = (address) => address.toLowerCase();
const earlier = (a, b) => (a === null || b < a ? b : a);

function make_leg(token_in, token_out, fee, order, hop, hops) {
  return {
    token_in: lower(token_in),
    token_out: lower(token_out),
    fee,
    factory: order.factory,
    zero_for_one: BigInt(token_in) < BigInt(token_out),
    exact_in: order.exact_in,
    amount: hop === 0 && order.amount !== null ? order.amount.toString() : null,
    limit: order.limit.toString(),
    hop,
    hops,
    sqrt_price_limit_x96: (order.sqrt_price_limit ?? 0n).toString(),
    deadline: order.deadline === null ? null : (order.deadline > U64_MAX ? U64_MAX : order.deadline).toString(),
    may_revert: order.may_revert ?? false,
  };
}

/** token (20) fee (3) token (20) ...: the hops in order of execution. */
function path_legs(path, order) {
  const hops = Math.floor((dataLength(path) - 20) / 23);
  if (hops < 1) throw new Error("path too short");
  return Array.from({ length: hops }, (_, hop) => {
    const first = dataSlice(path, hop * 23, hop * 23 + 20);
    const fee = Number(dataSlice(path, hop * 23 + 20, hop * 23 + 23));
    const second = dataSlice(path, hop * 23 + 23, hop * 23 + 43);
    return order.exact_in ? make_leg(first, second, fee, order, hop, hops) : make_leg(second, first, fee, order, hop, hops);
  });
}

/** A call to SwapRouter or SwapRouter02, with the calls of its multicalls. */
function swap_router_legs(kind, data, factory, deadline) {
  const abi = kind === "swap_router" ? SWAP_ROUTER : SWAP_ROUTER02;
  const call = dataLength(data) >= 4 ? abi.parseTransaction({ data }) : null;
  if (call === null) return [];
  if (call.name === "multicall") {
    const inner = call.fragment.inputs[0].type === "uint256" ? earlier(deadline, call.args[0]) : deadline;
    return [...call.args.data].flatMap((bytes) => swap_router_legs(kind, bytes, factory, inner));
  }
  const p = call.args.p;
  const exact_in = call.name.startsWith("exactInput");
  const order = {
    factory,
    exact_in,
    amount: kind === "swap_router02" && exact_in && p.amount === 0n ? null : p.amount,
    limit: p.limit,
    deadline: kind === "swap_router" ? earlier(deadline, p.deadline) : deadline,
  };
  if (!call.name.endsWith("Single")) return path_legs(p.path, order);
  return [make_leg(p.tokenIn, p.tokenOut, Number(p.fee), { ...order, sqrt_price_limit: p.sqrtPriceLimitX96 }, 0, 1)];
}

function plan_legs(kind, commands, inputs, factory, deadline, may_revert_around) {
  return [...getBytes(commands)].flatMap((byte, index) => {
    const command = byte & MASK[kind];
    const may_revert = may_revert_around || (byte & 0x80) !== 0;
    if (command === 0x21) {
      const [sub_commands, sub_inputs] = AbiCoder.defaultAbiCoder().decode(["bytes", "bytes[]"], inputs[index]);
      return plan_legs(kind, sub_commands, sub_inputs, factory, deadline, may_revert);
    }
    if (command > 1) return [];
    const [, amount, limit, path] = AbiCoder.defaultAbiCoder().decode(["address", "uint256", "uint256", "bytes", "bool"], inputs[index]);
    const exact_in = command === 0;
    return path_legs(path, { factory, exact_in, amount: exact_in && amount === CONTRACT_BALANCE ? null : amount, limit, deadline, may_revert });
  });
}

/** The legs that jitctl decode must give for calldata that the router accepts. */
export function legs_of(kind, data, factory) {
  if (!kind.startsWith("universal_router")) return swap_router_legs(kind, data, factory, null);
  const call = dataLength(data) >= 4 ? UNIVERSAL_ROUTER.parseTransaction({ data }) : null;
  if (call === null) return [];
  return plan_legs(kind, call.args.commands, call.args.inputs, factory, call.args.length > 2 ? call.args.deadline : null, false);
}

/** First difference between two lists of legs, or null. */
export function leg_difference(expected, found) {
  if (expected.length !== found.length) return `${expected.length} legs expected, ${found.length} found`;
  for (let i = 0; i < expected.length; ++i) {
    for (const key of Object.keys(expected[i])) {
      if (expected[i][key] !== found[i][key]) return `leg ${i} ${key}: ${expected[i][key]} expected, ${found[i][key]} found`;
    }
  }
  return null;
}
