// Random router calldata in every form, and the unsigned-looking transaction around it (signatures are in range, nobody checks whose).
// SPDX-License-Identifier: Apache-2.0
import { AbiCoder, concat, encodeRlp, hexlify, toBeHex } from "ethers";
import { SWAP_ROUTER, SWAP_ROUTER02, UNIVERSAL_ROUTER } from "./independent_decoder.mjs";

const abi = AbiCoder.defaultAbiCoder();
const FEES = [100, 500, 3000, 10000];
const CONTRACT_BALANCE = 1n << 255n;
const quantity = (value) => (value === 0n ? "0x" : toBeHex(value));

/** Legacy transaction with a signature in range. */
export function transaction_with(to, data, nonce = 0n) {
  return encodeRlp([quantity(nonce), "0x01", "0x5208", to, "0x", data, "0x25", "0x01", "0x01"]);
}

/**
 * @param settings tokens; limit(exact_in), amount(), deadline(), hops: the most a path has; other_commands: UniversalRouter commands, as
 *   [byte, input] pairs, to mix in; other_calls: calls to mix into multicalls; hop_prices: 2.1.1's sixth argument
 */
export class Forms {
  constructor(random, settings) {
    this.random = random;
    this.settings = settings;
  }

  /** Calldata for a router kind. */
  of(kind) {
    if (kind.startsWith("universal_router")) return this.#execute(kind);
    return this.random.chance(50) ? this.#swap(kind) : this.#multicall(kind, 1);
  }

  #path(hops) {
    const { random, settings } = this;
    const parts = [random.pick(settings.tokens)];
    let last = parts[0];
    for (let hop = 0; hop < hops; ++hop) {
      last = random.pick(settings.tokens.filter((token) => token !== last));
      parts.push(toBeHex(random.pick(FEES), 3), last);
    }
    return concat(parts);
  }

  #swap(kind) {
    const { random, settings } = this;
    const exact_in = random.chance(50);
    const deadline = kind === "swap_router" ? [settings.deadline()] : [];
    const sentinel = kind === "swap_router02" && exact_in && random.chance(15);
    const amounts = [sentinel ? 0n : settings.amount(), settings.limit(exact_in)];
    const router = kind === "swap_router" ? SWAP_ROUTER : SWAP_ROUTER02;
    const recipient = random.pick([settings.tokens[0], toBeHex(1n, 20), toBeHex(2n, 20)]);
    if (random.chance(50)) {
      const token_in = random.pick(settings.tokens);
      const token_out = random.pick(settings.tokens.filter((token) => token !== token_in));
      const price_limit = random.chance(60) ? 0n : random.bits(160);
      const params = [token_in, token_out, random.pick(FEES), recipient, ...deadline, ...amounts, price_limit];
      return router.encodeFunctionData(exact_in ? "exactInputSingle" : "exactOutputSingle", [params]);
    }
    const params = [this.#path(1 + random.below(settings.hops)), recipient, ...deadline, ...amounts];
    return router.encodeFunctionData(exact_in ? "exactInput" : "exactOutput", [params]);
  }

  #multicall(kind, depth) {
    const { random, settings } = this;
    const calls = Array.from({ length: random.below(4) }, () => {
      if (depth < 4 && random.chance(25)) return this.#multicall(kind, depth + 1);
      if (settings.other_calls?.length > 0 && random.chance(25)) return random.pick(settings.other_calls);
      return this.#swap(kind);
    });
    if (kind === "swap_router") return SWAP_ROUTER.encodeFunctionData("multicall", [calls]);
    const form = random.below(3);
    if (form === 0) return SWAP_ROUTER02.encodeFunctionData("multicall(bytes[])", [calls]);
    if (form === 1) return SWAP_ROUTER02.encodeFunctionData("multicall(uint256,bytes[])", [settings.deadline(), calls]);
    return SWAP_ROUTER02.encodeFunctionData("multicall(bytes32,bytes[])", [settings.previous_block_hash ?? toBeHex(random.bits(256), 32), calls]);
  }

  #v3_command(kind) {
    const { random, settings } = this;
    const exact_in = random.chance(50);
    const hops = 1 + random.below(settings.hops);
    const amount = exact_in && random.chance(15) ? CONTRACT_BALANCE : settings.amount();
    const recipient = random.pick([settings.tokens[0], toBeHex(1n, 20), toBeHex(2n, 20)]);
    const types = ["address", "uint256", "uint256", "bytes", "bool"];
    const values = [recipient, amount, settings.limit(exact_in), this.#path(hops), random.chance(50)];
    if (kind === "universal_router_v2_1") {
      types.push("uint256[]");
      values.push(random.chance(50) ? [] : Array.from({ length: hops }, () => random.bits(256)));
    }
    return [exact_in ? 0x00 : 0x01, abi.encode(types, values)];
  }

  #plan(kind, depth) {
    const { random, settings } = this;
    const commands = [];
    const inputs = [];
    for (let count = random.below(5); count > 0; --count) {
      let [byte, input] = this.#v3_command(kind);
      if (depth < 4 && kind !== "universal_router_v1_0" && random.chance(25)) {
        [byte, input] = [0x21, abi.encode(["bytes", "bytes[]"], this.#plan(kind, depth + 1))];
      } else if (settings.other_commands?.length > 0 && random.chance(25)) {
        [byte, input] = random.pick(settings.other_commands);
      }
      commands.push(random.chance(15) ? byte | 0x80 : byte);
      inputs.push(input);
    }
    return [hexlify(Uint8Array.from(commands)), inputs];
  }

  #execute(kind) {
    const { random, settings } = this;
    const plan = this.#plan(kind, 0);
    if (random.chance(40)) return UNIVERSAL_ROUTER.encodeFunctionData("execute(bytes,bytes[])", plan);
    if (kind === "universal_router_v2_1" && random.chance(20)) {
      const word = toBeHex(random.bits(256), 32);
      return UNIVERSAL_ROUTER.encodeFunctionData("executeSigned", [...plan, word, word, true, word, "0x1234", settings.deadline()]);
    }
    return UNIVERSAL_ROUTER.encodeFunctionData("execute(bytes,bytes[],uint256)", [...plan, settings.deadline()]);
  }
}
