// Anvil, the relay stand-in under test, and an independent signer of its requests (ethers).
// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { HDNodeWallet, Mnemonic, Wallet, concat, decodeRlp, encodeRlp, id, keccak256, sha256 } from 'ethers';
import { start_anvil, CHAIN_ID } from '../../../sim/chain/lib/anvil.mjs';
import { MNEMONIC } from '../../../sim/chain/lib/accounts.mjs';

const program = process.env.JITBOX_RELAY_SIM;

export const accounts = Array.from({ length: 6 }, (_, i) =>
  HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), `m/44'/60'/0'/0/${i}`));

/** A signed transfer of account number `from`. */
export function transfer(from, nonce, to, value = 1n, extra = {}) {
  return accounts[from].signTransaction({
    type: 2, chainId: CHAIN_ID, nonce, to, value, gasLimit: 50_000n,
    maxFeePerGas: 100n * 10n ** 9n, maxPriorityFeePerGas: 10n ** 9n, ...extra,
  });
}

const zero_blob = `0x${'00'.repeat(131072)}`;
const infinity = `0xc0${'00'.repeat(47)}`; // the polynomial 0: commitment and proofs are the point at infinity

/** A signed transfer that carries a blob of zeros: {canonical, network}, the latter with its sidecar (EIP-4844). */
export async function blob_transfer(from, nonce, to, extra = {}) {
  const canonical = await transfer(from, nonce, to, 1n,
    { type: 3, maxFeePerBlobGas: 10n ** 9n, blobVersionedHashes: [`0x01${sha256(infinity).slice(4)}`], ...extra });
  const network = (...version) => concat(['0x03', encodeRlp([decodeRlp(`0x${canonical.slice(4)}`), ...version, [zero_blob], [infinity], Array(version.length ? 128 : 1).fill(infinity)])]);
  return { canonical, network: network(), with_cell_proofs: network('0x01') };
}

/** A signed transfer that also delegates account number `authority` to a contract (EIP-7702). */
export async function set_code_transfer(from, nonce, to, authority, authority_nonce, contract) {
  const authorization = await accounts[authority].authorize({ address: contract, nonce: authority_nonce, chainId: CHAIN_ID });
  return transfer(from, nonce, to, 1n, { type: 4, gasLimit: 200_000n, authorizationList: [authorization] });
}

/** A call that is mined and fails: the pairing precompile refuses input of a wrong length (EIP-197). */
export const failing = (from, nonce) => transfer(from, nonce, '0x0000000000000000000000000000000000000008', 0n, { data: '0x00', gasLimit: 100_000n });

export async function start(...options) {
  if (!program) throw new Error('JITBOX_RELAY_SIM does not name the jit-relay-sim program');
  const anvil = await start_anvil({});
  const child = spawn(program, ['--node', anvil.rpc_url, '--die-with-parent', ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const events = [];
  const lines = createInterface({ input: child.stdout });
  const port = await new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const event = JSON.parse(line);
      events.push(event);
      if (event.event === 'listening') resolve(event.port);
    });
    child.once('exit', (code) => reject(new Error(`jit-relay-sim ended with ${code}`)));
  });
  const relay = new Relay(`http://127.0.0.1:${port}`, Wallet.createRandom());
  return {
    anvil, relay, events,
    /** The node's first blob transaction loads its KZG set-up, for seconds, which is more than the relay may have to wait. */
    load_kzg: async ({ network, canonical }) => {
      const call = (method, param) => post(anvil.rpc_url, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [param] }), {}, 200_000);
      await call('eth_sendRawTransaction', network);
      await call('anvil_dropTransaction', keccak256(canonical));
    },
    node: (method, params = []) => post(anvil.rpc_url, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })).then((a) => a.body.result),
    stop: async () => {
      child.removeAllListeners('exit');
      child.kill('SIGTERM');
      await anvil.stop();
    },
  };
}

export async function post(url, body, headers = {}, timeout_ms = 20_000) {
  const answer = await fetch(url, {
    method: 'POST', body, headers: { 'content-type': 'application/json', ...headers }, signal: AbortSignal.timeout(timeout_ms),
  });
  const text = await answer.text();
  let json;
  try { json = JSON.parse(text); } catch { json = undefined; }
  return { status: answer.status, text, body: json };
}

export class Relay {
  constructor(url, wallet) {
    this.url = url;
    this.wallet = wallet;
  }

  /** Signs as Flashbots wants it: a personal signature of the text "0x" + hex(keccak256(body)). */
  async call(method, params, { header, timeout_ms } = {}) {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 7, method, params });
    const signature = header ?? `${this.wallet.address}:${await this.wallet.signMessage(id(body))}`;
    return post(this.url, body, signature ? { 'X-Flashbots-Signature': signature } : {}, timeout_ms);
  }

  send(txs, block, extra = {}) {
    return this.call('eth_sendBundle', [{ txs, blockNumber: `0x${block.toString(16)}`, ...extra }]);
  }

  async command(method, params = []) {
    const answer = await post(this.url, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
    if (answer.body.error) throw new Error(answer.body.error.message);
    return answer.body.result;
  }

  build() { return this.command('sim_buildBlock'); }
  fault(fault) { return this.command('sim_setFault', [fault]); }
}
