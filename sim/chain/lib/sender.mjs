// Sends unlocked accounts' transactions in phases: everything of a phase goes out in one request and is mined before the next starts.
// SPDX-License-Identifier: Apache-2.0
import { toQuantity } from "ethers";

const GAS_LIMIT = 8_000_000;
const GAS_PRICE_WEI = 100n * 10n ** 9n;
const MAX_BLOCKS = 64;

export class Sender {
  #rpc;
  #timestamp;
  #pending = [];
  #nonces = new Map();

  /** timestamp: of the last block; the next ones are 12 s apart, so that a deployment does not depend on the clock. */
  constructor(rpc, timestamp) {
    this.#rpc = rpc;
    this.#timestamp = timestamp;
  }

  /** The nonce of an account that has sent before. */
  start_at(from, nonce) {
    this.#nonces.set(from, nonce);
  }

  /** Queues a transaction; gives its sender's nonce for it. */
  send(from, { to, data = "0x", value = 0n, what = "transaction" }) {
    const nonce = this.#nonces.get(from) ?? 0;
    this.#nonces.set(from, nonce + 1);
    const request = { from, data, value: toQuantity(value), nonce: toQuantity(nonce), gas: toQuantity(GAS_LIMIT) };
    if (to) request.to = to;
    request.gasPrice = toQuantity(GAS_PRICE_WEI);
    this.#pending.push({ request, what });
    return nonce;
  }

  /** Sends and mines what is queued; throws when one of it failed. */
  async flush() {
    const queued = this.#pending.splice(0);
    const hashes = await this.#rpc.batch(queued.map(({ request }) => ["eth_sendTransaction", request]));
    for (let block = 0; ; block += 1) {
      if (block === MAX_BLOCKS) throw new Error(`not mined in ${MAX_BLOCKS} blocks`);
      this.#timestamp += 12;
      await this.#rpc.call("evm_mine", toQuantity(this.#timestamp));
      if ((await this.#rpc.call("txpool_status")).pending === "0x0") break;
    }
    const receipts = await this.#rpc.batch(hashes.map((hash) => ["eth_getTransactionReceipt", hash]));
    receipts.forEach((receipt, index) => {
      if (receipt?.status !== "0x1") throw new Error(`${queued[index].what} failed (${hashes[index]})`);
    });
    return receipts;
  }
}
