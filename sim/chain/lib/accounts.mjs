// Who is who on the sandbox chain. The mnemonic is the published one of every local development node; the keys are worth nothing.
// SPDX-License-Identifier: Apache-2.0
import { HDNodeWallet, getAddress } from "ethers";

export const MNEMONIC = "test test test test test test test test test test test junk";

const root = HDNodeWallet.fromPhrase(MNEMONIC, "", "m/44'/60'/0'/0");
const wallets = new Map();

/** The wallet of account `index` of the mnemonic. */
export function wallet(index) {
  if (!wallets.has(index)) wallets.set(index, root.deriveChild(index));
  return wallets.get(index);
}

export const DEPLOYER = 0;
export const GUARDIAN = 1;
export const PROVIDERS = [2, 3];
/** Whales send the large swaps, one at a time each, so that none waits behind an earlier transaction of its sender. */
export const WHALES = [4, 5, 6, 7];
export const MINNOWS = [8, 9, 10, 11];
export const SWAPPERS = [...WHALES, ...MINNOWS];
/** They only send ether about. */
export const BYSTANDERS = [12, 13];
/** Signs what is then damaged: malformed bytes must not use up anybody's nonce. */
export const BABBLER = 14;

/** Owners of the Safe, where the executor belongs to one. */
export const SAFE_OWNERS = [15, 16, 17, 18, 19];

/** Who produces the blocks and gets the tips: nobody's account. */
export const COINBASE = getAddress("0xc01bba5e00000000000000000000000000000001");

export const addresses = (indices) => indices.map((index) => wallet(index).address);
