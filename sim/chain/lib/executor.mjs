// Signs the executor's mint and burn as an operator would: for tests and measurements; the appliance signs with its HSM.
// SPDX-License-Identifier: Apache-2.0
import { Transaction, concat, dataLength, dataSlice, id, parseUnits, solidityPacked } from "ethers";

const MAX_FEE = parseUnits("100", "gwei");
const PRIORITY_FEE = parseUnits("1", "gwei");
const [MINT_SELECTOR, BURN_SELECTOR] = ["mint()", "burn()"].map((signature) => dataSlice(id(signature), 0, 4));

/** A signed type 2 transaction. */
export function sign(wallet, { chain_id, nonce, to, data = "0x", value = 0n, gas = 1_000_000n }) {
  const transaction = Transaction.from({
    type: 2,
    chainId: chain_id,
    nonce,
    to,
    data,
    value,
    gasLimit: gas,
    maxFeePerGas: MAX_FEE,
    maxPriorityFeePerGas: PRIORITY_FEE,
  });
  transaction.signature = wallet.signingKey.sign(transaction.unsignedHash);
  return transaction.serialized;
}

/** Wei for the smallest unit as the executor's caps and prices take it: mantissa (32 bits) << 8 | shift; price = mantissa * 2^(32 - shift). */
export function weight_of(price_x96) {
  const bits = price_x96.toString(2).length;
  if (price_x96 <= 0n || bits > 160) throw new Error(`no weight for a price of ${price_x96} / 2^96 wei a unit`);
  const mantissa = bits >= 32 ? price_x96 >> BigInt(bits - 32) : price_x96 << BigInt(32 - bits);
  return (mantissa << 8n) | BigInt(160 - bits);
}

/** A plan for the next block on a Testbed: by default a range of three spacings around the price, and no bounds. */
export async function next_plan(bed, pool, changes = {}) {
  const head = await bed.head();
  const slot0 = await bed.view("v3_pool", pool.address, "slot0");
  const [pool_liquidity] = await bed.view("v3_pool", pool.address, "liquidity");
  const base = Math.floor(Number(slot0.tick) / pool.tick_spacing) * pool.tick_spacing;
  return {
    pool_id: pool.pool_id,
    lower: base - pool.tick_spacing,
    upper: base + 2 * pool.tick_spacing,
    liquidity: 10n ** 17n,
    block_number: BigInt(head.number) + 1n,
    parent_hash: head.hash,
    max0: 2n ** 128n - 1n,
    max1: 2n ** 128n - 1n,
    sqrt_price_x96: slot0.sqrtPriceX96,
    tick: slot0.tick,
    pool_liquidity,
    ...changes,
  };
}

const head = ({ pool_id, lower, upper, block_number, liquidity }) =>
  solidityPacked(["uint16", "int24", "int24", "uint64", "uint128"], [pool_id, lower, upper, block_number, liquidity]);

/** Calldata of mint for a plan {pool_id, lower, upper, liquidity, block_number, parent_hash, max0, max1, sqrt_price_x96, tick, pool_liquidity}. */
export function mint_data(plan) {
  const { parent_hash, max0, max1, sqrt_price_x96, tick, pool_liquidity } = plan;
  const types = ["bytes32", "uint128", "uint128", "uint160", "int24", "uint128"];
  const rest = solidityPacked(types, [parent_hash, max0, max1, sqrt_price_x96, tick, pool_liquidity]);
  return concat([MINT_SELECTOR, head(plan), rest]);
}

/** Calldata of burn for a plan {pool_id, lower, upper, liquidity, block_number, min0, min1, tip_wei, min_proceeds_wei, price0, price1}. */
export function burn_data(plan) {
  const { min0 = 0n, min1 = 0n, tip_wei = 0n, min_proceeds_wei = 0n, price0 = 0n, price1 = 0n } = plan;
  const types = ["uint128", "uint128", "uint80", "uint96", "uint40", "uint40"];
  return concat([BURN_SELECTOR, head(plan), solidityPacked(types, [min0, min1, tip_wei, min_proceeds_wei, price0, price1])]);
}

/** The tip in a burn's calldata. */
export function tip_of(data) {
  if (dataSlice(data, 0, 4) !== BURN_SELECTOR || dataLength(data) !== 100) throw new Error(`no burn: ${data}`);
  return BigInt(dataSlice(data, 68, 78));
}
