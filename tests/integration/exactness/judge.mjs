// The judge on a running chain: compiled, deployed, its pools opened from the canonical bytecode, and asked by eth_call.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { AbiCoder, concat, dataLength, getCreate2Address, getCreateAddress, Interface, keccak256, toUtf8String } from 'ethers';
import solc from 'solc';
import { forks } from './forks.mjs';
import { start_anvil } from './rpc.mjs';
import { tiers } from './tiers.mjs';

const require = createRequire(import.meta.url);
const abi_coder = AbiCoder.defaultAbiCoder();
const sources = ['./Judge.sol', '../../../deploy/contracts/test/support/Canonical.sol'];
const call_gas = '0xffffffffff';

/** Starts anvil and the judge of a fork (forks.mjs) on it. Throws when the npm package's pool is not mainnet's. */
export async function start_judge(fork = forks.uniswap_v3) {
  const code = checked_code(fork);
  const contracts = compile();
  const { rpc, cpu_ms, stop } = await start_anvil();
  try {
    const chain = { rpc, cpu_ms, fork, abi: new Interface(contracts.judge.abi), from: (await rpc('eth_accounts', []))[0] };
    const pancake = fork === forks.pancake_v3;
    if (pancake) {
      chain.deployer = await deploy(chain, contracts.deployer, ['bytes'], [code.pool]);
      code.factory = concat([code.factory, abi_coder.encode(['address'], [chain.deployer])]);
    }
    chain.judge = await deploy(chain, contracts.judge, ['bytes', 'bool', 'uint24[]', 'int24[]'], [code.factory, pancake, tiers.map((t) => t.fee), tiers.map((t) => t.spacing)]);
    await open_pools(chain);
    return { judge_cases: (cases) => judge_cases(chain, cases), time_repeat: (c, rounds) => time_repeat(chain, c, rounds), stop };
  } catch (error) {
    stop();
    throw error;
  }
}

function checked_code(fork) {
  const [factory, pool] = [fork.factory, fork.pool].map((path) => require(path).bytecode);
  if (keccak256(pool) !== fork.pool_hash) throw new Error(`pool creation code ${keccak256(pool)} is not mainnet's ${fork.pool_hash}`);
  return { factory, pool };
}

function compile() {
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(sources.map((path) => [path, { content: readFileSync(new URL(path, import.meta.url), 'utf8') }])),
    settings: { optimizer: { enabled: true, runs: 1000 }, evmVersion: 'cancun', outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
  };
  const find_import = (path) => ({ contents: readFileSync(require.resolve(path), 'utf8') });
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: find_import }));
  const errors = (output.errors ?? []).filter((e) => e.severity === 'error');
  if (errors.length) throw new Error(errors.map((e) => e.formattedMessage).join('\n'));
  const contract = (path, name) => ({ abi: output.contracts[path][name].abi, bytecode: `0x${output.contracts[path][name].evm.bytecode.object}` });
  return { judge: contract(sources[0], 'Judge'), deployer: contract(sources[1], 'PancakeDeployer') };
}

async function send(chain, transaction) {
  const hash = await chain.rpc('eth_sendTransaction', [{ from: chain.from, gas: '0x4000000', ...transaction }]);
  await chain.rpc('evm_mine', []);
  const receipt = await chain.rpc('eth_getTransactionReceipt', [hash]);
  if (receipt?.status !== '0x1') throw new Error(`set-up transaction ${hash} failed`);
  return receipt;
}

async function deploy(chain, contract, types, values) {
  return (await send(chain, { data: concat([contract.bytecode, abi_coder.encode(types, values)]) })).contractAddress;
}

// A pool at the CREATE2 address of the canonical creation code can only have been made by that code.
async function open_pools(chain) {
  const read = async (name) => chain.abi.decodeFunctionResult(name,
    await chain.rpc('eth_call', [{ to: chain.judge, data: chain.abi.encodeFunctionData(name) }, 'latest']))[0];
  const [factory, token0, token1] = [await read('factory'), await read('token0'), await read('token1')];
  if (factory !== getCreateAddress({ from: chain.judge, nonce: 1 })) throw new Error('the judge did not make the factory');
  for (const { fee } of tiers) {
    await send(chain, { to: chain.judge, data: chain.abi.encodeFunctionData('open', [fee]) });
    const salt = keccak256(abi_coder.encode(['address', 'address', 'uint24'], [token0, token1, fee]));
    const pool = getCreate2Address(chain.deployer ?? factory, salt, chain.fork.pool_hash);
    if (dataLength(await chain.rpc('eth_getCode', [pool, 'latest'])) === 0) throw new Error(`no canonical pool for fee ${fee}`);
  }
}

