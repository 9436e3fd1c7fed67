// The judge of the demo: recomputes what a bundle did from the chain alone (receipts, calldata, balances, quoter), with ethers.
// It shares no code with the appliance, and takes only the prediction from it.
// SPDX-License-Identifier: Apache-2.0
import { Transaction } from "ethers";
import { artifact } from "../../chain/lib/artifacts.mjs";
import { tip_of } from "../../chain/lib/executor.mjs";

const Q96 = 1n << 96n;

/** The figures that must be equal to the wei. */
export const FIGURES = ["mint0", "mint1", "swap0", "swap1", "burn0", "burn1", "fee0", "fee1", "gross_profit_wei", "tip_wei"];

/** Names of the swaps inside a multicall, however deep. */
function swaps_of(abi, call) {
  const inner = call.args.at(-1).map((data) => abi.parseTransaction({ data }));
  return inner.flatMap((each) => (each.name === "multicall" ? swaps_of(abi, each) : each.name.startsWith("exact") ? [each.name] : []));
}

/** How the target called its router, from its calldata: e.g. "SwapRouter02.multicall". */
export function router_form(manifest, target) {
  const kinds = { swap_router: "swap_router", swap_router02: "swap_router02", universal_router_v2: "universal_router" };
  const router = manifest.routers.find((entry) => entry.address.toLowerCase() === target.to?.toLowerCase());
  if (!router) return "pool";
  const { abi } = artifact(kinds[router.kind] ?? router.kind);
  const call = abi.parseTransaction({ data: target.input });
  const name = { swap_router: "SwapRouter", swap_router02: "SwapRouter02", universal_router: "UniversalRouter" }[kinds[router.kind] ?? router.kind];
  if (call.name !== "multicall") return `${name}.${call.name}`;
  return `${name}.multicall(${swaps_of(abi, call).join("+")})`;
}

export class Judge {
  /** @param {import("../../chain/lib/rpc.mjs").Rpc} rpc */
  constructor(rpc, manifest) {
    this.rpc = rpc;
    this.manifest = manifest;
    this.pool_abi = artifact("v3_pool").abi;
    this.quoter_abi = artifact("quoter_v2").abi;
  }

  /** @param {object} bundle as `jitctl bundles --json` gives it; @returns what the chain says, and what differs */
  async examine(bundle) {
    const [mint, target, burn, target_tx, burn_tx] = await this.rpc.batch([
      ["eth_getTransactionReceipt", bundle.mint_hash],
      ["eth_getTransactionReceipt", bundle.target],
      ["eth_getTransactionReceipt", bundle.burn_hash],
      ["eth_getTransactionByHash", bundle.target],
      ["eth_getTransactionByHash", bundle.burn_hash],
    ]);
    const problems = this.#placement(bundle, mint, target, burn);
    const pool = this.manifest.pools.find((entry) => entry.address.toLowerCase() === bundle.pool.toLowerCase());
    const realised = this.#realised(pool, mint, target, burn, burn_tx);
    for (const figure of FIGURES) {
      const predicted = BigInt(bundle.predicted[figure]);
      if (predicted !== realised[figure]) problems.push(`${figure}: predicted ${predicted}, realised ${realised[figure]}`);
      if (BigInt(bundle.realised[figure]) !== realised[figure]) problems.push(`${figure}: jitd booked ${bundle.realised[figure]}, the chain says ${realised[figure]}`);
    }
    const swapper = await this.#swapper(pool, BigInt(target.blockNumber), realised);
    if (swapper.gain < 0n) problems.push(`the swapper lost ${-swapper.gain} by us`);
    const gas_used = BigInt(mint.gasUsed) + BigInt(burn.gasUsed);
    const gas_cost = BigInt(mint.gasUsed) * BigInt(mint.effectiveGasPrice) + BigInt(burn.gasUsed) * BigInt(burn.effectiveGasPrice);
    if (gas_cost > BigInt(bundle.predicted.gas_cost_wei)) problems.push(`gas: bound ${bundle.predicted.gas_cost_wei}, paid ${gas_cost}`);
    const limits = await this.#gas_limits(bundle);
    return { form: router_form(this.manifest, target_tx), pool, realised, swapper, gas_used, gas_limits: limits, gas_cost, problems };
  }

