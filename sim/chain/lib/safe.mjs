// The real Safe 1.4.1 on a sandbox chain: singleton, proxy factory, and a guard that refuses every delegatecall; all from npm.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { AbiCoder, Interface, ZeroAddress, concat, getCreateAddress, keccak256, toQuantity } from "ethers";
import { SAFE_OWNERS, addresses, wallet } from "./accounts.mjs";
import { ROOT } from "./artifacts.mjs";

const SETUP_WEI = toQuantity(10n ** 18n);
export const SAFE_THRESHOLD = 3;

function artifact(path) {
  const json = JSON.parse(readFileSync(`${ROOT}node_modules/@safe-global/safe-contracts/build/artifacts/contracts/${path}.json`, "utf8"));
  return { abi: new Interface(json.abi), bytecode: json.bytecode };
}

export const SAFE_ABI = artifact("Safe.sol/Safe").abi;

async function create(sender, from, path, types = [], args = []) {
  const { abi, bytecode } = artifact(path);
  const nonce = sender.send(from, { data: concat([bytecode, AbiCoder.defaultAbiCoder().encode(types, args)]), what: `deployment of ${path}` });
  await sender.flush();
  return { address: getCreateAddress({ from, nonce }), abi };
}

/**
 * A Safe of the accounts SAFE_OWNERS, 3 of 5, with the library's guard against delegatecalls.
 * @returns {Promise<{address: string, guard: string, guard_code_hash: string, owners: string[], threshold: number}>}
 */
export async function deploy_safe(rpc, sender) {
  const owners = addresses(SAFE_OWNERS);
  const [from] = owners;
  const singleton = await create(sender, from, "Safe.sol/Safe");
  const factory = await create(sender, from, "proxies/SafeProxyFactory.sol/SafeProxyFactory");
  const guard = await create(sender, from, "examples/guards/DelegateCallTransactionGuard.sol/DelegateCallTransactionGuard", ["address"], [ZeroAddress]);
  const setup = SAFE_ABI.encodeFunctionData("setup", [owners, SAFE_THRESHOLD, ZeroAddress, "0x", ZeroAddress, ZeroAddress, 0, ZeroAddress]);
  const data = factory.abi.encodeFunctionData("createProxyWithNonce", [singleton.address, setup, 0]);
  sender.send(from, { to: factory.address, data, what: "creation of the Safe" });
  const [receipt] = await sender.flush();
  const { args } = receipt.logs.map((log) => factory.abi.parseLog(log)).find((log) => log?.name === "ProxyCreation");
  const guard_code_hash = keccak256(await rpc.call("eth_getCode", guard.address, "latest"));
  const safe = { address: args.proxy, guard: guard.address, guard_code_hash, owners, threshold: SAFE_THRESHOLD };
  const set_guard = { to: safe.address, data: SAFE_ABI.encodeFunctionData("setGuard", [guard.address]) };
  sender.send(from, { to: safe.address, data: await exec_data(rpc, safe, SAFE_OWNERS.slice(0, SAFE_THRESHOLD), set_guard), what: "the Safe's guard" });
  await sender.flush();
  return safe;
}

/** A view call on the Safe. */
export async function safe_view(rpc, safe, method, args = []) {
  const result = await rpc.call("eth_call", { to: safe.address, data: SAFE_ABI.encodeFunctionData(method, args) }, "latest");
  return SAFE_ABI.decodeFunctionResult(method, result)[0];
}

/** Calldata of execTransaction, signed by these accounts with ethers: what a tool other than jitctl would send. */
export async function exec_data(rpc, safe, signers, { to, data, value = 0n, operation = 0 }) {
  const fields = [to, value, data, operation, 0, 0, 0, ZeroAddress, ZeroAddress];
  const hash = await safe_view(rpc, safe, "getTransactionHash", [...fields, await safe_view(rpc, safe, "nonce")]);
  const sorted = signers.map(wallet).sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  const signatures = concat(sorted.map((owner) => owner.signingKey.sign(hash).serialized));
  return SAFE_ABI.encodeFunctionData("execTransaction", [...fields, signatures]);
}

/** Lets the node send from the Safe itself: setting up a sandbox is not what is under test. */
export async function impersonate_safe(rpc, address) {
  await rpc.batch([["anvil_impersonateAccount", address], ["anvil_setBalance", address, SETUP_WEI]]);
  return Number(await rpc.call("eth_getTransactionCount", address, "latest"));
}

/** From now on only its owners' signatures move it. */
export function release_safe(rpc, address) {
  return rpc.batch([["anvil_setBalance", address, "0x0"], ["anvil_stopImpersonatingAccount", address]]);
}