const min_limit = 4295128740n;
const max_limit = 1461446703485210103287273052203988822378723970341n;

const encode_swap = (s) => ({ zeroForOne: s.zero_for_one, amount: s.amount, limit: s.limit ?? (s.zero_for_one ? min_limit : max_limit) });
const position_ticks = (positions) => [...new Set(positions.flatMap((p) => [p.lower, p.upper]))].sort((a, b) => a - b);

function encode_case(c, ticks) {
  return {
    fee: c.fee, feeProtocol0: c.fee_protocol[0], feeProtocol1: c.fee_protocol[1], sqrtPriceX96: c.sqrt_price,
    positions: c.positions, donation0: c.donations?.[0] ?? 0n, donation1: c.donations?.[1] ?? 0n, history: c.history.map(encode_swap), swap: encode_swap(c.swap), candidates: c.candidates, ticks,
  };
}

/** Asks the bytecode about a batch of cases in one eth_call: [{state, alone, lives}], each of the last two an outcome or {revert}. */
async function judge_cases(chain, cases) {
  const ticks = cases.map((c) => position_ticks(c.positions));
  const calls = cases.map((c, i) => chain.abi.encodeFunctionData('attempt', [encode_case(c, ticks[i])]));
  const data = chain.abi.encodeFunctionData('batch', [calls]);
  const answer = await chain.rpc('eth_call', [{ from: chain.from, to: chain.judge, data, gas: call_gas }, 'latest']);
  return chain.abi.decodeFunctionResult('batch', answer)[0].map((bytes, i) => decode_report(chain, bytes, ticks[i]));
}

/** Milliseconds of anvil's processor time for one eth_call that lives the case's first candidate `rounds` times. */
async function time_repeat(chain, c, rounds) {
  const call = chain.abi.encodeFunctionData('repeat', [encode_case(c, position_ticks(c.positions)), rounds]);
  const data = chain.abi.encodeFunctionData('batch', [[call]]);
  const start = chain.cpu_ms();
  await chain.rpc('eth_call', [{ from: chain.from, to: chain.judge, data, gas: call_gas }, 'latest']);
  return chain.cpu_ms() - start;
}

function decode_report({ abi, deployer }, bytes, ticks) {
  const tells_crossings = deployer !== undefined; // to its farm
  const error = abi.parseError(bytes);
  if (error?.name !== 'Report') throw new Error(`the case itself failed on chain: ${revert_reason(bytes)}`);
  const [state, alone, lives] = error.args;
  return {
    state: {
      sqrt_price: state.sqrtPriceX96, tick: Number(state.tick), liquidity: state.liquidity, fee_protocol: Number(state.feeProtocol),
      tick_spacing: Number(state.tickSpacing), max_liquidity_per_tick: state.maxLiquidityPerTick,
      fee_growth: [state.feeGrowth0, state.feeGrowth1],
      ticks: ticks.map((tick, i) => ({ tick, gross: state.ticks[i].gross, net: state.ticks[i].net })).filter((t) => t.gross !== 0n),
    },
    alone: decode_outcome(abi, alone, 'Alone', (o) => (tells_crossings ? { ...decode_swap(o), crossings: o.crossings } : decode_swap(o))),
    lives: lives.map((life) => decode_outcome(abi, life, 'Lived', decode_life)),
  };
}

const decode_swap = (o) =>
  ({ amount0: o.amount0, amount1: o.amount1, sqrt_price: o.sqrtPriceX96, tick: Number(o.tick), liquidity: o.liquidity });

const decode_life = (l) => ({
  mint0: l.mint0, mint1: l.mint1, burn0: l.burn0, burn1: l.burn1, collect0: l.collect0, collect1: l.collect1,
  growth0: l.growth0, growth1: l.growth1, swap: decode_swap(l.swap),
});

function decode_outcome(abi, bytes, name, decode) {
  const error = bytes.length >= 10 ? abi.parseError(bytes) : null;
  return error?.name === name ? decode(error.args[0]) : { revert: revert_reason(bytes) };
}

/** Error(string)'s text, `panic` for Panic(uint256), `(no reason)` for bare reverts. */
function revert_reason(bytes) {
  if (bytes.startsWith('0x08c379a0')) return abi_coder.decode(['string'], `0x${bytes.slice(10)}`)[0];
  if (bytes.startsWith('0x4e487b71')) return 'panic';
  return bytes === '0x' ? '(no reason)' : toUtf8String(bytes, () => 0);
}
