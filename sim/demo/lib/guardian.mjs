// The guardian on a sandbox: its configuration, and what is left of a position as the pool says it.
// SPDX-License-Identifier: Apache-2.0
import { solidityPackedKeccak256 } from "ethers";
import { artifact } from "../../chain/lib/artifacts.mjs";

const GWEI = 10n ** 9n;

/** @param {{manifest: object, key: string, mode?: string, more?: object}} options key: path of the guardian's key file; more: further keys as TOML text */
export function guardian_config({ manifest, key, mode = "unwind", more = {} }) {
  return `[guardian]
node_ws = "${manifest.ws_url}"
chain_id = ${manifest.chain_id}
executor = "${manifest.executor.address}"
mode = "${mode}"
key_file = "${key}"
priority_fee_wei = "${5n * GWEI}"
max_fee_per_gas_wei = "${1000n * GWEI}"
poll_ms = 50
${Object.entries(more).map(([name, value]) => `${name} = ${value}\n`).join("")}`;
}

/** Liquidity of the executor's position in the pool. */
export async function position_left(rpc, executor, pool, lower, upper) {
  const { abi } = artifact("v3_pool");
  const key = solidityPackedKeccak256(["address", "int24", "int24"], [executor, lower, upper]);
  const result = await rpc.call("eth_call", { to: pool, data: abi.encodeFunctionData("positions", [key]) }, "latest");
  return abi.decodeFunctionResult("positions", result).liquidity;
}