  /** Mint, target and burn in the bundle's block, one right after the other. */
  #placement(bundle, mint, target, burn) {
    const problems = [];
    for (const [name, receipt] of Object.entries({ mint, target, burn })) {
      if (!receipt) throw new Error(`bundle ${bundle.uuid}: the ${name} transaction is not on the chain`);
      if (Number(receipt.blockNumber) !== bundle.target_block) problems.push(`${name} is in block ${Number(receipt.blockNumber)}`);
      if (receipt.status !== "0x1") problems.push(`${name} reverted`);
    }
    const at = Number(mint.transactionIndex);
    if (Number(target.transactionIndex) !== at + 1 || Number(burn.transactionIndex) !== at + 2) problems.push("the three are not adjacent");
    return problems;
  }

  #event(receipt, pool, name) {
    const found = receipt.logs
      .filter((log) => log.address.toLowerCase() === pool.address.toLowerCase())
      .map((log) => this.pool_abi.parseLog(log))
      .filter((event) => event?.name === name);
    if (found.length !== 1) throw new Error(`${found.length} ${name} events of the pool where one was expected`);
    return found[0].args;
  }

  #realised(pool, mint_receipt, target_receipt, burn_receipt, burn_tx) {
    const mint = this.#event(mint_receipt, pool, "Mint");
    const swap = this.#event(target_receipt, pool, "Swap");
    const burn = this.#event(burn_receipt, pool, "Burn");
    const collect = this.#event(burn_receipt, pool, "Collect");
    const value = (amount0, amount1) => (amount0 * BigInt(pool.price0_x96)) / Q96 + (amount1 * BigInt(pool.price1_x96)) / Q96;
    return {
      mint0: mint.amount0,
      mint1: mint.amount1,
      swap0: swap.amount0,
      swap1: swap.amount1,
      burn0: burn.amount0,
      burn1: burn.amount1,
      fee0: collect.amount0 - burn.amount0,
      fee1: collect.amount1 - burn.amount1,
      gross_profit_wei: value(collect.amount0, collect.amount1) - value(mint.amount0, mint.amount1),
      tip_wei: tip_of(burn_tx.input),
    };
  }

  /** What the swapper got on our pool, and what QuoterV2 says it would have got on the parent block's state. */
  async #swapper(pool, block, realised) {
    const zero_for_one = realised.swap0 > 0n;
    const amount_in = zero_for_one ? realised.swap0 : realised.swap1;
    const with_us = zero_for_one ? -realised.swap1 : -realised.swap0;
    const [token_in, token_out] = zero_for_one ? [pool.token0, pool.token1] : [pool.token1, pool.token0];
    const data = this.quoter_abi.encodeFunctionData("quoteExactInputSingle", [[token_in, token_out, amount_in, pool.fee, 0n]]);
    const result = await this.rpc.call("eth_call", { to: this.manifest.contracts.quoter_v2.address, data }, `0x${(block - 1n).toString(16)}`);
    const [without_us] = this.quoter_abi.decodeFunctionResult("quoteExactInputSingle", result);
    const token = this.manifest.tokens.find((entry) => entry.address === token_out);
    return { amount_in, with_us, without_us, gain: with_us - without_us, token };
  }

  async #gas_limits(bundle) {
    const raws = await this.rpc.batch([bundle.mint_hash, bundle.burn_hash].map((hash) => ["eth_getRawTransactionByHash", hash])).catch(() => null);
    if (raws?.every(Boolean)) return raws.reduce((sum, raw) => sum + Transaction.from(raw).gasLimit, 0n);
    const txs = await this.rpc.batch([bundle.mint_hash, bundle.burn_hash].map((hash) => ["eth_getTransactionByHash", hash]));
    return txs.reduce((sum, tx) => sum + BigInt(tx.gas), 0n);
  }
}
