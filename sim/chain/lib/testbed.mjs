// A sandbox chain for one test: started, deployed, ended again; with snapshots and exact block building.
// SPDX-License-Identifier: Apache-2.0
import { start_anvil } from "./anvil.mjs";
import { artifact } from "./artifacts.mjs";
import { POOL_ABI } from "./abis.mjs";
import { add_operators, deploy } from "./deploy.mjs";

export class Testbed {
  /**
   * @param {{operators?: string[], with_safe?: boolean, block_interval_s?: number}} options accounts that may mint and burn; the owner
   *   is a Safe; blocks are that far apart, however long they took to come (by default the chain's time goes on as the wall clock's)
   */
  static async start({ operators = [], with_safe = false, idle = false, block_interval_s } = {}) {
    const node = await start_anvil({ idle });
    try {
      if (block_interval_s) await node.rpc.call("anvil_setBlockTimestampInterval", block_interval_s);
      const manifest = await deploy(node, { with_safe });
      if (operators.length > 0) await add_operators(node.rpc, manifest, operators);
      return new Testbed(node, manifest);
    } catch (error) {
      await node.stop();
      throw error;
    }
  }

  constructor(node, manifest) {
    this.node = node;
    this.rpc = node.rpc;
    this.manifest = manifest;
  }

  stop() {
    return this.node.stop();
  }

  snapshot() {
    return this.rpc.call("evm_snapshot");
  }

  revert(snapshot) {
    return this.rpc.call("evm_revert", snapshot);
  }

  head() {
    return this.rpc.call("eth_getBlockByNumber", "latest", false);
  }

  /** A view call on a contract of the given artifact. */
  async view(kind, to, method, args = [], block = "latest") {
    const { abi } = artifact(kind);
    const result = await this.rpc.call("eth_call", { to, data: abi.encodeFunctionData(method, args) }, block);
    return abi.decodeFunctionResult(method, result);
  }

  balance_of(token, owner, block = "latest") {
    return this.view("erc20", token, "balanceOf", [owner], block).then(([amount]) => amount);
  }

  async ether_of(owner) {
    return BigInt(await this.rpc.call("eth_getBalance", owner, "latest"));
  }

  /** Sends raw transactions in this order, mines one block, and gives their receipts. */
  async mine_raw(raws) {
    const hashes = [];
    for (const raw of raws) hashes.push(await this.rpc.call("eth_sendRawTransaction", raw));
    await this.rpc.call("evm_mine");
    return this.rpc.batch(hashes.map((hash) => ["eth_getTransactionReceipt", hash]));
  }

  /** The next nonce of an account, with what waits in the pool. */
  async nonce(account) {
    return Number(await this.rpc.call("eth_getTransactionCount", account, "pending"));
  }

  /** Events of a pool in a receipt: [{name, args}]. */
  pool_events(receipt, pool) {
    return receipt.logs
      .filter((log) => log.address.toLowerCase() === pool.toLowerCase())
      .map((log) => POOL_ABI.parseLog(log))
      .map(({ name, args }) => ({ name, args }));
  }

}
