// Signs the executor's mint and burn as an operator would: for tests and measurements; the appliance signs with its HSM.
// SPDX-License-Identifier: Apache-2.0
import { Transaction, parseUnits } from "ethers";
import { artifact } from "./artifacts.mjs";

const MAX_FEE = parseUnits("100", "gwei");
const PRIORITY_FEE = parseUnits("1", "gwei");

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

/** Calldata of mint for a plan {pool_id, lower, upper, liquidity, sqrt_price_x96, block_number, parent_hash, max0, max1}. */
export function mint_data(plan) {
  const { pool_id, lower, upper, liquidity, sqrt_price_x96, block_number, parent_hash, max0, max1 } = plan;
  const args = [pool_id, lower, upper, liquidity, sqrt_price_x96, block_number, parent_hash, max0, max1];
  return artifact("JitExecutor").abi.encodeFunctionData("mint", args);
}

/** Calldata of burn for a plan {pool_id, lower, upper, liquidity, block_number, min0, min1, tip_wei}. */
export function burn_data({ pool_id, lower, upper, liquidity, block_number, min0 = 0n, min1 = 0n, tip_wei = 0n }) {
  const args = [pool_id, lower, upper, liquidity, block_number, min0, min1, tip_wei];
  return artifact("JitExecutor").abi.encodeFunctionData("burn", args);
}
