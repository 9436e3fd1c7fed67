// The local bundle relay against a real node: what a builder promises, and what it does when it is told to misbehave.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Wallet, id, keccak256 } from 'ethers';
import { accounts, blob_transfer, failing as failing_at, post, Relay, set_code_transfer, start, transfer as transfer_at } from './harness.mjs';

describe('relay stand-in', () => {
  let sim, relay, node, base;
  // Tests run on one growing chain; nonces count from where the account stands when the test begins.
  const transfer = (from, nonce, ...rest) => transfer_at(from, base[from] + nonce, ...rest);
  const failing = (from, nonce) => failing_at(from, base[from] + nonce);
  const next = async () => Number(await node('eth_blockNumber')) + 1;
  const mined = async () => (await node('eth_getBlockByNumber', ['latest', false])).transactions;
  const hashes = (txs) => txs.map((raw) => keccak256(raw));
  const [a, b] = [accounts[4].address, accounts[5].address];

  before(async () => {
    sim = await start();
    ({ relay, node } = sim);
  });
  after(() => sim.stop());
  beforeEach(async () => {
    await relay.fault({ mode: 'none' });
    await node('anvil_dropAllTransactions');
    await relay.build(); // what an earlier test left for the block
    base = await Promise.all(accounts.map(async ({ address }) => Number(await node('eth_getTransactionCount', [address, 'latest']))));
  });

  test('a bundle stands first in its block, before older pool transactions, and the pool keeps its order', async () => {
    const pool = [await transfer(2, 0, a), await transfer(3, 0, a)];
    const bundle = [await transfer(0, 0, a), await transfer(1, 0, b), await transfer(0, 1, b)];
    for (const raw of pool) await node('eth_sendRawTransaction', [raw]);
    const answer = await relay.send(bundle, await next());
    assert.equal(answer.status, 200);
    assert.match(answer.body.result.bundleHash, /^0x[0-9a-f]{64}$/);
    const block = await relay.build();
    assert.equal(block.bundles[0].included, true);
    assert.deepEqual(await mined(), hashes([...bundle, ...pool]));
  });

  test('a bundle around a transaction of the pool takes it along once', async () => {
    const target = await transfer(2, 0, a);
    const bundle = [await transfer(0, 0, a), target, await transfer(0, 1, b)];
    await node('eth_sendRawTransaction', [target]);
    await relay.send(bundle, await next());
    await relay.build();
    assert.deepEqual(await mined(), hashes(bundle));
  });

  test('a bundle around a transaction that its sender has replaced in the pool is mined as it was sent', async () => {
    const bundle = [await transfer(0, 0, a), await transfer(2, 0, a), await transfer(0, 1, b)];
    const replacement = await transfer(2, 0, b, 1n, { maxFeePerGas: 200n * 10n ** 9n });
    const next_of_sender = await transfer(2, 1, b);
    for (const raw of [replacement, next_of_sender]) await node('eth_sendRawTransaction', [raw]);
    await relay.send(bundle, await next());
    assert.equal((await relay.build()).bundles[0].included, true);
    assert.deepEqual(await mined(), hashes([...bundle, next_of_sender]));
  });

  test('a bundle with a failing transaction stays out; with the hash in revertingTxHashes it goes in', async () => {
    const bad = await failing(0, 0);
    await relay.send([await transfer(1, 0, a), bad], await next());
    assert.equal((await relay.build()).bundles[0].included, false);
    assert.deepEqual(await mined(), []);
    await relay.send([await transfer(1, 0, a), bad], await next(), { revertingTxHashes: [keccak256(bad)] });
    assert.equal((await relay.build()).bundles[0].included, true);
  });

  test('a bundle is for one block only', async () => {
    await relay.send([await transfer(0, 0, a)], (await next()) + 1);
    assert.deepEqual((await relay.build()).bundles, []);
    assert.equal((await relay.build()).bundles[0].included, true);
  });

  test('timestamps outside of minTimestamp and maxTimestamp keep a bundle out', async () => {
    const { timestamp } = await node('eth_getBlockByNumber', ['latest', false]);
    const slot = 12; // seconds to the next block
    const within = async (limits) => {
      await relay.send([await transfer(0, 0, a)], await next(), limits);
      return (await relay.build()).bundles.length;
    };
    assert.equal(await within({ maxTimestamp: Number(timestamp) + slot - 1 }), 0);
    assert.equal(await within({ minTimestamp: Number(timestamp) + 2 * slot + 1 }), 0);
    assert.equal(await within({ minTimestamp: Number(timestamp) + 3 * slot, maxTimestamp: Number(timestamp) + 3 * slot }), 1);
  });

  test('of two bundles for the same nonce the better paying one is included', async () => {
    const poor = [await transfer(0, 0, a)];
    const rich = [await transfer(0, 0, b, 1n, { maxPriorityFeePerGas: 5n * 10n ** 9n })];
    await relay.send(poor, await next());
    await relay.send(rich, await next());
    const { bundles } = await relay.build();
    assert.deepEqual(bundles.map((bundle) => bundle.included), [true, false]);
    assert.deepEqual(await mined(), hashes(rich));
  });

  test('a wrong nonce is named', async () => {
    await relay.send([await transfer(0, 3, a)], await next());
    assert.match((await relay.build()).bundles[0].reason, new RegExp(`nonce ${base[0] + 3} but the account is at ${base[0]}`));
  });

  test('a fee cap below the base fee is named', async () => {
    await relay.send([await transfer(0, 0, a, 1n, { maxFeePerGas: 1n, maxPriorityFeePerGas: 1n })], await next());
    assert.match((await relay.build()).bundles[0].reason, /max fee 1 is below the base fee \d+/);
  });

  test('replacementUuid replaces, eth_cancelBundle and an empty bundle cancel', async () => {
    const uuid = '3b2a1c4e-0000-4000-8000-000000000001';
    const second = [await transfer(1, 0, b)];
    await relay.send([await transfer(0, 0, a)], await next(), { replacementUuid: uuid });
    await relay.send(second, await next(), { replacementUuid: uuid });
    await relay.build();
    assert.deepEqual(await mined(), hashes(second));
    for (const cancel of [() => relay.call('eth_cancelBundle', [{ replacementUuid: uuid }]), async () => relay.send([], await next(), { replacementUuid: uuid })]) {
      await relay.send([await transfer(2, 0, a)], await next(), { replacementUuid: uuid });
      assert.equal((await cancel()).body.error, undefined);
      assert.deepEqual((await relay.build()).bundles, []);
    }
  });

  test('another signer cannot cancel or replace a bundle', async () => {
    const uuid = '3b2a1c4e-0000-4000-8000-000000000002';
    await relay.send([await transfer(0, 0, a)], await next(), { replacementUuid: uuid });
    const thief = new Relay(relay.url, Wallet.createRandom());
    assert.equal((await thief.call('eth_cancelBundle', [{ replacementUuid: uuid }])).body.result, false);
    assert.equal((await relay.build()).bundles[0].included, true);
  });

  test('a missing, malformed or foreign signature is refused with its reason', async () => {
    const body = [{ txs: [await transfer(0, 0, a)], blockNumber: '0x1' }];
    const foreign = `${accounts[0].address}:${await Wallet.createRandom().signMessage('x')}`;
    const another_body = `${relay.wallet.address}:${await relay.wallet.signMessage(id('another body'))}`;
    for (const [header, why] of [['', /is missing/], ['nonsense', /not address:signature/], [foreign, /signed by/], [another_body, /signed by/]]) {
      const answer = await relay.call('eth_sendBundle', body, { header });
      assert.equal(answer.status, 403);
      assert.match(answer.body.error.message, why);
    }
  });

  test('malformed requests name the field', async () => {
    for (const [params, why] of [
      [[{}], /txs: missing/], [[{ txs: [5] }], /txs\[0\]: not a hex string/], [[{ txs: ['0xzz'] }], /txs\[0\]/], [[{ txs: ['0x03c3c0c0c0'] }], /txs\[0\]: sidecar: rlp: a field is missing/], [[], /params/],
      [[{ txs: Array(101).fill('0x00') }], /at most 100/], [[{ txs: [], blockNumber: '0x1' }], /no replacementUuid/],
      [[{ txs: [await transfer(0, 0, a)], blockNumber: 'soon' }], /blockNumber/],
    ]) assert.match((await relay.call('eth_sendBundle', params)).body.error.message, why);
    const long = await Promise.all([0, 1].map((nonce) => transfer(0, nonce, a, 0n, { data: `0x${'00'.repeat(150_000)}`, gasLimit: 10_000_000n })));
    assert.match((await relay.send(long, await next())).body.error.message, /30\d{4} bytes, at most 300000/);
    assert.equal((await post(relay.url, 'no json')).status, 400);
    assert.match((await relay.call('eth_blockNumber', [])).body.error.message, /not offered/);
  });

  test('eth_callBundle simulates: gas, fees and direct payments to the producer', async () => {
    const coinbase = await node('eth_coinbase');
    const answer = await relay.call('eth_callBundle', [{ txs: [await transfer(0, 0, a), await transfer(0, 1, coinbase, 777n)], blockNumber: '0x1', stateBlockNumber: 'latest' }]);
    const { result } = answer.body;
    assert.equal(result.totalGasUsed, 42_000);
    assert.equal(result.ethSentToCoinbase, '777');
    assert.equal(BigInt(result.coinbaseDiff), 42_000n * 10n ** 9n + 777n);
    assert.deepEqual(await mined(), [], 'nothing was mined by it');
  });

  test('a blob transaction is simulated and included with its blobs, among others, in either form of its sidecar', async () => {
    await sim.load_kzg(await blob_transfer(3, base[3], a));
    for (const form of ['network', 'with_cell_proofs']) {
      base[2] = Number(await node('eth_getTransactionCount', [accounts[2].address, 'latest']));
      base[0] = Number(await node('eth_getTransactionCount', [accounts[0].address, 'latest']));
      const blob = await blob_transfer(2, base[2], a);
      const bundle = [await transfer(0, 0, a), blob[form], await transfer(0, 1, b)];
      const { result } = (await relay.call('eth_callBundle', [{ txs: bundle, blockNumber: '0x1' }])).body;
      assert.equal(result.totalGasUsed, 63_000);
      assert.equal(result.results[1].txHash, keccak256(blob.canonical));
      await relay.send(bundle, await next());
      assert.equal((await relay.build()).bundles[0].included, true);
      assert.deepEqual(await mined(), hashes([bundle[0], blob.canonical, bundle[2]]));
      assert.equal((await node('eth_getBlockByNumber', ['latest', false])).blobGasUsed, '0x20000');
    }
  });

  test('a blob transaction without its blobs is refused, as builders refuse it', async () => {
    const { canonical } = await blob_transfer(2, base[2], a);
    for (const method of ['eth_sendBundle', 'eth_callBundle']) {
      const answer = await relay.call(method, [{ txs: [canonical], blockNumber: '0x1' }]);
      assert.match(answer.body.error.message, /txs\[0\]: a blob transaction without its blobs/);
    }
  });

  test('a blob fee below the block\'s is named', async () => {
    const { network } = await blob_transfer(2, base[2], a, { maxFeePerBlobGas: 0n });
    await relay.send([network], await next());
    assert.match((await relay.build()).bundles[0].reason, /blob/);
  });

  test('a set-code transaction is simulated and included with its authorizations', async () => {
    const contract = '0x00000000000000000000000000000000000c0de1';
    await node('anvil_setCode', [contract, '0x60015f5260205ff3']); // returns the word 1
    const bundle = [await set_code_transfer(0, base[0], a, 1, base[1], contract), await transfer(2, 0, accounts[1].address)];
    const { result } = (await relay.call('eth_callBundle', [{ txs: bundle, blockNumber: '0x1' }])).body;
    assert.ok(result.results[0].gasUsed > 21_000 + 12_500, 'the authorization is paid for');
    assert.ok(result.results[1].gasUsed > 21_000, 'a transfer to the account runs the contract');
    await relay.send(bundle, await next());
    assert.equal((await relay.build()).bundles[0].included, true);
    assert.equal(await node('eth_getCode', [accounts[1].address, 'latest']), `0xef0100${contract.slice(2)}`);
    assert.deepEqual(await mined(), hashes(bundle));
  });

  test('an authorization moves the nonce of who gives it; what follows it in the same block is simulated and said not to be mined here', async () => {
    const delegating = await set_code_transfer(0, base[0], a, 1, base[1], a);
    const reason_for = async (nonce) => {
      await relay.send([delegating, await transfer(1, nonce, b)], await next());
      return (await relay.build()).bundles[0].reason;
    };
    assert.match(await reason_for(0), new RegExp(`nonce ${base[1]} but the account is at ${base[1] + 1}`));
    assert.match(await reason_for(1), /does not mine a nonce that follows an authorization of the same block/);
    const { result } = (await relay.call('eth_callBundle', [{ txs: [delegating, await transfer(1, 1, b)], blockNumber: '0x1' }])).body;
    assert.equal(result.results.length, 2);
  });

  test('an authorization that does not hold moves no nonce', async () => {
    const stale = await set_code_transfer(0, base[0], a, 3, base[3] + 7, a);
    await relay.send([stale, await transfer(3, 0, b)], await next());
    assert.equal((await relay.build()).bundles[0].included, true);
  });

  test('its help says what it is, and a mistake in the command line is 2 and named', () => {
    const run = (...args) => spawnSync(process.env.JITBOX_RELAY_SIM, args, { encoding: 'utf8', timeout: 10_000 });
    const help = run('--help');
    assert.equal(help.status, 0);
    assert.match(help.stdout, /LOCAL STAND-IN/);
    for (const option of ['eth_sendBundle', 'eth_callBundle', 'eth_cancelBundle', 'sim_setFault', '--fault', '--no-build']) assert.ok(help.stdout.includes(option), option);
    for (const [args, what] of [[['--listen', 'nowhere'], /--listen/], [['--listen', '127.0.0.1:70000'], /--listen/], [['--fault', 'sulk'], /one of: none, slow/], [['--node', 'ftp://x'], /ftp/], [['--nonsense'], /--nonsense/]]) {
      const { status, stderr } = run(...args);
      assert.equal(status, 2, args.join(' '));
      assert.match(stderr, what);
    }
  });

  test('told to drop: accepts and never includes', async () => {
    await relay.fault({ mode: 'drop' });
    assert.ok((await relay.send([await transfer(0, 0, a)], await next())).body.result);
    assert.deepEqual((await relay.build()).bundles, []);
  });

  test('told to include a part: only the first transactions are mined', async () => {
    await relay.fault({ mode: 'partial', transactions: 1, count: 1 });
    const bundle = [await transfer(0, 0, a), await transfer(1, 0, b)];
    await relay.send(bundle, await next());
    await relay.build();
    assert.deepEqual(await mined(), hashes(bundle.slice(0, 1)));
    assert.equal((await relay.command('sim_status')).fault, 'none', 'a counted fault ends');
  });

  test('told to be slow, to hang, to answer errors', async () => {
    const bundle = [await transfer(0, 0, a)];
    await relay.fault({ mode: 'slow', ms: 300 });
    const started = performance.now();
    assert.ok((await relay.send(bundle, 1)).body.result);
    assert.ok(performance.now() - started >= 290);
    await relay.fault({ mode: 'hang' });
    await assert.rejects(relay.call('eth_sendBundle', [{ txs: bundle, blockNumber: '0x1' }], { timeout_ms: 300 }), { name: 'TimeoutError' });
    await relay.fault({ mode: 'error' });
    assert.match((await relay.send(bundle, 1)).body.error.message, /told to refuse/);
    await relay.fault({ mode: 'http_error' });
    assert.equal((await relay.send(bundle, 1)).status, 500);
    await relay.fault({ mode: 'malformed' });
    assert.equal((await relay.send(bundle, 1)).body, undefined);
    await assert.rejects(relay.fault({ mode: 'sulk' }), /one of: none, slow/);
  });
});
