// The real routers from npm on a local node, over recording pools and tokens that agree to everything: what they do with calldata.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { AbiCoder, Interface, getCreate2Address, getCreateAddress, keccak256, toBeHex, toQuantity } from "ethers";
import solc from "solc";
import { start_anvil } from "../../../sim/chain/lib/anvil.mjs";
import { PERMIT2_ADDRESS, creation_code, pool_init_code_hash } from "../../../sim/chain/lib/artifacts.mjs";

const FACTORY = "0x1F98431c8aD98523631AE4a59f267346ea31F984";
const WETH = toBeHex(0x7ee7n, 20);
const ZERO = toBeHex(0n, 20);
const YES = "0x60015f5260205ff3"; // returns the word 1, whatever is asked
export const FEES = [100, 500, 3000, 10000];
/** What a recording pool gives or takes. */
export const POOL_AMOUNT = 1000n;

const POOL = new Interface(["function swap(address,bool,int256,uint160,bytes) returns (int256,int256)"]);

function recording_pool_code() {
  const input = {
    language: "Solidity",
    sources: { "RecordingPool.sol": { content: readFileSync(new URL("./RecordingPool.sol", import.meta.url), "utf8") } },
    settings: { optimizer: { enabled: true }, evmVersion: "cancun", outputSelection: { "*": { "*": ["evm.deployedBytecode.object"] } } },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  return `0x${output.contracts["RecordingPool.sol"].RecordingPool.evm.deployedBytecode.object}`;
}

/** Starts it all. `routers` maps a kind to its address, `swaps_of(kind, data)` runs a call; `stop` ends the node. */
export async function start_router_chain(tokens) {
  const node = await start_anvil();
  try {
    const { rpc } = node;
    const [from] = await rpc.call("eth_accounts");
    const pools = new Map();
    const code = recording_pool_code();
    const answers_yes = [...tokens, WETH, PERMIT2_ADDRESS].map((address) => ["anvil_setCode", address, YES]);
    for (const token0 of tokens) {
      for (const token1 of tokens.filter((other) => BigInt(other) > BigInt(token0))) {
        for (const fee of FEES) pools.set(pool_address(token0, token1, fee), { token0, token1, fee });
      }
    }
    await rpc.batch([...answers_yes, ...[...pools.keys()].map((address) => ["anvil_setCode", address, code])]);
    const routers = {
      swap_router: await deploy(rpc, from, creation_code("swap_router", [FACTORY, WETH])),
      swap_router02: await deploy(rpc, from, creation_code("swap_router02", [ZERO, FACTORY, ZERO, WETH])),
      // npm's 2.1.0 has five V3 arguments, as 2.0; its wider command mask matters for commands from 0x40 only.
      universal_router_v2: await deploy(rpc, from, creation_code("universal_router",
        [[PERMIT2_ADDRESS, WETH, ZERO, FACTORY, toBeHex(0n, 32), pool_init_code_hash(), ZERO, ZERO, ZERO, ZERO]])),
    };
    for (const address of Object.values(routers)) await rpc.call("anvil_setBalance", address, "0xde0b6b3a7640000");
    const { timestamp, parentHash } = await rpc.call("eth_getBlockByNumber", "latest", false);
    const swaps_of = (kind, data) => run(rpc, from, routers[kind], data, pools);
    return { routers, pools, factory: FACTORY.toLowerCase(), timestamp: BigInt(timestamp), previous_hash: parentHash, swaps_of, stop: node.stop };
  } catch (error) {
    await node.stop();
    throw error;
  }
}

function pool_address(token0, token1, fee) {
  const salt = keccak256(AbiCoder.defaultAbiCoder().encode(["address", "address", "uint24"], [token0, token1, fee]));
  return getCreate2Address(FACTORY, salt, pool_init_code_hash()).toLowerCase();
}

async function deploy(rpc, from, data) {
  const nonce = Number(await rpc.call("eth_getTransactionCount", from, "latest"));
  await rpc.call("eth_sendTransaction", { from, data, gas: toQuantity(15_000_000) });
  await rpc.call("evm_mine");
  const address = getCreateAddress({ from, nonce });
  if ((await rpc.call("eth_getCode", address, "latest")) === "0x") throw new Error("a router was not deployed");
  return address;
}

/** What multicalls called, failed frames too. */
function inner_selectors(frame) {
  const own = frame.type === "DELEGATECALL" ? [frame.input.slice(0, 10)] : [];
  return own.concat((frame.calls ?? []).flatMap(inner_selectors));
}

/** What the frames inside that failed returned. */
function inner_failures(frame) {
  return (frame.calls ?? []).flatMap((call) => (call.error === undefined ? [] : [call.output ?? ""]).concat(inner_failures(call)));
}

/** Whether a frame called unlock(bytes) of the V4 pool manager, whose address is zero on this chain. */
function asks_v4(frame) {
  return (/^0x0{40}$/.test(frame.to ?? "") && frame.input.startsWith("0x48c89491")) || (frame.calls ?? []).some(asks_v4);
}

/** Calls a router; the swaps that it asked of pools, in order, without those of frames that failed, and whether it went through. */
async function run(rpc, from, to, data, pools) {
  const trace = await rpc.call("debug_traceCall", { from, to, data, gas: toQuantity(50_000_000) }, "latest", { tracer: "callTracer" });
  const swaps = [];
  const walk = (frame) => {
    if (frame.error !== undefined) return;
    const pool = frame.type === "CALL" ? pools.get(frame.to) : undefined;
    if (pool !== undefined) {
      const [, zero_for_one, amount, price_limit] = POOL.decodeFunctionData("swap", frame.input);
      swaps.push({ ...pool, zero_for_one, amount, price_limit });
    }
    for (const inner of frame.calls ?? []) walk(inner);
  };
  walk(trace);
  return { ok: trace.error === undefined, error: trace.error, output: trace.output, swaps, inner_selectors: inner_selectors(trace), inner_failures: inner_failures(trace), asks_v4: asks_v4(trace) };
}
