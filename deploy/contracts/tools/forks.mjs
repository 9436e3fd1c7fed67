// Pools of the other forks on a sandbox chain, beside a Uniswap pool and like it: same tokens, price and positions, listed in the executor.
// SPDX-License-Identifier: Apache-2.0
import { getCreateAddress, keccak256, toQuantity } from "ethers";
import { DEPLOYER, PROVIDERS, wallet } from "../../../sim/chain/lib/accounts.mjs";
import { artifact, creation_code, pool_init_code_hash } from "../../../sim/chain/lib/artifacts.mjs";
import { weight_of } from "../../../sim/chain/lib/executor.mjs";

const GAS_LIMIT = 25_000_000; // PancakeDeployer keeps a pool's whole creation code in storage
const SUSHI = { kind: 2, fee: 3000, tick_spacing: 60 };
const PANCAKE = { kind: 1, fee: 2500, tick_spacing: 50 }; // its tier that is nearest

export class Forks {
  /** @param {Testbed} bed whose executor is owned by the deployer */
  constructor(bed, uniswap) {
    this.bed = bed;
    this.uniswap = uniswap;
    this.deployer = wallet(DEPLOYER).address;
  }

  /** Sends from an account of the node and mines; throws when it reverts. */
  async send(from, request) {
    const hash = await this.bed.rpc.call("eth_sendTransaction", { from, gas: toQuantity(GAS_LIMIT), ...request });
    await this.bed.rpc.call("evm_mine");
    const receipt = await this.bed.rpc.call("eth_getTransactionReceipt", hash);
    if (receipt.status !== "0x1") throw new Error(`a transaction to ${request.to ?? "make a contract"} reverted`);
    return receipt;
  }

  async make(name, args = []) {
    const nonce = await this.bed.nonce(this.deployer);
    await this.send(this.deployer, { data: creation_code(name, args) });
    return getCreateAddress({ from: this.deployer, nonce });
  }

  call(kind, to, method, args, from = this.deployer) {
    return this.send(from, { to, data: artifact(kind).abi.encodeFunctionData(method, args) });
  }

  /** As much of both tokens as the executor has. */
  async stock(account) {
    for (const token of [this.uniswap.token0, this.uniswap.token1]) {
      const units = BigInt(this.bed.manifest.tokens.find(({ address }) => address === token).vault);
      await this.call("erc20", token, "transfer", [account, units], wallet(PROVIDERS[0]).address);
    }
  }

  async sushi() {
    const factory = await this.make("v3_factory");
    return this.#pool({ ...SUSHI, factory, init_code_hash: pool_init_code_hash() });
  }

  async pancake() {
    const code = artifact("pancake_pool").bytecode;
    const deployer = await this.make("PancakeDeployer", [code]);
    const factory = await this.make("pancake_factory", [deployer]);
    return this.#pool({ ...PANCAKE, factory, init_code_hash: keccak256(code) });
  }

  async #pool({ kind, fee, tick_spacing, factory, init_code_hash }) {
    const { bed, uniswap } = this;
    const { token0, token1 } = uniswap;
    const slot0 = await bed.view("v3_pool", uniswap.address, "slot0");
    await this.call("v3_factory", factory, "createPool", [token0, token1, fee]);
    const [address] = await bed.view("v3_factory", factory, "getPool", [token0, token1, fee]);
    await this.call("v3_pool", address, "initialize", [slot0.sqrtPriceX96]);
    const weights = [uniswap.price0_x96, uniswap.price1_x96].map((price) => weight_of(BigInt(price)));
    const executor = bed.manifest.executor.address;
    const [pool_id] = await bed.view("JitExecutor", executor, "poolCount");
    await this.call("JitExecutor", executor, "listPool", [address, factory, init_code_hash, kind, ...weights]);
    const pool = { address, token0, token1, fee, tick_spacing, pool_id: Number(pool_id) };
    await this.#fill(pool);
    return pool;
  }

  /** The Uniswap pool's positions, on the ticks that this pool has. */
  async #fill(pool) {
    const provider = await this.make("DirectCaller", [pool.address]);
    await this.stock(provider);
    const onto = (tick) => Math.round(Number(tick) / pool.tick_spacing) * pool.tick_spacing;
    for (const { tickLower, tickUpper, amount } of await mints(this.bed, this.uniswap.address))
      await this.call("DirectCaller", provider, "mint", [onto(tickLower), onto(tickUpper), amount / 2n]);
  }
}

/** The arguments of a pool's Mint events. */
export async function mints(bed, address) {
  const logs = await bed.rpc.call("eth_getLogs", { address, fromBlock: "0x0", toBlock: "latest" });
  return logs.map((log) => artifact("v3_pool").abi.parseLog(log)).filter((event) => event?.name === "Mint").map(({ args }) => args);
}
